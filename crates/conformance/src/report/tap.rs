//! TAP 14: a test for each row, with what is wrong below it in YAML. A failed MAY is `# TODO`, which fails no run.

use std::fmt::Write as _;
use std::io;

use super::document::{Case, Completion, Document, Verdict};
use super::plain::{explanation, headline, overview};
use crate::escape::tame;
use crate::format::Level;
use crate::language::Language;

/// The file.
pub(super) fn render(document: &Document) -> io::Result<Vec<u8>> {
    let mut text = format!("TAP version 14\n1..{}\n", document.cases.len());
    for (index, case) in document.cases.iter().enumerate() {
        test(&mut text, index + 1, case, document.run.language);
    }
    let overview = overview(document);
    match document.result.completion {
        Completion::Complete | Completion::OutOfTime => {
            overview.iter().for_each(|line| push(&mut text, "# ", line))
        }
        Completion::Interrupted | Completion::Running => {
            push(&mut text, "Bail out! ", &overview.join("; "));
        }
    }
    Ok(text.into_bytes())
}

fn test(text: &mut String, number: usize, case: &Case, language: Language) {
    let result = if case.verdict.is_failure() { "not ok" } else { "ok" };
    let description = escaped(&format!("{} - {}", case.id, case.title));
    let why = escaped(&headline(case, language));
    let directive = match (case.verdict, case.level) {
        (Verdict::NotApplicable | Verdict::Skip, _) => format!(" # SKIP {why}"),
        (Verdict::Fail | Verdict::Error | Verdict::Blocked, Level::May) => format!(" # TODO {why}"),
        (Verdict::Pass | Verdict::Warn, _)
        | (Verdict::Fail | Verdict::Error | Verdict::Blocked, Level::Must | Level::Should) => String::new(),
    };
    push(text, "", format!("{result} {number} - {description}{directive}").trim_end());
    if case.verdict != Verdict::Pass {
        diagnosis(text, case, language);
    }
}

/// The block of YAML. A string of JSON is one of YAML too.
fn diagnosis(text: &mut String, case: &Case, language: Language) {
    push(text, "  ", "---");
    let mut field = |name: &str, value: &str| {
        push(text, "  ", &format!("{name}: {}", serde_json::Value::from(tame(value))));
    };
    field("verdict", case.verdict.name());
    field("message", &headline(case, language));
    if let Some(failure) = &case.failure {
        failure.expected.iter().for_each(|expected| field("expected", expected));
        field("actual", &failure.actual);
        failure.note.iter().for_each(|note| field("note", &note.id));
    }
    let explanation = explanation(case, language);
    if !explanation.is_empty() {
        push(text, "  ", "explanation: |2-");
        explanation.lines().for_each(|line| push(text, "    ", line));
    }
    push(text, "  ", "...");
}

fn push(text: &mut String, indent: &str, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{indent}{line}");
}

/// In a description `#` would begin a directive, and `\` escapes it.
fn escaped(text: &str) -> String {
    tame(text).replace('\\', r"\\").replace('#', r"\#").replace('\n', " ")
}
