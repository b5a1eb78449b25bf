//! The head of the page: the grade, what was found before the cases, what to mend first, and the chapters.

use maud::{Markup, html};

use super::cases::anchor;
use super::dialogue::break_in;
use super::facts::prose;
use super::label::Label;
use super::{Page, relaxation};
use crate::format::Level;
use crate::grade::Credit;
use crate::report::causes::Cause;
use crate::report::phrase::Phrase;
use crate::report::terminal::{credit, shown};
use crate::run::{CaseResult, Completion, Standing};
use crate::verdict::Failure;

/// More links than this say no more than their number.
const MOST_LINKS: usize = 12;

/// Whoever mends these grades again before reading on.
const MOST_CAUSES: usize = 5;

impl Page<'_> {
    /// What was graded, and the grade.
    pub(super) fn head(&self) -> Markup {
        let language = self.words.language;
        html! {
            button.theme type="button" hidden data-scripted { (self.label(Label::Theme)) }
            div.head {
                div {
                    h1 { (self.suite.title.text(language)) }
                    p { (self.label(Label::Server)) " " code { (self.target) } }
                    @if self.suite.is_foreign() {
                        p { (self.words.say(Phrase::InDialect, &[self.suite.dialect.title.text(language)])) }
                    }
                    p { code { (self.command) } }
                    @if self.report.completion == Completion::Interrupted {
                        @let (graded, selected) = (self.report.cases().count().to_string(), self.report.selected.to_string());
                        p.notice { (self.words.say(Phrase::Interrupted, &[&graded, &selected])) }
                    }
                }
                (self.grade())
            }
        }
    }

    fn grade(&self) -> Markup {
        let grade = self.report.grade().out_of_100();
        let style = if self.report.is_flawed() { "fail" } else { "pass" };
        html! {
            @match grade {
                None => p.grade { (self.words.say(Phrase::NoGrade, &[])) },
                Some(out_of_100) => div class={"grade " (style)} {
                    svg viewBox="0 0 100 100" role="img" aria-label=(self.words.say(Phrase::Grade, &[&shown(grade)])) {
                        circle cx="50" cy="50" r="44" {}
                        @if out_of_100 > 0.0 {
                            circle cx="50" cy="50" r="44" pathLength="100" stroke-dasharray=(format!("{out_of_100} 100"))
                                transform="rotate(-90 50 50)" {}
                        }
                        text x="50" y="56" { (shown(grade)) }
                        text x="50" y="72" { (self.label(Label::OutOf)) }
                    }
                },
            }
        }
    }

    /// What was found before the first case, if it was not well.
    pub(super) fn preflight(&self) -> Markup {
        let Some(preflight) = &self.report.preflight else { return html! {} };
        let language = self.words.language;
        let says = match &preflight.standing {
            Standing::Sound => return html! {},
            Standing::Relaxed(relaxation) => {
                self.words.say(Phrase::Relaxed, &[relaxation.title.text(language)])
            }
            Standing::Unsound(_) => self.words.say(Phrase::PreflightFailed, &[]),
            Standing::Unreachable(why) => self.words.say(Phrase::Unreachable, &[why]),
        };
        let failure: Option<&Failure> = match &preflight.standing {
            Standing::Unsound(failure) => Some(failure),
            Standing::Sound | Standing::Relaxed(_) | Standing::Unreachable(_) => None,
        };
        let note = relaxation(self.suite, self.report).and_then(|relaxed| relaxed.relaxation.note.as_deref());
        html! {
            section aria-label=(self.label(Label::FirstExchange)) {
                div.notice {
                    p { strong { (says) } }
                    @if let Some(note) = note { dl.facts { (self.note(note)) } }
                }
                div.body {
                    @if let Some(transcript) = &preflight.transcript {
                        @let broke = failure.and_then(|failure| break_in(failure, transcript));
                        (self.diagram(self.label(Label::FirstExchange), transcript, broke))
                    }
                    @if let Some(failure) = failure { dl.facts { (self.failure(failure)) } }
                }
            }
        }
    }

    /// The causes, the most frequent first.
    pub(super) fn causes(&self) -> Markup {
        let (first, others) = self.causes.split_at(self.causes.len().min(MOST_CAUSES));
        html! {
            @if !self.causes.is_empty() {
                section aria-labelledby="mend" {
                    h2 #mend { (self.words.say(Phrase::MostFrequent, &[])) }
                    ol.mend { @for cause in first { (self.cause(cause)) } }
                    @if !others.is_empty() {
                        details.others {
                            summary { (self.label(Label::OtherCauses).replace("{0}", &others.len().to_string())) }
                            ol.mend start=(first.len() + 1) { @for cause in others { (self.cause(cause)) } }
                        }
                    }
                }
            }
        }
    }

    fn cause(&self, cause: &Cause<'_>) -> Markup {
        let firsts: Vec<&CaseResult> = cause.cases.iter().filter_map(|rows| rows.first().copied()).collect();
        let note = cause.note.and_then(|note| self.suite.notes.get(note));
        html! {
            li {
                strong {
                    @match (note, firsts.first()) {
                        (Some(note), _) => (prose(note.title.text(self.words.language))),
                        (None, Some(first)) => (first.title.text(self.words.language)),
                        (None, None) => {},
                    }
                }
                @if let Some(note) = note { p { (prose(note.look.text(self.words.language))) } }
                p.where {
                    (self.words.cases(firsts.len())) ": "
                    @for (index, first) in firsts.iter().take(MOST_LINKS).enumerate() {
                        @if index > 0 { ", " }
                        a href={"#" (anchor(first))} { (first.stem()) }
                    }
                    @if firsts.len() > MOST_LINKS { " …" }
                }
            }
        }
    }

    /// How many cases are passed in each chapter, and of each level.
    pub(super) fn chapters(&self) -> Markup {
        let language = self.words.language;
        let report = self.report;
        html! {
            section aria-labelledby="chapters" {
                h2 #chapters { (self.label(Label::Chapters)) }
                div.scroll { table {
                    thead { tr {
                        th scope="col" { (self.label(Label::Chapter)) }
                        th.number scope="col" { (self.label(Label::CasesPassed)) }
                        th.number scope="col" { (self.label(Label::GradeColumn)) }
                        th.bar aria-hidden="true" {}
                    } }
                    tbody {
                        @for chapter in &self.suite.chapters {
                            @let counts = |rows: &&[CaseResult]| rows[0].chapter == chapter.id && rows[0].level != Level::May;
                            @let link = format!("#chapter-{}", chapter.id);
                            (self.tally(
                                &html! { a href=(link) { (chapter.title.text(language)) } },
                                report.cases().filter(counts),
                                report.chapter_grade(&chapter.id).out_of_100(),
                            ))
                        }
                        @for (name, level) in [("MUST", Level::Must), ("SHOULD", Level::Should)] {
                            (self.tally(&html! { (name) }, report.cases().filter(|rows| rows[0].level == level), None))
                        }
                        @let not_counted = format!("MAY ({})", self.words.say(Phrase::NotCounted, &[]));
                        (self.tally(&html! { (not_counted) }, report.cases().filter(|rows| rows[0].level == Level::May), None))
                    }
                } }
            }
        }
    }

    /// How many of these cases are passed, of those that count; nothing, if none does.
    fn tally<'r>(
        &self,
        name: &Markup,
        cases: impl Iterator<Item = &'r [CaseResult]>,
        grade: Option<f64>,
    ) -> Markup {
        let credits: Vec<Credit> = cases.map(credit).collect();
        let passed = credits.iter().filter(|credit| **credit == Credit::Full).count();
        let counted = credits.iter().filter(|credit| **credit != Credit::Uncounted).count();
        if counted == 0 {
            return html! {};
        }
        let of = self.words.say(Phrase::PassedOf, &[&passed.to_string(), &counted.to_string()]);
        html! {
            tr {
                th scope="row" { (name) }
                td.number { (of) }
                td.number { (shown(grade)) }
                td.bar {
                    @if let Some(grade) = grade {
                        svg aria-hidden="true" { rect.partly[grade < 100.0] width=(format!("{grade}%")) height="8" {} }
                    }
                }
            }
        }
    }
}
