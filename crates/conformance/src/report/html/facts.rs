//! What stands beside a diagram: what was due, what came, why, where to look, and how to see it again.

use maud::{Markup, html};

use super::Page;
use super::label::Label;
use crate::report::document::{Case, Failure, Process};
use crate::report::phrase::Phrase;

impl Page<'_> {
    /// All that is to be said of a case.
    pub(super) fn facts(&self, case: &Case) -> Markup {
        html! {
            dl.facts {
                @if let Some(reason) = &case.reason {
                    dt { (self.verdict_word(case.verdict)) }
                    dd { (prose(reason)) }
                }
                @match &case.failure {
                    Some(failure) => (self.failure(failure)),
                    None => {
                        dt { (self.label(Label::Requirement)) }
                        dd { (case.spec.join(", ")) }
                    }
                }
                @if let Some(process) = &case.process { (self.process(process)) }
                dt { (self.say(Phrase::Again, &[])) }
                dd.command {
                    code { (case.again) }
                    button type="button" hidden data-scripted data-copy=(self.label(Label::Copied)) {
                        (self.label(Label::Copy))
                    }
                }
            }
        }
    }

    /// What was due and what came, the explanation, and the requirement.
    pub(super) fn failure(&self, failure: &Failure) -> Markup {
        html! {
            @if let Some(expected) = &failure.expected { (self.fact(Phrase::Expected, expected)) }
            (self.fact(Phrase::Actual, &failure.actual))
            @if let Some(hex) = &failure.hex {
                dt { (self.say(Phrase::Hex, &[])) }
                dd { code { (hex) } }
            }
            @for remark in &failure.remarks { (self.fact(Phrase::When, remark)) }
            @if let Some(afterwards) = &failure.afterwards { (self.fact(Phrase::Afterwards, afterwards)) }
            @if let Some(note) = &failure.note {
                dt { (self.say(Phrase::Cause, &[])) }
                dd { strong { (prose(&note.title)) "." } " " (prose(&note.text)) }
                (self.fact(Phrase::Look, &note.look))
            }
            @if let Some(requirement) = &failure.violates {
                dt { (self.say(Phrase::Violates, &[])) }
                dd { (requirement.id) " (" (requirement.place) "): " (prose(&requirement.text)) }
            }
        }
    }

    /// How a server that the grader started ended, and what it printed.
    pub(super) fn process(&self, process: &Process) -> Markup {
        html! {
            @if let Some(end) = &process.end { (self.fact(Phrase::ProcessEnd, end)) }
            @if !process.printed.is_empty() {
                dt { (self.say(Phrase::ServerPrinted, &[])) }
                dd.printed { (process.printed.join("\n")) }
            }
        }
    }

    fn fact(&self, label: Phrase, text: &str) -> Markup {
        html! {
            dt { (self.say(label, &[])) }
            dd { (prose(text)) }
        }
    }
}

/// Text in which what stands between backticks is code.
pub(crate) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        // A backtick without another is none of ours.
        @if parts.len().is_multiple_of(2) {
            (text)
        } @else {
            @for (index, part) in parts.iter().enumerate() {
                @if index.is_multiple_of(2) { (part) } @else { code { (part) } }
            }
        }
    }
}
