//! Small deviations: each is found once, named once, and paid for once.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Run;
use crate::connection::Received;
use crate::dialect::{FAIL, is_about_fractions};
use crate::format::{Exchange, Receive, Relaxation};
use crate::matcher::Matcher;
use crate::replay::{Outcome, Stop, Terms, play_exchange};
use crate::verdict::{Expected, Happened};

/// A deviation is looked for so long. A server that has one is heard at once under the right one, and most of the wrong ones
/// fail at once; only one that drips or is silent costs time with each.
const TIME_FOR_ONE: Duration = Duration::from_secs(8);

/// Two of them together are looked for no longer than this, counted from the same moment: there are many pairs, and most
/// servers that fail have none of them.
const TIME_FOR_PAIRS: Duration = Duration::from_secs(6);

/// And those for which something has to be waited no longer than this.
const TIME_FOR_SLOW_PAIRS: Duration = Duration::from_secs(3);

impl<'a> Run<'a> {
    /// The terms under which the preflight works: with one deviation, or two together. Where nothing was said, there is
    /// nothing to hear otherwise, unless it is that we waited for a greeting.
    pub(super) async fn relax(&mut self, outcome: &Outcome, terms: &Terms) -> Option<Terms> {
        let Some(Stop::Break(broken)) = &outcome.stopped else { return None };
        // No deviation explains a flood, and each would be drowned in it until its time is over.
        if outcome.flooded {
            return None;
        }
        let closed = matches!(broken.happened, Happened::Ended(..)) && outcome.transcript.heard_anything();
        let has_spoken = broken.happened.is_speech() || closed;
        let dialect = &self.suite.dialect;
        let may_explain =
            |one: &&Relaxation| !shows_later(one) && (has_spoken || dialect.waits_for_more_than(one));
        let all: Vec<_> = dialect.relaxations.iter().filter(may_explain).collect();
        let pairs = all.iter().enumerate().flat_map(|(index, one)| {
            let others = all[index + 1..].iter().filter(|other| one.goes_with(other));
            others.map(|other| vec![*one, *other])
        });
        let mut candidates: Vec<_> = all.iter().map(|one| vec![*one]).collect();
        // A reply that does not end is explained by nothing but another end, and the other candidates would each wait for it.
        // One that does end hardly has another, and of the rest those come first that wait for nothing.
        let is_unended = matches!(broken.happened, Happened::Unterminated(_));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_by_key(|pair| (ends_otherwise(pair) != is_unended, pair.iter().any(|one| waits(one))));
        candidates.extend(pairs);
        candidates.sort_by_key(|candidate| is_unended && !ends_otherwise(candidate));
        // It has spoken, so a deviation under which it is silent is none of its own.
        let brief = Terms { patience: terms.patience / 2, ..terms.clone() };
        let found = self.first_that_works(candidates.into_iter(), &self.suite.preflight, &brief).await?;
        Some(Terms { patience: terms.patience, ..found })
    }

    /// The terms under which the preflight works a second time on the same connection, for a server that closes it
    /// after the first. Any other reason for which it may fail shows in the cases.
    pub(super) async fn relax_lifetime(&mut self, terms: &Terms) -> Option<Terms> {
        let lifetimes =
            || self.suite.dialect.relaxations.iter().filter(|relaxation| relaxation.connection.is_some());
        lifetimes().next()?;
        let twice = [&self.suite.preflight[..], &self.suite.preflight].concat();
        let outcome = play_exchange(&twice, &self.adapted(terms)).await;
        match &outcome.stopped {
            Some(Stop::Break(broken)) if matches!(broken.happened, Happened::Ended(..)) => {
                let candidates = lifetimes().map(|relaxation| vec![relaxation]);
                self.first_that_works(candidates, &twice, terms).await
            }
            Some(Stop::Break(_) | Stop::Fault(_)) | None => None,
        }
    }

    /// The terms under which the fence works behind the preflight. A server that sends more than one reply for a calculation
    /// was right with the first, and the rest is taken for the next; of any other, what it does not master of the fence is
    /// left out.
    pub(super) async fn relax_surplus(&mut self, mut terms: Terms) -> Terms {
        let both = [&self.suite.preflight[..], &terms.fence].concat();
        let outcome = play_exchange(&both, &self.adapted(&terms)).await;
        let Some(stop) = &outcome.stopped else { return terms };
        let is_surplus = match stop {
            Stop::Break(broken) => {
                matches!(broken.happened, Happened::Reply(_) | Happened::Unsolicited(_))
            }
            Stop::Fault(_) => false,
        };
        if is_surplus {
            let explains = |one: &&Relaxation| !shows_later(one) && one.connection.is_none();
            let candidates = self.suite.dialect.relaxations.iter().filter(explains).map(|one| vec![one]);
            if let Some(relaxed) = self.first_that_works(candidates, &both, &terms).await {
                return relaxed;
            }
        }
        terms = self.replaced(&outcome, &terms).await.unwrap_or(terms);
        self.with_passable_fence(terms).await
    }

