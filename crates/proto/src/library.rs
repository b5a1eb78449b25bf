//! The operations by IBM's decimal library, which takes every number there is.

use dec::{Context, Decimal, Rounding};

use crate::number::{EvalError, MAX_EXPONENT, MIN_EXPONENT, Number, PRECISION, digit_count};

#[cold]
pub(crate) fn sum(left: Number, right: Number) -> Result<Number, EvalError> {
    calculate(decimal128(), left, |context, value| context.add(value, &wide(right)))
}

#[cold]
pub(crate) fn product(left: Number, right: Number) -> Result<Number, EvalError> {
    calculate(decimal128(), left, |context, value| context.mul(value, &wide(right)))
}

/// `right` is not zero.
#[cold]
pub(crate) fn quotient(left: Number, right: Number) -> Result<Number, EvalError> {
    calculate(decimal128(), left, |context, value| context.div(value, &wide(right)))
}

/// `right` is not zero.
#[cold]
pub(crate) fn remainder(left: Number, right: Number) -> Result<Number, EvalError> {
    calculate(decimal128(), left, |context, value| context.rem(value, &wide(right)))
}

/// `base` is not negative: the library takes −1 to a power of more than ten digits for invalid.
#[cold]
pub(crate) fn power(base: Number, exponent: Number) -> Result<Number, EvalError> {
    let context = decimal128_with_wide_exponents();
    calculate(context, base, |context, value| context.pow(value, &wide(exponent)))
}

#[cold]
pub(crate) fn square_root(square: Number) -> Result<Number, EvalError> {
    calculate(decimal128(), square, Context::sqrt)
}

/// Runs one operation of the library and sorts its outcome.
///
/// No flag is asked: 0^−1 is infinite without one, and 0/0 and 1E+40 % 7 each set another one. What the result is tells
/// all there is to tell, once the caller has dealt with a divisor of zero.
fn calculate(
    mut context: Context<Wide>,
    left: Number,
    operation: impl FnOnce(&mut Context<Wide>, &mut Wide),
) -> Result<Number, EvalError> {
    let mut value = wide(left);
    operation(&mut context, &mut value);
    if value.is_nan() {
        return Err(EvalError::InvalidOperation);
    }
    if value.is_infinite() {
        return Err(EvalError::Overflow);
    }
    let coefficient = value
        .coefficient_units()
        .iter()
        .rev()
        .fold(0_u128, |sum, &unit| sum.saturating_mul(UNIT).saturating_add(u128::from(unit)));
    Number::rounded(value.is_negative(), coefficient, i64::from(value.exponent())).ok_or(EvalError::Overflow)
}

/// The library's number: twelve units of three digits hold 34 digits and two more.
type Wide = Decimal<UNITS>;
const UNITS: usize = 12;
/// What one unit of a [`Wide`] counts to.
const UNIT: u128 = 1000;

/// The same value for the library.
fn wide(number: Number) -> Wide {
    /// libdecnumber's bit for a negative number (`DECNEG`).
    const NEGATIVE: u8 = 0x80;
    let mut rest = number.coefficient();
    let units = std::array::from_fn(|_| {
        let unit = rest % UNIT;
        rest /= UNIT;
        u16::try_from(unit).unwrap_or(0) // below 1000
    });
    let sign = if number.is_negative() { NEGATIVE } else { 0 };
    Wide::from_raw_parts(digit_count(number.coefficient()), number.exponent(), sign, units)
}

/// The context of IEEE 754 decimal128: 34 digits, half to even, gradual underflow.
fn decimal128() -> Context<Wide> {
    context(MIN_EXPONENT, MAX_EXPONENT)
}

/// Decimal128 with room for the exponents on the way to a power, which the library inverts before it multiplies: with
/// 1E-6176^−2 it would otherwise give up at the inverse and answer 1. The bounds are the widest for which it takes logarithms.
fn decimal128_with_wide_exponents() -> Context<Wide> {
    context(-999_999, 999_999)
}

/// Made anew for each operation, since a context's flags are sticky.
fn context(min_exponent: i64, max_exponent: i64) -> Context<Wide> {
    let mut context = Context::default();
    context.set_rounding(Rounding::HalfEven);
    context.set_clamp(true);
    // The library refuses only what lies beyond its own limits, which none of these does.
    let _ = context.set_precision(PRECISION as usize);
    let _ = context.set_max_exponent(max_exponent as isize);
    let _ = context.set_min_exponent(min_exponent as isize);
    context
}
