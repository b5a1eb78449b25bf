//! What a course hands out, tried as students will: the skeletons of `docs/lab/assignment`, and the template of a protocol in
//! `docs/lab/design` with its example.
#![cfg(target_os = "linux")]

mod design;
mod skeleton;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The directory of the documents.
fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// A document's text.
fn read(path: &str) -> String {
    std::fs::read_to_string(docs().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether there is such a program; in continuous integration there has to be.
fn has(tool: &str) -> bool {
    let version = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let has = version.is_ok();
    assert!(has || std::env::var("CI").as_deref() != Ok("true"), "{tool} is not installed");
    if !has {
        eprintln!("not tested: {tool} is not installed");
    }
    has
}

/// A command in a directory, with the grader on its PATH, and without anything in the environment that could change what it prints.
fn command(program: &str, directory: &Path) -> Command {
    let grader = Path::new(env!("CARGO_BIN_EXE_conformance")).parent().expect("a program is in a directory");
    let path = format!("{}:{}", grader.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(program);
    command.current_dir(directory).env("PATH", path);
    for variable in ["LC_ALL", "LC_MESSAGES", "LANG", "LENGUAJE", "CONFORMANCE", "MAKEFLAGS", "MAKELEVEL"] {
        command.env_remove(variable);
    }
    command
}
