//! What somebody's own dialect or suite may say that those which are built in do not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;

use calc_conformance::run::{Options, Report, grade_blocking};
use calc_conformance::suite;
use calc_conformance::verdict::Verdict;
use serde_json::{Value, json};

use crate::arithmetic::{infix, right};
use crate::grading::{flaws, grade, note_of, told, write};
use crate::server::serve;
use crate::written::{UTF_8, calculator, dialect};

/// As servers in C do it: one buffer for all messages, of which a read overwrites the beginning, and replies as long as theirs.
#[test]
fn a_buffer_that_is_never_cleared_is_named_and_its_filling_is_not_spread_out() {
    let file = write(
        "filled",
        &json!({
            "id": "own", "title": "own", "framing": {"send": {}, "receive": {"fixed": 100}},
            "messages": {"calculate": "{a}{operator}{b}"},
            "numbers": {"operands": "[0-9]{1,4}"},
            "replies": {"result": {"regex": "(?<number>[-0-9.]+)\\x00+"}, "fail": {"regex": "error\\x00+"}}
        }),
    );
    let (report, told) = told(
        file.to_str().expect("a path of text"),
        serve(|mut stream| {
            let mut buffer = [0; 100];
            while stream.read(&mut buffer)? > 0 {
                let text = String::from_utf8_lossy(&buffer);
                let value = infix(text.trim_end_matches('\0'), right);
                let mut reply =
                    value.map_or_else(|| "error".to_owned(), |value| value.to_string()).into_bytes();
                reply.resize(buffer.len(), 0);
                stream.write_all(&reply)?;
            }
            Ok(())
        }),
    );
    std::fs::remove_file(file).expect("the file is there");
    assert_eq!(note_of(&report, "session/several-transactions"), Some("stale-buffer"), "{}", flaws(&report));
    assert!(told.contains("← 4410\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00 … (100 octets)\n"), "{told}");
}

/// A protocol that promises three decimals is not asked for 34 digits, and what it prints in place of a number is known for it
/// though the dialect has no word for that.
#[test]
fn no_more_digits_are_asked_for_than_the_dialect_promises() {
    let file = write(
        "decimals",
        &json!({
            "id": "own", "title": "own",
            "framing": {"send": {"delimiter": "\n"}, "receive": {"delimiter": "\n"}},
            "messages": {
                "calculate": "{a}{operator}{b}",
                "operator": {"+": "+", "-": "-", "*": "*", "/": "/", "^": "^"}
            },
            "numbers": {"operands": "[0-9]{1,3}([.][0-9])?", "precision": "1e-2"},
            "replies": {"result": {"regex": "(?<number>[-0-9.]+)"}, "fail": {"regex": "error"}},
            "facts": ["pipelining", "segments", "half-close"]
        }),
    );
    let ieee =
        |operator: char, a: f64, b: f64| if operator == '/' { Some(a / b) } else { right(operator, a, b) };
    let report = grade(
        file.to_str().expect("a path of text"),
        serve(move |mut stream| {
            for message in BufReader::new(stream.try_clone()?).lines() {
                let message = message?;
                let value = match message.split_once('^') {
                    Some((a, b)) => a.parse().ok().zip(b.parse().ok()).map(|(a, b): (f64, f64)| a.powf(b)),
                    None => infix(&message, ieee),
                };
                writeln!(
                    stream,
                    "{}",
                    value.map_or_else(|| "error".to_owned(), |value| format!("{value:.3}"))
                )?;
            }
            Ok(())
        }),
    );
    std::fs::remove_file(file).expect("the file is there");
    let flaws = flaws(&report);
    assert!(!flaws.contains("power-last-place") && !flaws.contains("numbers/"), "{flaws}");
    for id in ["errors/division-by-zero#eight-by-zero", "errors/pipelined-calculation"] {
        assert_eq!(note_of(&report, id), Some("infinity-as-result"), "{id}: {flaws}");
    }
}

