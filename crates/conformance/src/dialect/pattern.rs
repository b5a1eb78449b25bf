//! What a reply looks like, and what it carries: as text, in binary fields, or as JSON.

use std::ops::RangeInclusive;
use std::sync::Arc;

use regex::bytes::Regex;
use serde_json::Value;

use super::anchored;
use crate::format::{DecimalSign, Endian, Form, Item, Kind};
use crate::number::Decimal;

/// What one kind of reply looks like.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// The whole reply matches. (A copy would have to build anew what it searches with.)
    Regex(Arc<Regex>),
    /// It has these fields and no others.
    Pack(Vec<Field>),
    /// It is a JSON document that has at least this in it.
    Json {
        /// What it has at least.
        subset: Value,
        /// Where its number stands.
        number: Option<String>,
        /// Where its code stands.
        code: Option<String>,
    },
    /// One of these in which a number has a comma before its fraction.
    Comma(Box<Self>),
}

/// What a reply carries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Carried {
    /// Its number, or what stands in its place.
    pub number: Option<String>,
    /// Its code.
    pub code: Option<Vec<u8>>,
}

/// A field of a reply, compiled.
#[derive(Clone, Debug)]
pub struct Field(pub(super) Part);

#[derive(Clone, Debug)]
pub(super) enum Part {
    /// These octets, where there is one, and any where there is none.
    Octets(Vec<Option<u8>>),
    Length(Kind, Endian),
    Number(Kind, Endian),
    Code {
        kind: Kind,
        endian: Endian,
        /// The value that is no code.
        not: Option<String>,
    },
    Rest(Regex),
}

/// The names of the groups that say where a number and a code stand.
pub(super) const NUMBER: &str = "number";
const CODE: &str = "code";

impl Pattern {
    /// Compiles the form of a reply.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn compile(form: &Form, decimal: DecimalSign) -> Result<Self, String> {
        let pattern = Self::of_points(form)?;
        match decimal {
            DecimalSign::Point => Ok(pattern),
            DecimalSign::Comma => Ok(Self::Comma(Box::new(pattern))),
        }
    }

    /// The same, whose numbers have points.
    pub(crate) fn of_points(form: &Form) -> Result<Self, String> {
        match form {
            Form::Regex(pattern) => anchored(pattern).map(Arc::new).map(Self::Regex),
            Form::Pack(items) => {
                let fields: Vec<_> = items.iter().map(field).collect::<Result<_, _>>()?;
                let is_rest = |field: &Field| matches!(field.0, Part::Rest(_));
                match fields.split_last() {
                    Some((_, before)) if before.iter().any(is_rest) => {
                        Err("a `regex` takes all the rest, so it is the last field".to_owned())
                    }
                    Some(_) => Ok(Self::Pack(fields)),
                    None => Err("a reply without fields".to_owned()),
                }
            }
            Form::Json { subset, number, code } => {
                for pointer in [number, code].into_iter().flatten() {
                    if !pointer.is_empty() && !pointer.starts_with('/') {
                        return Err(format!("`{pointer}` is no JSON pointer: write `/{pointer}`"));
                    }
                }
                Ok(Self::Json { subset: subset.clone(), number: number.clone(), code: code.clone() })
            }
        }
    }

    /// What a reply carries, if it is of this kind.
    #[must_use]
    pub fn read(&self, reply: &[u8]) -> Option<Carried> {
        match self {
            Self::Regex(regex) => groups(regex, reply),
            Self::Pack(fields) => unpacked(fields, reply),
            Self::Json { subset, number, code } => {
                let document: Value = serde_json::from_slice(reply).ok()?;
                if !is_subset(subset, &document) {
                    return None;
                }
                let at = |pointer: &Option<String>| match pointer {
                    None => Some(None),
                    Some(pointer) => document.pointer(pointer).map(plain).map(Some),
                };
                Some(Carried { number: at(number)?, code: at(code)?.map(String::into_bytes) })
            }
            Self::Comma(pattern) => {
                let Carried { number, code } = pattern.read(reply)?;
                Some(Carried { number: number.map(|number| DecimalSign::Comma.swapped(&number)), code })
            }
        }
    }

    /// Whether it is a reply of this kind and carries a number: a decimal one, or what binary floating point has beside these.
    pub(crate) fn is_number(&self, reply: &[u8]) -> bool {
        let number = self.read(reply).and_then(|carried| carried.number);
        number.is_some_and(|number| {
            Decimal::parse(&number).is_some() || ["inf", "-inf", "NaN"].contains(&number.as_str())
        })
    }

    /// How many octets replies of this kind have: so many, or at least so many, as far as its form tells.
    pub(super) fn length(&self) -> Option<RangeInclusive<usize>> {
        match self {
            Self::Pack(fields) => {
                let least = fields.iter().map(|Field(part)| part.width()).sum();
                let is_open = fields.iter().any(|Field(part)| matches!(part, Part::Rest(_)));
                Some(least..=if is_open { usize::MAX } else { least })
            }
            Self::Comma(pattern) => pattern.length(),
            Self::Regex(_) | Self::Json { .. } => None,
        }
    }

    /// The number of a reply that carries it in a binary field.
    #[must_use]
    pub fn binary_number(&self, reply: &[u8]) -> Option<String> {
        match self {
            Self::Pack(fields) if fields.iter().any(|field| matches!(field.0, Part::Number(..))) => {
                self.read(reply)?.number
            }
            Self::Comma(pattern) => pattern.binary_number(reply),
            Self::Pack(_) | Self::Regex(_) | Self::Json { .. } => None,
        }
    }

    /// Whether replies of this kind carry a code.
    #[must_use]
    pub fn has_code(&self) -> bool {
        match self {
            Self::Regex(regex) => has_group(regex, CODE),
            Self::Pack(fields) => fields.iter().any(|field| match &field.0 {
                Part::Code { .. } => true,
                Part::Rest(regex) => has_group(regex, CODE),
                Part::Octets(_) | Part::Length(..) | Part::Number(..) => false,
            }),
            Self::Json { code, .. } => code.is_some(),
            Self::Comma(pattern) => pattern.has_code(),
        }
    }

    /// Whether replies of this kind carry a number.
    #[must_use]
    pub fn has_number(&self) -> bool {
        match self {
            Self::Regex(regex) => has_group(regex, NUMBER),
            Self::Pack(fields) => fields.iter().any(|field| match &field.0 {
                Part::Number(..) => true,
                Part::Rest(regex) => has_group(regex, NUMBER),
                Part::Octets(_) | Part::Length(..) | Part::Code { .. } => false,
            }),
            Self::Json { number, .. } => number.is_some(),
            Self::Comma(pattern) => pattern.has_number(),
        }
    }
}

