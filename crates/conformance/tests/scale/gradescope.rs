//! The autograder's archive, unpacked and run in a directory laid out as Gradescope's.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;

use crate::{PYTHON, Scratch, has, here, workspace};

#[test]
fn every_submission_gets_results() {
    if !has(Path::new(PYTHON)) {
        return;
    }
    let rows = [
        ("right", "true", 100.0, "Grade: 100 / 100"),
        ("swapped", "true", 50.0, "Grade: 50 / 100"),
        ("stillborn", "true", 0.0, "there are no settings"),
        ("unbuildable", "echo no rule for it; false", 0.0, "no rule for it"),
        // It is alone in its container, and looks around.
        ("forger", "true", 100.0, "Grade: 100 / 100"),
    ];
    for (what, build, score, output) in rows {
        if what == "forger" && !is_root() {
            continue;
        }
        let container = Container::new(what);
        let flaw = format!("{what} {}", container.0.0.display());
        fs::write(container.0.path("submission/flaw.txt"), flaw).expect("a file");
        fs::write(container.0.path("submission/build.sh"), build).expect("a file");
        let run = container.run();
        let results = container.results();
        assert!(run.status.success(), "{what}: {run:?}");
        assert_eq!(results["score"], score, "{what}: {results:#} {run:?}");
        assert!(results["output"].as_str().is_some_and(|text| text.contains(output)), "{what}: {results:#}");
        assert_eq!(results["stdout_visibility"], "hidden", "{what}");
        let tests = results["tests"].as_array().expect("the tests");
        assert_eq!(tests.len(), 2, "{what}: {results:#}");
        let possible: f64 = tests.iter().filter_map(|test| test["max_score"].as_f64()).sum();
        assert!((possible - 100.0).abs() < 1e-9, "{what}: {possible}");
        let passed = tests.iter().filter(|test| test["status"] == "passed").count();
        assert_eq!(passed, (score / 50.0) as usize, "{what}: {results:#}");
    }
}

/// The student is told that it is not their fault, and is not left without results.
#[test]
fn a_grader_that_cannot_do_its_part_says_so() {
    if !has(Path::new(PYTHON)) {
        return;
    }
    for broken in ["conformance", "config"] {
        let container = Container::new(broken);
        fs::write(container.0.path("source").join(broken), "exit 5\n").expect("it can be written");
        drop(container.run());
        let results = container.results();
        assert_eq!(results["score"], 0, "{broken}");
        let output = results["output"].as_str().expect("a text");
        assert!(output.contains("autograder itself failed"), "{broken}: {output}");
    }
}

#[test]
fn an_archive_that_could_not_grade_is_not_made() {
    let scratch = Scratch::new("refused");
    let rows: [(&[&str], &str); 4] = [
        (&[], "--exec says how"),
        (&["--exec", "x", "--dialect", "nowhere.json"], "there is no file nowhere.json"),
        (&["--exec", "x", "--suite", "nonsense"], "no suite of that name is built in"),
        (&["--exec", "x", "--speed", "high"], "unknown option --speed"),
    ];
    for (arguments, complaint) in rows {
        let output = script(&scratch, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(complaint), "{arguments:?}: {told}");
        assert!(!scratch.path("autograder.zip").exists(), "{arguments:?}");
    }
}

/// The dialect of CALC/1, as if it were a course's own file.
const DIALECT: &str = "crates/conformance/suites/dialects/calc-1.json";

/// One archive for all submissions, as in a course.
static ARCHIVE: LazyLock<Scratch> = LazyLock::new(|| {
    let scratch = Scratch::new("archive");
    let (suite, dialect) = (here("suite.json"), workspace().join(DIALECT));
    let made = script(
        &scratch,
        &[
            "--exec",
            &format!("{PYTHON} server.py {{port}}"),
            "--build",
            "sh build.sh",
            "--suite",
            suite.to_str().expect("a path in UTF-8"),
            "--dialect",
            dialect.to_str().expect("a path in UTF-8"),
        ],
    );
    assert!(made.status.success(), "{made:?}");
    scratch
});

/// What Gradescope has as /autograder.
struct Container(Scratch);

impl Container {
    fn new(name: &str) -> Self {
        let scratch = Scratch::new(&name.replace(' ', "-"));
        for directory in ["source", "submission", "results"] {
            fs::create_dir_all(scratch.path(directory)).expect("a directory");
        }
        let unpacked = Command::new(PYTHON)
            .args(["-m", "zipfile", "-e"])
            .args([ARCHIVE.path("autograder.zip"), scratch.path("source")])
            .status();
        assert!(unpacked.expect("Python runs").success());
        fs::copy(here("server.py"), scratch.path("submission/server.py")).expect("the submission");
        Self(scratch)
    }

    fn run(&self) -> Output {
        let mut command = Command::new(if is_root() { "setpriv" } else { "bash" });
        if is_root() {
            // Root in a container may neither look into the processes of others nor make namespaces.
            command.args(["--bounding-set=-sys_ptrace,-sys_admin", "bash"]);
        }
        command
            .arg(self.0.path("source/run_autograder"))
            .env("AUTOGRADER_ROOT", &self.0.0)
            .env("LC_ALL", "C")
            .output()
            .expect("bash runs")
    }

    fn results(&self) -> Value {
        let text = fs::read_to_string(self.0.path("results/results.json")).expect("there are results");
        serde_json::from_str(&text).expect("they are JSON")
    }
}

fn script(scratch: &Scratch, arguments: &[&str]) -> Output {
    // What helps to debug it is most of the program, and takes long to pack.
    let stripped = scratch.path("stripped");
    let strip =
        Command::new("strip").arg("-o").arg(&stripped).arg(env!("CARGO_BIN_EXE_conformance")).status();
    assert!(strip.expect("strip runs").success());
    Command::new(workspace().join("scripts/gradescope"))
        .arg("--conformance")
        .arg(stripped)
        .arg("--out")
        .arg(scratch.path("autograder.zip"))
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .expect("the script runs")
}

/// Only root can run a submission as somebody else.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
