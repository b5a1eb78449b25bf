//! A dialect: how one protocol puts the suite's messages and replies into octets.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::SchemaKey;
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
    /// What may stand before a reply and is no part of it, such as `> `.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Messages of the server that are no replies: the pattern for the whole of one.
    #[serde(default)]
    pub ignore: Option<String>,
    /// How messages are written.
    #[serde(default)]
    pub messages: Messages,
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
}

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
#[serde(deny_unknown_fields)]
pub struct Send {
    /// What ends it.
    #[serde(default)]
    pub delimiter: String,
}

/// How a reply is found.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "RawReceive")]
pub enum Receive {
    /// It ends with a delimiter.
    Delimited {
        /// The delimiter, `"\n"`.
        delimiter: String,
        /// What may stand before the delimiter and then belongs to it, `"\r"`.
        strip: Option<String>,
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

/// The longest reply where the dialect names none.
const LONGEST_REPLY: usize = 4096;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawReceive {
    delimiter: Option<String>,
    strip: Option<String>,
    quiet_ms: Option<u64>,
    #[serde(default = "longest_reply")]
    max: usize,
}

const fn longest_reply() -> usize {
    LONGEST_REPLY
}

impl TryFrom<RawReceive> for Receive {
    type Error = &'static str;

    fn try_from(raw: RawReceive) -> Result<Self, Self::Error> {
        match raw {
            RawReceive { max: 0, .. } => Err("`max` of 0 leaves no room for a reply"),
            RawReceive { delimiter: Some(delimiter), .. } if delimiter.is_empty() => {
                Err("an empty `delimiter` ends nothing")
            }
            RawReceive { delimiter: Some(delimiter), strip, quiet_ms: None, max } => {
                Ok(Self::Delimited { delimiter, strip: strip.filter(|strip| !strip.is_empty()), max })
            }
            RawReceive { delimiter: None, strip: None, quiet_ms: Some(quiet_ms), max } => {
                Ok(Self::Quiet { quiet_ms, max })
            }
            RawReceive { .. } => {
                Err("a reply ends either with a `delimiter`, which may `strip`, or after `quiet_ms`")
            }
        }
    }
}
