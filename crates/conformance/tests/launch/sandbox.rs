//! The guide's command for the work of strangers: what the server can reach under it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bench::{Bench, Graded, has_namespaces, has_python};

#[test]
fn under_bubblewrap_a_server_serves_and_reaches_nothing_of_ours() {
    if !has_python() || !has_namespaces() || !has_bubblewrap() {
        return;
    }
    // The guide starts `server.py PORT`, the test one of its flavours.
    let command = |flavour| recipe().replace("server.py", &format!("server.py {flavour}"));
    for isolation in ["auto", "off"] {
        let bench = Bench::new("bubblewrap");
        bench.grade(&["--exec", &command("plain"), "--isolation", isolation]).expect(
            isolation,
            0,
            &["Grade: 100 / 100"],
        );
        let report = at_a_terminal(&bench, &command("prying"), isolation);
        assert!(report.contains("printed    that is all"), "{isolation}: {report}");
        assert!(!bench.path("written").exists());
        // The same server without it, so that the test is known to see what it looks for.
        let report = at_a_terminal(&bench, &Bench::server("prying"), isolation);
        assert!(
            report.contains("has the terminal") && report.contains("that is all"),
            "{isolation}: {report}"
        );
        assert!(bench.path("written").exists());
    }
}

/// What a grader reports that has a terminal, which a server could type into.
fn at_a_terminal(bench: &Bench, command: &str, isolation: &str) -> String {
    let grader = format!(
        "'{}' --suite suite.json --color never --isolation {isolation} --exec '{command}'",
        env!("CARGO_BIN_EXE_conformance")
    );
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &grader, "/dev/null"]);
    let output = script
        .env("LC_ALL", "C")
        .current_dir(bench.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("script runs");
    Graded::of(&output).report
}

/// What the guide has for `--exec`.
fn recipe() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/GRADER.md");
    let guide = fs::read_to_string(guide).expect("the guide can be read");
    let (_, rest) = guide.split_once("--exec 'bwrap ").expect("the guide has the command");
    let (recipe, _) = rest.split_once('\'').expect("the command is quoted");
    format!("bwrap {}", recipe.replace("\\\n", ""))
}

/// Whether it is here; in CI it must be.
fn has_bubblewrap() -> bool {
    let has = ["bwrap", "script"].map(|tool| Command::new(tool).arg("--version").output().is_ok());
    let has = has == [true; 2];
    assert!(has || std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs bwrap and script");
    if !has {
        eprintln!("no bwrap or no script: the guide's command for strangers is not tested");
    }
    has
}
