//! What is wrong in the files of a suite: the file, the place in it, the fault, and what would be right.

use std::fmt;

use crate::spelling::hint;

/// One fault in one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// Line and column, where the JSON itself does not fit.
    pub position: Option<(usize, usize)>,
    /// The path inside the file, such as `cases[3].steps[2].expect`; empty for the file as a whole.
    pub place: String,
    /// What was wrong, and what would be right.
    pub fault: String,
}

/// All faults that were found; at least one.
#[derive(Clone, Debug, Default, Eq, PartialEq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Adds a fault at a place, once: the rows of a case share their faults.
    pub(crate) fn push(&mut self, file: &str, place: impl Into<String>, fault: impl Into<String>) {
        let problem =
            Problem { file: file.to_owned(), position: None, place: place.into(), fault: fault.into() };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// The value, if there are no faults.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        if !self.place.is_empty() {
            write!(f, ": {}", self.place)?;
        }
        write!(f, ": {}", self.fault)
    }
}

/// Reads a file's JSON as a type.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(file: &str, json: &str) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        // "." is the file as a whole, and "?" a place that was not yet known.
        let path = error.path().to_string();
        let place = path.trim_end_matches(['.', '?']).to_owned();
        json_problem(file, place, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| json_problem(file, String::new(), &error))?;
    Ok(value)
}

fn json_problem(file: &str, place: String, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // The position stands in the message too; here it stands beside the file, where editors look for it.
    let at = format!(" at line {} column {}", error.line(), error.column());
    let fault = in_plain_words(&with_hint(text.strip_suffix(&at).unwrap_or(&text)));
    // So deep a place helps nobody; line and column do.
    let place = if place.len() > DEEPEST { String::new() } else { place };
    Problem { file: file.to_owned(), position: Some((error.line(), error.column())), place, fault }
}

/// Serde's "unknown field `x`, expected one of `a`, `b`", with the nearest of them where one is near.
fn with_hint(text: &str) -> String {
    let Some((unknown, expected)) = text.split_once(", expected ") else { return text.to_owned() };
    if !unknown.starts_with("unknown ") {
        return text.to_owned();
    }
    let word = unknown.split('`').nth(1).unwrap_or_default();
    let known = expected.split('`').skip(1).step_by(2);
    format!("{unknown}{}", hint(word, known))
}

/// The longest place that is shown.
const DEEPEST: usize = 200;

/// Serde's own words, without the names of Rust's types.
fn in_plain_words(text: &str) -> String {
    if text.starts_with("EOF ") {
        return "the file ends too early: a bracket, a brace or a quote is open, or it is empty".to_owned();
    }
    let Some((what, expected)) = text.rsplit_once(", expected ") else { return text.to_owned() };
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "f64" => "a number",
        expected if expected.starts_with("struct ") => "an object",
        other => other,
    };
    format!("{what}, expected {expected}")
}
