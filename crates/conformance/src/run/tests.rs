//! Whole runs against tiny servers: what each kind of server comes to.

mod deviations;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::{CaseResult, Completion, Event, Options, Report, Standing, grade, grade_blocking};
use crate::connection::End;
use crate::suite::Suite;
use crate::testing::{
    DIALECT, Session, converse, nobody, right, serve, serve_and_die, suite, suite_in, target,
};
use crate::verdict::{Blocker, Breach, Happened, Health, Lack, Stage, Verdict, Warning};

/// Cases with `exchange`, with `steps`, and one that expects nothing but silence and a close.
const CASES: &str = r#"
    {"id": "t/sum", "title": "s", "spec": ["R1"], "level": "must",
     "exchange": [{"calculate": ["1", "2", "+"], "result": "3"}]},
    {"id": "t/coalesced", "title": "c", "spec": ["R1"], "level": "must", "needs": ["pipelining"],
     "steps": [{"send": "1\n2\n+\n"}, {"expect": "ok"}, {"expect": "ok"}, {"expect": {"number": "3"}}]},
    {"id": "t/silence", "title": "q", "spec": ["R1"], "level": "must",
     "steps": [{"send": "1"}, {"expect_silence": 30}, {"send": "\n"}, {"expect": "ok"}]},
    {"id": "t/half-close", "title": "h", "spec": ["R1"], "level": "must",
     "steps": [{"say": "1"}, {"expect": "ok"}, {"half_close": true}, {"expect_close": "any"}]},
    {"id": "t/quiet", "title": "n", "spec": ["R1"], "level": "must",
     "steps": [{"connect": "c"}, {"expect_silence": 10}, {"close": true}]}"#;

fn run(suite: &Suite, address: SocketAddr) -> Report {
    run_within(Duration::from_millis(600), suite, address)
}

fn run_within(timeout: Duration, suite: &Suite, address: SocketAddr) -> Report {
    let options = Options { timeout, ..Options::default() };
    grade_blocking(suite, &target(address), &options).expect("a runtime")
}

/// The run of one case, with its verdict.
fn verdict_of(case: &str, address: SocketAddr) -> Verdict {
    let case = format!(r#"{{"id": "t/case", "title": "x", "spec": ["R1"], "level": "must", {case}}}"#);
    let mut report = run(&suite(&case), address);
    report.results.pop().expect("one result").verdict
}

fn happened(verdict: &Verdict) -> (&Happened, Stage) {
    match verdict {
        Verdict::Fail(failure) => match &failure.breach {
            Breach::Conversation { happened, stage, .. } => (happened, *stage),
            Breach::Deviation { .. } => panic!("not run"),
        },
        other => panic!("{other:?}"),
    }
}

const SUM: &str = r#""exchange": [["1", "ok"], ["2", "ok"], ["+", {"number": "3"}]]"#;

#[test]
fn a_right_server_passes_everything() {
    let report = run_within(Options::TIMEOUT, &suite(CASES), serve(right));
    for result in &report.results {
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.id);
    }
    assert_eq!(report.results.len(), 5);
    assert_eq!(report.grade().out_of_100(), Some(100.0));
}

#[test]
fn right_servers_may_reply_in_their_own_way() {
    let crlf = serve(|stream| converse(stream, |line, session| session.answer(line) + "\r\n"));
    let slow = serve(|stream| {
        converse(stream, |line, session| {
            sleep(Duration::from_millis(20));
            session.answer(line) + "\n"
        });
    });
    let byte_by_byte = serve(|stream| {
        let Ok(mut out) = stream.try_clone() else { return };
        converse(stream, |line, session| {
            for octet in (session.answer(line) + "\n").bytes() {
                drop(out.write_all(&[octet]));
                sleep(Duration::from_millis(1));
            }
            String::new()
        });
    });
    for (what, address) in [("crlf", crlf), ("slow", slow), ("byte by byte", byte_by_byte)] {
        let report = run_within(Options::TIMEOUT, &suite(CASES), address);
        assert_eq!(report.grade().out_of_100(), Some(100.0), "{what}");
    }
}

