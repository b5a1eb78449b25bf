//! Runs of the built program that leave a capture.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::tshark::File;

/// A suite of these cases, for servers that add.
pub(crate) fn suite(dialect: &str, cases: &str) -> String {
    format!(
        r#"{{"id": "mini", "title": "Mini", "dialect": "{dialect}", "document": "SPEC.md",
            "requirements": [{{"id": "R1", "level": "must", "section": "4", "text": "It adds."}}],
            "preflight": [{{"calculate": ["17", "25", "+"], "result": "42"}}],
            "fence": [{{"calculate": ["23", "58", "+"], "result": "81"}}], "cases": [{cases}]}}"#
    )
}

/// A case of these steps.
pub(crate) fn case(id: &str, steps: &str) -> String {
    format!(r#"{{"id": "{id}", "title": "{id}", "spec": ["R1"], "level": "must", "steps": [{steps}]}}"#)
}

/// One case for each way in which connections are used and end.
pub(crate) fn cases() -> String {
    let cases = [
        (
            "sum",
            r#"{"say": ["1", "2", "+"], "segments": "bytes", "gap_ms": 1}, {"expect": "ok"}, {"expect": "ok"},
                   {"expect": {"number": "3"}}"#,
        ),
        ("several", r#"{"clients": {"count": 5, "steps": [{"say": "{n}"}, {"expect": "ok"}]}}"#),
        (
            "in-turns",
            r#"{"connect": "slow"}, {"connect": "fast"}, {"on": "slow", "say": "12", "part": "head"},
                        {"on": "fast", "say": "3"}, {"on": "fast", "expect": "ok"},
                        {"on": "slow", "say": "12", "part": "tail"}, {"on": "slow", "expect": "ok"},
                        {"on": "slow", "say": "1"}, {"on": "slow", "expect": "ok"}, {"on": "slow", "say": "+"},
                        {"on": "slow", "expect": {"number": "13"}}, {"on": "slow", "close": true},
                        {"on": "fast", "say": "4"}, {"on": "fast", "expect": "ok"}, {"on": "fast", "say": "+"},
                        {"on": "fast", "expect": {"number": "7"}}"#,
        ),
        ("half-close", r#"{"say": "1"}, {"expect": "ok"}, {"half_close": true}, {"expect_close": "any"}"#),
        ("abort", r#"{"say": "1"}, {"expect": "ok"}, {"abort": true}"#),
        ("much-to-the-server", r#"{"send": [{"fill": "x", "count": 300000}, "\n"]}, {"expect": "fail"}"#),
        (
            "much-from-the-server",
            r#"{"send": {"fill": "CLEAR\n", "count": 800}},
                                    {"repeat": {"times": 800, "steps": [{"expect": "ok"}]}}"#,
        ),
        (
            "reset",
            r#"{"send": ["BOOM\n", {"fill": "unread", "count": 20000}]}, {"expect": "ok"}, {"expect_close": "any"}"#,
        ),
    ];
    cases.map(|(id, steps)| case(id, steps)).join(",")
}

/// A suite of a few calculations, all of which are right.
pub(crate) fn calculations() -> String {
    let steps =
        r#"{"say": ["1", "2", "+"]}, {"expect": "ok"}, {"expect": "ok"}, {"expect": {"number": "3"}}"#;
    suite("calc-1", &case("sum", steps))
}

/// Files of a test, in a directory that is removed with it.
pub(crate) struct Files(pub(crate) PathBuf);

impl Files {
    pub(crate) fn new(name: &str) -> Self {
        // Short, since the path of a Unix socket may be no longer than a hundred octets or so.
        let directory = std::env::temp_dir().join(format!("capture-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("the directory for temporary files can be written");
        Self(directory)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("the directory can be written");
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn command(target: &str, suite: &Path, capture: &File) -> Command {
    into(target, suite, capture.path())
}

/// The program with a capture at this path.
pub(crate) fn into(target: &str, suite: &Path, capture: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    for variable in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(variable);
    }
    command.args(["--target", target, "--suite"]).arg(suite).arg("--pcap").arg(capture);
    command
}

/// Runs the program and gives its exit code and what it complains of.
pub(crate) fn grade(target: &str, suite: &Path, capture: &File) -> (i32, String) {
    let Output { status, stdout, stderr } =
        command(target, suite, capture).output().expect("the program runs");
    let (report, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    let code = status.code().expect("it exits");
    assert!(code != 1, "{report}");
    (code, errors.into_owned())
}
