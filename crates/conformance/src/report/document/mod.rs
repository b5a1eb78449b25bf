//! The report as data: what `--report json=PATH` writes, and what every other file is made from.
//!
//! All its texts are in one language, [`Run::language`]. A field that has nothing to say is left out; fields may be added
//! without a new [`VERSION`], so that a reader has to ignore those that it does not know.

mod build;
mod case;
mod recorder;

pub(super) use build::place_of;
pub use case::{Case, Dialogue, Entry, Failure, Happening, Note, Requirement, Share, Side, Stage, Verdict};
pub(super) use recorder::Recorder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::Language;

/// The name of the format.
pub const FORMAT: &str = "calc-conformance/report";

/// Changes when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

/// A report of one run.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Document {
    /// `calc-conformance/report`
    pub format: String,
    /// The version of the format.
    pub version: u32,
    /// What was run.
    pub run: Run,
    /// What came before the first case, if there was time for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preflight: Option<Preflight>,
    /// What it came to.
    pub result: Outcome,
    /// The cases that have a verdict, row by row, in the order in which they ran.
    pub cases: Vec<Case>,
}

/// What was run.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Run {
    /// The version of the grader.
    pub grader: String,
    /// The language of the texts.
    pub language: Language,
    /// The suite.
    pub suite: Named,
    /// The document that the suite's requirements stand in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The dialect that the server speaks.
    pub dialect: Named,
    /// Where the server is.
    pub target: String,
    /// What runs the same again, apart from the selection of cases.
    pub command: String,
    /// When it began, as RFC 3339 has it.
    pub started: String,
}

/// A name for programs, and one for people.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Named {
    /// The name.
    pub id: String,
    /// What it is, in a few words.
    pub title: String,
}

/// What came before the first case.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Preflight {
    /// How the server stands.
    pub standing: Standing,
    /// Why it cannot be reached, or was not started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The deviations under which it is graded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxations: Vec<Named>,
    /// How it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// How a server that the grader started ended, and what it printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<Dialogue>,
}

/// What happened to a server that the grader started.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Process {
    /// How it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// The last lines that it printed, escaped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub printed: Vec<String>,
}

/// How the server stands before the first case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It masters a transaction.
    Sound,
    /// It does, apart from small deviations, and is graded under them.
    Relaxed,
    /// It does not.
    Unsound,
    /// Nobody is there.
    Unreachable,
    /// The grader could not start it.
    #[serde(rename = "not-started")]
    NotStarted,
}

/// What a run came to.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Outcome {
    /// Whether all cases that were selected were graded.
    pub completion: Completion,
    /// How many cases were selected, those with rows counted once.
    pub selected: usize,
    /// How many of them were not run, or not with all their rows, since the time was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_time: Option<usize>,
    /// How long it took, in microseconds.
    pub elapsed_us: u64,
    /// The grade of all cases that have a verdict.
    pub grade: Grade,
    /// The points, with the weight of their level, of the cases that were selected and have no verdict, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outstanding: Option<f64>,
    /// The grade of each chapter of which a case has a verdict.
    pub chapters: Vec<Chapter>,
}

/// Whether a run came to its end.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Completion {
    /// Every case that was selected has a verdict.
    Complete,
    /// The user stopped it.
    Interrupted,
    /// Its time was over before all cases had been run.
    #[serde(rename = "out-of-time")]
    OutOfTime,
    /// It still goes on, or came to no end.
    Running,
}

/// Points of points that could be had, with the weight of their level.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Grade {
    /// Out of 100, to one decimal, rounded down; absent, if nothing counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_100: Option<f64>,
    /// The points of what was passed.
    pub earned: f64,
    /// The points of what applies.
    pub possible: f64,
}

/// A chapter's grade.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Chapter {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its grade.
    pub grade: Grade,
}

impl Document {
    /// The cases, each with its rows: at least one.
    pub fn whole_cases(&self) -> impl Iterator<Item = &[Case]> {
        self.cases.chunk_by(|one, next| one.stem() == next.stem())
    }

    /// The points out of which a grade book is told: a run that was stopped has earned nothing by the cases that it did not
    /// come to.
    pub(super) fn at_stake(&self) -> f64 {
        self.result.grade.possible + self.result.outstanding.unwrap_or_default()
    }

    /// The grade for a grade book: that of all cases that were selected, whether the run came to them or not.
    pub(super) fn score(&self) -> Option<f64> {
        let Some(_) = self.result.outstanding else { return self.result.grade.out_of_100 };
        Some((1000.0 * self.result.grade.earned / self.at_stake()).floor() / 10.0)
    }
}
