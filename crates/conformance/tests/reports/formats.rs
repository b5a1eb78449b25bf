//! What the readers of each format insist on.

use std::collections::BTreeSet;

use calc_conformance::report::document::Document;
use calc_conformance::schema::Kind;
use regex::Regex;
use roxmltree::Node;
use serde_json::Value;

use crate::parsed::{array, string, tap_events};
use crate::program::{RUN, conformance};
use crate::validator::faults;

#[test]
fn json_is_what_its_schema_says() {
    let schema = Kind::Report.schema();
    for field in ["run", "preflight", "result", "cases"] {
        assert!(schema["properties"][field].is_object(), "{field}");
    }
    let report: Value = serde_json::from_str(&RUN.report("json")).expect("JSON");
    assert_eq!(faults(&schema, &report), Vec::<String>::new());
    // A schema that refuses nothing would say the same.
    let mut wrong = report;
    wrong["cases"][0]["verdict"] = "good".into();
    assert_eq!(faults(&schema, &wrong).len(), 1);
}

#[test]
fn json_can_be_read_back_whole() {
    let text = RUN.report("json");
    let document: Document = serde_json::from_str(&text).expect("the report is a document");
    let again: Value = serde_json::to_value(&document).expect("a document is JSON");
    assert_eq!(again, serde_json::from_str::<Value>(&text).expect("JSON"));
}

/// The rules of the schema `junit-10` by which Jenkins' xUnit plugin checks, as far as we write what it is about.
#[test]
fn junit_is_what_the_strictest_reader_takes() {
    let text = RUN.report("junit");
    let document = roxmltree::Document::parse(&text).expect("the report is XML");
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    for node in root.descendants().filter(Node::is_element) {
        let (attributes, children): (&[&str], &[&str]) = match node.tag_name().name() {
            "testsuites" => (&["name", "time", "tests", "failures", "errors"], &["testsuite"]),
            "testsuite" => (&["name", "tests", "failures", "errors", "time", "skipped"], &["testcase"]),
            "testcase" => (&["name", "time", "classname"], &["skipped", "error", "failure", "system-out"]),
            "skipped" | "error" | "failure" => (&["type", "message"], &[]),
            "system-out" => (&[], &[]),
            other => panic!("no element is called {other}"),
        };
        for attribute in node.attributes() {
            assert!(attributes.contains(&attribute.name()), "{} of {:?}", attribute.name(), node.tag_name());
        }
        for child in node.children().filter(Node::is_element) {
            assert!(children.contains(&child.tag_name().name()), "{:?}", child.tag_name());
        }
    }
    let time = Regex::new(r"^[0-9]{1,3}\.[0-9]+$").expect("a pattern");
    let suites = root.children().filter(Node::is_element);
    for suite in suites {
        for required in ["name", "tests", "failures", "errors"] {
            assert!(suite.attribute(required).is_some(), "{required}");
        }
        assert!(time.is_match(suite.attribute("time").expect("a time")));
        let tests: Vec<Node<'_, '_>> = suite.children().filter(Node::is_element).collect();
        let with = |tag: &str| {
            tests.iter().filter(|test| test.children().any(|node| node.has_tag_name(tag))).count()
        };
        let counts = [
            ("tests", tests.len()),
            ("failures", with("failure")),
            ("errors", with("error")),
            ("skipped", with("skipped")),
        ];
        for (attribute, count) in counts {
            assert_eq!(suite.attribute(attribute), Some(count.to_string().as_str()), "{attribute}");
        }
    }
    let names: Vec<&str> = root
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .filter_map(|test| test.attribute("name"))
        .collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "names are unique: {names:?}");
    assert!(names.iter().all(|name| *name == name.trim() && !name.is_empty()));
    assert!(
        names.iter().any(|name| name.contains("=1+1 | <b>`x`</b> # \\u{1} \\ *y* ::error::,\"]]>")),
        "{names:?}"
    );
    let failure = root.descendants().find(|node| node.has_tag_name("failure")).and_then(|node| node.text());
    assert!(failure.is_some_and(|text| text.contains("<script>alert(1)</script>]]>&amp;")), "{failure:?}");
}

