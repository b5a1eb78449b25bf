//! One mistake is one cause: the whole suite gives a server with it one diagnosis wherever the mistake shows.

use std::collections::BTreeSet;

use crate::bugs::Bug;
use crate::grading::{complaints, for_each, grade, notes};
use crate::server::{Behaviour, Server};

/// A mistake, and all notes that it may earn.
const ROWS: &[(Bug, &[&str])] = &[(Bug::OperandsSwapped, &["operands-swapped"])];

#[test]
fn one_mistake_has_one_cause() {
    let faults = for_each(ROWS, |(bug, expected)| {
        let server = Server::start(Behaviour::with_bugs(&[*bug]));
        let report = grade(server.address());
        let earned: BTreeSet<&str> = notes(&report).into_iter().collect();
        let complaint = format!("{bug:?} earns {earned:?}\n{}", complaints(&report.results));
        (earned != expected.iter().copied().collect()).then_some(complaint)
    });
    let faults: String = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{faults}");
}
