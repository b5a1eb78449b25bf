//! How the server is after a failure, and which diagnosis fits.

use std::time::Duration;

use super::{Preflight, Run, Standing};
use crate::connection::Received;
use crate::dialect::Dialect;
use crate::format::{self, EventName, When, Wrong};
use crate::matcher::Matcher;
use crate::replay::{Break, Outcome, Stop, Terms, play_exchange};
use crate::verdict::{Breach, Happened, Health};

impl Run<'_> {
    /// Whether a case is to be run again: something did not come in time, and the server turns out to be well. Either the time
    /// was too short for it, or this machine was busy with something else.
    pub(super) fn was_unfair(
        &mut self,
        outcome: &Outcome,
        health: Option<(Health, Duration)>,
        terms: &Terms,
    ) -> bool {
        match health {
            Some((Health::Well, latency)) if came_too_late(outcome) => {
                self.patience.saw(latency);
                self.patience.has_second_chance() || self.patience.now() > terms.patience
            }
            Some(_) | None => false,
        }
    }

    pub(super) async fn health_after(&self, outcome: &Outcome, terms: &Terms) -> Option<(Health, Duration)> {
        match &outcome.stopped {
            // A case of its own has now been met with the silence that the preflight met: there is nothing left to ask.
            Some(Stop::Break(_))
                if health_of(outcome) == Health::Mute
                    && self.preflight.as_ref().is_some_and(Preflight::was_mute) =>
            {
                Some((Health::Mute, outcome.slowest))
            }
            Some(Stop::Break(broken)) if broken.happened.is_alarming() => Some(self.health(terms).await),
            Some(Stop::Break(_) | Stop::Fault(_)) | None => None,
        }
    }

    /// How the server is, and how long a reply took.
    pub(super) async fn health(&self, terms: &Terms) -> (Health, Duration) {
        let answer = self.inquire(terms).await;
        (health_of(&answer), answer.slowest)
    }

    /// How the server is, seen from a fresh connection, with one whole transaction. A server that seems mute is asked a
    /// second time and given all the time that there is, unless it has had that in the preflight.
    pub(super) async fn inquire(&self, terms: &Terms) -> Outcome {
        let first = play_exchange(&self.suite.preflight, terms).await;
        let has_had_all_the_time = terms.patience >= self.patience.ceiling() || !self.is_sound();
        if health_of(&first) != Health::Mute || has_had_all_the_time {
            return first;
        }
        let patient = Terms { patience: self.patience.ceiling(), ..terms.clone() };
        play_exchange(&self.suite.preflight, &patient).await
    }

    /// The dialect under which the server is graded.
    fn dialect(&self) -> &Dialect {
        self.terms.as_ref().map_or(&self.suite.dialect, |terms| &terms.dialect)
    }

    /// The first diagnosis that fits.
    pub(super) fn diagnosis<'b>(&self, broken: &'b Break, health: Option<Health>) -> Option<&'b Wrong> {
        let mut events = broken.happened.events();
        if broken.write_failed {
            events.push(EventName::WriteFailed);
        }
        match health {
            Some(Health::Dead) => events.push(EventName::Died),
            Some(Health::Mute) => events.push(EventName::Mute),
            Some(Health::Well | Health::Wrong) | None => {}
        }
        let fits = |when: &When| match when {
            When::Events(names) => names.iter().any(|name| events.contains(name)),
            When::Reply(matcher) => match &broken.happened {
                Happened::Reply(received) | Happened::Unsolicited(received) => {
                    fits(matcher, received, self.dialect())
                }
                Happened::Nothing { .. }
                | Happened::Unterminated(_)
                | Happened::TooLong(_)
                | Happened::Ended(..)
                | Happened::StillOpen(_)
                | Happened::NotConnected(_) => false,
            },
        };
        broken.wrong.iter().find(|wrong| wrong.when.iter().any(fits))
    }

    /// The note of the deviation that explains it: the server closed when it had given what its connections are good for.
    pub(super) fn note_of_deviation(&self, broken: &Break) -> Option<String> {
        let ended = broken.spent && matches!(broken.happened, Happened::Ended(..));
        let relaxation =
            self.relaxations.iter().find(|relaxation| ended && relaxation.connection.is_some())?;
        relaxation.note.clone()
    }

    /// The note of the preflight, where the server says in a case what it said there: a server that refuses everything has one
    /// fault, and not one for each case.
    pub(super) fn note_of_preflight(&self, broken: &Break) -> Option<String> {
        let Standing::Unsound(failure) = &self.preflight.as_ref()?.standing else { return None };
        let Breach::Conversation { happened: Happened::Reply(before), .. } = &failure.breach else {
            return None;
        };
        match &broken.happened {
            Happened::Reply(received) if received.words() == before.words() => failure.note.clone(),
            Happened::Reply(_)
            | Happened::Nothing { .. }
            | Happened::Unsolicited(_)
            | Happened::Unterminated(_)
            | Happened::TooLong(_)
            | Happened::Ended(..)
            | Happened::StillOpen(_)
            | Happened::NotConnected(_) => None,
        }
    }
}

/// Whether a diagnosis is about a reply. Of several alternatives, those for which a dialect has no words are about none.
fn fits(matcher: &format::Matcher, received: &Received, dialect: &Dialect) -> bool {
    match matcher {
        format::Matcher::AnyOf(alternatives) => alternatives.iter().any(|one| fits(one, received, dialect)),
        one => Matcher::compile(one, dialect).is_ok_and(|matcher| matcher.matches(received)),
    }
}

/// Whether a case stopped for lack of something that might yet have come.
pub(super) fn came_too_late(outcome: &Outcome) -> bool {
    match &outcome.stopped {
        Some(Stop::Break(broken)) => came_to_nothing(broken),
        Some(Stop::Fault(_)) | None => false,
    }
}

/// Whether something did not come in the time that it was waited for.
pub(super) const fn came_to_nothing(broken: &Break) -> bool {
    matches!(broken.happened, Happened::Nothing { .. } | Happened::StillOpen(_))
}

pub(super) fn health_of(outcome: &Outcome) -> Health {
    match &outcome.stopped {
        None => Health::Well,
        Some(Stop::Fault(_)) => Health::Wrong,
        Some(Stop::Break(broken)) => match &broken.happened {
            Happened::NotConnected(_) => Health::Dead,
            Happened::Nothing { .. } if !outcome.transcript.heard_anything() => Health::Mute,
            Happened::Nothing { .. }
            | Happened::Reply(_)
            | Happened::Unsolicited(_)
            | Happened::Unterminated(_)
            | Happened::TooLong(_)
            | Happened::Ended(..)
            | Happened::StillOpen(_) => Health::Wrong,
        },
    }
}