#[test]
fn servers_that_do_nothing_right_earn_nothing() {
    let hold = |mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new()));
    let echo = |stream: TcpStream| converse(stream, |line, _| format!("{line}\n"));
    let ok = |stream: TcpStream| converse(stream, |_, _| "OK\n".to_owned());
    let fail = |stream: TcpStream| converse(stream, |_, _| "FAIL syntax\n".to_owned());
    let random =
        |stream: TcpStream| converse(stream, |line, _| format!("\u{1b}[2J\0{}\n", line.len() * 7919));
    let flood = |mut stream: TcpStream| while stream.write_all(&[b'x'; 65536]).is_ok() {};
    let greetings = |mut stream: TcpStream| while stream.write_all(b"welcome\n").is_ok() {};
    let blank_lines = |mut stream: TcpStream| while stream.write_all(&[b'\n'; 4096]).is_ok() {};
    let servers = [
        ("flood of blank lines", serve(blank_lines)),
        ("silent", serve(hold)),
        ("echo", serve(echo)),
        ("always OK", serve(ok)),
        ("always FAIL", serve(fail)),
        ("closes at once", serve(drop)),
        ("random", serve(random)),
        ("flood", serve(flood)),
        ("flood of greetings", serve(greetings)),
    ];
    thread::scope(|scope| {
        for (what, address) in servers {
            scope.spawn(move || {
                let began = Instant::now();
                let report = run(&suite(CASES), address);
                assert_eq!(report.grade().out_of_100(), Some(0.0), "{what}");
                assert_eq!(report.results.len(), 5, "{what}: a verdict for each case");
                assert!(began.elapsed() < Duration::from_secs(20), "{what}: {:?}", began.elapsed());
            });
        }
    });
}

#[test]
fn a_target_where_nobody_listens_is_unreachable() {
    let report = run(&suite(CASES), nobody());
    assert!(report.is_unreachable());
    assert!(report.results.iter().all(|result| result.verdict == Verdict::Blocked(Blocker::Unreachable)));
}

#[test]
fn died_mute_and_wrong_are_different() {
    // The preflight and the first case, and then nobody.
    let dies = run(&suite(CASES), serve_and_die(5, right));
    let Verdict::Fail(failure) = &dies.results[2].verdict else { panic!("{:?}", dies.results) };
    assert_eq!(failure.aftermath, Some(Health::Dead));
    let gone = Blocker::Gone { health: Health::Dead, since: Some("t/silence".to_owned()) };
    assert_eq!(dies.results[3].verdict, Verdict::Blocked(gone));

    let mute = run(&suite(CASES), serve(|mut stream| drop(stream.read_to_end(&mut Vec::new()))));
    let Verdict::Fail(failure) = &mute.results[0].verdict else { panic!("{:?}", mute.results) };
    assert_eq!((failure.aftermath, failure.note.as_deref()), (Some(Health::Mute), Some("no-reply")));
    let gone = Verdict::Blocked(Blocker::Gone { health: Health::Mute, since: Some("t/sum".to_owned()) });
    assert!(mute.results[1..].iter().all(|result| result.verdict == gone), "{:?}", mute.results);

    let first_only = run(&suite(CASES), serve_and_die(1, |mut stream| drop(stream.write_all(b"OK\n"))));
    assert!(matches!(&first_only.preflight.expect("it was tried").standing,
        Standing::Unsound(failure) if failure.aftermath == Some(Health::Dead)));
}

