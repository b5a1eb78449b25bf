//! How one reply is found in what was received. One read is never taken for one reply.

use std::ops::Range;

use crate::format::Receive;

/// A reply as it was received.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Received {
    raw: Vec<u8>,
    words: Range<usize>,
}

impl Received {
    /// A reply of these words and this end.
    #[must_use]
    pub fn new(words: &[u8], end: &[u8]) -> Self {
        Self { raw: [words, end].concat(), words: 0..words.len() }
    }

    /// The same without the first words, which are a prompt.
    #[must_use]
    pub(crate) fn behind(self, prompt: usize) -> Self {
        let start = (self.words.start + prompt).min(self.words.end);
        Self { words: start..self.words.end, ..self }
    }

    /// The reply without what ends it, or stands before it.
    #[must_use]
    pub fn words(&self) -> &[u8] {
        &self.raw[self.words.clone()]
    }

    /// The reply with what ends it.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

/// What was received and not yet taken as a reply.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    taken: usize,
}

/// What the inbox holds, by the dialect's framing.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Found {
    Reply(Received),
    /// More octets than a reply may have, and no end.
    TooLong(Vec<u8>),
    /// The beginning of a reply, or nothing.
    Incomplete,
}

impl Inbox {
    /// The most that is kept unread. What a server sends beyond that stays in the system's buffers, and then in the
    /// server's, so that a flood cannot fill the grader's memory; no case asks for that much.
    pub(super) const MOST: usize = 1 << 20;

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.taken > Self::MOST / 2 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    pub(super) fn is_full(&self) -> bool {
        self.unread().len() >= Self::MOST
    }

    /// Takes one reply. Where a reply ends by silence, `quiet` says that the silence has come.
    pub(super) fn take(&mut self, framing: &Receive, quiet: Quiet) -> Found {
        match framing {
            Receive::Delimited { delimiter, strip, max } => self.take_delimited(
                delimiter.as_bytes(),
                strip.as_deref().unwrap_or_default().as_bytes(),
                *max,
            ),
            Receive::Quiet { max, .. } if self.unread().len() > *max => Found::TooLong(self.take_all()),
            Receive::Quiet { .. } => match quiet {
                Quiet::Yes if !self.unread().is_empty() => Found::Reply(Received::new(&self.take_all(), b"")),
                Quiet::Yes | Quiet::NotYet => Found::Incomplete,
            },
        }
    }

    /// All that there is, where only silence could tell that it is a reply.
    pub(super) fn unended(&self, framing: &Receive) -> Option<Received> {
        match framing {
            Receive::Quiet { .. } if !self.unread().is_empty() => Some(Received::new(self.unread(), b"")),
            Receive::Quiet { .. } | Receive::Delimited { .. } => None,
        }
    }

    fn take_delimited(&mut self, delimiter: &[u8], strip: &[u8], max: usize) -> Found {
        let longest = max + strip.len() + delimiter.len();
        let unread = self.unread();
        let window = &unread[..unread.len().min(longest)];
        let Some(end) = window.windows(delimiter.len()).position(|octets| octets == delimiter) else {
            return if unread.len() >= longest { Found::TooLong(self.take_all()) } else { Found::Incomplete };
        };
        let words =
            if strip.is_empty() { end } else { unread[..end].strip_suffix(strip).map_or(end, <[u8]>::len) };
        if words > max {
            return Found::TooLong(self.take_all());
        }
        let raw = unread[..end + delimiter.len()].to_vec();
        self.taken += raw.len();
        Found::Reply(Received { raw, words: 0..words })
    }

    /// Takes everything.
    pub(super) fn take_all(&mut self) -> Vec<u8> {
        let all = self.bytes.split_off(self.taken);
        *self = Self::default();
        all
    }
}

/// Whether nothing more has come for as long as ends a reply, or nothing more can come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Quiet {
    Yes,
    NotYet,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Receive {
        Receive::Delimited { delimiter: "\n".to_owned(), strip: Some("\r".to_owned()), max: 8 }
    }

    /// All that is found in `bytes` when they arrive in pieces of `size`.
    fn found(bytes: &[u8], size: usize, framing: &Receive) -> Vec<Found> {
        let mut inbox = Inbox::default();
        let mut all = Vec::new();
        for piece in bytes.chunks(size) {
            inbox.push(piece);
            loop {
                match inbox.take(framing, Quiet::NotYet) {
                    Found::Incomplete => break,
                    other => all.push(other),
                }
            }
        }
        all
    }

    fn reply(words: &[u8], end: &[u8]) -> Found {
        Found::Reply(Received::new(words, end))
    }

    #[test]
    fn replies_are_the_same_however_they_were_cut() {
        let stream = b"OK\nOK\r\n\nRESULT 3\n\r\r\nrest";
        let expected = [
            reply(b"OK", b"\n"),
            reply(b"OK", b"\r\n"),
            reply(b"", b"\n"),
            reply(b"RESULT 3", b"\n"),
            reply(b"\r", b"\r\n"),
        ];
        for size in 1..=stream.len() {
            assert_eq!(found(stream, size, &lines()), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_delimiter_of_several_octets_may_be_cut_too() {
        let framing = Receive::Delimited { delimiter: "END".to_owned(), strip: None, max: 8 };
        for size in 1..=8 {
            assert_eq!(found(b"aENbENDEND", size, &framing), [reply(b"aENb", b"END"), reply(b"", b"END")]);
        }
    }

    #[test]
    fn the_longest_reply_is_taken_and_a_longer_one_is_not() {
        for (stream, whole) in
            [("12345678\n", true), ("12345678\r\n", true), ("123456789\n", false), ("1234567890123", false)]
        {
            for size in 1..=stream.len() {
                let found = found(stream.as_bytes(), size, &lines());
                let right = match found.first() {
                    Some(Found::Reply(reply)) => whole && reply.words() == b"12345678",
                    Some(Found::TooLong(_)) => !whole,
                    Some(Found::Incomplete) | None => false,
                };
                assert!(right, "{stream:?} in pieces of {size}: {found:?}");
            }
        }
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
        let mut inbox = Inbox::default();
        for _ in 0..Inbox::MOST {
            inbox.push(b"OK\n");
            assert_eq!(inbox.take(&lines(), Quiet::NotYet), reply(b"OK", b"\n"));
        }
        assert!(inbox.bytes.len() <= Inbox::MOST, "{}", inbox.bytes.len());
    }
}
