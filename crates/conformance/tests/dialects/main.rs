//! Every dialect that is built in has a right server here, which is failed by no case, and a wrong one, which is found out.

mod arithmetic;
mod deviations;
mod grading;
mod notes;
mod own;
mod reads;
mod server;
mod tcp;
mod udp;
mod usual;
mod written;

use std::net::{SocketAddr, UdpSocket};
use std::thread;

use arithmetic::{Arithmetic, right, swapped};
use calc_conformance::dialect::HELD_OPERANDS;
use calc_conformance::run::Standing;
use calc_conformance::suite::{self, Script};
use calc_conformance::verdict::{Blocker, Health, Lack, Verdict};
use grading::{flaws, grade, note_of, passed};

/// A dialect, its server, and cases that have to apply to it.
struct Row {
    dialect: &'static str,
    serve: fn(Arithmetic) -> SocketAddr,
    /// So many cases apply and are passed, at least.
    passed: usize,
    applicable: &'static [&'static str],
    /// What swapped operands look like.
    swapped: &'static str,
}

const EVERYWHERE: [&str; 4] = [
    "session/operand-order#subtraction",
    "session/several-transactions",
    "clients/second-while-first-is-idle",
    "clients/sixteen",
];

const ROWS: &[Row] = &[
    Row {
        dialect: "calc-1-es",
        serve: tcp::spanish,
        passed: 150,
        applicable: &[
            "errors/division-by-zero#eight-by-zero",
            "robustness/nonsense-between-calculations",
            "errors/too-many-operands",
            "clients/operands-are-private",
            "connections/starts-empty",
        ],
        swapped: "operands-swapped",
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
        swapped: "operands-swapped",
    },
    Row {
        dialect: "ipk-tcp",
        serve: tcp::ipk,
        passed: 20,
        applicable: &["framing/byte-by-byte", "clients/slow-typist"],
        swapped: "accepted",
    },
    Row {
        dialect: "length-prefixed",
        serve: tcp::length_prefixed,
        passed: 40,
        applicable: &[
            "errors/division-by-zero#eight-by-zero",
            "framing/byte-by-byte",
            "pipelining/three-transactions",
        ],
        swapped: "operands-swapped",
    },
    Row {
        dialect: "content-length",
        serve: tcp::content_length,
        passed: 40,
        applicable: &[
            "errors/division-by-zero#eight-by-zero",
            "framing/byte-by-byte",
            "pipelining/three-transactions",
        ],
        swapped: "operands-swapped",
    },
    Row {
        dialect: "menu",
        serve: tcp::menu,
        passed: 40,
        applicable: &["errors/division-by-zero#eight-by-zero", "robustness/nonsense-between-calculations"],
        swapped: "operands-swapped",
    },
    Row {
        dialect: "one-shot",
        serve: tcp::one_shot,
        passed: 30,
        applicable: &["errors/division-by-zero#eight-by-zero", "robustness/nonsense-between-calculations"],
        swapped: "operands-swapped",
    },
    Row {
        dialect: "unframed",
        serve: tcp::unframed,
        passed: 30,
        applicable: &["errors/division-by-zero#eight-by-zero", "robustness/nonsense-between-calculations"],
        swapped: "operands-swapped",
    },
    Row {
        dialect: "ipk-udp",
        serve: udp::ipk,
        passed: 20,
        applicable: &["errors/division-by-zero#eight-by-zero", "robustness/nonsense-between-calculations"],
        swapped: "refused",
    },
    Row {
        dialect: "json",
        serve: tcp::json,
        passed: 40,
        applicable: &[
            "errors/division-by-zero#eight-by-zero",
            "robustness/nonsense-between-calculations",
            "framing/byte-by-byte",
        ],
        swapped: "operands-swapped",
    },
    Row {
        dialect: "nul-float",
        serve: tcp::nul_float,
        passed: 25,
        applicable: &["framing/byte-by-byte"],
        swapped: "operands-swapped",
    },
];

#[test]
fn right_servers_pass_whatever_applies_to_them() {
    in_each_dialect(|row| {
        let report = grade(row.dialect, (row.serve)(right));
        assert_eq!(flaws(&report), "", "{}", row.dialect);
        assert!(passed(&report) >= row.passed, "{}: only {} cases", row.dialect, passed(&report));
        for id in EVERYWHERE.iter().chain(row.applicable) {
            let result = report.results.iter().find(|result| result.id == *id);
            let verdict = result.map(|result| &result.verdict);
            assert_eq!(verdict, Some(&Verdict::Pass), "{} {id}", row.dialect);
        }
    });
}

