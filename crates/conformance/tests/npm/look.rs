//! A page looked at in a real browser, by one of the scripts here.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a script of this directory on a page and the JSON that it has to agree with; with `picture`, it takes one as well. Where no
/// Chromium or no playwright-core is installed nothing is looked at, except in CI (`CI=true`) on Linux, where that is a failure.
pub(crate) fn look(script: &str, page: &Path, json: &Path, picture: Option<&Path>) {
    let npm = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm");
    let Some(browser) = browser().filter(|_| npm.join("node_modules/playwright-core").exists()) else {
        let missing = "chromium or playwright-core is missing; scripts/setup installs them";
        let is_due = cfg!(target_os = "linux") && std::env::var("CI").as_deref() == Ok("true");
        assert!(!is_due, "{missing}");
        eprintln!("not looked at: {missing}");
        return;
    };
    let output = Command::new("node")
        .arg(npm.join(script))
        .arg(browser)
        .args([page, json])
        .args(picture)
        .output()
        .expect("node runs");
    let found = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&found));
}

/// The first browser that is installed.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|place| names.map(|name| place.join(name)))
        .find(|file| file.exists())
}
