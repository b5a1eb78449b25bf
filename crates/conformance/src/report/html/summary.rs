//! The head of the page: the grade, what was found before the cases, the chapters, and what to mend first.

use maud::{Markup, html};

use super::Page;
use super::cases::anchor;
use super::causes::Cause;
use super::facts::prose;
use super::label::Label;
use crate::format::Level;
use crate::report::document::{Case, Completion, Standing, Verdict};
use crate::report::phrase::Phrase;
use crate::report::plain::{number, out_of_time};

/// More links than this say no more than their number.
const MOST_LINKS: usize = 12;

/// Whoever mends these grades again before reading on.
const MOST_CAUSES: usize = 5;

impl Page<'_> {
    /// What was graded, and the grade.
    pub(super) fn head(&self) -> Markup {
        let run = &self.document.run;
        // Minutes are enough for people.
        let (day, time) = run.started.split_once('T').unwrap_or((&run.started, ""));
        html! {
            button.theme type="button" hidden data-scripted { (self.label(Label::Theme)) }
            div.head {
                div {
                    h1 { (run.suite.title) }
                    p { (self.label(Label::Server)) " " code { (run.target) } ", " (self.say(Phrase::InDialect, &[&run.dialect.title])) }
                    p { time datetime=(run.started) { (day) " " (time.get(..5).unwrap_or_default()) " UTC" } }
                    p { code { (run.command) } }
                    (self.completion())
                }
                (self.grade())
            }
        }
    }

    /// That the run came to no end, where it did not.
    fn completion(&self) -> Markup {
        let (graded, selected) = (self.document.whole_cases().count(), self.document.result.selected);
        html! {
            @match self.document.result.completion {
                Completion::Complete => {},
                Completion::Interrupted => p.notice {
                    (self.say(Phrase::Interrupted, &[&graded.to_string(), &selected.to_string()]))
                },
                Completion::OutOfTime => p.notice { (out_of_time(self.document)) },
                Completion::Running => p.notice { (self.say(Phrase::Unfinished, &[])) },
            }
        }
    }

    fn grade(&self) -> Markup {
        let style = if self.document.cases.iter().any(Case::is_flaw) { "fail" } else { "pass" };
        html! {
            @match self.document.result.grade.out_of_100 {
                None => p.grade { (self.say(Phrase::NoGrade, &[])) },
                Some(grade) => div class={"grade " (style)} {
                    svg viewBox="0 0 100 100" role="img" aria-label=(self.say(Phrase::Grade, &[&number(grade)])) {
                        circle cx="50" cy="50" r="44" {}
                        @if grade > 0.0 {
                            circle cx="50" cy="50" r="44" pathLength="100" stroke-dasharray={(grade) " 100"}
                                transform="rotate(-90 50 50)" {}
                        }
                        text x="50" y="56" { (number(grade)) }
                        text x="50" y="72" { (self.label(Label::OutOf)) }
                    }
                },
            }
        }
    }

    /// What was found before the first case, if it was not well.
    pub(super) fn preflight(&self) -> Markup {
        let Some(preflight) = &self.document.preflight else { return html! {} };
        let says = match preflight.standing {
            Standing::Sound => return html! {},
            Standing::Relaxed => {
                let titles: Vec<_> = preflight.relaxations.iter().map(|one| one.title.as_str()).collect();
                self.say(Phrase::Relaxed, &[&titles.join("; ")])
            }
            Standing::Unsound => self.say(Phrase::PreflightFailed, &[]),
            Standing::Unreachable => {
                self.say(Phrase::Unreachable, &[preflight.reason.as_deref().unwrap_or_default()])
            }
            Standing::NotStarted => preflight.reason.clone().unwrap_or_default(),
        };
        html! {
            section aria-label=(self.label(Label::FirstExchange)) {
                p.notice { strong { (says) } }
                div.body.alone[preflight.failure.is_none()] {
                    @if let Some(dialogue) = &preflight.dialogue {
                        (self.diagram(self.label(Label::FirstExchange), dialogue, dialogue.broke))
                    }
                    @if let Some(failure) = &preflight.failure { dl.facts { (self.failure(failure)) } }
                    @if let Some(process) = &preflight.process { dl.facts { (self.process(process)) } }
                }
            }
        }
    }

    /// The causes, the most frequent first.
    pub(super) fn mend(&self) -> Markup {
        let (first, others) = self.causes.split_at(self.causes.len().min(MOST_CAUSES));
        html! {
            @if !self.causes.is_empty() {
                section aria-labelledby="mend" {
                    h2 #mend { (self.say(Phrase::MostFrequent, &[])) }
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
        let note = cause.first.failure.as_ref().and_then(|failure| failure.note.as_ref());
        let count = match cause.cases.len() {
            1 => self.say(Phrase::OneCase, &[]),
            count => self.say(Phrase::Cases, &[&count.to_string()]),
        };
        html! {
            li {
                @match note {
                    Some(note) => {
                        strong { (prose(&note.title)) }
                        p { (prose(&note.look)) }
                    },
                    None => strong { (cause.first.title) },
                }
                p.where {
                    (count) ": "
                    @for (index, case) in cause.cases.iter().take(MOST_LINKS).enumerate() {
                        @if index > 0 { ", " }
                        a href={"#" (anchor(case))} { (case.stem()) }
                    }
                    @if cause.cases.len() > MOST_LINKS { " …" }
                }
            }
        }
    }

    /// How many cases are passed in each chapter, and of each level.
    pub(super) fn chapters(&self) -> Markup {
        let document = self.document;
        let of_level = |level: Level| document.whole_cases().filter(move |rows| rows[0].level == level);
        html! {
            section aria-labelledby="chapters" {
                h2 #chapters { (self.label(Label::Chapters)) }
                table {
                    thead { tr {
                        th scope="col" { (self.label(Label::Chapter)) }
                        th.number scope="col" { (self.label(Label::CasesPassed)) }
                        th.number scope="col" { (self.label(Label::GradeColumn)) }
                        td.bar {}
                    } }
                    tbody {
                        @for chapter in &document.result.chapters {
                            @let counts = |rows: &&[Case]| rows[0].chapter == chapter.id && rows[0].level != Level::May;
                            @let name = html! { a href={"#chapter-" (chapter.id)} { (chapter.title) } };
                            (self.tally(&name, document.whole_cases().filter(counts), chapter.grade.out_of_100))
                        }
                        (self.tally(&html! { "MUST" }, of_level(Level::Must), None))
                        (self.tally(&html! { "SHOULD" }, of_level(Level::Should), None))
                        (self.tally(&html! { "MAY (" (self.say(Phrase::NotCounted, &[])) ")" }, of_level(Level::May), None))
                    }
                }
            }
        }
    }

    /// How many of these cases are passed, of those that count; nothing, if none does.
    fn tally<'r>(
        &self,
        name: &Markup,
        cases: impl Iterator<Item = &'r [Case]>,
        grade: Option<f64>,
    ) -> Markup {
        let worst = cases.filter_map(|rows| rows.iter().map(|row| row.verdict).min());
        let counted: Vec<Verdict> =
            worst.filter(|verdict| !matches!(verdict, Verdict::NotApplicable | Verdict::Skip)).collect();
        if counted.is_empty() {
            return html! {};
        }
        let passed = counted.iter().filter(|verdict| !verdict.is_failure()).count();
        let of = self.say(Phrase::PassedOf, &[&passed.to_string(), &counted.len().to_string()]);
        html! {
            tr {
                th scope="row" { (name) }
                td.number { (of) }
                td.number { (grade.map(number).unwrap_or_default()) }
                td.bar {
                    @if let Some(grade) = grade {
                        svg aria-hidden="true" { rect.partly[grade < 100.0] width={(grade) "%"} height="8" {} }
                    }
                }
            }
        }
    }
}
