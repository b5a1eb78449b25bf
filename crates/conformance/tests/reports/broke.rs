//! Where a conversation broke is marked in the same line by every report, and seen in a long one too.

use std::fs;

use serde_json::Value;

use crate::parsed::{array, string};
use crate::program::{Scratch, conformance};
use crate::server;

/// An extra line before a right reply, and a crowd of which one is not answered.
const SUITE: &str = r#"{
  "id": "broke", "title": "Where it broke", "dialect": "calc-1",
  "requirements": [{"id": "R1", "level": "must", "section": "1", "text": "It answers."}],
  "preflight": [["17", "ok"], ["25", "ok"], ["+", {"number": "42"}]],
  "fence": [["23", "ok"], ["58", "ok"], ["+", {"number": "81"}]],
  "cases": [
    {"id": "extra", "title": "one reply for each message", "spec": ["R1"], "level": "must",
     "exchange": [["400", {"all_of": ["ok", {"regex": "OK"}]}]]},
    {"id": "crowd", "title": "sixteen clients", "spec": ["R1"], "level": "must",
     "steps": [{"clients": {"count": 16, "steps": [{"say": "{n}"}, {"expect": "ok"}]}}]}
  ]
}"#;

#[test]
fn every_report_marks_the_line_where_it_broke() {
    let scratch = Scratch::new("broke");
    fs::write(scratch.path("suite.json"), SUITE).expect("the directory can be written");
    let (suite, target) = (scratch.path("suite.json"), server::start().to_string());
    let mut command = conformance(&["--target", &target, "--timeout", "0.3", "--suite"]);
    let texts = ["markdown", "junit", "tap", "gradescope"];
    command.arg(suite).arg(format!("--report={}", scratch.order("json")));
    command.args(texts.map(|kind| format!("--report={}", scratch.order(kind))));
    let output = command.output().expect("the program runs");
    let told = String::from_utf8(output.stdout).expect("the report is text");
    let report: Value = serde_json::from_str(&scratch.read("json")).expect("JSON");
    let of = |id: &str| array(&report["cases"]).iter().find(|case| case["id"] == id).expect("the case");
    let extra = &of("extra")["dialogue"];
    let broke = extra["broke"].as_u64().expect("a place");
    assert_eq!(broke + 2, array(&extra["entries"]).len() as u64, "a right reply stands behind it: {extra:#}");
    assert!(string(&extra["entries"][broke as usize]["text"]).starts_with("HELP"), "{extra:#}");
    let reports = texts.map(|kind| scratch.read(kind)).into_iter().chain([told]);
    for text in reports.map(|text| text.replace(r"\n", "\n")) {
        let marked: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with('✗')).collect();
        assert!(marked.iter().any(|line| line.contains("← HELP")), "{marked:#?} of {text}");
        assert!(!marked.iter().any(|line| line.contains("← OK")), "{marked:#?}");
        // Of the crowd, what the one said that was not answered stands among the last lines.
        let said = text.lines().any(|line| line.contains("client 13 → 13"));
        assert!(said && !text.contains("client 5 → connected"), "{text}");
    }
}
