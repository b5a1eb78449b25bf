//! A dialect: how one protocol puts the suite's messages and replies into octets.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::{Framing, Matcher, Message, Receive, SchemaKey, string_or_object};
use crate::language::Text;

/// A dialect as written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// For the editor.
    #[serde(rename = "$schema", default)]
    pub schema: SchemaKey,
    /// Its name, `calc-1`.
    pub id: String,
    /// What it is, in a few words.
    pub title: Text,
    /// What carries it.
    #[serde(default)]
    pub transport: Transport,
    /// How messages and replies are told apart.
    pub framing: Framing,
    /// How many messages the server sends when a client connects, before it is asked anything.
    #[serde(default)]
    pub greeting: u32,
    /// What we say after the greeting, each with the reply that is due: `[["HELLO", "ok"]]`.
    #[serde(default)]
    pub preamble: Vec<(Message, Matcher)>,
    /// How long a connection lasts.
    #[serde(default)]
    pub connection: Lifetime,
    /// What may stand before a reply and is no part of it, such as `> `.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Messages of the server that are no replies: the pattern for the whole of one.
    #[serde(default)]
    pub ignore: Option<String>,
    /// How messages are written.
    #[serde(default)]
    pub messages: Messages,
    /// Which numbers the protocol can carry.
    #[serde(default)]
    pub numbers: Numbers,
    /// The replies by name.
    pub replies: BTreeMap<String, Reply>,
    /// The codes of refusals.
    #[serde(default)]
    pub codes: Codes,
    /// What the protocol has; a case that needs another fact is `n/a`.
    #[serde(default)]
    pub facts: BTreeSet<String>,
    /// Small deviations under which a server is graded all the same, in the order in which they are tried.
    #[serde(default)]
    pub relaxations: Vec<Relaxation>,
}

/// What carries the protocol. A target `unix:PATH` takes the place of TCP.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// A stream of octets.
    #[default]
    Tcp,
    /// Datagrams, each of which is one message. A connection is a socket of ours, and nothing is closed.
    Udp,
}

/// How long a connection lasts.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Lifetime {
    /// Until one of the two has enough.
    #[default]
    Session,
    /// The server closes it after each reply, and every message but the first needs a new one.
    OneReply,
}

/// How messages are written. `{value}` is the operand; a message that is not here cannot be said in the dialect.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Messages {
    /// An operand, `"{value}"`.
    pub operand: Option<String>,
    /// The operators: how each is written, by the suite's name for it.
    pub operator: BTreeMap<String, String>,
    /// Forget the operands held.
    pub clear: Option<String>,
    /// Goodbye.
    pub quit: Option<String>,
    /// What is on offer?
    pub hello: Option<String>,
    /// A whole calculation in one message. A dialect that has this and no `operand` is spoken in whole calculations.
    pub calculate: Calculations,
    /// Such text is no message of the dialect, and may be sent as nonsense. In a dialect with `operand`, any text may.
    pub garbage: Option<String>,
}

/// How whole calculations are written: `"{a} {operator} {b}"` for all operators, or `{"+": "ADD {a} {b}", …}`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Calculations {
    /// For every operator of the dialect that has no words of its own.
    pub any: Option<String>,
    /// By the suite's name for the operator.
    pub each: BTreeMap<String, String>,
}

impl From<String> for Calculations {
    fn from(any: String) -> Self {
        Self { any: Some(any), each: BTreeMap::new() }
    }
}

impl From<BTreeMap<String, String>> for Calculations {
    fn from(each: BTreeMap<String, String>) -> Self {
        Self { any: None, each }
    }
}

impl<'de> Deserialize<'de> for Calculations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, BTreeMap<String, String>>(
            deserializer,
            "a calculation: a string such as \"{a} {operator} {b}\", or an object with one for each operator",
        )
    }
}

/// Which numbers the protocol can carry; a case with another is `n/a`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Numbers {
    /// The pattern for an operand as the suite writes it: `"[0-9]{1,9}"`.
    pub operands: Option<String>,
    /// The pattern for a result as the suite writes it.
    pub results: Option<String>,
    /// How near a result has to be, where the case does not ask for less.
    pub precision: Precision,
}

/// How near a result is to the true one.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(try_from = "String")]
pub enum Precision {
    /// As PROTOCOL.md NUM-1 asks, which binary64 manages; a case about exact decimals is `n/a`.
    #[default]
    Usual,
    /// `"exact"`: the cases about exact decimals apply.
    Exact,
    /// `"1e-6"`: within this part of the true result's magnitude.
    Part(f64),
}

impl TryFrom<String> for Precision {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (text.as_str(), text.parse()) {
            ("exact", _) => Ok(Self::Exact),
            (_, Ok(part)) if (1e-14..=0.5).contains(&part) => Ok(Self::Part(part)),
            _ => Err(format!("`{text}` is no precision: \"exact\", or a part from \"1e-14\" to \"0.5\"")),
        }
    }
}

/// One kind of reply.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The whole reply matches it. The groups `number` and `code` say where the number and the code stand.
    pub regex: String,
    /// What people call it; without it, its name.
    pub title: Option<Text>,
}

/// The codes of refusals: the dialect's spelling by the suite's name. Empty: any code, spelled as in the suite.
pub type Codes = BTreeMap<String, String>;

/// A small deviation, tried when a server fails the preflight. It costs the cases that cite what it breaks, and no others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relaxation {
    /// Its name.
    pub id: String,
    /// What the server does, in a few words.
    pub title: Text,
    /// How replies are found instead.
    pub receive: Option<Receive>,
    /// How many messages come first instead.
    pub greeting: Option<u32>,
    /// What may stand before a reply instead.
    pub prompt: Option<String>,
    /// Messages that are no replies, instead.
    pub ignore: Option<String>,
    /// Replies that look otherwise than in the dialect; those that are not named here look as they do there.
    #[serde(default)]
    pub replies: BTreeMap<String, Reply>,
    /// The requirements that it violates.
    pub breaks: Vec<String>,
    /// Facts that cannot be tested under it; cases that need them are failed.
    #[serde(default)]
    pub without: BTreeSet<String>,
    /// The note that explains it.
    pub note: Option<String>,
}

impl Relaxation {
    /// The dialect with the deviation in it.
    #[must_use]
    pub fn applied_to(&self, dialect: &Dialect) -> Dialect {
        let mut relaxed = Dialect { relaxations: Vec::new(), ..dialect.clone() };
        relaxed.framing.receive = self.receive.clone().unwrap_or(relaxed.framing.receive);
        relaxed.greeting = self.greeting.unwrap_or(relaxed.greeting);
        relaxed.prompt = self.prompt.clone().or(relaxed.prompt);
        relaxed.ignore = self.ignore.clone().or(relaxed.ignore);
        relaxed.replies.extend(self.replies.clone());
        relaxed
    }
}
