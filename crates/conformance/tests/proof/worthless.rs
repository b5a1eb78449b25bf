//! Servers that understand nothing score nothing.

use std::time::{Duration, Instant};

use calc_conformance::run::Options;
use calc_conformance::verdict::{Breach, Happened, Verdict};

use crate::grading::{SUITE, for_each, grade, grade_with, score};
use crate::null::{Null, NullServer};

/// These servers say at once what they have to say; to wait longer would only take longer.
const TIMEOUT: Duration = Duration::from_millis(300);

#[test]
fn null_servers_pass_no_case_and_score_zero() {
    let faults: String = for_each(Null::ALL, |&null| {
        let server = NullServer::start(null);
        let report =
            grade_with(server.address(), &SUITE, &Options { timeout: TIMEOUT, ..Options::default() });
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

/// Whoever grades fifty servers, some of which say nothing, has not all day.
#[test]
fn a_server_that_never_answers_is_graded_in_ten_seconds() {
    let server = NullServer::start(Null::Silent);
    let started = Instant::now();
    assert_eq!(score(&grade(server.address())), 0.0);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

/// One that refuses whatever it is told has one fault, so that whoever begins with such a program reads one explanation.
#[test]
fn a_server_that_says_the_same_to_everything_is_told_one_cause() {
    let server = NullServer::start(Null::Constant("FAIL syntax\n"));
    let report = grade(server.address());
    let refused = report.results.iter().filter(|result| match &result.verdict {
        Verdict::Fail(failure) => matches!(
            &failure.breach,
            Breach::Conversation { happened: Happened::Reply(received), .. } if received.words() == b"FAIL syntax"
        ),
        _ => false,
    });
    let notes: Vec<_> = refused.map(|result| result.note()).collect();
    assert!(notes.len() > 10 && notes.iter().all(|note| *note == Some("refused")), "{notes:?}");
}
