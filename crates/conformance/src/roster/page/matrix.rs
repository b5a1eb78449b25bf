//! The table: a student a row; a column for the grade, for each chapter, and for each of its cases.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Page;
use super::label::Label;
use crate::report::document::Verdict;
use crate::report::{anchor_of, class, number, word};
use crate::roster::plan::{Chapter, Sheet};
use crate::roster::record::{Cell, Record};

/// A student's cases by name.
type Cells<'r> = BTreeMap<&'r str, &'r Cell>;

/// The verdicts that are told apart in the table, and the sign of each.
const SIGNS: [(Verdict, &str); 7] = [
    (Verdict::Pass, "✓"),
    (Verdict::Warn, "!"),
    (Verdict::Fail, "✗"),
    (Verdict::Error, "?"),
    (Verdict::Blocked, "▪"),
    (Verdict::NotApplicable, "–"),
    (Verdict::Skip, "·"),
];

impl Page<'_> {
    /// A table for each suite, and what can be done with it.
    pub(super) fn matrix(&self) -> Markup {
        html! {
            section aria-labelledby="table" {
                h2 #table { (self.label(Label::Table)) }
                @for (index, sheet) in self.plan.sheets.iter().enumerate() { (self.sheet(index, sheet)) }
                p.faint { (self.label(Label::SortHint)) }
                p.faint {
                    (self.label(Label::Key)) ": "
                    @for (index, (verdict, sign)) in SIGNS.into_iter().enumerate() {
                        @if index > 0 { ", " }
                        span class={"verdict " (class(verdict))} { (sign) } " " (self.word(word(verdict)))
                    }
                }
            }
        }
    }

    fn sheet(&self, index: usize, sheet: &Sheet) -> Markup {
        let students = self.register.students.iter().zip(&self.plan.jobs);
        let records: Vec<(&Record, Cells<'_>)> = students
            .filter(|(_, job)| job.sheet == index)
            .map(|(record, _)| (record, record.cases.iter().map(|cell| (cell.id.as_str(), cell)).collect()))
            .collect();
        // What was not selected for anybody has no column.
        let is_run = |case: &str| records.iter().any(|(_, cells)| cells.contains_key(case));
        let chapters: Vec<Chapter> = sheet
            .chapters
            .iter()
            .map(|chapter| Chapter {
                cases: chapter.cases.iter().filter(|(case, _)| is_run(case)).cloned().collect(),
                id: chapter.id.clone(),
                title: chapter.title.clone(),
            })
            .filter(|chapter| !chapter.cases.is_empty())
            .collect();
        html! {
            div.sheet {
                @if self.plan.sheets.len() > 1 { h3 { (sheet.title) } }
                (self.tools(&chapters))
                div.scroll tabindex="0" role="region" aria-label={(self.label(Label::Table)) ", " (sheet.title)} {
                    table.matrix {
                        thead { (self.heads(&chapters)) }
                        tbody { @for (record, cells) in &records { (self.row(record, cells, &chapters)) } }
                    }
                }
            }
        }
    }

    fn tools(&self, chapters: &[Chapter]) -> Markup {
        html! {
            div.tools hidden data-scripted {
                input type="search" placeholder=(self.label(Label::Search)) aria-label=(self.label(Label::Search));
                span role="group" aria-label=(self.label(Label::Show)) {
                    span { (self.label(Label::Show)) " " }
                    @for chapter in chapters {
                        button type="button" aria-pressed="false" data-chapter=(chapter.id) title=(chapter.title) { (chapter.id) }
                    }
                    button type="button" data-fold="open" { (self.label(Label::AllChapters)) }
                    button type="button" data-fold="close" { (self.label(Label::NoChapter)) }
                }
                output aria-live="polite" data-text=(self.label(Label::Shown)) {}
            }
        }
    }

    fn heads(&self, chapters: &[Chapter]) -> Markup {
        html! {
            tr {
                th.name scope="col" aria-sort="none" { (head(self.label(Label::Student), None)) }
                th.number scope="col" aria-sort="none" { (head(self.label(Label::Grade), None)) }
                @for chapter in chapters {
                    th.turned scope="col" aria-sort="none" { (head(&chapter.id, Some(&chapter.title))) }
                    @for (case, title) in &chapter.cases {
                        th.turned.slug scope="col" aria-sort="none" data-of=(chapter.id) {
                            (head(case.split_once('/').map_or(case, |(_, name)| name), Some(title)))
                        }
                    }
                }
            }
        }
    }

    fn row(&self, record: &Record, cells: &Cells<'_>, chapters: &[Chapter]) -> Markup {
        html! {
            tr data-id=(record.id) {
                th.name scope="row" {
                    (self.name(record)) " " span.id { (record.id) }
                    @if let Some(state) = self.state(record.state) { " " span.state { (state) } }
                    @if let Some(reason) = &record.reason { " " span.state { (reason) } }
                }
                td.number { (record.grade.map_or_else(|| "–".to_owned(), number)) }
                @for chapter in chapters {
                    (tally(chapter, cells))
                    @for (case, _) in &chapter.cases { (self.verdict(record, cells.get(case.as_str()).copied())) }
                }
            }
        }
    }

    fn verdict(&self, record: &Record, cell: Option<&Cell>) -> Markup {
        let Some(cell) = cell else { return html! { td {} } };
        let (word, sign) = (self.word(word(cell.verdict)), sign(cell.verdict));
        html! {
            td class=(class(cell.verdict)) aria-label=(word) {
                @match &record.page {
                    Some(page) if cell.verdict == Verdict::Fail => {
                        a href={(page) "#" (anchor_of(cell.row.as_ref().unwrap_or(&cell.id)))} aria-label={(word) ", " (cell.id)} { (sign) }
                    },
                    Some(_) | None => (sign),
                }
            }
        }
    }
}

fn head(text: &str, title: Option<&str>) -> Markup {
    html! { button type="button" title=[title] { span { (text) } } }
}

/// How many of a chapter's cases a student passes, of those that apply.
fn tally(chapter: &Chapter, cells: &Cells<'_>) -> Markup {
    let verdicts =
        chapter.cases.iter().filter_map(|(case, _)| cells.get(case.as_str())).map(|cell| cell.verdict);
    let counted: Vec<Verdict> =
        verdicts.filter(|verdict| !matches!(verdict, Verdict::NotApplicable | Verdict::Skip)).collect();
    let passed = counted.iter().filter(|verdict| !verdict.is_failure()).count();
    let all = counted.len();
    let class = if passed == all {
        "pass"
    } else if passed == 0 {
        "fail"
    } else {
        "warn"
    };
    html! {
        @if all == 0 { td.tally {} } @else { td class={"tally " (class)} { (passed) "/" (all) } }
    }
}

fn sign(verdict: Verdict) -> &'static str {
    SIGNS.iter().find(|(known, _)| *known == verdict).map_or("", |(_, sign)| sign)
}
