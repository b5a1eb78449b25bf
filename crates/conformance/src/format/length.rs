//! Where the length of a message stands that says its own: in octets before it, or in a line of text.

use schemars::JsonSchema;
use serde::Deserialize;

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

/// Lines of text before a message, one of which says how long it is: `Content-Length: 12`, and an empty line.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// What the line begins with, before its colon, in capitals or not: `"Content-Length"`.
    pub name: HeaderName,
    /// What ends each line.
    #[serde(default)]
    pub line_end: LineEnd,
}

/// What a line of a header begins with, before its colon.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "String")]
pub struct HeaderName(String);

/// What ends the lines of a header.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
pub enum LineEnd {
    /// As the protocols of the internet have it.
    #[default]
    #[serde(rename = "\r\n")]
    CrLf,
    /// A line feed alone.
    #[serde(rename = "\n")]
    Lf,
}

impl TryFrom<String> for HeaderName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.is_empty() || name.contains([':', ' ', '\t', '\r', '\n']) {
            return Err(format!(
                "`{}` is no name of a header: it has no blanks and no colon",
                name.escape_debug()
            ));
        }
        Ok(Self(name))
    }
}

impl LineEnd {
    /// Its octets.
    #[must_use]
    pub const fn octets(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
        }
    }
}

impl Header {
    /// The lines before a body of so many octets.
    #[must_use]
    pub fn encode(&self, length: usize) -> Vec<u8> {
        let line_end = self.line_end.octets();
        let line = format!("{}: {length}", self.name.0);
        [line.as_bytes(), line_end, line_end].concat()
    }

    /// How long the body is, by the lines before it; none, if none of them says so.
    #[must_use]
    pub fn decode(&self, lines: &[u8]) -> Option<u64> {
        let mut lines = lines.split(|octet| *octet == b'\n');
        lines.find_map(|line| {
            let (name, length) = std::str::from_utf8(line).ok()?.split_once(':')?;
            name.eq_ignore_ascii_case(&self.name.0).then(|| length.trim_ascii().parse().ok())?
        })
    }

    /// What stands behind the last line, before the body.
    #[must_use]
    pub fn end(&self) -> Vec<u8> {
        self.line_end.octets().repeat(2)
    }
}
