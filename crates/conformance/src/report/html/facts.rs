//! What stands beside a diagram: what was due, what came, why, where to look, and how to see it again.

use maud::{Markup, html};

use super::Page;
use super::label::Label;
use crate::language::{Language, Text};
use crate::report::phrase::Phrase;
use crate::run::CaseResult;
use crate::verdict::{Breach, Failure, Health, Stage, Verdict};

impl Page<'_> {
    /// All that is to be said of a case.
    pub(super) fn facts(&self, result: &CaseResult) -> Markup {
        let requirement = match &result.verdict {
            Verdict::Fail(_) => self.words.say(Phrase::Violates, &[]),
            Verdict::Pass
            | Verdict::Warn(_)
            | Verdict::Error(_)
            | Verdict::Blocked(_)
            | Verdict::NotApplicable(_)
            | Verdict::Skip => self.label(Label::Requirement).to_owned(),
        };
        html! {
            dl.facts {
                @match &result.verdict {
                    Verdict::Fail(failure) => (self.failure(failure)),
                    verdict => @if let Some(reason) = self.words.reason(verdict) {
                        dt { (self.words.verdict(verdict)) }
                        dd { (reason) }
                    },
                }
                @if let Some((name, text)) = self.requirement(result) {
                    dt { (requirement) }
                    dd { (name) ": " span lang=[self.foreign(text)] { (prose(text.text(self.words.language))) } }
                }
                dt { (self.words.say(Phrase::Again, &[])) }
                dd.command {
                    code { (self.command) " --only '" (result.id) "'" }
                    button type="button" hidden data-scripted data-copy=(self.label(Label::Copied)) {
                        (self.label(Label::Copy))
                    }
                }
            }
        }
    }

    /// What was due and what came, and the explanation.
    pub(super) fn failure(&self, failure: &Failure) -> Markup {
        html! {
            @match &failure.breach {
                Breach::Deviation { relaxation } => {
                    (self.fact(Phrase::Actual, &self.words.say(Phrase::Deviation, &[relaxation])))
                }
                Breach::Conversation { stage, connection: _, expected, happened, write_failed } => {
                    (self.fact(Phrase::Expected, &self.words.expected(expected)))
                    (self.fact(Phrase::Actual, &self.words.happened(happened)))
                    @if let Some(hex) = self.words.hex(happened) {
                        dt { (self.words.say(Phrase::Hex, &[])) }
                        dd { code { (hex) } }
                    }
                    @match stage {
                        Stage::Script => {},
                        Stage::Fence => (self.fact(Phrase::When, &self.words.say(Phrase::InFence, &[]))),
                        Stage::Control => (self.fact(Phrase::When, &self.words.say(Phrase::InControl, &[]))),
                    }
                    @if *write_failed {
                        (self.fact(Phrase::When, &self.words.say(Phrase::WriteFailed, &[])))
                    }
                }
            }
            @if let Some(health) = failure.aftermath.filter(|health| *health != Health::Well) {
                (self.fact(Phrase::Afterwards, &self.words.health(health)))
            }
            @if let Some(note) = &failure.note { (self.note(note)) }
        }
    }

    pub(super) fn note(&self, id: &str) -> Markup {
        let language = self.words.language;
        html! {
            @if let Some(note) = self.suite.notes.get(id) {
                dt { (self.words.say(Phrase::Cause, &[])) }
                dd { strong { (prose(note.title.text(language))) "." } " " (prose(note.text.text(language))) }
                (self.fact(Phrase::Look, note.look.text(language)))
            }
        }
    }

    fn fact(&self, label: Phrase, text: &str) -> Markup {
        html! {
            dt { (self.words.say(label, &[])) }
            dd { (prose(text)) }
        }
    }

    /// The language of a text that is not translated into the page's.
    fn foreign(&self, text: &Text) -> Option<&'static str> {
        (self.words.language == Language::Es && text.es.is_none()).then_some("en")
    }

    /// The requirement that the case is about, with its place, and its sentence.
    fn requirement(&self, result: &CaseResult) -> Option<(String, &Text)> {
        // Of a protocol of somebody else's, the document says nothing.
        if self.suite.is_foreign() {
            return None;
        }
        let requirement = result.spec.first().and_then(|id| self.suite.requirements.get(id))?;
        let document = self.suite.document.as_deref().unwrap_or_default();
        let place = format!("{document} §{}", requirement.section);
        let name = format!("{} ({})", requirement.id, place.trim_start());
        Some((name, &requirement.text))
    }
}

/// Text in which what stands between backticks is code.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}
