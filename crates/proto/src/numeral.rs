//! Numbers as text: the operand of `PROTOCOL.md` §4 read, and the canonical text of §11 written.

use std::fmt;

use crate::number::{Number, PRECISION};

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
    pub fn parse(text: &[u8]) -> Result<Self, ParseNumberError> {
        let numeral = Numeral::scan(text).ok_or(ParseNumberError::Syntax)?;
        Self::rounded(numeral.negative, numeral.coefficient, numeral.exponent)
            .ok_or(ParseNumberError::OutOfRange)
    }
}

impl std::str::FromStr for Number {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

/// The canonical text of `PROTOCOL.md` §11 (EXACT-7), at most 43 octets.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_canonical(|pieces| pieces.into_iter().try_for_each(|piece| f.write_str(piece)))
    }
}

impl Number {
    /// Appends the canonical text, as [`Display`](fmt::Display) writes it, but without the cost of the formatting machinery.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        self.with_canonical(|pieces| {
            pieces.into_iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()))
        });
    }

    /// Lends the pieces that make the canonical text.
    fn with_canonical<R>(&self, write: impl FnOnce([&str; 6]) -> R) -> R {
        /// Plain notation reaches from 0.000001 to below 10^34.
        const PLAIN: std::ops::RangeInclusive<i32> = -6..=33;

        let (mut digits, mut exponent) = (itoa::Buffer::new(), itoa::Buffer::new());
        let digits = digits.format(self.coefficient);
        let count = i32::try_from(digits.len()).unwrap_or(i32::MAX); // 34 at most
        let first_digit = self.exponent.saturating_add(count).saturating_sub(1);
        let sign = if self.negative { "-" } else { "" };
        let zeros = |count: i32| ZEROS.get(..usize::try_from(count).unwrap_or(0)).unwrap_or(ZEROS);
        write(if !PLAIN.contains(&first_digit) {
            let (first, fraction) = digits.split_at(1);
            let point = if fraction.is_empty() { "" } else { "." };
            let exponent_sign = if first_digit < 0 { "E-" } else { "E+" };
            [sign, first, point, fraction, exponent_sign, exponent.format(first_digit.unsigned_abs())]
        } else if self.exponent >= 0 {
            [sign, digits, zeros(self.exponent), "", "", ""]
        } else if let Ok(whole) = usize::try_from(first_digit) {
            let (whole, fraction) = digits.split_at(whole.saturating_add(1));
            [sign, whole, ".", fraction, "", ""]
        } else {
            [sign, "0.", zeros(first_digit.saturating_neg().saturating_sub(1)), digits, "", ""]
        })
    }
}

/// As many zeros as plain notation can need behind a digit.
const ZEROS: &str = "000000000000000000000000000000000";

/// An operand as it was written, cut to what rounding needs.
struct Numeral {
    negative: bool,
    /// At most 36 digits: the first 35 and, where others than zeros follow, a 1 for all of them.
    coefficient: u128,
    exponent: i64,
}

impl Numeral {
    /// Reads `[sign] (1*DIGIT ["." *DIGIT] / "." 1*DIGIT) ["e" [sign] 1*DIGIT]`, to the last octet.
    fn scan(text: &[u8]) -> Option<Self> {
        let (negative, text) = sign(text);
        let mut digits = Significand::default();
        let text = digits.read(text, Place::Integer);
        let text = match text.split_first() {
            Some((b'.', fraction)) => digits.read(fraction, Place::Fraction),
            _ => text,
        };
        if !digits.any {
            return None;
        }
        let (exponent, text) = match text.split_first() {
            Some((b'e' | b'E', text)) => exponent(text)?,
            _ => (0, text),
        };
        text.is_empty().then(|| digits.with_exponent(negative, exponent))
    }
}

/// The digits around the decimal point as they are read.
#[derive(Default)]
struct Significand {
    coefficient: u128,
    exponent: i64,
    /// Whether a digit that no longer fitted was other than zero.
    sticky: bool,
    /// Whether there was a digit at all.
    any: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Integer,
    Fraction,
}

impl Significand {
    /// One digit beyond the precision decides between up and down, and [`Self::sticky`] between half and more.
    const FULL: u128 = 10_u128.pow(PRECISION);

    /// Takes the digits at the front of `text` and gives what follows them.
    fn read<'t>(&mut self, mut text: &'t [u8], place: Place) -> &'t [u8] {
        while let Some((digit @ b'0'..=b'9', rest)) = text.split_first() {
            let digit = digit.saturating_sub(b'0');
            self.any = true;
            if self.coefficient < Self::FULL {
                self.coefficient = self.coefficient.saturating_mul(10).saturating_add(u128::from(digit));
                self.exponent = self.exponent.saturating_sub(i64::from(place == Place::Fraction));
            } else {
                self.sticky |= digit != 0;
                self.exponent = self.exponent.saturating_add(i64::from(place == Place::Integer));
            }
            text = rest;
        }
        text
    }

    fn with_exponent(self, negative: bool, exponent: i64) -> Numeral {
        let exponent = self.exponent.saturating_add(exponent);
        if !self.sticky {
            return Numeral { negative, coefficient: self.coefficient, exponent };
        }
        Numeral {
            negative,
            coefficient: self.coefficient.saturating_mul(10).saturating_add(1),
            exponent: exponent.saturating_sub(1),
        }
    }
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    }
}

/// Reads `[sign] 1*DIGIT`. An exponent of any number of digits is read, and one beyond all use is cut.
fn exponent(text: &[u8]) -> Option<(i64, &[u8])> {
    /// No line has enough digits to bring a number with this exponent back into range.
    const BEYOND: i64 = 1_000_000_000;
    let (negative, digits) = sign(text);
    let mut exponent = 0_i64;
    let mut rest = digits;
    while let Some((digit @ b'0'..=b'9', after)) = rest.split_first() {
        exponent =
            exponent.saturating_mul(10).saturating_add(i64::from(digit.saturating_sub(b'0'))).min(BEYOND);
        rest = after;
    }
    let exponent = if negative { exponent.saturating_neg() } else { exponent };
    (rest.len() < digits.len()).then_some((exponent, rest))
}
