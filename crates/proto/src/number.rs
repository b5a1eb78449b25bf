//! The numbers of `PROTOCOL.md` §10 and §11: IEEE 754 decimal128 values, read, calculated with and written.

use dec::{Context, Decimal, Rounding};

/// The digits that a number can have (EXACT-1).
pub(crate) const PRECISION: u32 = 34;
/// The first coefficient with more digits than that.
const LIMIT: u128 = 10_u128.pow(PRECISION);
/// The exponent of the first digit of the largest numbers (EXACT-1).
const MAX_EXPONENT: i64 = 6144;
/// The largest exponent that a coefficient of 34 digits can have.
const MAX_UNIT: i64 = 6111;
/// The exponent of the first digit of the smallest number that is not subnormal.
const MIN_EXPONENT: i64 = -6143;
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
// The value is ±coefficient × 10^exponent. The coefficient is below LIMIT and no multiple of ten; zero is +0 × 10^0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Number {
    pub(crate) coefficient: u128,
    pub(crate) exponent: i32,
    pub(crate) negative: bool,
}

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
        if let Some((sum, exponent)) = self.exact_sum(other) {
            return Self::rounded(sum < 0, sum.unsigned_abs(), exponent).ok_or(EvalError::Overflow);
        }
        self.calculate(decimal128(), |context, a| context.add(a, &other.to_decimal()))
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
        if let Some(product) = self.coefficient.checked_mul(other.coefficient) {
            let exponent = i64::from(self.exponent).saturating_add(i64::from(other.exponent));
            return Self::rounded(self.negative != other.negative, product, exponent)
                .ok_or(EvalError::Overflow);
        }
        self.calculate(decimal128(), |context, a| context.mul(a, &other.to_decimal()))
    }

    /// The quotient, correctly rounded (EXACT-3).
    ///
    /// # Errors
    /// [`EvalError::DivisionByZero`] or [`EvalError::Overflow`].
    pub fn divided_by(self, other: Self) -> Result<Self, EvalError> {
        if other.is_zero() {
            return Err(EvalError::DivisionByZero);
        }
        self.calculate(decimal128(), |context, a| context.div(a, &other.to_decimal()))
    }

    /// What is left of `self` after taking `other` from it as often as goes, with the sign of `self` (EXACT-4).
    ///
    /// # Errors
    /// [`EvalError::DivisionByZero`], or [`EvalError::InvalidOperation`] for a quotient of more than 34 digits.
    pub fn remainder(self, other: Self) -> Result<Self, EvalError> {
        if other.is_zero() {
            return Err(EvalError::DivisionByZero);
        }
        self.calculate(decimal128(), |context, a| context.rem(a, &other.to_decimal()))
    }

    /// `self` to the power `exponent`: exact where 34 digits hold the power, else within one unit in the last place
    /// (EXACT-5).
    ///
    /// # Errors
    /// [`EvalError::DivisionByZero`] for zero to a negative power, [`EvalError::InvalidOperation`] for 0^0 and for a
    /// negative number to a power that is not an integer, or [`EvalError::Overflow`].
    pub fn power(self, exponent: Self) -> Result<Self, EvalError> {
        if self.is_zero() && exponent.negative {
            return Err(EvalError::DivisionByZero);
        }
        if self.negative && !exponent.is_integer() {
            return Err(EvalError::InvalidOperation);
        }
        // The library takes −1 to a power of more than ten digits for invalid, so it never sees the sign.
        let power = self.absolute_value().calculate(decimal128_with_wide_exponents(), |context, a| {
            context.pow(a, &exponent.to_decimal())
        })?;
        Ok(if self.negative && exponent.is_odd() { power.negate() } else { power })
    }

    /// The number of the same magnitude and the other sign.
    #[must_use]
    pub const fn negate(self) -> Self {
        Self { negative: !self.negative && !self.is_zero(), ..self }
    }

    /// The number without its sign.
    #[must_use]
    pub const fn absolute_value(self) -> Self {
        Self { negative: false, ..self }
    }

    /// The square root that is not negative, correctly rounded (EXACT-3).
    ///
    /// # Errors
    /// [`EvalError::InvalidOperation`] for a negative number.
    pub fn square_root(self) -> Result<Self, EvalError> {
        self.calculate(decimal128(), Context::sqrt)
    }

    /// Whether this is zero, which has no sign.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.coefficient == 0
    }

    /// Whether there is no fraction: the coefficient ends in a digit other than zero.
    const fn is_integer(self) -> bool {
        self.exponent >= 0
    }

    const fn is_odd(self) -> bool {
        self.exponent == 0 && !self.coefficient.is_multiple_of(2)
    }

    /// The sum before it is rounded, with its exponent, where 127 bits hold it: short numbers of similar size, which are
    /// nearly all that people calculate with. The decimal library takes the others.
    fn exact_sum(self, other: Self) -> Option<(i128, i64)> {
        let exponent = self.exponent.min(other.exponent);
        let sum = self.scaled_to(exponent)?.checked_add(other.scaled_to(exponent)?)?;
        Some((sum, i64::from(exponent)))
    }

    /// The signed coefficient that this number has with a smaller exponent.
    fn scaled_to(self, exponent: i32) -> Option<i128> {
        let power = 10_i128.checked_pow(self.exponent.abs_diff(exponent))?;
        let scaled = i128::try_from(self.coefficient).ok()?.checked_mul(power)?;
        Some(if self.negative { scaled.saturating_neg() } else { scaled })
    }

    /// Rounds ±`coefficient` × 10^`exponent` half to even, to 34 digits or, near zero, to a multiple of the smallest unit.
    /// `None` is beyond the largest number.
    pub(crate) fn rounded(negative: bool, mut coefficient: u128, mut exponent: i64) -> Option<Self> {
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
        in_range.then_some(Self { coefficient, exponent, negative })
    }

    /// Runs one operation of the decimal library on this number and sorts its outcome.
    ///
    /// No flag is asked: 0^−1 is infinite without one, and 0/0 and 1E+40 % 7 each set another one. What the result is tells
    /// all there is to tell, once the caller has dealt with a divisor of zero.
    fn calculate(
        self,
        mut context: Context<Wide>,
        operation: impl FnOnce(&mut Context<Wide>, &mut Wide),
    ) -> Result<Self, EvalError> {
        let mut value = self.to_decimal();
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
        Self::rounded(value.is_negative(), coefficient, i64::from(value.exponent()))
            .ok_or(EvalError::Overflow)
    }
}

