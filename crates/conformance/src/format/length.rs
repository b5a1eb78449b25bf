//! The length of a message before it: in a binary field, or in digits.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Octets;
use super::message::exactly_one;
use super::numeral::{Base, Endian, Fill, MOST_DIGITS, NoNumber, Numeral, Width};

/// A length before a message.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "RawLength")]
pub struct Length {
    /// How it is written.
    pub numeral: Numeral,
    /// How many octets stand before it.
    pub offset: u16,
    /// What it counts.
    pub counts: Span,
    /// What stands behind the message, as the comma of a netstring does.
    pub then: Vec<u8>,
}

/// How much of what was received a message takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Extent {
    /// So many octets stand before it.
    pub head: usize,
    /// So many there are with these and what stands behind it.
    pub total: u64,
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLength {
    /// How many octets it has as a binary number: 1, 2 or 4.
    width: Option<Width>,
    /// Which of these comes first.
    endian: Option<Endian>,
    /// How many digits it has, filled up.
    digits: Option<usize>,
    /// What it is filled up with.
    fill: Option<Fill>,
    /// What ends it, where it has as many digits as it takes: `":"`.
    until: Option<Octets>,
    /// The base of the digits.
    base: Option<Base>,
    /// How many octets stand before it.
    #[serde(default)]
    offset: u16,
    /// What it counts.
    #[serde(default)]
    counts: Span,
    /// What stands behind the message: `","`.
    then: Option<Octets>,
}

impl TryFrom<RawLength> for Length {
    type Error = String;

    fn try_from(raw: RawLength) -> Result<Self, String> {
        let until = raw.until.map(|until| until.octets()).transpose()?;
        let (base, fill) = (raw.base.unwrap_or_default(), raw.fill.unwrap_or_default());
        match &until {
            _ if raw.endian.is_some() && raw.width.is_none() => {
                return Err("`endian` belongs to `width`".to_owned());
            }
            _ if raw.fill.is_some() && raw.digits.is_none() => {
                return Err("`fill` belongs to `digits`".to_owned());
            }
            None if raw.base.is_some() && raw.digits.is_none() => {
                return Err("`base` belongs to `digits` or `until`".to_owned());
            }
            Some(until) if until.first().is_none_or(u8::is_ascii_hexdigit) => {
                return Err("`until` begins with something that is no digit".to_owned());
            }
            _ if raw.digits.is_some_and(|digits| !(1..=MOST_DIGITS).contains(&digits)) => {
                return Err(format!("a length has 1 to {MOST_DIGITS} digits"));
            }
            Some(_) | None => {}
        }
        let endian = raw.endian.unwrap_or_default();
        let numeral = exactly_one(
            "a length",
            [
                ("width", raw.width.map(|width| Numeral::Binary(width, endian))),
                ("digits", raw.digits.map(|digits| Numeral::Digits(digits, base, fill))),
                ("until", until.map(|until| Numeral::Until(until, base))),
            ],
        )?;
        let then = raw.then.map(|then| then.octets()).transpose()?.unwrap_or_default();
        Ok(Self { numeral, offset: raw.offset, counts: raw.counts, then })
    }
}

impl Length {
    /// What stands before a message of so many octets, if the length has room for them.
    #[must_use]
    pub fn encode(&self, words: usize) -> Option<Vec<u8>> {
        match self.counts {
            Span::Body => self.numeral.encode(words),
            // It counts its own octets, and for that it may need one more.
            Span::All => (1..=MOST_DIGITS * 2).find_map(|head| {
                let numeral = self.numeral.encode(words + head + self.then.len())?;
                (numeral.len() == head).then_some(numeral)
            }),
        }
    }

    /// Where a message that begins with its length begins and ends; nothing as long as there is too little of it.
    ///
    /// # Errors
    /// There is no length.
    pub fn decode(&self, octets: &[u8]) -> Result<Option<Extent>, NoNumber> {
        let offset = usize::from(self.offset);
        let Some(numeral) = octets.get(offset..) else { return Ok(None) };
        match self.numeral.decode(numeral) {
            Ok(Some((width, number))) => {
                let head = offset + width;
                let then = self.then.len() as u64;
                let total = match self.counts {
                    Span::Body => number.saturating_add(head as u64).saturating_add(then),
                    Span::All => number,
                };
                Ok(Some(Extent { head, total }))
            }
            Ok(None) => Ok(None),
            Err(NoNumber { octets }) => Err(NoNumber { octets: offset + octets }),
        }
    }
}
