//! The General Decimal Arithmetic test cases (Mike Cowlishaw, IBM) as CPython ships them with its own tests.
//!
//! They are not ours to keep here: they are read where Python is installed with its tests (`scripts/setup`, Debian's
//! `libpython3.11-testsuite`).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// One case: what is computed, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// Its name in the file, such as `dqadd001`.
    pub(crate) id: String,
    /// What is computed, such as `add`.
    pub(crate) operation: String,
    /// One or two numbers, `NaN`, `Infinity` or a form of storage (`#…`) among them.
    pub(crate) operands: Vec<String>,
    /// A number, `NaN`, `Infinity`, or `?` where any result will do.
    pub(crate) result: String,
    /// What the operation raises, such as `Inexact` or `Overflow`.
    pub(crate) conditions: Vec<String>,
}

/// Where the files lie: the directory in `DECTEST`, or that of a Python's own tests.
///
/// # Panics
/// Where there is none in CI on Linux, which must not pass for lack of them.
pub(crate) fn directory() -> Option<PathBuf> {
    let found = std::env::var_os("DECTEST")
        .map(PathBuf::from)
        .into_iter()
        .chain(["python3", "/usr/bin/python3"].into_iter().filter_map(of_python))
        .find(|directory| directory.join("dqAdd.decTest").is_file());
    if found.is_none() {
        // Only there does scripts/setup know where to get them.
        let required = cfg!(target_os = "linux") && std::env::var("CI").as_deref() == Ok("true");
        assert!(!required, "no decTest files: run scripts/setup");
        eprintln!("no decTest files here (scripts/setup installs them): nothing was tested");
    }
    found
}

/// The cases of one file that round half to even.
///
/// # Panics
/// Where the file is not there or a line of it not understood.
pub(crate) fn cases(directory: &Path, file: &str) -> Vec<Case> {
    let path = directory.join(file);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut rounding = String::new();
    let mut cases = Vec::new();
    for line in String::from_utf8_lossy(&text).lines() {
        let words = words(line);
        match words.as_slice() {
            [] => {}
            [directive, value] if directive.ends_with(':') => {
                if directive.eq_ignore_ascii_case("rounding:") {
                    rounding.clone_from(value);
                }
            }
            [id, operation, operands @ ..] => {
                if rounding != "half_even" {
                    continue;
                }
                let arrow = operands.iter().position(|word| word == "->");
                let (operands, outcome) = operands.split_at(arrow.expect("an arrow"));
                let [_, result, conditions @ ..] = outcome else { panic!("{id} has no result") };
                cases.push(Case {
                    id: id.clone(),
                    operation: operation.to_lowercase(),
                    operands: operands.to_vec(),
                    result: result.clone(),
                    conditions: conditions.to_vec(),
                });
            }
            [word] => panic!("{file}: {word} is neither a case nor a directive"),
        }
    }
    cases
}

fn of_python(python: &str) -> Option<PathBuf> {
    let output = Command::new(python).args(["-c", "import test; print(test.__path__[0])"]).output().ok()?;
    let tests = String::from_utf8(output.stdout).ok()?;
    Some(Path::new(tests.trim()).join("decimaltestdata"))
}

/// The words of a line, their quotes taken away, up to a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next()
        && !rest.starts_with("--")
    {
        let (word, after) = match first {
            '\'' | '"' => rest[1..].split_once(first).expect("a closing quote"),
            _ => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word.to_string());
        rest = after.trim_start();
    }
    words
}
