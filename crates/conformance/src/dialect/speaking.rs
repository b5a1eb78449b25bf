//! How the messages of a suite are put into the words of a dialect.

use std::collections::BTreeMap;
use std::ops::Range;

use regex::bytes::Regex;

use super::{Inexpressible, OPERATORS, anchored, compiled};
use crate::format::{self, DecimalSign, Encoding, Message, Send, Template, Wording, fill};
use crate::number::Decimal;
use crate::spelling::hint;

/// How messages are written.
#[derive(Clone, Debug)]
pub struct Speaking {
    send: Send,
    messages: format::Messages,
    operands: Option<Regex>,
    garbage: Option<Regex>,
    pub(super) literals: Literals,
    decimal: DecimalSign,
    encoding: Encoding,
}

/// Whose octets a suite spells out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Literals {
    /// Those of this dialect: whatever they are, they are meant.
    OfThisDialect,
    /// Those of another one, which mean something else here: only what is no message here may be said.
    OfAnother,
}

/// A message ready to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Framed {
    /// All of it.
    pub octets: Vec<u8>,
    /// Where the words are in it.
    pub words: Range<usize>,
}

/// What a message is in a calculation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Token {
    /// An operand.
    Operand(String),
    /// An operator.
    Operator(String),
    /// No part of one, but the end of the session.
    Goodbye,
    /// No part of one.
    Other,
}

impl Token {
    /// What a message is.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        match message {
            Message::Bare(text) => match classify(text) {
                Message::Bare(_) => Self::Other,
                classified => Self::of(&classified),
            },
            Message::Operand(value) => Self::Operand(value.clone()),
            Message::Operator(name) => Self::Operator(name.clone()),
            Message::Quit => Self::Goodbye,
            Message::Text(_) | Message::Clear | Message::Hello | Message::Calculate(_) => Self::Other,
        }
    }
}

/// How many operands an operator takes.
#[must_use]
pub(crate) fn arity(operator: &str) -> usize {
    if matches!(operator, "neg" | "abs" | "sqrt") { 1 } else { 2 }
}

/// The operators of a dialect that has words for any of them and lists none.
const USUAL_OPERATORS: [&str; 4] = ["+", "-", "*", "/"];

/// The operands of a dialect that says nothing of them: what any program reads, and binary64 holds.
const PLAIN_NUMBERS: &str = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?";

/// The names of the operands in the words of a calculation.
const PLACES: [&str; 2] = ["a", "b"];

/// The name of the operand in the words of an operand alone.
const VALUE: &str = "value";

/// The name of the operator in them.
const OPERATOR: &str = "operator";

impl Speaking {
    pub(super) fn compile(file: &format::Dialect, faults: &mut Vec<(String, String)>) -> Self {
        let messages = &file.messages;
        let operators = messages.operator.keys().map(|name| ("operator", name));
        let calculations = messages.calculate.each.keys().map(|name| ("calculate", name));
        for (place, operator) in operators.chain(calculations) {
            if !OPERATORS.contains(&operator.as_str()) {
                let fault = format!("no operator of a suite{}", hint(operator, OPERATORS));
                faults.push((format!("messages.{place}.{operator}"), fault));
            }
        }
        let any = messages.calculate.any.iter().map(|words| ("messages.calculate".to_owned(), words));
        let each = messages.calculate.each.iter();
        let each = each.map(|(name, words)| (format!("messages.calculate.{name}"), words));
        for (place, words) in any.chain(each) {
            faults
                .extend(unknown_place(words, &[PLACES[0], PLACES[1], OPERATOR]).map(|fault| (place, fault)));
        }
        faults.extend(without_a_place(messages));
        let operand = messages.operand.as_ref().and_then(|words| unknown_place(words, &[VALUE]));
        faults.extend(operand.map(|fault| ("messages.operand".to_owned(), fault)));
        let fixed = [("clear", &messages.clear), ("quit", &messages.quit), ("hello", &messages.hello)];
        for (name, words) in fixed {
            let fault = words.as_ref().and_then(|words| words.octets().err());
            faults.extend(fault.map(|fault| (format!("messages.{name}"), fault)));
        }
        let plain = PLAIN_NUMBERS.to_owned();
        let operands = file.numbers.operands.as_ref().unwrap_or(&plain);
        Self {
            send: file.framing.send.clone(),
            messages: messages.clone(),
            operands: compiled("numbers.operands", Some(operands), anchored, faults),
            garbage: compiled("messages.garbage", messages.garbage.as_ref(), anchored, faults),
            literals: Literals::OfAnother,
            decimal: file.numbers.decimal,
            encoding: file.encoding,
        }
    }

