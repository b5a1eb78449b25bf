//! What a reply of a kind may look like, to see whether it could be taken for one of another kind.

use regex::bytes::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Value, json};

use super::pattern::{Field, Part, Pattern};

/// The number in a sample.
const FIVE: &str = "5";

/// What a character of a sample is, where it may be that: a reply is words, and its number is digits.
const PREFERRED: [char; 2] = ['a', '5'];

/// A longer sample shows nothing that a shorter one does not.
const MOST_REPETITIONS: u32 = 1000;

impl Pattern {
    /// A reply of this kind, where one can be made up.
    pub(super) fn sample(&self) -> Option<Vec<u8>> {
        let sample = match self {
            Self::Regex(regex) => text(regex),
            Self::Pack(fields) => packed(fields),
            Self::Json { subset, number, code } => {
                let mut document = subset.clone();
                for (pointer, value) in [(number, json!(5)), (code, json!("a"))] {
                    if let Some(pointer) = pointer {
                        put(&mut document, pointer, value)?;
                    }
                }
                Some(document.to_string().into_bytes())
            }
            Self::Comma(pattern) => pattern.sample(),
        };
        sample.filter(|sample| self.read(sample).is_some())
    }
}

fn packed(fields: &[Field]) -> Option<Vec<u8>> {
    // From the last field to the first, so that a length knows what stands behind it.
    let mut octets: Vec<u8> = Vec::new();
    for Field(part) in fields.iter().rev() {
        let before = match part {
            Part::Octets(wanted) => wanted.iter().map(|octet| octet.unwrap_or_default()).collect(),
            Part::Length(kind, endian) => kind.encode(*endian, &octets.len().to_string())?,
            Part::Number(kind, endian) => kind.encode(*endian, FIVE)?,
            Part::Code { kind, endian, not } => {
                let code = if not.as_deref() == Some("1") { "2" } else { "1" };
                kind.encode(*endian, code)?
            }
            Part::Rest(regex) => text(regex)?,
        };
        octets.splice(..0, before);
    }
    Some(octets)
}

fn text(regex: &Regex) -> Option<Vec<u8>> {
    let parsed = ParserBuilder::new().utf8(false).build().parse(regex.as_str()).ok()?;
    let mut octets = Vec::new();
    write(&parsed, PREFERRED, &mut octets)?;
    Some(octets)
}

fn write(pattern: &Hir, preferred: [char; 2], octets: &mut Vec<u8>) -> Option<()> {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => octets.extend_from_slice(&literal.0),
        HirKind::Class(class) => octets.extend(member(class, preferred)?),
        HirKind::Repetition(repetition) => {
            let least = repetition.min.max(1).min(repetition.max.unwrap_or(u32::MAX));
            for _ in 0..(least <= MOST_REPETITIONS).then_some(least)? {
                write(&repetition.sub, preferred, octets)?;
            }
        }
        HirKind::Capture(capture) if capture.name.as_deref() == Some(super::pattern::NUMBER) => {
            let [letter, digit] = preferred;
            write(&capture.sub, [digit, letter], octets)?;
        }
        HirKind::Capture(capture) => write(&capture.sub, preferred, octets)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, preferred, octets))?,
        HirKind::Alternation(parts) => write(parts.first()?, preferred, octets)?,
    }
    Some(())
}

/// A character of a class, the first preferred one that is in it.
fn member(class: &Class, preferred: [char; 2]) -> Option<Vec<u8>> {
    match class {
        Class::Unicode(class) => {
            let has = |c: &char| class.iter().any(|range| (range.start()..=range.end()).contains(c));
            let first = || class.iter().next().map(|range| range.start());
            let chosen = preferred.into_iter().find(has).or_else(first)?;
            Some(chosen.to_string().into_bytes())
        }
        Class::Bytes(class) => {
            let has = |octet: &u8| class.iter().any(|range| (range.start()..=range.end()).contains(octet));
            let first = || class.iter().next().map(|range| range.start());
            let chosen =
                preferred.into_iter().filter_map(|c| u8::try_from(c).ok()).find(has).or_else(first)?;
            Some(vec![chosen])
        }
    }
}

/// Puts a value at a pointer that is one key deep.
fn put(document: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let key = pointer.strip_prefix('/').filter(|key| !key.contains(['/', '~']))?;
    document.as_object_mut()?.insert(key.to_owned(), value);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_of_their_kind() {
        for (form, expected) in [
            (r#"{"regex": "= (?<number>-?[0-9]+[.][0-9]{2}).*"}"#, "= -5.55a"),
            (r#"{"regex": "GOOD|BYE"}"#, "GOOD"),
            (r#"{"regex": "(?s-u)CALC\\x00(?<code>[\\x01-\\x05])\\x00.{2}"}"#, "CALC\\x00\\x01\\x00aa"),
            (r#"{"pack": [{"length": "u8"}, {"number": "i16"}, {"any": 2}]}"#, "\\x04\\x00\\x05\\x00\\x00"),
            (r#"{"pack": [{"code": "u8", "not": 1}, {"regex": "b+"}]}"#, "\\x02b"),
            (r#"{"json": {"status": "ok"}, "number": "/result"}"#, r#"{\"result\":5,\"status\":\"ok\"}"#),
        ] {
            let reply: crate::format::Reply =
                serde_json::from_str(form).unwrap_or_else(|error| panic!("{form}: {error}"));
            let pattern = Pattern::of_points(&reply.form).unwrap_or_else(|fault| panic!("{form}: {fault}"));
            let sample = pattern.sample().map(|sample| sample.escape_ascii().to_string());
            assert_eq!(sample.as_deref(), Some(expected), "{form}");
        }
    }
}
