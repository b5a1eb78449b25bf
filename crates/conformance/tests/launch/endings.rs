//! What a server dies of costs the case at fault, and is told there.

use crate::ISOLATIONS;
use crate::bench::{Bench, has_python, python};

#[test]
fn a_crash_costs_its_own_case_and_is_named() {
    if !has_python() {
        return;
    }
    let rows: [(&str, &[&str], &str, &[&str]); 6] = [
        ("traceback {port}", &[], "beast", &["it exited with code 1", "ValueError: the number of the beast"]),
        ("segfault {port}", &[], "beast", &["it was killed by SIGSEGV"]),
        ("freeze {port}", &["--timeout", "1"], "beast", &["mute: the server accepts"]),
        // A shell that stays tells the signal by an exit code.
        ("segfault {port}; exit $?", &[], "beast", &["it was killed by SIGSEGV"]),
        (
            "hog {port}",
            &["--limit-memory", "200", "--timeout", "30"],
            "hunger",
            &["it took more than 200 MiB of memory and was killed"],
        ),
        (
            "spin {port}",
            &["--limit-cpu", "1", "--timeout", "30"],
            "hunger",
            &["it took more than 1.0 s of processor time"],
        ),
    ];
    for (server, arguments, costs, words) in rows {
        for isolation in ISOLATIONS {
            let bench = Bench::new("crash");
            let command = Bench::server(server);
            let graded = bench.grade(&[&["--exec", &command, "--isolation", isolation], arguments].concat());
            graded.expect(server, 1, words);
            graded.expect(server, 1, &["Grade: 75 / 100", &format!("✗ FAIL      {costs} ")]);
        }
    }
}

/// A server may be started only so often, and it is worth more to find out about other cases.
#[test]
fn rows_that_crash_the_server_speak_for_those_behind_them() {
    if !has_python() {
        return;
    }
    let blocked =
        "    #d…                            2 666 + (2 rows; the rows before have crashed the server)";
    let rows = [
        ("traceback {port}", ["666"; 5], ["Grade: 0 / 100", blocked], 3),
        (
            "traceback {port}",
            ["1", "666", "666", "666", "666"],
            ["Grade: 20 / 100", "(1 of 5 rows passed)"],
            4,
        ),
        // Here it is a thread that ends.
        ("threads {port}", ["x", "x", "x", "x", "1"], ["Grade: 20 / 100", "(1 of 5 rows passed)"], 4),
    ];
    for (server, operands, words, failed) in rows {
        let bench = Bench::new("rows");
        let named = ["a", "b", "c", "d", "e"].iter().zip(operands);
        let rows: Vec<_> =
            named.map(|(id, operand)| format!(r#"{{"id": "{id}", "operand": "{operand}"}}"#)).collect();
        bench.write_suite(&format!(
            r#"{{"id": "rows", "title": "2 {{operand}} +", "spec": ["R1"], "level": "must", "rows": [{}],
                "exchange": [["2", "ok"], ["{{operand}}", "ok"], ["+", "result"]]}}"#,
            rows.join(", ")
        ));
        let graded = bench.grade(&["--exec", &Bench::server(server)]);
        let what = format!("{server} {operands:?}");
        graded.expect(&what, 1, &words);
        assert_eq!(graded.report.matches("✗ FAIL          #").count(), failed, "{what}: {}", graded.report);
    }
}

#[test]
fn a_started_server_is_given_as_many_clients_as_a_case_has() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("clients");
    bench.write_suite(
        r#"{"id": "forty", "title": "forty", "spec": ["R1"], "level": "must", "steps": [{"clients": {"count": 40, "steps": [
            {"say": "{n}000"}, {"expect": "ok"}, {"say": "250"}, {"expect": "ok"}, {"say": "+"}, {"expect": {"number": "{n}250"}}]}}]}"#,
    );
    for isolation in ISOLATIONS {
        let command = Bench::server("threads {port}");
        let graded = bench.grade(&["--exec", &command, "--isolation", isolation]);
        graded.expect(isolation, 0, &["Grade: 100 / 100"]);
    }
}

#[test]
fn without_a_restart_a_crash_costs_all_that_follows() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("never");
    let command = Bench::server("traceback {port}");
    let graded = bench.grade(&["--exec", &command, "--restart", "never"]);
    graded.expect("never", 1, &["Grade: 25 / 100", "it exited with code 1", "blocked"]);
}

