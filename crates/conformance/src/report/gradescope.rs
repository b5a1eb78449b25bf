//! Gradescope's `results.json`: a test for each case, with its points out of 100. It is written again after each case, so
//! that results are there even if the run is killed.
//!
//! There is no leaderboard: it would show the grades of all to all.

use std::io;

use serde::Serialize;

use super::document::{Case, Document};
use super::plain::{Whole, heading, overview, seconds};
use crate::format::Level;

#[derive(Serialize)]
struct Results<'a> {
    score: f64,
    execution_time: f64,
    output: String,
    output_format: &'static str,
    visibility: &'static str,
    stdout_visibility: &'static str,
    extra_data: Extra<'a>,
    tests: Vec<Test<'a>>,
}

/// For the scripts of the course; nobody is shown it.
#[derive(Serialize)]
struct Extra<'a> {
    grader: &'a str,
    suite: &'a str,
    dialect: &'a str,
    started: &'a str,
    completion: super::document::Completion,
}

#[derive(Serialize)]
struct Test<'a> {
    /// Absent, with the greatest score, where the case does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    name: String,
    number: String,
    output: String,
    output_format: &'static str,
    tags: [&'a str; 3],
    visibility: &'static str,
}

/// Nothing that a server sends is taken for Markdown or HTML.
const TEXT: &str = "text";

/// What is tested is no secret: it stands in the protocol.
const VISIBLE: &str = "visible";

/// The standard output holds the report for the terminal, which says the same once more.
const HIDDEN: &str = "hidden";

/// The file.
pub(super) fn render(document: &Document) -> io::Result<Vec<u8>> {
    let mut tests = Vec::new();
    for (chapter, of_chapter) in document.cases.chunk_by(|one, next| one.chapter == next.chapter).enumerate()
    {
        let cases = of_chapter.chunk_by(|one, next| one.stem() == next.stem());
        tests.extend(cases.enumerate().filter_map(|(case, rows)| test(document, (chapter, case), rows)));
    }
    let mut output = vec![heading(document)];
    output.extend(overview(document));
    let run = &document.run;
    let results = Results {
        score: document.score().unwrap_or(0.0),
        execution_time: seconds(document.result.elapsed_us),
        output: output.join("\n"),
        output_format: TEXT,
        visibility: VISIBLE,
        stdout_visibility: HIDDEN,
        extra_data: Extra {
            grader: &run.grader,
            suite: &run.suite.id,
            dialect: &run.dialect.id,
            started: &run.started,
            completion: document.result.completion,
        },
        tests,
    };
    let mut text = serde_json::to_vec_pretty(&results)?;
    text.push(b'\n');
    Ok(text)
}

fn test<'a>(document: &Document, (chapter, case): (usize, usize), rows: &'a [Case]) -> Option<Test<'a>> {
    let first = rows.first()?;
    let whole = Whole::of(rows, document.at_stake(), document.run.language)?;
    let status = if whole.verdict.is_failure() { "failed" } else { "passed" };
    let level = match first.level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    };
    Some(Test {
        score: whole.score.map(|(earned, _)| earned),
        max_score: whole.score.map(|(_, possible)| possible),
        status: whole.score.map(|_| status),
        name: format!("{}: {}", whole.id, whole.title),
        number: format!("{}.{}", chapter + 1, case + 1),
        output: whole.explanation,
        output_format: TEXT,
        tags: [&first.chapter, level, whole.verdict.name()],
        visibility: VISIBLE,
    })
}
