//! Grading a server in a dialect.

use std::net::SocketAddr;

use calc_conformance::run::{Options, Report, grade_blocking};
use calc_conformance::suite;
use calc_conformance::verdict::Verdict;

/// Grades the server at an address by the suite `calc`, in a dialect.
pub(crate) fn grade(dialect: &str, address: SocketAddr) -> Report {
    let suite = suite::load_in_dialect("calc", dialect).unwrap_or_else(|problems| panic!("{problems}"));
    let target = address.to_string().parse().expect("a socket address is a target");
    grade_blocking(&suite, &target, &Options::default()).expect("the system gives a runtime")
}

/// The cases that were not passed, one a line, with what happened.
pub(crate) fn flaws(report: &Report) -> String {
    let flaws = report.results.iter().filter(|result| result.is_flaw());
    flaws.map(|result| format!("{}: {:?}\n", result.id, result.verdict)).collect()
}

/// How many cases were passed.
pub(crate) fn passed(report: &Report) -> usize {
    report.results.iter().filter(|result| matches!(result.verdict, Verdict::Pass | Verdict::Warn(_))).count()
}

/// The note that a case earned.
pub(crate) fn note_of<'r>(report: &'r Report, id: &str) -> Option<&'r str> {
    report.results.iter().find(|result| result.id == id)?.note()
}
