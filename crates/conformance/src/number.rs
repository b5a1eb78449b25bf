//! Decimal numbers as a grader reads them: digits and an exponent, compared without ever computing with them.
//!
//! What a server sends may have thousands of digits or an exponent such as `1E999999999`, so nothing here expands a
//! number to its digits, and an exponent beyond a limit of its own counts as the limit.

/// Far beyond every exponent that a server can mean, and far from overflowing when digits are added to it.
const EXPONENT_LIMIT: i64 = 1 << 60;

/// The `top` of zero, which must not decide where the digits of another number are cut off.
const BELOW_ALL: i64 = -2 * EXPONENT_LIMIT;

/// The digits that a comparison within a tolerance looks at; as many as an `i128` holds of two numbers' difference.
const WINDOW: usize = 36;

/// The limits of integer types, signed and unsigned.
const LIMITS: [i128; 6] = [
    i32::MIN as i128,
    i32::MAX as i128,
    u32::MAX as i128,
    i64::MIN as i128,
    i64::MAX as i128,
    u64::MAX as i128,
];

/// The other operands beside those that overflow are no larger.
const NEAR_A_LIMIT: u128 = 1_000_001;

/// The `top` of what is printed `0.00`.
const ZERO_IN_TWO_DECIMALS: i64 = -2;

/// The part of the expected magnitude by which an answer may differ where nothing else is said (NUM-1).
pub const USUAL_RELATIVE: f64 = 1e-14;

/// A decimal number: 0.d₁d₂d₃… × 10^`top`, with d₁ ≠ 0 and no trailing zeros; zero has no digits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    top: i64,
}

