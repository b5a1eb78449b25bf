//! What was measured.

use hdrhistogram::Histogram;

/// Nanoseconds since the load began.
pub(super) type Time = u64;

/// From when to when is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// What is asked before is warm-up.
    pub(super) from: Time,
    /// Nothing is asked from then on; [`Time::MAX`] where a count ends the load.
    pub(super) to: Time,
}

/// What one thread measured, or all of them.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// From asking, or from when it was due, to the reply.
    pub(super) latencies: Histogram<u64>,
    /// Messages that were asked in the span and answered.
    pub(super) measured: u64,
    /// Messages that were asked before it and answered.
    pub(super) warm_up: u64,
    /// Replies that came in the span, whenever they were asked for.
    pub(super) within: u64,
    /// Messages that were due and could not be asked by the end. Each counts among the latencies with the time that it had
    /// waited by then, since leaving the slowest out would flatter.
    pub(super) unsent: u64,
    /// When the last reply came.
    pub(super) last: Time,
}

/// The longest latency that is told from a longer one.
const LONGEST: Time = 600 * 1_000_000_000;

/// So many digits of a latency are right.
const DIGITS: u8 = 3;

impl Tally {
    pub(super) fn new() -> Self {
        let latencies = Histogram::new_with_bounds(1, LONGEST, DIGITS)
            .expect("1 and 600 s are bounds, and three digits are not too many");
        Self { latencies, measured: 0, warm_up: 0, within: 0, unsent: 0, last: 0 }
    }

    /// So many messages that were asked, or due, at one time are answered.
    pub(super) fn answered(&mut self, count: u64, asked: Time, now: Time, span: Span) {
        if asked < span.from {
            self.warm_up += count;
        } else {
            self.measured += count;
            self.latencies.saturating_record_n(now.saturating_sub(asked), count);
        }
        if (span.from..=span.to).contains(&now) {
            self.within += count;
        }
        self.last = now;
    }

    /// A message that was due could not be asked.
    pub(super) fn unsent(&mut self, due: Time, end: Time, span: Span) {
        if due >= span.from {
            self.unsent += 1;
            self.latencies.saturating_record(end.saturating_sub(due));
        }
    }

    /// All replies.
    pub(super) const fn replies(&self) -> u64 {
        self.measured + self.warm_up
    }

    /// Adds what another thread measured.
    pub(super) fn add(&mut self, other: &Self) {
        // All have the same bounds, so that nothing can lie outside.
        let _ = self.latencies.add(&other.latencies);
        self.measured += other.measured;
        self.warm_up += other.warm_up;
        self.within += other.within;
        self.unsent += other.unsent;
        self.last = self.last.max(other.last);
    }
}
