//! `conformance check FILE` names the file, the place in it, and what would be right, whatever is wrong.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

/// What is wrong with a file of these octets.
fn check(name: &str, octets: &[u8]) -> (Option<i32>, String) {
    let directory = std::env::temp_dir().join(format!("conformance-check-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory can be made");
    fs::write(directory.join(name), octets).expect("a file can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["check", name])
        .current_dir(&directory)
        .output()
        .expect("the program runs");
    fs::remove_file(directory.join(name)).expect("the file is there");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).trim_end().to_owned())
}

fn suite_with(steps: Value) -> Value {
    json!({
        "id": "s", "title": "s", "dialect": "calc-1",
        "requirements": [{"id": "R1", "level": "must", "section": "1", "text": "t"}],
        "preflight": [{"calculate": ["17", "25", "+"], "result": "42"}],
        "fence": [{"calculate": ["23", "58", "+"], "result": "81"}],
        "cases": [{"id": "a", "title": "t", "spec": ["R1"], "level": "must", "steps": steps}]
    })
}

fn dialect_with(field: &str, value: Value) -> Value {
    let mut dialect = json!({
        "id": "d", "title": "d", "greeting": 1,
        "framing": {"send": {"delimiter": "\n"}, "receive": {"delimiter": "\n"}},
        "messages": {"operand": "{value}"},
        "replies": {"result": {"regex": "= (?<number>.+)"}}
    });
    dialect[field] = value;
    dialect
}

/// A dialect whose replies all have 16 octets.
fn fixed(replies: Value) -> Value {
    let mut dialect = dialect_with("replies", replies);
    dialect["framing"]["receive"] = json!({"fixed": 16});
    dialect
}

