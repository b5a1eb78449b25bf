//! The operations in 128 bits, where these hold the exact result: what people usually calculate with, and a hundred times
//! as fast as the decimal library. `None` leaves an operation to the library.

use crate::number::{LIMIT, Number, digit_count, power_of_ten};

/// The sum, where both operands can be brought to the smaller exponent.
pub(crate) fn sum(left: Number, right: Number) -> Option<Number> {
    let exponent = left.exponent().min(right.exponent());
    let (left, right) = (signed(left, exponent)?, signed(right, exponent)?);
    let sum = left.checked_add(right)?;
    Number::rounded(sum < 0, sum.unsigned_abs(), i64::from(exponent))
}

/// The product of coefficients that have about 38 digits together.
pub(crate) fn product(left: Number, right: Number) -> Option<Number> {
    let exponent = i64::from(left.exponent()).saturating_add(i64::from(right.exponent()));
    let product = match (u64::try_from(left.coefficient()), u64::try_from(right.coefficient())) {
        (Ok(left), Ok(right)) => u128::from(left).checked_mul(u128::from(right))?,
        (Err(_), _) | (_, Err(_)) => left.coefficient().checked_mul(right.coefficient())?,
    };
    Number::rounded(left.is_negative() != right.is_negative(), product, exponent)
}

/// The quotient by a divisor of up to [`STEP`] digits: long division, many digits at once. `right` is not zero.
pub(crate) fn quotient(left: Number, right: Number) -> Option<Number> {
    /// What a remainder below 10^19 can be multiplied by: 10^38 still fits.
    const STEP: usize = 19;
    /// One digit less than fit, to have room for the one that stands for all that follow.
    const MOST: usize = 37;

    let divisor = right.coefficient();
    if divisor >= power_of_ten(STEP)? {
        return None;
    }
    let mut quotient = left.coefficient().checked_div(divisor)?;
    let mut rest = left.coefficient().checked_rem(divisor)?;
    let mut exponent = i64::from(left.exponent()).saturating_sub(i64::from(right.exponent()));
    while rest > 0 && quotient < LIMIT {
        let step = MOST.saturating_sub(digit_count(quotient) as usize).min(STEP);
        let scaled = rest.checked_mul(power_of_ten(step)?)?;
        let digits = scaled.checked_div(divisor)?;
        quotient = quotient.checked_mul(power_of_ten(step)?)?.checked_add(digits)?;
        rest = scaled.checked_rem(divisor)?;
        exponent = exponent.saturating_sub(step as i64);
    }
    if rest > 0 {
        // More than 34 digits, and not the end: a last digit tells half from more than half.
        quotient = quotient.checked_mul(10)?.checked_add(1)?;
        exponent = exponent.saturating_sub(1);
    }
    Number::rounded(left.is_negative() != right.is_negative(), quotient, exponent)
}

/// The remainder, where both operands can be brought to the smaller exponent. `right` is not zero.
pub(crate) fn remainder(left: Number, right: Number) -> Option<Number> {
    let exponent = left.exponent().min(right.exponent());
    let (dividend, divisor) = (scaled(left, exponent)?, scaled(right, exponent)?);
    let in_range = dividend.checked_div(divisor)? < LIMIT; // EXACT-4
    let rest = dividend.checked_rem(divisor).filter(|_| in_range)?;
    Number::rounded(left.is_negative(), rest, i64::from(exponent))
}

/// The power to a natural number, where 34 digits hold it. `base` is not negative.
pub(crate) fn power(base: Number, exponent: Number) -> Option<Number> {
    let times = u32::try_from(scaled(exponent, 0)?)
        .ok()
        .filter(|_| !exponent.is_negative() && !exponent.is_zero())?;
    let power = base.coefficient().checked_pow(times).filter(|power| *power < LIMIT)?;
    Number::rounded(false, power, i64::from(base.exponent()).saturating_mul(i64::from(times)))
}

/// The root of a square.
pub(crate) fn square_root(square: Number) -> Option<Number> {
    let exponent = square.exponent().checked_sub(square.exponent().rem_euclid(2))?;
    let coefficient = scaled(square, exponent).filter(|_| !square.is_negative())?;
    let root = coefficient.isqrt();
    let is_exact = root.checked_mul(root)? == coefficient;
    is_exact.then(|| Number::rounded(false, root, i64::from(exponent).div_euclid(2)))?
}

/// The coefficient that a number has with an exponent that is not larger than its own.
fn scaled(number: Number, exponent: i32) -> Option<u128> {
    match number.exponent().checked_sub(exponent)? {
        0 => Some(number.coefficient()),
        zeros => number.coefficient().checked_mul(power_of_ten(usize::try_from(zeros).ok()?)?),
    }
}

fn signed(number: Number, exponent: i32) -> Option<i128> {
    let magnitude = i128::try_from(scaled(number, exponent)?).ok()?;
    Some(if number.is_negative() { magnitude.wrapping_neg() } else { magnitude })
}