    /// Tries deviations beside those that are known.
    async fn first_that_works(
        &mut self,
        candidates: impl Iterator<Item = Vec<&'a Relaxation>>,
        exchange: &[Exchange],
        terms: &Terms,
    ) -> Option<Terms> {
        let began = Instant::now();
        for more in candidates {
            let time = match more.as_slice() {
                [_] => TIME_FOR_ONE,
                pair if pair.iter().any(|one| waits(one)) => TIME_FOR_SLOW_PAIRS,
                _ => TIME_FOR_PAIRS,
            };
            if began.elapsed() > time {
                continue;
            }
            let deviations = [&self.relaxations[..], &more].concat();
            let Some(dialect) = self.suite.dialect.under(&deviations) else { continue };
            let terms = Terms { dialect: Arc::new(dialect), ..terms.clone() };
            let mut outcome = play_exchange(exchange, &terms).await;
            // Operands that outlive a connection are still there from the attempts before, unless they are cleared.
            if outcome.stopped.is_some() && more.iter().any(|relaxation| relaxation.connection.is_some()) {
                outcome = play_exchange(&terms.fence, &terms).await;
            }
            if outcome.stopped.is_none() {
                self.patience.saw(outcome.slowest);
                self.relaxations = deviations;
                return Some(terms);
            }
        }
        None
    }

    /// Whether a reply is the one that was due after all, if refusals or fractions look otherwise. Refusals are not heard
    /// before some case is about them, and to provoke one earlier would end many a server before it has shown what it can.
    pub(super) fn hears_after_all(&mut self, outcome: &Outcome) -> bool {
        let Some(Stop::Break(broken)) = &outcome.stopped else { return false };
        let Expected::Reply(due) = &broken.expected else { return false };
        let (received, is_unended) = match &broken.happened {
            Happened::Reply(received) => (received.clone(), false),
            Happened::Unterminated(octets) => (Received::new(octets, b""), true),
            Happened::Unsolicited(_)
            | Happened::Nothing { .. }
            | Happened::TooLong(_)
            | Happened::Ended(..)
            | Happened::StillOpen(_)
            | Happened::NotConnected(_) => return false,
        };
        let Some(terms) = &mut self.terms else { return false };
        let name = terms.dialect.name_of(received.words()).map(str::to_owned);
        // One that is known and has no end is a refusal: others without an end would have shown in the preflight.
        let explains = |relaxation: &Relaxation| match is_unended {
            true => is_about_unended_replies(relaxation) && name.as_deref() == Some(FAIL),
            false => is_about_fractions(relaxation) || (is_about_refusals(relaxation) && name.is_none()),
        };
        for relaxation in &self.suite.dialect.relaxations {
            if !explains(relaxation) || !self.relaxations.iter().all(|known| known.goes_with(relaxation)) {
                continue;
            }
            let deviations = [&self.relaxations[..], &[relaxation]].concat();
            let Some(dialect) = self.suite.dialect.under(&deviations) else { continue };
            if Matcher::compile(due, &dialect).is_ok_and(|due| due.matches(&received)) {
                terms.dialect = Arc::new(dialect);
                self.relaxations = deviations;
                return true;
            }
        }
        false
    }
}

/// Whether it cannot be seen in the preflight.
fn shows_later(relaxation: &Relaxation) -> bool {
    is_about_refusals(relaxation) || is_about_fractions(relaxation) || is_about_unended_replies(relaxation)
}

/// Whether it is that some replies have no end.
const fn is_about_unended_replies(relaxation: &Relaxation) -> bool {
    matches!(relaxation.receive, Some(Receive::Delimited { quiet_ms: Some(_), .. }))
}

/// Whether replies end otherwise.
fn ends_otherwise(deviations: &[&Relaxation]) -> bool {
    deviations.iter().any(|one| one.receive.is_some())
}

/// Whether something is waited for that may never come.
fn waits(relaxation: &Relaxation) -> bool {
    relaxation.greeting.is_some()
        || relaxation.ignore.as_ref().is_some_and(|ignored| !ignored.is_empty())
        || relaxation.receive.as_ref().is_some_and(|receive| !matches!(receive, Receive::Quiet { .. }))
}

/// Whether only refusals look otherwise, of which the preflight hears none.
fn is_about_refusals(relaxation: &Relaxation) -> bool {
    !relaxation.replies.is_empty() && relaxation.replies.keys().all(|name| name == FAIL)
}
