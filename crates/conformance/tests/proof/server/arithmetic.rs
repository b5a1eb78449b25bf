//! Calculating, right in two ways and wrong in many (§10, §11).

use calc_proto::{EvalError, Number, ParseNumberError};

use super::{Behaviour, Numbers};
use crate::bugs::Bug;

/// An operand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Exact(Number),
    Binary64(f64),
}

impl Default for Value {
    fn default() -> Self {
        Self::Exact(Number::default())
    }
}

impl Value {
    /// Reads text that has the form of an operand; `None` is out of range.
    pub(super) fn read(text: &str, behaviour: &Behaviour) -> Option<Self> {
        if behaviour.numbers == Numbers::Binary64 {
            return text.parse().ok().filter(|value: &f64| value.is_finite()).map(Self::Binary64);
        }
        let text = if behaviour.has(Bug::RoundsHalfUp) { &half_up(text) } else { text };
        match Number::parse(text.as_bytes()) {
            Ok(number) => Some(Self::Exact(number)),
            Err(ParseNumberError::OutOfRange) => None,
            Err(ParseNumberError::Syntax) => unreachable!("{text:?} has been checked against the grammar"),
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.to_f64() == 0.0
    }

    fn to_f64(self) -> f64 {
        match self {
            Self::Exact(number) => number.to_string().parse().expect("a canonical number is a float literal"),
            Self::Binary64(value) => value,
        }
    }

    /// The value as an integer, if it is one.
    fn to_integer(self) -> Option<i128> {
        match self {
            Self::Exact(number) => number.to_string().parse().ok(),
            Self::Binary64(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Negate,
    Absolute,
    SquareRoot,
}

impl Operator {
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Remainder,
            "^" => Self::Power,
            "neg" => Self::Negate,
            "abs" => Self::Absolute,
            "sqrt" => Self::SquareRoot,
            _ => return None,
        })
    }

    pub(super) fn is_unary(self) -> bool {
        matches!(self, Self::Negate | Self::Absolute | Self::SquareRoot)
    }
}

/// The text of the result or the code of the failure. A unary operator has one operand, a binary one two.
pub(super) fn evaluate(
    operator: Operator,
    operands: &[Value],
    behaviour: &Behaviour,
) -> Result<String, &'static str> {
    let (&left, &right) = (operands.first().expect("one operand"), operands.last().expect("one operand"));
    let (left, right) = if behaviour.has(Bug::OperandsSwapped) { (right, left) } else { (left, right) };
    if let Some(text) = wrong_arithmetic(operator, left, right, behaviour) {
        return Ok(text);
    }
    let text = match (left, right) {
        (Value::Exact(left), Value::Exact(right)) => exact(operator, left, right)?.to_string(),
        (left, right) => printed(binary64(operator, left.to_f64(), right.to_f64())?, 15),
    };
    Ok(wrong_text(text, operator, left, right, behaviour))
}

fn exact(operator: Operator, left: Number, right: Number) -> Result<Number, &'static str> {
    let result = match operator {
        Operator::Add => left.plus(right),
        Operator::Subtract => left.minus(right),
        Operator::Multiply => left.times(right),
        Operator::Divide => left.divided_by(right),
        Operator::Remainder => left.remainder(right),
        Operator::Power => left.power(right),
        Operator::Negate => Ok(left.negate()),
        Operator::Absolute => Ok(left.absolute_value()),
        Operator::SquareRoot => left.square_root(),
    };
    result.map_err(|error| match error {
        EvalError::DivisionByZero => "division-by-zero",
        EvalError::InvalidOperation => "invalid-operation",
        EvalError::Overflow => "overflow",
    })
}

fn binary64(operator: Operator, left: f64, right: f64) -> Result<f64, &'static str> {
    let divides = matches!(operator, Operator::Divide | Operator::Remainder);
    if divides && right == 0.0 || operator == Operator::Power && left == 0.0 && right < 0.0 {
        return Err("division-by-zero");
    }
    if operator == Operator::Power && left == 0.0 && right == 0.0 {
        return Err("invalid-operation");
    }
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
        Operator::Power => left.powf(right),
        Operator::Negate => -left,
        Operator::Absolute => left.abs(),
        Operator::SquareRoot => left.sqrt(),
    };
    match result {
        value if value.is_nan() => Err("invalid-operation"),
        value if value.is_infinite() => Err("overflow"),
        value => Ok(value),
    }
}

