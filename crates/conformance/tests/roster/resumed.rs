//! A later run does what is missing or has changed, and nothing else.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::bench::{Graded, has_python, python, wait_for};
use crate::class::Class;

/// The lines that tell of a student who was graded.
fn graded(run: &Graded) -> Vec<&str> {
    let lines = run.report.lines().filter_map(|line| line.split("  Student ").nth(1));
    let mut ids: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn only_what_has_changed_is_graded_again() {
    if !has_python() {
        return;
    }
    // A server that leaves something behind, as builds and interpreters do, has not been changed by that.
    let leaves = format!("touch cache; {} server.py plain {{port}}", python());
    let class = Class::new("again")
        .with("ana", "plain {port}")
        .with_row("luis", &leaves, "", "")
        .with("eva", "stillborn {port}");
    let class_is = |more: &[&str]| {
        let run = class.grade(more);
        assert_eq!(run.code, Some(0), "{}{}", run.report, run.complaint);
        run
    };
    assert_eq!(graded(&class_is(&[])), ["ana", "eva", "luis"]);
    // What could not be started may have failed for the machine's sake.
    let second = class_is(&[]);
    assert_eq!(graded(&second), ["eva"], "{}", second.report);
    assert!(second.report.contains("2 unchanged"), "{}", second.report);
    assert_eq!(class.student("ana")["grade"], 100.0);

    fs::write(class.bench.path("work/luis/notes.txt"), "more").expect("a file");
    fs::remove_file(class.path("students/ana.html")).expect("it is there");
    assert_eq!(graded(&class_is(&[])), ["ana", "eva", "luis"]);
    assert_eq!(graded(&class_is(&["--timeout", "3"])), ["ana", "eva", "luis"]);
    assert_eq!(graded(&class_is(&["--timeout", "3", "--again"])), ["ana", "eva", "luis"]);
    let suite = fs::read_to_string(class.bench.path("suite.json")).expect("a file");
    fs::write(class.bench.path("suite.json"), suite.replace("It adds.", "It adds numbers.")).expect("a file");
    assert_eq!(graded(&class_is(&["--timeout", "3"])), ["ana", "eva", "luis"]);
}

#[test]
fn an_interrupted_class_goes_on_where_it_stopped() {
    if !has_python() {
        return;
    }
    for (signal, code) in [("INT", Some(130)), ("TERM", Some(130)), ("KILL", None)] {
        let class = Class::new("stopped")
            .with_row("quick", &format!("{} server.py plain {{port}}", python()), "", "short.json")
            .with("slow", "daemon {port}")
            .with("late", "daemon {port}");
        let suite = fs::read_to_string(class.bench.path("suite.json")).expect("a file");
        let mut suite: Value = serde_json::from_str(&suite).expect("it is JSON");
        suite["cases"].as_array_mut().expect("a list").pop();
        fs::write(class.bench.path("short.json"), suite.to_string()).expect("a file");

        let arguments = class.arguments(&["--jobs", "1"]);
        let run = class.bench.grader(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let run = run.expect("it runs");
        let reached = class.bench.path("work/slow/reached");
        wait_for(|| reached.exists(), || "the long case is not reached".to_owned());
        let kill = format!("kill -{signal} {}", run.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().expect("sh runs").success());
        let output = run.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), code, "{signal}");
        class.bench.assert_nothing_left();
        assert_eq!(class.student("quick")["grade"], 100.0, "{signal}");
        if code.is_some() {
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(
                told.contains("interrupted: the same command goes on") && told.contains("2 without a grade"),
                "{told}"
            );
            assert!(class.read("index.html").contains("not graded yet"), "{signal}");
            assert!(class.read("moodle.csv").contains("slow@example.org,slow,-"), "{signal}");
        }

        // Without the long case, so that it comes to an end: it was not graded for those two, and is a change for the first.
        fs::write(class.bench.path("suite.json"), suite.to_string()).expect("a file");
        let output = class.bench.grader(&arguments).output().expect("it runs");
        let rest = Graded::of(&output);
        assert_eq!(rest.code, Some(0), "{}{}", rest.report, rest.complaint);
        assert_eq!(graded(&rest), ["late", "slow"], "{signal}: {}", rest.report);
    }
}
