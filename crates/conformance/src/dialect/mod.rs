//! A dialect ready for use: what is said becomes octets, and the names of replies become patterns.

mod hearing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use hearing::Hearing;
use regex::bytes::Regex;

use crate::format::{self, Exchange, Matcher, Message, Relaxation};
use crate::language::Text;
use crate::number::Decimal;
use crate::spelling::hint;

/// A dialect whose patterns are compiled.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Its name.
    pub id: String,
    /// What it is, in a few words.
    pub title: Text,
    /// How replies are heard.
    pub hearing: Hearing,
    /// What the protocol has.
    pub facts: BTreeSet<String>,
    /// Small deviations under which a server is graded all the same.
    pub relaxations: Vec<Relaxed>,
    delimiter: String,
    messages: format::Messages,
    replies: BTreeMap<String, Reply>,
    codes: format::Codes,
}

/// A dialect with a small deviation in it.
#[derive(Clone, Debug)]
pub struct Relaxed {
    /// The deviation.
    pub relaxation: Relaxation,
    /// The dialect with it.
    pub dialect: Arc<Dialect>,
}

/// One kind of reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The whole reply matches it.
    pub regex: Regex,
    /// What people call it.
    pub title: Option<Text>,
}

/// Why something cannot be said or heard in a dialect: a case that does is `n/a`.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Inexpressible(pub String);

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
            let in_relaxation = |(place, fault)| (format!("relaxations[{index}].{place}"), fault);
            let relaxed = Self::compile_strict(&relaxation.applied_to(file))
                .map_err(|faults| faults.into_iter().map(in_relaxation).collect::<Vec<_>>())?;
            dialect.relaxations.push(Relaxed { relaxation: relaxation.clone(), dialect: Arc::new(relaxed) });
        }
        Ok(dialect)
    }

    /// Compiles a dialect without its relaxations.
    fn compile_strict(file: &format::Dialect) -> Result<Self, Vec<(String, String)>> {
        let mut faults = Vec::new();
        let mut replies = BTreeMap::new();
        for (name, reply) in &file.replies {
            let regex = compiled(&format!("replies.{name}.regex"), Some(&reply.regex), anchored, &mut faults);
            replies.extend(regex.map(|regex| (name.clone(), Reply { regex, title: reply.title.clone() })));
        }
        let prompt = compiled("prompt", file.prompt.as_ref(), at_the_start, &mut faults);
        let ignore = compiled("ignore", file.ignore.as_ref(), anchored, &mut faults);
        for operator in file.messages.operator.keys().filter(|name| !OPERATORS.contains(&name.as_str())) {
            let fault = format!("no operator of a suite{}", hint(operator, OPERATORS));
            faults.push((format!("messages.operator.{operator}"), fault));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            id: file.id.clone(),
            title: file.title.clone(),
            hearing: Hearing {
                receive: file.framing.receive.clone(),
                greeting: file.greeting,
                prompt,
                ignore,
            },
            facts: file.facts.clone(),
            relaxations: Vec::new(),
            delimiter: file.framing.send.delimiter.clone(),
            messages: file.messages.clone(),
            replies,
            codes: file.codes.clone(),
        })
    }

    /// The words of a message, without the frame.
    ///
    /// # Errors
    /// The dialect has no such message.
    pub fn words(&self, message: &Message) -> Result<String, Inexpressible> {
        match message {
            Message::Bare(text) => self.words(&classify(text)),
            Message::Text(text) => Ok(text.clone()),
            Message::Operand(value) => {
                let template = self.messages.operand.as_ref();
                template
                    .map(|template| template.replace("{value}", value))
                    .ok_or_else(|| no_words("an operand"))
            }
            Message::Operator(name) => {
                let written = self.messages.operator.get(name);
                written.cloned().ok_or_else(|| no_words(&format!("the operator `{name}`")))
            }
            Message::Clear => self.messages.clear.clone().ok_or_else(|| no_words("`clear`")),
            Message::Quit => self.messages.quit.clone().ok_or_else(|| no_words("`quit`")),
            Message::Hello => self.messages.hello.clone().ok_or_else(|| no_words("`hello`")),
        }
    }

    /// The end that makes words a message.
    #[must_use]
    pub fn delimiter(&self) -> &[u8] {
        self.delimiter.as_bytes()
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

    /// The kind of a reply that was received, by its name.
    #[must_use]
    pub fn name_of(&self, reply: &[u8]) -> Option<&str> {
        self.replies.iter().find(|(_, kind)| kind.regex.is_match(reply)).map(|(name, _)| name.as_str())
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

    /// The messages and replies of a whole transaction.
    #[must_use]
    pub fn exchange(&self, entry: &Exchange) -> Vec<(Message, Matcher)> {
        match entry {
            Exchange::Pair(message, reply) => vec![(message.clone(), reply.clone())],
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

/// The reply by which every operand of a calculation is accepted.
pub const ACCEPTED: &str = "ok";
/// The reply that carries a number.
pub const RESULT: &str = "result";
/// The reply that refuses.
pub const FAIL: &str = "fail";

/// A pattern for a whole reply. A reply is octets: a dialect says itself which of them may be in it.
pub(crate) fn anchored(pattern: &str) -> Result<Regex, String> {
    regex(pattern, r"\z")
}

/// A pattern for the beginning of a message.
pub(crate) fn at_the_start(pattern: &str) -> Result<Regex, String> {
    regex(pattern, "")
}

fn regex(pattern: &str, end: &str) -> Result<Regex, String> {
    Regex::new(&format!(r"\A(?:{pattern}){end}")).map_err(|error| match error {
        regex::Error::Syntax(_) => regex_fault(pattern),
        other => other.to_string(),
    })
}

/// A pattern, if there is one; what is wrong with it goes to the faults.
fn compiled(
    place: &str,
    pattern: Option<&String>,
    compile: fn(&str) -> Result<Regex, String>,
    faults: &mut Vec<(String, String)>,
) -> Option<Regex> {
    match compile(pattern?) {
        Ok(regex) => Some(regex),
        Err(fault) => {
            faults.push((place.to_owned(), fault));
            None
        }
    }
}

/// What is wrong with the author's own pattern: without the anchors around it, and in one line.
fn regex_fault(pattern: &str) -> String {
    let error =
        Regex::new(pattern).map_or_else(|error| error.to_string(), |_| "unbalanced parentheses".to_owned());
    let fault = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    format!("`{pattern}` is no pattern: {fault}")
}

/// A bare string is what it is written like.
fn classify(text: &str) -> Message {
    match text {
        "CLEAR" => Message::Clear,
        "QUIT" => Message::Quit,
        "HELLO" => Message::Hello,
        _ if OPERATORS.contains(&text) => Message::Operator(text.to_owned()),
        _ if Decimal::parse(text).is_some() => Message::Operand(text.to_owned()),
        _ => Message::Text(text.to_owned()),
    }
}

fn no_words(what: &str) -> Inexpressible {
    Inexpressible(format!("no words for {what}"))
}