impl Part {
    /// How many octets it has at least.
    fn width(&self) -> usize {
        match self {
            Self::Octets(octets) => octets.len(),
            Self::Length(kind, _) | Self::Number(kind, _) | Self::Code { kind, .. } => kind.width(),
            Self::Rest(_) => 0,
        }
    }
}

fn has_group(regex: &Regex, name: &str) -> bool {
    regex.capture_names().flatten().any(|group| group == name)
}

fn groups(regex: &Regex, reply: &[u8]) -> Option<Carried> {
    let groups = regex.captures(reply)?;
    let number = groups.name(NUMBER).map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned());
    Some(Carried { number, code: groups.name(CODE).map(|found| found.as_bytes().to_vec()) })
}

fn unpacked(fields: &[Field], reply: &[u8]) -> Option<Carried> {
    let (mut rest, mut carried) = (reply, Carried::default());
    for Field(part) in fields {
        let width = match part {
            Part::Rest(_) => rest.len(),
            fixed => fixed.width(),
        };
        let (octets, behind) = rest.split_at_checked(width)?;
        rest = behind;
        match part {
            Part::Octets(wanted) => {
                let fits = |(wanted, octet): (&Option<u8>, &u8)| wanted.is_none_or(|wanted| wanted == *octet);
                wanted.iter().zip(octets).all(fits).then_some(())?;
            }
            Part::Length(_, endian) => (endian.decode(octets) == behind.len() as u64).then_some(())?,
            Part::Number(kind, endian) => carried.number = Some(kind.decode(*endian, octets)),
            Part::Code { kind, endian, not } => {
                let code = kind.decode(*endian, octets);
                (not.as_ref() != Some(&code)).then_some(())?;
                carried.code = Some(code.into_bytes());
            }
            Part::Rest(regex) => {
                let found = groups(regex, octets)?;
                carried.number = found.number.or(carried.number);
                carried.code = found.code.or(carried.code);
            }
        }
    }
    rest.is_empty().then_some(carried)
}