    /// Whether a whole calculation is one message.
    #[must_use]
    pub fn calculates(&self) -> bool {
        self.messages.calculate != format::Calculations::default()
    }

    /// Whether whole calculations are the only way to calculate.
    #[must_use]
    pub fn has_no_operands(&self) -> bool {
        self.calculates() && self.messages.operand.is_none()
    }

    /// Whose octets the suite spells out.
    pub(crate) const fn literals(&self) -> Literals {
        self.literals
    }

    /// Whether a message can be said: there are words for it, and its numbers are such as the protocol carries.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn can_say(&self, message: &Message) -> Result<(), Inexpressible> {
        self.framed(&self.words(message)?)?;
        let operands = match (message, Token::of(message)) {
            (Message::Calculate(tokens), _) => tokens.split_last().map_or(&[][..], |(_, operands)| operands),
            (_, Token::Operand(value)) => &[value],
            (_, Token::Operator(_) | Token::Goodbye | Token::Other) => &[],
        };
        let carried =
            |value: &str| self.operands.as_ref().is_none_or(|regex| regex.is_match(value.as_bytes()));
        match operands.iter().find(|value| !carried(value)) {
            Some(value) => {
                Err(Inexpressible::new(format!("the operand {value}"), format!("el operando {value}")))
            }
            None => Ok(()),
        }
    }

    /// The words of a message, without the frame.
    ///
    /// # Errors
    /// The dialect has no such message.
    pub fn words(&self, message: &Message) -> Result<Vec<u8>, Inexpressible> {
        let words = match message {
            Message::Bare(text) => return self.words(&classify(text)),
            Message::Text(text) if self.is_literal(text) => Some(Wording::Text(text.clone())),
            Message::Text(_) => return Err(Inexpressible::no_words_for("literal text", "un texto literal")),
            Message::Operand(value) => {
                let value = |name: &str| (name == VALUE).then(|| self.decimal.swapped(value));
                self.messages.operand.as_ref().map(|words| words.filled(value))
            }
            Message::Operator(name) => self.messages.operator.get(name).cloned().map(Wording::Text),
            Message::Clear => self.messages.clear.clone(),
            Message::Quit => self.messages.quit.clone(),
            Message::Hello => self.messages.hello.clone(),
            Message::Calculate(tokens) => self.calculation(tokens),
        };
        let words = words.ok_or_else(|| match message {
            Message::Operand(_) => Inexpressible::no_words_for("an operand alone", "un operando solo"),
            Message::Operator(name) => Inexpressible::no_words_for(
                &format!("the operator `{name}` alone"),
                &format!("el operador `{name}` solo"),
            ),
            Message::Clear => Inexpressible::no_words_for("`clear`", "`clear`"),
            Message::Quit => Inexpressible::no_words_for("`quit`", "`quit`"),
            Message::Hello => Inexpressible::no_words_for("`hello`", "`hello`"),
            Message::Calculate(tokens) => {
                let tokens = tokens.join(" ");
                Inexpressible::no_words_for(
                    &format!("the calculation {tokens}"),
                    &format!("el cálculo {tokens}"),
                )
            }
            Message::Bare(_) | Message::Text(_) => {
                Inexpressible::no_words_for("literal text", "un texto literal")
            }
        })?;
        match words {
            Wording::Text(text) => self.text(&text),
            packed @ Wording::Pack(_) => packed.octets().map_err(Inexpressible::unwritable),
        }
    }

    /// Text in the encoding of the dialect.
    pub(super) fn text(&self, text: &str) -> Result<Vec<u8>, Inexpressible> {
        self.encoding.encode(text).ok_or_else(|| {
            Inexpressible::new(format!("the characters of {text}"), format!("los caracteres de {text}"))
        })
    }

    /// A message with what ends it, or stands before it.
    ///
    /// # Errors
    /// The message is too long for the frame.
    pub fn framed(&self, words: &[u8]) -> Result<Framed, Inexpressible> {
        let too_long = || {
            let length = words.len();
            let (room, hay) = match &self.send {
                Send::Fixed { length, .. } => (format!(" in {length}"), format!(" en {length}")),
                Send::Bare | Send::Delimited(_) | Send::Length(_) | Send::Header(_) => Default::default(),
            };
            Inexpressible::new(
                format!("a message of {length} octets{room}"),
                format!("un mensaje de {length} octetos{hay}"),
            )
        };
        let (before, behind) = match &self.send {
            Send::Bare => (Vec::new(), Vec::new()),
            Send::Delimited(delimiter) => (Vec::new(), delimiter.clone()),
            Send::Fixed { length, pad } => {
                let missing = length.checked_sub(words.len()).ok_or_else(too_long)?;
                (Vec::new(), vec![*pad; missing])
            }
            Send::Length(length) => (length.encode(words.len()).ok_or_else(too_long)?, length.then.clone()),
            Send::Header(header) => (header.encode(words.len()), Vec::new()),
        };
        let start = before.len();
        Ok(Framed { octets: [&before, words, &behind].concat(), words: start..start + words.len() })
    }

    /// How many messages there are in octets that were sent as they are.
    #[must_use]
    pub fn messages_in(&self, octets: &[u8]) -> usize {
        match &self.send {
            Send::Delimited(delimiter) => {
                octets.windows(delimiter.len()).filter(|window| window == delimiter).count()
            }
            Send::Bare | Send::Fixed { .. } | Send::Length(_) | Send::Header(_) => 1,
        }
    }

    /// Text that is no message where operands and operators are messages may be one where whole calculations are.
    fn is_literal(&self, text: &str) -> bool {
        match (self.literals, &self.garbage) {
            (Literals::OfThisDialect, _) => true,
            (Literals::OfAnother, Some(garbage)) => garbage.is_match(text.as_bytes()),
            (Literals::OfAnother, None) => !self.has_no_operands(),
        }
    }

    fn calculation(&self, tokens: &[String]) -> Option<Wording> {
        let (operator, operands) = tokens.split_last()?;
        if operands.len() != arity(operator) {
            return None;
        }
        let calculate = &self.messages.calculate;
        let words = match calculate.each.get(operator) {
            Some(words) => words,
            None => calculate.any.as_ref().filter(|_| self.spelling(operator).is_some())?,
        };
        let spelling = self.spelling(operator).unwrap_or(operator);
        let places: BTreeMap<&str, String> = PLACES
            .into_iter()
            .zip(operands.iter().map(|operand| self.decimal.swapped(operand)))
            .chain([(OPERATOR, spelling.to_owned())])
            .collect();
        Some(words.filled(|name| places.get(name).cloned()))
    }

    fn spelling<'o>(&'o self, operator: &'o str) -> Option<&'o str> {
        let operators = &self.messages.operator;
        if operators.is_empty() {
            return USUAL_OPERATORS.contains(&operator).then_some(operator);
        }
        operators.get(operator).map(String::as_str)
    }
}

