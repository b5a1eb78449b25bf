//! What a client says: messages of the dialect, and raw octets.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::pack::sendable;
use super::{Item, Template, Wording, string_or_object};

/// A message, said in the words of the dialect and framed by it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// `"8"`: an operand, an operator or a command where it is written like one, otherwise literal text.
    Bare(String),
    /// `{"text": "8"}`: literally this text, in the dialect's frame.
    Text(String),
    /// `{"operand": "8"}`
    Operand(String),
    /// `{"operator": "+"}`, by its name in the suite: `+ - * / % ^ neg abs sqrt`.
    Operator(String),
    /// `{"clear": true}`: forget the operands held.
    Clear,
    /// `{"quit": true}`: say goodbye.
    Quit,
    /// `{"hello": true}`: ask what is on offer.
    Hello,
    /// A whole calculation in one message, operands first: what `{"calculate": […]}` becomes in a dialect that has such.
    Calculate(Vec<String>),
}

impl Template for Message {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Bare(text) | Self::Text(text) | Self::Operand(text) | Self::Operator(text) => visit(text),
            Self::Calculate(tokens) => tokens.iter_mut().for_each(visit),
            Self::Clear | Self::Quit | Self::Hello => {}
        }
    }
}
impl Message {}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Bare(text)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, RawMessage>(
            deserializer,
            "a message: a string, or an object such as {\"operand\": \"8\"}",
        )
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMessage {
    /// Literally this text, in the dialect's frame.
    text: Option<String>,
    /// An operand.
    operand: Option<String>,
    /// An operator by its name in the suite: + - * / % ^ neg abs sqrt.
    operator: Option<String>,
    /// Forget the operands held.
    clear: Option<True>,
    /// Goodbye.
    quit: Option<True>,
    /// What is on offer?
    hello: Option<True>,
}

impl TryFrom<RawMessage> for Message {
    type Error = String;

    fn try_from(raw: RawMessage) -> Result<Self, String> {
        let RawMessage { text, operand, operator, clear, quit, hello } = raw;
        exactly_one(
            "a message",
            [
                ("text", text.map(Self::Text)),
                ("operand", operand.map(Self::Operand)),
                ("operator", operator.map(Self::Operator)),
                ("clear", clear.map(|_| Self::Clear)),
                ("quit", quit.map(|_| Self::Quit)),
                ("hello", hello.map(|_| Self::Hello)),
            ],
        )
    }
}

/// Raw octets, sent as they are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Octets {
    /// `{"text": "…"}` or a bare string: the UTF-8 octets of the text.
    Text(String),
    /// `{"hex": "31 0D 0A"}`
    Hex(String),
    /// `{"fill": "x", "count": 300}`: the text, so many times.
    Fill {
        /// What is repeated.
        text: String,
        /// How often.
        count: u32,
    },
    /// `{"pack": [{"u16": 5}, {"text": "x"}]}`: binary fields.
    Pack(Vec<Item>),
}

impl Octets {
    /// The most octets that one step may send: a suite should test a server's limits, not fill the grader's memory.
    pub const MOST: usize = 16 << 20;

    /// The octets themselves.
    ///
    /// # Errors
    /// What is wrong with a `hex` that is none, or with a `fill` that is too long.
    pub fn octets(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::Hex(hex) => parse_hex(hex),
            Self::Pack(items) => Wording::Pack(items.clone()).octets(),
            Self::Fill { text, count } => match text.len().checked_mul(*count as usize) {
                Some(length) if length <= Self::MOST => Ok(text.repeat(*count as usize).into_bytes()),
                Some(_) | None => Err(format!("more than {} octets to send", Self::MOST)),
            },
        }
    }
}

impl Template for Octets {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Text(text) | Self::Hex(text) | Self::Fill { text, count: _ } => visit(text),
            Self::Pack(items) => items.iter_mut().for_each(|item| item.strings(visit)),
        }
    }
}

impl From<String> for Octets {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, RawOctets>(
            deserializer,
            "octets: a string, or an object such as {\"hex\": \"31 0A\"}",
        )
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOctets {
    /// The UTF-8 octets of this text.
    text: Option<String>,
    /// Pairs of hexadecimal digits.
    hex: Option<String>,
    /// A text that is repeated.
    fill: Option<String>,
    /// How often `fill` is repeated.
    count: Option<u32>,
    /// Binary fields.
    pack: Option<Vec<Item>>,
}

impl TryFrom<RawOctets> for Octets {
    type Error = String;

    fn try_from(raw: RawOctets) -> Result<Self, String> {
        let RawOctets { text, hex, fill, count, pack } = raw;
        let pack = pack.map(sendable).transpose()?;
        match (&fill, count) {
            (Some(_), None) => return Err("`fill` without `count`".to_owned()),
            (None, Some(_)) => return Err("`count` belongs to `fill`".to_owned()),
            (Some(_), Some(_)) | (None, None) => {}
        }
        let fill = fill.zip(count).map(|(text, count)| Self::Fill { text, count });
        exactly_one(
            "an item to send",
            [
                ("text", text.map(Self::Text)),
                ("hex", hex.map(Self::Hex)),
                ("fill", fill),
                ("pack", pack.map(Self::Pack)),
            ],
        )
    }
}

/// The value `true`, for keys that are there or not: `{"quit": true}`. `false` would say nothing, so it is refused.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(try_from = "bool")]
pub(crate) struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("only `true` has a meaning here; leave the key out instead") }
    }
}

/// The one alternative that was given, or what is wrong: none, or several of them.
pub(crate) fn exactly_one<T, const N: usize>(
    what: &str,
    alternatives: [(&'static str, Option<T>); N],
) -> Result<T, String> {
    let names = alternatives.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut given = alternatives.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    let Some((first, value)) = given.next() else {
        return Err(format!("{what} needs one of {names}"));
    };
    match given.next() {
        None => Ok(value),
        Some((second, _)) => {
            Err(format!("{what} has exactly one of {names}; here are `{first}` and `{second}`"))
        }
    }
}

/// Octets written as pairs of hexadecimal digits, with blanks between them where they help the eye.
pub(crate) fn parse_hex(text: &str) -> Result<Vec<u8>, String> {
    let digits = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| c.to_digit(16).ok_or_else(|| format!("`{c}` is no hexadecimal digit")))
        .collect::<Result<Vec<_>, _>>()?;
    if digits.len() % 2 == 1 {
        return Err(format!("{} hexadecimal digits make no whole number of octets", digits.len()));
    }
    let octet = |pair: &[u32]| pair.iter().fold(0u8, |octet, digit| octet << 4 | *digit as u8);
    Ok(digits.chunks(2).map(octet).collect())
}
