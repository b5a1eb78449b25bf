//! The class page: what is wrong most often, and a table of students and cases. Like the students' pages it needs nothing beside
//! itself, says the same where scripts do not run, and its policy forbids every request.

mod causes;
mod label;
mod matrix;

use chrono::{SecondsFormat, Utc};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::label::Label;
use super::plan::Plan;
use super::record::{Record, Register, State};
use crate::report::{Phrase, STYLE, number, policy};

const CLASS_STYLE: &str = include_str!("class.css");
const SCRIPT: &str = concat!(include_str!("class.js"), include_str!("../../report/html/theme.js"));

/// The file.
pub(super) fn render(plan: &Plan, register: &Register) -> String {
    Page { plan, register }.html().into_string()
}

/// What is wrong in the servers of a class, and in how many of them: a MUST before a SHOULD, the most frequent cause first.
#[must_use]
pub fn common_causes(register: &Register) -> Vec<(String, usize)> {
    let causes = causes::common(register).into_iter();
    causes.map(|common| (common.title(register.language), common.students.len())).collect()
}

struct Page<'a> {
    plan: &'a Plan,
    register: &'a Register,
}

impl Page<'_> {
    fn html(&self) -> Markup {
        let style = format!("{STYLE}{CLASS_STYLE}");
        html! {
            (DOCTYPE)
            html lang=(self.label(Label::LanguageCode)) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy(&style, SCRIPT));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.register.title) ", " (self.count()) }
                    style { (PreEscaped(&style)) }
                }
                body.class {
                    a.jump href="#table" { (self.label(Label::SkipToTable)) }
                    header { (self.head()) }
                    main {
                        (self.causes())
                        (self.matrix())
                    }
                    footer { p { "conformance " (self.register.grader) } }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        let mut grades: Vec<f64> = self.register.students.iter().filter_map(|record| record.grade).collect();
        grades.sort_by(f64::total_cmp);
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let (day, time) = now.split_once('T').unwrap_or((&now, ""));
        html! {
            button.theme type="button" hidden data-scripted { (self.label(Label::Theme)) }
            div.head {
                div {
                    h1 { (self.register.title) }
                    p {
                        (self.count()) ", " (self.say(Label::Graded, &[&grades.len().to_string()]))
                        @for (count, label) in self.without_grade() { ", " (count) " " (label) }
                    }
                    p { time datetime=(now) { (day) " " (time.get(..5).unwrap_or_default()) " UTC" } }
                }
                @if let Some(median) = median(&grades) {
                    p.median { (self.label(Label::Median)) " " strong { (number(median)) } }
                }
            }
        }
    }

    /// How many have no grade, by the reason.
    fn without_grade(&self) -> impl Iterator<Item = (usize, &'static str)> {
        [State::Waiting, State::OutOfTime, State::Failed].into_iter().filter_map(|state| {
            let count = self.register.students.iter().filter(|record| record.state == state).count();
            Some((count, self.state(state)?)).filter(|_| count > 0)
        })
    }

    /// What is to be said of a state, if something is.
    fn state(&self, state: State) -> Option<&'static str> {
        match state {
            State::Graded => None,
            State::Waiting => Some(self.label(Label::Waiting)),
            State::OutOfTime => Some(self.label(Label::OutOfTime)),
            State::Failed => Some(self.label(Label::Failed)),
        }
    }

    fn count(&self) -> String {
        self.say(Label::Students, &[&self.register.students.len().to_string()])
    }

    /// A student's name, as a link to the report where there is one.
    fn name(&self, record: &Record) -> Markup {
        html! {
            @match &record.page {
                Some(page) => a href=(page) { (record.name) },
                None => (record.name),
            }
        }
    }

    fn label(&self, label: Label) -> &'static str {
        label.text(self.register.language)
    }

    fn say(&self, label: Label, about: &[&str]) -> String {
        label.with(self.register.language, about)
    }

    fn word(&self, phrase: Phrase) -> &'static str {
        phrase.text(self.register.language)
    }
}

/// The one in the middle of grades in order.
fn median(grades: &[f64]) -> Option<f64> {
    let upper = *grades.get(grades.len() / 2)?;
    let lower = *grades.get((grades.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}
