//! What somebody's own dialect or suite may say that those which are built in do not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use calc_conformance::language::Language;
use calc_conformance::report::{Detail, Terminal};
use calc_conformance::run::{self, Options, Report, grade_blocking};
use calc_conformance::suite;
use calc_conformance::verdict::Verdict;
use serde_json::{Value, json};

use crate::arithmetic::{infix, right, swapped};
use crate::grading::{flaws, grade, note_of, passed};
use crate::server::serve;

/// Text to octets and back.
#[derive(Clone, Copy)]
struct Codec {
    encode: fn(&str) -> Vec<u8>,
    decode: fn(&[u8]) -> String,
}

const UTF_8: Codec = Codec {
    encode: |text| text.as_bytes().to_vec(),
    decode: |octets| String::from_utf8_lossy(octets).into_owned(),
};
const LATIN_1: Codec = Codec {
    encode: |text| text.chars().map(|c| c as u8).collect(),
    decode: |octets| octets.iter().map(|octet| char::from(*octet)).collect(),
};
const UTF_16_LE: Codec = Codec {
    encode: |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    decode: |octets| {
        char::decode_utf16(octets.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])))
            .flatten()
            .collect()
    },
};
const UTF_16_BE: Codec = Codec {
    encode: |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    decode: |octets| {
        char::decode_utf16(octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])))
            .flatten()
            .collect()
    },
};

/// `1+2` and a semicolon → `Año: 3;`, in an encoding, and with this sign before the fraction.
fn calculator(codec: Codec, sign: &'static str) -> SocketAddr {
    let end = (codec.encode)(";");
    serve(move |mut stream| {
        let mut input = BufReader::new(stream.try_clone()?);
        loop {
            let mut message = Vec::new();
            while !message.ends_with(&end) {
                if input.read_until(*end.last().unwrap_or(&0), &mut message)? == 0 {
                    return Ok(());
                }
            }
            message.truncate(message.len() - end.len());
            let value = infix(&(codec.decode)(&message).replace(sign, "."), right);
            let reply = value.map_or_else(
                || "operación no válida;".to_owned(),
                |value| format!("Año: {value};").replace('.', sign),
            );
            stream.write_all(&(codec.encode)(&reply))?;
        }
    })
}

fn dialect(encoding: &str, delimiter: &str, decimal: &str) -> Value {
    json!({
        "id": "own", "title": "own", "encoding": encoding,
        "framing": {"send": {"delimiter": {"hex": delimiter}}, "receive": {"delimiter": {"hex": delimiter}}},
        "messages": {"calculate": "{a}{operator}{b}"},
        "numbers": {"operands": "[0-9]{1,15}(?:[.][0-9]{1,15})?", "decimal": decimal},
        "replies": {"result": {"regex": "Año: (?<number>.+)"}, "fail": {"regex": "operación no .álida"}},
        "facts": ["pipelining", "segments", "half-close"]
    })
}

#[test]
fn text_in_other_encodings_and_numbers_with_a_comma() {
    let rows = [
        ("utf-8", "3B", ",", UTF_8),
        ("latin-1", "3B", ".", LATIN_1),
        ("utf-16le", "3B 00", ".", UTF_16_LE),
        ("utf-16be", "00 3B", ",", UTF_16_BE),
    ];
    for (encoding, delimiter, decimal, codec) in rows {
        let file = write(encoding, &dialect(encoding, delimiter, decimal));
        let report = grade(file.to_str().expect("a path of text"), calculator(codec, decimal));
        assert_eq!(flaws(&report), "", "{encoding}");
        assert!(passed(&report) >= 30, "{encoding}: {}", passed(&report));
        std::fs::remove_file(file).expect("the file is there");
    }
}

/// Where the protocol has a comma, a point is wrong: once.
#[test]
fn the_wrong_sign_before_the_fraction_costs_once() {
    let file = write("comma", &dialect("utf-8", "3B", ","));
    let report = grade(
        file.to_str().expect("a path of text"),
        serve(|mut stream| {
            for message in BufReader::new(stream.try_clone()?).split(b';') {
                let message = String::from_utf8_lossy(&message?).replace(',', ".");
                let value = infix(&message, right)
                    .map_or_else(|| "operación no válida;".to_owned(), |value| format!("Año: {value};"));
                stream.write_all(value.as_bytes())?;
            }
            Ok(())
        }),
    );
    std::fs::remove_file(file).expect("the file is there");
    assert_is_the_only_cause(&report, "decimal-sign");
}