#[test]
fn tap_is_of_version_14_and_complete() {
    let Some(events) = tap_events(&RUN.report("tap")) else { return };
    assert!(events.contains(&serde_json::json!(["version", 14])), "{events:?}");
    let complete = events.iter().find(|event| event[0] == "complete").expect("it comes to an end");
    for (field, count) in [("count", 10), ("fail", 5), ("todo", 1), ("skip", 2)] {
        assert_eq!(complete[1][field], count, "{field} of {complete:#}");
    }
    assert_eq!(complete[1]["plan"]["end"], 10);
    assert!(!events.iter().any(|event| event[0] == "extra"), "every line has a meaning: {events:#?}");
}

#[test]
fn gradescope_finds_the_fields_that_it_knows() {
    let results: Value = serde_json::from_str(&RUN.report("gradescope")).expect("JSON");
    let names = |value: &Value| -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let known = [
        "score",
        "execution_time",
        "output",
        "output_format",
        "visibility",
        "stdout_visibility",
        "extra_data",
        "tests",
    ];
    assert_eq!(names(&results), known.map(str::to_owned).into());
    let known =
        ["score", "max_score", "status", "name", "number", "output", "output_format", "tags", "visibility"];
    let known: BTreeSet<String> = known.map(str::to_owned).into();
    for test in array(&results["tests"]) {
        assert!(names(test).is_subset(&known), "{test}");
        assert!(
            ["visible", "hidden", "after_due_date", "after_published"].contains(&string(&test["visibility"]))
        );
        assert_eq!(test["score"].is_null(), test["status"].is_null(), "{test}");
        if let Some(score) = test["score"].as_f64() {
            let most = test["max_score"].as_f64().expect("what could be had");
            assert!((0.0..=most).contains(&score) && most <= 100.0, "{test}");
            assert!(["passed", "failed"].contains(&string(&test["status"])));
        }
    }
}

#[test]
fn annotations_are_commands_of_a_line_each() {
    let told = String::from_utf8(RUN.output.stderr.clone()).expect("text");
    let lines: Vec<&str> = told.lines().collect();
    // One for each cause: large (and what it blocks has none of its own), formula, after, twins.
    assert_eq!(lines.len(), 4, "{told}");
    for line in &lines {
        let rest = line.strip_prefix("::error title=").expect("an error with a title");
        let (title, message) = rest.split_once("::").expect("and a message");
        assert!(!title.contains([':', ',']) && !message.is_empty(), "{line}");
    }
    assert!(lines[0].contains("large#really%3A Large sums are wrong"), "{told}");
    // `%0A` from the server stays what the server sent.
    assert!(lines[0].contains("%250A::error::") && lines[0].contains("%0Aexpected"), "{told}");
}

#[test]
fn a_spreadsheet_runs_nothing() {
    let text = RUN.report("csv");
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let headers: Vec<String> = table.headers().expect("headers").iter().map(str::to_owned).collect();
    let expected =
        "id,chapter,level,points,verdict,earned,possible,title,expected,actual,note,reason,elapsed_ms";
    assert_eq!(headers.join(","), expected);
    let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().expect("rows");
    let cells = rows.iter().flat_map(|row| row.iter());
    assert!(cells.clone().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{text}");
    assert!(cells.clone().any(|cell| cell.starts_with("'=cmd|' /C calc'!A0,\"")), "{text}");
    assert!(cells.clone().any(|cell| cell.starts_with("'=1+1 | <b>")), "{text}");
}

/// Nothing of it but our own markup: `<details>`, `<summary>` and `<code>`.
#[test]
fn markdown_holds_no_markup_of_the_server_s() {
    let text = RUN.report("markdown");
    let mut is_fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            let ours = ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"];
            let rest = ours.iter().fold(line.to_owned(), |line, ours| line.replace(ours, ""));
            assert!(!rest.contains('<'), "{line}");
            if line.starts_with('|') {
                assert_eq!(line.matches('|').count(), 4, "{line}");
            }
        }
    }
    assert!(!is_fenced);
}

#[test]
fn the_summary_and_the_output_of_a_step_stay_below_their_limits() {
    // Nothing is there, so that every case of a large suite is blocked, and nothing is passed.
    let scratch = crate::program::Scratch::new("limits");
    let (markdown, github) = (scratch.order("markdown"), scratch.order("github"));
    let target = format!("unix:{}", scratch.path("nobody").display());
    let output = conformance(&["--target", &target, "--report", &markdown, "--report", &github]).output();
    assert_eq!(output.expect("the program runs").status.code(), Some(3));
    assert!(scratch.read("markdown").len() <= 1024 * 1024);
    assert!(scratch.read("github").len() <= 90 * 1024);
}