/// What C's `%.*g` prints.
fn printed(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return if value.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("the e of scientific notation");
    let exponent: i32 = exponent.parse().expect("an exponent is an integer");
    let without_zeros = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    let decimals = i32::try_from(digits).expect("few digits") - 1 - exponent;
    if exponent < -4 || decimals < 0 {
        return format!("{}e{exponent:+03}", without_zeros(mantissa));
    }
    without_zeros(&format!("{value:.*}", usize::try_from(decimals).expect("checked above")))
}

/// The result as a wrong calculation gives it, where one of the mistakes applies.
fn wrong_arithmetic(operator: Operator, left: Value, right: Value, behaviour: &Behaviour) -> Option<String> {
    let (a, b) = (left.to_f64(), right.to_f64());
    let by_zero = operator == Operator::Divide && b == 0.0;
    if by_zero && behaviour.has(Bug::DivisionByZeroInfinity) {
        return Some(if a == 0.0 { "nan" } else { "inf" }.to_owned());
    }
    if by_zero && behaviour.has(Bug::DivisionByZeroIsZero) {
        return Some("0".to_owned());
    }
    if operator == Operator::Divide && !by_zero && behaviour.has(Bug::IntegerDivision) {
        return Some(format!("{:.0}", (a / b).trunc()));
    }
    if operator == Operator::Remainder && b != 0.0 && behaviour.has(Bug::FloorRemainder) {
        return Some(printed(a - b * (a / b).floor(), 15));
    }
    if operator == Operator::Power && b < 0.0 && behaviour.has(Bug::PowerIgnoresSign) {
        return Some(printed(a.powf(-b), 15));
    }
    if behaviour.has(Bug::SinglePrecision) {
        #[expect(clippy::cast_possible_truncation, reason = "that is the mistake")]
        let (a, b) = (a as f32, b as f32);
        return binary64(operator, a.into(), b.into()).ok().map(|result| printed(result, 9));
    }
    if behaviour.has(Bug::SixDigits) {
        return binary64(operator, a, b).ok().map(|result| printed(result, 6));
    }
    wrapped(operator, left.to_integer()?, right.to_integer()?, behaviour)
}

/// The sum, difference or product of integers that wrap around.
#[expect(clippy::cast_possible_truncation, reason = "that is the mistake")]
fn wrapped(operator: Operator, left: i128, right: i128, behaviour: &Behaviour) -> Option<String> {
    let result = match operator {
        Operator::Add => left.wrapping_add(right),
        Operator::Subtract => left.wrapping_sub(right),
        Operator::Multiply => left.wrapping_mul(right),
        _ => return None,
    };
    if behaviour.has(Bug::IntegerOverflow) {
        return Some((result as i32).to_string());
    }
    behaviour.has(Bug::LongOverflow).then(|| (result as i64).to_string())
}

/// The right result in another spelling.
fn wrong_text(text: String, operator: Operator, left: Value, right: Value, behaviour: &Behaviour) -> String {
    let is_integer = text.bytes().all(|octet| octet.is_ascii_digit() || octet == b'-');
    if behaviour.numbers == Numbers::ExactWithFraction && is_integer {
        return format!("{text}.0");
    }
    if behaviour.has(Bug::DecimalComma) {
        return text.replace('.', ",");
    }
    if behaviour.has(Bug::TrailingZeros) && !text.contains('E') {
        return if is_integer { format!("{text}.00") } else { format!("{text}0") };
    }
    let negative = left.to_f64() < 0.0 || right.to_f64() < 0.0;
    if behaviour.has(Bug::NegativeZero) && text == "0" && operator == Operator::Multiply && negative {
        return "-0".to_owned();
    }
    if behaviour.has(Bug::PlainTooLong)
        && let Some(("1", exponent)) = text.split_once("E+")
        && let Ok(zeros @ ..=40) = exponent.parse()
    {
        return format!("1{}", "0".repeat(zeros));
    }
    if behaviour.has(Bug::TwentyEightDigits) { cut_to_28_digits(&text) } else { text }
}

/// The number without the digits after the 28th; only the fraction is cut.
fn cut_to_28_digits(text: &str) -> String {
    let (number, exponent) = text.split_at(text.find('E').unwrap_or(text.len()));
    match number.contains('.') {
        true => format!("{}{exponent}", number.chars().take(30).collect::<String>()),
        false => text.to_owned(),
    }
}

/// An operand of 35 digits that ends in 5, made a little larger, so that it is rounded up.
fn half_up(text: &str) -> String {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.strip_suffix('5') {
        Some(rest) if digits == 35 => format!("{rest}6"),
        Some(_) | None => text.to_owned(),
    }
}
