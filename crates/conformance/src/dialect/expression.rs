//! Regular expressions as authors of dialects and suites write them.

use regex::bytes::Regex;

/// A pattern for a whole reply. A reply is octets: a dialect says itself which of them may be in it.
pub(crate) fn anchored(pattern: &str) -> Result<Regex, String> {
    regex(r"\A", pattern, r"\z")
}

/// A pattern for the beginning of a message.
pub(crate) fn at_the_start(pattern: &str) -> Result<Regex, String> {
    regex(r"\A", pattern, "")
}

/// A pattern for the end of a message.
pub(crate) fn at_the_end(pattern: &str) -> Result<Regex, String> {
    regex("", pattern, r"\z")
}

/// A pattern for something in a message.
pub(super) fn anywhere(pattern: &str) -> Result<Regex, String> {
    regex("", pattern, "")
}

fn regex(start: &str, pattern: &str, end: &str) -> Result<Regex, String> {
    Regex::new(&format!("{start}(?:{pattern}){end}")).map_err(|error| match error {
        regex::Error::Syntax(_) => regex_fault(pattern),
        _ => format!("`{pattern}` is no pattern: it is too large when its repetitions are written out"),
    })
}

/// A pattern, if there is one; what is wrong with it goes to the faults.
pub(super) fn compiled(
    place: &str,
    pattern: Option<&String>,
    compile: fn(&str) -> Result<Regex, String>,
    faults: &mut Vec<(String, String)>,
) -> Option<Regex> {
    match compile(pattern?) {
        Ok(regex) => Some(regex),
        Err(fault) => {
            faults.push((place.to_owned(), fault));
            None
        }
    }
}

/// What is wrong with the author's own pattern: without the anchors around it, and in one line.
fn regex_fault(pattern: &str) -> String {
    let error =
        Regex::new(pattern).map_or_else(|error| error.to_string(), |_| "unbalanced parentheses".to_owned());
    let fault = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    format!("`{pattern}` is no pattern: {fault}")
}
