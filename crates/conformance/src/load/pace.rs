//! When what is asked.

use super::tally::{Span, Time};

/// When a thread asks: as soon as it may, or when it is time.
pub(super) enum Pace {
    /// As soon as the messages before are answered.
    Closed(Supply),
    /// At a rate, whatever the server does.
    Open(Schedule),
}

/// What may still be asked.
pub(super) struct Supply {
    pub(super) span: Span,
    /// Of the messages that are measured; [`u64::MAX`] where time ends the load.
    pub(super) left: u64,
}

impl Supply {
    /// So many as may be asked now, and no more than `most`.
    pub(super) fn take(&mut self, most: u64, now: Time) -> u64 {
        if now >= self.span.to {
            0
        } else if now < self.span.from {
            most
        } else {
            let count = most.min(self.left);
            // Where time ends the load, no count does.
            if self.left != u64::MAX {
                self.left -= count;
            }
            count
        }
    }

    /// Whether nothing more is going to be asked.
    pub(super) const fn is_spent(&self, now: Time) -> bool {
        now >= self.span.to || (now >= self.span.from && self.left == 0)
    }
}

/// A thread's messages are due one after the other, and its connections take turns.
pub(super) struct Schedule {
    /// When the first is due, in nanoseconds.
    first: f64,
    /// How many nanoseconds lie between two.
    interval: f64,
    /// How many there are.
    all: u64,
    /// How many have become due.
    due: u64,
    /// How many of those have been asked.
    asked: u64,
    clients: Vec<Turns>,
}

/// The messages of one connection.
#[derive(Clone, Copy, Default)]
struct Turns {
    due: u64,
    asked: u64,
}

impl Schedule {
    /// The schedule of one of several threads, which has so many connections. Of `count` messages that are measured, or
    /// up to the end of the span.
    pub(super) fn new(first: f64, interval: f64, clients: usize, span: Span, count: u64) -> Self {
        // The first that is due at a time or later.
        let from = |time: Time| ((time as f64 - first) / interval).ceil().max(0.0) as u64;
        let all = if span.to == Time::MAX { from(span.from).saturating_add(count) } else { from(span.to) };
        Self { first, interval, all, due: 0, asked: 0, clients: vec![Turns::default(); clients] }
    }

    /// Lets what is due by now become due, and names the connection of each.
    pub(super) fn advance(&mut self, now: Time, mut client: impl FnMut(usize)) {
        while self.due < self.all && self.time(self.due) <= now {
            let turn = usize::try_from(self.due % self.clients.len() as u64).unwrap_or_default();
            self.clients[turn].due += 1;
            self.due += 1;
            client(turn);
        }
    }

    /// The time of a connection's next message that is due and not asked.
    pub(super) fn waiting(&self, client: usize) -> Option<Time> {
        let Turns { due, asked } = self.clients[client];
        (asked < due).then(|| self.time(asked * self.clients.len() as u64 + client as u64))
    }

    /// That message is asked.
    pub(super) fn asked(&mut self, client: usize) {
        self.clients[client].asked += 1;
        self.asked += 1;
    }

    /// When the next message becomes due, if there is one.
    pub(super) fn next(&self) -> Option<Time> {
        (self.due < self.all).then(|| self.time(self.due))
    }

    /// Whether every message is due and asked.
    pub(super) const fn is_spent(&self) -> bool {
        self.asked == self.all
    }

    /// A multiplication, and no sum of intervals: their rounding would add up.
    fn time(&self, message: u64) -> Time {
        (self.first + message as f64 * self.interval) as Time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_due_at_the_rate_and_connections_take_turns() {
        let span = Span { from: 200, to: 1000 };
        let mut schedule = Schedule::new(0.0, 100.0, 3, span, u64::MAX);
        let mut turns = Vec::new();
        schedule.advance(350, |client| turns.push(client));
        assert_eq!(turns, [0, 1, 2, 0]);
        assert_eq!(schedule.next(), Some(400));
        assert_eq!(schedule.waiting(0), Some(0));
        schedule.asked(0);
        assert_eq!(schedule.waiting(0), Some(300));
        schedule.asked(0);
        assert_eq!(schedule.waiting(0), None);
        schedule.advance(Time::MAX, |client| turns.push(client));
        assert_eq!(turns.len(), 10, "those due before 1000 and no more");
        assert!(schedule.next().is_none() && !schedule.is_spent());
    }

    #[test]
    fn a_count_is_of_the_messages_behind_the_warm_up() {
        let span = Span { from: 200, to: Time::MAX };
        let mut schedule = Schedule::new(50.0, 100.0, 1, span, 5);
        let mut due = 0;
        schedule.advance(Time::MAX, |_| due += 1);
        assert_eq!(due, 2 + 5, "those of 50 and 150, and five more");
        let mut supply = Supply { span, left: 5 };
        assert_eq!(
            [supply.take(9, 199), supply.take(3, 200), supply.take(3, 200), supply.take(3, 200)],
            [9, 3, 2, 0]
        );
        assert!(supply.is_spent(200) && !supply.is_spent(199));
    }
}
