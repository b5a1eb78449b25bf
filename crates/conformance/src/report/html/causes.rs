//! Why cases failed: by the note that explains it, or by the case where there is none.

use std::cmp::Reverse;

use crate::report::document::{Case, Failure};

/// Failures that have one cause, as far as the suite can tell.
pub(crate) struct Cause<'a> {
    /// The first of them.
    pub(crate) first: &'a Case,
    /// The first row that failed of each case.
    pub(crate) cases: Vec<&'a Case>,
}

/// The causes, the most frequent first; of equals, what a requirement breaks before what is only recommended.
pub(crate) fn causes(cases: &[Case]) -> Vec<Cause<'_>> {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for case in cases.iter().filter(|case| case.failure.is_some()) {
        match causes.iter_mut().find(|cause| key(cause.first) == key(case)) {
            None => causes.push(Cause { first: case, cases: vec![case] }),
            Some(cause) if cause.cases.iter().all(|known| known.stem() != case.stem()) => {
                cause.cases.push(case)
            }
            Some(_) => {}
        }
    }
    for cause in &mut causes {
        // What stands for the cause is a case about what is required, if it has one.
        cause.cases.sort_by_key(|case| case.level);
        cause.first = cause.cases[0];
    }
    causes.sort_by_key(|cause| (Reverse(cause.cases.len()), cause.first.level));
    causes
}

fn key(case: &Case) -> (Option<&str>, Option<&str>) {
    match &case.failure {
        Some(Failure { note: Some(note), .. }) => (Some(&note.id), None),
        Some(Failure { note: None, .. }) | None => (None, Some(case.stem())),
    }
}
