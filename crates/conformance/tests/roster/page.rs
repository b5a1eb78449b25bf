//! The class page of twenty students in a real browser: what `class.mjs` looks for.
//!
//! Where no Chromium or no playwright-core is installed the page is not looked at, except in CI (`CI=true`), where that is a
//! failure. `BLESS=1 cargo test -p calc-conformance --test roster page` takes the picture for the README anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bench::{has_python, python};
use crate::class::Class;
use crate::look::look;

/// Names as they stand in a roster; one of them means harm.
const NAMES: [&str; 20] = [
    "Ada Byron",
    "Bruno Díaz",
    "Carla Núñez",
    "Diego Luna",
    "Elsa Ibarra",
    "Fabián Ortiz",
    "Gala Moreno",
    "Hugo Vera",
    "Irene Sosa",
    "Juan Peña",
    "Kenya Ríos",
    "Lía Castro",
    "Mateo Gil",
    "Nora Rey",
    "Óscar Mena",
    "Paula Cano",
    "Raúl Vidal",
    "Sara Pinto",
    "Tomás Rojas",
    "=<script>alert(1)</script>",
];

/// Enough for every kind of cell; all cases of all of them, as they are in the picture, would take a minute.
const CHAPTERS: &[&str] =
    &["--only", "session", "--only", "numbers", "--only", "exact/tenths", "--only", "errors"];

#[test]
fn twenty_students_in_a_page() {
    if !has_python() {
        return;
    }
    let blessed = std::env::var_os("BLESS").is_some();
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images/class-en.png");
    let class = twenty();
    let of_picture = if blessed { &[] } else { CHAPTERS };
    for (language, chapters) in [("en", of_picture), ("es", CHAPTERS)] {
        let arguments = ["roster", "twenty.csv", "--title", "Calculator", "--lang", language];
        let output = class.bench.grader(&[&arguments, chapters, &["--suite", "calc"]].concat()).output();
        let output = output.expect("the program runs");
        class.bench.assert_nothing_left();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&output.stderr));
        let register: Value = serde_json::from_str(&class.read("students.json")).expect("it is JSON");
        let students = register["students"].as_array().expect("a list");
        assert_eq!(students.len(), 20);
        let is_right = |record: &&Value| record["grade"] == 100.0;
        let wrong = students.iter().filter(|record| !is_right(record)).count();
        assert!((4..20).contains(&wrong), "{wrong} are wrong: {told}");
        let ids: BTreeSet<&str> =
            students.iter().filter_map(|record| record["cases"][0]["id"].as_str()).collect();
        assert_eq!(ids, BTreeSet::from(["session/line-by-line"]));
        assert!(class.read("canvas.csv").contains("'=<script>"), "a formula is quoted");
        let picture = (blessed && language == "en").then_some(picture.as_path());
        look("class.mjs", &class.path("index.html"), &class.path("students.json"), picture);
    }
    let octets = fs::metadata(&picture).map_or(0, |file| file.len());
    assert!((1..200_000).contains(&octets), "{}: {octets} octets", picture.display());
}

/// The servers that were written when the suite was finished, the one of them left out that keeps a processor busy for minutes.
fn twenty() -> Class {
    let after = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proof/after.py");
    let list = Command::new(python()).args([after, "--list"]).output().expect("python runs");
    let list = String::from_utf8(list.stdout).expect("it is text");
    let servers =
        list.lines().filter_map(|line| line.split('\t').next()).filter(|name| *name != "exponent-by-loop");
    let class = Class::new("twenty");
    let mut rows = vec!["name,email,id,exec,dir".to_owned()];
    for (index, (server, name)) in servers.chain(["right"]).zip(NAMES).enumerate() {
        let id = format!("s{:02}", index + 1);
        fs::create_dir_all(class.bench.path(&id)).expect("a directory");
        fs::copy(after, class.bench.path(&id).join("server.py")).expect("a file");
        rows.push(format!("{name},{id}@example.org,{id},{} server.py {server} {{port}},{id}", python()));
    }
    fs::write(class.bench.path("twenty.csv"), rows.join("\n")).expect("a file");
    class
}