/// A suite of one's own about a server that sends back what it got, as fields or as a document.
#[test]
fn a_suite_sends_and_expects_fields_and_documents() {
    let suite = json!({
        "id": "own", "title": "own", "dialect": "echo",
        "preflight": [[{"text": "1"}, {"text": "1"}]], "fence": [[{"text": "2"}, {"text": "2"}]],
        "cases": [
            {
                "id": "fields", "title": "t", "spec": [], "level": "must", "rows": [{"x": "7"}, {"x": "8"}],
                "steps": [
                    {"send": {"pack": [{"u8": "{x}"}, {"length": "u16"}, {"text": "abc", "size": 5}]}},
                    {"expect": {"pack": [{"u8": "{x}"}, {"length": "u16"}, {"hex": "61 ??"}, {"any": 3}]}}
                ]
            },
            {
                "id": "document", "title": "t", "spec": [], "level": "must",
                "steps": [
                    {"send": "{\"a\": 1, \"b\": [true]}"}, {"expect": {"json": {"b": [true]}}},
                ]
            },
            {
                "id": "not-this-one", "title": "t", "spec": [], "level": "must",
                "steps": [{"send": "{\"a\": 1}"}, {"expect": {"json": {"a": 2}}}]
            },
            {
                "id": "nor-these", "title": "t", "spec": [], "level": "must",
                "steps": [{"send": {"pack": [{"u8": 1}]}}, {"expect": {"pack": [{"u8": 2}]}}]
            }
        ]
    });
    let file = write("fields", &suite);
    let report = graded_by(&file);
    let verdicts: Vec<(&str, bool)> =
        report.results.iter().map(|result| (result.id.as_str(), result.verdict == Verdict::Pass)).collect();
    let expected = [
        ("fields#1", true),
        ("fields#2", true),
        ("document", true),
        ("not-this-one", false),
        ("nor-these", false),
    ];
    assert_eq!(verdicts, expected);
    std::fs::remove_file(file).expect("the file is there");
}

/// Octets and text that a suite spells out are meant as they are in its own dialect, although that has whole calculations.
#[test]
fn a_suite_says_what_it_likes_in_its_own_dialect() {
    let own = write("own-dialect", &dialect("utf-8", "3B", "."));
    let case =
        |id: &str, steps: Value| json!({"id": id, "title": "t", "spec": [], "level": "must", "steps": steps});
    let suite = json!({
        "id": "own", "title": "own", "dialect": own.file_name().and_then(|name| name.to_str()),
        "preflight": [[{"text": "2+2"}, {"text": "Año: 4"}]], "fence": [{"calculate": ["23", "58", "+"], "result": "81"}],
        "cases": [
            case("octets", json!([{"send": {"hex": "31 2B 32 3B"}}, {"expect": {"number": "3"}}])),
            case("pieces", json!([
                {"send": "1+2;", "segments": [2], "gap_ms": 5}, {"expect": {"number": "3"}}, {"expect_silence": 20}
            ])),
            case("text", json!([{"say": {"text": "x"}, "segments": [1]}, {"expect": "fail"}, {"expect_silence": 20}])),
            case("otherwise", json!([{"send": "1+2;"}, {"expect": {"text": "Año: 4"}}])),
            case("held", json!([{"say": "1"}, {"send": "+2;"}, {"expect": {"number": "3"}}]))
        ]
    });
    let file = write("own-suite", &suite);
    let report = graded_at(&file, calculator(UTF_8, "."));
    let verdicts: Vec<&Verdict> = report.results.iter().map(|result| &result.verdict).collect();
    let expected = [Verdict::Pass, Verdict::Pass, Verdict::Pass];
    assert!(verdicts[..3].iter().copied().eq(&expected), "{verdicts:?}");
    assert!(matches!(verdicts[3..], [Verdict::Fail(_), Verdict::NotApplicable(_)]), "{verdicts:?}");
    [file, own].into_iter().for_each(|file| std::fs::remove_file(file).expect("the file is there"));
}

