//! Every case with its diagram: folded, but for the first failure of each cause.

use maud::{Markup, html};

use super::label::Label;
use super::lanes::Lanes;
use super::{Page, milliseconds};
use crate::format::Level;
use crate::report::cases::shared_words;
use crate::report::document::{Case, Verdict};
use crate::report::phrase::Phrase;

/// The verdicts that a reader can look for, the worst first.
const VERDICTS: [Verdict; 7] = [
    Verdict::Fail,
    Verdict::Error,
    Verdict::Blocked,
    Verdict::Warn,
    Verdict::Pass,
    Verdict::NotApplicable,
    Verdict::Skip,
];

/// The place of a case in the page.
pub(super) fn anchor(case: &Case) -> String {
    anchor_of(&case.id)
}

/// The same by the case's name.
pub(crate) fn anchor_of(id: &str) -> String {
    id.replace('#', ":")
}

/// A verdict in one word.
pub(crate) const fn word(verdict: Verdict) -> Phrase {
    match verdict {
        Verdict::Fail => Phrase::Fail,
        Verdict::Error => Phrase::Error,
        Verdict::Blocked => Phrase::Blocked,
        Verdict::Warn => Phrase::Warn,
        Verdict::Pass => Phrase::Pass,
        Verdict::NotApplicable => Phrase::NotApplicable,
        Verdict::Skip => Phrase::Skip,
    }
}

/// A verdict as the page's style and script know it.
pub(crate) const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "na",
        Verdict::Fail | Verdict::Error | Verdict::Blocked | Verdict::Warn | Verdict::Pass | Verdict::Skip => {
            verdict.name()
        }
    }
}

impl Page<'_> {
    /// The cases, chapter by chapter, and what finds one among them.
    pub(super) fn cases(&self) -> Markup {
        html! {
            section #cases aria-labelledby="cases-title" {
                h2 #cases-title { (self.label(Label::Cases)) }
                (self.key())
                (self.tools())
                @for chapter in &self.document.result.chapters {
                    section.chapter aria-labelledby={"chapter-" (chapter.id)} {
                        h2 id={"chapter-" (chapter.id)} { (chapter.title) }
                        @for rows in self.document.whole_cases().filter(|rows| rows[0].chapter == chapter.id) {
                            (self.case(rows))
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
        let cases = &self.document.cases;
        let count = |verdict: Verdict| cases.iter().filter(|case| case.verdict == verdict).count();
        html! {
            div.tools role="search" aria-label=(self.label(Label::Filter)) hidden data-scripted {
                button type="button" data-filter="" aria-pressed="true" { (self.label(Label::AllCases)) " " (cases.len()) }
                @for verdict in VERDICTS {
                    @if count(verdict) > 0 {
                        button type="button" data-filter=(class(verdict)) aria-pressed="false" {
                            (self.verdict_word(verdict)) " " (count(verdict))
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

    fn case(&self, rows: &[Case]) -> Markup {
        let worst = rows.iter().map(|row| row.verdict).min();
        html! {
            @match (rows, worst) {
                ([only], _) if !only.id.contains('#') => (self.row(only)),
                (rows, Some(worst)) => (self.group(rows, worst)),
                (_, None) => {}
            }
        }
    }

    /// A case with rows: one line, which holds theirs.
    fn group(&self, rows: &[Case], worst: Verdict) -> Markup {
        let passed = rows.iter().filter(|row| matches!(row.verdict, Verdict::Pass | Verdict::Warn)).count();
        let (passed, all) = (passed.to_string(), rows.len().to_string());
        let remark = if rows.iter().all(|row| row.verdict == worst) {
            self.say(Phrase::Rows, &[&all])
        } else {
            self.say(Phrase::RowsPassed, &[&passed, &all])
        };
        html! {
            details class={"rows " (class(worst))} open[rows.iter().any(|row| self.is_first(row))] {
                summary {
                    (self.verdict(worst))
                    h3 { (common_title(rows)) }
                    span.took.faint { (remark) }
                    code.id.faint { (rows[0].stem()) }
                }
                @for row in rows { (self.row(row)) }
            }
        }
    }

    fn row(&self, case: &Case) -> Markup {
        let verdict = class(case.verdict);
        let is_beside =
            case.dialogue.as_ref().is_some_and(|dialogue| !Lanes::of(&dialogue.entries).are_many());
        html! {
            details id=(anchor(case)) class={"case " (verdict)} data-verdict=(verdict) open[self.is_first(case)] {
                summary {
                    (self.verdict(case.verdict))
                    h3 { (case.title) }
                    span.took.faint {
                        @if case.level == Level::May { (self.say(Phrase::NotCounted, &[])) " · " }
                        @if case.dialogue.is_some() { (milliseconds(case.elapsed_us)) " ms" }
                    }
                    code.id.faint { (case.id) }
                }
                div.body.alone[!is_beside] {
                    @if let Some(dialogue) = &case.dialogue { (self.diagram(&case.id, dialogue, dialogue.broke)) }
                    (self.facts(case))
                }
            }
        }
    }

    fn verdict(&self, verdict: Verdict) -> Markup {
        let sign = match verdict {
            Verdict::Pass | Verdict::Warn => "✓",
            Verdict::Fail => "✗",
            Verdict::Error => "!",
            Verdict::Blocked | Verdict::NotApplicable | Verdict::Skip => "–",
        };
        html! {
            span class={"verdict " (class(verdict))} {
                span aria-hidden="true" { (sign) " " }
                (self.verdict_word(verdict))
            }
        }
    }

    pub(super) fn verdict_word(&self, verdict: Verdict) -> String {
        self.say(word(verdict), &[])
    }

    /// Whether it is the first failure of its cause, which is not folded.
    fn is_first(&self, case: &Case) -> bool {
        self.causes.iter().any(|cause| std::ptr::eq(cause.first, case))
    }
}

/// What the rows' titles share; where they share no word, the first.
fn common_title(rows: &[Case]) -> String {
    let titles: Vec<&str> = rows.iter().map(|row| row.title.as_str()).collect();
    let shared = shared_words(&titles);
    if shared.contains(char::is_alphabetic) { shared } else { format!("{} …", titles[0]) }
}
