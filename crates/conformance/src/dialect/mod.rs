//! A dialect ready for use: what is said becomes octets, and the names of replies become patterns.

mod expression;
mod hearing;
mod inexpressible;
mod pattern;
mod sample;
mod speaking;
mod usual;
mod usual_text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use expression::{anchored, at_the_end, at_the_start};
use expression::{anywhere, compiled};
pub use hearing::Hearing;
pub use inexpressible::Inexpressible;
pub use pattern::{Carried, Field, Pattern};
use regex::bytes::Regex;
pub use speaking::{Framed, Speaking, Token};
pub(crate) use speaking::{Literals, arity};
pub use usual::is_about_fractions;

use crate::format::{
    self, Encoding, Exchange, Lifetime, Matcher, Message, Precision, Receive, Relaxation, Transport,
};
use crate::language::Text;
use crate::matcher;
use crate::spelling::hint;

/// A dialect whose patterns are compiled.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Its name.
    pub id: String,
    /// What it is, in a few words.
    pub title: Text,
    /// The dialect whose octets mean the same in this one.
    pub variant_of: Option<String>,
    /// What carries it.
    pub transport: Transport,
    /// How replies are heard.
    pub hearing: Hearing,
    /// What the protocol has.
    pub facts: BTreeSet<String>,
    /// Small deviations under which a server is graded all the same.
    pub relaxations: Vec<Relaxation>,
    /// How messages are written.
    pub speaking: Speaking,
    /// What we say after the greeting, and the reply that is due.
    pub preamble: Vec<(Framed, Matcher)>,
    /// How long a connection lasts.
    pub connection: Lifetime,
    /// How near a result has to be.
    pub precision: Precision,
    results: Option<Regex>,
    replies: BTreeMap<String, Reply>,
    /// What a result looks like, where a reply that carries a number is one and nothing else.
    numbered: Option<Pattern>,
    codes: format::Codes,
    /// As written, for the deviations from it.
    file: Arc<format::Dialect>,
}

/// One kind of reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What it looks like.
    pub pattern: Pattern,
    /// What people call it.
    pub title: Option<Text>,
}

/// The operators by their name in a suite.
pub const OPERATORS: [&str; 9] = ["+", "-", "*", "/", "%", "^", "neg", "abs", "sqrt"];

impl Dialect {
    /// Compiles a dialect as written.
    ///
    /// # Errors
    /// The place and the fault of each pattern that is none and of each operator that no suite knows.
    pub fn compile(file: &format::Dialect) -> Result<Self, Vec<(String, String)>> {
        let mut dialect = Self::compile_strict(file)?;
        for (index, relaxation) in file.relaxations.iter().enumerate() {
            if let Some((place, fault)) = misnamed(file, index) {
                return Err(vec![(format!("relaxations[{index}].{place}"), fault)]);
            }
            let in_relaxation = |(place, fault)| (format!("relaxations[{index}].{place}"), fault);
            Self::compile_strict(&relaxation.applied_to(file))
                .map_err(|faults| faults.into_iter().map(in_relaxation).collect::<Vec<_>>())?;
            dialect.relaxations.push(relaxation.clone());
        }
        Ok(dialect)
    }

    /// The same with the deviations that a suite looks for in every dialect.
    #[must_use]
    pub(crate) fn with_usual_deviations(mut self, wanted: &BTreeMap<format::Usual, format::Cost>) -> Self {
        self.relaxations.extend(usual::usual_deviations(&self.file, wanted));
        self
    }

    /// The same, in which the octets that the suite spells out are meant as they are.
    #[must_use]
    pub(crate) fn made_the_suites_own(mut self) -> Self {
        self.speaking.literals = Literals::OfThisDialect;
        self
    }

    /// The dialect with small deviations in it; none, where one of them leaves no room for another.
    #[must_use]
    pub fn under(&self, deviations: &[&Relaxation]) -> Option<Self> {
        let file =
            deviations.iter().fold((*self.file).clone(), |file, deviation| deviation.applied_to(&file));
        let mut dialect = Self::compile_strict(&file).ok()?;
        dialect.speaking.literals = self.speaking.literals;
        // Where results are found in whatever has a digit in it, a refusal with one is a refusal.
        if deviations.iter().any(|deviation| deviation.replies.contains_key(RESULT)) {
            dialect.numbered = None;
        }
        Some(dialect)
    }

    /// Whether less is waited for under a deviation, before anything is asked, than in the dialect: it may explain why
    /// nothing came.
    #[must_use]
    pub fn waits_for_more_than(&self, deviation: &Relaxation) -> bool {
        deviation.greeting.is_some_and(|greeting| greeting < self.hearing.greeting)
            || deviation.preamble.as_ref().is_some_and(|preamble| preamble.len() < self.preamble.len())
    }

