//! What the steps of a case expect.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::line::Given;
use super::player::Player;
use super::speech::Speech;
use super::{Parting, Stop};
use crate::connection::{End, Heard, Received};
use crate::dialect::{FAIL, RESULT};
use crate::format::{self, Delivery, Ending, Part, Segments, Transport};
use crate::language::Text;
use crate::matcher::Matcher;
use crate::transcript::What;
use crate::verdict::{Expected, Happened, Warning};

/// How long a second reply is waited for after one that was not expected, to see whether that one was merely extra.
const SECOND_REPLY: Duration = Duration::from_millis(50);

impl Player<'_> {
    /// What the server of the dialect says before it is asked anything, and what is said before anything is asked.
    pub(super) async fn welcome(&mut self, line: usize) -> Result<(), Stop> {
        let dialect = Arc::clone(&self.terms.dialect);
        for _ in 0..dialect.hearing.greeting {
            self.expect(line, &format::Matcher::Any, None).await?;
        }
        for (message, reply) in &dialect.preamble {
            let speech = Speech::of_framed(slice::from_ref(message), Part::Whole, &Segments::One);
            self.send(line, &speech, &Delivery::default()).await?;
            self.expect(line, reply, None).await?;
        }
        self.lines[line].given = Given::Nothing;
        Ok(())
    }

    /// One reply, of this kind.
    pub(super) async fn expect(
        &mut self,
        line: usize,
        reply: &format::Matcher,
        capture: Option<&str>,
    ) -> Result<(), Stop> {
        let matcher =
            Matcher::compile(reply, &self.terms.dialect).map_err(|error| Stop::Fault(error.to_string()))?;
        let mut began = Instant::now();
        let mut heard =
            self.hear(line, began + self.terms.patience, |received| matcher.matches(received)).await;
        let mut waited = began.elapsed();
        if let (Heard::Nothing(_), Some(octets)) = (&heard, self.lines[line].again.take()) {
            self.lines[line].resent = true;
            self.lines[line].connection.send(&octets, self.terms.patience).await;
            self.record(line, What::Sent(octets[..].into()));
            began = Instant::now();
            heard = self.hear(line, began + self.terms.patience, |received| matcher.matches(received)).await;
            // A loss says nothing of how fast the server is.
            waited = began.elapsed();
            self.drop_second_reply(line).await;
        }
        self.slowest = self.slowest.max(waited);
        let received = match self.reply(heard, waited) {
            Ok(received) => received,
            Err(happened) => return Err(self.broken(line, Expected::Reply(reply.clone()), happened)),
        };
        if !matcher.matches(&received) {
            let happened = self.wrong_or_extra(line, received, &matcher).await;
            return Err(self.broken(line, Expected::Reply(reply.clone()), happened));
        }
        if let Some(name) = capture {
            let value = self.captured(&received);
            self.values.insert(name.to_owned(), value);
        }
        Ok(())
    }

    /// Takes the second reply to a datagram that was sent twice, if the first had not been lost but was only late.
    async fn drop_second_reply(&mut self, line: usize) {
        let deadline = Instant::now() + SECOND_REPLY;
        let hearing = &self.terms.dialect.hearing;
        if let Heard::Reply(second) = self.lines[line].connection.receive(hearing, deadline, |_| false).await
        {
            self.record(line, What::Received(second.raw().into()));
        }
    }

    /// The end of the connection, and no reply before it.
    pub(super) async fn expect_close(&mut self, line: usize, ending: Ending) -> Result<(), Stop> {
        let deadline = Instant::now() + self.terms.patience;
        let happened = match self.hear(line, deadline, |_| false).await {
            Heard::Ended(end, partial) if partial.is_empty() => match (end, ending) {
                (End::Fin, Ending::Any | Ending::Fin) | (End::Reset, Ending::Rst) => None,
                (End::Reset, Ending::Any) => {
                    self.warning = Some(Warning::Reset);
                    None
                }
                (End::Reset, Ending::Fin) | (End::Fin, Ending::Rst) => Some(Happened::Ended(end, partial)),
            },
            Heard::Nothing(partial) if partial.is_empty() => Some(Happened::StillOpen(self.terms.patience)),
            Heard::Reply(received) => Some(Happened::Unsolicited(received)),
            Heard::Ended(_, octets)
            | Heard::Nothing(octets)
            | Heard::TooLong(octets)
            | Heard::Unterminated(octets) => Some(Happened::Unsolicited(Received::new(&octets, b""))),
        };
        match happened {
            Some(happened) => Err(self.broken(line, Expected::Close(ending), happened)),
            None => {
                self.parting = Parting::Unusual;
                self.leave(line);
                Ok(())
            }
        }
    }

    /// Nothing, for a while. A server that closes in silence has said nothing either; whether it may close, the next step
    /// or the fence will show.
    pub(super) async fn expect_silence(&mut self, line: usize, silence: Duration) -> Result<(), Stop> {
        let hearing = &self.terms.dialect.hearing;
        self.lines[line].connection.wait_for_octets(hearing, Instant::now() + silence).await;
        if hearing.is_noise(self.lines[line].connection.leftover()) {
            match self.lines[line].connection.end() {
                None => self.record(line, What::Nothing(silence)),
                Some(End::Fin) => self.record(line, What::ServerClosed),
                Some(End::Reset) => {
                    self.record(line, What::ServerReset);
                    self.warning = Some(Warning::Reset);
                }
            }
            return Ok(());
        }
        let happened = self.extra(line).await;
        Err(self.broken(line, Expected::Silence(silence), happened))
    }

    /// Before a message is said, when no reply is due: what has come by then was not asked for.
    pub(super) async fn nothing_early(&mut self, line: usize) -> Result<(), Stop> {
        let hearing = &self.terms.dialect.hearing;
        if self.lines[line].due > 0 || hearing.is_noise(self.lines[line].connection.leftover()) {
            return Ok(());
        }
        let happened = self.extra(line).await;
        Err(self.broken(line, Expected::NothingExtra, happened))
    }

    /// What has come though nothing was due: a whole reply, if it is one.
    async fn extra(&mut self, line: usize) -> Happened {
        let deadline = Instant::now() + self.terms.patience;
        match self.hear(line, deadline, |_| false).await {
            Heard::Reply(received) => Happened::Unsolicited(received),
            Heard::TooLong(octets) => Happened::TooLong(octets),
            Heard::Unterminated(octets) | Heard::Nothing(octets) | Heard::Ended(_, octets) => {
                Happened::Unsolicited(Received::new(&octets, b""))
            }
        }
    }

    /// A reply that is not the expected one, or one that was sent in addition to it. Only where no other reply is due
    /// does the next one tell.
    async fn wrong_or_extra(&mut self, line: usize, received: Received, matcher: &Matcher) -> Happened {
        if self.lines[line].due > 0 {
            return Happened::Reply(received);
        }
        let deadline = Instant::now() + SECOND_REPLY.min(self.terms.patience);
        match self.lines[line].connection.receive(&self.terms.dialect.hearing, deadline, |_| false).await {
            Heard::Reply(second) if matcher.matches(&second) => {
                self.record(line, What::Received(second.raw().into()));
                Happened::Unsolicited(received)
            }
            Heard::Reply(_)
            | Heard::TooLong(_)
            | Heard::Unterminated(_)
            | Heard::Nothing(_)
            | Heard::Ended(..) => Happened::Reply(received),
        }
    }

    fn reply(&self, heard: Heard, waited: Duration) -> Result<Received, Happened> {
        match heard {
            Heard::Reply(received) => Ok(received),
            Heard::TooLong(octets) => Err(Happened::TooLong(octets)),
            Heard::Unterminated(octets) => Err(Happened::Unterminated(octets)),
            Heard::Nothing(partial) => Err(Happened::Nothing { partial, waited }),
            // Datagrams have no end: the system says that nobody takes them.
            Heard::Ended(..) if self.terms.dialect.transport == Transport::Udp => {
                Err(Happened::NotConnected(Text::of(
                    "no program takes datagrams at this address",
                    "en esta dirección ningún programa recibe datagramas",
                )))
            }
            Heard::Ended(end, partial) => Err(Happened::Ended(end, partial)),
        }
    }

    /// Listens, and records what was heard.
    pub(super) async fn hear(
        &mut self,
        line: usize,
        deadline: Instant,
        whole: impl Fn(&Received) -> bool,
    ) -> Heard {
        let began = Instant::now();
        let heard = self.lines[line].connection.receive(&self.terms.dialect.hearing, deadline, whole).await;
        for ignored in self.lines[line].connection.take_ignored() {
            self.record(line, What::Received(ignored[..].into()));
        }
        match &heard {
            Heard::Reply(received) => {
                self.lines[line].due = self.lines[line].due.saturating_sub(1);
                self.lines[line].given = match self.terms.dialect.name_of(received.words()) {
                    Some(RESULT) => Given::Result,
                    Some(FAIL) => Given::Refusal,
                    Some(_) | None => Given::Reply,
                };
                self.record(line, What::Received(received.raw().into()));
            }
            Heard::TooLong(octets) | Heard::Unterminated(octets) => {
                self.record(line, What::Partial(octets[..].into()))
            }
            Heard::Nothing(octets) if octets.is_empty() => self.record(line, What::Nothing(began.elapsed())),
            Heard::Nothing(octets) => self.record(line, What::Partial(octets[..].into())),
            Heard::Ended(end, octets) => {
                if !octets.is_empty() {
                    self.record(line, What::Partial(octets[..].into()));
                }
                self.record(line, if *end == End::Fin { What::ServerClosed } else { What::ServerReset });
            }
        }
        heard
    }

    /// The number of a reply, or all of it where it has none.
    fn captured(&self, received: &Received) -> String {
        let result = self.terms.dialect.reply(RESULT);
        let number = result.and_then(|result| result.pattern.read(received.words())?.number);
        number.unwrap_or_else(|| String::from_utf8_lossy(received.words()).into_owned())
    }
}
