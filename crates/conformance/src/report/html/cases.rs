//! Every case with its diagram: folded, but for the first failure of each cause.

use maud::{Markup, html};

use super::Page;
use super::dialogue::{break_of, milliseconds};
use super::label::Label;
use crate::format::Level;
use crate::report::cases::{common_title, rank};
use crate::report::phrase::Phrase;
use crate::report::terminal::mark;
use crate::run::CaseResult;
use crate::verdict::Verdict;

/// The verdicts that the page tells apart, the worst first.
const VERDICTS: [(&str, Phrase); 7] = [
    ("fail", Phrase::Fail),
    ("error", Phrase::Error),
    ("blocked", Phrase::Blocked),
    ("warn", Phrase::Warn),
    ("pass", Phrase::Pass),
    ("na", Phrase::NotApplicable),
    ("skipped", Phrase::Skip),
];

/// The name of a verdict in the page's style and script.
pub(super) const fn class(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn(_) => "warn",
        Verdict::Fail(_) => "fail",
        Verdict::Error(_) => "error",
        Verdict::Blocked(_) => "blocked",
        Verdict::NotApplicable(_) => "na",
        Verdict::Skip => "skipped",
    }
}

/// The place of a case in the page.
pub(super) fn anchor(result: &CaseResult) -> String {
    result.id.replace('#', ":")
}

impl Page<'_> {
    /// The cases, chapter by chapter, and what finds one among them.
    pub(super) fn cases(&self) -> Markup {
        html! {
            section #cases aria-labelledby="cases-title" {
                h2 #cases-title { (self.label(Label::Cases)) }
                (self.key())
                (self.tools())
                @for chapter in &self.suite.chapters {
                    @let cases: Vec<_> = self.report.cases().filter(|rows| rows[0].chapter == chapter.id).collect();
                    @if !cases.is_empty() {
                        section.chapter aria-labelledby=(format!("chapter-{}", chapter.id)) {
                            h2 id=(format!("chapter-{}", chapter.id)) { (chapter.title.text(self.words.language)) }
                            @for rows in cases { (self.case(rows)) }
                        }
                    }
                }
            }
        }
    }

    fn key(&self) -> Markup {
        html! {
            details.key {
                summary { (self.label(Label::Key)) }
                ul {
                    @for label in [
                        Label::KeySolid, Label::KeyDashed, Label::KeyThin, Label::KeyCross, Label::KeyDotted,
                    ] { li { (self.label(label)) } }
                }
                p { (self.label(Label::KeyLines)) " " (self.label(Label::TextKey)) }
            }
        }
    }

    /// The filter, which is there only where the script is.
    fn tools(&self) -> Markup {
        let results = &self.report.results;
        let count = |name: &str| results.iter().filter(|result| class(&result.verdict) == name).count();
        html! {
            div.tools role="search" aria-label=(self.label(Label::Filter)) hidden data-scripted {
                button type="button" data-filter="" aria-pressed="true" { (self.label(Label::AllCases)) " " (results.len()) }
                @for (name, phrase) in VERDICTS {
                    @if count(name) > 0 {
                        button type="button" data-filter=(name) aria-pressed="false" {
                            (self.words.say(phrase, &[])) " " (count(name))
                        }
                    }
                }
                input #search type="search" placeholder=(self.label(Label::Search)) aria-label=(self.label(Label::Search));
                button type="button" data-fold="open" { (self.label(Label::Unfold)) }
                button type="button" data-fold="close" { (self.label(Label::Fold)) }
                output #count aria-live="polite" data-text=(self.label(Label::Shown)) {}
            }
        }
    }

    fn case(&self, rows: &[CaseResult]) -> Markup {
        let worst = rows.iter().min_by_key(|row| rank(&row.verdict));
        html! {
            @match (rows, worst) {
                ([only], _) if !only.id.contains('#') => (self.row(only)),
                (rows, Some(worst)) => (self.group(rows, worst)),
                (_, None) => {}
            }
        }
    }

    /// A case with rows: one line, which holds theirs.
    fn group(&self, rows: &[CaseResult], worst: &CaseResult) -> Markup {
        let passed =
            rows.iter().filter(|row| matches!(row.verdict, Verdict::Pass | Verdict::Warn(_))).count();
        let remark = if passed == 0 || passed == rows.len() {
            self.words.say(Phrase::Rows, &[&rows.len().to_string()])
        } else {
            self.words.say(Phrase::RowsPassed, &[&passed.to_string(), &rows.len().to_string()])
        };
        html! {
            details.rows.fail[matches!(worst.verdict, Verdict::Fail(_))] open[rows.iter().any(|row| self.is_first(row))] {
                summary {
                    (self.verdict(worst))
                    h3 { (self.common_title(rows)) }
                    span.took.faint { (remark) }
                    code.id.faint { (worst.stem()) }
                }
                @for row in rows { (self.row(row)) }
            }
        }
    }

    /// What the rows' titles share; where they share nothing, the first.
    fn common_title(&self, rows: &[CaseResult]) -> String {
        let shared = common_title(rows, self.words.language);
        match rows.first() {
            Some(first) if !shared.contains(char::is_alphabetic) => {
                format!("{} …", first.title.text(self.words.language))
            }
            Some(_) | None => shared,
        }
    }

    fn row(&self, result: &CaseResult) -> Markup {
        let broke = break_of(result);
        html! {
            details id=(anchor(result)) class={"case " (class(&result.verdict))} data-verdict=(class(&result.verdict))
                data-id=(result.id) open[self.is_first(result)] {
                summary {
                    (self.verdict(result))
                    h3 { (result.title.text(self.words.language)) }
                    span.took.faint {
                        @if result.level == Level::May { (self.words.say(Phrase::NotCounted, &[])) " · " }
                        @if result.transcript.is_some() { (milliseconds(result.elapsed)) " ms" }
                    }
                    code.id.faint { (result.id) }
                }
                div.body.alone[result.transcript.is_none()] {
                    @if let Some(transcript) = &result.transcript { (self.diagram(&result.id, transcript, broke)) }
                    (self.facts(result))
                }
            }
        }
    }

    fn verdict(&self, result: &CaseResult) -> Markup {
        let (_, sign) = mark(&result.verdict);
        html! {
            span class={"verdict " (class(&result.verdict))} {
                span aria-hidden="true" { (sign) " " }
                (self.words.verdict(&result.verdict))
            }
        }
    }

    /// Whether it is the first failure of its cause.
    fn is_first(&self, result: &CaseResult) -> bool {
        self.first_failures.contains(&result.id.as_str())
    }
}
