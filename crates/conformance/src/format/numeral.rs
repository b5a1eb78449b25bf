//! How a length is written: as a binary number, or in digits.

use schemars::JsonSchema;
use serde::Deserialize;

/// How a length is written.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq)]
pub enum Numeral {
    /// As a binary number.
    Binary(Width, Endian),
    /// In so many digits, filled up.
    Digits(usize, Base, Fill),
    /// In as many digits as it takes, up to these octets.
    Until(Vec<u8>, Base),
}

/// So many octets stand where a number should, and are none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoNumber {
    /// How many there are.
    pub octets: usize,
}

/// How many octets the length has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "u8")]
pub struct Width(u8);

/// Which octet of a number comes first.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Endian {
    /// The most significant one: network order.
    #[default]
    Big,
    /// The least significant one, as most processors keep it.
    Little,
}

/// The base of a number in digits.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(try_from = "u8")]
pub enum Base {
    /// 10.
    #[default]
    Ten,
    /// 16, in letters of either case.
    Sixteen,
}

/// What a length in digits is filled up with that has fewer of them. Whoever reads one takes any of these.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// Zeros before it: `0042`.
    #[default]
    Zeros,
    /// Blanks before it: `  42`.
    BlanksBefore,
    /// Blanks behind it: `42  `.
    BlanksBehind,
}

/// No length that is taken has more digits: a reply has 1 MiB at most.
pub(super) const MOST_DIGITS: usize = 10;

impl TryFrom<u8> for Width {
    type Error = String;

    fn try_from(width: u8) -> Result<Self, String> {
        match width {
            1 | 2 | 4 => Ok(Self(width)),
            other => Err(format!("a length has 1, 2 or 4 octets, not {other}; in text it has `digits`")),
        }
    }
}

impl TryFrom<u8> for Base {
    type Error = String;

    fn try_from(base: u8) -> Result<Self, String> {
        match base {
            10 => Ok(Self::Ten),
            16 => Ok(Self::Sixteen),
            other => Err(format!("the base of a length is 10 or 16, not {other}")),
        }
    }
}

impl Width {
    /// The number of octets.
    #[must_use]
    pub const fn octets(self) -> usize {
        self.0 as usize
    }
}

impl Endian {
    /// An unsigned number in so many octets, if they hold it.
    #[must_use]
    pub fn encode(self, number: u64, width: usize) -> Option<Vec<u8>> {
        let octets = number.to_be_bytes();
        let (above, kept) = octets.split_at_checked(octets.len().checked_sub(width)?)?;
        if above.iter().any(|octet| *octet != 0) {
            return None;
        }
        let mut kept = kept.to_vec();
        match self {
            Self::Big => {}
            Self::Little => kept.reverse(),
        }
        Some(kept)
    }

    /// The unsigned number that at most eight octets hold.
    #[must_use]
    pub fn decode(self, octets: &[u8]) -> u64 {
        let add = |number: u64, octet: &u8| number << 8 | u64::from(*octet);
        match self {
            Self::Big => octets.iter().fold(0, add),
            Self::Little => octets.iter().rev().fold(0, add),
        }
    }
}

impl Base {
    fn encode(self, number: usize) -> String {
        match self {
            Self::Ten => number.to_string(),
            Self::Sixteen => format!("{number:x}"),
        }
    }

    /// The number that these digits mean, with blanks or NULs around them, as programs fill a field up.
    fn decode(self, digits: &[u8]) -> Option<u64> {
        let digits = std::str::from_utf8(digits).ok()?.trim_matches([' ', '\0']);
        let radix = match self {
            Self::Ten => 10,
            Self::Sixteen => 16,
        };
        // A sign is no digit, whatever the library says.
        let are_digits = digits.chars().all(|digit| digit.is_digit(radix));
        are_digits.then(|| u64::from_str_radix(digits, radix).ok())?
    }
}

impl Numeral {
    /// The number as it is written; none, where it has no room.
    pub(super) fn encode(&self, number: usize) -> Option<Vec<u8>> {
        match self {
            Self::Binary(width, endian) => endian.encode(number as u64, width.octets()),
            Self::Digits(width, base, fill) => {
                let digits = base.encode(number);
                let filled = match fill {
                    Fill::Zeros => format!("{digits:0>width$}"),
                    Fill::BlanksBefore => format!("{digits:>width$}"),
                    Fill::BlanksBehind => format!("{digits:<width$}"),
                };
                (filled.len() == *width).then(|| filled.into_bytes())
            }
            Self::Until(end, base) => Some([base.encode(number).as_bytes(), end].concat()),
        }
    }

    /// How many octets it takes at the beginning of these, and the number; nothing as long as there are too few.
    pub(super) fn decode(&self, octets: &[u8]) -> Result<Option<(usize, u64)>, NoNumber> {
        let (width, digits, base) = match self {
            Self::Binary(width, endian) => {
                let field = octets.get(..width.octets());
                return Ok(field.map(|field| (field.len(), endian.decode(field))));
            }
            Self::Digits(width, base, _) => (*width, *width, base),
            Self::Until(end, base) => {
                let longest = &octets[..octets.len().min(MOST_DIGITS + end.len())];
                match longest.windows(end.len()).position(|window| window == end) {
                    Some(digits) => (digits + end.len(), digits, base),
                    None if longest.len() < MOST_DIGITS + end.len() => return Ok(None),
                    None => return Err(NoNumber { octets: longest.len() }),
                }
            }
        };
        let Some(digits) = octets.get(..digits) else { return Ok(None) };
        base.decode(digits).map(|number| Some((width, number))).ok_or(NoNumber { octets: width })
    }
}
