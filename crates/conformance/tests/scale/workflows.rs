//! The workflows for GitHub: what they are is checked by the schema of GitHub's own files, and the step that grades is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{PYTHON, Scratch, has, here, workspace};

#[test]
fn workflows_are_what_github_reads() {
    let checker = tool("check-jsonschema");
    if !has(&checker) {
        return;
    }
    let files: Vec<PathBuf> = ["packaging/github", ".github/workflows"]
        .iter()
        .flat_map(|directory| fs::read_dir(workspace().join(directory)).expect("the directory is there"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert!(files.len() >= 3, "{files:?}");
    let scratch = Scratch::new("workflows");
    let flawed = scratch.path("flawed.yml");
    fs::write(&flawed, "on: push\njobs: {grade: {runs-on: ubuntu-latest, stages: []}}\n").expect("a file");
    for (files, is_right) in [(files, true), (vec![flawed], false)] {
        let output = Command::new(&checker)
            .args(["--builtin-schema", "vendor.github-workflows"])
            .args(&files)
            .output();
        let output = output.expect("the checker runs");
        assert_eq!(output.status.success(), is_right, "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn the_step_that_grades_does() {
    if !has(&tool("python")) || !has(Path::new(PYTHON)) {
        return;
    }
    for (workflow, report) in [("classroom.yml", "report.html"), ("class.yml", "reports/report.html")] {
        let scratch = Scratch::new(workflow);
        fs::copy(here("server.py"), scratch.path("server.py")).expect("the submission");
        fs::write(scratch.path("flaw.txt"), "swapped").expect("a file");
        let program =
            Path::new(env!("CARGO_BIN_EXE_conformance")).parent().expect("it is in a directory").to_owned();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("a path"));
        let output = Command::new("bash")
            .args(["-e", "-c", &step(workflow, "Grade")])
            .current_dir(&scratch.0)
            .env("PATH", path)
            .env("RUNNER_TEMP", &scratch.0)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", scratch.path("output"))
            .env("GITHUB_STEP_SUMMARY", scratch.path("summary"))
            .env("BUILD", "true")
            .env("EXEC", format!("{PYTHON} server.py {{port}}"))
            .env("DIALECT", "")
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{workflow}: {output:?}");
        let read = |name: &str| fs::read_to_string(scratch.path(name)).expect("it was written");
        assert!(read(report).contains("</html>"), "{workflow}");
        assert!(read("output").starts_with("result="), "{workflow}");
        assert!(read("summary").contains("session/operand-order"), "{workflow}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("::error title="), "{workflow}: {told}");
    }
}

/// What a step of a workflow runs.
fn step(workflow: &str, name: &str) -> String {
    const READ: &str = "import sys, ruamel.yaml
jobs = ruamel.yaml.YAML(typ='safe').load(open(sys.argv[1]))['jobs'].values()
print(*[step['run'] for job in jobs for step in job['steps'] if step.get('name') == sys.argv[2]])";
    let file = workspace().join("packaging/github").join(workflow);
    let output = Command::new(tool("python")).args(["-c", READ]).arg(file).arg(name).output();
    let text = String::from_utf8(output.expect("Python runs").stdout).expect("a text");
    assert!(!text.trim().is_empty(), "{workflow} has no step {name}");
    text
}

/// A program that scripts/setup has installed beside what cargo builds.
fn tool(name: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_BIN_EXE_conformance"));
    let target = built.ancestors().nth(2).expect("the directory of what is built");
    target.join("python/bin").join(name)
}
