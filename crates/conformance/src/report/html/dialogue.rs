//! What was said, as a list under its diagram.

use maud::{Markup, html};

use super::label::Label;
use super::{Page, milliseconds};
use crate::report::document::{Dialogue, Side};
use crate::report::phrase::Phrase;

impl Page<'_> {
    /// The same as a list, for those who read with their ears, copy it, or need what the diagram has to cut.
    pub(super) fn as_text(&self, dialogue: &Dialogue, broke: Option<usize>) -> Markup {
        let entries = dialogue.entries.as_slice();
        let several = entries.iter().any(|entry| entry.connection != entries[0].connection);
        html! {
            details.text {
                summary { (self.label(Label::AsText)) }
                ol.dialogue {
                    @for (index, entry) in entries.iter().enumerate() {
                        @if dialogue.omitted > 0 && index == dialogue.omitted_after { li { (self.omitted(dialogue)) } }
                        li class=[(Some(index) == broke).then_some("broke")] {
                            b { (milliseconds(entry.at_us)) } " "
                            @if several { (entry.connection) " " }
                            @match entry.from { Side::Client => "→ ", Side::Server => "← " }
                            (entry.text)
                        }
                    }
                }
            }
        }
    }

    /// That some of it was not kept.
    pub(super) fn omitted(&self, dialogue: &Dialogue) -> String {
        self.say(Phrase::Omitted, &[&dialogue.omitted.to_string()])
    }
}
