//! The suite leaves nothing out and makes nothing up: its files against `docs/PROTOCOL.md`, in both languages, and against one
//! another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use calc_conformance::format::Level;
use calc_conformance::language::{Language, Text};
use serde_json::Value;

use crate::grading::SUITE;

/// What the suite has to have at least, so that no part of the protocol is a matter of luck.
const CASES_AT_LEAST: usize = 60;
const CASES_OF_A_CHAPTER_AT_LEAST: usize = 3;
/// Sums are what students test themselves.
const ARITHMETIC_AT_MOST: usize = 8;
const ARITHMETIC: &str = "arithmetic";

#[test]
fn the_requirements_are_those_of_the_protocol() {
    let suite = json("suites/calc/suite.json");
    for language in [Language::En, Language::Es] {
        let stated = list(&suite["requirements"]).iter().map(|value| Requirement::of_suite(value, language));
        let document: Text = serde_json::from_value(suite["document"].clone()).expect("the suite's document");
        let page = root().join("../../docs").join(document.text(language));
        let protocol = fs::read_to_string(page).expect("the protocol can be read");
        assert_eq!(stated.collect::<Vec<_>>(), requirements_of_servers(&protocol), "{language:?}");
    }
}

#[test]
fn every_must_and_should_has_a_case_unless_it_says_why_not() {
    let cited: BTreeSet<&str> = SUITE.cases().flat_map(|case| &case.spec).map(String::as_str).collect();
    for requirement in SUITE.requirements.values().filter(|requirement| requirement.level != Level::May) {
        let tested = cited.contains(requirement.id.as_str());
        assert_ne!(tested, requirement.untested.is_some(), "{}: either a case or a reason", requirement.id);
    }
}

#[test]
fn a_case_is_as_binding_as_the_requirement_that_it_quotes() {
    for case in SUITE.cases() {
        let quoted =
            case.spec.first().and_then(|id| SUITE.requirements.get(id)).map(|requirement| requirement.level);
        assert_eq!(quoted, Some(case.level), "{} quotes {:?}", case.id, case.spec.first());
    }
}

#[test]
fn no_chapter_is_thin_and_arithmetic_is_a_small_part() {
    let mut cases: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut arithmetic = BTreeSet::new();
    for (chapter, case) in
        SUITE.chapters.iter().flat_map(|chapter| chapter.cases.iter().map(move |case| (chapter, case)))
    {
        cases.entry(&chapter.id).or_default().insert(case.stem());
        if case.tags.iter().any(|tag| tag == ARITHMETIC) {
            arithmetic.insert(case.stem());
        }
    }
    assert!(cases.values().map(BTreeSet::len).sum::<usize>() >= CASES_AT_LEAST);
    assert!((1..=ARITHMETIC_AT_MOST).contains(&arithmetic.len()), "{arithmetic:?}");
    for (chapter, cases) in cases {
        assert!(cases.len() >= CASES_OF_A_CHAPTER_AT_LEAST, "{chapter} has {cases:?}");
    }
}

#[test]
fn every_note_is_used() {
    let mut used = BTreeSet::new();
    files_of_the_suite().iter().for_each(|file| notes_in(file, &mut used));
    let unused: Vec<&String> = SUITE.notes.keys().filter(|note| !used.contains(*note)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn everything_that_a_student_reads_is_there_in_both_languages() {
    let mut missing = Vec::new();
    files_of_the_suite()
        .iter()
        .chain([&json("suites/notes/calc.json")])
        .for_each(|file| untranslated(file, &mut missing));
    assert!(missing.is_empty(), "the Spanish of {missing:#?}");
}

/// A requirement as far as it has to be the same in both places.
#[derive(Debug, PartialEq)]
struct Requirement {
    id: String,
    level: String,
    section: String,
    text: String,
}

impl Requirement {
    fn of_suite(value: &Value, language: Language) -> Self {
        let field = |field: &Value| field.as_str().expect("a text").to_owned();
        let text: Text = serde_json::from_value(value["text"].clone()).expect("a text");
        Self {
            id: field(&value["id"]),
            level: field(&value["level"]),
            section: field(&value["section"]),
            text: text.text(language).to_owned(),
        }
    }

    /// Reads `- **FRAME-1** (MUST, both) A message is …`, or `(DEBE, ambos) …`; `None` for other lines, and for those that bind
    /// clients only.
    fn of_protocol(section: &str, paragraph: &str) -> Option<Self> {
        let (id, rest) = paragraph.strip_prefix("- **")?.split_once("** (")?;
        let (kind, text) = rest.split_once(") ")?;
        let (level, party) = kind.split_once(", ")?;
        let level = match level {
            "MUST" | "DEBE" => "must",
            "SHOULD" | "DEBERÍA" => "should",
            "MAY" | "PUEDE" => "may",
            other => panic!("{id} has the level {other}"),
        };
        (!["client", "cliente"].contains(&party)).then(|| Self {
            id: id.to_owned(),
            level: level.to_owned(),
            section: section.to_owned(),
            text: text.to_owned(),
        })
    }
}

/// The requirements that bind servers, each on one line, as the protocol states them.
fn requirements_of_servers(protocol: &str) -> Vec<Requirement> {
    let mut section = "";
    let mut paragraphs: Vec<(&str, String)> = Vec::new();
    for line in protocol.lines() {
        let continues = line.is_empty() || line.starts_with(' ');
        match (line.strip_prefix("## "), paragraphs.last_mut()) {
            (Some(heading), _) => {
                section = heading.split(' ').next().unwrap_or(heading);
                paragraphs.push((section, String::new()));
            }
            (None, Some((_, paragraph))) if continues => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            (None, _) => paragraphs.push((section, line.to_owned())),
        }
    }
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    paragraphs
        .iter()
        .filter_map(|(section, text)| Requirement::of_protocol(section, &one_line(text)))
        .collect()
}

/// The notes that a file names: those of its diagnoses, and those that its rows fill in.
fn notes_in(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let named = ["note", "swapped"].map(|field| fields.get(field).and_then(Value::as_str));
            used.extend(named.into_iter().flatten().map(str::to_owned));
            fields.values().for_each(|value| notes_in(value, used));
        }
        Value::Array(values) => values.iter().for_each(|value| notes_in(value, used)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The English texts without Spanish ones.
fn untranslated(value: &Value, missing: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let (Some(english), None) = (fields.get("en"), fields.get("es")) {
                missing.push(english.to_string());
            }
            fields.values().for_each(|value| untranslated(value, missing));
        }
        Value::Array(values) => values.iter().for_each(|value| untranslated(value, missing)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The suite, its chapters and the dialects that it can be spoken in, as they are written.
fn files_of_the_suite() -> Vec<Value> {
    let suite = json("suites/calc/suite.json");
    let name = |chapter: &Value| chapter.as_str().expect("the name of a file").to_owned();
    let chapters =
        list(&suite["chapters"]).iter().map(|chapter| json(&format!("suites/calc/{}", name(chapter))));
    let dialects = fs::read_dir(root().join("suites/dialects")).expect("the dialects can be listed");
    let dialects = dialects.map(|entry| entry.expect("a dialect").file_name().to_string_lossy().into_owned());
    let dialects = dialects.filter(|name| !name.starts_with("echo"));
    let dialects = dialects.map(|name| json(&format!("suites/dialects/{name}")));
    let mut files: Vec<Value> = chapters.chain(dialects).collect();
    files.push(suite);
    files
}

fn json(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).expect("a file of the suite can be read");
    serde_json::from_str(&text).expect("a file of the suite is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}