/// `fail` looks like anything here. A result is one all the same, and no refusal.
#[test]
fn a_result_is_no_refusal_however_the_refusals_look() {
    let mut vague = dialect("utf-8", "3B", ".");
    vague["replies"]["fail"]["regex"] = json!("(?s).*");
    let file = write("vague", &vague);
    let by_zero = serve(|mut stream| {
        for message in BufReader::new(stream.try_clone()?).split(b';') {
            let message = String::from_utf8_lossy(&message?).into_owned();
            let zero = |operator, a, b| Some(right(operator, a, b).unwrap_or(0.0));
            let reply =
                infix(&message, zero).map_or_else(|| "no;".to_owned(), |value| format!("Año: {value};"));
            stream.write_all(reply.as_bytes())?;
        }
        Ok(())
    });
    let report = grade(file.to_str().expect("a path of text"), by_zero);
    let flawed: Vec<&str> =
        report.results.iter().filter(|result| result.is_flaw()).map(|result| result.stem()).collect();
    assert!(flawed.contains(&"errors/division-by-zero"), "{}", flaws(&report));
    let report = grade(file.to_str().expect("a path of text"), calculator(UTF_8, "."));
    assert_eq!(flaws(&report), "");
    std::fs::remove_file(file).expect("the file is there");
}

/// `1+2` and a line end → two lines, what came of it and the number or the reason.
#[test]
fn replies_of_two_lines_are_one_reply() {
    let two_lines = json!({
        "id": "own", "title": "own",
        "framing": {"send": {"delimiter": "\n"}, "receive": {"delimiter": "\n", "count": 2}},
        "messages": {"calculate": "{a}{operator}{b}"},
        "numbers": {"operands": "[0-9]{1,15}(?:[.][0-9]{1,15})?"},
        "replies": {"result": {"regex": "GOOD\n= (?<number>.+)"}, "fail": {"regex": "BAD\n.*"}},
        "facts": ["pipelining", "segments", "half-close"]
    });
    let file = write("two-lines", &two_lines);
    let server = |bad: &'static str| {
        serve(move |mut stream| {
            for message in BufReader::new(stream.try_clone()?).lines() {
                let reply = match infix(&message?, right) {
                    Some(value) => format!("GOOD\n= {value}\n"),
                    None => format!("{bad}\nno result\n"),
                };
                stream.write_all(reply.as_bytes())?;
            }
            Ok(())
        })
    };
    let name = file.to_str().expect("a path of text");
    assert_eq!(flaws(&grade(name, server("BAD"))), "");
    let report = grade(name, server("GOOD"));
    let flawed: Vec<&str> =
        report.results.iter().filter(|result| result.is_flaw()).map(|result| result.stem()).collect();
    assert!(flawed.contains(&"errors/division-by-zero"), "{flawed:?}");
    std::fs::remove_file(file).expect("the file is there");
}

/// What is ignored shows nothing, but whoever reads the dialogue sees it.
#[test]
fn what_is_ignored_is_in_the_dialogue() {
    let mut chatty = dialect("utf-8", "3B", ".");
    chatty["ignore"] = json!("#.*");
    let file = write("chatty", &chatty);
    let server = serve(|mut stream| {
        for message in BufReader::new(stream.try_clone()?).split(b';') {
            let message = String::from_utf8_lossy(&message?).into_owned();
            let value =
                infix(&message, right).map_or_else(|| "no".to_owned(), |value| format!("Año: {value}"));
            stream.write_all(format!("# thinking;{value};").as_bytes())?;
        }
        Ok(())
    });
    let report = grade(file.to_str().expect("a path of text"), server);
    let sum =
        report.results.iter().find(|result| result.stem() == "session/operand-order").expect("the case");
    let dialogue = format!("{:?}", sum.transcript);
    let thinking = format!("{:?}", b"# thinking;".as_slice());
    assert!(dialogue.contains(thinking.trim_matches(['[', ']'])), "{dialogue}");
    std::fs::remove_file(file).expect("the file is there");
}

fn graded_by(file: &std::path::Path) -> Report {
    graded_at(file, serve(|mut stream| std::io::copy(&mut stream.try_clone()?, &mut stream).map(drop)))
}

fn graded_at(file: &std::path::Path, server: SocketAddr) -> Report {
    let suite =
        suite::load(file.to_str().expect("a path of text")).unwrap_or_else(|problems| panic!("{problems}"));
    let target = server.to_string().parse().expect("an address is a target");
    grade_blocking(&suite, &target, &Options::default()).expect("the system gives a runtime")
}
