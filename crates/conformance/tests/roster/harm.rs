//! Servers that crash, hang, flood and hoard harm nobody's grade but their own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use calc_conformance::language::Language;
use calc_conformance::roster::{Defaults, Earlier, Network, Orders, Plan, State, Table, grade};

use crate::bench::{has_python, python};
use crate::class::Class;

/// Sends replies without end to whoever connects, and never reads.
const FLOOD: &str = "import os,socket
s = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
while True:
    c, _ = s.accept()
    try:
        while True:
            c.sendall(b'OK\\n' * 10000)
    except OSError:
        c.close()
";

#[test]
fn one_servers_misdeeds_cost_nobody_else_a_point() {
    if !has_python() {
        return;
    }
    let class = Class::new("harm")
        .with("plain", "plain {port}")
        .with("crashes", "segfault {port}")
        .with("freezes", "freeze {port}")
        .with("hoards", "hog {port}")
        .with("stillborn", "stillborn {port}")
        .with("daemon", "daemon {port}")
        .with_row("floods", &format!("{} flood.py # {{port}}", python()), "", "")
        .with("fixed", "fixed")
        .with("fixed-too", "fixed")
        .with("forks", "forks {port}")
        .with_row("other", &format!("{} other.py # {{port}}", python()), "", "")
        .with("last", "plain {port}");
    fs::write(class.bench.path("work/floods/flood.py"), FLOOD).expect("a file");
    let other = FLOOD.replace("c.sendall(b'OK\\n' * 10000)", "c.recv(1000); c.sendall(b'42?\\n')");
    fs::write(class.bench.path("work/other/other.py"), other).expect("a file");
    let graded = class.grade(&["--limit-memory", "200"]);
    assert_eq!(graded.code, Some(0), "{}{}", graded.report, graded.complaint);
    let grades = [
        ("plain", 100.0, ""),
        ("crashes", 75.0, ""),
        ("freezes", 75.0, ""),
        ("hoards", 75.0, ""),
        ("stillborn", 0.0, "exited with code 3"),
        ("daemon", 100.0, ""),
        ("floods", 0.0, ""),
        ("fixed", 100.0, ""),
        ("fixed-too", 100.0, ""),
        ("forks", 100.0, ""),
        ("other", 0.0, ""),
        ("last", 100.0, ""),
    ];
    let page = class.read("index.html");
    let (canvas, moodle) = (class.read("canvas.csv"), class.read("moodle.csv"));
    for (id, grade, reason) in grades {
        let record = class.student(id);
        assert_eq!(record["grade"], grade, "{record:#}");
        assert!(record["reason"].as_str().unwrap_or_default().contains(reason), "{record:#}");
        assert!(page.contains(&format!("href=\"students/{id}.html\"")), "{id}");
        assert!(class.read(&format!("students/{id}.html")).contains("<h1>mini</h1>"), "{id}");
        assert!(class.read(&format!("students/{id}.json")).contains("calc-conformance/report"), "{id}");
        let canvas_row = format!("Student {id},,{id},{id}@example.org,,{grade}\n");
        assert!(canvas.contains(&canvas_row), "{canvas_row} in {canvas}");
        assert!(moodle.contains(&format!("Student {id},{id}@example.org,{id},{grade}\n")), "{moodle}");
    }
    assert!(
        canvas.starts_with("Student,ID,SIS User ID,SIS Login ID,Section,mini\nPoints Possible,,,,,100\n")
    );
    // What speaks another protocol has one cause, and not one for each case.
    let other = class.student("other");
    let causes = other["causes"].as_array().expect("a list");
    let ids: Vec<&str> = causes.iter().filter_map(|cause| cause["id"].as_str()).collect();
    assert_eq!(ids, ["preflight"], "{other:#}");
    assert!(
        graded.report.contains("Student other         The server fails the first exchange"),
        "{}",
        graded.report
    );
    // In a page the paths of the teacher's machine have no place.
    assert!(!class.read("students/plain.html").contains("work/plain"));
}

