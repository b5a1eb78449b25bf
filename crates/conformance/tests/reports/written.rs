//! Reports are written in every case, and what cannot be written is said.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{KINDS, RUN, Scratch, conformance};
use crate::server;

#[test]
fn of_a_target_where_nobody_listens() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let target = listener.local_addr().expect("its address").to_string();
    drop(listener);
    let scratch = Scratch::new("nobody");
    let mut command = conformance(&["--suite", "suite.json", "--target", &target]);
    command.args(KINDS.map(|kind| format!("--report={}", scratch.order(kind))));
    assert_eq!(command.output().expect("the program runs").status.code(), Some(3));
    let report: Value = serde_json::from_str(&scratch.read("json")).expect("JSON");
    assert_eq!(report["preflight"]["standing"], "unreachable");
    assert_eq!(report["result"]["grade"]["out_of_100"], 0.0);
    assert!(scratch.read("gradescope").contains("cannot be reached"));
    assert!(scratch.read("tap").contains("\n# The server cannot be reached: "));
    assert!(
        scratch.read("junit").contains("failures=\"8\""),
        "a MAY is no failure: {}",
        scratch.read("junit")
    );
    let mut kinds = KINDS.map(str::to_owned);
    kinds.sort();
    assert_eq!(scratch.names(), kinds, "every report, and no draft of one");
}

#[test]
fn of_a_target_that_dies() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let target = listener.local_addr().expect("its address").to_string();
    // It takes one connection, ends it at the first octet, and is gone.
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the grader connects");
        drop(stream.read(&mut [0]));
    });
    let scratch = Scratch::new("dies");
    let arguments = ["--suite", "suite.json", "--target", &target, "--report", &scratch.order("json")];
    let output = conformance(&arguments).output().expect("the program runs");
    server.join().expect("the server ends");
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_str(&scratch.read("json")).expect("JSON");
    assert_eq!(report["preflight"]["standing"], "unsound");
    assert!(
        report["preflight"]["failure"]["afterwards"].as_str().is_some_and(|text| text.starts_with("died"))
    );
    assert_eq!(report["cases"].as_array().map(Vec::len), Some(10));
}

