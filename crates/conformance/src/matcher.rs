//! Whether a reply is the one expected.

use regex::bytes::Regex;

use crate::connection::Received;
use crate::dialect::{ACCEPTED, Dialect, FAIL, Inexpressible, Pattern, RESULT, anchored};
use crate::format::{self, Form, Precision, Tolerance};
use crate::number::{Decimal, USUAL_RELATIVE};
use crate::spelling::hint;

/// The most significant digits of a number that arithmetic in binary64 makes a difference to. Who asks for more of them asks for
/// exact results.
const DIGITS_OF_BINARY64: i64 = 17;

/// A matcher in the terms of a dialect.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// A reply of the dialect.
    Reply(Pattern),
    /// A pattern of the suite's own.
    Pattern(Regex),
    /// A refusal; with a code, where the dialect's refusals carry one.
    Fail {
        /// The dialect's spelling of the code.
        code: String,
        /// What a refusal looks like.
        pattern: Pattern,
    },
    /// A reply that carries a number.
    Numbered(Pattern),
    /// A result that is no number, such as infinity.
    Special {
        /// What a result looks like.
        result: Pattern,
        /// What a refusal looks like, which may well have such a word in it.
        fail: Option<Pattern>,
    },
    /// A result that is equal as a number.
    Number {
        /// The number.
        number: Decimal,
        /// How near is near enough.
        nearness: Nearness,
        /// What a result looks like.
        pattern: Pattern,
    },
    /// A result whose number is written exactly so.
    Canonical {
        /// So.
        text: String,
        /// What a result looks like.
        pattern: Pattern,
    },
    /// Exactly these octets.
    Octets(Vec<u8>),
    /// A pattern for the reply together with what ends it.
    Raw(Regex),
    /// All of them.
    AllOf(Vec<Self>),
    /// One of them.
    AnyOf(Vec<Self>),
    /// A reply that is not this one.
    Not(Box<Self>),
    /// Any reply.
    Any,
}

/// How near a number has to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Nearness {
    /// The same decimal number.
    Exact,
    /// Within this part of the expected magnitude.
    Part(f64),
    /// Within this distance.
    Distance(Decimal),
    /// Within this distance, or within this part.
    Either(Decimal, f64),
    /// The same with fewer digits.
    Rounded,
    /// What an integer type makes of it.
    Overflowed,
}

/// Why a matcher of a suite makes no sense in a dialect.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MatcherError {
    /// The dialect has no reply of that name.
    #[error("the dialect has no reply `{name}`{hint}")]
    UnknownReply {
        /// The name.
        name: String,
        /// What was probably meant.
        hint: String,
    },
    /// The dialect has no such code.
    #[error("the dialect has no code `{code}`{hint}")]
    UnknownCode {
        /// The code.
        code: String,
        /// What was probably meant.
        hint: String,
    },
    /// Not a decimal number.
    #[error("`{0}` is no decimal number")]
    NotANumber(String),
    /// A tolerance that is none, or too fine for a comparison within a tolerance.
    #[error("`{0}` is no tolerance: it lies between 1e-30 and 1; for less, say `\"exact\": true`")]
    NotATolerance(String),
    /// A pattern or octets that are none.
    #[error("{0}")]
    Malformed(String),
    /// The dialect's results are not such.
    #[error("{0}")]
    Unattainable(Inexpressible),
}