fn field(item: &Item) -> Result<Field, String> {
    let exactly = |octets: Vec<u8>| Part::Octets(octets.into_iter().map(Some).collect());
    Ok(Field(match item {
        Item::Scalar(kind, endian, value) => {
            exactly(kind.encode(*endian, value).ok_or_else(|| no_number(*kind, value))?)
        }
        Item::Text(text, size) => {
            let mut octets = text.clone().into_bytes();
            octets.resize(size.unwrap_or(octets.len()).max(octets.len()), 0);
            exactly(octets)
        }
        Item::Hex(hex) => Part::Octets(masked(hex)?),
        Item::Any(count) => Part::Octets(vec![None; *count]),
        Item::Length(kind, endian) => Part::Length(*kind, *endian),
        Item::Number(kind, endian) => Part::Number(*kind, *endian),
        Item::Code(kind, endian, not) => Part::Code {
            kind: *kind,
            endian: *endian,
            not: not.as_ref().map(|not| code(*kind, *endian, not)).transpose()?,
        },
        Item::Regex(pattern) => Part::Rest(anchored(pattern)?),
    }))
}

/// A code as it is read.
fn code(kind: Kind, endian: Endian, value: &str) -> Result<String, String> {
    let octets = kind.encode(endian, value).ok_or_else(|| no_number(kind, value))?;
    Ok(kind.decode(endian, &octets))
}

fn no_number(kind: Kind, value: &str) -> String {
    format!("`{value}` is no number of the kind {kind:?}")
}

/// Pairs of hexadecimal digits, or `??` for any octet.
fn masked(hex: &str) -> Result<Vec<Option<u8>>, String> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let octet = |pair: &[char]| match pair {
        ['?', '?'] => Ok(None),
        pair => {
            crate::format::parse_hex(&pair.iter().collect::<String>()).map(|octets| octets.first().copied())
        }
    };
    digits.chunks(2).map(octet).collect()
}

/// Whether all that one document has, the other has too.
fn is_subset(subset: &Value, document: &Value) -> bool {
    match (subset, document) {
        (Value::Object(subset), Value::Object(document)) => {
            subset.iter().all(|(key, value)| document.get(key).is_some_and(|actual| is_subset(value, actual)))
        }
        (subset, document) => subset == document,
    }
}

/// A value as text: a string without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str, reply: &[u8]) -> Option<(String, String)> {
        let reply_form: crate::format::Reply =
            serde_json::from_str(form).unwrap_or_else(|error| panic!("{form}: {error}"));
        let pattern = Pattern::of_points(&reply_form.form).unwrap_or_else(|fault| panic!("{form}: {fault}"));
        let carried = pattern.read(reply)?;
        let code = carried.code.map(|code| String::from_utf8_lossy(&code).into_owned());
        Some((carried.number.unwrap_or_default(), code.unwrap_or_default()))
    }

    /// The number and the code, if it is a reply of that kind.
    type Expected = Option<(&'static str, &'static str)>;

    #[test]
    fn what_replies_carry() {
        let float = r#"{"pack": [{"u8": 1}, {"any": 1}, {"number": "f32"}]}"#;
        let text = r#"{"pack": [{"u8": 1}, {"code": "u8"}, {"length": "u8"}, {"regex": "(?<number>.*)"}]}"#;
        let little = r#"{"pack": [{"number": "i16", "endian": "little"}, {"hex": "0A??"}]}"#;
        let json = r#"{"json": {"status": "ok"}, "number": "/value/0"}"#;
        let status = r#"{"pack": [{"code": "u16", "not": 0}, {"any": 1}]}"#;
        let rows: [(&str, &[u8], Expected); 15] = [
            (r#"{"regex": "= (?<number>.*)"}"#, b"= 3", Some(("3", ""))),
            (status, b"\0\x02\0", Some(("", "2"))),
            (status, b"\0\0\0", None),
            (float, b"\x01\x77\x3f\xc0\0\0", Some(("1.5", ""))),
            (float, b"\x01\x77\x7f\x80\0\0", Some(("inf", ""))),
            (float, b"\x02\x77\x3f\xc0\0\0", None),
            (float, b"\x01\x77\x3f\xc0\0", None),
            (float, b"\x01\x77\x3f\xc0\0\0\0", None),
            (text, b"\x01\x05\x0242", Some(("42", "5"))),
            (text, b"\x01\x00\x0342", None),
            (little, b"\xfe\xff\x0a\x99", Some(("-2", ""))),
            (little, b"\xfe\xff\x0b\x99", None),
            (json, br#"{"status": "ok", "value": [3.5]}"#, Some(("3.5", ""))),
            (json, br#"{"status": "ok", "value": [null]}"#, Some(("null", ""))),
            (json, br#"{"status": "error"}"#, None),
        ];
        for (form, reply, expected) in rows {
            let expected = expected.map(|(number, code)| (number.to_owned(), code.to_owned()));
            assert_eq!(read(form, reply), expected, "{form} {:?}", reply.escape_ascii().to_string());
        }
    }
}
