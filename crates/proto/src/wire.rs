//! Messages and replies, each read and written side by side: `PROTOCOL.md` §4 and §5.

use crate::{
    error::{Code, ErrorCode},
    line::Line,
    number::Number,
    numeral::ParseNumberError,
    operator::{BinaryOp, UnaryOp},
};

/// A message of the client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// A number to be held.
    Operand(Number),
    /// An operator on the one operand held.
    Unary(UnaryOp),
    /// An operator on the two operands held.
    Binary(BinaryOp),
    /// Forgets the operands held (MSG-7).
    Clear,
    /// Asks which operators are on offer (MSG-9).
    Hello,
    /// Ends the session (MSG-8).
    Quit,
}

/// Why a line is not a message that the session could take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// More than [`MAX_LINE`](crate::MAX_LINE) octets (FRAME-5).
    #[error("the line is longer than {} octets", crate::MAX_LINE)]
    TooLong,
    /// Neither an operand nor an operator nor a command (MSG-2).
    #[error("not an operand, operator or command")]
    Syntax,
    /// An operand in form whose magnitude no number has. The session asks first how many operands it holds (ERR-4).
    #[error("the operand is beyond the largest number")]
    OutOfRange,
}

impl Request {
    /// Reads the message that a line holds.
    ///
    /// # Errors
    /// [`RequestError`] says why it holds none.
    #[inline]
    pub fn parse(line: Line<'_>) -> Result<Self, RequestError> {
        let text = match line {
            Line::Complete(octets) => trim_blanks(octets),
            Line::TooLong => return Err(RequestError::TooLong),
        };
        if let Some(operator) = BinaryOp::parse(text) {
            return Ok(Self::Binary(operator));
        }
        // No operand begins with a letter, and no word with anything else.
        if text.first().is_some_and(u8::is_ascii_alphabetic) {
            return Self::word(text).ok_or(RequestError::Syntax);
        }
        match Number::parse(text) {
            Ok(number) => Ok(Self::Operand(number)),
            Err(ParseNumberError::Syntax) => Err(RequestError::Syntax),
            Err(ParseNumberError::OutOfRange) => Err(RequestError::OutOfRange),
        }
    }

    /// Appends the message as a line, spelled as `PROTOCOL.md` spells it, with LF (FRAME-3).
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Operand(number) => number.encode(out),
            Self::Unary(operator) => out.extend_from_slice(operator.symbol().as_bytes()),
            Self::Binary(operator) => out.extend_from_slice(operator.symbol().as_bytes()),
            Self::Clear => out.extend_from_slice(b"CLEAR"),
            Self::Hello => out.extend_from_slice(b"HELLO"),
            Self::Quit => out.extend_from_slice(b"QUIT"),
        }
        out.push(b'\n');
    }

    fn word(text: &[u8]) -> Option<Self> {
        let command = |name: &str, request| text.eq_ignore_ascii_case(name.as_bytes()).then_some(request);
        UnaryOp::parse(text)
            .map(Self::Unary)
            .or_else(|| command("CLEAR", Self::Clear))
            .or_else(|| command("HELLO", Self::Hello))
            .or_else(|| command("QUIT", Self::Quit))
    }
}

/// The server's answer to one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// Accepted. The text is empty but for the answer to `HELLO`, which is [`GREETING`].
    Ok(&'a str),
    /// The value of a calculation.
    Result(Number),
    /// Refused, or without a value.
    Fail(Failure<'a>),
}

/// What a `FAIL` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure<'a> {
    /// What programs read.
    pub code: Code<'a>,
    /// What people read. It may be empty and may change (REPLY-5).
    pub text: &'a str,
}

/// Why a line is not a reply that a client can take (REPLY-7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// More than [`MAX_LINE`](crate::MAX_LINE) octets (REPLY-3).
    #[error("the reply is longer than {} octets", crate::MAX_LINE)]
    TooLong,
    /// An octet outside 0x20–0x7E (REPLY-3).
    #[error("the reply has octets that are not printable ASCII")]
    NotPrintable,
    /// A result in form whose magnitude [`Number`] cannot hold: the server's largest number is larger (`PROTOCOL.md` §6). It
    /// broke nothing, but its result cannot be used here.
    #[error(
        "the result is beyond the largest number of this client, 9.999999999999999999999999999999999E+6144"
    )]
    OutOfRange,
    /// None of the three forms of a reply (REPLY-1).
    #[error("the reply is none of OK, RESULT and a number, or FAIL and a code")]
    Malformed,
}

/// The text of the answer to `HELLO`: the protocol, and the operators that [`Session`](crate::Session) offers (MSG-9).
pub const GREETING: &str = "CALC/1 + - * / % ^ neg abs sqrt";

impl<'a> Reply<'a> {
    /// Acceptance without a text.
    pub const OK: Self = Self::Ok("");

    /// Reads the reply that a line holds.
    ///
    /// # Errors
    /// [`ReplyError`] says why it holds none; the server broke the protocol (REPLY-7).
    pub fn parse(line: Line<'a>) -> Result<Self, ReplyError> {
        let octets = match line {
            Line::Complete(octets) => octets,
            Line::TooLong => return Err(ReplyError::TooLong),
        };
        // Three of four replies are no more than this, and need not be looked at octet by octet.
        if octets == b"OK" {
            return Ok(Self::OK);
        }
        if !octets.iter().all(|octet| matches!(octet, 0x20..=0x7e)) {
            return Err(ReplyError::NotPrintable);
        }
        let text = str::from_utf8(octets).map_err(|_| ReplyError::NotPrintable)?;
        let (word, rest) = first_word(text);
        match (word, rest) {
            ("OK", text) => Ok(Self::Ok(text.unwrap_or(""))),
            ("RESULT", Some(number)) => match number.parse() {
                Ok(number) => Ok(Self::Result(number)),
                Err(ParseNumberError::Syntax) => Err(ReplyError::Malformed),
                Err(ParseNumberError::OutOfRange) => Err(ReplyError::OutOfRange),
            },
            ("FAIL", Some(rest)) => {
                let (code, text) = first_word(rest);
                let code = Code::parse(code).ok_or(ReplyError::Malformed)?;
                Ok(Self::Fail(Failure { code, text: text.unwrap_or("") }))
            }
            _ => Err(ReplyError::Malformed),
        }
    }

    /// Appends the reply as a line, with LF (FRAME-3).
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Ok("") => out.extend_from_slice(b"OK\n"),
            Self::Ok(text) => append(out, ["OK ", text, "\n"]),
            Self::Result(number) => {
                append(out, ["RESULT "]);
                number.encode(out);
                out.push(b'\n');
            }
            Self::Fail(Failure { code, text }) => {
                append(out, ["FAIL ", code.as_str(), space_before(text), text, "\n"]);
            }
        }
    }
}

impl From<ErrorCode> for Reply<'_> {
    fn from(code: ErrorCode) -> Self {
        Self::Fail(Failure { code: Code::Known(code), text: code.text() })
    }
}

/// The message without the blanks around it (FRAME-6). `trim_ascii` would take more octets for blanks.
fn trim_blanks(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

/// What stands before the first SP, and after it if there is one.
fn first_word(text: &str) -> (&str, Option<&str>) {
    text.split_once(' ').map_or((text, None), |(word, rest)| (word, Some(rest)))
}

/// What separates a text from what stands before it.
const fn space_before(text: &str) -> &'static str {
    if text.is_empty() { "" } else { " " }
}

fn append<const N: usize>(out: &mut Vec<u8>, pieces: [&str; N]) {
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}