impl Matcher {
    /// Puts a matcher of the suite in the terms of a dialect.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub fn compile(matcher: &format::Matcher, dialect: &Dialect) -> Result<Self, MatcherError> {
        Ok(match matcher {
            format::Matcher::Named(name) if name == ACCEPTED || name == FAIL => {
                no_result(Self::Reply(reply(dialect, name)?), dialect)
            }
            format::Matcher::Named(name) => Self::Reply(reply(dialect, name)?),
            format::Matcher::Fail(code) => {
                let code = dialect.code(code).map_err(|known| MatcherError::UnknownCode {
                    code: code.clone(),
                    hint: hint(code, known),
                })?;
                no_result(Self::Fail { code, pattern: reply(dialect, FAIL)? }, dialect)
            }
            format::Matcher::Number { number: text, tolerance } => {
                let number = decimal(text)?;
                let nearness = nearness(&number, tolerance, &dialect.precision)?;
                if !dialect.has_result(text) {
                    return Err(MatcherError::Unattainable(Inexpressible::new(
                        format!("the result {text}"),
                        format!("el resultado {text}"),
                    )));
                }
                Self::Number { number, nearness, pattern: result(dialect)? }
            }
            format::Matcher::Canonical(text) => {
                decimal(text)?;
                if dialect.precision != Precision::Exact {
                    return Err(MatcherError::Unattainable(Inexpressible::new(
                        "results written in one form",
                        "resultados escritos de una sola forma",
                    )));
                }
                Self::Canonical { text: text.clone(), pattern: result(dialect)? }
            }
            format::Matcher::Special => {
                Self::Special { result: result(dialect)?, fail: reply(dialect, FAIL).ok() }
            }
            format::Matcher::Text(text) => Self::Octets(text.clone().into_bytes()),
            format::Matcher::Hex(hex) => {
                Self::Octets(format::parse_hex(hex).map_err(MatcherError::Malformed)?)
            }
            format::Matcher::Regex(text) => Self::Pattern(anchored(text).map_err(MatcherError::Malformed)?),
            format::Matcher::Raw(text) => Self::Raw(anchored(text).map_err(MatcherError::Malformed)?),
            format::Matcher::Pack(items) => Self::Reply(form(Form::Pack(items.clone()))?),
            format::Matcher::Json(subset) => {
                Self::Reply(form(Form::Json { subset: subset.clone(), number: None, code: None })?)
            }
            format::Matcher::AnyOf(matchers) => Self::AnyOf(compile_all(matchers, dialect)?),
            format::Matcher::AllOf(matchers) => Self::AllOf(compile_all(matchers, dialect)?),
            format::Matcher::Not(matcher) => Self::Not(Box::new(Self::compile(matcher, dialect)?)),
            format::Matcher::Any => Self::Any,
        })
    }

    /// Whether a reply is the one meant.
    #[must_use]
    pub fn matches(&self, received: &Received) -> bool {
        let reply = received.words();
        match self {
            Self::Pattern(regex) => regex.is_match(reply),
            Self::Reply(pattern) => pattern.read(reply).is_some(),
            Self::Fail { code, pattern } => match pattern.read(reply) {
                Some(carried) => carried.code.is_none_or(|found| found == code.as_bytes()),
                None => false,
            },
            Self::Numbered(pattern) => pattern.is_number(reply),
            Self::Special { result, fail } => match number_in(result, reply) {
                Some(text) => is_special(text.trim().trim_start_matches(['-', '+'])),
                None => fail.as_ref().is_none_or(|fail| fail.read(reply).is_none()) && has_special(reply),
            },
            Self::Number { number, nearness, pattern } => {
                let actual = number_in(pattern, reply).and_then(|text| Decimal::parse(&text));
                actual.is_some_and(|actual| nearness.admits(&actual, number))
            }
            Self::Canonical { text, pattern } => number_in(pattern, reply).as_ref() == Some(text),
            Self::Octets(octets) => reply == octets,
            Self::Raw(regex) => regex.is_match(received.raw()),
            Self::AllOf(matchers) => matchers.iter().all(|matcher| matcher.matches(received)),
            Self::AnyOf(matchers) => matchers.iter().any(|matcher| matcher.matches(received)),
            Self::Not(matcher) => !matcher.matches(received),
            Self::Any => true,
        }
    }
}

/// A reply that carries a number is a result, whatever else it looks like.
fn no_result(matcher: Matcher, dialect: &Dialect) -> Matcher {
    match dialect.numbered() {
        Some(result) => {
            let result = Matcher::Numbered(result.clone());
            Matcher::AllOf(vec![matcher, Matcher::Not(Box::new(result))])
        }
        None => matcher,
    }
}

fn compile_all(matchers: &[format::Matcher], dialect: &Dialect) -> Result<Vec<Matcher>, MatcherError> {
    matchers.iter().map(|matcher| Matcher::compile(matcher, dialect)).collect()
}

