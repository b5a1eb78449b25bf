//! What is asked for by `--report KIND=PATH`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::spelling::hint;

/// A report that is to be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Order {
    /// Of which kind.
    pub kind: Kind,
    /// Where.
    pub place: Place,
}

/// A kind of report that can be written to a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// All that is known, for programs: [`super::document::Document`].
    Json,
    /// A line of JSON for each event, as it happens.
    Jsonl,
    /// A page that needs nothing beside itself, with a sequence diagram of every case.
    Html,
    /// For the summary of a job or a comment.
    Markdown,
    /// For the continuous integration that reads JUnit's XML.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// Gradescope's `results.json`.
    Gradescope,
    /// GitHub Classroom's result; in a step of GitHub Actions, its output, annotations and summary as well.
    Github,
    /// A table of the cases.
    Csv,
}

/// Where a report is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// To the standard output, `-`. What people read then goes to the standard error.
    Stdout,
    /// To a file.
    File(PathBuf),
}

/// Why an order is none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OrderError {
    /// Nothing that can be taken apart.
    #[error("`{0}` says not where: write KIND=PATH, as in json=report.json")]
    Form(String),
    /// A kind that does not exist.
    #[error("no report is called `{0}`{hint}", hint = hint(.0, Kind::ALL.map(Kind::name)))]
    Kind(String),
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Json,
        Self::Jsonl,
        Self::Html,
        Self::Markdown,
        Self::Junit,
        Self::Tap,
        Self::Gradescope,
        Self::Github,
        Self::Csv,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Tap => "tap",
            Self::Gradescope => "gradescope",
            Self::Github => "github",
            Self::Csv => "csv",
        }
    }
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        let (kind, path) = text
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or_else(|| OrderError::Form(text.to_owned()))?;
        let known = Kind::ALL.into_iter().find(|known| known.name() == kind);
        let kind = known.ok_or_else(|| OrderError::Kind(kind.to_owned()))?;
        let place = if path == "-" { Place::Stdout } else { Place::File(path.into()) };
        Ok(Self { kind, place })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("the standard output"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}