impl Decimal {
    /// Reads a number of PROTOCOL.md's form `operand` (MSG-1); anything else is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = sign(text);
        let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], exponent(&unsigned[at + 1..])?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading_zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let significant = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        if significant == 0 {
            return Some(Self { negative: false, digits: Vec::new(), top: BELOW_ALL });
        }
        let digits = digits[leading_zeros..significant].iter().map(|digit| digit - b'0').collect();
        Some(Self { negative, digits, top: exponent + whole.len() as i64 - leading_zeros as i64 })
    }

    /// Whether the numbers differ by at most `part` of the magnitude of `expected`.
    #[must_use]
    pub fn is_within_part(&self, part: f64, expected: &Self) -> bool {
        let top = self.top.max(expected.top);
        let difference = self.window(top).abs_diff(expected.window(top));
        self == expected || difference as f64 <= part * expected.window(top).unsigned_abs() as f64
    }

    /// Whether the numbers differ by at most `distance`.
    #[must_use]
    pub fn is_within_distance(&self, distance: &Self, expected: &Self) -> bool {
        let top = self.top.max(expected.top).max(distance.top);
        let difference = self.window(top).abs_diff(expected.window(top));
        self == expected || difference <= distance.window(top).unsigned_abs()
    }

    /// How many digits it has down to the place of the first digit of `distance`.
    #[must_use]
    pub const fn digits_to(&self, distance: &Self) -> i64 {
        if self.digits.is_empty() { 0 } else { self.top - distance.top }
    }

    /// Whether it is `expected` with fewer digits, cut off or rounded. Zero is that of what the usual formats with two
    /// decimals print as zero.
    #[must_use]
    pub fn is_rounding_of(&self, expected: &Self) -> bool {
        if self.digits.is_empty() {
            return expected.top <= ZERO_IN_TWO_DECIMALS;
        }
        let last = Self { negative: false, digits: vec![1], top: self.top - self.digits.len() as i64 + 1 };
        self.digits.len() < expected.digits.len() && self.is_within_distance(&last, expected)
    }

    /// Whether it is what an integer type of 32 or 64 bits makes of `expected`, or of an operand on the way to it: wrapped
    /// around, or at a limit of the type or so near to one as another operand brings it.
    #[must_use]
    pub fn is_overflow_of(&self, expected: &Self) -> bool {
        // Cut to fewer digits, a number near a limit is still near it.
        let is_rounding = self.is_rounding_of(expected);
        let (Some(actual), Some(expected)) = (self.to_integer(), expected.to_integer()) else { return false };
        // What is equal modulo 2^64 is so modulo 2^32, and it does not matter whether operands or results wrap around.
        let is_wrapped = (expected - actual) % (1 << 32) == 0;
        let is_near = |limit: &i128| actual.abs_diff(*limit) <= NEAR_A_LIMIT;
        !is_rounding && actual != expected && (is_wrapped || LIMITS.iter().any(is_near))
    }

    /// The number, if it is an integer of a size that can be calculated with.
    fn to_integer(&self) -> Option<i128> {
        let zeros = usize::try_from(self.top.max(0)).ok()?.checked_sub(self.digits.len())?;
        let digits = self.digits.iter().copied().chain(std::iter::repeat_n(0, zeros));
        if self.digits.len() + zeros > WINDOW {
            return None;
        }
        let magnitude = digits.fold(0, |sum: i128, digit| sum * 10 + i128::from(digit));
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The number in units of 10^(`top` − [`WINDOW`]), cut off below that; `top` must not be less than the number's own.
    fn window(&self, top: i64) -> i128 {
        let zeros = usize::try_from(top - self.top).unwrap_or(WINDOW).min(WINDOW);
        let digits = std::iter::repeat_n(&0, zeros).chain(&self.digits).chain(std::iter::repeat(&0));
        let magnitude = digits.take(WINDOW).fold(0, |sum: i128, digit| sum * 10 + i128::from(*digit));
        if self.negative { -magnitude } else { magnitude }
    }
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn exponent(text: &str) -> Option<i64> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // Digits only, so that the one way in which `parse` can fail is a number that is too large.
    let magnitude = digits.parse().unwrap_or(EXPONENT_LIMIT).min(EXPONENT_LIMIT);
    Some(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text:?} is a number"))
    }

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        for (a, b) in [
            ("3", "3.0"),
            ("3", "3e0"),
            ("3", "+0003."),
            ("3", ".3E1"),
            ("300", "3E+2"),
            ("0.0005", "5e-4"),
            ("-0", "0"),
            ("0E99999999999999999999999", "0"),
            ("1E1000000000000000000000", "1E2000000000000000000000"),
        ] {
            assert_eq!(decimal(a), decimal(b), "{a} and {b}");
        }
    }

    #[test]
    fn different_numbers_are_different() {
        for (a, b) in [
            ("3", "-3"),
            ("3", "30"),
            ("0.1", "0.10000000000000000000000000000000000000001"),
            ("1E-999999999999", "0"),
            ("1E99999999999", "1E99999999998"),
        ] {
            assert_ne!(decimal(a), decimal(b), "{a} and {b}");
        }
    }

    #[test]
    fn what_is_no_operand_is_no_number() {
        for text in [
            "", ".", "-", "+", "e5", "1e", "1e+", "--1", "1_0", "1,5", "0x10", "inf", "NaN", "1.2.3", "١",
            " 1",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn tolerance_by_part_of_the_expected_number() {
        let rows = [
            ("0.30000000000000004", "0.3", 1e-14, true),
            ("0.3000000000001", "0.3", 1e-14, false),
            ("-0.3", "0.3", 1e-14, false),
            ("1E+400", "1E+400", 1e-14, true),
            ("1.00000000000000001E+400", "1E+400", 1e-14, true),
            ("1.0000000000001E+400", "1E+400", 1e-14, false),
            ("1E999999999999", "1", 1e-14, false),
            ("1", "1E999999999999", 1e-14, false),
            ("1", "1E-999999999999", 1e-14, false),
            ("1E-400", "0", 1e-14, false),
            ("0", "0.0", 1e-14, true),
            ("99999999999999999", "100000000000000000", 1e-14, true),
            ("101", "100", 0.01, true),
            ("101.1", "100", 0.01, false),
        ];
        for (actual, expected, part, within) in rows {
            assert_eq!(
                decimal(actual).is_within_part(part, &decimal(expected)),
                within,
                "{actual} for {expected}"
            );
        }
    }

    #[test]
    fn tolerance_by_distance() {
        let rows = [
            ("1.5", "1", "0.5", true),
            ("1.51", "1", "0.5", false),
            ("-1", "1", "2", true),
            ("-1", "1", "1.9", false),
            ("3E-17", "0", "1e-16", true),
            ("3E-15", "0", "1e-16", false),
            ("5", "5", "0", true),
            ("1", "2", "1E999999999", true),
            ("1E999999999", "2", "1", false),
        ];
        for (actual, expected, distance, within) in rows {
            let judged = decimal(actual).is_within_distance(&decimal(distance), &decimal(expected));
            assert_eq!(judged, within, "{actual} for {expected} within {distance}");
        }
    }

    #[test]
    fn fewer_digits() {
        let rows = [
            ("0.142857", "0.142857142857142857", true),
            ("0.14", "0.142857142857142857", true),
            ("0.143", "0.142857142857142857", true),
            ("1.21933e17", "121932631112635269", true),
            ("0.00", "2.4691357802469e-20", true),
            ("0", "0.142857142857142857", false),
            ("7", "0.142857142857142857", false),
            ("-0.14", "0.142857142857142857", false),
            ("0.142857142857142857", "0.142857142857142857", false),
            ("121932632969510912", "121932631112635269", false),
        ];
        for (actual, expected, rounded) in rows {
            assert_eq!(
                decimal(actual).is_rounding_of(&decimal(expected)),
                rounded,
                "{actual} for {expected}"
            );
        }
    }

    #[test]
    fn what_integer_types_make_of_a_number() {
        let rows = [
            ("-2147483648", "2147483648", true),
            ("2147483647", "2147483648", true),
            ("705032711", "5000000007", true),
            ("-2147483642", "5000000007", true),
            ("-9223372036853775809", "9223372036855775807", true),
            ("4294967296", "18446744078004518912", true),
            ("9223372036854775807", "3e25", true),
            ("12", "-2147483653", false),
            ("2.14748365e+09", "2147483648", false),
            ("131073", "4295032832", false),
            ("5000000007", "5000000007", false),
            ("0.5", "5000000007", false),
            ("1e99999999999", "5000000007", false),
        ];
        for (actual, expected, overflowed) in rows {
            let judged = decimal(actual).is_overflow_of(&decimal(expected));
            assert_eq!(judged, overflowed, "{actual} for {expected}");
        }
    }

    #[test]
    fn a_number_of_many_digits_is_read_at_once() {
        let long = "9".repeat(100_000);
        assert!(decimal(&long).is_within_part(1e-14, &decimal("1E100000")));
    }
}
