//! A dialogue before the load, one message at a time: here the dialect's patterns say what is right, and what octets are.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Fault;
use super::fault::{Due, Wrong};
use crate::connection::{Found, Inbox, Quiet, Received};
use crate::dialect::Dialect;
use crate::format::{self, Receive};
use crate::matcher::Matcher;

/// A message, and what is due.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) octets: Vec<u8>,
    pub(super) due: format::Matcher,
    pub(super) matcher: Matcher,
}

/// A dialogue on one connection.
pub(super) struct Talk<'a> {
    stream: TcpStream,
    inbox: Inbox,
    dialect: &'a Arc<Dialect>,
    /// Counted from 1.
    connection: usize,
    patience: Duration,
}

impl<'a> Talk<'a> {
    /// A dialogue on a connection that has just been made, behind the greeting and the preamble.
    pub(super) fn begin(
        stream: TcpStream,
        connection: usize,
        dialect: &'a Arc<Dialect>,
        preamble: &[Turn],
        patience: Duration,
    ) -> Result<Self, Fault> {
        let mut talk = Self { stream, inbox: Inbox::default(), dialect, connection, patience };
        for _ in 0..dialect.hearing.greeting {
            talk.hear(b"")?;
        }
        for turn in preamble {
            talk.take(turn)?;
        }
        Ok(talk)
    }

    /// Says a message and hears the reply, which has to be the right one. What comes back is all that was received for it,
    /// with prompts and messages that are no replies.
    pub(super) fn take(&mut self, turn: &Turn) -> Result<Vec<u8>, Fault> {
        let broken = |error| Fault::of_stream(self.connection, &error);
        self.stream.set_write_timeout(Some(self.patience)).map_err(broken)?;
        self.stream.write_all(&turn.octets).map_err(|error| self.failed(&error, &turn.octets))?;
        let (octets, reply) = self.hear(&turn.octets)?;
        if turn.matcher.matches(&reply) {
            return Ok(octets);
        }
        Err(Fault::Wrong(Box::new(Wrong {
            connection: self.connection,
            message: turn.octets.clone(),
            due: Due::Reply(turn.due.clone(), Arc::clone(self.dialect)),
            came: reply.raw().to_vec(),
        })))
    }

    /// The connection, and what has come and belongs to the next reply.
    pub(super) fn end(mut self) -> (TcpStream, Vec<u8>) {
        let rest = self.inbox.take_all();
        (self.stream, rest)
    }

    /// One reply, and all octets up to its end.
    fn hear(&mut self, message: &[u8]) -> Result<(Vec<u8>, Received), Fault> {
        let mut octets = Vec::new();
        let deadline = Instant::now() + self.patience;
        let mut quiet = Quiet::NotYet;
        loop {
            match self.inbox.take(&self.dialect.hearing.receive, quiet) {
                Found::Reply(received) => {
                    octets.extend_from_slice(received.raw());
                    if let Some(reply) = self.dialect.hearing.reply(received) {
                        return Ok((octets, reply));
                    }
                }
                Found::TooLong(came) => return Err(Fault::Unasked { connection: self.connection, came }),
                Found::Incomplete => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    let silence = self.silence().filter(|_| !self.inbox.unread().is_empty());
                    quiet = match self.read(silence.unwrap_or(left).min(left)) {
                        Ok(()) => Quiet::NotYet,
                        Err(error) if is_timeout(&error) && silence.is_some() && !left.is_zero() => {
                            Quiet::Yes
                        }
                        Err(error) => return Err(self.failed(&error, message)),
                    };
                }
            }
        }
    }

    fn read(&mut self, wait: Duration) -> io::Result<()> {
        if wait.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut buffer = [0; 4096];
        self.stream.set_read_timeout(Some(wait))?;
        match self.stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.inbox.push(&buffer[..count]);
                Ok(())
            }
        }
    }

    /// The silence that ends a reply, where that is what ends it.
    fn silence(&self) -> Option<Duration> {
        match &self.dialect.hearing.receive {
            Receive::Quiet { quiet_ms, .. } => Some(Duration::from_millis(*quiet_ms)),
            Receive::Delimited { .. }
            | Receive::UntilClose { .. }
            | Receive::Fixed(_)
            | Receive::Datagram { .. }
            | Receive::Length { .. }
            | Receive::Header { .. }
            | Receive::UntilLine { .. } => None,
        }
    }

    fn failed(&self, error: &io::Error, message: &[u8]) -> Fault {
        Fault::of_wait(self.connection, error, message, self.patience)
    }
}

/// On some systems a time that is up reads as an operation that would block.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}
