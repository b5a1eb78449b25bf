//! Servers that understand nothing score nothing.

use calc_conformance::verdict::Verdict;

use crate::grading::{for_each, grade, score};
use crate::null::{Null, NullServer};

#[test]
fn null_servers_pass_no_case_and_score_zero() {
    let faults: String = for_each(Null::ALL, |&null| {
        let server = NullServer::start(null);
        let report = grade(server.address());
        let passed =
            report.results.iter().filter(|result| matches!(result.verdict, Verdict::Pass | Verdict::Warn(_)));
        let passed: Vec<&str> = passed.map(|result| result.id.as_str()).collect();
        let score = score(&report);
        let worthless = passed.is_empty() && score == 0.0;
        if worthless { String::new() } else { format!("{null:?} scores {score} and passes {passed:?}\n") }
    })
    .concat();
    assert!(faults.is_empty(), "{faults}");
}
