//! Every dialect that is built in has a right server here, which is failed by no case, and a wrong one, which is found out.

mod arithmetic;
mod grading;
mod server;
mod tcp;

use std::net::SocketAddr;

use arithmetic::{Arithmetic, right, swapped};
use calc_conformance::verdict::Verdict;
use grading::{flaws, grade, note_of, passed};

/// A dialect, its server, and cases that have to apply to it.
struct Row {
    dialect: &'static str,
    serve: fn(Arithmetic) -> SocketAddr,
    /// So many cases apply and are passed, at least.
    passed: usize,
    applicable: &'static [&'static str],
}

const EVERYWHERE: [&str; 4] = [
    "session/operand-order#subtraction",
    "session/several-transactions",
    "clients/second-while-first-is-idle",
    "clients/operands-are-private",
];

const ROWS: &[Row] = &[
    Row {
        dialect: "calc-1-es",
        serve: tcp::spanish,
        passed: 150,
        applicable: &["errors/division-by-zero#eight-by-zero", "errors/too-many-operands"],
    },
    Row {
        dialect: "add",
        serve: tcp::add,
        passed: 40,
        applicable: &[
            "errors/division-by-zero#eight-by-zero",
            "framing/byte-by-byte",
            "clients/slow-typist",
            "messages/quit-with-operands",
        ],
    },
];

#[test]
fn right_servers_pass_whatever_applies_to_them() {
    for row in ROWS {
        let report = grade(row.dialect, (row.serve)(right));
        assert_eq!(flaws(&report), "", "{}", row.dialect);
        assert!(passed(&report) >= row.passed, "{}: only {} cases", row.dialect, passed(&report));
        for id in EVERYWHERE.iter().chain(row.applicable) {
            let result = report.results.iter().find(|result| result.id == *id);
            let verdict = result.map(|result| &result.verdict);
            assert_eq!(verdict, Some(&Verdict::Pass), "{} {id}", row.dialect);
        }
    }
}

#[test]
fn servers_that_swap_the_operands_are_found_out() {
    for row in ROWS {
        let report = grade(row.dialect, (row.serve)(swapped));
        let note = note_of(&report, "session/operand-order#subtraction");
        assert_eq!(note, Some("operands-swapped"), "{}: {}", row.dialect, flaws(&report));
    }
}
