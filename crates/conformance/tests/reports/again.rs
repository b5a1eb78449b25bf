//! The command that the report prints for a failure shows that failure again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::program::{RUN, Scratch, conformance, home};
#[cfg(unix)]
use crate::server;

/// A name that a shell would take apart.
const SUITE: &str = "my 'own' $(suite) & more.json";
const DIALECT: &str = "a \"dialect\";`x` \\.json";

#[test]
fn of_the_suite_that_is_built_in() {
    let scratch = Scratch::new("again-calc");
    let target = RUN.address.to_string();
    reproduces(&["--target", &target, "--only", "session", "--level", "must"], &scratch);
}

#[test]
fn with_file_names_full_of_quotes() {
    let scratch = prepared("again-files");
    let target = RUN.address.to_string();
    let arguments = ["--target", &target, "--suite", SUITE, "--dialect", DIALECT, "--timeout", "1.25"];
    reproduces(&arguments, &scratch);
}

#[cfg(unix)]
#[test]
fn of_a_unix_socket_with_a_blank_in_its_path() {
    let scratch = prepared("again-unix");
    let socket = scratch.path("it's a socket");
    server::start_at(&socket);
    reproduces(
        &["--target", &format!("unix:{}", socket.display()), "--suite", SUITE, "--skip", "twins"],
        &scratch,
    );
}

/// Runs the program, and then every command that its terminal report and its JSON give, as a shell does.
fn reproduces(arguments: &[&str], scratch: &Scratch) {
    let json = scratch.order("json");
    let mut command = conformance(arguments);
    command.args(["--lang", "en", "--report", &json]).current_dir(scratch.path(""));
    let output = command.output().expect("the program runs");
    let told = String::from_utf8(output.stdout).expect("the report is text");
    let report: Value = serde_json::from_str(&scratch.read("json")).expect("JSON");
    let cases = report["cases"].as_array().expect("cases");
    let failed: Vec<&Value> = cases.iter().filter(|case| case["verdict"] == "fail").collect();
    let commands: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("    again      ")).collect();
    assert!(!commands.is_empty(), "{told}");
    for command in commands {
        assert!(failed.iter().any(|case| case["again"] == command), "{command} is in the JSON too");
    }
    for case in failed {
        let again = scratch.order("json");
        let command = format!("{} --report '{again}'", case["again"].as_str().expect("a command"));
        let output = shell(&command, &scratch.path("")).output().expect("a shell runs");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = if case["level"] == "may" { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{command}: {complaint}");
        let report: Value = serde_json::from_str(&scratch.read("json")).expect("JSON");
        let shown = report["cases"].as_array().expect("cases");
        assert_eq!(shown.len(), 1, "{command}");
        assert_eq!((&shown[0]["id"], &shown[0]["verdict"]), (&case["id"], &case["verdict"]), "{command}");
        assert_eq!(shown[0]["failure"]["expected"], case["failure"]["expected"], "{command}");
    }
}

/// A directory with the suite and a dialect under the names that need quotes.
fn prepared(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let dialect = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/dialects/calc-1.json");
    let copies: [(PathBuf, &str); 3] =
        [(home().join("suite.json"), SUITE), (home().join("notes.json"), "notes.json"), (dialect, DIALECT)];
    for (from, to) in copies {
        fs::copy(from, scratch.path(to)).expect("the directory can be written");
    }
    scratch
}

/// A shell for which the program is installed.
fn shell(command: &str, directory: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_conformance")).parent().expect("a program is in a directory");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(directory).env("PATH", path);
    shell
}
