//! What is kept of a class: `students.json`, by which a later run knows what is graded already.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::table::Student;
use crate::format::Level;
use crate::language::Language;
use crate::report::document::{Case, Completion, Document, Standing, Verdict};
use crate::report::{Phrase, causes};

/// A class and what came of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Register {
    /// [`Register::FORMAT`]
    pub format: String,
    /// [`Register::VERSION`]
    pub version: u32,
    /// The version of the grader.
    pub grader: String,
    /// What was graded.
    pub title: String,
    /// The language of the texts.
    pub language: Language,
    /// The students, in the order of the roster.
    pub students: Vec<Record>,
}

/// A student and what came of the server.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Record {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The name of the suite.
    pub suite: String,
    /// How far it is.
    pub state: State,
    /// Why there is no grade, or why it is none that the server could help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Out of 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<f64>,
    /// The page with the report, relative to the class page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The cases that have a verdict, those with rows counted once.
    pub cases: Vec<Cell>,
    /// What is to be mended, the most frequent cause first.
    pub causes: Vec<Cause>,
    /// By what a later run sees that nothing has changed; absent where it should try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
}

/// How far a student's server is graded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// To its end.
    Graded,
    /// Not yet, since the run was interrupted.
    Waiting,
    /// Not to its end in the time that there was.
    OutOfTime,
    /// Not at all, since the grader failed.
    Failed,
}

/// A case of a student's.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Cell {
    /// Its name.
    pub id: String,
    /// The name of the row that has the verdict, where it has rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// The worst verdict of its rows.
    pub verdict: Verdict,
}

/// Why cases of a student's failed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Cause {
    /// The name of the note, or of the case where no note explains it.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// Where to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<String>,
    /// How binding the most binding requirement is that it breaks.
    #[serde(default = "Cause::level_of_old")]
    pub level: Level,
    /// How many cases failed by it.
    pub cases: usize,
}

impl Cause {
    /// What an earlier version has written says nothing of it.
    const fn level_of_old() -> Level {
        Level::Must
    }
}

/// What was graded, and by what.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Fingerprint {
    /// Of the suite, the dialect, the command and the grader.
    pub terms: String,
    /// Of the directory, before and after: a build or a server may leave files in it. Empty for a server that runs elsewhere.
    pub directory: Vec<String>,
}

/// Causes that stand for servers that were not there.
pub(in crate::roster) const NOT_STARTED: &str = "not-started";
pub(in crate::roster) const UNREACHABLE: &str = "unreachable";

/// The cause that stands for a server that fails the first exchange for a reason that no note explains.
const UNSOUND: &str = "preflight";

impl Register {
    /// The name of the format.
    pub const FORMAT: &str = "calc-conformance/class";

    /// Changes when a field changes its meaning or goes.
    pub const VERSION: u32 = 1;

    /// What an earlier run left. Nothing, where there is none, or one that cannot be read any more.
    #[must_use]
    pub fn read(path: &Path) -> Vec<Record> {
        let read = fs::read(path).map_err(io::Error::other);
        let register: io::Result<Self> =
            read.and_then(|text| serde_json::from_slice(&text).map_err(io::Error::other));
        register
            .ok()
            .filter(|register| register.format == Self::FORMAT && register.version == Self::VERSION)
            .map(|register| register.students)
            .unwrap_or_default()
    }
}

impl Record {
    /// A student of whom nothing is known.
    pub(super) fn new(student: &Student, suite: &str) -> Self {
        Self {
            id: student.id.clone(),
            name: student.name.clone(),
            email: student.email.clone(),
            suite: suite.to_owned(),
            state: State::Waiting,
            reason: None,
            grade: None,
            page: None,
            cases: Vec::new(),
            causes: Vec::new(),
            fingerprint: None,
        }
    }

    /// The same with what a report says.
    pub(super) fn reported(mut self, document: &Document) -> Self {
        self.state = match document.result.completion {
            Completion::Complete => State::Graded,
            Completion::Interrupted | Completion::OutOfTime | Completion::Running => State::OutOfTime,
        };
        // What was not run does not count against the grade of an unfinished run, which is therefore none.
        self.grade = document.result.grade.out_of_100.filter(|_| self.state == State::Graded);
        self.reason = document.preflight.as_ref().and_then(|preflight| preflight.reason.clone());
        self.cases = document.whole_cases().filter_map(cell).collect();
        self.causes = causes_of(document);
        self
    }

    /// Whether a later run would find the same, as long as nothing changes. What could not be started, reached or found out
    /// may have failed for the machine's sake.
    pub(super) fn is_settled(&self) -> bool {
        let is_there = |cause: &Cause| cause.id != NOT_STARTED && cause.id != UNREACHABLE;
        self.state == State::Graded
            && self.causes.iter().all(is_there)
            && self.cases.iter().all(|cell| cell.verdict != Verdict::Error)
    }
}

fn cell(rows: &[Case]) -> Option<Cell> {
    let worst = rows.iter().min_by_key(|row| row.verdict)?;
    let id = worst.stem().to_owned();
    let row = Some(worst.id.clone()).filter(|row| *row != id);
    Some(Cell { id, row, verdict: worst.verdict })
}

fn causes_of(document: &Document) -> Vec<Cause> {
    let preflight = document.preflight.as_ref();
    let absent = preflight.and_then(|preflight| {
        let id = match preflight.standing {
            Standing::NotStarted => NOT_STARTED,
            Standing::Unreachable => UNREACHABLE,
            Standing::Sound | Standing::Relaxed | Standing::Unsound => return None,
        };
        let title = preflight.reason.clone().unwrap_or_default();
        Some(Cause { id: id.to_owned(), title, look: None, level: Level::Must, cases: document.cases.len() })
    });
    let first = preflight.and_then(|preflight| preflight.failure.as_ref()).map(|failure| {
        let (id, title, look) = match &failure.note {
            Some(note) => (note.id.as_str(), note.title.as_str(), Some(note.look.clone())),
            None => (UNSOUND, Phrase::PreflightFailed.text(document.run.language), None),
        };
        let (id, title) = (id.to_owned(), title.to_owned());
        Cause { id, title, look, level: Level::Must, cases: document.cases.len() }
    });
    // A server that fails the first exchange fails every case, which says nothing more where no note does.
    let is_told = |cause: &Cause| match &first {
        Some(first) => cause.look.is_some() && cause.id != first.id,
        None => true,
    };
    let rest = causes(&document.cases).into_iter().map(|cause| {
        let note = cause.first.failure.as_ref().and_then(|failure| failure.note.as_ref());
        Cause {
            id: note.map_or_else(|| cause.first.stem().to_owned(), |note| note.id.clone()),
            title: note.map_or(&cause.first.title, |note| &note.title).clone(),
            look: note.map(|note| note.look.clone()),
            level: cause.cases.iter().map(|case| case.level).min().unwrap_or(cause.first.level),
            cases: cause.cases.len(),
        }
    });
    let rest: Vec<Cause> = rest.filter(is_told).collect();
    absent.into_iter().chain(first).chain(rest).collect()
}
