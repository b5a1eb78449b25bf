//! The length of a message in a line of text before it.

use schemars::JsonSchema;
use serde::Deserialize;

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
