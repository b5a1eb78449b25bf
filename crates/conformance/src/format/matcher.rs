//! What a reply has to be, and what a known wrong one looks like.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::message::{True, exactly_one};
use super::{Item, Template, one_or_many, string_or_object};

/// What one reply has to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Matcher {
    /// `"ok"`: the name of a reply of the dialect, never literal text.
    Named(String),
    /// `{"fail": "syntax"}`: a refusal with this code; in a dialect whose refusals carry no code, any refusal.
    Fail(String),
    /// `{"number": "5"}`: a result equal as a number.
    Number {
        /// The number, in decimal.
        number: String,
        /// How far from it the answer may be.
        tolerance: Tolerance,
    },
    /// `{"special": true}`: a result that is no number: infinity, NaN, null, however it is spelled; or another reply with such
    /// a word in it that is no `fail`.
    Special,
    /// `{"canonical": "1E+34"}`: a result whose number is written exactly so.
    Canonical(String),
    /// `{"text": "OK"}`: literally this reply, all of it.
    Text(String),
    /// `{"hex": "4F 4B"}`: exactly these octets.
    Hex(String),
    /// `{"regex": "OK.*"}`: the whole reply matches.
    Regex(String),
    /// `{"raw": "OK\n"}`: a pattern for the reply with its line end, or whatever else ends it.
    Raw(String),
    /// `{"pack": [{"u8": 1}, {"any": 3}]}`: these binary fields and no others.
    Pack(Vec<Item>),
    /// `{"json": {"status": "ok"}}`: a JSON document that has at least this in it.
    Json(Value),
    /// `{"all_of": ["fail", {"not": {"regex": ".*x.*"}}]}`
    AllOf(Vec<Self>),
    /// `{"any_of": ["ok", {"fail": "syntax"}]}`
    AnyOf(Vec<Self>),
    /// `{"not": "ok"}`: a reply, but not this one.
    Not(Box<Self>),
    /// `{"any": true}`: any reply at all.
    Any,
}

/// How near a number has to be.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Tolerance {
    /// Within 1e-14 of the expected number's magnitude, as PROTOCOL.md NUM-1 asks.
    #[default]
    Usual,
    /// `"exact": true`: the same decimal number, however it is written.
    Exact,
    /// `"rel": "1e-9"`: within this part of the expected number's magnitude.
    Relative(String),
    /// `"abs": "0.5"`: at most so far from it.
    Absolute(String),
    /// `"rounded": true`: the number with fewer digits, cut off or rounded.
    Rounded,
    /// `"overflowed": true`: what an integer type of 32 or 64 bits makes of it, wrapped around or stopped at a limit.
    Overflowed,
}

impl Template for Matcher {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Named(text)
            | Self::Fail(text)
            | Self::Canonical(text)
            | Self::Text(text)
            | Self::Hex(text)
            | Self::Regex(text)
            | Self::Raw(text) => visit(text),
            Self::Number { number, tolerance } => {
                visit(number);
                match tolerance {
                    Tolerance::Relative(text) | Tolerance::Absolute(text) => visit(text),
                    Tolerance::Usual | Tolerance::Exact | Tolerance::Rounded | Tolerance::Overflowed => {}
                }
            }
            Self::AnyOf(matchers) | Self::AllOf(matchers) => {
                matchers.iter_mut().for_each(|matcher| matcher.strings(visit))
            }
            Self::Not(matcher) => matcher.strings(visit),
            Self::Pack(items) => items.iter_mut().for_each(|item| item.strings(visit)),
            Self::Json(subset) => json_strings(subset, visit),
            Self::Any | Self::Special => {}
        }
    }
}

/// The strings of a document; the names of its fields stay.
fn json_strings(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(values) => values.iter_mut().for_each(|value| json_strings(value, visit)),
        Value::Object(fields) => fields.values_mut().for_each(|value| json_strings(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Matcher {
    /// Whether it spells out octets of a reply, which are those of one dialect.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        match self {
            Self::Text(_) | Self::Hex(_) | Self::Regex(_) | Self::Raw(_) | Self::Pack(_) | Self::Json(_) => {
                true
            }
            Self::AnyOf(matchers) | Self::AllOf(matchers) => matchers.iter().any(Self::is_literal),
            Self::Named(_)
            | Self::Fail(_)
            | Self::Number { .. }
            | Self::Canonical(_)
            | Self::Special
            | Self::Not(_)
            | Self::Any => false,
        }
    }

    /// Whether it names the code of a refusal anywhere.
    #[must_use]
    pub fn names_code(&self) -> bool {
        match self {
            Self::Fail(_) => true,
            Self::Not(matcher) => matcher.names_code(),
            Self::AnyOf(matchers) | Self::AllOf(matchers) => matchers.iter().any(Self::names_code),
            Self::Text(_)
            | Self::Hex(_)
            | Self::Regex(_)
            | Self::Raw(_)
            | Self::Pack(_)
            | Self::Json(_)
            | Self::Named(_)
            | Self::Number { .. }
            | Self::Canonical(_)
            | Self::Special
            | Self::Any => false,
        }
    }

    /// Whether there are such octets anywhere in it, if only to say what a reply is not.
    #[must_use]
    pub fn spells_out(&self) -> bool {
        match self {
            Self::Not(matcher) => matcher.spells_out(),
            Self::AnyOf(matchers) | Self::AllOf(matchers) => matchers.iter().any(Self::spells_out),
            Self::Text(_)
            | Self::Hex(_)
            | Self::Regex(_)
            | Self::Raw(_)
            | Self::Pack(_)
            | Self::Json(_)
            | Self::Named(_)
            | Self::Fail(_)
            | Self::Number { .. }
            | Self::Canonical(_)
            | Self::Special
            | Self::Any => self.is_literal(),
        }
    }
}

impl From<String> for Matcher {
    fn from(name: String) -> Self {
        Self::Named(name)
    }
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, RawMatcher>(
            deserializer,
            "a reply: the name of one of the dialect's, or an object such as {\"number\": \"5\"}",
        )
    }
}

