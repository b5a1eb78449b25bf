//! What was received and not yet taken as a reply.

use std::collections::VecDeque;

use super::Received;
use super::framing::{Boundary, Quiet, boundary};
use crate::format::Receive;

/// What was received and not yet taken as a reply.
#[derive(Debug, Default)]
pub struct Inbox {
    bytes: Vec<u8>,
    taken: usize,
    /// Of datagrams, the lengths of those that have not been taken.
    datagrams: VecDeque<usize>,
}

/// What the inbox holds, by the dialect's framing.
#[derive(Debug, Eq, PartialEq)]
pub enum Found {
    /// A reply.
    Reply(Received),
    /// More octets than a reply may have, and no end.
    TooLong(Vec<u8>),
    /// The beginning of a reply, or nothing.
    Incomplete,
}

/// What its length can say, and more than is read of a stream at a time.
const LONGEST_DATAGRAM: usize = 64 * 1024;

impl Inbox {
    /// The most that is kept unread. What a server sends beyond that stays in the system's buffers, and then in the
    /// server's, so that a flood cannot fill the grader's memory; no case asks for that much.
    pub(super) const MOST: usize = 1 << 20;

    /// Adds what has come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.forget_the_taken();
        self.bytes.extend_from_slice(bytes);
    }

    /// Where what comes is added: there is room for the longest datagram.
    pub(super) fn room(&mut self) -> &mut Vec<u8> {
        self.forget_the_taken();
        self.bytes.reserve(LONGEST_DATAGRAM);
        &mut self.bytes
    }

    /// To move what is left behind the taken is worth it now and then.
    fn forget_the_taken(&mut self) {
        if self.taken == self.bytes.len() || self.taken > Self::MOST / 2 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
    }

    /// So many octets that have been added last are a datagram.
    pub(super) fn ends_datagram(&mut self, length: usize) {
        self.datagrams.push_back(length);
    }

    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    pub(crate) fn is_full(&self) -> bool {
        self.unread().len() >= Self::MOST
    }

    /// Takes one reply.
    pub fn take(&mut self, framing: &Receive, quiet: Quiet) -> Found {
        let first = match (framing, self.datagrams.pop_front()) {
            (Receive::Datagram { .. }, None) => return Found::Incomplete,
            (Receive::Datagram { .. }, Some(length)) => &self.unread()[..length],
            _ => self.unread(),
        };
        match boundary(framing, first, quiet) {
            Boundary::Reply { total, words } => {
                let raw = self.unread()[..total].to_vec();
                self.taken += total;
                Found::Reply(Received::within(raw, words))
            }
            Boundary::TooLong => Found::TooLong(self.take_all()),
            Boundary::Incomplete => Found::Incomplete,
        }
    }

    /// All that there is, where only silence could tell that it is a reply.
    pub(super) fn unended(&self, framing: &Receive) -> Option<Received> {
        match framing {
            Receive::Quiet { .. } if !self.unread().is_empty() => Some(Received::new(self.unread(), b"")),
            Receive::Quiet { .. }
            | Receive::Delimited { .. }
            | Receive::UntilClose { .. }
            | Receive::Fixed(_)
            | Receive::Datagram { .. }
            | Receive::Length { .. }
            | Receive::Header { .. }
            | Receive::UntilLine { .. } => None,
        }
    }

    /// Takes everything.
    pub(crate) fn take_all(&mut self) -> Vec<u8> {
        let all = self.bytes.split_off(self.taken);
        *self = Self::default();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(words: &[u8], end: &[u8]) -> Found {
        Found::Reply(Received::new(words, end))
    }

    #[test]
    fn a_reply_without_an_end_is_all_that_came_before_the_silence() {
        let framing = Receive::Quiet { quiet_ms: 50, max: 8 };
        let mut inbox = Inbox::default();
        inbox.push(b"OK");
        assert_eq!(inbox.take(&framing, Quiet::NotYet), Found::Incomplete);
        inbox.push(b"OK");
        assert_eq!(inbox.take(&framing, Quiet::Yes), reply(b"OKOK", b""));
        assert_eq!(inbox.take(&framing, Quiet::Yes), Found::Incomplete);
        inbox.push(b"123456789");
        assert_eq!(inbox.take(&framing, Quiet::NotYet), Found::TooLong(b"123456789".to_vec()));
    }

    #[test]
    fn what_was_taken_is_given_back_to_the_memory() {
        let lines = Receive::Delimited {
            delimiter: b"\n".to_vec(),
            strip: Vec::new(),
            count: 1,
            quiet_ms: None,
            max: 8,
        };
        let mut inbox = Inbox::default();
        for _ in 0..Inbox::MOST {
            inbox.push(b"OK\n");
            assert_eq!(inbox.take(&lines, Quiet::NotYet), reply(b"OK", b"\n"));
        }
        assert!(inbox.bytes.len() <= Inbox::MOST, "{}", inbox.bytes.len());
    }
}
