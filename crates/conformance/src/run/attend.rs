//! A launched server is looked after from case to case: whether it outlived the case, what it printed, and starting it again.

use std::time::Duration;

use super::health::health_of;
use super::{Launched, Preflight, Run, Standing};
use crate::format::{Lifetime, Relaxation, Wrong};
use crate::language::Text;
use crate::launch::{Demise, Incident, Restart};
use crate::replay::{Clients, Outcome, Parting, Stop, Terms};
use crate::verdict::{Happened, Health, Stage};

/// A server that does not answer is waited for before that is known, so that fewer of those are started again than of those
/// that die.
const MOST_SILENCES: u32 = 4;

/// One that dies so often has shown what it dies of: a right one that dies of all that is no message dies three quarters as
/// often, and the start of a virtual machine takes half a second. A server for one client is started for the cases that go well
/// too, and the ends that its clients make are none of its faults.
const MOST_DEATHS: u32 = 96;

impl Run<'_> {
    /// Before a case: the server that it is due.
    pub(super) async fn ready(&mut self) {
        self.held = None;
        let Some(launched) = &mut self.launched else { return };
        let policy = launched.policy();
        let is_started_for_each = self.ends_with_its_client || policy == Restart::Case;
        let is_due = match policy {
            Restart::Never => false,
            // One that has been started after a failure need not be started twice.
            Restart::Died | Restart::Case if is_started_for_each && !launched.is_unused() => true,
            Restart::Died | Restart::Case => match launched.server() {
                Some(server) => server.demise().await.is_some(),
                None => false,
            },
        };
        if is_due {
            self.start_again().await;
        }
        if let Some(launched) = &mut self.launched {
            launched.begin_use();
        }
    }

    /// After the preflight, the same.
    pub(super) async fn attend_preflight(&mut self, preflight: Preflight) -> Preflight {
        let (Some(_), Some(terms)) = (&self.launched, self.terms.clone()) else { return preflight };
        if preflight.was_mute() {
            // To ask once more would cost as much again. What it has printed is told all the same.
            let Some(server) = self.launched.as_mut().and_then(Launched::server) else { return preflight };
            let demise = server.demise().await;
            return Preflight { incident: Some(server.incident(demise)), ..preflight };
        }
        let asked = self.inquire(&terms).await;
        let demise = match health_of(&asked) {
            Health::Well => None,
            Health::Wrong | Health::Mute | Health::Dead => self.demise(&asked).await,
        };
        let incident = match &preflight.standing {
            Standing::Unsound(_) => {
                let server = self.launched.as_mut().and_then(Launched::server);
                server.map(|server| server.incident(demise))
            }
            Standing::Sound | Standing::Relaxed(_) => {
                let health = if demise.is_some() { Health::Dead } else { health_of(&asked) };
                self.revive(Some(health)).await;
                if health == Health::Dead && self.gone.is_none() {
                    return self.started_for_each_client(preflight).await;
                }
                None
            }
            Standing::Unreachable(_) | Standing::NotStarted(_) => None,
        };
        Preflight { incident, ..preflight }
    }

    /// A server that masters the preflight and is gone after it, each time that it is started, serves one client. That is one
    /// mistake, and costs what needs a second client; all else can be graded on a server started anew.
    async fn started_for_each_client(&mut self, preflight: Preflight) -> Preflight {
        let Some(terms) = self.terms.clone() else { return preflight };
        if let Some(launched) = &mut self.launched {
            launched.begin_use();
        }
        let masters_it = self.inquire(&terms).await.stopped.is_none();
        let is_restarted = self.launched.as_ref().is_some_and(|launched| launched.policy() != Restart::Never);
        if !(masters_it && is_restarted) {
            return preflight;
        }
        self.ends_with_its_client = true;
        if let (Some(terms), Lifetime::OneReply | Lifetime::OneResult) =
            (&mut self.terms, terms.dialect.connection)
        {
            // The fence at the end of a case would be a second client too.
            (terms.clients, terms.fence) = (Clients::One, [].into());
        }
        let standing = match preflight.standing {
            Standing::Sound => Standing::Relaxed(vec![ends_with_its_client()]),
            Standing::Relaxed(others) => {
                Standing::Relaxed(others.into_iter().chain([ends_with_its_client()]).collect())
            }
            standing @ (Standing::Unsound(_) | Standing::Unreachable(_) | Standing::NotStarted(_)) => {
                standing
            }
        };
        Preflight { standing, ..preflight }
    }

    /// After a case: whether the server outlived it. What dies of the end of a case is lost to the case and not to the next
    /// one, so that a launched server is asked even if all went well; but not where the case ended as the preflight did, which
    /// it has outlived.
    pub(super) async fn attend(
        &mut self,
        outcome: &mut Outcome,
        health: &mut Option<(Health, Duration)>,
        terms: &Terms,
    ) -> Option<Incident> {
        self.launched.as_ref()?;
        if let Some(Stop::Fault(_)) = outcome.stopped {
            return None;
        }
        if health.is_none() {
            let ended_as_usual = outcome.stopped.is_none() && outcome.parting == Parting::Usual;
            if self.ends_with_its_client || ended_as_usual && self.demise(outcome).await.is_none() {
                return None;
            }
        }
        let mut demise = None;
        if let None | Some((Health::Wrong | Health::Dead, _)) = health {
            let asked = self.inquire(terms).await;
            demise = self.demise(&asked).await;
            let found = if demise.is_some() { Health::Dead } else { health_of(&asked) };
            *health = Some((found, asked.slowest));
            if let Health::Dead | Health::Mute = found {
                charge(outcome, asked, &self.suite.wrong);
            }
        }
        let went_well = outcome.stopped.is_none();
        let is_its_fault = |demise: &Demise| demise.is_crash() || !self.ends_with_its_client;
        self.deaths += u32::from(demise.as_ref().is_some_and(is_its_fault));
        let server = self.launched.as_mut()?.server()?;
        (!went_well).then(|| server.incident(demise))
    }

    /// What was asked between cases may have been too much for it.
    pub(super) async fn recover(&mut self, outcome: &Outcome) {
        if self.demise(outcome).await.is_some() {
            self.revive(Some(Health::Dead)).await;
        }
    }

    /// While the terms are not settled yet: those for a server that is started in the place of one that has died.
    pub(super) async fn replaced(&mut self, outcome: &Outcome, terms: &Terms) -> Option<Terms> {
        self.demise(outcome).await?;
        let launched = self.launched.as_mut().filter(|launched| launched.policy() != Restart::Never)?;
        let server = launched.start().await.ok()?;
        let (address, network) = (server.address().clone(), server.network());
        launched.begin_use();
        Some(Terms { address, network, ..terms.clone() })
    }

    /// The end of the server, which is waited for where its connections have ended as they do when it dies.
    async fn demise(&self, outcome: &Outcome) -> Option<Demise> {
        let server = self.launched.as_ref()?.running()?;
        let ended = match &outcome.stopped {
            Some(Stop::Break(broken)) => {
                broken.write_failed
                    || matches!(broken.happened, Happened::Ended(..) | Happened::NotConnected(_))
            }
            Some(Stop::Fault(_)) | None => false,
        };
        if ended { server.imminent_demise().await } else { server.demise().await }
    }

    /// After the verdict: a server that is gone is started again, so that it costs no other case.
    pub(super) async fn revive(&mut self, health: Option<Health>) {
        let Some(launched) = &self.launched else { return };
        let is_wanted = match (launched.policy(), health) {
            (Restart::Died | Restart::Case, Some(Health::Dead)) => true,
            (Restart::Died | Restart::Case, Some(Health::Mute)) if self.ends_with_its_client => true,
            // It has never been anything else.
            (Restart::Died | Restart::Case, Some(Health::Mute))
                if self.preflight.as_ref().is_some_and(Preflight::was_mute) =>
            {
                false
            }
            (Restart::Died | Restart::Case, Some(Health::Mute)) => {
                self.silences += 1;
                self.silences <= MOST_SILENCES
            }
            (Restart::Died | Restart::Case, Some(Health::Well | Health::Wrong) | None) => false,
            (Restart::Never, _) => false,
        };
        if is_wanted {
            self.start_again().await;
        }
    }

    /// Starts it in place of the one that ran. Where that cannot be done, the server stays gone.
    async fn start_again(&mut self) {
        let Some(launched) = &mut self.launched else { return };
        if self.deaths >= MOST_DEATHS && launched.policy() == Restart::Died {
            return;
        }
        let Ok(server) = launched.start().await else { return };
        let (address, network) = (server.address().clone(), server.network());
        if let Some(terms) = &mut self.terms {
            (terms.address, terms.network) = (address, network);
        }
        self.gone = None;
    }
}

/// Only where we start the server ourselves can this be told from a server that somebody has stopped, so that no dialect
/// has it among its deviations.
fn ends_with_its_client() -> Relaxation {
    Relaxation::named(
        "ends-with-its-client",
        Text::of(
            "the server ends when its first client has gone, and is started again where a case needs it",
            "el servidor termina cuando se va su primer cliente, y se arranca otra vez donde un caso lo necesita",
        ),
    )
}

/// A case that went well fails all the same if the server is gone after it, as a question asked then showed.
fn charge(outcome: &mut Outcome, asked: Outcome, general: &[Wrong]) {
    if let (None, Some(Stop::Break(mut broken))) = (&outcome.stopped, asked.stopped) {
        broken.stage = Stage::Control;
        broken.wrong.extend(general.iter().cloned());
        outcome.transcript.append(asked.transcript);
        outcome.stopped = Some(Stop::Break(broken));
    }
}