/// What is wrong with the names in the words of a message that has these.
fn unknown_place(words: &Wording, known: &[&str]) -> Option<String> {
    let mut fault = None;
    words.clone().strings(&mut |text| {
        // Only to look at the names: nothing is replaced.
        let looked_at = fill(text, |name| match known.contains(&name) {
            true => Ok(None),
            false => Err(format!("nothing is called `{{{name}}}`{}", hint(name, known.iter().copied()))),
        });
        fault = fault.take().or_else(|| looked_at.err());
    });
    fault
}

/// What is wrong with messages that would be the same whatever they are about.
fn without_a_place(messages: &format::Messages) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    let mut needs = |place: &str, words: &Wording, names: &[&str]| {
        let mut missing = names.iter().filter(|name| !mentions(words, name));
        if let Some(name) = missing.next() {
            let fault = format!("`{{{name}}}` stands nowhere in it, so it would always be the same message");
            faults.push((format!("messages.{place}"), fault));
        }
    };
    if let Some(words) = &messages.operand {
        needs("operand", words, &[VALUE]);
    }
    if let Some(words) = &messages.calculate.any {
        let is_for_one = messages.operator.len() == 1;
        let names = if is_for_one { &PLACES[..] } else { &[PLACES[0], PLACES[1], OPERATOR] };
        needs("calculate", words, names);
    }
    for (operator, words) in &messages.calculate.each {
        needs(&format!("calculate.{operator}"), words, &PLACES[..arity(operator)]);
    }
    let calculates = messages.calculate != format::Calculations::default();
    if calculates && messages.operand.is_some() && messages.operator.is_empty() {
        let fault = "an operand alone leads nowhere without `operator`; where whole calculations are all that there is, leave it out";
        faults.push(("messages.operand".to_owned(), fault.to_owned()));
    }
    faults
}

/// Whether a name in braces stands in the words of a message.
fn mentions(words: &Wording, name: &str) -> bool {
    let mut found = false;
    let place = format!("{{{name}}}");
    words.clone().strings(&mut |text| found |= text.contains(&place));
    found
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
