//! Messages of binary fields, one behind the other.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::framing::{MOST_OCTETS, too_many};
use super::message::exactly_one;
use super::{Endian, Template, parse_hex, string_or_object};

/// How a message is written: as text, or in binary fields.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wording {
    /// `"ADD {a} {b}"`
    Text(String),
    /// `{"pack": [{"u8": 0}, {"length": "u8"}, {"text": "{a}"}]}`
    Pack(Vec<Item>),
}

/// One field.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "RawItem")]
pub enum Item {
    /// `{"u8": 1}`, `{"i32": "{a}", "endian": "little"}`: a number.
    Scalar(Kind, Endian, String),
    /// `{"length": "u8"}`: how many octets stand behind this field.
    Length(Kind, Endian),
    /// `{"text": "…"}`: text; with a `size`, filled up with NULs to so many octets.
    Text(String, Option<usize>),
    /// `{"hex": "0A ?? 00"}`: these octets; in a reply, `??` is any octet.
    Hex(String),
    /// `{"any": 3}`, in a reply: so many octets, whatever they are.
    Any(usize),
    /// `{"number": "f32"}`, in a reply: the number that it carries.
    Number(Kind, Endian),
    /// `{"code": "u8", "not": 0}`, in a reply: the code of a refusal, and the value that is none.
    Code(Kind, Endian, Option<String>),
    /// `{"regex": "…"}`, the last field of a reply: all the rest, with the groups `number` and `code`.
    Regex(String),
}

/// The kinds of numbers, by the name that programming languages have for them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "a name such as `U8` says all")]
pub enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Kind {
    /// How many octets it has.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The octets of a number, if it is one of this kind.
    #[must_use]
    pub fn encode(self, endian: Endian, value: &str) -> Option<Vec<u8>> {
        let mut octets = match self {
            Self::U8 => value.parse::<u8>().ok()?.to_be_bytes().to_vec(),
            Self::I8 => value.parse::<i8>().ok()?.to_be_bytes().to_vec(),
            Self::U16 => value.parse::<u16>().ok()?.to_be_bytes().to_vec(),
            Self::I16 => value.parse::<i16>().ok()?.to_be_bytes().to_vec(),
            Self::U32 => value.parse::<u32>().ok()?.to_be_bytes().to_vec(),
            Self::I32 => value.parse::<i32>().ok()?.to_be_bytes().to_vec(),
            Self::U64 => value.parse::<u64>().ok()?.to_be_bytes().to_vec(),
            Self::I64 => value.parse::<i64>().ok()?.to_be_bytes().to_vec(),
            Self::F32 => value.parse::<f32>().ok()?.to_be_bytes().to_vec(),
            Self::F64 => value.parse::<f64>().ok()?.to_be_bytes().to_vec(),
        };
        match endian {
            Endian::Big => {}
            Endian::Little => octets.reverse(),
        }
        Some(octets)
    }

    /// The number in octets of the right width, in decimal (or `inf`, `NaN`).
    #[must_use]
    pub fn decode(self, endian: Endian, octets: &[u8]) -> String {
        let bits = endian.decode(octets);
        match self {
            Self::U8 | Self::U16 | Self::U32 | Self::U64 => bits.to_string(),
            Self::I8 => (bits as i8).to_string(),
            Self::I16 => (bits as i16).to_string(),
            Self::I32 => (bits as i32).to_string(),
            Self::I64 => (bits as i64).to_string(),
            Self::F32 => f32::from_bits(bits as u32).to_string(),
            Self::F64 => f64::from_bits(bits).to_string(),
        }
    }
}

impl Wording {
    /// The octets of the message.
    ///
    /// # Errors
    /// A value that its field cannot hold.
    pub fn octets(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::Pack(items) => {
                // From the last field to the first, so that a length knows what stands behind it.
                let mut octets = Vec::new();
                for item in items.iter().rev() {
                    octets.splice(..0, item.octets(octets.len())?);
                }
                Ok(octets)
            }
        }
    }
}

impl Item {
    fn octets(&self, behind: usize) -> Result<Vec<u8>, String> {
        match self {
            Self::Scalar(kind, endian, value) => {
                kind.encode(*endian, value).ok_or_else(|| format!("{value} in a field {kind:?}"))
            }
            Self::Length(kind, endian) => kind
                .encode(*endian, &behind.to_string())
                .ok_or_else(|| format!("a length of {behind} in a field {kind:?}")),
            Self::Text(text, None) => Ok(text.clone().into_bytes()),
            Self::Text(text, Some(size)) if text.len() <= *size => {
                let mut octets = text.clone().into_bytes();
                octets.resize(*size, 0);
                Ok(octets)
            }
            Self::Text(text, Some(size)) => Err(format!("{} octets in a field of {size}", text.len())),
            Self::Hex(hex) => parse_hex(hex),
            Self::Any(_) | Self::Number(..) | Self::Code(..) | Self::Regex(_) => Ok(Vec::new()),
        }
    }
}

