//! One case of a report, and all that is known of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Process;
use crate::format::Level;

/// One case, or one row of it, and its verdict.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Case {
    /// Its name, with its row's behind `#` where it is one of several.
    pub id: String,
    /// The name of its chapter.
    pub chapter: String,
    /// What was tested.
    pub title: String,
    /// The requirements that a failure violates.
    pub spec: Vec<String>,
    /// How binding that is.
    pub level: Level,
    /// What the case is worth, all its rows together.
    pub points: u32,
    /// What the row adds to the grade; absent where it does not count, and in a stream, where other rows may follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, where it is neither passed nor failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// How a server that the grader started ended, and what it printed, where the case failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
    /// A command that runs it alone.
    pub again: String,
    /// How long it took, in microseconds.
    pub elapsed_us: u64,
    /// What was said, if it was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<Dialogue>,
}

/// A row's part of the points of its case, with the weight of their level.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Share {
    /// What it earned.
    pub earned: f64,
    /// What could be had.
    pub possible: f64,
}

/// The verdict on a case, the worst first: the worst of its rows is the case's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The server did something else.
    Fail,
    /// The grader could not find out.
    Error,
    /// Not run, since it could show nothing; counts as failed.
    Blocked,
    /// As expected, but not as it is done.
    Warn,
    /// All went as expected.
    Pass,
    /// About something that the server need not have.
    #[serde(rename = "n/a")]
    NotApplicable,
    /// Not run, since it was not asked for.
    Skip,
}

/// How a case failed.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Failure {
    /// In which part of the case; absent where it was failed without being run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// On which connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// What was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What happened instead.
    pub actual: String,
    /// The beginning of what came, in hexadecimal, where it is hard to read as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// What else is worth knowing about the moment.
    pub remarks: Vec<String>,
    /// How the server was afterwards, where it was not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<String>,
    /// The diagnosis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The requirement that the case is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violates: Option<Requirement>,
}

/// A part of a case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Its own steps.
    Script,
    /// The exchange that ends it, on the same connection.
    Fence,
    /// The same on a new connection.
    Control,
}

/// A named diagnosis.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Note {
    /// Its name.
    pub id: String,
    /// The bug in a few words.
    pub title: String,
    /// What happened and why.
    pub text: String,
    /// Where to look in the program.
    pub look: String,
}

/// A requirement.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Requirement {
    /// Its name.
    pub id: String,
    /// Where it stands.
    pub place: String,
    /// Its sentence or sentences.
    pub text: String,
}

/// What was said.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Dialogue {
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// Which of the entries, counted from 0, is the one where it broke, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broke: Option<usize>,
    /// How many entries were left out in the middle.
    pub omitted: usize,
    /// How many entries stand before those that were left out.
    pub omitted_after: usize,
}

/// One line of the dialogue.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Entry {
    /// Microseconds since the case began.
    pub at_us: u64,
    /// The connection.
    pub connection: String,
    /// Whose doing it is.
    pub from: Side,
    /// What happened.
    pub event: Happening,
    /// It in words; octets as text, with what is not printable escaped.
    pub text: String,
    /// The octets in hexadecimal, as many as were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// How many octets there were, of which the last may not have been kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
}

/// One of the two that talk.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The grader.
    Client,
    /// The server under test.
    Server,
}

/// What can happen on a connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happening {
    /// It was opened.
    Connected,
    /// It could not be opened.
    NotConnected,
    /// Octets were sent in one write, or a whole reply came.
    Message,
    /// Octets were to be sent, and not all of them were taken.
    NotTaken,
    /// Octets came that are no whole reply.
    Part,
    /// Nothing came, as long as was waited.
    Silence,
    /// The grader sends no more.
    HalfClosed,
    /// It was closed.
    Closed,
    /// It was reset.
    Reset,
}

impl Case {
    /// The name without the row's: rows share the points.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.id.split_once('#').map_or(&self.id, |(stem, _)| stem)
    }

    /// Whether it makes the run a failed one.
    #[must_use]
    pub fn is_flaw(&self) -> bool {
        self.level != Level::May && self.verdict.is_failure()
    }
}

impl Verdict {
    /// Whether it counts as failed.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        match self {
            Self::Fail | Self::Error | Self::Blocked => true,
            Self::Warn | Self::Pass | Self::NotApplicable | Self::Skip => false,
        }
    }

    /// Its name, the same in every language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Blocked => "blocked",
            Self::Warn => "warn",
            Self::Pass => "pass",
            Self::NotApplicable => "n/a",
            Self::Skip => "skip",
        }
    }
}
