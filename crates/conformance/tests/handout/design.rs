//! `docs/lab/design.md`, its template of a dialect, and the example that fills it in.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use calc_conformance::schema::Kind;
use serde_json::Value;

use crate::{command, docs, has, read};

const PAGES: [&str; 2] = ["lab/design.md", "es/lab/design.md"];
const EXAMPLES: [&str; 2] = ["lab/design/example.md", "es/lab/design/example.md"];

#[test]
fn the_template_and_the_example_are_dialects() {
    let checked = command("conformance", &docs().join("lab/design"))
        .args(["check", "dialect.json", "example.json"])
        .output()
        .expect("the grader runs");
    let told = String::from_utf8_lossy(&checked.stdout);
    let are_right = ["dialect.json: ok; ", "example.json: ok; "].iter().all(|right| told.contains(right));
    assert!(are_right, "{told}{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn every_command_of_the_page_prints_what_the_page_says() {
    if !has("python3") {
        return;
    }
    for page in PAGES {
        let dialogue = blocks(page, "console").concat();
        let mut printed = String::new();
        for line in dialogue.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let output = command("sh", &docs().join("lab/design")).args(["-c", line]).output();
            let output = output.expect("a shell runs");
            printed += &["$ ", line, "\n"].concat();
            printed += &String::from_utf8_lossy(&[output.stdout, output.stderr].concat());
        }
        assert_eq!(printed, dialogue, "{page}");
    }
}

/// Whatever can be said in the example's protocol is passed, and the page says how much that is.
#[test]
fn the_examples_server_passes_all_that_can_be_asked_of_it() {
    if !has("python3") {
        return;
    }
    let output = command("conformance", &docs().join("lab/design"))
        .args(["--dialect", "example.json", "--exec", "python3 example.py {port}", "--report", "json=-"])
        .output()
        .expect("the grader runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report in JSON");
    assert_eq!(report["result"]["grade"]["out_of_100"], 100.0, "{:#}", report["result"]);
    let rows = report["cases"].as_array().expect("cases");
    let with = |verdicts: &[&str]| -> BTreeSet<&str> {
        let rows = rows.iter().filter(|row| row["verdict"].as_str().is_some_and(|is| verdicts.contains(&is)));
        rows.filter_map(|row| row["id"].as_str()?.split('#').next()).collect()
    };
    let other: Vec<&Value> =
        rows.iter().filter(|row| row["verdict"] != "pass" && row["verdict"] != "n/a").collect();
    assert!(other.is_empty(), "{other:#?}");
    let (all, passed) = (with(&["pass", "n/a"]).len(), with(&["pass"]).len());
    for (page, sentence) in PAGES
        .iter()
        .zip([format!("Of the {all} cases, {passed} remain"), format!("De los {all} casos quedan {passed}")])
    {
        assert!(read(page).contains(&sentence), "{page}: {sentence}");
    }
}

#[test]
fn the_conversation_goes_as_the_example_says() {
    if !has("python3") {
        return;
    }
    let server = Example::start();
    let [transcript] = &blocks(EXAMPLES[0], "transcript")[..] else { panic!("one transcript") };
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    let mut replies = BufReader::new(stream.try_clone().expect("a clone")).lines();
    for line in transcript.lines() {
        let (speaker, said) = line.split_once(':').expect("C: or S:");
        let said = said.strip_prefix(' ').unwrap_or(said);
        if speaker == "C" {
            stream.write_all(format!("{said}\n").as_bytes()).expect("it takes the line");
        } else {
            assert_eq!(replies.next().expect("a line").expect("in time"), said);
        }
    }
    assert!(replies.next().is_none(), "it closes");
}

/// The limits and errors of which the transcript says nothing.
#[test]
fn the_examples_server_keeps_to_its_own_rules() {
    if !has("python3") {
        return;
    }
    let server = Example::start();
    let full = |length: usize| {
        let start = "CARD/1 add\na: 1\nb: 2\nc: ";
        format!("{start}{}\n\n", "x".repeat(length - start.len() - 1))
    };
    let rows = [
        ("CARD/1 add\r\na: 1\r\nb: 2\r\n\r\n".to_owned(), "result: 3"),
        ("\n\nCARD/1 add\nb: 2\na: 1\n\n".to_owned(), "result: 3"),
        (full(512), "result: 3"),
        (full(513), "code: too-long"),
        (full(100_000), "code: too-long"),
        ("CARD/1 add\na: 1\na: 1\nb: 2\n\n".to_owned(), "code: malformed"),
        ("CARD/1 add\na: ١\nb: 2\n\n".to_owned(), "code: malformed"),
        ("CARD/1 add \na: 1\nb: 2\n\n".to_owned(), "code: malformed"),
        ("CARD/1 pow\na: 1\nb: 2\n\n".to_owned(), "code: unknown-verb"),
        ("CARD/1 add\na: 1\n\n".to_owned(), "code: operand"),
        ("CARD/1 add\na: 1e3\nb: 2\n\n".to_owned(), "code: operand"),
    ];
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    let mut replies = BufReader::new(stream.try_clone().expect("a clone")).lines();
    for (card, line) in rows {
        stream.write_all(card.as_bytes()).expect("it takes the card");
        let reply: Vec<String> =
            replies.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        assert_eq!(reply.get(1).map(String::as_str), Some(line), "{card:.80}");
    }
}

#[test]
fn the_page_names_every_field_of_a_dialect() {
    let schema = Kind::Dialect.schema();
    let fields = schema["properties"].as_object().expect("a dialect has fields");
    for page in PAGES {
        let text = read(page);
        for field in fields.keys().filter(|field| *field != "$schema") {
            assert!(text.contains(&format!("`{field}`")), "{page} does not name `{field}`");
        }
    }
}

/// What is no prose is the same in both languages, and the server cites what the specification demands.
#[test]
fn both_languages_demand_the_same() {
    for language in ["abnf", "transcript"] {
        assert_eq!(blocks(EXAMPLES[0], language), blocks(EXAMPLES[1], language));
    }
    let [english, spanish] = EXAMPLES.map(|page| ids(&read(page)));
    assert!(english.len() > 10);
    assert_eq!(english, spanish);
    let cited = ids(&read("lab/design/example.py"));
    assert!(!cited.is_empty() && cited.is_subset(&english), "{cited:?}");
}

/// The server of the example, until it is dropped.
struct Example {
    process: Child,
    address: String,
}

impl Example {
    fn start() -> Self {
        let mut process = command("python3", &docs().join("lab/design"))
            .args(["example.py", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it listens");
        let address = line.strip_prefix("listening on ").expect("listening on ADDRESS").trim().to_owned();
        Self { process, address }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The fenced blocks of a page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = read(page);
    let start = format!("```{language}\n");
    let blocks = text.split(&start).skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(str::to_owned).collect()
}

/// The ids of requirements that a text has.
fn ids(text: &str) -> BTreeSet<String> {
    let number = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    text.split("CARD-").skip(1).map(number).collect()
}