impl Template for Wording {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Text(text) => visit(text),
            Self::Pack(items) => items.iter_mut().for_each(|item| item.strings(visit)),
        }
    }
}

impl Template for Item {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Scalar(_, _, text) | Self::Text(text, _) | Self::Hex(text) => visit(text),
            Self::Length(..) | Self::Any(_) | Self::Number(..) | Self::Code(..) | Self::Regex(_) => {}
        }
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWording {
    pack: Vec<Item>,
}

impl TryFrom<RawWording> for Wording {
    type Error = &'static str;

    fn try_from(raw: RawWording) -> Result<Self, Self::Error> {
        sendable(raw.pack).map(Self::Pack)
    }
}

/// The fields of a message that is sent, if all of them are such.
pub(super) fn sendable(items: Vec<Item>) -> Result<Vec<Item>, &'static str> {
    let only_received =
        |item: &Item| matches!(item, Item::Any(_) | Item::Number(..) | Item::Code(..) | Item::Regex(_));
    if items.iter().any(only_received) {
        return Err("`any`, `number`, `code` and `regex` are fields of replies");
    }
    Ok(items)
}

impl<'de> Deserialize<'de> for Wording {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, RawWording>(
            deserializer,
            "the words of a message: a string, or an object {\"pack\": [fields]}",
        )
    }
}

/// A number as JSON has it, or a string that will be one.
pub(super) struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a string such as \"{a}\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawItem {
    u8: Option<Scalar>,
    i8: Option<Scalar>,
    u16: Option<Scalar>,
    i16: Option<Scalar>,
    u32: Option<Scalar>,
    i32: Option<Scalar>,
    u64: Option<Scalar>,
    i64: Option<Scalar>,
    f32: Option<Scalar>,
    f64: Option<Scalar>,
    length: Option<Kind>,
    text: Option<String>,
    size: Option<usize>,
    hex: Option<String>,
    any: Option<usize>,
    number: Option<Kind>,
    code: Option<Kind>,
    /// With `code`: the value that is no code.
    not: Option<Scalar>,
    regex: Option<String>,
    #[serde(default)]
    endian: Endian,
}

impl TryFrom<RawItem> for Item {
    type Error = String;

    fn try_from(raw: RawItem) -> Result<Self, String> {
        let endian = raw.endian;
        if raw.size.is_some() && raw.text.is_none() {
            return Err("`size` belongs to `text`".to_owned());
        }
        if raw.not.is_some() && raw.code.is_none() {
            return Err("`not` belongs to `code`".to_owned());
        }
        let not = raw.not.map(|Scalar(value)| value);
        let size = raw.size;
        if let Some(octets) = size.max(raw.any).filter(|octets| *octets > MOST_OCTETS) {
            return Err(too_many(octets));
        }
        let scalar = |kind| move |Scalar(value): Scalar| Self::Scalar(kind, endian, value);
        exactly_one(
            "a field",
            [
                ("u8", raw.u8.map(scalar(Kind::U8))),
                ("i8", raw.i8.map(scalar(Kind::I8))),
                ("u16", raw.u16.map(scalar(Kind::U16))),
                ("i16", raw.i16.map(scalar(Kind::I16))),
                ("u32", raw.u32.map(scalar(Kind::U32))),
                ("i32", raw.i32.map(scalar(Kind::I32))),
                ("u64", raw.u64.map(scalar(Kind::U64))),
                ("i64", raw.i64.map(scalar(Kind::I64))),
                ("f32", raw.f32.map(scalar(Kind::F32))),
                ("f64", raw.f64.map(scalar(Kind::F64))),
                ("length", raw.length.map(|kind| Self::Length(kind, endian))),
                ("text", raw.text.map(|text| Self::Text(text, size))),
                ("hex", raw.hex.map(Self::Hex)),
                ("any", raw.any.map(Self::Any)),
                ("number", raw.number.map(|kind| Self::Number(kind, endian))),
                ("code", raw.code.map(|kind| Self::Code(kind, endian, not))),
                ("regex", raw.regex.map(Self::Regex)),
            ],
        )
    }
}
