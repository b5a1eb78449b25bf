//! A case: one thing that a server must, should or may do, and the conversation that shows whether it does.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::message::exactly_one;
use super::schema::OneOrMany;
use super::{Matcher, Message, Step, Template, When, one_or_many};
use crate::language::Text;

/// A case as written; `rows` may make several of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `chapter/slug`; it never changes, since grades and commands refer to it.
    pub id: String,
    /// What is tested, in a few words.
    pub title: Text,
    /// The requirements that a failure violates; the first is the one quoted.
    pub spec: Vec<String>,
    /// How binding that is.
    pub level: Level,
    /// What it is worth beside the others. The rows of a case share its points.
    #[serde(default = "one_point")]
    pub points: u32,
    /// Free words to select by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Cases, earlier ones, without which this one says nothing: when one of them fails, this one is `blocked`.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Facts that the dialect has to have; without them the case is `n/a`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// What the server has to offer, by its name in the suite's `offers`; what it does not offer is `n/a`.
    #[serde(default)]
    pub offers: Vec<String>,
    /// A table that makes one case of each row: `{name}` in any string of the case stands for the row's field.
    #[serde(default)]
    pub rows: Vec<BTreeMap<String, String>>,
    /// The usual form: what is said and what is replied, in turn, on one fresh connection.
    pub exchange: Option<Vec<Exchange>>,
    /// The general form.
    pub steps: Option<Vec<Step>>,
    /// Whether the open connections are fenced at the end; without that, a fresh connection is the positive control.
    #[serde(default = "fenced")]
    pub fence: bool,
    /// Diagnoses, tried in order after those of the step.
    #[serde(default)]
    pub wrong: Vec<Wrong>,
}

/// How binding a requirement is, and so a case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A server that fails it does not conform.
    Must,
    /// Counts, with less weight.
    Should,
    /// Never counts.
    May,
}

/// One entry of an `exchange`.
#[derive(Clone, Debug, PartialEq)]
pub enum Exchange {
    /// `["8", "ok"]`: a message and its reply.
    Pair(Message, Matcher),
    /// `{"calculate": ["8", "3", "-"], "result": "5"}`: a whole transaction, in as many messages as the dialect takes for it.
    Calculate {
        /// Operands, then the operator.
        tokens: Vec<String>,
        /// What the last reply has to be.
        reply: Matcher,
    },
}

/// A diagnosis: what a known wrong reply or event means.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// What came instead: one of these.
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany<When>")]
    pub when: Vec<When>,
    /// The note that explains it.
    pub note: Option<String>,
    /// `"verdict": "n/a"`: not a failure at all, if the server is otherwise in order: it does not offer what the case is about.
    #[serde(default)]
    pub verdict: WrongVerdict,
}

/// What a known wrong reply makes of the case.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
pub enum WrongVerdict {
    /// The case is failed.
    #[default]
    #[serde(rename = "fail")]
    Fail,
    /// The server does not offer what the case is about.
    #[serde(rename = "n/a")]
    NotApplicable,
}

impl Template for Wrong {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        self.when.iter_mut().for_each(|when| when.strings(visit));
        self.note.iter_mut().for_each(visit);
    }
}
impl Wrong {}

impl Template for Exchange {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Pair(message, reply) => {
                message.strings(visit);
                reply.strings(visit);
            }
            Self::Calculate { tokens, reply } => {
                tokens.iter_mut().for_each(&mut *visit);
                reply.strings(visit);
            }
        }
    }
}
impl Exchange {}

const fn one_point() -> u32 {
    1
}

const fn fenced() -> bool {
    true
}

impl<'de> Deserialize<'de> for Exchange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExchangeVisitor)
    }
}

struct ExchangeVisitor;

impl<'de> Visitor<'de> for ExchangeVisitor {
    type Value = Exchange;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pair [message, reply], or {\"calculate\": […], \"result\": …}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Exchange, A::Error> {
        let message = pair.next_element()?.ok_or_else(|| A::Error::custom("a pair without its message"))?;
        let reply = pair.next_element()?.ok_or_else(|| A::Error::custom("a pair without its reply"))?;
        match pair.next_element::<serde::de::IgnoredAny>()? {
            None => Ok(Exchange::Pair(message, reply)),
            Some(_) => Err(A::Error::custom("a pair has two members, the message and its reply")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Exchange, A::Error> {
        let RawCalculate { calculate, result, fail, expect } =
            RawCalculate::deserialize(MapAccessDeserializer::new(map))?;
        let result = result.map(|number| Matcher::Number { number, tolerance: super::Tolerance::Usual });
        let reply = exactly_one(
            "a calculation",
            [("result", result), ("fail", fail.map(Matcher::Fail)), ("expect", expect)],
        )
        .map_err(A::Error::custom)?;
        Ok(Exchange::Calculate { tokens: calculate, reply })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCalculate {
    /// Operands, then the operator.
    calculate: Vec<String>,
    /// The number that the result has to be equal to.
    result: Option<String>,
    /// The code with which it is refused.
    fail: Option<String>,
    /// What the last reply has to be.
    expect: Option<Matcher>,
}
