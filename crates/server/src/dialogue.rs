//! The protocol's side of a connection: pieces of the stream in, replies out, no socket.

use std::time::Duration;

use calc_proto::{LineDecoder, Request, Session};
use tokio::time::Instant;

/// The replies of one slice may grow to this many octets before they have to be sent, so that a piece full of line
/// feeds, each of which earns a reply fifty times as long, does not become a megabyte of memory (CONN-7).
///
/// A piece of ordinary messages stays below it and is answered by one write.
const SLICE_OCTETS: usize = 64 * 1024;

/// How long one slice may keep its worker from the other connections (CONN-3). An ordinary piece takes a tenth of
/// it; a power costs a thousand times what a sum does.
const SLICE_TIME: Duration = Duration::from_micros(500);

/// How many messages are answered between two looks at the clock and at the replies' size, which bounds by how much
/// either can be overrun.
const BATCH: usize = 32;

/// The room for replies that an idle connection keeps, so that one message at a time is answered without allocating.
const RETAINED: usize = 64;

/// What one connection has received and not yet answered, and answered and not yet sent.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    decoder: LineDecoder,
    session: Session,
    /// What the last slice left of its piece. No more is read before it is answered, so that it never grows.
    unanswered: Vec<u8>,
    replies: Vec<u8>,
}

/// What came of one slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slice {
    /// Octets without the end of a message.
    NoMessage,
    /// All complete messages were answered.
    Answered,
    /// As many messages were answered as fit a slice; [`Dialogue::resume`] goes on with the rest.
    Cut,
}

impl Dialogue {
    /// Answers the complete messages of a piece of the stream, as far as one slice goes.
    pub(crate) fn receive(&mut self, mut piece: &[u8], now: Instant) -> Slice {
        let mut slice = Slice::NoMessage;
        loop {
            for _ in 0..BATCH {
                let Some(line) = self.decoder.next_line(&mut piece) else { return slice };
                slice = Slice::Answered;
                let Some(reply) = self.session.handle(Request::parse(line)) else { return slice };
                reply.encode(&mut self.replies);
            }
            if self.replies.len() >= SLICE_OCTETS || now.elapsed() >= SLICE_TIME {
                self.unanswered = piece.to_vec();
                return if piece.is_empty() { slice } else { Slice::Cut };
            }
        }
    }

    /// Answers the next slice of what the last one left.
    pub(crate) fn resume(&mut self, now: Instant) -> Slice {
        let piece = std::mem::take(&mut self.unanswered);
        self.receive(&piece, now)
    }

    /// The replies that are to be sent.
    pub(crate) fn replies(&self) -> &[u8] {
        &self.replies
    }

    /// Forgets the replies: they are sent.
    pub(crate) fn replies_sent(&mut self) {
        self.replies.clear();
    }

    /// Gives back the memory that an idle connection has no use for.
    pub(crate) fn rest(&mut self) {
        if self.replies.capacity() > RETAINED {
            self.replies = Vec::new();
        }
    }

    /// Whether `QUIT` was answered, so that the connection has to be closed (MSG-8).
    pub(crate) const fn is_over(&self) -> bool {
        self.session.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slice that starts only then is never out of time.
    fn in_an_hour() -> Instant {
        Instant::now() + Duration::from_secs(3600)
    }

    /// Feeds a piece and all that its slices leave; tells the replies and how many slices it took.
    fn answer(dialogue: &mut Dialogue, piece: &[u8], start: fn() -> Instant) -> (String, usize) {
        let mut replies = Vec::new();
        let mut slices = 1;
        let mut slice = dialogue.receive(piece, start());
        loop {
            assert!(dialogue.replies().len() < SLICE_OCTETS + BATCH * 64, "a slice grows without bound");
            replies.extend_from_slice(dialogue.replies());
            dialogue.replies_sent();
            if slice != Slice::Cut {
                return (String::from_utf8(replies).unwrap(), slices);
            }
            slices += 1;
            slice = dialogue.resume(start());
        }
    }

    #[test]
    fn a_piece_of_ordinary_messages_is_one_slice() {
        let (replies, slices) =
            answer(&mut Dialogue::default(), &b"CLEAR\n1\n2\n+\n".repeat(1_000), in_an_hour);
        assert_eq!((replies, slices), ("OK\nOK\nOK\nRESULT 3\n".repeat(1_000), 1));
    }

    #[test]
    fn long_replies_to_short_messages_are_cut_into_slices() {
        const MESSAGES: usize = 16 * 1024;
        let (replies, slices) = answer(&mut Dialogue::default(), &b"\n".repeat(MESSAGES), in_an_hour);
        assert_eq!(replies.lines().count(), MESSAGES);
        assert!(slices >= replies.len() / (SLICE_OCTETS + BATCH * 64), "{slices} slices");
    }

    #[test]
    fn costly_messages_are_cut_into_slices() {
        let (replies, slices) = answer(&mut Dialogue::default(), &b"2\n.5\n^\n".repeat(500), Instant::now);
        assert_eq!(replies, "OK\nOK\nRESULT 1.414213562373095048801688724209698\n".repeat(500));
        assert!(slices > 5, "{slices} slices");
    }

    #[test]
    fn a_message_is_noticed_when_it_is_complete() {
        let mut dialogue = Dialogue::default();
        let now = Instant::now();
        assert_eq!(dialogue.receive(b"1", now), Slice::NoMessage);
        assert_eq!(dialogue.receive(b"\n2", now), Slice::Answered);
        assert_eq!(dialogue.receive(b"2", now), Slice::NoMessage);
    }

    #[test]
    fn nothing_behind_quit_is_kept() {
        let mut dialogue = Dialogue::default();
        assert_eq!(
            answer(&mut dialogue, &[b"QUIT\n".as_slice(), &b"\n".repeat(10_000)].concat(), in_an_hour),
            ("OK\n".into(), 1)
        );
        assert!(dialogue.is_over());
        assert_eq!(answer(&mut dialogue, b"1\n", in_an_hour), (String::new(), 1));
    }

    #[test]
    fn at_rest_it_holds_next_to_nothing() {
        let mut dialogue = Dialogue::default();
        answer(&mut dialogue, &b"\n".repeat(16 * 1024), in_an_hour);
        dialogue.rest();
        assert!(dialogue.replies.capacity() <= RETAINED);
        assert_eq!(dialogue.unanswered.capacity(), 0);
    }
}
