//! One mistake is one cause: a server with it earns one note wherever the mistake shows.

use std::collections::BTreeSet;

use calc_conformance::selection::Selection;

use crate::bugs::Bug;
use crate::grading::{SUITE, complaints, for_each, grade_selected, notes, only};
use crate::server::{Behaviour, Server};

/// A mistake, the chapters in which it shows, and the only note that it earns in them.
const ROWS: &[(Bug, &[&str], &str)] = &[
    (Bug::OperandsSwapped, &["session/", "numbers/", "messages/", "robustness/"], "operands-swapped"),
    (
        Bug::IntegerDivision,
        &["numbers/quotients", "numbers/digits", "numbers/result-form"],
        "integer-division",
    ),
    (Bug::IntegerOverflow, &["session/", "numbers/no-overflow", "numbers/digits"], "integer-overflow"),
];

#[test]
fn one_mistake_has_one_cause() {
    let faults = for_each(ROWS, |(bug, chapters, note)| {
        let server = Server::start(Behaviour::with_bugs(&[*bug]));
        let report = grade_selected(server.address(), &SUITE, of(chapters));
        let earned: BTreeSet<&str> = notes(&report).into_iter().collect();
        let complaint = format!("{bug:?} earns {earned:?}\n{}", complaints(&report.results));
        (earned != BTreeSet::from([*note])).then_some(complaint)
    });
    let faults: String = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{faults}");
}

/// The cases whose ids begin so.
fn of(beginnings: &[&str]) -> Selection {
    let begins = |id: &str| beginnings.iter().any(|beginning| id.starts_with(beginning));
    only(SUITE.cases().map(|case| case.id.clone()).filter(|id| begins(id)))
}
