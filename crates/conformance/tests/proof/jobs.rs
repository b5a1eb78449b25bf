//! Cases that are played at the same time come to the verdicts of cases that are played one after the other.

use calc_conformance::run::{Options, Report};
use calc_conformance::selection::Selection;

use crate::bugs::Bug;
use crate::grading::{SUITE, for_each, grade_with};
use crate::server::{Behaviour, Numbers, Server};

/// Right ones, ones that are wrong in a way that only several clients show, and ones that die or serve a single client.
fn behaviours() -> Vec<Behaviour> {
    let bugs = [
        Bug::OperandsSwapped,
        Bug::IntegerDivision,
        Bug::OperandsShared,
        Bug::OneTransactionOnly,
        Bug::NoLineEnd,
        Bug::ResetKills,
    ];
    let wrong = bugs.map(|bug| Behaviour::with_bugs(&[bug]));
    let right = [Behaviour::default(), Behaviour { numbers: Numbers::Binary64, ..Behaviour::default() }];
    right.into_iter().chain(wrong).collect()
}

#[test]
fn several_cases_at_once_come_to_the_same_verdicts_in_the_same_order() {
    let faults = for_each(&behaviours(), |behaviour| {
        let [alone, together] = [1, 8].map(|jobs| {
            let server = Server::start(behaviour.clone());
            let options = Options { selection: all_but_luck(), jobs: Some(jobs), ..Options::default() };
            verdicts(&grade_with(server.address(), &SUITE, &options))
        });
        let differ = alone.iter().zip(&together).find(|(alone, together)| alone != together);
        differ.map(|differ| format!("{behaviour:?}: {differ:?}\n")).unwrap_or_default()
    });
    assert_eq!(faults.concat(), "");
}

/// Without the cases of several clients. They are played alone anyway, and where clients share their operands, it is luck what
/// becomes of them.
fn all_but_luck() -> Selection {
    let several = ["clients", "connections", "robustness/never-reads", "robustness/half-a-long-line"];
    let Ok(skip) = several.into_iter().map(str::parse).collect();
    Selection { skip, ..Selection::default() }
}

/// What a report says of each case, times and connections apart.
fn verdicts(report: &Report) -> Vec<String> {
    let verdict = |result: &calc_conformance::run::CaseResult| {
        format!("{} {:?} {:?}", result.id, result.verdict.credit(), result.note())
    };
    report.results.iter().map(verdict).collect()
}
