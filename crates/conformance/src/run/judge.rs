//! The verdict on one case.

use std::time::Duration;

use tokio::time::Instant;

use super::health::{came_to_nothing, came_too_late};
use super::{CaseResult, Offer, Run};
use crate::format::{Action, Wrong, WrongVerdict};
use crate::grade::Credit;
use crate::replay::{Break, Outcome, Stop, Terms, play_case, play_case_on, play_exchange};
use crate::suite::{Case, Script, exchange_steps};
use crate::verdict::{Blocker, Breach, Failure, Happened, Health, Lack, Omission, Verdict};

/// So many rows of a case that crash the server, and none that does not, tell what the others would.
const ENOUGH_CRASHES: usize = 3;

impl Run<'_> {
    pub(super) async fn judge(&mut self, chapter: &str, case: &Case) -> CaseResult {
        let began = Instant::now();
        let mut result = CaseResult::new(chapter, case, Verdict::Skip(Omission::Deselected));
        match (self.without_running(case).await, self.ahead.remove(&case.id)) {
            (None | Some(Verdict::Skip(Omission::OutOfTime)), Some(Some((outcome, elapsed)))) => {
                return CaseResult::passed(chapter, case, outcome, elapsed);
            }
            (Some(verdict), _) => result.verdict = verdict,
            (None, Some(None)) => {
                self.play(case, &mut result).await;
                if result.verdict.credit() == Credit::Full {
                    self.played_ahead_in_vain();
                }
            }
            (None, None) => self.play(case, &mut result).await,
        }
        result.elapsed = began.elapsed();
        result
    }

    /// From now on cases are run only for a while.
    pub(super) fn limit_time(&mut self, time: Duration) {
        self.deadline = Some(Instant::now() + time);
    }

    /// The verdict on a case that need not or cannot be run.
    pub(super) async fn without_running(&mut self, case: &Case) -> Option<Verdict> {
        if !self.options.selection.runs(case) {
            return Some(Verdict::Skip(Omission::Deselected));
        }
        if let Script::Inexpressible(what) = &case.script {
            return Some(Verdict::NotApplicable(Lack::Words(what.clone())));
        }
        let facts = &self.suite.dialect.facts;
        if let Some(fact) = case.needs.iter().find(|fact| !facts.contains(*fact)) {
            return Some(Verdict::NotApplicable(Lack::Fact(fact.clone())));
        }
        if let Some(blocker) = self.blocker(case) {
            return Some(Verdict::Blocked(blocker));
        }
        if let Some(failure) = self.deviation(case) {
            return Some(Verdict::Fail(Box::new(failure)));
        }
        if self.is_out_of_time() {
            return Some(Verdict::Skip(Omission::OutOfTime));
        }
        for offer in &case.offers {
            if self.offer(offer).await == Offer::Withheld {
                return Some(Verdict::NotApplicable(Lack::Offer(offer.clone())));
            }
        }
        None
    }

    fn blocker(&self, case: &Case) -> Option<Blocker> {
        if self.gone.is_some() {
            return self.gone.clone();
        }
        if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Some(Blocker::Preflight);
        }
        let failed = |required: &&String| {
            let mut of_required =
                self.results.iter().filter(|result| result.id == **required || result.stem() == *required);
            of_required.any(|result| !result.verdict.lets_others_run())
        };
        if let Some(required) = case.requires.iter().find(failed) {
            return Some(Blocker::Requires(required.clone()));
        }
        if self.is_deadly(case) {
            return Some(Blocker::DeadlyRows);
        }
        let lacks =
            |fact: &&String| self.relaxations.iter().any(|relaxation| relaxation.without.contains(*fact));
        case.needs.iter().find(lacks).map(|fact| Blocker::Relaxed(fact.clone()))
    }

    /// Whether the rows before have crashed the server, enough of them and each: there is nothing else to be learned from the
    /// others, and the starts that a server has are for other cases.
    fn is_deadly(&self, case: &Case) -> bool {
        let before = self.results.iter().rev().take_while(|result| result.stem() == case.stem());
        let played: Vec<_> = before.filter(|result| result.transcript.is_some()).collect();
        played.len() >= ENOUGH_CRASHES && played.iter().all(|result| result.is_crash())
    }

    /// What a relaxation costs: the cases about what it breaks are failed without asking again. A case is about the
    /// first requirement that it cites.
    fn deviation(&self, case: &Case) -> Option<Failure> {
        let about = |id: &String| case.spec.first() == Some(id) || case.stem() == id;
        let relaxation = self.relaxations.iter().find(|relaxation| relaxation.breaks.iter().any(about))?;
        let breach = Breach::Deviation { relaxation: relaxation.id.clone(), title: relaxation.title.clone() };
        Some(Failure { breach, note: relaxation.note.clone(), aftermath: None })
    }

    /// Whether the server has something to offer, asked once. Only a refusal says that it has not: a server that dies of
    /// the question, or is silent, has to show in the cases what it means.
    async fn offer(&mut self, name: &str) -> Offer {
        if let Some(offer) = self.offers.get(name) {
            return *offer;
        }
        if self.ends_with_its_client {
            self.ready().await;
        }
        let (Some(exchange), Some(terms)) = (self.suite.offers.get(name), self.terms.clone()) else {
            return Offer::Made;
        };
        let mut terms = Terms { tap: terms.tap.about(name), ..self.adapted(&terms) };
        let mut outcome = play_exchange(exchange, &terms).await;
        if came_too_late(&outcome) && self.patience.has_second_chance() {
            terms.patience = self.patience.ceiling();
            outcome = play_exchange(exchange, &terms).await;
            if came_too_late(&outcome) {
                self.patience.used_second_chance();
            }
        }
        self.recover(&outcome).await;
        let steps = exchange_steps(exchange, &self.suite.dialect).unwrap_or_default();
        let due = steps.iter().filter(|step| matches!(step.action, Action::Expect { .. })).count();
        let offer = match &outcome.stopped {
            // All went well until the server refused what is on offer.
            Some(Stop::Break(broken))
                if matches!(broken.happened, Happened::Reply(_)) && outcome.met + 1 == due =>
            {
                Offer::Withheld
            }
            Some(Stop::Break(_) | Stop::Fault(_)) | None => Offer::Made,
        };
        self.offers.insert(name.to_owned(), offer);
        offer
    }

    async fn play(&mut self, case: &Case, result: &mut CaseResult) {
        if let Some(outcome) = self.play_on_held(case).await {
            self.patience.saw(outcome.slowest);
            result.verdict = outcome.warning.map_or(Verdict::Pass, Verdict::Warn);
            result.transcript = Some(outcome.transcript);
            return;
        }
        self.ready().await;
        let Some(terms) = self.terms.clone() else {
            result.verdict = Verdict::Error("there is no address to run it against".to_owned());
            return;
        };
        let mut terms = self.adapted(&terms);
        let (mut outcome, held) =
            play_case_on(None, case, &self.suite.wrong, &terms, self.afterwards(case)).await;
        self.held = held;
        if needs_another_client(&outcome) {
            result.verdict = Verdict::NotApplicable(Lack::AnotherClient);
            return;
        }
        let mut health = self.health_after(&outcome, &terms).await;
        if self.was_unfair(&outcome, health, &terms) {
            terms = Terms { patience: self.patience.ceiling(), ..self.adapted(&terms) };
            outcome = play_case(case, &self.suite.wrong, &terms).await;
            health = self.health_after(&outcome, &terms).await;
            if came_too_late(&outcome) {
                self.patience.used_second_chance();
            }
        }
        if self.hears_after_all(&outcome) {
            if let Some(failure) = self.deviation(case) {
                result.verdict = Verdict::Fail(Box::new(failure));
                return;
            }
            terms = self.terms.as_ref().map_or(terms, |terms| self.adapted(terms));
            outcome = play_case(case, &self.suite.wrong, &terms).await;
            health = self.health_after(&outcome, &terms).await;
        }
        self.goodbye_ignored |= outcome.goodbye_ignored;
        result.incident = self.attend(&mut outcome, &mut health, &terms).await;
        let health = health.map(|(health, _)| health);
        result.verdict = match outcome.stopped {
            None => {
                self.patience.saw(outcome.slowest);
                outcome.warning.map_or(Verdict::Pass, Verdict::Warn)
            }
            Some(Stop::Fault(fault)) => Verdict::Error(fault),
            Some(Stop::Break(broken)) => self.failed(case, *broken, health, &terms).await,
        };
        self.revive(health).await;
        result.transcript = Some(outcome.transcript);
    }

    async fn failed(&mut self, case: &Case, broken: Break, health: Option<Health>, terms: &Terms) -> Verdict {
        if came_to_nothing(&broken) {
            self.patience.was_disappointed();
        }
        if let Some(health @ (Health::Dead | Health::Mute)) = health {
            self.gone = Some(Blocker::Gone { health, since: Some(case.id.clone()) });
        }
        self.tidy_up(health, terms).await;
        let diagnosis = self.diagnosis(&broken, health).cloned();
        match &diagnosis {
            Some(Wrong { verdict: WrongVerdict::NotApplicable, .. })
                if self.passes_the_fence(terms).await =>
            {
                Verdict::NotApplicable(Lack::Declined)
            }
            Some(_) | None => {
                let note = self.note_of_deviation(&broken).or_else(|| self.note_of_preflight(&broken));
                let note = note.or_else(|| diagnosis.and_then(|wrong| wrong.note));
                Verdict::Fail(Box::new(broken.into_failure(note, health)))
            }
        }
    }

    /// Where all clients share their operands, those of a case that broke off would be the undoing of the next, and so on to
    /// the end. The fence clears them. A server that has mastered the preflight since then holds none.
    async fn tidy_up(&self, health: Option<Health>, terms: &Terms) {
        match health {
            Some(Health::Well | Health::Dead | Health::Mute) => {}
            Some(Health::Wrong) | None if self.is_sound() => drop(play_exchange(&terms.fence, terms).await),
            Some(Health::Wrong) | None => {}
        }
    }

    /// A server that refuses everything declines nothing.
    async fn passes_the_fence(&self, terms: &Terms) -> bool {
        play_exchange(&terms.fence, terms).await.stopped.is_none()
    }
}

/// Whether the case went well until it needed a new connection of a server that takes one only.
fn needs_another_client(outcome: &Outcome) -> bool {
    match &outcome.stopped {
        Some(Stop::Break(broken)) => broken.spent && matches!(broken.happened, Happened::NotConnected(_)),
        Some(Stop::Fault(_)) | None => false,
    }
}
