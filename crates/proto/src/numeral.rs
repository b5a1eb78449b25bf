//! Numbers as text: the operand of `PROTOCOL.md` §4 read, and the canonical text of §11 written.

use std::fmt;

use crate::number::{Number, PRECISION, power_of_ten};

/// Why octets are not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseNumberError {
    /// They do not have the form of an operand (`PROTOCOL.md` §4).
    #[error("not a decimal number such as 5, -0.5 or 1.5e-3")]
    Syntax,
    /// They do, but the magnitude, rounded, is beyond the largest number (EXACT-2).
    #[error("beyond the largest number, 9.999999999999999999999999999999999E+6144")]
    OutOfRange,
}

impl Number {
    /// Reads the `operand` of `PROTOCOL.md` §4 and rounds it once, half to even (EXACT-2).
    ///
    /// # Errors
    /// [`ParseNumberError`] says whether the form is wrong or the magnitude too large.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Self, ParseNumberError> {
        short_operand(text).map_or_else(|| Numeral::parse(text), Ok)
    }
}

impl std::str::FromStr for Number {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

/// The canonical text of `PROTOCOL.md` §11 (EXACT-7), at most 42 octets.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_canonical(|pieces| pieces.iter().try_for_each(|piece| f.write_str(piece)))
    }
}

/// As [`Display`](fmt::Display): the parts say less.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Number {
    /// Appends the canonical text, as [`Display`](fmt::Display) writes it, but without the cost of the formatting machinery.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.with_canonical(|pieces| pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes())));
    }

    /// Lends the pieces that make the canonical text.
    fn with_canonical<R>(&self, write: impl FnOnce(&[&str]) -> R) -> R {
        /// Plain notation reaches from 0.000001 to below 10^34.
        const PLAIN: std::ops::RangeInclusive<i32> = -6..=33;

        let (mut digits, mut exponent) = (itoa::Buffer::new(), itoa::Buffer::new());
        let digits = match u64::try_from(self.coefficient()) {
            Ok(short) => digits.format(short),
            Err(_) => digits.format(self.coefficient()),
        };
        let count = i32::try_from(digits.len()).unwrap_or(i32::MAX); // 34 at most
        let first_digit = self.exponent().saturating_add(count).saturating_sub(1);
        let sign = if self.is_negative() { "-" } else { "" };
        let zeros = |count: i32| ZEROS.get(..usize::try_from(count).unwrap_or(0)).unwrap_or(ZEROS);
        if !PLAIN.contains(&first_digit) {
            let (first, fraction) = digits.split_at(1);
            let point = if fraction.is_empty() { "" } else { "." };
            let exponent_sign = if first_digit < 0 { "E-" } else { "E+" };
            let exponent = exponent.format(first_digit.unsigned_abs());
            write(&[sign, first, point, fraction, exponent_sign, exponent])
        } else if self.exponent() == 0 {
            write(&[sign, digits])
        } else if self.exponent() > 0 {
            write(&[sign, digits, zeros(self.exponent())])
        } else if let Ok(whole) = usize::try_from(first_digit) {
            let (whole, fraction) = digits.split_at(whole.saturating_add(1));
            write(&[sign, whole, ".", fraction])
        } else {
            write(&[sign, "0.", zeros(first_digit.saturating_neg().saturating_sub(1)), digits])
        }
    }
}

/// As many zeros as plain notation can need behind a digit.
const ZEROS: &str = "000000000000000000000000000000000";

