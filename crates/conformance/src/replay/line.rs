//! The connections of a case.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::player::Player;
use super::speech::Speech;
use super::{Break, Clients, Parting, Stop};
use crate::connection::{Connection, DialError, End, Sent};
use crate::format::{Delivery, Lifetime, Reading, Transport};
use crate::language::Text;
use crate::transcript::What;
use crate::verdict::{Expected, Happened};

/// A connection of the case.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) connection: Connection,
    /// Replies that are due: messages sent, less replies taken.
    pub(super) due: usize,
    pub(super) half_closed: bool,
    /// The last reply, after which the servers of some dialects close.
    pub(super) given: Given,
    /// A datagram that alone waits for its reply: it may be lost, and is then sent once more.
    pub(super) again: Option<Vec<u8>>,
    /// Whether one was. A network loses a datagram now and then; a server that ignores every other one is wrong.
    pub(super) resent: bool,
}

/// What a server has given on a connection by now, as far as that may end it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Given {
    Nothing,
    Reply,
    Result,
    Refusal,
}

/// The connection that a case has without naming one.
const IMPLICIT: &str = "c";

/// A connection that is never read is given up as stalled after so long without progress.
const UNREAD_STALL: Duration = Duration::from_millis(200);

/// Whether a server that closes after a result closes after a refusal too, is seen in this time.
const AFTER_REFUSAL: Duration = Duration::from_millis(100);

/// A connection on the loopback is made at once or never, but one whose first packet was dropped takes a second.
const CONNECT_AT_LEAST: Duration = Duration::from_millis(1500);

impl Player<'_> {
    pub(super) async fn connect(&mut self, name: &str, reading: Reading) -> Result<(), Stop> {
        if let Some(index) = self.find(name) {
            self.leave(index);
        }
        self.open(name, reading).await?;
        self.current = Some(name.to_owned());
        Ok(())
    }

    pub(super) async fn open(&mut self, name: &str, reading: Reading) -> Result<(), Stop> {
        let patience = self.terms.patience.max(CONNECT_AT_LEAST);
        let tap = self.terms.tap.of(name);
        match Connection::open(&self.terms.network, &self.terms.address, reading, patience, &tap).await {
            Ok(connection) => {
                self.transcript.record(name, What::Opened);
                self.lines.push(Line {
                    name: name.to_owned(),
                    connection,
                    due: 0,
                    half_closed: false,
                    given: Given::Nothing,
                    again: None,
                    resent: false,
                });
                match reading {
                    Reading::Always => self.welcome(self.lines.len() - 1).await,
                    Reading::Never => Ok(()),
                }
            }
            Err(error @ DialError::Local(_)) => Err(Stop::Fault(error.to_string())),
            Err(error @ (DialError::Refused(_) | DialError::TimedOut(_) | DialError::ToItself)) => {
                self.transcript.record(name, What::NotOpened(error.told()));
                Err(Stop::Break(Box::new(Break {
                    stage: self.stage,
                    connection: name.to_owned(),
                    expected: Expected::Connection,
                    happened: Happened::NotConnected(error.told()),
                    spent: false,
                    write_failed: false,
                    wrong: Vec::new(),
                })))
            }
        }
    }

    /// Whether the server may have closed a connection, having given the reply or the result for which it lasts.
    pub(super) fn is_spent(&self, line: usize) -> bool {
        match self.terms.dialect.connection {
            Lifetime::Session => false,
            Lifetime::OneReply => self.lines[line].given != Given::Nothing,
            Lifetime::OneResult => matches!(self.lines[line].given, Given::Result | Given::Refusal),
        }
    }

    /// Where a connection lasts for one reply or result, takes a new one in the place of one that is used up.
    pub(super) async fn renew(&mut self, line: usize) -> Result<(), Stop> {
        if !self.is_spent(line) || self.lines[line].due > 0 || self.lines[line].half_closed {
            return Ok(());
        }
        if self.terms.clients == Clients::One {
            return Err(self.broken(line, Expected::Connection, Happened::NotConnected(Text::default())));
        }
        let (lifetime, given) = (self.terms.dialect.connection, self.lines[line].given);
        let wait = match (lifetime, given) {
            (Lifetime::OneReply | Lifetime::Session, _) => self.terms.politeness,
            (Lifetime::OneResult, Given::Refusal) if self.stays_after_refusals => Duration::ZERO,
            (Lifetime::OneResult, Given::Refusal) => AFTER_REFUSAL,
            (Lifetime::OneResult, Given::Nothing | Given::Reply | Given::Result) => self.terms.patience,
        };
        let ended = self.lines[line].connection.ends_by(Instant::now() + wait).await;
        if lifetime == Lifetime::OneResult && !ended {
            self.stays_after_refusals |= given == Given::Refusal;
            return Ok(());
        }
        // A server that does not close once will not close the next time, and is waited for no more.
        self.goodbye_ignored |= !ended;
        let name = self.lines[line].name.clone();
        self.open(&name, Reading::Always).await?;
        // Steps find a connection by its name, and its place among the others is that of the old one.
        let new = self.lines.len() - 1;
        self.lines.swap(line, new);
        self.leave(new);
        Ok(())
    }

    /// The connection that a step is on; the first step of a case opens one if it has to.
    pub(super) async fn line(&mut self, on: Option<&str>) -> Result<usize, Stop> {
        let name = match on.or(self.current.as_deref()) {
            Some(name) => name.to_owned(),
            None => {
                self.connect(IMPLICIT, Reading::Always).await?;
                IMPLICIT.to_owned()
            }
        };
        self.find(&name)
            .ok_or_else(|| Stop::Fault(format!("the connection `{name}` has been closed by the case itself")))
    }

    /// Closes a connection.
    pub(super) fn leave(&mut self, line: usize) {
        let Line { connection, .. } = self.lines.remove(line);
        self.parts_from(&connection);
        connection.close();
    }

    /// A server that closed in good order has nothing more to do for that client.
    pub(super) fn parts_from(&mut self, connection: &Connection) {
        if connection.end() != Some(End::Fin) {
            self.parting = Parting::Unusual;
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.name == name)
    }

    /// Sends in as many writes as the case says. That a write fails or stalls is not yet a failure of the server: what it
    /// replied before can still be read, and if that is all that was due, it did its work.
    pub(super) async fn send(
        &mut self,
        line: usize,
        speech: &Speech,
        delivery: &Delivery,
    ) -> Result<(), Stop> {
        let line = &mut self.lines[line];
        let stall = match line.connection.reading() {
            Reading::Always => self.terms.patience.max(CONNECT_AT_LEAST),
            Reading::Never => UNREAD_STALL,
        };
        line.due += speech.messages;
        line.again = match self.terms.dialect.transport {
            Transport::Udp if !line.resent && line.due == 1 => Some(speech.octets.clone()),
            Transport::Udp | Transport::Tcp => None,
        };
        for (index, octets) in speech.writes().enumerate() {
            if index > 0 {
                sleep(Duration::from_millis(delivery.gap_ms)).await;
            }
            match line.connection.send(octets, stall).await {
                Sent::All => self.transcript.record(&line.name, What::Sent(octets.into())),
                Sent::Stalled | Sent::Failed(_) => {
                    self.transcript.record(&line.name, What::NotSent(octets.into()));
                    break;
                }
            }
        }
        Ok(())
    }

    pub(super) fn record(&mut self, line: usize, what: What) {
        self.transcript.record(&self.lines[line].name, what);
    }
}
