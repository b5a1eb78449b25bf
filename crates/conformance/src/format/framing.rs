//! How messages are told apart, in each direction.

use schemars::JsonSchema;
use serde::Deserialize;

use super::message::{True, exactly_one};
use super::{Header, Length, Octets, Span};

/// How messages are told apart, in each direction.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Framing {
    /// What we add to a message.
    pub send: Send,
    /// How a reply is found in what was received.
    pub receive: Receive,
}

/// How a message is framed when it is sent.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "RawSend")]
pub enum Send {
    /// `{}`: not at all.
    Bare,
    /// `{"delimiter": "\n"}`: something behind it ends it.
    Delimited(Vec<u8>),
    /// `{"fixed": 16}`: it is filled up with NULs, or with the octet of `pad`.
    Fixed {
        /// To so many octets.
        length: usize,
        /// With this one.
        pad: u8,
    },
    /// `{"length": {"width": 2}}`: its length stands before it.
    Length(Length),
    /// `{"header": {"name": "Content-Length"}}`: lines of text before it say its length.
    Header(Header),
}

/// How a reply is found.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "RawReceive")]
pub enum Receive {
    /// It ends with a delimiter.
    Delimited {
        /// The delimiter, `"\n"`.
        delimiter: Vec<u8>,
        /// What may stand before the delimiter and then belongs to it, `"\r"`.
        strip: Vec<u8>,
        /// How many delimiters end it: so many lines it has.
        count: u32,
        /// After so many milliseconds of silence, what has come is a reply too, for one that has no end.
        quiet_ms: Option<u64>,
        /// The most octets of a reply without its end.
        max: usize,
    },
    /// It is what arrives until nothing has come for so many milliseconds.
    Quiet {
        /// The milliseconds.
        quiet_ms: u64,
        /// The most octets of a reply.
        max: usize,
    },
    /// It is all that arrives until the server closes the connection.
    UntilClose {
        /// The most octets of a reply.
        max: usize,
    },
    /// It has always so many octets.
    Fixed(usize),
    /// It is one datagram.
    Datagram {
        /// The most octets of a reply.
        max: usize,
    },
    /// Its length stands before it.
    Length {
        /// Where and how.
        length: Length,
        /// What the reply is.
        words: Span,
        /// The most octets of a reply with its length.
        max: usize,
    },
    /// Lines of text before it say its length, and an empty one ends them.
    Header {
        /// Which line, and how the lines end.
        header: Header,
        /// What the reply is.
        words: Span,
        /// The most octets of a reply with the lines before it.
        max: usize,
    },
    /// It is several lines, up to one that says that it is the last and belongs to no reply.
    UntilLine {
        /// That line, `"."` or `"END"`.
        last: Vec<u8>,
        /// The most octets of a reply with its last line.
        max: usize,
    },
}

/// The longest reply where the dialect names none.
const LONGEST_REPLY: usize = 4096;

/// No more than this of a reply is ever kept (what a server sends beyond it waits in the system's buffers), and no message
/// is padded to more.
pub(super) const MOST_OCTETS: usize = 1 << 20;

/// A longer silence tests patience, and not servers.
const LONGEST_QUIET_MS: u64 = 60_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawSend {
    delimiter: Option<Octets>,
    length: Option<Length>,
    header: Option<Header>,
    fixed: Option<usize>,
    pad: Option<Octets>,
}

impl TryFrom<RawSend> for Send {
    type Error = String;

    fn try_from(raw: RawSend) -> Result<Self, String> {
        let pad = match raw.pad.map(|pad| pad.octets()).transpose()?.as_deref() {
            None => 0,
            Some([pad]) if raw.fixed.is_some() => *pad,
            Some(_) => return Err("`pad` is one octet and belongs to `fixed`".to_owned()),
        };
        if let Some(fixed) = raw.fixed.filter(|fixed| *fixed > MOST_OCTETS) {
            return Err(too_many(fixed));
        }
        let delimiter = raw.delimiter.map(|delimiter| delimiter.octets()).transpose()?;
        let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty());
        match (&delimiter, &raw.length, &raw.header, &raw.fixed) {
            (None, None, None, None) => Ok(Self::Bare),
            (None, Some(Length { offset: 1.., .. }), None, None) => {
                Err("an `offset` is for receiving: pack what stands before the length".to_owned())
            }
            _ => exactly_one(
                "the framing of a message",
                [
                    ("delimiter", delimiter.map(Self::Delimited)),
                    ("length", raw.length.map(Self::Length)),
                    ("header", raw.header.map(Self::Header)),
                    ("fixed", raw.fixed.map(|length| Self::Fixed { length, pad })),
                ],
            ),
        }
    }
}