impl Nearness {
    fn admits(&self, actual: &Decimal, expected: &Decimal) -> bool {
        match self {
            Self::Exact => actual == expected,
            Self::Part(part) => actual.is_within_part(*part, expected),
            Self::Distance(distance) => actual.is_within_distance(distance, expected),
            Self::Either(distance, part) => {
                actual.is_within_distance(distance, expected) || actual.is_within_part(*part, expected)
            }
            Self::Rounded => actual.is_rounding_of(expected),
            Self::Overflowed => actual.is_overflow_of(expected),
        }
    }
}

/// The number of a reply, or what stands in its place.
fn number_in(pattern: &Pattern, reply: &[u8]) -> Option<String> {
    pattern.read(reply)?.number
}

/// Whether it is what programs print where there is no number.
fn is_special(word: &str) -> bool {
    ["inf", "infinity", "nan", "null", "none", "undefined"]
        .iter()
        .any(|special| word.eq_ignore_ascii_case(special))
}

/// Whether such a word is in a reply, however it stands there.
fn has_special(reply: &[u8]) -> bool {
    let words = reply.split(|octet| !octet.is_ascii_alphabetic());
    words.filter_map(|word| std::str::from_utf8(word).ok()).any(is_special)
}

fn form(form: Form) -> Result<Pattern, MatcherError> {
    Pattern::of_points(&form).map_err(MatcherError::Malformed)
}

fn reply(dialect: &Dialect, name: &str) -> Result<Pattern, MatcherError> {
    dialect.reply(name).map(|reply| reply.pattern.clone()).ok_or_else(|| MatcherError::UnknownReply {
        name: name.to_owned(),
        hint: hint(name, dialect.reply_names()),
    })
}

/// What a result looks like. (A dialect whose result carries no number does not compile.)
fn result(dialect: &Dialect) -> Result<Pattern, MatcherError> {
    reply(dialect, RESULT)
}

fn decimal(text: &str) -> Result<Decimal, MatcherError> {
    Decimal::parse(text).ok_or_else(|| MatcherError::NotANumber(text.to_owned()))
}

