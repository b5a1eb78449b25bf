//! How messages are told apart, in each direction.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Octets;
use super::message::{True, exactly_one};

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
    /// It is several lines, up to one that says that it is the last and belongs to no reply.
    UntilLine {
        /// That line, `"."` or `"END"`.
        last: Vec<u8>,
        /// The most octets of a reply with its last line.
        max: usize,
    },
}

/// A length before a message.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// How many octets the length has: 1, 2 or 4.
    pub width: Width,
    /// Which of them comes first.
    #[serde(default)]
    pub endian: Endian,
    /// How many octets stand before it.
    #[serde(default)]
    pub offset: u16,
    /// What it counts.
    #[serde(default)]
    pub counts: Span,
}

/// How many octets a length has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "u8")]
pub struct Width(u8);

/// Which octet of a number comes first.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Endian {
    /// The most significant one: network order.
    #[default]
    Big,
    /// The least significant one, as most processors keep it.
    Little,
}

/// A part of a message that is framed by its length.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// What stands behind the length.
    #[default]
    Body,
    /// All of it: what stands before the length, the length, and what stands behind it.
    All,
}

impl TryFrom<u8> for Width {
    type Error = String;

    fn try_from(width: u8) -> Result<Self, String> {
        match width {
            1 | 2 | 4 => Ok(Self(width)),
            other => Err(format!("a length has 1, 2 or 4 octets, not {other}")),
        }
    }
}

impl Width {
    /// The number of octets.
    #[must_use]
    pub const fn octets(self) -> usize {
        self.0 as usize
    }
}

impl Endian {
    /// An unsigned number in so many octets, if they hold it.
    #[must_use]
    pub fn encode(self, number: u64, width: usize) -> Option<Vec<u8>> {
        let octets = number.to_be_bytes();
        let (above, kept) = octets.split_at_checked(octets.len().checked_sub(width)?)?;
        if above.iter().any(|octet| *octet != 0) {
            return None;
        }
        let mut kept = kept.to_vec();
        match self {
            Self::Big => {}
            Self::Little => kept.reverse(),
        }
        Some(kept)
    }

    /// The unsigned number that at most eight octets hold.
    #[must_use]
    pub fn decode(self, octets: &[u8]) -> u64 {
        let add = |number: u64, octet: &u8| number << 8 | u64::from(*octet);
        match self {
            Self::Big => octets.iter().fold(0, add),
            Self::Little => octets.iter().rev().fold(0, add),
        }
    }
}

impl Length {
    /// How many octets stand before the body.
    #[must_use]
    pub const fn header(&self) -> usize {
        self.offset as usize + self.width.octets()
    }
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
        match (&delimiter, &raw.length, &raw.fixed) {
            (None, None, None) => Ok(Self::Bare),
            (None, Some(Length { offset: 1.., .. }), None) => {
                Err("an `offset` is for receiving: pack what stands before the length".to_owned())
            }
            _ => exactly_one(
                "the framing of a message",
                [
                    ("delimiter", delimiter.map(Self::Delimited)),
                    ("length", raw.length.map(Self::Length)),
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
        match (&delimiter, &raw.length) {
            _ if max == 0 || raw.fixed == Some(0) => {
                return Err("0 octets leave no room for a reply".to_owned());
            }
            _ if max.max(raw.fixed.unwrap_or_default()) > MOST_OCTETS => {
                return Err(too_many(max.max(raw.fixed.unwrap_or_default())));
            }
            _ if raw.quiet_ms.is_some_and(|ms| !(1..=LONGEST_QUIET_MS).contains(&ms)) => {
                return Err(format!("`quiet_ms` is from 1 to {LONGEST_QUIET_MS}"));
            }
            (Some(delimiter), _) if delimiter.is_empty() => {
                return Err("an empty `delimiter` ends nothing".to_owned());
            }
            (None, _) if raw.strip.is_some() => return Err("`strip` belongs to `delimiter`".to_owned()),
            (None, _) if raw.count.is_some() => return Err("`count` belongs to `delimiter`".to_owned()),
            _ if raw.count.is_some_and(|count| !(1..=MOST_LINES).contains(&count)) => {
                return Err(format!("`count` is from 1 to {MOST_LINES}"));
            }
            (_, None) if raw.words.is_some() => return Err("`words` belongs to `length`".to_owned()),
            _ => {}
        }
        let strip = raw.strip.unwrap_or_default().into_bytes();
        let count = raw.count.unwrap_or(1);
        let words = raw.words.unwrap_or_default();
        exactly_one(
            "the end of a reply",
            [
                ("delimiter", delimiter.map(|delimiter| Self::Delimited { delimiter, strip, count, max })),
                ("quiet_ms", raw.quiet_ms.map(|quiet_ms| Self::Quiet { quiet_ms, max })),
                ("until_close", raw.until_close.map(|True| Self::UntilClose { max })),
                ("fixed", raw.fixed.map(Self::Fixed)),
                ("datagram", raw.datagram.map(|True| Self::Datagram { max })),
                ("length", raw.length.map(|length| Self::Length { length, words, max })),
                ("until_line", raw.until_line.map(|last| Self::UntilLine { last: last.into_bytes(), max })),
            ],
        )
    }
}