#[test]
fn servers_that_swap_the_operands_are_found_out() {
    in_each_dialect(|row| {
        let report = grade(row.dialect, (row.serve)(swapped));
        let note = note_of(&report, "session/operand-order#subtraction");
        assert_eq!(note, Some(row.swapped), "{}: {}", row.dialect, flaws(&report));
    });
}

#[test]
fn what_does_not_apply_is_said_in_both_languages() {
    for row in ROWS {
        let suite =
            suite::load_in_dialect("calc", row.dialect).unwrap_or_else(|problems| panic!("{problems}"));
        for case in suite.cases() {
            if let Script::Inexpressible(why) = &case.script {
                assert!(why.es.is_some(), "{} {}: {}", row.dialect, case.id, why.en);
            }
        }
    }
}

/// A server that is told whole calculations holds no operands that another client could see.
#[test]
fn nothing_is_shown_by_operands_that_nobody_holds() {
    let report = grade("add", tcp::add(right));
    for id in ["clients/operands-are-private", "connections/starts-empty"] {
        let result = report.results.iter().find(|result| result.id == id).expect("the suite has the case");
        let verdict = &result.verdict;
        assert!(
            matches!(verdict, Verdict::NotApplicable(Lack::Fact(fact)) if fact == HELD_OPERANDS),
            "{verdict:?}"
        );
    }
}

#[test]
fn dialects_that_make_no_sense() {
    let right = include_str!("../../suites/dialects/add.json");
    for (from, to, fault) in [
        ("\"greeting\"", "\"greting\"", "unknown field `greting`; did you mean `greeting`?"),
        ("ADD {a}", "ADD {x}", "messages.calculate.+: nothing is called `{x}`"),
        ("200 OK (?", "200 OK ((?", "replies.result: `200 OK ((?<number>.+)` is no pattern: unclosed group"),
        ("\"result\":", "\"resultado\":", "the dialect has no reply `result`; did you mean `resultado`?"),
        ("pipelining", "pipelinig", "did you mean `pipelining`?"),
        ("\"delimiter\": \"\\n\", \"strip\"", "\"strip\"", "`strip` belongs to `delimiter`"),
        ("\"regex\": \"200 BYE.*\"", "\"pack\": [{\"u9\": 1}]", "unknown field `u9`"),
        (
            "[\"REPLY-1\"",
            "[\"REPLI-1\"",
            "breaks[0]: no requirement is called `REPLI-1`; did you mean `REPLY-1`?",
        ),
        (
            "\"no-line-end\"\n",
            "\"no-lin-end\"\n",
            "note: no note is called `no-lin-end`; did you mean `no-line-end`?",
        ),
        ("[\"pipelining\"],", "[\"pipeline\"],", "without[0]: no fact in the suite is called `pipeline`"),
        ("\"+\": ", "\"plus\": ", "messages.calculate.plus: no operator of a suite"),
    ] {
        let wrong = right.replacen(from, to, 1);
        assert_ne!(wrong, right, "{from}");
        let file = std::env::temp_dir().join(format!("conformance-dialect-{}.json", std::process::id()));
        std::fs::write(&file, &wrong).expect("a file can be written");
        let name = file.to_str().expect("a path of text");
        let problems = suite::load_in_dialect("calc", name).map(drop).expect_err(to).to_string();
        std::fs::remove_file(&file).expect("the file is there");
        assert!(problems.contains(fault), "{to}: {problems}");
    }
}

#[test]
fn a_udp_port_where_nobody_listens_is_unreachable() {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a free port");
    let address = socket.local_addr().expect("its address");
    drop(socket);
    let report = grade("ipk-udp", address);
    assert!(report.is_unreachable(), "{:?}", report.preflight);
}

#[test]
fn a_udp_server_that_ends_is_dead_and_one_that_is_silent_is_mute() {
    for (serve, health) in
        [(udp::ends as fn(u32) -> SocketAddr, Health::Dead), (udp::falls_silent, Health::Mute)]
    {
        let report = grade("ipk-udp", serve(6));
        let gone = report.results.iter().find_map(|result| match &result.verdict {
            Verdict::Blocked(Blocker::Gone { health, .. }) => Some(*health),
            _ => None,
        });
        assert_eq!(gone, Some(health), "{}", flaws(&report));
    }
}

#[test]
fn a_first_datagram_that_is_lost_is_sent_again() {
    let report = grade("ipk-udp", udp::loses_the_first(right));
    let standing = report.preflight.as_ref().map(|preflight| &preflight.standing);
    assert!(matches!(standing, Some(Standing::Sound)), "{standing:?}");
    assert_eq!(flaws(&report), "");
}

/// All at the same time, since most of it is waiting.
fn in_each_dialect(test: impl Fn(&Row) + Sync) {
    thread::scope(|scope| {
        for row in ROWS {
            scope.spawn(|| test(row));
        }
    });
}
