//! Several cases at once. They are played ahead of their turn, and believed only if they went well: what fails beside
//! others is judged again when its turn comes, alone, so that the verdicts are those of a run of one row at a time.
//!
//! With `--jobs` they are the other rows of a case whose first row was passed alone: if a server does not survive what a case is
//! about, it is that case that has to be blamed, and no other one that happened to be played beside it. A server that is slow
//! is played whole chapters ahead, since thousands of replies one after the other would take minutes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

use super::health::came_too_late;
use super::{CaseResult, Run, Standing};
use crate::format::{Action, Step, Wrong};
use crate::launch::Restart;
use crate::replay::{Outcome, Terms, play_case, play_exchange};
use crate::suite::{Case, Script};

/// Rows that were played ahead of their turn, by id: how those went that were passed, and the time that each took.
pub(super) type Ahead = BTreeMap<String, Option<(Outcome, Duration)>>;

/// A server that serves one client after the other lets the others wait in vain, again and again.
const MOST_IN_VAIN: u32 = 3;

/// What fails beside others and not alone may have met a busy machine, so often.
const MOST_DISTURBANCES: u32 = 2;

/// A server that takes longer for a reply waits, on purpose or for something, and has time for other clients meanwhile. One
/// that computes is done in a tenth of that, on a busy machine too.
const SLOW: Duration = Duration::from_millis(30);

/// So many cases of a slow server are played at the same time. A server that serves them all by one thread, and sleeps there,
/// still answers each in time.
const JOBS_IF_SLOW: u16 = 8;

impl Run<'_> {
    /// Whether whole chapters are played ahead, as nobody has said how many cases are played at a time.
    pub(super) fn is_slow(&self) -> bool {
        self.jobs.is_none() && self.is_sound() && self.patience.latency() > SLOW
    }

    /// Plays cases ahead of their turn.
    pub(super) async fn play_ahead(&mut self, cases: &[&Case]) {
        let jobs = self.jobs.unwrap_or(JOBS_IF_SLOW);
        let Some(terms) = self.terms.clone().filter(|_| jobs > 1 && !self.is_started_anew()) else {
            return;
        };
        let mut chosen = Vec::new();
        for case in cases {
            if bears_company(case) && self.without_running(case).await.is_none() {
                chosen.push((*case).clone());
            }
        }
        let general = self.suite.wrong.clone().into();
        let adapted = self.adapted(&terms);
        // What went well is kept as it comes: a run that is interrupted here tells of it all the same.
        let waited_in_vain = play_together(chosen, general, adapted, jobs, self.end, &mut self.ahead).await;
        if self.ahead.values().any(Option::is_none) {
            // Operands that all clients share are left over from the cases that broke off. Whether they are is for the cases
            // to find out, so the outcome says nothing here.
            let cleared = play_exchange(&terms.fence, &self.adapted(&terms)).await;
            self.recover(&cleared).await;
        }
        if waited_in_vain > MOST_IN_VAIN {
            self.jobs = Some(1);
        }
    }

    /// The next case that went well ahead of its turn, which will not come any more.
    pub(super) fn settled_ahead(&mut self) -> Option<CaseResult> {
        let suite = self.suite;
        let mut cases =
            suite.chapters.iter().flat_map(|chapter| chapter.cases.iter().map(move |case| (chapter, case)));
        cases.find_map(|(chapter, case)| {
            let (outcome, elapsed) = self.ahead.remove(&case.id)??;
            Some(CaseResult::passed(&chapter.id, case, outcome, elapsed))
        })
    }

    /// A case that failed beside others was passed alone. Once may be chance; then the server's clients get in each other's way,
    /// so from now on there is one at a time.
    pub(super) fn played_ahead_in_vain(&mut self) {
        self.disturbances += 1;
        if self.disturbances > MOST_DISTURBANCES {
            self.jobs = Some(1);
            self.ahead.clear();
        }
    }

    /// Without a preflight that works, no case is passed.
    pub(super) fn is_sound(&self) -> bool {
        match self.preflight.as_ref().map(|preflight| &preflight.standing) {
            Some(Standing::Sound | Standing::Relaxed(_)) => true,
            Some(Standing::Unsound(_) | Standing::Unreachable(_) | Standing::NotStarted(_)) | None => false,
        }
    }

    /// A server that is started anew for each row has no two of them at once.
    fn is_started_anew(&self) -> bool {
        let launched = self.launched.as_ref();
        self.ends_with_its_client || launched.is_some_and(|launched| launched.policy() == Restart::Case)
    }
}

/// Adds how the cases went that began before the `end`, and tells how many came to nothing.
async fn play_together(
    cases: Vec<Case>,
    general: Arc<[Wrong]>,
    terms: Terms,
    jobs: u16,
    end: Option<Instant>,
    ahead: &mut Ahead,
) -> u32 {
    let mut waiting = cases.into_iter();
    let mut waited_in_vain = 0;
    let together = async {
        let mut playing = JoinSet::new();
        loop {
            while playing.len() < usize::from(jobs)
                && waited_in_vain <= MOST_IN_VAIN
                && end.is_none_or(|end| Instant::now() < end)
                && let Some(case) = waiting.next()
            {
                let (general, terms) = (Arc::clone(&general), terms.clone());
                playing.spawn_local(async move {
                    let began = Instant::now();
                    let outcome = play_case(&case, &general, &terms).await;
                    (case.id, outcome, began.elapsed())
                });
            }
            match playing.join_next().await {
                None => break,
                Some(Ok((id, outcome, elapsed))) if outcome.stopped.is_none() => {
                    ahead.insert(id, Some((outcome, elapsed)));
                }
                // These are judged when their turn comes; what panicked here will do so there.
                Some(Ok((id, outcome, _))) => {
                    waited_in_vain += u32::from(came_too_late(&outcome));
                    ahead.insert(id, None);
                }
                Some(Err(_)) => {}
            }
        }
    };
    LocalSet::new().run_until(together).await;
    waited_in_vain
}

/// Whether a case can be played beside others: all of it is messages and replies on a single connection. Cases about several
/// clients, ends of connections and pauses need the server, and its time, for themselves.
fn bears_company(case: &Case) -> bool {
    match &case.script {
        Script::Steps(steps) => steps.iter().all(is_conversation),
        Script::Inexpressible(_) => false,
    }
}

fn is_conversation(step: &Step) -> bool {
    match &step.action {
        Action::Say { .. } | Action::Send { .. } | Action::Expect { .. } => step.on.is_none(),
        Action::Repeat { steps, .. } => steps.iter().all(is_conversation),
        Action::Connect { .. }
        | Action::ExpectClose(_)
        | Action::ExpectSilence(_)
        | Action::HalfClose
        | Action::Close
        | Action::Abort
        | Action::Wait(_)
        | Action::Clients { .. }
        | Action::Fence => false,
    }
}
