//! Before the cases: can the server be reached, does it master one transaction, and how fast.

use std::sync::Arc;
use std::time::Duration;

use super::health::{came_to_nothing, health_of};
use super::{Launched, Run};
use crate::connection::{Address, Target};
use crate::dialect::Dialect;
use crate::format::Relaxation;
use crate::language::Text;
use crate::launch::{Incident, StartFailure};
use crate::replay::{Break, Clients, Outcome, Stop, Terms, play_exchange};
use crate::transcript::Transcript;
use crate::verdict::{Blocker, Failure, Happened, Health};

/// A server that fails the preflight can pass no case, since each ends with the same transaction. Its cases are run for so
/// long all the same, for the sake of what they tell.
const TIME_FOR_THE_UNSOUND: Duration = Duration::from_secs(4);

/// A flood tells the same in every case, and each keeps as much of it as a reply may have.
const TIME_FOR_A_FLOOD: Duration = Duration::from_millis(500);

/// What came of the preflight.
#[derive(Clone, Debug)]
pub struct Preflight {
    /// What it showed.
    pub standing: Standing,
    /// What was said.
    pub transcript: Option<Transcript>,
    /// The dialect under which the server is graded, with the deviations in it.
    pub dialect: Arc<Dialect>,
    /// What happened to a launched server meanwhile, where it failed.
    pub incident: Option<Incident>,
}

impl Preflight {
    /// What a capture calls it, and the same calculation where it is asked again after a failure.
    const NAME: &str = "preflight";

    /// Whether nothing was heard in it, however long that was waited for.
    pub(super) const fn was_mute(&self) -> bool {
        matches!(&self.standing, Standing::Unsound(Failure { aftermath: Some(Health::Mute), .. }))
    }
}

/// How the server stands before the first case.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It masters a transaction.
    Sound,
    /// It does, apart from small deviations, and is graded under them.
    Relaxed(Vec<Relaxation>),
    /// It does not.
    Unsound(Failure),
    /// Nobody is there, for this reason.
    Unreachable(Text),
    /// It could not be started.
    NotStarted(StartFailure),
}