/// The decimal library's number: twelve units of three digits hold 34 digits and two more.
type Wide = Decimal<UNITS>;
const UNITS: usize = 12;
/// What one unit of a [`Wide`] counts to.
const UNIT: u128 = 1000;

impl Number {
    /// The same value for the decimal library.
    fn to_decimal(self) -> Wide {
        /// libdecnumber's bit for a negative number (`DECNEG`).
        const NEGATIVE: u8 = 0x80;
        let mut rest = self.coefficient;
        let units = std::array::from_fn(|_| {
            let unit = rest % UNIT;
            rest /= UNIT;
            u16::try_from(unit).unwrap_or(0) // below 1000
        });
        let sign = if self.negative { NEGATIVE } else { 0 };
        Wide::from_raw_parts(digit_count(self.coefficient), self.exponent, sign, units)
    }
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
    while coefficient > u64::MAX as u128 && coefficient.is_multiple_of(10) {
        coefficient /= 10;
        exponent = exponent.saturating_add(1);
    }
    if coefficient > u64::MAX as u128 {
        return (coefficient, exponent);
    }
    // The processor divides 64 bits at once, and 128 only by a long routine.
    let mut short = coefficient as u64;
    while short.is_multiple_of(10) && short > 0 {
        short /= 10;
        exponent = exponent.saturating_add(1);
    }
    (short as u128, exponent)
}

/// The decimal digits of a coefficient; zero has one.
fn digit_count(coefficient: u128) -> u32 {
    coefficient.checked_ilog10().map_or(1, |log| log.saturating_add(1))
}
