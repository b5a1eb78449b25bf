//! Grading a server in a dialect.

use std::net::SocketAddr;
use std::path::PathBuf;

use calc_conformance::language::Language;
use calc_conformance::report::{Detail, Terminal};
use calc_conformance::run::{self, Options, Report, grade_blocking};
use calc_conformance::suite;
use calc_conformance::verdict::Verdict;
use serde_json::Value;

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

/// A dialect or a suite in a file.
pub(crate) fn write(name: &str, file: &Value) -> PathBuf {
    let path = std::env::temp_dir().join(format!("conformance-own-{name}-{}.json", std::process::id()));
    std::fs::write(&path, file.to_string()).expect("a file can be written");
    path
}

/// Grades as the program does, with what it says on the terminal.
pub(crate) fn told(dialect: &str, address: SocketAddr) -> (Report, String) {
    let suite = suite::load_in_dialect("calc", dialect).unwrap_or_else(|problems| panic!("{problems}"));
    let target = address.to_string().parse().expect("a socket address is a target");
    let mut told = Vec::new();
    let out = anstream::StripStream::new(&mut told);
    let mut terminal = Terminal::new(out, &suite, Language::En, String::new()).showing(Detail::Failures);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = Options::default();
    let report = runtime.block_on(run::grade(&suite, &target, &options, std::future::pending(), |event| {
        terminal.on(&event).expect("a vector takes everything");
    }));
    drop(terminal);
    (report, String::from_utf8(told).expect("the report is text"))
}