impl Run<'_> {
    /// Finds the address that accepts, the way in which replies can be found, and the time that they take. A connection
    /// that is only opened and closed ends or freezes many a student's server, so every one carries a transaction.
    pub(super) async fn fly(&mut self, target: &Target) -> Preflight {
        let addresses = match target.resolve(self.suite.dialect.transport).await {
            Ok(addresses) => addresses,
            Err(error) => return self.unreachable(error.to_string().into(), None),
        };
        let no_address = Text::of("the name has no address", "el nombre no tiene dirección");
        let mut reason = (no_address, None);
        for address in addresses {
            let terms = self.patient_terms(address);
            let outcome = play_exchange(&self.suite.preflight, &terms).await;
            match not_connected(&outcome) {
                Some(why) => reason = (why, Some(outcome.transcript)),
                None => {
                    let (preflight, terms) = self.assess(outcome, terms).await;
                    self.terms = Some(terms);
                    return preflight;
                }
            }
        }
        self.unreachable(reason.0, reason.1)
    }

    fn patient_terms(&self, address: Address) -> Terms {
        let patience = self.patience.ceiling();
        let (dialect, fence) = (Arc::clone(&self.suite.dialect), self.suite.fence.clone().into());
        let (politeness, tap) = (self.patience.for_a_goodbye(), self.options.tap.about(Preflight::NAME));
        let network = self.launched.as_ref().map(Launched::network).unwrap_or_default();
        Terms { address, network, dialect, fence, patience, politeness, clients: Clients::Any, tap }
    }

    fn unreachable(&mut self, reason: Text, transcript: Option<Transcript>) -> Preflight {
        self.gone = Some(Blocker::Unreachable);
        let dialect = Arc::clone(&self.suite.dialect);
        Preflight { standing: Standing::Unreachable(reason), transcript, dialect, incident: None }
    }

    pub(super) fn not_started(&mut self, failure: StartFailure) -> Preflight {
        self.gone = Some(Blocker::Unreachable);
        let dialect = Arc::clone(&self.suite.dialect);
        Preflight { standing: Standing::NotStarted(failure), transcript: None, dialect, incident: None }
    }

    /// What the first transaction showed, and the terms on which the server is graded.
    async fn assess(&mut self, outcome: Outcome, mut terms: Terms) -> (Preflight, Terms) {
        let first_sight = health_of(&outcome);
        let relaxed = self.relax(&outcome, &terms).await;
        let Outcome { stopped, transcript, slowest, goodbye_ignored, flooded, .. } = outcome;
        self.goodbye_ignored |= goodbye_ignored;
        let broken = match (stopped, relaxed) {
            (Some(Stop::Fault(fault)), _) => {
                return (self.unreachable(fault.into(), Some(transcript)), terms);
            }
            (_, Some(relaxed)) => {
                terms = relaxed;
                None
            }
            (Some(Stop::Break(broken)), None) => Some(broken),
            (None, None) => {
                self.patience.saw(slowest);
                None
            }
        };
        let standing = match broken {
            Some(broken) => {
                let failure = self.unsound(*broken, first_sight, &terms).await;
                if flooded {
                    self.limit_time(TIME_FOR_A_FLOOD);
                }
                Standing::Unsound(failure)
            }
            None => {
                terms = self.relax_lifetime(&terms).await.unwrap_or(terms);
                terms = self.relax_surplus(terms).await;
                if self.relaxations.is_empty() {
                    Standing::Sound
                } else {
                    Standing::Relaxed(self.relaxations.iter().copied().cloned().collect())
                }
            }
        };
        let dialect = Arc::clone(&terms.dialect);
        (Preflight { standing, transcript: Some(transcript), dialect, incident: None }, terms)
    }

    /// The fence, without an entry that this server does not master: a server without `CLEAR` should lose the cases about
    /// `CLEAR`, and not every case because of what the grader does at its end. Each candidate is heard by a server that lives:
    /// the one before may have died of what was left out, or have served the one client that it serves.
    pub(super) async fn with_passable_fence(&mut self, mut terms: Terms) -> Terms {
        let fence = Arc::clone(&terms.fence);
        let without = |left_out: usize| {
            let kept = fence.iter().enumerate().filter(|(index, _)| *index != left_out);
            kept.map(|(_, entry)| entry.clone()).collect::<Vec<_>>()
        };
        // Leaving out what is not there is the whole fence.
        let candidates = (0..=fence.len()).rev().map(without);
        for candidate in candidates.filter(|candidate| !candidate.is_empty()) {
            let mut outcome = play_exchange(&candidate, &self.adapted(&terms)).await;
            if let Some(replaced) = self.replaced(&outcome, &terms).await {
                terms = replaced;
                outcome = play_exchange(&candidate, &self.adapted(&terms)).await;
            }
            if outcome.stopped.is_none() {
                return Terms { fence: candidate.into(), ..terms };
            }
            terms = self.replaced(&outcome, &terms).await.unwrap_or(terms);
        }
        terms
    }

    async fn unsound(&mut self, mut broken: Break, first_sight: Health, terms: &Terms) -> Failure {
        broken.wrong.extend(self.suite.wrong.iter().cloned());
        if came_to_nothing(&broken) {
            self.patience.was_disappointed();
        }
        let health = match first_sight {
            // Asking a second time would cost as much again, and the first case asks.
            Health::Mute => Health::Mute,
            Health::Well | Health::Wrong | Health::Dead => self.health(terms).await.0,
        };
        match health {
            Health::Dead => self.gone = Some(Blocker::Gone { health, since: None }),
            // A mute server is gone as soon as a case has shown what its silence looks like.
            Health::Mute | Health::Wrong => self.limit_time(TIME_FOR_THE_UNSOUND),
            Health::Well => {}
        }
        let note = self.diagnosis(&broken, Some(health)).and_then(|wrong| wrong.note.clone());
        broken.into_failure(note, Some(health))
    }
}

/// Why there was no connection, if there was none.
fn not_connected(outcome: &Outcome) -> Option<Text> {
    match &outcome.stopped {
        Some(Stop::Break(broken)) => match &broken.happened {
            Happened::NotConnected(why) => Some(why.clone()),
            Happened::Reply(_)
            | Happened::Unsolicited(_)
            | Happened::Nothing { .. }
            | Happened::Unterminated(_)
            | Happened::TooLong(_)
            | Happened::Ended(..)
            | Happened::StillOpen(_) => None,
        },
        Some(Stop::Fault(fault)) => Some(fault.clone().into()),
        None => None,
    }
}
