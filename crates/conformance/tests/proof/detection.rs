//! Every bug is failed by a case that cites what it breaks, and named.

use crate::bugs::Bug;
use crate::grading::{SUITE, for_each, grade_selected, is_failed, notes, only};
use crate::server::{Behaviour, Server};

#[test]
fn every_bug_is_failed_by_a_case_that_cites_its_requirement_and_earns_its_note() {
    let faults: String = for_each(Bug::ALL, |&bug| {
        oversight(bug).map_or(String::new(), |fault| format!("{bug:?}: {fault}\n"))
    })
    .concat();
    assert!(faults.is_empty(), "{faults}");
}

/// What the suite does not see of a bug, if anything.
fn oversight(bug: Bug) -> Option<String> {
    let cites = |spec: &[String]| spec.iter().any(|id| bug.breaks().contains(&id.as_str()));
    let ids = SUITE.cases().filter(|case| cites(&case.spec)).map(|case| case.id.clone());
    let server = Server::start(Behaviour::with_bugs(&[bug]));
    let report = grade_selected(server.address(), &SUITE, only(ids));
    let failed: Vec<&str> =
        report.results.iter().filter(|result| is_failed(result)).map(|result| result.id.as_str()).collect();
    if failed.is_empty() {
        return Some(format!("no case that cites {:?} fails", bug.breaks()));
    }
    let unseen = bug.breaks().iter().find(|&&id| {
        let mut citing = report.results.iter().filter(|result| result.spec.iter().any(|cited| cited == id));
        !citing.any(is_failed)
    });
    if let Some(id) = unseen {
        return Some(format!("no case that cites {id} fails, only {failed:?}"));
    }
    let mut earned = notes(&report);
    earned.sort_unstable();
    earned.dedup();
    (!earned.contains(&bug.earns()))
        .then(|| format!("{} is not among {earned:?}, by {failed:?}", bug.earns()))
}
