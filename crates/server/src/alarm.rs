//! One timer for all that a connection waits for.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is set again only when it has gone off too early.
///
/// A deadline that each message moves on is met by letting the timer run to the old one and looking again: a message
/// then costs no operation on the runtime's timers.
pub(crate) struct Alarm {
    sleep: Pin<Box<Sleep>>,
}

impl Alarm {
    pub(crate) fn new(deadline: Instant) -> Self {
        Self { sleep: Box::pin(sleep_until(deadline)) }
    }

    /// Ready once `deadline` has passed; before, the task is woken when it does.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if deadline < self.sleep.deadline() {
            self.sleep.as_mut().reset(deadline);
        }
        while self.sleep.as_mut().poll(context).is_ready() {
            if deadline <= self.sleep.deadline() {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

/// `start` and `span` later, or a year later for a span that no clock can hold.
pub(crate) fn after(start: Instant, span: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    start + span.min(YEAR)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn wait(alarm: &mut Alarm, deadline: Instant) {
        poll_fn(|context| alarm.poll(context, deadline)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_off_at_the_deadline_that_was_asked_for_last() {
        let start = Instant::now();
        let mut alarm = Alarm::new(start + 300 * SECOND);
        // Later than it is set, sooner, sooner than it has already gone off, and at the same time again.
        for seconds in [400, 401, 402, 400, 402, 500] {
            let deadline = start + seconds * SECOND;
            let before = Instant::now();
            wait(&mut alarm, deadline).await;
            let late = Instant::now() - deadline.max(before);
            assert!(Instant::now() >= deadline && late < SECOND / 100, "for {seconds}: {late:?} late");
        }
        let soon = Instant::now() + SECOND;
        let mut alarm = Alarm::new(Instant::now() + 300 * SECOND);
        wait(&mut alarm, soon).await;
        assert!(Instant::now() - soon < SECOND / 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_moves_on_is_waited_for_anew() {
        let start = Instant::now();
        let mut alarm = Alarm::new(start + SECOND);
        for half_seconds in 1..20 {
            let deadline = Instant::now() + SECOND;
            let early = tokio::time::timeout(SECOND / 2, wait(&mut alarm, deadline)).await;
            assert!(early.is_err(), "it went off after {half_seconds} half seconds");
        }
    }

    #[test]
    fn no_span_is_too_long_for_the_clock() {
        assert!(after(Instant::now(), Duration::MAX) > Instant::now());
    }
}
