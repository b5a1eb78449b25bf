//! A dialect: how one protocol puts the suite's messages and replies into octets.
//!
//! This one is of a protocol in which `cuanto 8 menos 3` is answered `VALE 5`, and `MAL` is for all that has no result.
//! `conformance --target HOST:PORT --dialect mine.json` grades a server that speaks it.
//!
//! ```
//! let mine: calc_conformance::format::Dialect = serde_json::from_str(r#"{
//!     "id": "mine",
//!     "title": "cuanto 8 menos 3 → VALE 5",
//!     "framing": {"send": {"delimiter": "\n"}, "receive": {"delimiter": "\n", "strip": "\r"}},
//!     "greeting": 1,
//!     "messages": {
//!         "calculate": "cuanto {a} {operator} {b}",
//!         "operator": {"+": "mas", "-": "menos", "*": "por", "/": "entre"},
//!         "garbage": "[a-z]+"
//!     },
//!     "replies": {
//!         "result": {"regex": "VALE (?<number>.+)"},
//!         "fail": {"regex": "MAL"}
//!     },
//!     "facts": ["pipelining", "segments"]
//! }"#)?;
//! assert!(calc_conformance::dialect::Dialect::compile(&mine).is_ok());
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::message::exactly_one;
use super::{
    DecimalSign, Encoding, Framing, Item, Matcher, Message, Relaxation, SchemaKey, Wording, string_or_object,
};
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
    /// The dialect that this one differs from in its transport or framing alone: the octets that a suite spells out for that
    /// one are right in this one too.
    #[serde(default)]
    pub variant_of: Option<String>,
    /// What carries it.
    #[serde(default)]
    pub transport: Transport,
    /// How messages and replies are told apart.
    pub framing: Framing,
    /// How text becomes octets, in messages and in replies.
    #[serde(default)]
    pub encoding: Encoding,
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
    /// What may stand behind a reply and is no part of it, such as a blank.
    #[serde(default)]
    pub suffix: Option<String>,
    /// What of a reply is written otherwise than the suite expects it, and how the suite does.
    #[serde(default)]
    pub rewrite: Option<Rewrite>,
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

/// What is put in the place of something in each reply before it is judged: `{"regex": "\\r\\n", "with": "\n"}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// The pattern for what is replaced, wherever it stands.
    pub regex: String,
    /// What takes its place, as it is.
    pub with: String,
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
    /// The server closes it after each result, and the next calculation needs a new one. After a refusal it may close.
    OneResult,
}

/// How messages are written. `{value}` is the operand; a message that is not here cannot be said in the dialect.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Messages {
    /// An operand, `"{value}"`.
    pub operand: Option<Wording>,
    /// The operators: how each is written, by the suite's name for it.
    pub operator: BTreeMap<String, String>,
    /// Forget the operands held.
    pub clear: Option<Wording>,
    /// Goodbye.
    pub quit: Option<Wording>,
    /// What is on offer?
    pub hello: Option<Wording>,
    /// A whole calculation in one message. A dialect that has this and no `operand` is spoken in whole calculations.
    pub calculate: Calculations,
    /// Such text is no message of the dialect, and may be sent as nonsense. In a dialect with `operand`, any text may.
    pub garbage: Option<String>,
}

/// The key for the words that stand for every operator.
const ANY: &str = "any";

/// How whole calculations are written: `"{a} {operator} {b}"` for all operators, or `{"+": "ADD {a} {b}", …}`,
/// where `any` stands for all operators that are not there: `{"any": {"pack": […]}}`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Calculations {
    /// For every operator of the dialect that has no words of its own.
    pub any: Option<Wording>,
    /// By the suite's name for the operator.
    pub each: BTreeMap<String, Wording>,
}

impl From<String> for Calculations {
    fn from(any: String) -> Self {
        Self { any: Some(Wording::Text(any)), each: BTreeMap::new() }
    }
}

impl From<BTreeMap<String, Wording>> for Calculations {
    fn from(mut each: BTreeMap<String, Wording>) -> Self {
        Self { any: each.remove(ANY), each }
    }
}

impl<'de> Deserialize<'de> for Calculations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, BTreeMap<String, Wording>>(
            deserializer,
            "a calculation: a string such as \"{a} {operator} {b}\", or an object with one for each operator",
        )
    }
}

/// Which numbers the protocol can carry; a case with another is `n/a`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Numbers {
    /// The pattern for an operand as the suite writes it: `"[0-9]{1,9}"`. Without one, decimals of up to 15 digits before
    /// and behind the point, and no exponents.
    pub operands: Option<String>,
    /// The pattern for a result as the suite writes it.
    pub results: Option<String>,
    /// How near a result has to be, where the case does not ask for less.
    pub precision: Precision,
    /// What stands before the fraction, in messages and in replies.
    pub decimal: DecimalSign,
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
#[serde(try_from = "RawReply")]
pub struct Reply {
    /// What it looks like.
    pub form: Form,
    /// What people call it; without it, its name.
    pub title: Option<Text>,
    /// What stands before the fraction, where that is not as in the rest of the dialect: nothing to be written, but for
    /// servers that deviate in it.
    pub decimal: Option<DecimalSign>,
}

/// What a reply looks like.
#[derive(Clone, Debug, JsonSchema)]
pub enum Form {
    /// `{"regex": "RESULT (?<number>.+)"}`: the whole reply matches. The groups `number` and `code` say where these stand.
    Regex(String),
    /// `{"pack": [{"u8": 1}, {"number": "f32"}]}`: binary fields.
    Pack(Vec<Item>),
    /// `{"json": {"status": "ok"}, "number": "/result"}`: a JSON document that has at least this in it.
    Json {
        /// What it has at least.
        subset: serde_json::Value,
        /// The JSON pointer to its number.
        number: Option<String>,
        /// The JSON pointer to its code.
        code: Option<String>,
    },
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawReply {
    regex: Option<String>,
    pack: Option<Vec<Item>>,
    json: Option<serde_json::Value>,
    number: Option<String>,
    code: Option<String>,
    title: Option<Text>,
}

impl TryFrom<RawReply> for Reply {
    type Error = String;

    fn try_from(raw: RawReply) -> Result<Self, String> {
        let RawReply { regex, pack, json, number, code, title } = raw;
        if json.is_none() && (number.is_some() || code.is_some()) {
            return Err("`number` and `code` are pointers into `json`".to_owned());
        }
        let form = exactly_one(
            "a reply",
            [
                ("regex", regex.map(Form::Regex)),
                ("pack", pack.map(Form::Pack)),
                ("json", json.map(|subset| Form::Json { subset, number, code })),
            ],
        )?;
        Ok(Self { form, title, decimal: None })
    }
}

/// The codes of refusals: the dialect's spelling by the suite's name. Empty: any code, spelled as in the suite.
pub type Codes = BTreeMap<String, String>;
