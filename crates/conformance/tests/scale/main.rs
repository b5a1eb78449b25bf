//! What takes the grader to where classes are graded: the autograder for Gradescope and the workflows for GitHub, made and run
//! here as they are there.
#![cfg(target_os = "linux")]

mod gradescope;
mod workflows;

use std::fs;
use std::path::{Path, PathBuf};

/// The interpreter that a user who owns nothing can run too.
const PYTHON: &str = "/usr/bin/python3";

/// The directory of the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of this test.
fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scale").join(name)
}

/// Whether a tool is there; in continuous integration it has to be.
fn has(tool: &Path) -> bool {
    let has = tool.exists();
    assert!(
        has || std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{} is missing; scripts/setup installs it",
        tool.display()
    );
    if !has {
        eprintln!("not tested: {} is missing; scripts/setup installs it", tool.display());
    }
    has
}

/// A directory of a test's own, removed with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("conformance-scale-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the directory for temporary files can be written");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
