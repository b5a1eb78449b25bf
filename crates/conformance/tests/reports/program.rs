//! The built program, run in the directory of the test's suite, and what it left behind.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::server;

/// The kinds of report that this test reads.
pub(crate) const KINDS: [&str; 9] =
    ["json", "jsonl", "html", "markdown", "junit", "tap", "gradescope", "github", "csv"];

/// One run against the server with bugs, with every report and as a step of GitHub Actions.
pub(crate) static RUN: LazyLock<Run> = LazyLock::new(|| Run::new("en"));

/// A run and its files.
pub(crate) struct Run {
    pub(crate) directory: Scratch,
    pub(crate) address: SocketAddr,
    pub(crate) output: Output,
}

impl Run {
    pub(crate) fn new(language: &str) -> Self {
        let directory = Scratch::new(language);
        let address = server::start();
        let mut command = conformance(&["--suite", "suite.json", "--skip", "left-out", "--lang", language]);
        command.args(["--target", &address.to_string()]);
        command.args(KINDS.map(|kind| format!("--report={}", directory.order(kind))));
        command.env("GITHUB_ACTIONS", "true");
        command.env("GITHUB_OUTPUT", directory.path("output"));
        command.env("GITHUB_STEP_SUMMARY", directory.path("summary"));
        let output = command.output().expect("the program runs");
        Self { directory, address, output }
    }

    /// The report of a kind.
    pub(crate) fn report(&self, kind: &str) -> String {
        self.directory.read(kind)
    }
}

/// The program without anything in its environment that could change what it does.
pub(crate) fn conformance(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    for variable in [
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "GITHUB_ACTIONS",
        "GITHUB_OUTPUT",
        "GITHUB_STEP_SUMMARY",
    ] {
        command.env_remove(variable);
    }
    command.args(arguments).current_dir(home());
    command
}

/// Where the suite is.
pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports")
}

/// A directory of a test's own, removed with it.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("conformance-reports-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the directory for temporary files can be written");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What asks for a report of a kind in a file of that name.
    pub(crate) fn order(&self, kind: &str) -> String {
        format!("{kind}={}", self.path(kind).display())
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The names of all that is in it.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the directory can be read").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
