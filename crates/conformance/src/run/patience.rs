//! How long a reply is waited for. A right server costs no patience; a hanging one costs all of it, again and again.

use std::time::Duration;

/// The time that a reply is given, by what the server has shown so far.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    ceiling: Duration,
    /// The slowest right reply of late.
    seen: Duration,
    /// How often it was waited for in vain.
    disappointments: u32,
    /// How often a case may yet be run again in vain.
    second_chances: u32,
}

/// What does not come in time from a server that is well is asked for once more, with all the time that there is. A right
/// server on a busy machine then answers. One that has disappointed so often again would cost minutes.
const SECOND_CHANCES: u32 = 2;

/// A reply may take so many times as long as the slowest one before: a machine that is busy with other things is not the
/// server's fault.
const TIMES_SEEN: u32 = 20;

/// A server that has never failed to answer is given at least this.
const GENEROUS: Duration = Duration::from_millis(1000);

/// A server that is well and has not answered so often does not answer what it does not understand. Nothing is learned any
/// more by waiting long for what will not come.
const LEARNED: u32 = 8;

/// How many times as long as the slowest reply before is waited for then.
const TIMES_SEEN_THEN: u32 = 5;

/// And at least this.
const BRIEFEST: Duration = Duration::from_millis(50);

/// Long enough for the goodbye of any server that is not slow in everything.
const POLITENESS: Duration = Duration::from_millis(100);

/// And one that has failed several times at least this. It is enough for any reply on the loopback; should it not be, the
/// question after the server's health shows that it is slow, and the case is run again.
const BRIEF: Duration = Duration::from_millis(100);

impl Patience {
    pub(super) const fn new(ceiling: Duration) -> Self {
        Self { ceiling, seen: Duration::ZERO, disappointments: 0, second_chances: SECOND_CHANCES }
    }

    /// How long the next reply is waited for: half as long after each disappointment, within the bounds.
    pub(super) fn now(&self) -> Duration {
        let (times, briefest) = match self.disappointments {
            0..LEARNED => (TIMES_SEEN, BRIEF),
            LEARNED.. => (TIMES_SEEN_THEN, BRIEFEST),
        };
        let least = (GENEROUS / 2u32.saturating_pow(self.disappointments)).max(briefest);
        (self.seen * times).max(least).min(self.ceiling)
    }

    /// How long the answer to a goodbye is waited for, which nobody is graded by.
    pub(super) fn for_a_goodbye(&self) -> Duration {
        (self.seen * 3).max(POLITENESS).min(self.ceiling)
    }

    /// How long the slowest right reply of late took.
    pub(super) const fn latency(&self) -> Duration {
        self.seen
    }

    /// The longest that anything is waited for.
    pub(super) const fn ceiling(&self) -> Duration {
        self.ceiling
    }

    /// A reply took so long and was right. What was slow once is forgotten by and by.
    pub(super) fn saw(&mut self, latency: Duration) {
        self.seen = (self.seen * 3 / 4).max(latency.min(self.ceiling));
    }

    /// Whether a case that came to nothing is run again.
    pub(super) const fn has_second_chance(&self) -> bool {
        self.second_chances > 0
    }

    /// A case was run again, in vain.
    pub(super) const fn used_second_chance(&mut self) {
        self.second_chances = self.second_chances.saturating_sub(1);
    }

    /// A reply did not come.
    pub(super) const fn was_disappointed(&mut self) {
        self.disappointments = self.disappointments.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_shrinks_with_disappointments_and_grows_with_slow_replies() {
        let ms = Duration::from_millis;
        let mut patience = Patience::new(ms(2000));
        assert_eq!(patience.now(), ms(1000));
        patience.saw(ms(1));
        assert_eq!(patience.now(), ms(1000));
        for expected in [500, 250, 125, 100, 100] {
            patience.was_disappointed();
            assert_eq!(patience.now(), ms(expected));
        }
        patience.saw(ms(80));
        assert_eq!(patience.now(), ms(1600));
        let mut hopeless = patience.clone();
        for _ in 0..3 {
            hopeless.was_disappointed();
        }
        assert_eq!(hopeless.now(), ms(400));
        for _ in 0..50 {
            hopeless.saw(ms(1));
        }
        assert_eq!(hopeless.now(), ms(50), "what is never answered is not waited for");
        patience.saw(ms(60_000));
        assert_eq!(patience.now(), ms(2000));
        for _ in 0..50 {
            patience.saw(ms(1));
        }
        assert_eq!(patience.now(), ms(100), "one slow reply is forgotten");
        assert_eq!(Patience::new(ms(100)).now(), ms(100));
    }
}
