//! All reports of one run tell the same.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::parsed::{self, Verdicts, array, string};
use crate::program::{RUN, Run};

/// What the server has earned, row by row.
const EARNED: [(&str, &str); 10] = [
    ("after", "blocked"),
    ("formula", "fail"),
    ("goodbye", "warn"),
    ("large#not", "pass"),
    ("large#really", "fail"),
    ("left-out", "skip"),
    ("nice", "fail"),
    ("oracle", "n/a"),
    ("sum", "pass"),
    ("twins", "fail"),
];

#[test]
fn every_report_of_a_run_tells_the_same_verdicts() {
    let earned: Verdicts = EARNED.map(|(id, verdict)| (id.to_owned(), verdict.to_owned())).into();
    for (kind, read) in [
        ("json", parsed::json as fn(&str) -> Verdicts),
        ("jsonl", parsed::jsonl),
        ("html", parsed::html),
        ("junit", parsed::junit),
        ("csv", parsed::csv),
        ("markdown", parsed::markdown),
    ] {
        assert_eq!(read(&RUN.report(kind)), earned, "{kind}");
    }
    if let Some(verdicts) = parsed::tap(&RUN.report("tap")) {
        assert_eq!(verdicts, earned, "tap");
    }
    let by_case = cases(&earned);
    assert_eq!(parsed::gradescope(&RUN.report("gradescope")), by_case, "gradescope");
    assert_eq!(parsed::github(&RUN.directory.read("output")), counted(&by_case), "github");
    assert_eq!(RUN.directory.read("summary"), RUN.report("markdown"), "the summary of the step");
    assert_eq!(RUN.output.status.code(), Some(1));
}

#[test]
fn the_terminal_tells_the_same_verdicts() {
    let report = String::from_utf8(RUN.output.stdout.clone()).expect("the report is text");
    for (id, verdict) in EARNED {
        let row = id.split_once('#').map_or_else(|| id.to_owned(), |(_, row)| format!("    #{row}"));
        // Of rows that differ, the terminal names those that did not pass.
        if id == "large#not" {
            continue;
        }
        let line = format!(" {:<9} {row} ", if verdict == "fail" { "FAIL" } else { verdict });
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            report.lines().any(|told| squeezed(told).contains(squeezed(&line).as_str())),
            "{line} in {report}"
        );
    }
}

#[test]
fn every_report_tells_the_same_grade() {
    let report: Value = serde_json::from_str(&RUN.report("json")).expect("JSON");
    let grade = report["result"]["grade"]["out_of_100"].as_f64().expect("a grade");
    let shares = |field: &str| {
        let cases = array(&report["cases"]).iter();
        cases.filter_map(|case| case["share"][field].as_f64()).sum::<f64>()
    };
    let near = |a: f64, b: f64| (a - b).abs() < 0.1;
    assert!(near(100.0 * shares("earned") / shares("possible"), grade), "{grade}");
    let gradescope: Value = serde_json::from_str(&RUN.report("gradescope")).expect("JSON");
    let sum =
        |tests: &Value, field: &str| array(tests).iter().filter_map(|test| test[field].as_f64()).sum::<f64>();
    assert_eq!(gradescope["score"].as_f64(), Some(grade));
    assert!(
        near(sum(&gradescope["tests"], "score"), grade)
            && near(sum(&gradescope["tests"], "max_score"), 100.0)
    );
    let classroom: Value = serde_json::from_str(&RUN.report("github")).expect("JSON");
    assert!(near(sum(&classroom["tests"], "score"), grade));
    let told = format!("Grade: {grade} / 100");
    assert!(RUN.report("markdown").contains(&format!("**{told}**")));
    assert!(String::from_utf8_lossy(&RUN.output.stdout).ends_with(&format!("{told}\n")));
}

#[test]
fn reports_in_another_language_tell_the_same() {
    let spanish = Run::new("es");
    assert_eq!(parsed::json(&spanish.report("json")), parsed::json(&RUN.report("json")));
    for (kind, words) in [
        ("json", "Las sumas grandes están mal"),
        ("html", "Las sumas grandes están mal"),
        ("markdown", "| caso | veredicto |"),
        ("junit", "esperado"),
        ("tap", "Nota: "),
        ("gradescope", "Un caso de cada veredicto, en 127.0.0.1"),
        ("csv", "no cuenta"),
    ] {
        assert!(spanish.report(kind).contains(words), "{words} in {kind}");
    }
}

/// The worst verdict of its rows is the case's.
fn cases(rows: &Verdicts) -> Verdicts {
    let worst_first = ["fail", "error", "blocked", "warn", "pass", "n/a", "skip"];
    let rank = |verdict: &str| worst_first.iter().position(|known| *known == verdict);
    let mut cases: Verdicts = BTreeMap::new();
    for (id, verdict) in rows {
        let case =
            cases.entry(id.split('#').next().unwrap_or(id).to_owned()).or_insert_with(|| verdict.clone());
        if rank(verdict) < rank(case) {
            case.clone_from(verdict);
        }
    }
    cases
}

/// What Classroom is told: the cases that count, as passed or failed.
fn counted(cases: &Verdicts) -> Verdicts {
    let counts = |id: &str, verdict: &str| id != "nice" && !matches!(verdict, "n/a" | "skip");
    let counted = cases.iter().filter(|(id, verdict)| counts(id, verdict));
    counted
        .map(|(id, verdict)| {
            let passes = matches!(verdict.as_str(), "pass" | "warn");
            (id.clone(), if passes { "pass" } else { "fail" }.to_owned())
        })
        .collect()
}

#[test]
fn the_dialogue_is_all_there() {
    let report: Value = serde_json::from_str(&RUN.report("json")).expect("JSON");
    let case = array(&report["cases"]).iter().find(|case| case["id"] == "large#really").expect("the case");
    let last = array(&case["dialogue"]["entries"]).last().expect("the reply");
    assert_eq!((string(&last["from"]), string(&last["event"])), ("server", "message"));
    assert!(string(&last["hex"]).starts_with("52 45 53 55 4C 54 20 1B 5B 32 4A 3C 73"), "{last}");
    assert!(string(&last["text"]).starts_with("RESULT \\x1B[2J<script>"), "{last}");
    assert_eq!(case["failure"]["note"]["id"], "large");
    assert_eq!(case["failure"]["violates"]["place"], "SPEC.md §4");
}