#[derive(Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMatcher {
    event: Option<Events>,
    fail: Option<String>,
    number: Option<String>,
    rel: Option<String>,
    abs: Option<String>,
    exact: Option<True>,
    rounded: Option<True>,
    overflowed: Option<True>,
    special: Option<True>,
    canonical: Option<String>,
    text: Option<String>,
    hex: Option<String>,
    regex: Option<String>,
    raw: Option<String>,
    pack: Option<Vec<Item>>,
    json: Option<Value>,
    all_of: Option<Vec<Matcher>>,
    any_of: Option<Vec<Matcher>>,
    not: Option<Box<Matcher>>,
    any: Option<True>,
}

impl TryFrom<RawMatcher> for Matcher {
    type Error = String;

    fn try_from(raw: RawMatcher) -> Result<Self, String> {
        if raw.event.is_some() {
            return Err("an event is no reply; it belongs in the `when` of a `wrong`".to_owned());
        }
        let tolerances = [
            ("rel", raw.rel.map(Tolerance::Relative)),
            ("abs", raw.abs.map(Tolerance::Absolute)),
            ("exact", raw.exact.map(|_| Tolerance::Exact)),
            ("rounded", raw.rounded.map(|_| Tolerance::Rounded)),
            ("overflowed", raw.overflowed.map(|_| Tolerance::Overflowed)),
        ];
        let tolerance = match tolerances.iter().find(|(_, tolerance)| tolerance.is_some()) {
            Some((name, _)) if raw.number.is_none() => return Err(format!("`{name}` belongs to `number`")),
            Some(_) => exactly_one("a tolerance", tolerances)?,
            None => Tolerance::Usual,
        };
        exactly_one(
            "a reply",
            [
                ("fail", raw.fail.map(Self::Fail)),
                ("number", raw.number.map(|number| Self::Number { number, tolerance })),
                ("special", raw.special.map(|_| Self::Special)),
                ("canonical", raw.canonical.map(Self::Canonical)),
                ("text", raw.text.map(Self::Text)),
                ("hex", raw.hex.map(Self::Hex)),
                ("regex", raw.regex.map(Self::Regex)),
                ("raw", raw.raw.map(Self::Raw)),
                ("pack", raw.pack.map(Self::Pack)),
                ("json", raw.json.map(Self::Json)),
                ("all_of", raw.all_of.map(Self::AllOf)),
                ("any_of", raw.any_of.map(Self::AnyOf)),
                ("not", raw.not.map(Self::Not)),
                ("any", raw.any.map(|_| Self::Any)),
            ],
        )
    }
}

/// When a diagnosis applies: the reply that came instead, or what happened instead of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// A reply came that was not the one expected, and it is this one.
    Reply(Matcher),
    /// `{"event": "timeout"}`, or one of several.
    Events(Vec<EventName>),
}

impl Template for When {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Reply(matcher) => matcher.strings(visit),
            Self::Events(_) => {}
        }
    }
}
impl When {}

/// What can happen instead of the expected.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum EventName {
    /// No reply came in time.
    Timeout,
    /// The server closed the connection where a reply was due.
    Closed,
    /// The server reset the connection.
    Reset,
    /// The connection was refused, or not accepted in time.
    Refused,
    /// More came than was asked for.
    Unsolicited,
    /// The connection did not take what was sent.
    WriteFailed,
    /// A reply came without its end, and then nothing.
    Unterminated,
    /// A reply was longer than any reply may be.
    TooLong,
    /// The server left a connection open that it should have closed.
    StillOpen,
    /// Another reply came than the one expected, whatever it was.
    WrongReply,
    /// Afterwards the server accepted no connection any more.
    Died,
    /// Afterwards the server accepted connections and answered nothing.
    Mute,
}

impl From<String> for When {
    fn from(name: String) -> Self {
        Self::Reply(Matcher::Named(name))
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, RawMatcher>(
            deserializer,
            "a reply or an event: the name of a reply, or an object such as {\"event\": \"timeout\"}",
        )
    }
}

#[derive(PartialEq)]
pub(super) struct Events(Vec<EventName>);

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_or_many(deserializer).map(Self)
    }
}

impl TryFrom<RawMatcher> for When {
    type Error = String;

    fn try_from(mut raw: RawMatcher) -> Result<Self, String> {
        match raw.event.take() {
            None => Matcher::try_from(raw).map(Self::Reply),
            Some(Events(events)) if raw == RawMatcher::default() => Ok(Self::Events(events)),
            Some(_) => {
                Err("`event` stands alone; write one `wrong` for the event and one for the reply".to_owned())
            }
        }
    }
}
