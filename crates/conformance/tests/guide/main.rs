//! `docs/GRADER.md` is true: its files load, its commands print what it says, its tables show what there is. So is its translation,
//! `docs/es/GRADER.md`, in a Spanish locale.
//!
//! In the page, a fenced block `json NAME` or `python NAME` is a file, `console` is a dialogue with a shell (a command that ends
//! in `&` is a server, and `kill $!` ends it), and `json case` or `json relaxation` is a part of a file. A line
//! `…` stands for any lines.

mod page;
mod shell;
mod translation;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use calc_conformance::language::Language;
use calc_conformance::schema::Kind;
use serde_json::{Value, json};

use crate::page::{GUIDE, blocks, dialogue, first_cells, page};
use crate::shell::Shell;

#[test]
fn every_command_of_the_page_prints_what_the_page_says() {
    print_what_the_page_says(Language::En);
}

#[test]
fn every_command_of_the_spanish_page_prints_what_the_page_says() {
    print_what_the_page_says(Language::Es);
}

fn print_what_the_page_says(language: Language) {
    if Command::new("python3").arg("--version").output().is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "`python3` is not installed");
        return;
    }
    let mut shell = Shell::new(&format!("guide-{language:?}"), language);
    let mut commands = 0;
    for block in blocks(&page(GUIDE, language)) {
        match (block.language.as_str(), block.name.as_str()) {
            ("console", _) => {
                for (command, expected) in dialogue(&block.text) {
                    let actual = shell.run(&command);
                    assert!(resembles(&actual, &expected), "$ {command}\n{actual}\nand not\n{expected}");
                    commands += 1;
                }
            }
            (_, name) if name.contains('.') => shell.write(name, &block.text),
            _ => {}
        }
    }
    assert!(commands > 5, "the page has commands");
}

/// What the README shows of the grader is started from the root of the repository.
#[test]
fn the_first_page_shows_what_the_grader_prints() {
    if Command::new("python3").arg("--version").output().is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "`python3` is not installed");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let mut shell = Shell::new("guide-readme", Language::En);
    let dialogues = blocks(&page).into_iter().flat_map(|block| dialogue(&block.text));
    let graded: Vec<_> = dialogues.filter(|(command, _)| command.starts_with("conformance --exec")).collect();
    assert_eq!(graded.len(), 1, "{graded:?}");
    for (command, expected) in graded {
        let actual = shell.run(&format!("cd '{}' && {command}", root.display()));
        assert!(resembles(&actual, &expected), "$ {command}\n{actual}\nand not\n{expected}");
    }
}

#[test]
fn every_part_of_a_file_on_the_page_loads() {
    let shell = Shell::new("guide-parts", Language::En);
    let mut loaded = 0;
    for block in blocks(&page(GUIDE, Language::En)).iter().filter(|block| block.language == "json") {
        let value: Value = serde_json::from_str(&block.text).expect("a block of JSON is JSON");
        match block.name.as_str() {
            "case" => shell.check(&suite_with(value)),
            "relaxation" => shell.check(&dialect_with(value)),
            name => {
                assert!(name.ends_with(".json"), "a block of JSON says what it is: {}", block.text);
                continue;
            }
        }
        loaded += 1;
    }
    assert!(loaded > 3, "the page has parts of files");
}

#[test]
fn every_row_of_the_tables_of_steps_matchers_and_messages_loads() {
    let shell = Shell::new("guide-tables", Language::En);
    let case = |steps: Value| {
        suite_with(json!({"id": "c", "title": "t", "spec": ["R1"], "level": "must", "steps": steps}))
    };
    let rows = |heading: &str| {
        let rows = first_cells(heading);
        assert!(rows.len() > 3, "{heading}: {rows:?}");
        rows.into_iter()
            .map(|cell| serde_json::from_str(&cell).unwrap_or_else(|error| panic!("{cell}: {error}")))
    };
    let steps: Vec<Value> = rows("### Steps").collect();
    shell.check(&case(Value::Array(steps)));
    let matchers = rows("### Matchers").map(|matcher: Value| json!({"expect": matcher}));
    shell.check(&case(matchers.collect()));
    let messages = rows("### Messages").map(|message: Value| json!({"say": message}));
    shell.check(&case(messages.collect()));
    let exchange: Vec<Value> = rows("### Exchange").collect();
    shell.check(&suite_with(
        json!({"id": "c", "title": "t", "spec": ["R1"], "level": "must", "exchange": exchange}),
    ));
    let events: Vec<String> = first_cells("### Verdicts and events").into_iter().skip(7).collect();
    assert_eq!(events.len(), 12, "{events:?}");
    let steps = json!([{"say": "8", "wrong": [{"when": {"event": events}, "verdict": "n/a"}]}]);
    shell.check(&case(steps));
}

