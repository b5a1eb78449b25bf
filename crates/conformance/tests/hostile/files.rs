//! Suites, dialects, rosters and names of files that others wrote: nothing in them reaches a terminal as it came.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::{serve, without_colours};

/// Clears the screen, turns red (which our own reports do), rings, goes to the left, turns the line round and sets the title.
const WILD: &str = "\u{1b}[2J\u{1b}[7m\u{9b}31m\u{7}\r\u{202e}\u{1b}]0;pwned\u{7}";

/// A directory of the test's own, removed with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("conformance-hostile-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory can be made");
        Self(path)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.0.join(name), content).expect("a file can be written");
    }

    /// The program's exit code, and all that it said.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
            .args(arguments)
            .current_dir(&self.0)
            .env("LC_ALL", "C")
            .output()
            .expect("the program runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).expect("it is text"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// All texts of a suite, of its notes and of its dialect are wild, and every part of the report shows some of them.
#[test]
fn no_text_of_a_suite_reaches_the_terminal() {
    let scratch = Scratch::new("suite");
    scratch.write("suite.json", &suite(WILD, "sum").to_string());
    scratch.write("notes.json", &notes().to_string());
    scratch.write("dialect.json", &dialect(WILD).to_string());
    let target = adder().to_string();
    let run = ["--suite", "suite.json", "--target", &target];
    let rows: [(&[&str], i32); 6] = [
        (&["--color", "always"], 1),
        (&["--color", "never"], 1),
        (&["--color", "always", "--only", "rows#x"], 4),
        (&["--list"], 0),
        (&["--color", "always", "--report", "json=-"], 1),
        (&["--color", "always", "--report", "jsonl=-"], 1),
    ];
    for (more, code) in rows {
        let (status, said) = scratch.run(&[&run[..], more].concat());
        assert_eq!(status, Some(code), "{said}");
        assert_tame(&said, more);
    }
    let (_, report) = scratch.run(&[&run[..], &["--color", "always"]].concat());
    for text in ["It is wild", "Note", "Look", "Reply", "Matcher", "Fact", "#row"] {
        assert!(report.contains(text), "{text} is not shown:\n{report}");
    }
    assert!(
        report.contains("\u{1b}[1m") && report.contains("\u{1b}[31m✗"),
        "it has its own colours: {report}"
    );
}

#[test]
fn no_name_and_no_fault_of_a_file_reaches_the_terminal() {
    let scratch = Scratch::new("check");
    let wild_file = format!("{WILD}.json").replace('\u{7}', "").replace('/', "");
    scratch.write(&wild_file, "{");
    scratch.write("notes.json", &notes().to_string());
    scratch.write("dialect.json", &dialect(WILD).to_string());
    let mut field = suite("t", "sum");
    field[WILD] = json!(1);
    let mut note = suite("t", "sum");
    note["cases"][0]["wrong"] = json!([{"when": {"event": "timeout"}, "note": WILD}]);
    let mut reply = suite("t", "sum");
    reply["cases"][2]["steps"][1]["expect"] = json!(WILD);
    let mut row = suite("t", "sum");
    row["cases"][0]["rows"] = json!([{"id": WILD}, {"id": WILD}]);
    let rows = [field, note, reply, row, suite("t", WILD), dialect_with_fact(WILD)];
    for file in rows {
        scratch.write("x.json", &file.to_string());
        let (status, said) = scratch.run(&["check", "x.json"]);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains(r"\u{1b}[2J"), "the fault is named: {said}");
        assert_tame(&said, &["check"]);
    }
    scratch
        .write("roster.csv", &format!("name,email,id,target\n\"{WILD}\",\"{WILD}\",\"{WILD}\",\"{WILD}\"\n"));
    let target = "127.0.0.1:1";
    let named: [&[&str]; 8] = [
        &["check", &wild_file],
        &["check", WILD],
        &["--target", target, "--suite", WILD],
        &["--target", target, "--dialect", WILD],
        &["--target", target, "--only", WILD],
        &["--target", target, "--report", &format!("json=nowhere/{WILD}")],
        &["roster", WILD],
        &["roster", "roster.csv"],
    ];
    for arguments in named {
        let (status, said) = scratch.run(arguments);
        assert!(matches!(status, Some(2 | 4)), "{arguments:?}: {status:?} {said}");
        assert!(said.contains(r"\u{1b}[2J"), "{arguments:?}: {said}");
        assert_tame(&said, arguments);
    }
}