#[test]
fn what_happened_instead_of_a_reply() {
    let sum_with = |ending: fn(TcpStream, &str)| {
        // Right in the preflight and the fence, whose first operands are not 1.
        serve(move |stream| {
            let Ok(own) = stream.try_clone() else { return };
            let mut special = false;
            converse(stream, |line, session: &mut Session| {
                special |= line == "1";
                if special && line == "+" {
                    if let Ok(own) = own.try_clone() {
                        ending(own, line);
                    }
                    return String::new();
                }
                session.answer(line) + "\n"
            });
        })
    };
    type Row = (&'static str, fn(TcpStream, &str), fn(&Happened) -> bool);
    let rows: [Row; 6] = [
        (
            "nothing",
            |_, _| {},
            |happened| matches!(happened, Happened::Nothing { partial, .. } if partial.is_empty()),
        ),
        (
            "wrong",
            |mut s, _| drop(s.write_all(b"RESULT 4\n")),
            |happened| matches!(happened, Happened::Reply(_)),
        ),
        (
            "unterminated",
            |mut s, _| drop(s.write_all(b"RESULT 3")),
            |happened| matches!(happened, Happened::Unterminated(octets) if octets == b"RESULT 3"),
        ),
        (
            "closed",
            |s, _| drop(s.shutdown(Shutdown::Both)),
            |happened| matches!(happened, Happened::Ended(..)),
        ),
        (
            "too long",
            |mut s, _| drop(s.write_all(&[b'x'; 9000])),
            |happened| matches!(happened, Happened::TooLong(_)),
        ),
        (
            "extra",
            |mut s, _| drop(s.write_all(b"RESULT 9\nRESULT 3\n")),
            |happened| matches!(happened, Happened::Unsolicited(received) if received.words() == b"RESULT 9"),
        ),
    ];
    for (what, ending, is_it) in rows {
        let verdict = verdict_of(SUM, sum_with(ending));
        let (happened, stage) = happened(&verdict);
        assert!(is_it(happened), "{what}: {happened:?}");
        assert_eq!(stage, Stage::Script, "{what}");
    }
}

#[test]
fn the_deadline_holds_for_a_reply_that_drips() {
    let drips = serve(|stream| {
        let Ok(mut out) = stream.try_clone() else { return };
        converse(stream, |_, _| {
            for _ in 0..100 {
                sleep(Duration::from_millis(50));
                if out.write_all(b"O").is_err() {
                    break;
                }
            }
            String::new()
        });
    });
    let began = Instant::now();
    let report = run_within(Duration::from_millis(200), &suite(CASES), drips);
    assert_eq!(report.grade().out_of_100(), Some(0.0));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn an_extra_reply_at_the_end_is_found_by_the_fence() {
    let twice = serve(|stream| {
        converse(stream, |line, session| {
            let reply = session.answer(line) + "\n";
            if reply == "RESULT 3\n" { reply.repeat(2) } else { reply }
        });
    });
    let verdict = verdict_of(SUM, twice);
    let (happened, stage) = happened(&verdict);
    assert!(matches!(happened, Happened::Unsolicited(_)), "{happened:?}");
    assert_eq!(stage, Stage::Fence);
}

#[test]
fn a_reset_where_a_close_is_due_is_a_warning_and_destroys_no_reply() {
    let steps = |ending: &str| {
        format!(
            r#""steps": [{{"send": ["1\nQUIT\n", {{"fill": "x", "count": 40}}]}},
                {{"expect": "ok"}}, {{"expect": "ok"}}, {{"expect_close": "{ending}"}}]"#
        )
    };
    let address = serve(right);
    assert_eq!(verdict_of(&steps("any"), address), Verdict::Warn(Warning::Reset));
    assert_eq!(verdict_of(&steps("rst"), address), Verdict::Pass);
    let verdict = verdict_of(&steps("fin"), address);
    assert!(matches!(happened(&verdict).0, Happened::Ended(End::Reset, _)), "{verdict:?}");
}

#[test]
fn a_case_whose_requirement_failed_is_blocked() {
    let cases = r#"
        {"id": "t/a", "title": "a", "spec": ["R1"], "level": "must", "exchange": [["9", {"text": "no"}]]},
        {"id": "t/b", "title": "b", "spec": ["R1"], "level": "must", "requires": ["t/a"], "exchange": [["9", "ok"]]},
        {"id": "t/c", "title": "c", "spec": ["R1"], "level": "must", "requires": ["t/b"], "exchange": [["9", "ok"]]}"#;
    let report = run(&suite(cases), serve(right));
    let blocked = |id: &str| Verdict::Blocked(Blocker::Requires(id.to_owned()));
    assert_eq!(report.results[1].verdict, blocked("t/a"));
    assert_eq!(report.results[2].verdict, blocked("t/b"));
}

#[test]
fn what_a_server_does_not_offer_does_not_count() {
    let offers = r#""offers": {"sqrt": [["9", "ok"], ["sqrt", {"not": "fail"}]], "-": [["9", "ok"], ["4", "ok"], ["-", {"not": "fail"}]]},"#;
    let case = |offer: &str, exchange: &str| {
        format!(
            r#"{{"id": "t/{offer}", "title": "x", "spec": ["R1"], "level": "must", "offers": ["{offer}"], "exchange": {exchange}}}"#
        )
    };
    let cases = format!(
        "{}, {}",
        case("sqrt", r#"[["9", "ok"], ["sqrt", {"number": "3"}]]"#),
        case("-", r#"[["9", "ok"], ["4", "ok"], ["-", {"number": "5"}]]"#)
    );
    let greets = |mut stream: TcpStream| {
        drop(stream.write_all(b"welcome\n"));
        right(stream);
    };
    // What is said before anything is asked has replies too.
    let cleared =
        DIALECT.replacen(r#""messages""#, r#""preamble": [[{"clear": true}, "ok"]], "messages""#, 1);
    let rows = [
        ("right", DIALECT, serve(right)),
        ("greets", DIALECT, serve(greets)),
        ("preamble", &cleared, serve(right)),
    ];
    for (what, dialect, address) in rows {
        let report = run(&suite_in(dialect, offers, &cases), address);
        let lacking = Verdict::NotApplicable(Lack::Offer("sqrt".to_owned()));
        assert_eq!(report.results[0].verdict, lacking, "{what}");
        assert_eq!(report.results[1].verdict, Verdict::Pass, "{what}");
    }
}

/// Two at a time: when the fourth row is asked, the second has been passed, and the third will never be.
#[test]
fn what_went_well_ahead_of_its_turn_is_told_of_a_run_that_is_stopped() {
    let stop = Arc::new(tokio::sync::Notify::new());
    let stopping = Arc::clone(&stop);
    let address = serve(move |stream| {
        converse(stream, |line, session| {
            match line {
                "3" => thread::park(),
                "4" => stopping.notify_one(),
                _ => {}
            }
            session.answer(line) + "\n"
        });
    });
    let suite = suite(
        r#"{"id": "t/sum", "title": "x", "spec": ["R1"], "level": "must",
            "rows": [{"id": "1"}, {"id": "2"}, {"id": "3"}, {"id": "4"}], "exchange": [["{id}", "ok"]]}"#,
    );
    let options = Options { jobs: Some(2), ..Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut told = Vec::new();
    let report = runtime.block_on(grade(&suite, &target(address), &options, stop.notified(), |event| {
        if let Event::Case(result) = event {
            told.push(result.id.clone());
        }
    }));
    assert_eq!(report.completion, Completion::Interrupted);
    let passed = |result: &CaseResult| (result.id.clone(), result.verdict == Verdict::Pass);
    let results: Vec<_> = report.results.iter().map(passed).collect();
    assert_eq!(results, ["t/sum#1", "t/sum#2"].map(|id| (id.to_owned(), true)));
    assert_eq!(told, ["t/sum#1", "t/sum#2"]);
}

#[test]
fn the_first_diagnosis_that_fits_is_named() {
    let case = |wrong: &str| {
        format!(r#""exchange": [["3", "ok"], ["8", "ok"], ["-", {{"number": "5"}}]], "wrong": [{wrong}]"#)
    };
    let rows = [
        (
            r#"{"when": {"event": "timeout"}, "note": "no-reply"}, {"when": {"number": "-5"}, "note": "swapped"}"#,
            Some("swapped"),
        ),
        (
            r#"{"when": {"event": "wrong-reply"}, "note": "no-line-end"}, {"when": {"number": "-5"}, "note": "swapped"}"#,
            Some("no-line-end"),
        ),
        (r#"{"when": [{"number": "7"}, "fail"], "note": "swapped"}"#, None),
    ];
    let address = serve(right);
    for (wrong, note) in rows {
        match verdict_of(&case(wrong), address) {
            Verdict::Fail(failure) => assert_eq!(failure.note.as_deref(), note, "{wrong}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn clients_captures_and_repeats_have_their_own_values() {
    let case = r#""steps": [
        {"clients": {"count": 5, "steps": [
            {"say": "{n}00"}, {"expect": "ok"}, {"say": "7"}, {"expect": "ok"},
            {"say": "+"}, {"expect": {"number": "{n}07"}, "capture": "sum"},
            {"say": "{sum}"}, {"expect": "ok"}, {"say": "1"}, {"expect": "ok"}, {"say": "+"}, {"expect": {"number": "{n}08"}}]}},
        {"repeat": {"times": 3, "steps": [
            {"connect": "turn"}, {"say": ["{n}", "1", "-"], "segments": "mid_message", "gap_ms": 1},
            {"expect": "ok"}, {"expect": "ok"}, {"expect": {"any_of": [{"number": "0"}, {"number": "1"}, {"number": "2"}]}}]}}]"#;
    assert_eq!(verdict_of(case, serve(right)), Verdict::Pass);
}

#[test]
fn a_right_server_that_once_takes_too_long_is_asked_again() {
    for reply in ["RESULT 3\n", "OK\n"] {
        let hiccups = Arc::new(AtomicBool::new(true));
        let address = serve(move |stream| {
            let mut counted = 0;
            converse(stream, |line, session| {
                let answer = session.answer(line) + "\n";
                counted += 1;
                // Not in the preflight, which says other numbers.
                let here = line == "1" || (answer == "RESULT 3\n" && counted > 1);
                if here && answer == reply && hiccups.swap(false, Ordering::SeqCst) {
                    sleep(Duration::from_millis(900));
                }
                answer
            });
        });
        assert_eq!(verdict_of(SUM, address), Verdict::Pass, "{reply:?} is late once");
    }
}
