//! The pages of `docs`, in both languages, taken apart.

use std::fs;
use std::path::Path;

use calc_conformance::language::Language;

/// A fenced block.
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The fenced blocks of a page.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
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

/// What stands in code in the first column of the tables below a heading of the English guide, up to the next one. In the
/// Spanish one the same stands there, which is what `translation` is about.
pub(crate) fn first_cells(heading: &str) -> Vec<String> {
    let page = page(GUIDE, Language::En);
    let (_, rest) =
        page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let section = rest.lines().take_while(|line| !line.starts_with('#'));
    let cells = section
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(cell, _)| cell.to_owned());
    cells.collect()
}

/// The guide to the grader.
pub(crate) const GUIDE: &str = "GRADER.md";

/// A page in a language.
pub(crate) fn page(name: &str, language: Language) -> String {
    let directory = match language {
        Language::En => "../../docs",
        Language::Es => "../../docs/es",
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
