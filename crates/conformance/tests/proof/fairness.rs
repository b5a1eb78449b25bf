//! Right servers lose nothing but what they lack. (The reference server is graded in `tests/reference.rs`.)

use std::iter;
use std::time::Duration;

use calc_conformance::format::Level;
use calc_conformance::run::Report;

use crate::grading::{SUITE, complaints, for_each, grade, grade_selected, only, score};
use crate::server::{Behaviour, Delivery, LineEnd, Numbers, Offer, Server};

/// What the grade of a server that is right by every MUST and computes in binary64 may not fall below.
const BINARY64_AT_LEAST: f64 = 85.0;

/// Bad luck may spare a grader that is unjust now and then once, but not so often. `scripts/soak` repeats it all twenty times.
pub(crate) const RUNS: usize = 3;

#[test]
fn right_servers_get_full_marks_however_they_send() {
    let faults = for_each(&repeated(&[Delivery::Whole, Delivery::ByteByByte]), |&delivery| {
        let report = graded(Behaviour { delivery, ..Behaviour::default() });
        let score = score(&report);
        if score == 100.0 {
            String::new()
        } else {
            format!("{delivery:?}: {score}\n{}", complaints(&report.results))
        }
    });
    assert_eq!(faults.concat(), "");
}

/// What a SHOULD asks for and a server leaves out costs the cases about it and no others.
#[test]
fn right_servers_lose_what_they_leave_out_and_nothing_else() {
    let exact = Behaviour::default;
    let variants = [
        ("CRLF", Behaviour { line_end: LineEnd::CrLf, ..exact() }, vec!["FRAME-3"]),
        ("7.0 for 7", Behaviour { numbers: Numbers::ExactWithFraction, ..exact() }, vec!["EXACT-7"]),
        ("no HELLO", Behaviour { offer: Offer::Least, ..exact() }, vec!["MSG-9"]),
    ];
    let faults = for_each(&repeated(&variants), |(name, behaviour, lacking)| {
        let report = graded(behaviour.clone());
        let lacks = |spec: &[String]| spec.iter().any(|id| lacking.contains(&id.as_str()));
        let unfair = complaints(
            report.results.iter().filter(|result| result.level == Level::Must || !lacks(&result.spec)),
        );
        let unseen = lacking.iter().filter(|id| {
            let mut about =
                report.results.iter().filter(|result| result.spec.iter().any(|cited| cited == *id));
            !about.any(|result| result.is_flaw())
        });
        let unseen: Vec<_> = unseen.collect();
        if unfair.is_empty() && unseen.is_empty() {
            String::new()
        } else {
            format!("{name}: {unfair}{unseen:?} unseen\n")
        }
    });
    assert_eq!(faults.concat(), "");
}

#[test]
fn binary64_with_fifteen_digits_is_right_by_every_must_and_gets_85_of_100() {
    let binary64 = || Behaviour { numbers: Numbers::Binary64, ..Behaviour::default() };
    let modest = Behaviour { offer: Offer::Least, line_end: LineEnd::CrLf, ..binary64() };
    let faults = for_each(&repeated(&[binary64(), modest]), |behaviour| {
        let report = graded(behaviour.clone());
        let unfair = complaints(report.results.iter().filter(|result| result.level == Level::Must));
        let score = score(&report);
        let in_bounds = (BINARY64_AT_LEAST..100.0).contains(&score);
        if in_bounds { unfair } else { format!("{unfair}{score} for {behaviour:?}\n") }
    });
    assert_eq!(faults.concat(), "");
}

/// One row of each case, shared out among several servers, since each reply takes its time. Three hundred of them in one
/// case would take too long for a test.
#[test]
fn a_right_server_may_take_80_ms_for_each_reply() {
    let mut stems: Vec<&str> = Vec::new();
    let first_rows = SUITE.cases().filter(|case| {
        let is_first = !stems.contains(&case.stem());
        stems.push(case.stem());
        is_first && case.id != "pipelining/hundreds"
    });
    let ids: Vec<String> = first_rows.map(|case| case.id.clone()).collect();
    let shares: Vec<&[String]> = ids.chunks(3).collect();
    let faults = for_each(&shares, |share| {
        let slow = Behaviour { delivery: Delivery::After(Duration::from_millis(80)), ..Behaviour::default() };
        let server = Server::start(slow);
        complaints(&grade_selected(server.address(), &SUITE, only(share.iter().cloned())).results)
    });
    assert_eq!(faults.concat(), "");
}

fn repeated<T: Clone>(items: &[T]) -> Vec<T> {
    iter::repeat_n(items, RUNS).flatten().cloned().collect()
}

fn graded(behaviour: Behaviour) -> Report {
    let server = Server::start(behaviour);
    grade(server.address())
}
