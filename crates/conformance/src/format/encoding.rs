//! How numbers and text are written: the sign before a fraction, and the octets of characters.

use schemars::JsonSchema;
use serde::Deserialize;

/// What stands before the fraction of a number.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
pub enum DecimalSign {
    /// `"."`
    #[default]
    #[serde(rename = ".")]
    Point,
    /// `","`
    #[serde(rename = ",")]
    Comma,
}

impl DecimalSign {
    /// A number that is written with a point as the dialect writes it, and the other way round. (What has the wrong sign
    /// is no number then.)
    #[must_use]
    pub fn swapped(self, number: &str) -> String {
        let swap = |c| match c {
            '.' => ',',
            ',' => '.',
            other => other,
        };
        match self {
            Self::Point => number.to_owned(),
            Self::Comma => number.chars().map(swap).collect(),
        }
    }
}

/// How text becomes octets.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
pub enum Encoding {
    /// As in all that is new.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1: an octet for each of the first 256 characters.
    #[serde(rename = "latin-1")]
    Latin1,
    /// Two octets or four, the less significant one first.
    #[serde(rename = "utf-16le")]
    Utf16le,
    /// Two octets or four, the more significant one first.
    #[serde(rename = "utf-16be")]
    Utf16be,
}

impl Encoding {
    /// The octets of a text, if it has only characters that can be written so.
    #[must_use]
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
            Self::Utf16le => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf16be => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        }
    }

    /// Octets as UTF-8. Those of UTF-8 stay as they are, whether they are text or not.
    #[must_use]
    pub fn decode(self, octets: &[u8]) -> Vec<u8> {
        let utf16 = |unit: fn([u8; 2]) -> u16| {
            let (pairs, odd) = octets.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
            let mut text = String::from_utf16_lossy(&units);
            text.extend(odd.first().map(|_| char::REPLACEMENT_CHARACTER));
            text.into_bytes()
        };
        match self {
            Self::Utf8 => octets.to_vec(),
            Self::Latin1 => octets.iter().map(|octet| char::from(*octet)).collect::<String>().into_bytes(),
            Self::Utf16le => utf16(u16::from_le_bytes),
            Self::Utf16be => utf16(u16::from_be_bytes),
        }
    }
}
