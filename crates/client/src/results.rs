//! What is written for an expression: a line for people, or an object for programs.

use std::sync::Arc;

use calc_proto::Number;
use serde::Serialize;

use crate::{
    calculator::EvaluateError,
    client::Refusal,
    expression::{ExpressionError, Place, Token},
    feed::MAX_INPUT_LINE,
    language::{Language, Phrase, Tell, displays_in_english},
};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The result, `error: …`, or an empty line for an expression without a token.
    Text,
    /// An object on a line of its own.
    Json,
}

/// Writes results in a form and a language.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// The form.
    pub form: Form,
    /// The language of the errors.
    pub language: Language,
}

/// Why an expression has no result.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The line has more than [`MAX_INPUT_LINE`] octets.
    TooLong,
    /// The line is UTF-8 up to this octet only, counted from 0.
    NotUtf8(usize),
    /// It is no expression.
    Expression(#[from] ExpressionError),
    /// The server refused a message.
    Refused(#[from] Refusal),
    /// The connection could not be made, or was lost while a reply to this line was awaited.
    Lost(#[from] Arc<EvaluateError>),
    /// It was sent, and the connection was lost at the line of this number.
    NoReply(u64),
    /// It was not sent, since the connection was lost at the line of this number.
    NotSent(u64),
}

/// An expression and what became of it.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    expression: &'a str,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome<'a> {
    /// As text, since a number of 34 digits is not safe with readers of JSON. An expression without a token has none.
    Result(Option<String>),
    Error(Problem<'a>),
}

#[derive(Serialize)]
struct Problem<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    message: String,
}

impl Writer {
    /// Appends what became of an expression, which may be a line of a batch.
    pub fn append(
        self,
        line: Option<u64>,
        expression: &str,
        outcome: Result<Option<Number>, &LineError>,
        out: &mut Vec<u8>,
    ) {
        match (self.form, outcome) {
            (Form::Text, Ok(None)) => {}
            (Form::Text, Ok(Some(value))) => value.encode(out),
            (Form::Text, Err(error)) => {
                let told = Phrase::LineError.with(self.language, &[&error.tell(self.language)]);
                out.extend_from_slice(told.as_bytes());
            }
            (Form::Json, outcome) => {
                let outcome = match outcome {
                    Ok(value) => Outcome::Result(value.map(|value| value.to_string())),
                    Err(error) => Outcome::Error(Problem::of(error, self.language)),
                };
                let record = Record { line, expression: expression.trim_ascii(), outcome };
                // Writing texts and numbers to a vector cannot fail.
                let _ = serde_json::to_writer(&mut *out, &record);
            }
        }
        out.push(b'\n');
    }
}

impl<'a> Problem<'a> {
    fn of(error: &'a LineError, language: Language) -> Self {
        let (kind, code, token) = match error {
            LineError::TooLong | LineError::NotUtf8(_) => ("input", None, None),
            LineError::Expression(error) => ("expression", None, culprit(error)),
            LineError::Refused(refusal) => ("refused", Some(refusal.code.as_str()), Some(&refusal.token)),
            LineError::Lost(error) => match &**error {
                EvaluateError::Refused(refusal) => ("refused", Some(&*refusal.code), Some(&refusal.token)),
                EvaluateError::Connect(_) | EvaluateError::Broken(_) => ("lost", None, None),
            },
            LineError::NoReply(_) => ("no-reply", None, None),
            LineError::NotSent(_) => ("not-sent", None, None),
        };
        let position = token.and_then(|token| match token.place {
            Place::Word(position) => Some(position),
            Place::Stack => None,
        });
        Self { kind, code, token: token.map(|token| &*token.text), position, message: error.tell(language) }
    }
}

fn culprit(error: &ExpressionError) -> Option<&Token> {
    match error {
        ExpressionError::Empty => None,
        ExpressionError::Unknown(token)
        | ExpressionError::OutOfRange(token)
        | ExpressionError::MissingOperand { operator: token, .. }
        | ExpressionError::MissingOperator { last: token, .. } => Some(token),
    }
}

displays_in_english!(LineError);

impl Tell for LineError {
    fn tell(&self, language: Language) -> String {
        match self {
            Self::TooLong => Phrase::LineTooLong.with(language, &[&MAX_INPUT_LINE]),
            Self::NotUtf8(valid) => Phrase::LineNotUtf8.with(language, &[&(valid + 1)]),
            Self::Expression(error) => error.tell(language),
            Self::Refused(refusal) => refusal.tell(language),
            Self::Lost(error) => error.tell(language),
            Self::NoReply(at) => Phrase::NoReply.with(language, &[at]),
            Self::NotSent(at) => Phrase::NotSent.with(language, &[at]),
        }
    }
}
