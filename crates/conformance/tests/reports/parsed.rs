//! Each kind of report read back by what reads it in earnest, or as nearly as a test can.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use roxmltree::Document;
use serde_json::Value;

/// The verdicts by row.
pub(crate) type Verdicts = BTreeMap<String, String>;

pub(crate) fn json(text: &str) -> Verdicts {
    let report: Value = serde_json::from_str(text).expect("the report is JSON");
    array(&report["cases"]).iter().map(verdict).collect()
}

pub(crate) fn jsonl(text: &str) -> Verdicts {
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON"));
    let cases = lines.filter(|line: &Value| line["event"] == "case");
    cases.map(|line| verdict(&line["case"])).collect()
}

pub(crate) fn junit(text: &str) -> Verdicts {
    let document = Document::parse(text).expect("the report is XML");
    let tests = document.descendants().filter(|node| node.has_tag_name("testcase"));
    tests
        .map(|test| {
            let name = test.attribute("name").expect("a test has a name");
            let (id, _) = name.split_once(": ").expect("the name begins with the id");
            let outcome = test.children().find(|node| node.is_element());
            let verdict = outcome.map_or("pass", |outcome| outcome.attribute("type").unwrap_or("warn"));
            (id.to_owned(), verdict.to_owned())
        })
        .collect()
}

/// `None` where the parser is not installed.
pub(crate) fn tap(text: &str) -> Option<Verdicts> {
    let events = tap_events(text)?;
    let tests = events.iter().filter(|event| event[0] == "assert").map(|event| &event[1]);
    Some(
        tests
            .map(|test| {
                let (id, _) = string(&test["name"]).split_once(" - ").expect("the name begins with the id");
                let verdict = if test["diag"].is_null() { "pass" } else { string(&test["diag"]["verdict"]) };
                // What consumers make of it without our diagnosis.
                let fails = test["ok"] == false && test["todo"] == false;
                assert_eq!(
                    fails,
                    matches!(verdict, "fail" | "blocked" | "error") && id != "nice",
                    "{test:#}"
                );
                (id.to_owned(), verdict.to_owned())
            })
            .collect(),
    )
}

/// What npm's tap-parser makes of it.
pub(crate) fn tap_events(text: &str) -> Option<Vec<Value>> {
    let parser = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm/node_modules/tap-parser/bin/cmd.cjs");
    if !parser.exists() {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "tap-parser is missing; scripts/setup installs it"
        );
        return None;
    }
    let mut child = Command::new("node")
        .arg(parser)
        .args(["--json", "--strict"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    Some(serde_json::from_slice(&output.stdout).expect("it prints JSON"))
}

pub(crate) fn csv(text: &str) -> Verdicts {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let headers = table.headers().expect("a row of headers").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect("the column is there");
    let (id, verdict) = (column("id"), column("verdict"));
    let rows = table.records().map(|row| row.expect("a row"));
    rows.map(|row| (row[id].to_owned(), row[verdict].to_owned())).collect()
}

/// From the line of each row.
pub(crate) fn html(text: &str) -> Verdicts {
    let row = r#"<details id="([^"]+)" class="case [a-z]+" data-verdict="([a-z]+)""#;
    let rows = Regex::new(row).expect("a pattern");
    let verdict = |name: &str| if name == "na" { "n/a".to_owned() } else { name.to_owned() };
    rows.captures_iter(text).map(|row| (row[1].replace(':', "#"), verdict(&row[2]))).collect()
}

/// From the table of all cases.
pub(crate) fn markdown(text: &str) -> Verdicts {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| <code>"));
    rows.map(|row| {
        let (id, rest) = row.split_once("</code> | ").expect("the id is the first cell");
        let (verdict, _) = rest.split_once(" | ").expect("the verdict is the second");
        (id.to_owned(), verdict.to_owned())
    })
    .collect()
}

/// By case, since it has no rows.
pub(crate) fn gradescope(text: &str) -> Verdicts {
    let results: Value = serde_json::from_str(text).expect("the report is JSON");
    let tests = array(&results["tests"]).iter();
    tests.map(|test| (id_of(test), string(&test["tags"][2]).to_owned())).collect()
}

/// The output of the step, by case, as `pass` or `fail`.
pub(crate) fn github(output: &str) -> Verdicts {
    let encoded = output.trim_end().strip_prefix("result=").expect("an output called result");
    let result = STANDARD.decode(encoded).expect("it is in base64");
    let result: Value = serde_json::from_slice(&result).expect("and in it is JSON");
    let tests = array(&result["tests"]).iter();
    tests.map(|test| (id_of(test), string(&test["status"]).to_owned())).collect()
}

pub(crate) fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is an array"))
}

pub(crate) fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is a string"))
}

fn id_of(test: &Value) -> String {
    string(&test["name"]).split_once(": ").expect("the name begins with the id").0.to_owned()
}

fn verdict(case: &Value) -> (String, String) {
    (string(&case["id"]).to_owned(), string(&case["verdict"]).to_owned())
}
