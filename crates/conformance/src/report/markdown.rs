//! GitHub's Markdown, for the summary of a job or a comment: the grade, each failure folded, and a table of all cases.

use std::fmt::Write as _;
use std::io;

use super::document::{Case, Document};
use super::phrase::Phrase;
use super::plain::{explanation, heading, headline, number, overview};
use crate::escape::tame;
use crate::language::Language;

/// GitHub takes no summary of a step that is longer.
pub(super) const MOST: usize = 1024 * 1024;

/// The table comes last and has to fit, whatever the explanations take.
const MOST_FOR_TABLE: usize = MOST / 2;

/// The file.
pub(super) fn render(document: &Document) -> io::Result<Vec<u8>> {
    let language = document.run.language;
    let table = all_cases(document);
    let mut page = format!("# {}\n", inline(&heading(document)));
    for line in overview(document) {
        let _ = writeln!(page, "\n**{}**", inline(&line));
    }
    chapters(&mut page, document);
    let failures: Vec<&Case> = document.cases.iter().filter(|case| case.failure.is_some()).collect();
    if !failures.is_empty() {
        let _ = writeln!(page, "\n## {}\n", Phrase::Failures.text(language));
    }
    let more = |count: usize| format!("{}\n\n", Phrase::More.with(language, &[&count.to_string()]));
    for (index, case) in failures.iter().enumerate() {
        let section = failure(case, language);
        let rest = failures.len() - index;
        if page.len() + section.len() + more(rest).len() + table.len() > MOST {
            page.push_str(&more(rest));
            break;
        }
        page.push_str(&section);
    }
    page.push_str(&table);
    Ok(page.into_bytes())
}

fn chapters(page: &mut String, document: &Document) {
    let say = |phrase: Phrase| phrase.text(document.run.language);
    let (chapter, points, grade) =
        (say(Phrase::ColumnChapter), say(Phrase::ColumnPoints), say(Phrase::ColumnGrade));
    let _ = writeln!(page, "\n| {chapter} | {points} | {grade} |\n| --- | ---: | ---: |");
    for chapter in &document.result.chapters {
        let (earned, possible) = (number(chapter.grade.earned), number(chapter.grade.possible));
        let grade = chapter.grade.out_of_100.map(number).unwrap_or_default();
        let _ = writeln!(page, "| {} | {earned} / {possible} | {grade} |", inline(&chapter.title));
    }
}

/// One failure, folded. Within a fence nothing is markup, if the fence is longer than any row of backticks in it.
fn failure(case: &Case, language: Language) -> String {
    let text = explanation(case, language);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!(
        "<details><summary>✗ <code>{}</code> {}: {}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>\n\n",
        html(&case.id),
        html(&case.title),
        html(&headline(case, language)),
    )
}

fn all_cases(document: &Document) -> String {
    let say = |phrase: Phrase| phrase.text(document.run.language);
    let (case, verdict, title) =
        (say(Phrase::ColumnCase), say(Phrase::ColumnVerdict), say(Phrase::ColumnTitle));
    let mut table = format!("\n## {}\n\n", say(Phrase::AllCases));
    let _ = writeln!(table, "| {case} | {verdict} | {title} |\n| --- | --- | --- |");
    for (index, case) in document.cases.iter().enumerate() {
        let verdict = case.verdict.name();
        let row = format!("| <code>{}</code> | {verdict} | {} |\n", html(&case.id), inline(&case.title));
        if table.len() + row.len() > MOST_FOR_TABLE {
            let rest = (document.cases.len() - index).to_string();
            let _ = writeln!(table, "\n{}", Phrase::More.with(document.run.language, &[&rest]));
            break;
        }
        table.push_str(&row);
    }
    table
}

/// Text in a line of Markdown, or in a cell of a table.
fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in html(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Text in an element of HTML, in a line of Markdown.
fn html(text: &str) -> String {
    let text = tame(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('|', "&#124;").replace('\n', " ")
}