/// More lines than a reply of a calculator has.
const MOST_LINES: u32 = 100;

/// Where the delimiter begins that is the last of so many.
pub(crate) fn last_delimiter(octets: &[u8], delimiter: &[u8], count: u32) -> Option<usize> {
    let mut searched = 0;
    let mut last = None;
    for _ in 0..count {
        let found = octets[searched..].windows(delimiter.len()).position(|window| window == delimiter)?;
        last = Some(searched + found);
        searched += found + delimiter.len();
    }
    last
}

/// More octets than are kept, or padded.
pub(super) fn too_many(octets: usize) -> String {
    format!("{octets} octets; there can be {MOST_OCTETS} at most")
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawReceive {
    delimiter: Option<Octets>,
    strip: Option<String>,
    count: Option<u32>,
    quiet_ms: Option<u64>,
    until_close: Option<True>,
    fixed: Option<usize>,
    datagram: Option<True>,
    length: Option<Length>,
    header: Option<Header>,
    words: Option<Span>,
    until_line: Option<String>,
    #[serde(default = "longest_reply")]
    max: usize,
}

const fn longest_reply() -> usize {
    LONGEST_REPLY
}

impl TryFrom<RawReceive> for Receive {
    type Error = String;

    fn try_from(raw: RawReceive) -> Result<Self, String> {
        let max = raw.max;
        let delimiter = raw.delimiter.map(|delimiter| delimiter.octets()).transpose()?;
        let has_length = raw.length.is_some() || raw.header.is_some();
        match &delimiter {
            _ if max == 0 || raw.fixed == Some(0) => {
                return Err("0 octets leave no room for a reply".to_owned());
            }
            _ if max.max(raw.fixed.unwrap_or_default()) > MOST_OCTETS => {
                return Err(too_many(max.max(raw.fixed.unwrap_or_default())));
            }
            _ if raw.quiet_ms.is_some_and(|ms| !(1..=LONGEST_QUIET_MS).contains(&ms)) => {
                return Err(format!("`quiet_ms` is from 1 to {LONGEST_QUIET_MS}"));
            }
            Some(delimiter) if delimiter.is_empty() => {
                return Err("an empty `delimiter` ends nothing".to_owned());
            }
            None if raw.strip.is_some() => return Err("`strip` belongs to `delimiter`".to_owned()),
            None if raw.count.is_some() => return Err("`count` belongs to `delimiter`".to_owned()),
            _ if raw.count.is_some_and(|count| !(1..=MOST_LINES).contains(&count)) => {
                return Err(format!("`count` is from 1 to {MOST_LINES}"));
            }
            _ if raw.words.is_some() && !has_length => {
                return Err("`words` belongs to `length` or `header`".to_owned());
            }
            Some(_) | None => {}
        }
        // Beside a delimiter, silence ends only what has none.
        let (quiet_ms, alone) = if delimiter.is_some() { (raw.quiet_ms, None) } else { (None, raw.quiet_ms) };
        let strip = raw.strip.unwrap_or_default().into_bytes();
        let count = raw.count.unwrap_or(1);
        let words = raw.words.unwrap_or_default();
        exactly_one(
            "the end of a reply",
            [
                (
                    "delimiter",
                    delimiter.map(|delimiter| Self::Delimited { delimiter, strip, count, quiet_ms, max }),
                ),
                ("quiet_ms", alone.map(|quiet_ms| Self::Quiet { quiet_ms, max })),
                ("until_close", raw.until_close.map(|True| Self::UntilClose { max })),
                ("fixed", raw.fixed.map(Self::Fixed)),
                ("datagram", raw.datagram.map(|True| Self::Datagram { max })),
                ("length", raw.length.map(|length| Self::Length { length, words, max })),
                ("header", raw.header.map(|header| Self::Header { header, words, max })),
                ("until_line", raw.until_line.map(|last| Self::UntilLine { last: last.into_bytes(), max })),
            ],
        )
    }
}