#[test]
fn a_server_for_one_client_only_is_named_and_started_for_each_case() {
    if !has_python() {
        return;
    }
    for restart in ["died", "case"] {
        let bench = Bench::new("once");
        let graded = bench.grade(&["--exec", &Bench::server("once {port}"), "--restart", restart]);
        graded.expect(restart, 0, &["Grade: 100 / 100", "the server ends when its first client has gone"]);
    }
    // What it does not master, such as CLEAR at the end of each case, kills it, and costs no more than the cases about it.
    let bench = Bench::new("once-without-clear");
    let cases = ["--suite", "calc", "--only", "session", "--only", "numbers/sums-and-products"];
    let graded = bench.grade(&[&["--exec", &Bench::server("once {port}")], &cases[..]].concat());
    graded.expect(
        "without clear",
        1,
        &["✓ pass      session/line-by-line", "✗ FAIL      session/operand-order"],
    );
    let bench = Bench::new("once-and-never-again");
    let graded = bench.grade(&["--exec", &Bench::server("once {port}"), "--restart", "never"]);
    graded.expect("never", 1, &["Grade: 0 / 100"]);
}

/// One that is right but for that ends often enough, and all that it masters is found all the same.
#[test]
fn a_server_for_one_client_that_ends_at_every_bad_line_is_graded_to_the_end() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("frail");
    let here = env!("CARGO_MANIFEST_DIR");
    let command =
        format!("{} -S {here}/tests/launch/frail.py {here}/tests/proof/after.py {{port}}", python());
    let graded = bench.grade(&["--exec", &command, "--suite", "calc"]);
    graded.expect("frail", 1, &["session          5 of    5     100", "robustness       "]);
    assert!(!graded.report.contains("since "), "cases that were not reached: {}", graded.report);
}

/// In a protocol with a connection for each calculation it ends after its first calculation. What cannot be asked of it then is
/// no second mistake.
#[test]
fn a_server_for_one_calculation_only_is_graded_by_what_it_can_be_asked() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("one-calculation");
    let server = Bench::server("one-calculation {port}");
    let cases =
        ["--only", "session", "--only", "numbers/quotients", "--only", "connections/one-after-another"];
    let graded =
        bench.grade(&[&["--exec", &server, "--suite", "calc", "--dialect", "one-shot"], &cases[..]].concat());
    let another = "(it needs another connection, and the server ends with its first)";
    let words =
        ["the server ends when its first client has gone", another, "The server ends when a client leaves"];
    graded.expect("one calculation", 1, &words);
    graded.expect(
        "one calculation",
        1,
        &["session          2 of    2     100", "numbers          1 of    1     100"],
    );
}

#[test]
fn a_server_is_started_no_more_often_than_it_has_to_be() {
    if !has_python() {
        return;
    }
    let rows = [
        // For the preflight, for the fence, to see that it always ends so, and then once for all cases, since they all go well on
        // one connection, or for each of the four.
        ("once {port}", "died", 0, 4),
        ("once {port}", "case", 0, 7),
        // For the preflight, and after the case that it dies of; or for each of the four.
        ("traceback {port}", "died", 1, 2),
        ("traceback {port}", "case", 1, 5),
    ];
    for (server, restart, code, due) in rows {
        let bench = Bench::new("starts");
        let graded = bench.grade(&["--exec", &Bench::server(server), "--restart", restart]);
        graded.expect(restart, code, &["Grade: "]);
        let starts = std::fs::read_to_string(bench.path("starts")).expect("it was started");
        assert_eq!(starts.lines().count(), due, "{server} {restart}");
    }
}

#[test]
fn the_end_is_told_in_spanish_too() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("es");
    let rows = [
        ("segfault {port}", "lo terminó SIGSEGV"),
        ("stillborn {port}", "El servidor terminó antes de escuchar: terminó con el código 3"),
    ];
    for (server, words) in rows {
        let command = Bench::server(server);
        let mut grader = bench.grader(&["--exec", &command, "--skip", "long"]);
        let output = grader.env("LC_ALL", "es_AR.UTF-8").output().expect("the program runs");
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(report.contains(words), "{report}");
    }
}
