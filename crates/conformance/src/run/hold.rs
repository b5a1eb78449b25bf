//! Several cases on one connection, one after the other: a server that ends when its client has gone is then not started for
//! each of them. As with cases that are played ahead, only what goes well is believed. What goes wrong on a connection that has
//! seen other cases is played again, alone, on a server started anew, so that the verdicts are those of a start for each case.

use super::Run;
use crate::format::{Action, Lifetime, Message, Step, Transport};
use crate::launch::Restart;
use crate::replay::{Afterwards, Outcome, play_case_on};
use crate::suite::{Case, Control, Script};

impl Run<'_> {
    /// Plays a case on the connection that the case before has left, if it has, and if the two go together. Nothing comes of it
    /// if anything goes wrong.
    pub(super) async fn play_on_held(&mut self, case: &Case) -> Option<Outcome> {
        let afterwards = self.afterwards(case);
        let held = self.held.take().filter(|_| afterwards == Afterwards::Hold)?;
        let terms = self.terms.as_ref().map(|terms| self.adapted(terms))?;
        let (outcome, held) = play_case_on(Some(held), case, &self.suite.wrong, &terms, afterwards).await;
        if outcome.stopped.is_some() {
            return None;
        }
        self.held = held;
        Some(outcome)
    }

    /// Whether the connection of a case is kept for the next one. In a capture each case has a stream of its own.
    pub(super) fn afterwards(&self, case: &Case) -> Afterwards {
        let is_started_for_each = self.ends_with_its_client
            && self.launched.as_ref().is_some_and(|launched| launched.policy() == Restart::Died);
        let lasts = self.terms.as_ref().is_some_and(|terms| {
            (terms.dialect.connection, terms.dialect.transport) == (Lifetime::Session, Transport::Tcp)
        });
        if is_started_for_each && lasts && !self.options.tap.records() && goes_with_others(case) {
            Afterwards::Hold
        } else {
            Afterwards::Goodbye
        }
    }
}

/// Whether a case says the same of a connection that has seen others. One that begins with an operator or a command may be
/// about what a fresh session holds.
fn goes_with_others(case: &Case) -> bool {
    let Script::Steps(steps) = &case.script else { return false };
    let begins_as_operands_do = match steps.first().map(|step| &step.action) {
        Some(Action::Say { messages, .. }) => messages.first().is_some_and(is_operand),
        Some(Action::Send { octets, .. }) => octets
            .first()
            .and_then(|first| first.octets().ok())
            .is_some_and(|first| begins_no_command(&first)),
        Some(
            Action::Connect { .. }
            | Action::Expect { .. }
            | Action::ExpectClose(_)
            | Action::ExpectSilence(_)
            | Action::HalfClose
            | Action::Close
            | Action::Abort
            | Action::Wait(_)
            | Action::Repeat { .. }
            | Action::Clients { .. }
            | Action::Fence,
        )
        | None => false,
    };
    begins_as_operands_do
        && steps.iter().all(is_on_one_connection)
        && case.control == Control::EachOpenConnection
}

fn is_operand(message: &Message) -> bool {
    match message {
        Message::Operand(_) | Message::Calculate(_) => true,
        Message::Bare(text) => text.starts_with(|first: char| first.is_ascii_digit()),
        Message::Text(_) | Message::Operator(_) | Message::Clear | Message::Quit | Message::Hello => false,
    }
}

/// Operators and commands begin with a letter or a sign.
fn begins_no_command(octets: &[u8]) -> bool {
    octets.trim_ascii_start().first().is_some_and(|first| !first.is_ascii_graphic() || first.is_ascii_digit())
}

/// Whether a step leaves the connection open, and is on no other one.
fn is_on_one_connection(step: &Step) -> bool {
    match &step.action {
        Action::Say { .. }
        | Action::Send { .. }
        | Action::Expect { .. }
        | Action::ExpectSilence(_)
        | Action::Wait(_)
        | Action::Fence => step.on.is_none(),
        Action::Repeat { steps, .. } => steps.iter().all(is_on_one_connection),
        Action::Connect { .. }
        | Action::ExpectClose(_)
        | Action::HalfClose
        | Action::Close
        | Action::Abort
        | Action::Clients { .. } => false,
    }
}