#[test]
fn whoever_takes_too_long_has_no_grade_and_the_others_have_theirs() {
    if !has_python() {
        return;
    }
    let class = Class::new("time").with("never", "silent {port}").with("plain", "plain {port}");
    // The machine may be busy, but nobody is as slow as that.
    let graded = class.grade(&["--timeout-each", "12", "--start-timeout", "60"]);
    assert_eq!(graded.code, Some(5), "{}{}", graded.report, graded.complaint);
    assert_eq!(class.student("never")["state"], "out-of-time");
    assert!(graded.report.contains("-  Student never         out of time, no grade: "), "{}", graded.report);
    assert!(class.read("canvas.csv").contains("Student never,,never,never@example.org,,\n"));
    assert!(class.read("moodle.csv").contains("Student never,never@example.org,never,-\n"));
    assert_eq!(class.student("plain")["grade"], 100.0);
}

#[test]
fn a_grader_that_dies_costs_one_student_and_not_the_class() {
    if !has_python() {
        return;
    }
    let class = Class::new("panic").with("victim", "plain {port}").with("plain", "plain {port}");
    let program = class.bench.path("grader");
    let conformance = env!("CARGO_BIN_EXE_conformance");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *victim*) echo 'we are lost' >&2; kill -SEGV $$;; esac\nexec {conformance} \"$@\"\n"
    );
    fs::write(&program, script).expect("a file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let defaults = Defaults {
        suite: class.bench.path("suite.json").display().to_string(),
        dialect: None,
        exec: None,
        build: None,
    };
    let table = Table::read(&class.bench.path("class.csv"), &defaults).expect("the roster is in order");
    let orders = Orders {
        program,
        out: class.bench.path("class"),
        words: vec!["--skip".to_owned(), "long".to_owned()],
        language: Language::En,
        title: None,
        jobs: 2,
        patience: Duration::from_secs(60),
        network: Network::Shared,
        earlier: Earlier::Kept,
    };
    let plan = Plan::new(table, orders).expect("it can be written");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runtime.block_on(grade(&plan, std::future::pending(), |_| {})).expect("it is written");
    let [victim, plain] = &outcome.register.students[..] else { panic!("two students") };
    assert_eq!((victim.state, victim.grade), (State::Failed, None));
    assert!(victim.reason.as_ref().is_some_and(|why| why.contains("we are lost")), "{victim:?}");
    assert_eq!(plain.grade, Some(100.0));
}

/// `cargo test --release -p calc-conformance --test roster -- --ignored --nocapture` prints how long it takes, and fails while that is
/// more than a minute on two processors that have nothing else to do. What the site-packages of this machine do at every start of
/// Python is left out (`-S`): ten of the servers are started about a hundred times.
#[test]
#[ignore = "a measurement, for a machine that is idle"]
fn a_hundred_students() {
    let after = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proof/after.py");
    let mut class = Class::new("hundred");
    let wrong =
        ["right", "unicode-case", "half-up", "third-replaces-second", "recycled-session", "default-context"];
    for number in 0..100 {
        let id = format!("s{number}");
        class = match number % 10 {
            0..6 => {
                let command = format!("{} -S {after} {} {{port}}", python(), wrong[number % 10]);
                class.with_row(&id, &command, "", "calc")
            }
            6 => class.with_row(&id, &format!("{} -S mute.py # {{port}}", python()), "", "calc"),
            7 => class.with_row(&id, &format!("{} -S flood.py # {{port}}", python()), "", "calc"),
            8 => class.with_row(&id, &format!("{} -S server.py once {{port}}", python()), "", "calc"),
            _ => class.with_row(&id, &format!("{} -S server.py stillborn {{port}}", python()), "", "calc"),
        };
        let mute = FLOOD.replace("c.sendall(b'OK\\n' * 10000)", "c.recv(1000)");
        fs::write(class.bench.path(&format!("work/{id}/mute.py")), mute).expect("a file");
        fs::write(class.bench.path(&format!("work/{id}/flood.py")), FLOOD).expect("a file");
    }
    let began = Instant::now();
    let graded = class.bench.grader(&class.arguments(&[])).output().expect("it runs");
    let took = began.elapsed();
    assert_eq!(graded.status.code(), Some(0), "{}", String::from_utf8_lossy(&graded.stdout));
    class.bench.assert_nothing_left();
    eprintln!("{}\n100 students in {:.1} s", String::from_utf8_lossy(&graded.stdout), took.as_secs_f64());
    assert!(took < Duration::from_secs(60), "{took:?}");
}