/// Where the fields have network order, that of the processor is wrong: once.
#[test]
fn the_wrong_order_of_octets_costs_once() {
    let words = |operator: u16| json!({"pack": [{"text": "CALC"}, {"u16": operator}, {"f64": "{a}"}, {"f64": "{b}"}]});
    let dialect = json!({
        "id": "binary", "title": "binary", "framing": {"send": {"fixed": 22}, "receive": {"fixed": 14}},
        "messages": {"calculate": {"+": words(1), "-": words(2), "*": words(3), "/": words(4)}},
        "replies": {
            "result": {"pack": [{"text": "CALC"}, {"u16": 0}, {"number": "f64"}]},
            "fail": {"pack": [{"text": "CALC"}, {"code": "u16"}, {"any": 8}]}
        },
        "codes": {"syntax": "1", "division-by-zero": "2"},
        "facts": ["pipelining", "segments", "half-close"]
    });
    let file = write("byte-order", &dialect);
    let name = file.to_str().expect("a path of text");
    let right_order = grade(name, binary(right, f64::to_be_bytes, u16::to_be_bytes));
    assert_eq!(flaws(&right_order), "");
    assert_is_the_only_cause(&grade(name, binary(right, f64::to_le_bytes, u16::to_le_bytes)), "byte-order");
    let (swaps, words) = told(name, binary(swapped, f64::to_be_bytes, u16::to_be_bytes));
    std::fs::remove_file(file).expect("the file is there");
    assert_eq!(note_of(&swaps, "session/operand-order#subtraction"), Some("operands-swapped"));
    assert!(words.contains("(a reply `result` with the number -5)"), "{words}");
    assert!(words.contains("(the number -5)"), "{words}");
}

/// `CALC`, an operator and two doubles → `CALC`, a status and a double.
fn binary(
    arithmetic: crate::arithmetic::Arithmetic,
    double: fn(f64) -> [u8; 8],
    status: fn(u16) -> [u8; 2],
) -> SocketAddr {
    serve(move |mut stream| {
        let mut message = [0; 22];
        while stream.read_exact(&mut message).is_ok() {
            let number = |at: usize| f64::from_be_bytes(std::array::from_fn(|index| message[at + index]));
            let operator = ['?', '+', '-', '*', '/'].get(usize::from(message[5])).copied().unwrap_or('?');
            let result = arithmetic(operator, number(6), number(14)).filter(|result| result.is_finite());
            let refusal = if operator == '?' { 1 } else { 2 };
            let code = if result.is_some() { 0 } else { refusal };
            let reply = [&b"CALC"[..], &status(code), &double(result.unwrap_or_default())].concat();
            stream.write_all(&reply)?;
        }
        Ok(())
    })
}

/// The server is graded in spite of its deviation, and that is named in every case that it costs.
fn assert_is_the_only_cause(report: &Report, note: &str) {
    let failed: Vec<_> = report.results.iter().filter(|result| result.is_flaw()).collect();
    assert!(!failed.is_empty(), "the deviation costs nothing");
    assert!(failed.iter().all(|result| result.note() == Some(note)), "{}", flaws(report));
    let grade = report.grade().out_of_100().expect("a grade");
    assert!((90.0..100.0).contains(&grade), "{grade}\n{}", flaws(report));
}

/// Grades as the program does, with what it says on the terminal.
fn told(dialect: &str, address: SocketAddr) -> (Report, String) {
    let suite = suite::load_in_dialect("calc", dialect).unwrap_or_else(|problems| panic!("{problems}"));
    let target = address.to_string().parse().expect("a socket address is a target");
    let mut told = Vec::new();
    let out = anstream::StripStream::new(&mut told);
    let mut terminal = Terminal::new(out, &suite, Language::En, String::new()).showing(Detail::Failures);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = Options::default();
    let report = runtime.block_on(run::grade(&suite, &target, &options, std::future::pending(), |event| {
        terminal.on(&event).expect("a vector takes everything");
    }));
    drop(terminal);
    (report, String::from_utf8(told).expect("the report is text"))
}

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

pub(crate) fn write(name: &str, file: &Value) -> PathBuf {
    let path = std::env::temp_dir().join(format!("conformance-own-{name}-{}.json", std::process::id()));
    std::fs::write(&path, file.to_string()).expect("a file can be written");
    path
}