fn nearness(
    number: &Decimal,
    tolerance: &Tolerance,
    precision: &Precision,
) -> Result<Nearness, MatcherError> {
    let least = match precision {
        Precision::Usual | Precision::Exact => USUAL_RELATIVE,
        Precision::Part(part) => *part,
    };
    match (tolerance, precision) {
        (Tolerance::Usual, _) => Ok(Nearness::Part(least)),
        (Tolerance::Exact, Precision::Exact) => Ok(Nearness::Exact),
        (Tolerance::Exact, Precision::Usual | Precision::Part(_)) => {
            Err(MatcherError::Unattainable(Inexpressible::new("exact results", "resultados exactos")))
        }
        (Tolerance::Absolute(text), _) => {
            let distance = decimal(text)?;
            match precision {
                Precision::Usual | Precision::Part(_) if number.digits_to(&distance) > DIGITS_OF_BINARY64 => {
                    Err(MatcherError::Unattainable(Inexpressible::new("exact results", "resultados exactos")))
                }
                Precision::Part(part) => Ok(Nearness::Either(distance, *part)),
                Precision::Exact | Precision::Usual => Ok(Nearness::Distance(distance)),
            }
        }
        (Tolerance::Rounded, _) => Ok(Nearness::Rounded),
        (Tolerance::Overflowed, _) => Ok(Nearness::Overflowed),
        (Tolerance::Relative(text), _) => match text.parse::<f64>() {
            Ok(part) if (1e-30..=1.0).contains(&part) => match precision {
                Precision::Exact | Precision::Usual => Ok(Nearness::Part(part)),
                Precision::Part(least) => Ok(Nearness::Part(part.max(*least))),
            },
            Ok(_) | Err(_) => Err(MatcherError::NotATolerance(text.clone())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(json: &str) -> Result<Matcher, MatcherError> {
        let matcher = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
        Matcher::compile(&matcher, &crate::testing::suite("").dialect)
    }

    #[test]
    fn replies_that_match_and_replies_that_do_not() {
        let rows: [(&str, &[&str], &[&str]); 17] = [
            (r#""ok""#, &["OK", "OK CALC/1 + -"], &["ok", "OKAY", "OK\t", " OK", "OK\u{e9}", "RESULT 3", ""]),
            (
                r#""result""#,
                &["RESULT 3", "RESULT -.5e+9"],
                &["RESULT", "RESULT inf", "RESULT 3 4", "RESULT  3"],
            ),
            (r#""fail""#, &["FAIL syntax", "FAIL x y z"], &["FAIL", "FAIL Syntax", "FAIL "]),
            (
                r#"{"fail": "syntax"}"#,
                &["FAIL syntax", "FAIL syntax no"],
                &["FAIL overflow", "FAIL syntaxes", "OK"],
            ),
            (
                r#"{"number": "3"}"#,
                &["RESULT 3", "RESULT 3.0", "RESULT 3e0"],
                &["RESULT 3.1", "3", "RESULT -3"],
            ),
            (r#"{"number": "3", "exact": true}"#, &["RESULT 3.000"], &["RESULT 3.00000000000000000001"]),
            (r#"{"number": "100", "rel": "0.1"}"#, &["RESULT 109"], &["RESULT 111"]),
            (r#"{"number": "0", "abs": "0.1"}"#, &["RESULT -0.1"], &["RESULT 0.11"]),
            (r#"{"number": "0.142857", "rounded": true}"#, &["RESULT 0.14", "RESULT 0.143"], &["RESULT 7"]),
            (r#"{"number": "2147483648", "overflowed": true}"#, &["RESULT -2147483648"], &["RESULT 7"]),
            (
                r#"{"special": true}"#,
                &["RESULT inf", "-nan", "Result: Infinity!", "null"],
                &["FAIL infinity", "RESULT 3", "OK", "info", ""],
            ),
            (r#"{"canonical": "1E+34"}"#, &["RESULT 1E+34"], &["RESULT 1e34", "RESULT 1E34"]),
            (r#"{"text": "OK"}"#, &["OK"], &["OK "]),
            (r#"{"hex": "4f 4B"}"#, &["OK"], &["ok"]),
            (r#"{"regex": "a|b+"}"#, &["a", "bb"], &["ab", "xa", "a\n"]),
            (r#"{"any_of": ["ok", {"not": "fail"}]}"#, &["OK", "?"], &["FAIL syntax"]),
            (r#"{"all_of": ["fail", {"not": {"regex": ".*x.*"}}]}"#, &["FAIL no"], &["FAIL syntax", "OK"]),
        ];
        for (json, right, wrong) in rows {
            let matcher = compiled(json).unwrap_or_else(|error| panic!("{json}: {error}"));
            let matches = |reply: &&str| matcher.matches(&Received::new(reply.as_bytes(), b"\n"));
            assert_eq!(right.iter().find(|reply| !matches(reply)), None, "{json} should match it");
            assert_eq!(wrong.iter().find(|reply| matches(reply)), None, "{json} should not match it");
        }
    }

    #[test]
    fn a_raw_pattern_sees_the_end_of_the_line() {
        let matcher = compiled(r#"{"raw": "OK\\n"}"#).expect("it compiles");
        assert!(matcher.matches(&Received::new(b"OK", b"\n")));
        assert!(!matcher.matches(&Received::new(b"OK", b"\r\n")));
    }

    #[test]
    fn matchers_that_make_no_sense() {
        for (json, message) in [
            (r#""okk""#, "the dialect has no reply `okk`; did you mean `ok`?"),
            (r#""banana""#, "the dialect has no reply `banana`; there are fail, ok, result"),
            (r#"{"fail": "sintax"}"#, "the dialect has no code `sintax`; did you mean `syntax`?"),
            (r#"{"number": "three"}"#, "`three` is no decimal number"),
            (
                r#"{"number": "3", "rel": "2"}"#,
                "`2` is no tolerance: it lies between 1e-30 and 1; for less, say `\"exact\": true`",
            ),
            (r#"{"hex": "4"}"#, "1 hexadecimal digits make no whole number of octets"),
            (r#"{"regex": "a("}"#, "`a(` is no pattern: unclosed group"),
            (r#"{"not": {"any_of": [{"canonical": "x"}]}}"#, "`x` is no decimal number"),
        ] {
            assert_eq!(compiled(json).expect_err(json).to_string(), message);
        }
    }
}
