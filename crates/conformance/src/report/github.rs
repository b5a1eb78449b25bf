//! What a step of GitHub Actions leaves behind: the result for GitHub Classroom, annotations and a summary.
//!
//! The file is Classroom's result as JSON. Where the environment is that of a step, the same goes in base64 into its output
//! `result`, which `autograding-grading-reporter` reads; failures become annotations, and the page of
//! [`super::markdown`] the summary.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::document::{Case, Completion, Document};
use super::markdown;
use super::phrase::Phrase;
use super::plain::{Whole, explanation, headline, out_of_time, seconds, stopped};

#[derive(Serialize)]
struct Classroom<'a> {
    version: u32,
    status: &'static str,
    max_score: f64,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: String,
    status: &'static str,
    /// Shown for the status `error` alone, so that the explanation stands in `test_code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    test_code: String,
    filename: &'a str,
    line_no: u32,
    execution_time: f64,
    score: f64,
}

/// The reporter gets the output of the step as an environment variable, which Linux limits to 128 KiB; in base64, four
/// octets stand for three.
const MOST: usize = 90 * 1024;

/// How much of each explanation is kept, so much at first and then less, until all of it fits.
const MOST_OF_EACH: [usize; 6] = [4096, 2048, 1024, 512, 128, 0];

/// GitHub shows no more errors of one step.
const MOST_ANNOTATIONS: usize = 10;

/// Classroom's result.
pub(super) fn render(document: &Document) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for most in MOST_OF_EACH {
        text = serde_json::to_vec(&classroom(document, most))?;
        if text.len() <= MOST {
            break;
        }
    }
    text.push(b'\n');
    Ok(text)
}

/// Tells the step of which this process is a part, if there is one: its files are named by the environment. The workflow
/// commands go to the standard error, which the runner reads as it reads the standard output.
pub(super) fn tell(document: &Document, result: &[u8]) -> io::Result<()> {
    if let Some(path) = variable("GITHUB_OUTPUT") {
        append(&path, format!("result={}\n", STANDARD.encode(result.trim_ascii_end())).as_bytes())?;
    }
    if let Some(path) = variable("GITHUB_STEP_SUMMARY") {
        append(&path, &markdown::render(document)?)?;
    }
    if variable("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        io::stderr().write_all(annotations(document).as_bytes())?;
    }
    Ok(())
}

fn classroom(document: &Document, most: usize) -> Classroom<'_> {
    let (language, possible) = (document.run.language, document.at_stake());
    let tests = document.whole_cases().filter_map(|rows| Whole::of(rows, possible, language));
    let tests = tests
        .filter_map(|whole| {
            let (earned, _) = whole.score?;
            Some(Test {
                name: format!("{}: {}", whole.id, whole.title),
                status: if whole.verdict.is_failure() { "fail" } else { "pass" },
                message: None,
                test_code: cut(whole.explanation, most),
                filename: "",
                line_no: 0,
                execution_time: seconds(whole.elapsed_us),
                score: earned,
            })
        })
        .chain(cut_short(document))
        .collect();
    let is_flawed = document.cases.iter().any(Case::is_flaw) || stopped(document).is_some();
    Classroom { version: 1, status: if is_flawed { "fail" } else { "pass" }, max_score: 100.0, tests }
}

/// Cases that were not run are none of Classroom's tests, so that a test without points speaks for them.
fn cut_short(document: &Document) -> Option<Test<'_>> {
    let message = match document.result.completion {
        Completion::OutOfTime => out_of_time(document),
        Completion::Complete | Completion::Interrupted | Completion::Running => stopped(document)?,
    };
    Some(Test {
        name: Phrase::NotRun.text(document.run.language).to_owned(),
        status: "error",
        message: Some(message),
        test_code: String::new(),
        filename: "",
        line_no: 0,
        execution_time: 0.0,
        score: 0.0,
    })
}

/// One error for each cause.
fn annotations(document: &Document) -> String {
    let language = document.run.language;
    let mut causes = BTreeSet::new();
    let flaws = document.cases.iter().filter(|case| case.is_flaw());
    let flaws = flaws.filter(|case| {
        let note = case.failure.as_ref().and_then(|failure| failure.note.as_ref());
        causes.insert(note.map_or_else(|| case.stem(), |note| &note.id))
    });
    let mut lines = String::new();
    for case in flaws.take(MOST_ANNOTATIONS) {
        let title = property(&format!("{}: {}", case.id, headline(case, language)));
        lines.extend(["::error title=", &title, "::", &data(&explanation(case, language)), "\n"]);
    }
    lines
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command, in which a colon and a comma mean something too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn append(path: &OsStr, content: &[u8]) -> io::Result<()> {
    let written =
        OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}
