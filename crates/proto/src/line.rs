//! Octets in, lines out: the framing of `PROTOCOL.md` §3.

/// The most octets that a line may have, its blanks counted and its line end not (FRAME-4, REPLY-3).
///
/// It holds the longest canonical number six times, and bounds what a connection keeps in memory.
pub const MAX_LINE: usize = 256;

/// One line as it stood on the wire, without its line end.
///
/// A line that is too long is an item of the stream like any other, not the end of it (FRAME-5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// At most [`MAX_LINE`] octets, blanks included, LF or CRLF taken away.
    Complete(&'a [u8]),
    /// A line of more than [`MAX_LINE`] octets. They are gone.
    TooLong,
}

/// Finds the lines in a stream that arrives in pieces of any size.
///
/// The caller owns the buffer it reads into; the decoder keeps only what a piece left unfinished, which is never
/// more than [`MAX_LINE`] octets and a CR.
///
/// ```
/// use calc_proto::{Line, LineDecoder};
///
/// let mut decoder = LineDecoder::new();
/// let mut piece: &[u8] = b"1\r\n2\n+";
/// assert_eq!(decoder.next_line(&mut piece), Some(Line::Complete(b"1")));
/// assert_eq!(decoder.next_line(&mut piece), Some(Line::Complete(b"2")));
/// assert_eq!(decoder.next_line(&mut piece), None); // `+` waits for its LF
///
/// let mut piece: &[u8] = b"\n";
/// assert_eq!(decoder.next_line(&mut piece), Some(Line::Complete(b"+")));
/// ```
#[derive(Debug, Default)]
pub struct LineDecoder {
    partial: Vec<u8>,
    stage: Stage,
}

/// What the octets in [`LineDecoder::partial`] are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing: the next octet begins a line.
    #[default]
    Between,
    /// The start of a line whose LF has not come.
    Collecting,
    /// Nothing: the line has grown too long, and its octets are dropped until its LF.
    Skipping,
    /// The line that the last call lent out, to be forgotten by the next one.
    Lent,
}

impl LineDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub const fn new() -> Self {
        Self { partial: Vec::new(), stage: Stage::Between }
    }

    /// Takes the next line off the front of `input`, and moves `input` past it.
    ///
    /// `None` means that `input` is used up; the start of a line that it may have ended with is kept for the next
    /// piece. What is still kept when the stream ends is not a message (FRAME-9): drop it with the decoder.
    #[inline]
    pub fn next_line<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Option<Line<'d>> {
        // A line that came whole is lent out as it lies in the caller's buffer.
        if self.stage == Stage::Between
            && let Some((line, rest)) = split_at_lf(input)
        {
            *input = rest;
            return Some(Line::of(line));
        }
        self.assemble(input)
    }

    /// Takes the next line of which the start is kept, or keeps the start of one.
    fn assemble<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Option<Line<'d>> {
        if self.stage == Stage::Lent {
            self.partial = Vec::new(); // an idle connection keeps nothing
            self.stage = Stage::Between;
        }
        let Some((head, rest)) = split_at_lf(input) else {
            self.keep(input);
            *input = &[];
            return None;
        };
        *input = rest;
        match self.stage {
            Stage::Between | Stage::Lent => Some(Line::of(head)),
            Stage::Collecting | Stage::Skipping => {
                self.keep(head);
                if self.stage == Stage::Skipping {
                    self.stage = Stage::Between;
                    return Some(Line::TooLong);
                }
                self.stage = Stage::Lent;
                Some(Line::of(&self.partial))
            }
        }
    }

    /// Whether the stream, were it to end here, would end in the middle of a line.
    #[must_use]
    pub fn is_mid_line(&self) -> bool {
        match self.stage {
            Stage::Collecting | Stage::Skipping => true,
            Stage::Between | Stage::Lent => false,
        }
    }

    fn keep(&mut self, octets: &[u8]) {
        let room = MAX_KEPT.saturating_sub(self.partial.len());
        if octets.is_empty() || self.stage == Stage::Skipping {
            return;
        }
        if octets.len() > room {
            self.stage = Stage::Skipping;
            self.partial = Vec::new();
        } else {
            self.stage = Stage::Collecting;
            self.partial.extend_from_slice(octets);
        }
    }
}

/// A line of full length, and the CR that may yet turn out to belong to its end.
const MAX_KEPT: usize = MAX_LINE.saturating_add(1);

impl<'a> Line<'a> {
    /// The line that `octets`, which stood before an LF, make (FRAME-2).
    #[must_use]
    pub fn of(octets: &'a [u8]) -> Self {
        let octets = match octets {
            [line @ .., b'\r'] | line => line,
        };
        if octets.len() > MAX_LINE { Self::TooLong } else { Self::Complete(octets) }
    }
}

fn split_at_lf(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = position_of_lf(input)?;
    Some((input.get(..end)?, input.get(end.saturating_add(1)..)?))
}

/// Most messages are shorter than a word, which takes fewer instructions to search than a vector takes to set up.
fn position_of_lf(input: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    const LINE_FEEDS: u64 = ONES * b'\n' as u64;
    if let Some(word) = input.first_chunk() {
        // Of the octets that are zero after this, the lowest one's high bit is the lowest bit of `found`.
        let word = u64::from_le_bytes(*word) ^ LINE_FEEDS;
        let found = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if found != 0 {
            return Some(found.trailing_zeros() as usize / 8);
        }
    }
    memchr::memchr(b'\n', input)
}
