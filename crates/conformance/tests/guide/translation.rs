//! The Spanish pages say what the English ones do, as far as a program can tell: the same headings, requirements, blocks and
//! tables in the same order. What they say in words is for a person to judge.

use std::sync::LazyLock;

use calc_conformance::language::Language;
use regex::Regex;

use crate::page::{Block, GUIDE, blocks, dialogue, page};

/// Words with a meaning of their own, as they stand alone in a cell or a requirement.
const GLOSSARY: &[(&str, &str)] = &[
    ("MUST", "DEBE"),
    ("SHOULD", "DEBERÍA"),
    ("MAY", "PUEDE"),
    ("server", "servidor"),
    ("client", "cliente"),
    ("both", "ambos"),
    ("both", "ambas"),
    ("request", "petición"),
    ("reply", "respuesta"),
    ("kept", "conservados"),
    ("discarded", "descartados"),
    ("discarded", "descartado"),
    ("closed", "cerrada"),
    ("OK → closed", "OK → cerrada"),
    ("evaluate → 0", "evaluar → 0"),
    ("none", "ninguno"),
];

#[test]
fn the_protocol_is_the_same_in_both_languages() {
    compare("PROTOCOL.md", 100);
}

#[test]
fn the_guide_is_the_same_in_both_languages() {
    compare(GUIDE, 300);
}

#[test]
fn the_page_of_the_dissector_is_the_same_in_both_languages() {
    compare("wireshark/README.md", 40);
}

fn compare(name: &str, parts_at_least: usize) {
    let [english, spanish] = [Language::En, Language::Es].map(|language| parts(&page(name, language)));
    assert!(english.len() > parts_at_least, "{name} has {} parts", english.len());
    let differs = english.iter().zip(&spanish).find(|(english, spanish)| !are_the_same(english, spanish));
    assert!(differs.is_none(), "es/{name} differs: {differs:#?}");
    assert_eq!(english.len(), spanish.len(), "es/{name} ends early, or late");
}

/// A part of a page, without what is said in words. The members are compared as [`is_translation`] has it.
#[derive(Debug)]
struct Part {
    kind: &'static str,
    members: Vec<String>,
}

fn are_the_same(english: &Part, spanish: &Part) -> bool {
    english.kind == spanish.kind
        && english.members.len() == spanish.members.len()
        && english
            .members
            .iter()
            .zip(&spanish.members)
            .all(|(english, spanish)| is_translation(english, spanish))
}

/// Whether one is the other in Spanish: what has no words is the same in both, the words of the glossary have one translation,
/// and all other text may be anything but what it is in the glossary.
fn is_translation(english: &str, spanish: &str) -> bool {
    let is_known = |(en, es): &(&str, &str)| *en == english || *es == spanish;
    match (is_the_same_in_both(english), GLOSSARY.iter().any(is_known)) {
        (true, _) => english == spanish,
        (false, true) => GLOSSARY.contains(&(english, spanish)),
        (false, false) => !is_the_same_in_both(spanish),
    }
}

/// Code, numbers, and the words of the protocol.
fn is_the_same_in_both(text: &str) -> bool {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        let code = "(?s)```.*|`[^`]*`(, `[^`]*`)*";
        let words = "[-A-Z]+[0-9]+|OK( → [0-9]| CALC/1 …)|[a-z]+(-[a-z]+)+";
        Regex::new(&format!("^(?:{code}|{words}|#+|[§0-9]*)$")).expect("a pattern")
    });
    PATTERN.is_match(text)
}

/// The parts of a page in their order: its headings, requirements and rows of tables, and behind them its blocks.
fn parts(text: &str) -> Vec<Part> {
    let mut in_block = false;
    let mut parts = Vec::new();
    for line in text.lines() {
        in_block ^= line.starts_with("```");
        if !in_block {
            parts.extend(heading(line).or_else(|| requirement(line)).or_else(|| row(line)));
        }
    }
    parts.extend(blocks(text).iter().map(block));
    parts
}

/// `## 3 Framing`: its depth and its number.
fn heading(line: &str) -> Option<Part> {
    let (depth, title) = line.split_once(' ').filter(|(depth, _)| is_made_of(depth, '#'))?;
    let number = title.split(' ').next().filter(|number| number.parse::<u32>().is_ok()).unwrap_or_default();
    Some(Part { kind: "heading", members: vec![depth.to_owned(), number.to_owned()] })
}

/// `- **FRAME-1** (MUST, both) …`
fn requirement(line: &str) -> Option<Part> {
    let (id, rest) = line.strip_prefix("- **")?.split_once("** (")?;
    let (level, party) = rest.split_once(')')?.0.split_once(", ")?;
    Some(Part { kind: "requirement", members: [id, level, party].map(str::to_owned).to_vec() })
}

fn row(line: &str) -> Option<Part> {
    let cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
    // A cell with a link to a section leads to the one with the same number.
    let section =
        |cell: &str| cell.strip_prefix("[§").and_then(|cell| cell.split(' ').next().map(str::to_owned));
    let members = cells.map(|cell| section(cell).unwrap_or_else(|| cell.trim().to_owned())).collect();
    Some(Part { kind: "row", members })
}

/// A dialogue is compared by its commands, since what they print is in the reader's language; a drawing by its place alone; all
/// else in full.
fn block(block: &Block) -> Part {
    let Block { language, name, text } = block;
    let info = format!("```{language} {name}");
    let members = match language.as_str() {
        "console" => {
            dialogue(text).into_iter().map(|(command, _)| format!("```{command}")).chain([info]).collect()
        }
        "text" if text.contains(['│', '→']) => vec![info],
        _ => vec![info, format!("```{text}")],
    };
    Part { kind: "block", members }
}

fn is_made_of(text: &str, letter: char) -> bool {
    !text.is_empty() && text.chars().all(|one| one == letter)
}
