//! `docs/GRADER.md` taken apart.

use std::fs;
use std::path::Path;

/// A fenced block.
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) name: String,
    pub(crate) text: String,
}

pub(crate) fn blocks() -> Vec<Block> {
    let page = page();
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let (language, name) = info.split_once(' ').unwrap_or((info, ""));
        let text: String =
            lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        blocks.push(Block { language: language.to_owned(), name: name.to_owned(), text });
    }
    blocks
}

/// The commands of a dialogue, each with what it prints.
pub(crate) fn dialogue(text: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => {
                output.push_str(line);
                output.push('\n');
            }
            (None, None) => panic!("a dialogue begins with a command: {line}"),
        }
    }
    commands
}

/// What stands in code in the first column of the tables below a heading, up to the next one.
pub(crate) fn first_cells(heading: &str) -> Vec<String> {
    let page = page();
    let (_, rest) =
        page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let section = rest.lines().take_while(|line| !line.starts_with('#'));
    let cells = section
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(cell, _)| cell.to_owned());
    cells.collect()
}

/// The page itself.
pub(crate) fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/GRADER.md");
    fs::read_to_string(path).expect("docs/GRADER.md can be read")
}
