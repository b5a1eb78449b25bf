//! The error codes of `PROTOCOL.md` §6.

use std::fmt;

use crate::{number::EvalError, wire::RequestError};

/// Why a message was refused, or a calculation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The line has more than 256 octets.
    LineTooLong,
    /// Neither an operand nor an operator nor a command on offer.
    Syntax,
    /// A third operand.
    TooManyOperands,
    /// The operator needs more operands than are held.
    MissingOperand,
    /// A unary operator while two operands are held.
    ExtraOperand,
    /// The operand's magnitude is beyond the largest number.
    OutOfRange,
    /// `/` or `%` by zero, or zero to a negative power.
    DivisionByZero,
    /// The operation has no value.
    InvalidOperation,
    /// The result's magnitude is beyond the largest number.
    Overflow,
}

/// What becomes of the operands held after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operands {
    /// They stay as they were: the error was in a message (ERR-2).
    Kept,
    /// They are gone: the error was in the calculation (ERR-3).
    Discarded,
}

impl ErrorCode {
    /// Every code, in the order of `PROTOCOL.md` §6.
    pub const ALL: [Self; 9] = [
        Self::LineTooLong,
        Self::Syntax,
        Self::TooManyOperands,
        Self::MissingOperand,
        Self::ExtraOperand,
        Self::OutOfRange,
        Self::DivisionByZero,
        Self::InvalidOperation,
        Self::Overflow,
    ];

    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LineTooLong => "line-too-long",
            Self::Syntax => "syntax",
            Self::TooManyOperands => "too-many-operands",
            Self::MissingOperand => "missing-operand",
            Self::ExtraOperand => "extra-operand",
            Self::OutOfRange => "out-of-range",
            Self::DivisionByZero => "division-by-zero",
            Self::InvalidOperation => "invalid-operation",
            Self::Overflow => "overflow",
        }
    }

    /// What the reference server says beside the code, for people (REPLY-5).
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::LineTooLong => "a line has at most 256 octets",
            Self::Syntax => "not an operand, operator or command",
            Self::TooManyOperands => "two operands are held: send an operator or CLEAR",
            Self::MissingOperand => "the operator needs more operands than are held",
            Self::ExtraOperand => "the operator takes one operand and two are held",
            Self::OutOfRange => "the operand is beyond the largest number",
            Self::DivisionByZero => "the divisor is zero",
            Self::InvalidOperation => "the operation has no value",
            Self::Overflow => "the result is beyond the largest number",
        }
    }

    /// What becomes of the operands held.
    #[must_use]
    pub const fn operands(self) -> Operands {
        match self {
            Self::LineTooLong
            | Self::Syntax
            | Self::TooManyOperands
            | Self::MissingOperand
            | Self::ExtraOperand
            | Self::OutOfRange => Operands::Kept,
            Self::DivisionByZero | Self::InvalidOperation | Self::Overflow => Operands::Discarded,
        }
    }
}

impl From<RequestError> for ErrorCode {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::TooLong => Self::LineTooLong,
            RequestError::Syntax => Self::Syntax,
            RequestError::OutOfRange => Self::OutOfRange,
        }
    }
}

impl From<EvalError> for ErrorCode {
    fn from(error: EvalError) -> Self {
        match error {
            EvalError::DivisionByZero => Self::DivisionByZero,
            EvalError::InvalidOperation => Self::InvalidOperation,
            EvalError::Overflow => Self::Overflow,
        }
    }
}

/// A code as a client hears it. A newer server may have codes that this client does not know (REPLY-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code<'a> {
    /// One of `PROTOCOL.md` §6.
    Known(ErrorCode),
    /// Another, of the right form.
    Unknown(&'a str),
}

impl<'a> Code<'a> {
    /// Reads `lower *( lower / "-" )`.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let well_formed = text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let known = || ErrorCode::ALL.into_iter().find(|code| code.as_str() == text);
        well_formed.then(|| known().map_or(Self::Unknown(text), Self::Known))
    }

    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Known(code) => code.as_str(),
            Self::Unknown(text) => text,
        }
    }
}

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
