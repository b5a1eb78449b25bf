//! The numbers of `PROTOCOL.md` §10 and §11: IEEE 754 decimal128 values and what is computed with them.
//!
//! Each operation is tried in 128 bits first (`exact`), which takes all that people usually calculate; what does not fit
//! there goes to the decimal library (`library`). Both end in [`Number::rounded`], and a test holds the one to the other.

use crate::{exact, library};

/// The digits that a number can have (EXACT-1).
pub(crate) const PRECISION: u32 = 34;
/// The first coefficient with more digits than that.
pub(crate) const LIMIT: u128 = 10_u128.pow(PRECISION);
/// The exponent of the first digit of the largest numbers (EXACT-1).
pub(crate) const MAX_EXPONENT: i64 = 6144;
/// The largest exponent that a coefficient of 34 digits can have.
const MAX_UNIT: i64 = 6111;
/// The exponent of the first digit of the smallest number that is not subnormal.
pub(crate) const MIN_EXPONENT: i64 = -6143;
/// The exponent of the smallest positive number (EXACT-1).
const MIN_UNIT: i64 = -6176;

/// A decimal128 number, always finite.
///
/// Equal numbers are one value: 3, 3.0 and 0.3e1 parse to the same, and −0 is 0. [`Display`](std::fmt::Display) writes the
/// canonical text (EXACT-7), which [`parse`](Self::parse) reads back without loss (EXACT-8).
///
/// ```
/// use calc_proto::Number;
///
/// let tenth: Number = "0.1".parse()?;
/// let fifth: Number = "2e-1".parse()?;
/// assert_eq!(tenth.plus(fifth)?.to_string(), "0.3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// Packed like a decimal128: the sign, 14 bits of exponent (here in two's complement), 113 bits of coefficient. Messages
// and replies are copied a lot, and sixteen octets without padding cost little to copy. The coefficient is below LIMIT and no
// multiple of ten; zero is +0 × 10^0, all bits zero.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Number(u128);

const COEFFICIENT_BITS: u32 = 113;
const COEFFICIENT: u128 = (1 << COEFFICIENT_BITS) - 1;
const SIGN: u128 = 1 << 127;

/// Why a calculation has no result. All of them end the transaction (ERR-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// `/` or `%` by zero, or zero to a negative power.
    #[error("division by zero")]
    DivisionByZero,
    /// No number is the value: √−1, 0^0, (−8)^0.5, or a remainder whose quotient has more than 34 digits.
    #[error("the operation has no value")]
    InvalidOperation,
    /// The result's magnitude is beyond the largest number.
    #[error("the result is beyond the largest number")]
    Overflow,
}

