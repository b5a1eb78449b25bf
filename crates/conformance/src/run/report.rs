//! What comes of a run: a verdict for each case, and a grade.

use std::time::Duration;

use super::{Preflight, Standing};
use crate::format::{Grading, Level};
use crate::grade::{Credit, Grade};
use crate::language::Text;
use crate::launch::{Demise, Incident, StartFailure};
use crate::replay::Outcome;
use crate::suite::Case;
use crate::transcript::Transcript;
use crate::verdict::{Omission, Verdict};

/// One case and its verdict.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case's name.
    pub id: String,
    /// The chapter's name.
    pub chapter: String,
    /// What was tested.
    pub title: Text,
    /// The requirements that a failure violates.
    pub spec: Vec<String>,
    /// How binding that is.
    pub level: Level,
    /// What the case is worth, all its rows together.
    pub points: u32,
    /// The verdict.
    pub verdict: Verdict,
    /// What was said, if it was run.
    pub transcript: Option<Transcript>,
    /// What happened to a launched server meanwhile, where the case went wrong.
    pub incident: Option<Incident>,
    /// How long it took.
    pub elapsed: Duration,
}

impl CaseResult {
    /// The name without the row's: rows share the points.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.id.split_once('#').map_or(&self.id, |(stem, _)| stem)
    }

    /// Whether it makes the run a failed one.
    #[must_use]
    pub fn is_flaw(&self) -> bool {
        self.level != Level::May && self.verdict.credit() == Credit::Nothing
    }

    /// Whether the server did not outlive it, nor ended in good order.
    #[must_use]
    pub fn is_crash(&self) -> bool {
        self.incident.as_ref().and_then(|incident| incident.demise.as_ref()).is_some_and(Demise::is_crash)
    }

    /// The note that explains the failure.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        match &self.verdict {
            Verdict::Fail(failure) => failure.note.as_deref(),
            Verdict::Pass
            | Verdict::Warn(_)
            | Verdict::Error(_)
            | Verdict::Blocked(_)
            | Verdict::NotApplicable(_)
            | Verdict::Skip(_) => None,
        }
    }

    /// One that went well.
    pub(super) fn passed(chapter: &str, case: &Case, outcome: Outcome, elapsed: Duration) -> Self {
        let verdict = outcome.warning.map_or(Verdict::Pass, Verdict::Warn);
        Self { transcript: Some(outcome.transcript), elapsed, ..Self::new(chapter, case, verdict) }
    }

    pub(crate) fn new(chapter: &str, case: &Case, verdict: Verdict) -> Self {
        Self {
            id: case.id.clone(),
            chapter: chapter.to_owned(),
            title: case.title.clone(),
            spec: case.spec.clone(),
            level: case.level,
            points: case.points,
            verdict,
            transcript: None,
            incident: None,
            elapsed: Duration::ZERO,
        }
    }
}

/// All that came of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The preflight, if there was time for it.
    pub preflight: Option<Preflight>,
    /// The cases that have a verdict, row by row.
    pub results: Vec<CaseResult>,
    /// How many cases were selected, those with rows counted once.
    pub selected: usize,
    /// Whether all cases were graded.
    pub completion: Completion,
    pub(super) grading: Grading,
}

/// Whether a run came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Completion {
    /// All cases have a verdict.
    Complete,
    /// It was stopped.
    Interrupted,
    /// Not to that of all cases: so many were not run, or not with all their rows, since the time was over.
    OutOfTime(usize),
}

impl Report {
    /// The cases that have a verdict, each with its rows: at least one.
    pub fn cases(&self) -> impl Iterator<Item = &[CaseResult]> {
        self.results.chunk_by(|one, next| one.stem() == next.stem())
    }

    /// How many cases were not run, or not with all their rows, since the time was over.
    pub(super) fn out_of_time(&self) -> usize {
        let is_late = |row: &CaseResult| row.verdict == Verdict::Skip(Omission::OutOfTime);
        self.cases().filter(|rows| rows.iter().any(is_late)).count()
    }

    /// The grade of all cases.
    #[must_use]
    pub fn grade(&self) -> Grade {
        Grade::of(&self.results, &self.grading)
    }

    /// The grade of a chapter.
    #[must_use]
    pub fn chapter_grade(&self, chapter: &str) -> Grade {
        Grade::of(self.results.iter().filter(|result| result.chapter == chapter), &self.grading)
    }

    /// Whether a case that counts was not passed.
    #[must_use]
    pub fn is_flawed(&self) -> bool {
        self.results.iter().any(CaseResult::is_flaw)
    }

    /// Whether the server could be reached at all.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(
            &self.preflight,
            Some(Preflight { standing: Standing::Unreachable(_) | Standing::NotStarted(_), .. })
        )
    }

    /// Whether the command failed that was to build the server.
    #[must_use]
    pub fn is_unbuilt(&self) -> bool {
        matches!(
            &self.preflight,
            Some(Preflight { standing: Standing::NotStarted(StartFailure::Build(..)), .. })
        )
    }
}