    /// Compiles a dialect without its relaxations.
    fn compile_strict(file: &format::Dialect) -> Result<Self, Vec<(String, String)>> {
        let mut faults = Vec::new();
        let mut replies = BTreeMap::new();
        for (name, reply) in &file.replies {
            match Pattern::compile(&reply.form, reply.decimal.unwrap_or(file.numbers.decimal)) {
                Ok(pattern) if name == RESULT && !pattern.has_number() => {
                    let fault = "it carries no number: name the group, `(?<number>…)`";
                    faults.push((format!("replies.{name}"), fault.to_owned()));
                }
                Ok(pattern) => {
                    replies.insert(name.clone(), Reply { pattern, title: reply.title.clone() });
                }
                Err(fault) => faults.push((format!("replies.{name}"), fault)),
            }
        }
        faults.extend(impossible_lengths(file, &replies));
        let prompt = compiled("prompt", file.prompt.as_ref(), at_the_start, &mut faults);
        let suffix = compiled("suffix", file.suffix.as_ref(), at_the_end, &mut faults);
        let rewrite = file.rewrite.as_ref().and_then(|rewrite| {
            let regex = compiled("rewrite.regex", Some(&rewrite.regex), anywhere, &mut faults)?;
            Some((regex, rewrite.with.clone()))
        });
        let ignore = compiled("ignore", file.ignore.as_ref(), anchored, &mut faults);
        let results = compiled("numbers.results", file.numbers.results.as_ref(), anchored, &mut faults);
        let speaking = Speaking::compile(file, &mut faults);
        if file.greeting > MOST_GREETINGS {
            faults.push(("greeting".to_owned(), format!("a greeting has at most {MOST_GREETINGS} messages")));
        }
        let datagrams = matches!(file.framing.receive, Receive::Datagram { .. });
        if datagrams != (file.transport == Transport::Udp) {
            let fault =
                "`{\"datagram\": true}` goes with the transport `udp`, and the other framings with `tcp`";
            faults.push(("framing.receive".to_owned(), fault.to_owned()));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut dialect = Self {
            id: file.id.clone(),
            title: file.title.clone(),
            variant_of: file.variant_of.clone(),
            transport: file.transport,
            hearing: Hearing {
                receive: file.framing.receive.clone(),
                encoding: file.encoding,
                greeting: file.greeting,
                prompt,
                suffix,
                rewrite,
                ignore,
            },
            facts: facts(file),
            relaxations: Vec::new(),
            speaking,
            precision: file.numbers.precision.clone(),
            results,
            numbered: replies.get(RESULT).map(|result| result.pattern.clone()),
            replies,
            codes: file.codes.clone(),
            preamble: Vec::new(),
            connection: file.connection,
            file: Arc::new(file.clone()),
        };
        for (index, (message, reply)) in file.preamble.iter().enumerate() {
            match dialect.prepared(message, reply) {
                Ok(pair) => dialect.preamble.push(pair),
                Err(fault) => faults.push((format!("preamble[{index}]"), fault)),
            }
        }
        if faults.is_empty() { Ok(dialect) } else { Err(faults) }
    }

    /// A pair of the preamble, in which a bare string is what it says.
    fn prepared(&self, message: &Message, reply: &Matcher) -> Result<(Framed, Matcher), String> {
        let words = match message {
            Message::Bare(text) | Message::Text(text) => self.speaking.text(text),
            other => self.speaking.words(other),
        };
        let framed =
            words.and_then(|words| self.speaking.framed(&words)).map_err(|error| error.to_string())?;
        matcher::Matcher::compile(reply, self).map_err(|error| error.to_string())?;
        Ok((framed, reply.clone()))
    }

    /// Whether octets that are spelled out for another dialect mean something else in this one, or nothing.
    #[must_use]
    pub fn is_foreign_to(&self, native: &str) -> bool {
        self.id != native && self.variant_of.as_deref() != Some(native)
    }

    /// The reply of a name.
    #[must_use]
    pub fn reply(&self, name: &str) -> Option<&Reply> {
        self.replies.get(name)
    }

    /// The names of all replies.
    pub fn reply_names(&self) -> impl Iterator<Item = &str> {
        self.replies.keys().map(String::as_str)
    }

    /// What a result looks like, where a reply that carries a number is one and nothing else.
    pub(crate) const fn numbered(&self) -> Option<&Pattern> {
        self.numbered.as_ref()
    }

    /// The codes of refusals by their name in a suite.
    pub fn code_names(&self) -> impl Iterator<Item = &str> {
        self.codes.keys().map(String::as_str)
    }

    /// Where a reply of one name would be taken for one of another, as far as a sample of it shows: place and fault.
    #[must_use]
    pub fn ambiguities(&self) -> Vec<(String, String)> {
        let named = [RESULT, ACCEPTED, FAIL].into_iter().filter_map(|name| Some((name, self.reply(name)?)));
        let named: Vec<_> = named.collect();
        let mut faults = Vec::new();
        for (name, reply) in &named {
            let Some(sample) = reply.pattern.sample() else { continue };
            for (other, kind) in named.iter().filter(|(other, _)| other != name) {
                let is_taken = match *other {
                    RESULT => kind.pattern.is_number(&sample),
                    _ => kind.pattern.read(&sample).is_some(),
                };
                if is_taken {
                    let sample = sample.escape_ascii();
                    let fault = format!(
                        "`{sample}` is a `{name}`, and a `{other}` too: leave such replies out of one of them"
                    );
                    faults.push((format!("replies.{other}"), fault));
                }
            }
        }
        faults
    }

    /// The kind of a reply that was received, by its name: a reply that carries a number is a result.
    #[must_use]
    pub fn name_of(&self, reply: &[u8]) -> Option<&str> {
        if self.numbered.as_ref().is_some_and(|result| result.is_number(reply)) {
            return Some(RESULT);
        }
        self.replies
            .iter()
            .find(|(_, kind)| kind.pattern.read(reply).is_some())
            .map(|(name, _)| name.as_str())
    }

    /// The dialect's spelling of a code.
    ///
    /// # Errors
    /// The codes that there are, where this is none of them.
    pub fn code(&self, code: &str) -> Result<String, impl Iterator<Item = &str>> {
        match self.codes.get(code) {
            Some(spelling) => Ok(spelling.clone()),
            None if self.codes.is_empty() => Ok(code.to_owned()),
            None => Err(self.codes.keys().map(String::as_str)),
        }
    }

    /// Whether a result can be this number.
    #[must_use]
    pub fn has_result(&self, number: &str) -> bool {
        self.results.as_ref().is_none_or(|results| results.is_match(number.as_bytes()))
    }

    /// The messages and replies of a whole transaction.
    #[must_use]
    pub fn exchange(&self, entry: &Exchange) -> Vec<(Message, Matcher)> {
        match entry {
            Exchange::Pair(message, reply) => vec![(message.clone(), reply.clone())],
            Exchange::Calculate { tokens, reply } if self.speaking.calculates() => {
                vec![(Message::Calculate(tokens.clone()), reply.clone())]
            }
            Exchange::Calculate { tokens, reply } => {
                let accepted = || Matcher::Named(ACCEPTED.to_owned());
                let mut pairs: Vec<_> =
                    tokens.iter().map(|token| (Message::Bare(token.clone()), accepted())).collect();
                if let Some((_, last)) = pairs.last_mut() {
                    last.clone_from(reply);
                }
                pairs
            }
        }
    }
}

/// No server says more before it is asked anything, and each is waited for.
const MOST_GREETINGS: u32 = 100;

/// Replies whose fields are not as many octets as every reply has.
fn impossible_lengths(file: &format::Dialect, replies: &BTreeMap<String, Reply>) -> Vec<(String, String)> {
    let Receive::Fixed(length) = file.framing.receive else { return Vec::new() };
    let is_cut = file.prompt.is_some() || file.suffix.is_some() || file.rewrite.is_some();
    if is_cut || file.encoding != Encoding::Utf8 {
        return Vec::new();
    }
    let misfit = |(name, reply): (&String, &Reply)| {
        let fields = reply.pattern.length().filter(|fields| !fields.contains(&length))?;
        let fault = format!("{} octets, where every reply has {length} (`framing.receive`)", fields.start());
        Some((format!("replies.{name}"), fault))
    };
    replies.iter().filter_map(misfit).collect()
}

/// What the protocol has: as it is written, and as its messages show.
fn facts(file: &format::Dialect) -> BTreeSet<String> {
    let shown = file.messages.operand.as_ref().map(|_| HELD_OPERANDS.to_owned());
    file.facts.iter().cloned().chain(shown).collect()
}

/// What the names in a relaxation say twice, or of nothing.
fn misnamed(file: &format::Dialect, index: usize) -> Option<(String, String)> {
    let relaxation = &file.relaxations[index];
    if file.relaxations[..index].iter().any(|other| other.id == relaxation.id) {
        return Some(("id".to_owned(), format!("`{}` is there twice", relaxation.id)));
    }
    let unknown = relaxation.replies.keys().find(|name| !file.replies.contains_key(*name))?;
    let hint = hint(unknown, file.replies.keys().map(String::as_str));
    Some((format!("replies.{unknown}"), format!("the dialect has no reply `{unknown}`{hint}")))
}

/// The fact that operands are messages, which the server keeps until their operator comes. Nobody writes it down.
pub const HELD_OPERANDS: &str = "held-operands";
/// The reply by which every operand of a calculation is accepted.
pub const ACCEPTED: &str = "ok";
/// The reply that carries a number.
pub const RESULT: &str = "result";
/// The reply that refuses.
pub const FAIL: &str = "fail";