/// Reads what nearly all operands are: `[sign]` and digits that 64 bits hold, perhaps with a point among them. What this
/// leaves alone, be it an operand or not, [`Numeral`] reads, which would read these alike at a greater cost.
#[inline]
fn short_operand(text: &[u8]) -> Option<Number> {
    let (negative, digits) = sign(text);
    if digits.len() > SHORT {
        return None;
    }
    let (mut coefficient, mut exponent, mut point) = (0, 0_i64, false);
    for digit in digits {
        match digit {
            b'0'..=b'9' => {
                coefficient = with_digit(coefficient, *digit);
                exponent = exponent.wrapping_sub(i64::from(point));
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    let has_digits = digits.len() > usize::from(point);
    has_digits.then(|| Number::rounded(negative, coefficient.into(), exponent))?
}

/// Digits that 64 bits hold, whatever they are.
const SHORT: usize = 19;

/// An operand as it was written: the parts of `[sign] (1*DIGIT ["." *DIGIT] / "." 1*DIGIT) ["e" [sign] 1*DIGIT]`.
struct Numeral<'t> {
    negative: bool,
    integer: &'t [u8],
    fraction: &'t [u8],
    exponent: i64,
}

impl<'t> Numeral<'t> {
    #[cold]
    fn parse(text: &'t [u8]) -> Result<Number, ParseNumberError> {
        Self::scan(text).ok_or(ParseNumberError::Syntax)?.round().ok_or(ParseNumberError::OutOfRange)
    }

    /// Reads to the last octet.
    fn scan(text: &'t [u8]) -> Option<Self> {
        let (negative, text) = sign(text);
        let (integer, text) = digits(text);
        let (fraction, text) = match text.split_first() {
            Some((b'.', text)) => digits(text),
            _ => (&[][..], text),
        };
        if integer.is_empty() && fraction.is_empty() {
            return None;
        }
        let exponent = match text.split_first() {
            None => 0,
            Some((b'e' | b'E', text)) => exponent(text)?,
            Some(_) => return None,
        };
        Some(Self { negative, integer, fraction, exponent })
    }

    /// The number, rounded once (EXACT-2). `None` is beyond the largest number.
    fn round(self) -> Option<Number> {
        /// One digit beyond the precision decides between up and down, and what follows it between half and more.
        const KEPT: usize = PRECISION as usize + 1;
        let integer = without_leading_zeros(self.integer);
        let fraction = if integer.is_empty() { without_leading_zeros(self.fraction) } else { self.fraction };
        let (integer, beyond) = split(integer, KEPT);
        let (fraction, below) = split(fraction, KEPT.saturating_sub(integer.len()));
        let places = count(self.fraction).wrapping_sub(count(below));
        let exponent = self.exponent.wrapping_add(count(beyond)).wrapping_sub(places);
        let coefficient = append(append(0, integer), fraction);
        if beyond.iter().chain(below).all(|digit| *digit == b'0') {
            return Number::rounded(self.negative, coefficient, exponent);
        }
        let sticky = coefficient.wrapping_mul(10).wrapping_add(1); // 36 digits
        Number::rounded(self.negative, sticky, exponent.wrapping_sub(1))
    }
}

/// How many digits there are. An exponent is a billion at most, so that adding and subtracting counts never overflows it.
const fn count(digits: &[u8]) -> i64 {
    digits.len() as i64
}

/// The number whose digits are those of `number` and then `more`, up to 38 together.
fn append(number: u128, more: &[u8]) -> u128 {
    more.chunks(SHORT).fold(number, |number, more| {
        let power = power_of_ten(more.len()).unwrap_or(1); // 19 digits at most
        let more = more.iter().fold(0, |number, digit| with_digit(number, *digit));
        number.wrapping_mul(power).wrapping_add(more.into())
    })
}

const fn with_digit(number: u64, digit: u8) -> u64 {
    number.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0') as u64)
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    }
}

/// The digits at the front of a text, and what follows them.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    split(text, text.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(text.len()))
}

fn without_leading_zeros(digits: &[u8]) -> &[u8] {
    split(digits, digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len())).1
}

/// The first `count` octets, or as many as there are, and the rest.
fn split(octets: &[u8], count: usize) -> (&[u8], &[u8]) {
    octets.split_at_checked(count).unwrap_or((octets, &[]))
}

/// Reads `[sign] 1*DIGIT` to the last octet. An exponent of any number of digits is read, and one beyond all use is cut.
fn exponent(text: &[u8]) -> Option<i64> {
    /// No line has enough digits to bring a number with this exponent back into range.
    const BEYOND: i64 = 1_000_000_000;
    let (negative, text) = sign(text);
    let (digits, rest) = digits(text);
    if digits.is_empty() || !rest.is_empty() {
        return None;
    }
    let exponent = digits.iter().fold(0_i64, |exponent, digit| {
        exponent.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0'))).min(BEYOND)
    });
    Some(if negative { exponent.saturating_neg() } else { exponent })
}