#[test]
fn no_cell_of_a_roster_reaches_the_terminal() {
    let scratch = Scratch::new("roster");
    let class = format!("name,email,id,target,{WILD}\n\"Ana {WILD}\",a@b{WILD},a1,127.0.0.1:1,{WILD}\n");
    scratch.write("class.csv", &class.replace('\r', ""));
    let (status, said) =
        scratch.run(&["roster", "class.csv", "--out", &format!("out{WILD}").replace('/', "")]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(r"Ana \u{1b}[2J"), "{said}");
    assert_tame(&said, &["roster"]);
}

fn assert_tame(said: &str, arguments: &[&str]) {
    let plain = without_colours(said);
    let wild = plain.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(wild, None, "{arguments:?}:\n{plain:?}");
    assert!(!said.contains("\u{1b}[7m"), "a style that is none of ours: {said:?}");
}

fn suite(text: &str, id: &str) -> Value {
    let wild = |word: &str| json!(format!("{word} {text}"));
    let sum = json!([{"calculate": ["1", "2", "+"], "result": "3"}]);
    json!({
        "id": "s", "title": wild("It is wild"), "document": text, "dialect": "dialect.json", "notes": ["notes.json"],
        "requirements": [{"id": "R1", "level": "must", "section": text, "text": text}],
        "facts": [format!("Fact {WILD}")],
        "preflight": sum, "fence": [{"calculate": ["23", "58", "+"], "result": "81"}],
        "cases": [
            {"id": id, "title": text, "spec": ["R1"], "level": "must", "exchange": sum},
            {"id": "rows", "title": text, "spec": ["R1"], "level": "must", "rows": [{"id": "row", "a": text}, {"id": "other", "a": text}],
             "steps": [{"say": {"text": "{a}"}}, {"expect": "ok"}]},
            {"id": "noted", "title": text, "spec": ["R1"], "level": "must",
             "steps": [{"say": "1"}, {"expect": {"regex": format!("Matcher {}", text.replace('[', "\\["))}}],
             "wrong": [{"when": {"any": true}, "note": "n"}]},
            {"id": "lacking", "title": text, "spec": ["R1"], "level": "must", "needs": [format!("Fact {WILD}")], "exchange": sum}
        ]
    })
}

fn notes() -> Value {
    let wild = |word: &str| json!(format!("{word} {WILD}"));
    json!({"notes": [{"id": "n", "title": wild("Title"), "text": wild("Note"), "look": wild("Look")}]})
}

fn dialect(text: &str) -> Value {
    json!({
        "id": "d", "title": text, "framing": {"send": {"delimiter": "\n"}, "receive": {"delimiter": "\n"}},
        "messages": {"operand": "{value}", "operator": {"+": "+"}},
        "replies": {
            "ok": {"regex": "OK", "title": format!("Reply {text}")},
            "result": {"regex": "RESULT (?<number>.*)", "title": text}
        }
    })
}

fn dialect_with_fact(fact: &str) -> Value {
    let mut dialect = dialect("t");
    dialect["facts"] = json!([fact]);
    dialect
}

/// Adds, and answers `NO` to what is no number.
fn adder() -> SocketAddr {
    serve(|mut stream| {
        let mut operands: Vec<i64> = Vec::new();
        let Ok(reading) = stream.try_clone() else { return };
        for line in BufReader::new(reading).lines().map_while(Result::ok) {
            let reply = match line.parse() {
                Ok(operand) => {
                    operands.push(operand);
                    "OK".to_owned()
                }
                Err(_) if line == "+" => format!("RESULT {}", operands.drain(..).sum::<i64>()),
                Err(_) => "NO".to_owned(),
            };
            if tell(&mut stream, &reply).is_err() {
                return;
            }
        }
    })
}

fn tell(stream: &mut TcpStream, reply: &str) -> std::io::Result<()> {
    stream.write_all(format!("{reply}\n").as_bytes())
}