#[test]
fn the_page_names_every_field_of_every_kind_of_file() {
    let pages = [Language::En, Language::Es].map(|language| page(GUIDE, language));
    for kind in Kind::ALL {
        let mut names = BTreeSet::new();
        fields(&kind.schema(), &mut names);
        assert!(names.len() > 3, "{kind:?}: {names:?}");
        for name in names {
            let named = [format!("`{name}`"), format!("\"{name}\":"), format!("`{name}:")];
            let is_in = |page: &String| named.iter().any(|named| page.contains(named));
            assert!(pages.iter().all(is_in), "{name} of {kind:?}");
        }
    }
}

/// The names of all fields in a schema.
fn fields(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(keywords) => {
            if let Some(Value::Object(properties)) = keywords.get("properties") {
                names.extend(properties.keys().cloned());
            }
            keywords.values().for_each(|value| fields(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| fields(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The messages of the program are in its source; those of serde (unknown and missing fields) are not.
#[test]
fn every_error_message_of_the_page_exists() {
    let mut source = String::new();
    read_all(&root().join("src"), &mut source);
    let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    let messages = first_cells("## Error messages");
    assert!(messages.len() > 20, "{messages:?}");
    for message in messages
        .iter()
        .filter(|message| !message.ends_with(" field …") && !message.starts_with("unknown field"))
    {
        for part in message.split('…').map(|part| part.trim_matches([' ', ';', ':', ','])) {
            assert!(source.contains(part), "`{part}` of `{message}` is nowhere in the source");
        }
    }
}

#[test]
fn the_page_names_every_exit_code_as_the_program_does() {
    let help = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["--help", "--lang=en"])
        .output()
        .expect("the program runs");
    let help = String::from_utf8(help.stdout).expect("the help is text");
    let (_, codes) = help.split_once("Exit codes:\n").expect("the help lists the exit codes");
    let page = page(GUIDE, Language::En);
    for line in codes.lines().filter(|line| !line.is_empty()) {
        let (code, meaning) = line.trim().split_once(' ').expect("a code and its meaning");
        let row = format!("| {code} | {} |", meaning.trim());
        assert!(page.contains(&row), "{row}");
    }
}

/// Whether what was printed is what was expected, where `…` stands for any lines.
fn resembles(actual: &str, expected: &str) -> bool {
    let mut rest = actual;
    let parts: Vec<&str> = expected.split("…\n").collect();
    parts.iter().enumerate().all(|(index, part)| {
        let at = match (index, index + 1 == parts.len()) {
            (0, true) => (rest == *part).then_some(0),
            (0, false) => rest.starts_with(part).then_some(0),
            (_, true) => rest.ends_with(part).then(|| rest.len() - part.len()),
            (_, false) => rest.find(part),
        };
        at.inspect(|at| rest = &rest[at + part.len()..]).is_some()
    })
}

/// A suite with this case in it.
fn suite_with(case: Value) -> Value {
    json!({"id": "part", "title": "t", "dialect": "calc-1", "notes": ["calc"],
           "requirements": [{"id": "R1", "level": "must", "section": "1", "text": "t"}],
           "preflight": [["1", "ok"]], "fence": [["1", "ok"]], "cases": [with_known_note(case)]})
}

/// The notes of the page's own suite are not at hand here.
fn with_known_note(case: Value) -> Value {
    let text = case.to_string().replace("\"swapped\"", "\"operands-swapped\"");
    serde_json::from_str(&text).expect("it is still JSON")
}

/// A dialect with this relaxation in it.
fn dialect_with(relaxation: Value) -> Value {
    json!({"id": "part", "title": "t", "framing": {"send": {"delimiter": "\n"}, "receive": {"delimiter": "\n"}},
           "messages": {"calculate": "{a} {operator} {b}"}, "replies": {"result": {"regex": "(?<number>.+)"}},
           "relaxations": [relaxation]})
}

fn read_all(directory: &Path, text: &mut String) {
    for entry in fs::read_dir(directory).expect("the source can be read") {
        let path = entry.expect("an entry of the source").path();
        if path.is_dir() {
            read_all(&path, text);
        } else {
            text.push_str(&fs::read_to_string(path).expect("the source is text"));
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
