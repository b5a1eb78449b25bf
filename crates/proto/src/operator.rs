//! The operators of `PROTOCOL.md` §4, and what they compute.

use crate::number::{EvalError, Number};

/// An operator on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `^`
    Power,
}

/// An operator on one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `neg`
    Negate,
    /// `abs`
    AbsoluteValue,
    /// `sqrt`
    SquareRoot,
}

impl BinaryOp {
    /// Every binary operator, in the order in which they are announced.
    pub const ALL: [Self; 6] =
        [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Remainder, Self::Power];

    /// The operator as it stands on the wire.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
        }
    }

    /// The operator that `text` spells.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        match text {
            b"+" => Some(Self::Add),
            b"-" => Some(Self::Subtract),
            b"*" => Some(Self::Multiply),
            b"/" => Some(Self::Divide),
            b"%" => Some(Self::Remainder),
            b"^" => Some(Self::Power),
            _ => None,
        }
    }

    /// Computes `left operator right`; the left operand is the one that was sent first (SESS-2).
    ///
    /// # Errors
    /// [`EvalError`] says why there is no result.
    pub fn evaluate(self, left: Number, right: Number) -> Result<Number, EvalError> {
        match self {
            Self::Add => left.plus(right),
            Self::Subtract => left.minus(right),
            Self::Multiply => left.times(right),
            Self::Divide => left.divided_by(right),
            Self::Remainder => left.remainder(right),
            Self::Power => left.power(right),
        }
    }
}

impl UnaryOp {
    /// Every unary operator, in the order in which they are announced.
    pub const ALL: [Self; 3] = [Self::Negate, Self::AbsoluteValue, Self::SquareRoot];

    /// The operator as it stands on the wire, in lower case.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Negate => "neg",
            Self::AbsoluteValue => "abs",
            Self::SquareRoot => "sqrt",
        }
    }

    /// The operator that `text` spells, in any case (MSG-6).
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.symbol().as_bytes().eq_ignore_ascii_case(text))
    }

    /// Computes the operator of one number.
    ///
    /// # Errors
    /// [`EvalError`] says why there is no result.
    pub fn evaluate(self, operand: Number) -> Result<Number, EvalError> {
        match self {
            Self::Negate => Ok(operand.negate()),
            Self::AbsoluteValue => Ok(operand.absolute_value()),
            Self::SquareRoot => operand.square_root(),
        }
    }
}
