//! The environment of a launched server: a short list, so that no secret of the grader's (a token of the CI, a key) is in it.

use std::ffi::{OsStr, OsString};

/// The variables that are passed on, besides those that begin with `LC_`.
const PASSED_ON: [&str; 9] =
    ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "JAVA_HOME"];

/// What is passed on of the grader's environment, and what makes Python write its output at once.
pub(super) fn environment() -> impl Iterator<Item = (OsString, OsString)> {
    let unbuffered = ("PYTHONUNBUFFERED".into(), "1".into());
    std::env::vars_os().filter(|(name, _)| is_passed_on(name)).chain([unbuffered])
}

fn is_passed_on(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| PASSED_ON.contains(&name) || name.starts_with("LC_"))
}
