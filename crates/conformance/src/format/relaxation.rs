//! A small deviation of a server from its dialect.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::dialect::{Dialect, Lifetime, Reply, Rewrite};
use super::{Matcher, Message, Receive};
use crate::language::Text;

/// A small deviation, tried when a server fails the preflight, alone and together with another one. It costs the cases
/// about what it breaks, and no others.
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
    /// What we say after the greeting instead.
    pub preamble: Option<Vec<(Message, Matcher)>>,
    /// What may stand before a reply instead.
    pub prompt: Option<String>,
    /// What may stand behind a reply instead.
    pub suffix: Option<String>,
    /// What of a reply is written otherwise, instead.
    pub rewrite: Option<Rewrite>,
    /// Messages that are no replies, instead.
    pub ignore: Option<String>,
    /// How long a connection lasts instead.
    pub connection: Option<Lifetime>,
    /// Replies that look otherwise than in the dialect; those that are not named here look as they do there. Where that is
    /// `fail` alone, which no preflight hears, the deviation is found when the first refusal is heard.
    #[serde(default)]
    pub replies: BTreeMap<String, Reply>,
    /// The requirements that it violates: cases whose first `spec` is one of them fail, and cases that are named here.
    pub breaks: Vec<String>,
    /// Facts that cannot be tested under it; cases that need them are failed.
    #[serde(default)]
    pub without: BTreeSet<String>,
    /// The note that explains it.
    pub note: Option<String>,
}

impl Relaxation {
    /// One that changes nothing in what is said and heard.
    #[must_use]
    pub fn named(id: &str, title: Text) -> Self {
        Self {
            id: id.to_owned(),
            title,
            receive: None,
            greeting: None,
            preamble: None,
            prompt: None,
            suffix: None,
            rewrite: None,
            ignore: None,
            connection: None,
            replies: BTreeMap::new(),
            breaks: Vec::new(),
            without: BTreeSet::new(),
            note: None,
        }
    }

    /// The dialect with the deviation in it.
    #[must_use]
    pub fn applied_to(&self, dialect: &Dialect) -> Dialect {
        let mut relaxed = Dialect { relaxations: Vec::new(), ..dialect.clone() };
        relaxed.framing.receive = self.receive.clone().unwrap_or(relaxed.framing.receive);
        relaxed.greeting = self.greeting.unwrap_or(relaxed.greeting);
        relaxed.preamble = self.preamble.clone().unwrap_or(relaxed.preamble);
        relaxed.prompt = self.prompt.clone().or(relaxed.prompt);
        relaxed.suffix = self.suffix.clone().or(relaxed.suffix);
        relaxed.rewrite = self.rewrite.clone().or(relaxed.rewrite);
        relaxed.ignore = self.ignore.clone().or(relaxed.ignore);
        relaxed.connection = self.connection.unwrap_or(relaxed.connection);
        relaxed.replies.extend(self.replies.clone());
        relaxed
    }

    /// Whether both can be had at the same time, since they change different things.
    #[must_use]
    pub fn goes_with(&self, other: &Self) -> bool {
        let both_change = [
            self.receive.is_some() && other.receive.is_some(),
            self.greeting.is_some() && other.greeting.is_some(),
            self.preamble.is_some() && other.preamble.is_some(),
            self.prompt.is_some() && other.prompt.is_some(),
            self.suffix.is_some() && other.suffix.is_some(),
            self.rewrite.is_some() && other.rewrite.is_some(),
            self.ignore.is_some() && other.ignore.is_some(),
            self.connection.is_some() && other.connection.is_some(),
            self.replies.keys().any(|name| other.replies.contains_key(name)),
        ];
        self.id != other.id && !both_change.contains(&true)
    }
}