impl Number {
    /// The sum, correctly rounded (EXACT-3).
    ///
    /// # Errors
    /// [`EvalError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, EvalError> {
        exact::sum(self, other).map_or_else(|| library::sum(self, other), Ok)
    }

    /// The difference, correctly rounded (EXACT-3).
    ///
    /// # Errors
    /// [`EvalError::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, EvalError> {
        self.plus(other.negate())
    }

    /// The product, correctly rounded (EXACT-3).
    ///
    /// # Errors
    /// [`EvalError::Overflow`].
    pub fn times(self, other: Self) -> Result<Self, EvalError> {
        exact::product(self, other).map_or_else(|| library::product(self, other), Ok)
    }

    /// The quotient, correctly rounded (EXACT-3).
    ///
    /// # Errors
    /// [`EvalError::DivisionByZero`] or [`EvalError::Overflow`].
    pub fn divided_by(self, other: Self) -> Result<Self, EvalError> {
        if other.is_zero() {
            return Err(EvalError::DivisionByZero);
        }
        exact::quotient(self, other).map_or_else(|| library::quotient(self, other), Ok)
    }

    /// What is left of `self` after taking `other` from it as often as goes, with the sign of `self` (EXACT-4).
    ///
    /// # Errors
    /// [`EvalError::DivisionByZero`], or [`EvalError::InvalidOperation`] for a quotient of more than 34 digits.
    pub fn remainder(self, other: Self) -> Result<Self, EvalError> {
        if other.is_zero() {
            return Err(EvalError::DivisionByZero);
        }
        exact::remainder(self, other).map_or_else(|| library::remainder(self, other), Ok)
    }

    /// `self` to the power `exponent`: exact where 34 digits hold the power, else within one unit in the last place
    /// (EXACT-5).
    ///
    /// # Errors
    /// [`EvalError::DivisionByZero`] for zero to a negative power, [`EvalError::InvalidOperation`] for 0^0 and for a
    /// negative number to a power that is not an integer, or [`EvalError::Overflow`].
    pub fn power(self, exponent: Self) -> Result<Self, EvalError> {
        if self.is_zero() && exponent.is_negative() {
            return Err(EvalError::DivisionByZero);
        }
        if self.is_negative() && !exponent.is_integer() {
            return Err(EvalError::InvalidOperation);
        }
        let base = self.absolute_value();
        let power = exact::power(base, exponent).map_or_else(|| library::power(base, exponent), Ok)?;
        Ok(if self.is_negative() && exponent.is_odd() { power.negate() } else { power })
    }

    /// The number of the same magnitude and the other sign.
    #[must_use]
    pub const fn negate(self) -> Self {
        if self.is_zero() { self } else { Self(self.0 ^ SIGN) }
    }

    /// The number without its sign.
    #[must_use]
    pub const fn absolute_value(self) -> Self {
        Self(self.0 & !SIGN)
    }

    /// The square root that is not negative, correctly rounded (EXACT-3).
    ///
    /// # Errors
    /// [`EvalError::InvalidOperation`] for a negative number.
    pub fn square_root(self) -> Result<Self, EvalError> {
        exact::square_root(self).map_or_else(|| library::square_root(self), Ok)
    }

    /// Whether this is zero, which has no sign.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether this is less than zero.
    pub(crate) const fn is_negative(self) -> bool {
        self.0 & SIGN != 0
    }

    /// The digits, as an integer that is no multiple of ten.
    pub(crate) const fn coefficient(self) -> u128 {
        self.0 & COEFFICIENT
    }

    /// What the last digit counts, as a power of ten.
    pub(crate) const fn exponent(self) -> i32 {
        // Up to the top and down again spreads the sign of the exponent.
        (((self.0 << 1) as i128) >> (COEFFICIENT_BITS + 1)) as i32
    }

    /// `coefficient` and `exponent` are those of a number in lowest terms.
    const fn new(negative: bool, coefficient: u128, exponent: i32) -> Self {
        let exponent = ((exponent as u128) << COEFFICIENT_BITS) & !SIGN;
        Self(coefficient | exponent | if negative { SIGN } else { 0 })
    }

    /// Whether there is no fraction: the coefficient ends in a digit other than zero.
    const fn is_integer(self) -> bool {
        self.exponent() >= 0
    }

    const fn is_odd(self) -> bool {
        self.exponent() == 0 && !self.coefficient().is_multiple_of(2)
    }

    /// Rounds ±`coefficient` × 10^`exponent` half to even, to 34 digits or, near zero, to a multiple of the smallest unit.
    /// `None` is beyond the largest number.
    #[inline]
    pub(crate) fn rounded(negative: bool, coefficient: u128, exponent: i64) -> Option<Self> {
        match u64::try_from(coefficient) {
            Ok(0) => Some(Self::default()),
            // Nothing is to be rounded, and the processor divides 64 bits at once, but 128 only by a long routine.
            Ok(mut short) if (MIN_UNIT..=MAX_UNIT).contains(&exponent) => {
                let mut exponent = exponent as i32;
                while short.is_multiple_of(10) {
                    short /= 10;
                    exponent = exponent.wrapping_add(1); // at most 19 times
                }
                Some(Self::new(negative, u128::from(short), exponent))
            }
            Ok(_) | Err(_) => Self::rounded_at_length(negative, coefficient, exponent),
        }
    }

    #[cold]
    fn rounded_at_length(negative: bool, mut coefficient: u128, mut exponent: i64) -> Option<Self> {
        if coefficient >= LIMIT || exponent < MIN_UNIT {
            let surplus = i64::from(digit_count(coefficient).saturating_sub(PRECISION));
            let dropped = surplus.max(MIN_UNIT.saturating_sub(exponent));
            coefficient = divide_half_even(coefficient, dropped);
            exponent = exponent.saturating_add(dropped);
        }
        if coefficient == 0 {
            return Some(Self::default());
        }
        (coefficient, exponent) = strip_zeros(coefficient, exponent);
        let first_digit = || exponent.saturating_add(i64::from(digit_count(coefficient))).saturating_sub(1);
        // Counting digits is the dearest part, and hardly any number is so large that it is needed.
        let in_range = exponent <= MAX_UNIT || first_digit() <= MAX_EXPONENT;
        let exponent = i32::try_from(exponent).ok()?;
        in_range.then_some(Self::new(negative, coefficient, exponent))
    }
}

/// 10^`exponent`, where 128 bits hold it.
pub(crate) fn power_of_ten(exponent: usize) -> Option<u128> {
    #[expect(clippy::indexing_slicing, reason = "the compiler runs it, and would say so")]
    const POWERS: [u128; 39] = {
        let mut powers = [1; 39];
        let mut index = 1;
        while index < powers.len() {
            powers[index] = powers[index - 1] * 10;
            index += 1;
        }
        powers
    };
    POWERS.get(exponent).copied()
}

/// The decimal digits of a coefficient; zero has one.
pub(crate) fn digit_count(coefficient: u128) -> u32 {
    coefficient.checked_ilog10().map_or(1, |log| log.saturating_add(1))
}

/// `coefficient` without its last `dropped` digits, rounded half to even.
fn divide_half_even(coefficient: u128, dropped: i64) -> u128 {
    let power = u32::try_from(dropped).ok().and_then(|dropped| 10_u128.checked_pow(dropped));
    let Some(power) = power else {
        return 0; // a coefficient has at most 39 digits, and 10^38 still fits: what is dropped is less than half
    };
    let (quotient, rest) = (coefficient.div_euclid(power), coefficient.rem_euclid(power));
    let odd = !quotient.is_multiple_of(2);
    let up = match rest.cmp(&power.saturating_sub(rest)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => odd,
        std::cmp::Ordering::Greater => true,
    };
    quotient.saturating_add(u128::from(up))
}

/// The same value with the smallest coefficient. `coefficient` is not zero.
const fn strip_zeros(mut coefficient: u128, mut exponent: i64) -> (u128, i64) {
    while coefficient.is_multiple_of(10) {
        coefficient /= 10;
        exponent = exponent.saturating_add(1);
    }
    (coefficient, exponent)
}