#[test]
fn files_that_are_no_json_of_ours() {
    let right = suite_with(json!([{"say": "1"}])).to_string();
    let marked = [b"\xef\xbb\xbf", right.as_bytes()].concat();
    assert_eq!(check("marked.json", &marked), (Some(0), "marked.json: ok".to_owned()), "a byte order mark");
    let deep = |open: &str, close: &str| {
        let nested = format!("{}\"ok\"{}", open.repeat(1000), close.repeat(1000));
        suite_with(json!([{"expect": "HERE"}])).to_string().replace("\"HERE\"", &nested)
    };
    let (any_of, not) = (deep(r#"{"any_of": ["#, "]}"), deep(r#"{"not": "#, "}"));
    let repeats = deep(r#"{"repeat": {"times": 1, "steps": ["#, "]}}");
    let rows: [(&[u8], &str); 11] = [
        (b"", "x.json:1:0: the file ends too early: a bracket, a brace or a quote is open, or it is empty"),
        (&right.as_bytes()[..30], "the file ends too early"),
        (b"{}", "x.json: no field says what it is: a suite has `preflight`"),
        (b"[]", "x.json: no field says what it is: a suite has `preflight`"),
        (b"{\"id\": \"\xff\"}", "x.json: is not UTF-8: octet 9 is part of no character; save it as UTF-8"),
        (b"{\"id\": \"a\", \"id\": \"b\", \"framing\": {}}", "x.json:1:16: duplicate field `id`"),
        (&[b'['; 100_000], "x.json:1:128: recursion limit exceeded"),
        (any_of.as_bytes(), "recursion limit exceeded"),
        (not.as_bytes(), "recursion limit exceeded"),
        (repeats.as_bytes(), "recursion limit exceeded"),
        (&[b' '; (4 << 20) + 1], "x.json: is longer than 4 MiB, the most that a file may have"),
    ];
    for (octets, message) in rows {
        let (code, said) = check("x.json", octets);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(message), "{message}\n{said}");
    }
}

#[test]
fn suites_and_dialects_that_ask_too_much_or_make_no_sense() {
    let turns = |times: u64, steps: Value| suite_with(json!([{"repeat": {"times": times, "steps": steps}}]));
    let expects = |reply: Value| suite_with(json!([{"say": "1"}, {"expect": reply}]));
    let receive = |receive: Value| dialect_with("framing", json!({"send": {}, "receive": receive}));
    let relaxation = |fields: &str| {
        let text = format!(
            r#"[{{"id": "r", "title": "t", "breaks": []}}, {{"title": "t", "breaks": [], {fields}}}]"#
        );
        dialect_with("relaxations", serde_json::from_str(&text).expect("it is JSON"))
    };
    let mut blank = suite_with(json!([{"say": "1"}]));
    blank["cases"][0]["id"] = json!("a b");
    let rows = [
        (turns(0, json!([{"say": "1"}])), "cases[0].steps[0]: 0 times do nothing"),
        (
            turns(1000, json!([{"repeat": {"times": 1000, "steps": [{"say": "1"}]}}])),
            "cases[0].steps[0]: 1000000 turns, with those of `repeat` in it; there can be 10000 at most",
        ),
        (
            suite_with(json!([{"wait_ms": -1}])),
            "wait_ms: invalid value: integer `-1`, expected a whole number, 0 or more",
        ),
        (
            suite_with(json!([{"send": {"fill": "x", "count": 4_000_000_000_u32}}])),
            "steps[0].send: more than 16777216 octets to send",
        ),
        (
            expects(json!({"regex": "(?:a{1000}){1000}"})),
            "is no pattern: it is too large when its repetitions are written out",
        ),
        (expects(json!({"regex": "(".repeat(1000) + &")".repeat(1000)})), "is no pattern: "),
        (blank, "cases[0].id: `a b` is no id: it has no blanks and no #"),
        (
            receive(json!({"fixed": 99_999_999_999_u64})),
            "framing.receive: 99999999999 octets; there can be 1048576 at most",
        ),
        (receive(json!({"quiet_ms": 0})), "framing.receive: `quiet_ms` is from 1 to 60000"),
        (dialect_with("greeting", json!(4_000_000_000_u32)), "greeting: a greeting has at most 100 messages"),
        (
            dialect_with("messages", json!({"operand": "{val}"})),
            "messages.operand: nothing is called `{val}`; there are value",
        ),
        (
            dialect_with("messages", json!({"operand": "NUM"})),
            "messages.operand: `{value}` stands nowhere in it, so it would always be the same message",
        ),
        (
            dialect_with("messages", json!({"calculate": {"+": "ADD {a}", "neg": "NEG {a}"}})),
            "messages.calculate.+: `{b}` stands nowhere in it",
        ),
        (
            dialect_with("messages", json!({"calculate": "CALC {a} {b}"})),
            "messages.calculate: `{operator}` stands nowhere in it",
        ),
        (
            dialect_with("messages", json!({"operand": "{value}", "calculate": "{a} {operator} {b}"})),
            "messages.operand: an operand alone leads nowhere without `operator`",
        ),
        (
            dialect_with("codes", json!({"division_by_zero": "2"})),
            "codes.division_by_zero: the suite has no code `division_by_zero`; did you mean `division-by-zero`?",
        ),
        (
            dialect_with("facts", json!(["half_close"])),
            "facts: the dialect's fact `half_close` is not among the suite's; did you mean `half-close`?",
        ),
        (
            dialect_with("messages", json!({"quit": "BYE"})),
            "messages: the first calculation of the suite `calc` cannot be expressed: no words for an operand alone",
        ),
        (
            dialect_with("framing", json!({"send": {"fixed": 1}, "receive": {"delimiter": "\n"}})),
            "cannot be expressed: a message of 2 octets in 1",
        ),
        (
            fixed(json!({"result": {"pack": [{"u8": 0}, {"number": "f64"}]}})),
            "replies.result: 9 octets, where every reply has 16 (`framing.receive`)",
        ),
        (
            fixed(json!({
                "result": {"pack": [{"u8": 0}, {"any": 7}, {"number": "f64"}]},
                "fail": {"pack": [{"code": "u8"}, {"any": 15}]}
            })),
            "replies.fail: `\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00@\\x14\\x00\\x00\\x00\\x00\\x00\\x00` is a `result`, and a `fail` too",
        ),
        (
            dialect_with(
                "replies",
                json!({"result": {"regex": ".*?(?<number>[0-9.]+)"}, "fail": {"regex": "ERROR [0-9]+"}}),
            ),
            "replies.result: `ERROR 5` is a `fail`, and a `result` too",
        ),
        (
            dialect_with(
                "replies",
                json!({"result": {"pack": [{"number": "f64"}]}, "fail": {"pack": [{"u8": 1, "not": 0}]}}),
            ),
            "replies.fail.pack[0]: `not` belongs to `code`",
        ),
        (
            dialect_with("messages", json!({"quit": {"pack": [{"u8": 300}]}})),
            "messages.quit: 300 in a field U8",
        ),
        (
            dialect_with("replies", json!({"result": {"regex": "= .+"}})),
            "replies.result: it carries no number: name the group, `(?<number>…)`",
        ),
        (
            dialect_with(
                "replies",
                json!({"result": {"pack": [{"any": 99_999_999_999_u64}, {"number": "u8"}]}}),
            ),
            "replies.result.pack[0]: 99999999999 octets; there can be 1048576 at most",
        ),
        (relaxation(r#""id": "r""#), "relaxations[1].id: `r` is there twice"),
        (
            relaxation(r#""id": "q", "replies": {"reslt": {"regex": "x"}}"#),
            "relaxations[1].replies.reslt: the dialect has no reply `reslt`; did you mean `result`?",
        ),
    ];
    for (file, message) in rows {
        let (code, said) = check("y.json", file.to_string().as_bytes());
        assert_eq!(code, Some(2), "{file}: {said}");
        assert!(said.starts_with("y.json") && said.contains(message), "{message}\n{said}");
    }
}

/// What a dialect has no words for is no fault; how much that is, is said.
#[test]
fn a_dialect_is_checked_against_a_suite() {
    let mut dialect = fixed(json!({
        "result": {"pack": [{"u8": 0}, {"any": 7}, {"number": "f64"}]},
        "fail": {"pack": [{"code": "u8", "not": 0}, {"any": 15}]}
    }));
    dialect["messages"] = json!({"calculate": "{a} {operator} {b}"});
    let (code, said) = check("z.json", dialect.to_string().as_bytes());
    assert_eq!(code, Some(0), "{said}");
    let counts = said
        .strip_prefix("z.json: ok; ")
        .and_then(|said| said.strip_suffix(" cases of the suite calc can be expressed"));
    let counts = counts.and_then(|counts| counts.split_once(" of the ")).unwrap_or_else(|| panic!("{said}"));
    let (some, all): (u32, u32) = (counts.0.parse().expect("a count"), counts.1.parse().expect("a count"));
    assert!(20 < some && some < all, "{said}");
}

#[test]
fn a_note_quotes_a_requirement_that_there_is() {
    let directory = std::env::temp_dir().join(format!("conformance-check-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory can be made");
    for (quoted, code, said) in [
        ("R1", 0, "quoting-R1.json: ok"),
        (
            "R2",
            2,
            "quoting-R2.json: the note `n`: violates: no requirement is called `R2`; did you mean `R1`?",
        ),
    ] {
        let note = json!({"id": "n", "title": "t", "text": "t", "look": "t", "violates": quoted});
        let notes = format!("notes-{quoted}.json");
        fs::write(directory.join(&notes), json!({"notes": [note]}).to_string())
            .expect("a file can be written");
        let mut suite = suite_with(json!([{"say": "1"}]));
        suite["notes"] = json!([notes]);
        let told = check(&format!("quoting-{quoted}.json"), suite.to_string().as_bytes());
        fs::remove_file(directory.join(&notes)).expect("the file is there");
        assert_eq!(told, (Some(code), said.to_owned()));
    }
}
