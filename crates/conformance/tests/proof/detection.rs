//! Every bug is failed by a case that cites what it breaks, and named.

use crate::grading::{is_failed, notes};
use crate::reports::{GRADED, Graded};

#[test]
fn every_bug_is_failed_by_a_case_that_cites_its_requirement_and_earns_its_note() {
    let faults =
        GRADED.iter().filter_map(|graded| Some(format!("{:?}: {}\n", graded.bug, oversight(graded)?)));
    let faults: String = faults.collect();
    assert!(faults.is_empty(), "{faults}");
}

/// What the suite does not see of a bug, if anything, in a run of the cases that cite what it breaks.
pub(crate) fn oversight(Graded { bug, report, .. }: &Graded) -> Option<String> {
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
    let mut earned = notes(report);
    earned.sort_unstable();
    earned.dedup();
    (!earned.contains(&bug.earns()))
        .then(|| format!("{} is not among {earned:?}, by {failed:?}", bug.earns()))
}