#[cfg(unix)]
#[test]
fn when_the_user_has_waited_enough() {
    let scratch = Scratch::new("interrupted");
    let suite = fs::read_to_string(crate::program::home().join("suite.json")).expect("the suite");
    let patient = suite
        .replace(r#""notes": ["notes.json"]"#, r#""notes": []"#)
        .replace(r#""wrong": [{"when": {"any": true}, "note": "large"}]"#, r#""wrong": []"#);
    let patient =
        patient.replace(r#"{"send": "QUIT\nextra\n"}"#, r#"{"connect": "c"}, {"expect_silence": 60000}"#);
    fs::write(scratch.path("suite.json"), patient).expect("the suite can be written");
    let target = server::start().to_string();
    let suite = scratch.path("suite.json");
    let mut command = conformance(&["--target", &target, "--suite", suite.to_str().expect("text")]);
    command.args(KINDS.map(|kind| format!("--report={}", scratch.order(kind))));
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut told = BufReader::new(child.stdout.take().expect("its output")).lines();
    assert!(told.any(|line| line.expect("text").contains("twins")), "the case before the long one");
    // While it runs, a kill would leave these.
    let so_far: Value = serde_json::from_str(&scratch.read("gradescope")).expect("JSON");
    assert_eq!(so_far["extra_data"]["completion"], "running");
    assert!(so_far["output"].as_str().is_some_and(|text| text.contains("not come to its end")), "{so_far}");
    assert!(scratch.read("jsonl").lines().count() > 8);
    assert!(!scratch.names().contains(&"json".to_owned()));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    told.for_each(drop);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let report: Value = serde_json::from_str(&scratch.read("json")).expect("JSON");
    assert_eq!(report["result"]["completion"], "interrupted");
    assert!(scratch.read("tap").contains("Bail out! Interrupted: "));
    assert_worth_what_was_run(&scratch, &report);
    assert!(KINDS.iter().all(|kind| scratch.names().contains(&(*kind).to_owned())));
}

/// In a grade book, cases that the run did not come to have earned nothing; and nobody takes what was run for all there is.
#[cfg(unix)]
fn assert_worth_what_was_run(scratch: &Scratch, report: &Value) {
    let result = &report["result"];
    let number = |value: &Value| value.as_f64().expect("a number");
    let (grade, outstanding) = (&result["grade"], number(&result["outstanding"]));
    let score = 100.0 * number(&grade["earned"]) / (number(&grade["possible"]) + outstanding);
    assert!(outstanding > 0.0 && score > 0.0 && score + 1.0 < number(&grade["out_of_100"]), "{result}");
    let gradescope: Value = serde_json::from_str(&scratch.read("gradescope")).expect("JSON");
    assert!((number(&gradescope["score"]) - score).abs() < 0.1, "{gradescope:#}");
    let classroom: Value = serde_json::from_str(&scratch.read("github")).expect("JSON");
    for tests in [&gradescope["tests"], &classroom["tests"]] {
        let sum: f64 =
            tests.as_array().expect("tests").iter().filter_map(|test| test["score"].as_f64()).sum();
        assert!((sum - score).abs() < 0.1, "{tests:#}");
    }
    let last =
        classroom["tests"].as_array().and_then(|tests| tests.last()).expect("a test for what was not run");
    assert!(
        last["status"] == "error"
            && last["message"].as_str().is_some_and(|text| text.starts_with("Interrupted"))
    );
    assert_eq!(classroom["status"], "fail");
    assert!(scratch.read("junit").contains("type=\"not-run\""), "{}", scratch.read("junit"));
}

/// A case goes on when the time is over, and is played to its end; none of those after it begins. How many are played at a time is said,
/// since of a server that a busy machine makes slow several would be.
#[test]
fn when_the_time_is_over() {
    let suite = fs::read_to_string(crate::program::home().join("suite.json")).expect("the suite");
    let long = |before: &str| {
        let pause = r#"{"id": "long", "title": "takes its time", "spec": ["R1"], "level": "must", "steps": [{"connect": "c"}, {"expect_silence": 2500}]},"#;
        suite.replace(before, &format!("{pause}\n    {before}"))
    };
    let (first, third) = (long(r#"{"id": "sum""#), long(r#"{"id": "formula""#));
    let rows = [
        ("time-en", "en", &first, &["--jobs", "1"][..], 7, 8, "No time left: 8 of 10 cases"),
        ("time-es", "es", &third, &["--jobs", "1"], 1, 5, "No queda tiempo: 5 de 10 casos"),
        ("time-zero", "en", &first, &["--exit-zero", "--jobs", "4"], 0, 8, "No time left: 8 of 10 cases"),
    ];
    std::thread::scope(|scope| {
        for (name, language, suite, more, code, late, words) in rows {
            scope.spawn(move || {
                let scratch = Scratch::new(name);
                let home = crate::program::home();
                fs::copy(home.join("notes.json"), scratch.path("notes.json")).expect("the notes");
                fs::write(scratch.path("suite.json"), suite).expect("the suite can be written");
                let (target, suite) = (server::start().to_string(), scratch.path("suite.json"));
                let suite = suite.to_str().expect("text");
                let run = ["--target", &target, "--suite", suite, "--lang", language, "--budget", "2"];
                let mut command = conformance(&[&run, more].concat());
                command.args(KINDS.map(|kind| format!("--report={}", scratch.order(kind))));
                let output = command.output().expect("the program runs");
                let told = String::from_utf8(output.stdout).expect("text");
                assert_eq!(output.status.code(), Some(code), "{told}");
                assert!(told.contains(words), "{told}");
                assert_out_of_time(&scratch, late, words);
            });
        }
    });
}

/// Every kind of report says how many cases there was no time for, or which ones.
fn assert_out_of_time(scratch: &Scratch, late: u64, words: &str) {
    let report: Value = serde_json::from_str(&scratch.read("json")).expect("JSON");
    assert_eq!(report["result"]["completion"], "out-of-time");
    assert_eq!(report["result"]["out_of_time"], late);
    let cases = report["cases"].as_array().expect("a list");
    let of = |id: &str| cases.iter().find(|case| case["id"] == id).expect("every case is named");
    assert_eq!(of("long")["verdict"], "pass", "what had begun is played to its end");
    assert_eq!(of("oracle")["verdict"], "n/a", "no time is needed to know that");
    let reason = of("twins")["reason"].as_str().expect("it says why");
    assert_eq!(of("twins")["verdict"], "skip");
    for kind in ["html", "markdown", "tap", "gradescope", "github"] {
        assert!(scratch.read(kind).contains(words), "{kind}: {}", scratch.read(kind));
    }
    for kind in ["junit", "csv", "tap", "jsonl", "html"] {
        assert!(scratch.read(kind).contains(reason), "{kind}: {}", scratch.read(kind));
    }
    assert!(scratch.read("jsonl").contains(r#""completion":"out-of-time""#));
}

#[cfg(target_os = "linux")]
#[test]
fn though_one_of_them_cannot_be() {
    let scratch = Scratch::new("full");
    let target = RUN.address.to_string();
    let json = scratch.order("json");
    let arguments = ["--suite", "suite.json", "--target", &target, "--exit-zero", "--only", "sum"];
    for kind in ["tap", "jsonl"] {
        let full = format!("{kind}=/dev/full");
        let output = conformance(&arguments).args(["--report", &full, "--report", &json]).output();
        let output = output.expect("the program runs");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(5), "{complaint}");
        assert!(complaint.contains(&format!("cannot write the report {kind} to /dev/full: ")), "{complaint}");
        assert!(scratch.read("json").contains("\"complete\""));
        assert!(String::from_utf8_lossy(&output.stdout).contains("Grade: 100 / 100"));
    }
}

#[test]
fn what_can_never_be_written_is_known_before_the_run() {
    let scratch = Scratch::new("never");
    fs::write(scratch.path("file"), "kept").expect("the directory can be written");
    let within = |name: &str| scratch.path(name).display().to_string();
    let missing = format!("json={}", within("missing/report.json"));
    let rows = [
        (vec![missing], "missing/report.json: No such file"),
        (vec![format!("json={}", within(""))], "is a directory: name a file in it"),
        (vec![format!("json={}", within("x")), format!("tap={}", within("../never-x/../x"))], "No such file"),
        (vec![format!("json={}", within("x")), format!("tap={}", within("x"))], "can take one report only"),
        (vec!["json=-".to_owned(), "tap=-".to_owned()], "the standard output can take one report only"),
        (vec!["yaml=x".to_owned()], "no report is called `yaml`"),
        (vec!["jsn=x".to_owned()], "did you mean `json`?"),
        (vec!["json".to_owned()], "write KIND=PATH"),
        (vec!["json=".to_owned()], "write KIND=PATH"),
    ];
    for (orders, message) in rows {
        let mut command = conformance(&["--suite", "suite.json", "--target", "127.0.0.1:1"]);
        command.args(orders.iter().map(|order| format!("--report={order}")));
        let output = command.output().expect("the program runs");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{orders:?}: {complaint}");
        assert!(complaint.contains(message), "{orders:?}: {complaint}");
    }
    assert_eq!((scratch.names(), scratch.read("file")), (vec!["file".to_owned()], "kept".to_owned()));
}

/// One would replace the other, whatever their paths are spelled like.
#[test]
fn a_report_and_the_capture_are_not_one_file() {
    let scratch = Scratch::new("both");
    let capture = scratch.path(".").join("json");
    let mut command = conformance(&["--suite", "suite.json", "--report", &scratch.order("json"), "--pcap"]);
    let output = command.arg(&capture).args(["--target", "127.0.0.1:1"]).output().expect("the program runs");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("one report or the capture, not both"), "{complaint}");
    assert_eq!(scratch.names(), Vec::<String>::new());
}

#[test]
fn to_the_standard_output_and_the_terminal_s_to_the_other() {
    let arguments = ["--suite", "suite.json", "--only", "sum", "--report", "json=-"];
    let output = conformance(&arguments).args(["--target", &RUN.address.to_string()]).output();
    let output = output.expect("the program runs");
    let report: Value =
        serde_json::from_slice(&output.stdout).expect("the standard output is the report alone");
    assert_eq!(report["cases"][0]["verdict"], "pass");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Grade: 100 / 100"));
}

#[cfg(unix)]
#[test]
fn through_a_link_to_the_file_behind_it() {
    let scratch = Scratch::new("link");
    fs::write(scratch.path("real"), "old").expect("the directory can be written");
    std::os::unix::fs::symlink(scratch.path("real"), scratch.path("csv")).expect("a link");
    let arguments = ["--suite", "suite.json", "--only", "sum", "--report", &scratch.order("csv")];
    let output = conformance(&arguments).args(["--target", &RUN.address.to_string()]).output();
    assert_eq!(output.expect("the program runs").status.code(), Some(0));
    assert!(scratch.read("real").starts_with("id,chapter"));
    assert!(scratch.path("csv").is_symlink());
}
