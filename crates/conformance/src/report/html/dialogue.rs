//! What was said, as a list: for those who read with their ears, copy it, or need what the diagram has to cut.

use std::time::Duration;

use maud::{Markup, html};

use super::Page;
use super::label::Label;
use crate::escape::{hex, is_plain};
use crate::report::phrase::Phrase;
use crate::run::CaseResult;
use crate::transcript::{Entry, Excerpt, Transcript, What};
use crate::verdict::{Breach, Failure, Happened, Verdict};

/// More hexadecimal than this is read by nobody.
const MOST_IN_HEX: usize = 32;

impl Page<'_> {
    /// The list, folded.
    pub(super) fn as_text(&self, transcript: &Transcript, broke: Option<usize>) -> Markup {
        let several = transcript.connections().len() > 1;
        let (first, rest) = transcript.entries.split_at(match transcript.omitted {
            0 => 0,
            _ => Transcript::BEFORE.min(transcript.entries.len()),
        });
        let line = |index: usize, entry: &Entry| {
            let (arrow, text) = self.words.line_in_full(&entry.what);
            let name = if several { format!("{} ", entry.connection) } else { String::new() };
            let hex = in_hex(&entry.what);
            html! {
                li class=[(Some(index) == broke).then_some("broke")] {
                    b { (milliseconds(entry.at)) } " " (name) (arrow) " " (text) (hex)
                }
            }
        };
        html! {
            details.text {
                summary { (self.label(Label::AsText)) }
                ol.dialogue {
                    @for (index, entry) in first.iter().enumerate() { (line(index, entry)) }
                    @if transcript.omitted > 0 { li { (self.omitted(transcript)) } }
                    @for (index, entry) in rest.iter().enumerate() { (line(first.len() + index, entry)) }
                }
            }
        }
    }

    /// That some of it was not kept.
    pub(super) fn omitted(&self, transcript: &Transcript) -> String {
        self.words.say(Phrase::Omitted, &[&transcript.omitted.to_string()])
    }
}

/// The line where a case broke: the last on the connection, or before it the one with the octets that were wrong.
pub(super) fn break_of(result: &CaseResult) -> Option<usize> {
    match (&result.verdict, &result.transcript) {
        (Verdict::Fail(failure), Some(transcript)) => break_in(failure, transcript),
        (_, _) => None,
    }
}

/// The same in a conversation of no case.
pub(super) fn break_in(failure: &Failure, transcript: &Transcript) -> Option<usize> {
    let Breach::Conversation { connection, happened, .. } = &failure.breach else { return None };
    let wrong = match happened {
        Happened::Reply(received) | Happened::Unsolicited(received) => Some(Excerpt::from(received.raw())),
        Happened::Nothing { .. }
        | Happened::Unterminated(_)
        | Happened::TooLong(_)
        | Happened::Ended(..)
        | Happened::StillOpen(_)
        | Happened::NotConnected(_) => None,
    };
    let is_wrong = |entry: &Entry| match &entry.what {
        What::Received(excerpt) | What::Partial(excerpt) => Some(excerpt) == wrong.as_ref(),
        What::Opened
        | What::NotOpened(_)
        | What::Sent(_)
        | What::NotSent(_)
        | What::Nothing(_)
        | What::HalfClosed
        | What::Closed
        | What::Aborted
        | What::ServerClosed
        | What::ServerReset => false,
    };
    let on_it = |entry: &Entry| entry.connection == *connection;
    let entries = &transcript.entries;
    let said = entries.iter().rposition(|entry| on_it(entry) && is_wrong(entry));
    said.or_else(|| entries.iter().rposition(on_it))
}

/// Times as a column of numbers: tenths only where they matter.
pub(super) fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 10.0 { format!("{milliseconds:.1}") } else { format!("{milliseconds:.0}") }
}

/// Octets that are hard to read as text.
fn in_hex(what: &What) -> String {
    match what {
        What::Sent(excerpt) | What::NotSent(excerpt) | What::Received(excerpt) | What::Partial(excerpt) => {
            let shown = &excerpt.octets[..excerpt.octets.len().min(MOST_IN_HEX)];
            if is_plain(shown) { String::new() } else { format!("  [{}]", hex(shown)) }
        }
        What::Opened
        | What::NotOpened(_)
        | What::Nothing(_)
        | What::HalfClosed
        | What::Closed
        | What::Aborted
        | What::ServerClosed
        | What::ServerReset => String::new(),
    }
}
