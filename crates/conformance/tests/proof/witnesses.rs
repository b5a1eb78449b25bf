//! Independent servers in other languages, written from `docs/PROTOCOL.md`, are right by every MUST.
//!
//! Where a language is not installed its witness is not heard, except in CI (`CI=true`), where that is a failure.

use std::path::{Path, PathBuf};
use std::process::Command;

use calc_conformance::format::Level;

use crate::fairness::RUNS;
use crate::grading::{complaints, for_each, grade};
use crate::process::{Running, is_installed};

/// A server in another language.
struct Witness {
    file: &'static str,
    /// What runs or compiles it; absent, the witness cannot be heard.
    tool: &'static str,
    /// The command that starts it.
    command: fn(source: &Path) -> Command,
    /// Whether it leaves out nothing that a SHOULD asks for.
    complete: bool,
}

const WITNESSES: &[Witness] = &[
    Witness { file: "calc.py", tool: "python3", command: |source| run("python3", source), complete: true },
    Witness { file: "calc.c", tool: "cc", command: compiled, complete: false },
    Witness { file: "calc.js", tool: "node", command: |source| run("node", source), complete: false },
    Witness { file: "Calc.java", tool: "java", command: |source| run("java", source), complete: true },
];

#[test]
fn independent_servers_are_right_by_every_must() {
    let faults = for_each(WITNESSES, |witness| {
        if !is_installed(witness.tool) {
            return String::new();
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witnesses").join(witness.file);
        let server = Running::start((witness.command)(&source).args(["--port", "0"]));
        let runs = (0..RUNS).map(|_| {
            let report = grade(server.address);
            let due = |level: Level| witness.complete || level == Level::Must;
            complaints(report.results.iter().filter(|result| due(result.level)))
        });
        let unfair: String = runs.collect();
        if unfair.is_empty() { unfair } else { format!("{}:\n{unfair}", witness.file) }
    });
    assert_eq!(faults.concat(), "");
}

/// An interpreter with its program.
fn run(tool: &str, source: &Path) -> Command {
    let mut command = Command::new(tool);
    command.arg(source);
    command
}

fn compiled(source: &Path) -> Command {
    let program: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("calc-witness");
    let status = Command::new("cc")
        .args(["-std=c11", "-O2", "-pthread", "-o"])
        .arg(&program)
        .arg(source)
        .arg("-lm")
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{} does not compile", source.display());
    Command::new(program)
}
