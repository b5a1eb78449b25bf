//! The course in `docs/lab` is true, in both languages: its commands print what its pages say, and the programs are those that it
//! quotes.
//!
//! In a page, a fenced block `python NAME` (or `sh NAME`, `json NAME`) is a part of the file in `docs/lab/programs`, and `console`
//! is a dialogue with a terminal, see [`terminal`]. In what a command prints, `…` stands for the rest of a line or, alone on a
//! line, for any lines.

#[path = "../guide/page.rs"]
#[expect(dead_code, reason = "the guide's test uses the rest of it")]
mod page;
mod terminal;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use calc_conformance::language::Language;

use crate::page::{Block, blocks, dialogue, page};
use crate::terminal::Terminal;

const PAGES: [&str; 8] = [
    "README.md",
    "1-sockets.md",
    "2-echo.md",
    "3-streams.md",
    "4-protocols.md",
    "5-calculator.md",
    "6-concurrency.md",
    "7-network.md",
];

/// What Spanish pages add to commands of the grader.
const SPANISH: &str = " --lang es";

#[test]
fn every_command_prints_what_the_english_pages_say() {
    follow(Language::En);
}

#[test]
fn every_command_prints_what_the_spanish_pages_say() {
    follow(Language::Es);
}

/// Does what the pages say, each in a terminal of its own.
fn follow(language: Language) {
    if terminal::is_possible() {
        let faults: Vec<String> = PAGES.iter().flat_map(|name| faults(name, language)).collect();
        assert!(faults.is_empty(), "{language:?}\n{}", faults.join("\n"));
    }
}

/// The commands of a page that print something else than it says.
fn faults(name: &str, language: Language) -> Vec<String> {
    let mut terminal = Terminal::open(&format!("{language:?}-{name}"));
    let mut faults = Vec::new();
    for (command, expected) in dialogues(&lesson(name, language)) {
        let printed = terminal.run(&command, &expected);
        if !terminal::resembles(&printed, &expected) {
            faults.push(format!("{name}\n$ {command}\n{printed}\nand not\n{expected}"));
        }
    }
    faults
}

#[test]
fn every_step_ends_with_a_command_that_checks_it() {
    for name in &PAGES[1..] {
        let text = lesson(name, Language::En);
        let (_, check) = text.split_once("\n## Check\n").unwrap_or_else(|| panic!("{name} has no check"));
        assert!(!dialogues(check).is_empty(), "{name}: the check is a command");
    }
}

#[test]
fn what_is_quoted_is_a_part_of_the_programs_and_every_program_is_mentioned() {
    let mut text = String::new();
    for (name, language) in PAGES.iter().flat_map(|name| [(name, Language::En), (name, Language::Es)]) {
        let lesson = lesson(name, language);
        for block in blocks(&lesson).iter().filter(|block| block.name.contains('.')) {
            let program = fs::read_to_string(programs().join(&block.name)).expect("the program can be read");
            assert!(program.contains(&block.text), "{name}: not in {}:\n{}", block.name, block.text);
        }
        text.push_str(&lesson);
    }
    for entry in fs::read_dir(programs()).expect("the programs can be listed") {
        let file = entry.expect("an entry of the programs").file_name();
        let file = file.to_str().expect("the name is text");
        assert!(text.contains(file) || file.starts_with("__"), "no page mentions {file}");
    }
}

#[test]
fn both_languages_have_the_same_commands_quotations_and_headings() {
    for name in PAGES {
        let [english, spanish] = [Language::En, Language::Es].map(|language| lesson(name, language));
        let of_spanish: Vec<String> =
            commands(&spanish).into_iter().map(|command| command.replace(SPANISH, "")).collect();
        assert_eq!(commands(&english), of_spanish, "the commands of {name}");
        assert_eq!(quotations(&english), quotations(&spanish), "the quotations of {name}");
        assert_eq!(headings(&english), headings(&spanish), "the headings of {name}");
    }
}

#[test]
fn the_index_leads_to_every_step() {
    for language in [Language::En, Language::Es] {
        let index = lesson(PAGES[0], language);
        let linked: BTreeSet<&str> =
            PAGES[1..].iter().copied().filter(|name| index.contains(&format!("({name})"))).collect();
        assert_eq!(linked.len(), PAGES.len() - 1, "{language:?}: {linked:?}");
    }
}

fn lesson(name: &str, language: Language) -> String {
    page(&format!("lab/{name}"), language)
}

/// The commands of a text, each with what it prints.
fn dialogues(text: &str) -> Vec<(String, String)> {
    let blocks = blocks(text);
    let console = blocks.iter().filter(|block| block.language == "console");
    console.flat_map(|block| dialogue(&block.text)).collect()
}

fn commands(text: &str) -> Vec<String> {
    dialogues(text).into_iter().map(|(command, _)| command).collect()
}

fn quotations(text: &str) -> Vec<(String, String)> {
    let quoted = blocks(text).into_iter().filter(|block| block.name.contains('.'));
    quoted.map(|Block { name, text, .. }| (name, text)).collect()
}

/// The levels of the headings; what looks like one in a fenced block is none.
fn headings(text: &str) -> Vec<usize> {
    let mut is_fenced = false;
    let mut levels = Vec::new();
    for line in text.lines() {
        is_fenced ^= line.starts_with("```");
        if !is_fenced && line.starts_with('#') {
            levels.push(line.bytes().take_while(|octet| *octet == b'#').count());
        }
    }
    levels
}

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lab/programs")
}
