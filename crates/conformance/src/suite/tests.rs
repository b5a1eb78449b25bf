//! Every fault of a suite, with the message that names file, place and what would be right.

use std::collections::BTreeMap;

use super::load_with;
use crate::suite::Script;
use crate::testing::{DIALECT, suite};

/// What loading says about a suite with this chapter file.
fn faults(chapter: &str) -> String {
    faults_with("", chapter)
}

fn faults_with(fields: &str, chapter: &str) -> String {
    let suite = format!(
        r#"{{"id": "s", "title": "s", "dialect": "t", "chapters": ["c.json"], "notes": ["s"], {fields}
            "requirements": [{{"id": "FRAME-1", "level": "must", "section": "3", "text": "t"}}],
            "facts": ["lines", "pipelining"], "offers": {{"sqrt": [["9", "ok"], ["sqrt", "result"]]}},
            "preflight": [["1", "ok"]], "fence": [["1", "ok"]]}}"#
    );
    let notes = r#"{"notes": [{"id": "no-reply", "title": "t", "text": "t", "look": "l"}]}"#;
    let texts = [
        ("s/suite.json", suite.as_str()),
        ("s/c.json", chapter),
        ("notes/s.json", notes),
        ("dialects/t.json", DIALECT),
    ];
    let texts: BTreeMap<_, _> = texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    match load_with("s", texts) {
        Ok(_) => "no fault".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

/// What loading says about a case with these fields.
fn faults_of_case(fields: &str) -> String {
    faults(&format!(
        "{{\"id\": \"c\", \"title\": \"t\", \"cases\": [\n{{\"id\": \"c/x\", \"title\": \"t\", \"spec\": [\"FRAME-1\"], \"level\": \"must\",\n{fields}}}]}}"
    ))
}

#[test]
fn faults_in_the_json_have_line_and_column() {
    let rows = [
        (r#""step": []"#, "s/c.json:3:6: cases[0].step: unknown field `step`; did you mean `steps`?"),
        (
            r#""steps": [{"expct": "ok"}]"#,
            "s/c.json:3:18: cases[0].steps[0].expct: unknown field `expct`; did you mean `expect`?",
        ),
        (
            r#""steps": [{"say": "1", "expect": "ok"}]"#,
            "s/c.json:3:39: cases[0].steps[0]: a step has exactly one of `connect`, `say`, `send`, `expect`, `expect_close`, \
             `expect_silence`, `half_close`, `close`, `abort`, `wait_ms`, `repeat`, `clients`, `fence`; here are `say` and `expect`",
        ),
        (
            r#""steps": [{"say": "1", "capture": "x"}]"#,
            "s/c.json:3:39: cases[0].steps[0]: `capture` belongs to `expect`",
        ),
        (
            r#""steps": [{"expect_close": "fim"}]"#,
            "s/c.json:3:32: cases[0].steps[0].expect_close: unknown variant `fim`; did you mean `fin`?",
        ),
        (
            r#""steps": [{"say": "1", "segments": "byte"}]"#,
            "s/c.json:3:41: cases[0].steps[0].segments: unknown variant `byte`; did you mean `bytes`?",
        ),
        (
            r#""steps": [{"send": {"fill": "x"}}]"#,
            "s/c.json:3:32: cases[0].steps[0].send: `fill` without `count`",
        ),
        (
            r#""steps": [{"half_close": false}]"#,
            "s/c.json:3:31: cases[0].steps[0].half_close: only `true` has a meaning here; leave the key out instead",
        ),
        (r#""exchange": [["1"]]"#, "s/c.json:3:18: cases[0].exchange[0]: a pair without its reply"),
        (
            r#""exchange": [["1", {"number": "1", "exact": true, "rel": "1"}]]"#,
            "s/c.json:3:61: cases[0].exchange[0][1]: a tolerance has exactly one of `rel`, `abs`, `exact`, `rounded`, `overflowed`; here are `rel` and `exact`",
        ),
        (
            r#""exchange": [["1", {"event": "timeout"}]]"#,
            "s/c.json:3:39: cases[0].exchange[0][1]: an event is no reply; it belongs in the `when` of a `wrong`",
        ),
        (
            r#""exchange": [["1", "ok"]], "wrong": [{"when": {"event": "timeot"}, "note": "no-reply"}]"#,
            "s/c.json:3:64: cases[0].wrong[0].when.event: unknown variant `timeot`; did you mean `timeout`?",
        ),
        (
            r#""steps": [{"clients": {"count": 0, "steps": []}}]"#,
            "s/c.json:3:49: cases[0].steps[0]: 0 clients; there can be 1 to 200",
        ),
        (
            r#""points": "2""#,
            "s/c.json:3:13: cases[0].points: invalid type: string \"2\", expected a whole number, 0 or more",
        ),
        (r#""points": 2 "#, "s/c.json: cases[0]: a case needs `exchange` or `steps`"),
    ];
    for (fields, message) in rows {
        assert_eq!(faults_of_case(fields), message, "{fields}");
    }
}

#[test]
fn names_that_mean_nothing_have_their_place_and_the_right_spelling() {
    let rows = [
        (
            r#""exchange": [["1", "okk"]]"#,
            "s/c.json: cases[0].exchange[0]: the dialect has no reply `okk`; did you mean `ok`?",
        ),
        (
            r#""exchange": [["1", "ok"]], "needs": ["line"]"#,
            "s/c.json: cases[0].needs[0]: no fact in the suite is called `line`; did you mean `lines`?",
        ),
        (
            r#""exchange": [["1", "ok"]], "offers": ["sqr"]"#,
            "s/c.json: cases[0].offers[0]: no offer of the suite is called `sqr`; did you mean `sqrt`?",
        ),
        (
            r#""exchange": [["1", "ok"]], "requires": ["c/y"]"#,
            "s/c.json: cases[0].requires[0]: no earlier case is called `c/y`; there are none",
        ),
        (
            r#""exchange": [["1", "ok"]], "wrong": [{"when": "fail", "note": "no-replay"}]"#,
            "s/c.json: cases[0].wrong[0].note: no note is called `no-replay`; did you mean `no-reply`?",
        ),
        (
            r#""exchange": [["1", "ok"]], "wrong": [{"when": "fail"}]"#,
            "s/c.json: cases[0].wrong[0]: a diagnosis needs a `note`",
        ),
        (
            r#""steps": [{"connect": "slow"}, {"on": "slov", "say": "1"}]"#,
            "s/c.json: cases[0].steps[1].on: no connection `slov` has been opened; did you mean `slow`?",
        ),
        (
            r#""steps": [{"clients": {"count": 2, "steps": [{"connect": "x"}]}}]"#,
            "s/c.json: cases[0].steps[0].clients.steps[0]: the steps of `clients` are on each client's own connection: no \
             `connect`, `clients` or `on`",
        ),
        (
            r#""steps": [{"send": {"hex": "3"}}]"#,
            "s/c.json: cases[0].steps[0].send: 1 hexadecimal digits make no whole number of octets",
        ),
        (
            r#""steps": [{"send": "ab", "segments": [1, 2]}]"#,
            "s/c.json: cases[0].steps[0].segments: a cut behind the last of 2 octets",
        ),
        (
            r#""steps": [{"say": {"operator": "sqr"}}]"#,
            "s/c.json: cases[0].steps[0].say: no operator is called `sqr`; did you mean `sqrt`?",
        ),
        (
            r#""rows": [{"a": "1"}, {"b": "1"}], "exchange": [["{a}", "ok"]]"#,
            "s/c.json: cases[0]: the rows have not all the same fields\n\
             s/c.json: cases[0]: nothing is called `{a}`; did you mean `b`?",
        ),
        (
            r#""rows": [{"operand": "1"}], "exchange": [["{operant}", "ok"]]"#,
            "s/c.json: cases[0]: nothing is called `{operant}`; did you mean `operand`?",
        ),
        (
            r#""rows": [{"id": "a"}, {"id": "a"}], "exchange": [["1", "ok"]]"#,
            "s/c.json: cases[0].id: two rows are called `a`",
        ),
        (
            r#""exchange": [["1", "ok"]], "steps": []"#,
            "s/c.json: cases[0]: a case has `exchange` or `steps`, not both",
        ),
    ];
    for (fields, message) in rows {
        assert_eq!(faults_of_case(fields), message, "{fields}");
    }
}

#[test]
fn faults_of_whole_files() {
    let case =
        r#"{"id": "c/x", "title": "t", "spec": ["FRAME-2"], "level": "must", "exchange": [["1", "ok"]]}"#;
    let chapter = |cases: &str| format!(r#"{{"id": "c", "title": "t", "cases": [{cases}]}}"#);
    let rows = [
        (
            "",
            chapter(case),
            "s/c.json: cases[0].spec[0]: no requirement is called `FRAME-2`; did you mean `FRAME-1`?",
        ),
        ("", chapter("]"), "s/c.json:1:38: expected `,` or `}`"),
        (
            r#""wrong": [{"when": "x", "note": "no-reply"}],"#,
            chapter(""),
            "s/suite.json: wrong[0].when: the dialect has no reply `x`; there are fail, ok, result",
        ),
        (
            r#""grading": {"should_weight": 2},"#,
            chapter(""),
            "s/suite.json: grading.should_weight: a weight lies between 0 and 1",
        ),
        (
            r#""tite": 1,"#,
            chapter(""),
            "s/suite.json:1:88: tite: unknown field `tite`; did you mean `title`?",
        ),
    ];
    for (fields, chapter, message) in rows {
        assert_eq!(faults_with(fields, &chapter), message);
    }
    let case = case.replace("FRAME-2", "FRAME-1");
    let twice = faults(&chapter(&format!("{case}, {case}")));
    assert_eq!(twice, "s/c.json: cases[1].id: there is already a case `c/x`");
    let elsewhere = faults(&chapter(&case.replace("c/x", "d/x")));
    assert_eq!(elsewhere, "s/c.json: cases[0].id: `d/x` does not begin with `c/`");
}

#[test]
fn a_suite_that_is_not_there() {
    for (name, message) in [
        (
            "calk",
            "calk: no suite of that name is built in; did you mean `calc`? (a suite of your own is a file that ends with .json)",
        ),
        ("nowhere/suite.json", "nowhere/suite.json: cannot be read: "),
    ] {
        // What follows is the system's own word for it.
        let problems = super::load(name).expect_err("it is not there").to_string();
        assert!(problems.starts_with(message), "{problems}");
    }
}

#[test]
fn rows_make_cases_and_an_exchange_makes_steps() {
    let suite = suite(
        r#"{"id": "t/add", "title": "{a} and {b}", "spec": ["R1"], "level": "must",
            "rows": [{"id": "small", "a": "1", "b": "2", "sum": "3"}, {"id": "large", "a": "10", "b": "20", "sum": "30"}],
            "exchange": [{"calculate": ["{a}", "{b}", "+"], "result": "{sum}"}]},
           {"id": "t/braces", "title": "{a}", "spec": ["R1"], "level": "must", "exchange": [["{a}", "fail"]]}"#,
    );
    let cases: Vec<_> = suite.cases().collect();
    let names: Vec<_> =
        cases.iter().map(|case| (case.id.as_str(), case.stem(), case.title.en.as_str())).collect();
    let expected = [
        ("t/add#small", "t/add", "1 and 2"),
        ("t/add#large", "t/add", "10 and 20"),
        ("t/braces", "t/braces", "{a}"),
    ];
    assert_eq!(names, expected);
    for (case, count) in cases.iter().zip([6, 6, 2]) {
        assert!(
            matches!(&case.script, Script::Steps(steps) if steps.len() == count),
            "{}: {:?}",
            case.id,
            case.script
        );
    }
}

#[test]
fn the_built_in_suite_is_in_order() {
    assert_eq!(super::load("calc").map(|suite| suite.id), Ok("calc".to_owned()));
    assert_eq!(suite("").cases().count(), 0);
}
