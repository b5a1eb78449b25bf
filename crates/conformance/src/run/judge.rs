//! The verdict on one case.

use std::time::Duration;

use tokio::time::Instant;

use super::{CaseResult, Offer, Run};
use crate::format::{Action, Wrong, WrongVerdict};
use crate::replay::{Break, Stop, Terms, play_case, play_exchange};
use crate::suite::{Case, Script, exchange_steps};
use crate::verdict::{Blocker, Breach, Failure, Happened, Health, Lack, Verdict};

/// A server that fails the preflight can pass no case, since each ends with the same transaction. Its cases are run for so
/// long all the same, for the sake of what they tell.
const TIME_FOR_THE_UNSOUND: Duration = Duration::from_secs(4);

impl Run<'_> {
    pub(super) async fn judge(&mut self, chapter: &str, case: &Case) -> CaseResult {
        let began = Instant::now();
        let mut result = CaseResult::new(chapter, case, Verdict::Skip);
        match self.without_running(case).await {
            Some(verdict) => result.verdict = verdict,
            None => self.play(case, &mut result).await,
        }
        result.elapsed = began.elapsed();
        result
    }

    /// From now on cases are run only for a while.
    pub(super) fn limit_time(&mut self) {
        self.deadline = Some(Instant::now() + TIME_FOR_THE_UNSOUND);
    }

    /// The verdict on a case that need not or cannot be run.
    async fn without_running(&mut self, case: &Case) -> Option<Verdict> {
        if !self.options.selection.runs(case) {
            return Some(Verdict::Skip);
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
        let relaxed = self
            .relaxation
            .and_then(|relaxation| case.needs.iter().find(|fact| relaxation.without.contains(*fact)));
        relaxed.map(|fact| Blocker::Relaxed(fact.clone()))
    }

    /// What the relaxation costs: the cases about what it breaks are failed without asking again. A case is about the
    /// first requirement that it cites.
    fn deviation(&self, case: &Case) -> Option<Failure> {
        let relaxation = self.relaxation?;
        case.spec.first().filter(|id| relaxation.breaks.contains(id))?;
        let breach = Breach::Deviation { relaxation: relaxation.id.clone() };
        Some(Failure { breach, note: relaxation.note.clone(), aftermath: None })
    }

    /// Whether the server has something to offer, asked once. Only a refusal says that it has not: a server that dies of
    /// the question, or is silent, has to show in the cases what it means.
    async fn offer(&mut self, name: &str) -> Offer {
        if let Some(offer) = self.offers.get(name) {
            return *offer;
        }
        let (Some(exchange), Some(terms)) = (self.suite.offers.get(name), self.terms.clone()) else {
            return Offer::Made;
        };
        let terms = Terms { tap: terms.tap.about(name), ..self.adapted(&terms) };
        let outcome = play_exchange(exchange, &terms).await;
        let steps = exchange_steps(exchange, &self.suite.dialect).unwrap_or_default();
        let due = steps.iter().filter(|step| matches!(step.action, Action::Expect { .. })).count();
        let offer = match &outcome.stopped {
            Some(Stop::Break(broken))
                if matches!(broken.happened, Happened::Reply(_)) && outcome.transcript.replies() == due =>
            {
                Offer::Withheld
            }
            Some(Stop::Break(_) | Stop::Fault(_)) | None => Offer::Made,
        };
        self.offers.insert(name.to_owned(), offer);
        offer
    }

    async fn play(&mut self, case: &Case, result: &mut CaseResult) {
        let Some(terms) = self.terms.clone() else {
            result.verdict = Verdict::Error("there is no address to run it against".to_owned());
            return;
        };
        let mut terms = self.adapted(&terms);
        let mut outcome = play_case(case, &self.suite.wrong, &terms).await;
        let mut health = self.health_after(&outcome, &terms).await;
        if self.was_unfair(&outcome, health, &terms) {
            terms = self.adapted(&terms);
            outcome = play_case(case, &self.suite.wrong, &terms).await;
            health = self.health_after(&outcome, &terms).await;
        }
        self.goodbye_ignored |= outcome.goodbye_ignored;
        result.verdict = match outcome.stopped {
            None => {
                self.patience.saw(outcome.slowest);
                outcome.warning.map_or(Verdict::Pass, Verdict::Warn)
            }
            Some(Stop::Fault(fault)) => Verdict::Error(fault),
            Some(Stop::Break(broken)) => {
                self.failed(case, *broken, health.map(|(health, _)| health), &terms).await
            }
        };
        result.transcript = Some(outcome.transcript);
    }

    async fn failed(&mut self, case: &Case, broken: Break, health: Option<Health>, terms: &Terms) -> Verdict {
        if matches!(broken.happened, Happened::Nothing { .. } | Happened::StillOpen(_)) {
            self.patience.was_disappointed();
        }
        if let Some(health @ (Health::Dead | Health::Mute)) = health {
            self.gone = Some(Blocker::Gone { health, since: Some(case.id.clone()) });
        }
        let diagnosis = self.diagnosis(&broken, health).cloned();
        match &diagnosis {
            Some(Wrong { verdict: WrongVerdict::NotApplicable, .. })
                if self.passes_the_fence(terms).await =>
            {
                Verdict::NotApplicable(Lack::Declined)
            }
            Some(_) | None => {
                Verdict::Fail(Box::new(broken.into_failure(diagnosis.and_then(|wrong| wrong.note), health)))
            }
        }
    }

    /// A server that refuses everything declines nothing.
    async fn passes_the_fence(&self, terms: &Terms) -> bool {
        play_exchange(&terms.fence, terms).await.stopped.is_none()
    }
}
