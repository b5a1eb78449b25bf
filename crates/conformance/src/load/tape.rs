//! What is said again and again, prepared so that sending and comparing it takes no more than a look at memory.

/// Messages that follow one another in a circle.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    /// The circle once, and as much of it again as a [`WINDOW`] that begins anywhere in it takes.
    octets: Vec<u8>,
    /// By the offset in the circle: how many messages end there or before.
    ended: Vec<u64>,
    /// Where each message of the circle begins, and those of a second time round.
    starts: Vec<usize>,
    /// The octets of the circle.
    length: usize,
}

/// The most octets that are sent or compared at once: a buffer of the kernel's is seldom larger, and this one and the tape
/// stay in the processor's second cache.
pub(super) const WINDOW: usize = 64 * 1024;

impl Tape {
    /// A circle of these messages: at least one, and none of them empty.
    pub(super) fn new(messages: &[Vec<u8>]) -> Self {
        let once = messages.concat();
        let length = once.len();
        let octets = once.iter().copied().cycle().take(length + WINDOW).collect();
        let starts = messages.iter().cycle().take(2 * messages.len()).scan(0, |start, message| {
            let this = *start;
            *start += message.len();
            Some(this)
        });
        let starts: Vec<usize> = starts.collect();
        let ends = |offset: &usize| starts[1..=messages.len()].partition_point(|end| end <= offset) as u64;
        let ended = (0..length).map(|at| ends(&at)).collect();
        Self { octets, ended, starts, length }
    }

    /// How many messages there are in the circle.
    pub(super) const fn messages(&self) -> usize {
        self.starts.len() / 2
    }

    /// So many octets from an offset in the circle; at most a [`WINDOW`].
    pub(super) fn window(&self, at: usize, octets: usize) -> &[u8] {
        &self.octets[at..at + octets.min(WINDOW)]
    }

    /// The offset so many octets further, and how many messages end on the way.
    pub(super) fn advance(&self, at: usize, octets: usize) -> (usize, u64) {
        let end = at + octets;
        let (rounds, to) = (end / self.length, end % self.length);
        (to, rounds as u64 * self.messages() as u64 + self.ended[to] - self.ended[at])
    }

    /// The message that comes so many after one, and the octets of all before it.
    pub(super) fn skip(&self, message: usize, count: u64) -> (usize, u64) {
        let messages = self.messages() as u64;
        let rest = usize::try_from(count % messages).unwrap_or_default();
        let octets = self.starts[message + rest] - self.starts[message];
        ((message + rest) % self.messages(), count / messages * self.length as u64 + octets as u64)
    }

    /// The message that an offset lies in, and the offset where it begins.
    pub(super) fn message_at(&self, at: usize) -> (usize, usize) {
        let message = usize::try_from(self.ended[at]).unwrap_or_default();
        (message, self.starts[message])
    }

    /// The message that ended last before an offset.
    pub(super) fn last_before(&self, at: usize) -> &[u8] {
        let (message, _) = self.message_at(at);
        self.message((message + self.messages() - 1) % self.messages())
    }

    /// A message of the circle.
    pub(super) fn message(&self, index: usize) -> &[u8] {
        &self.octets[self.starts[index]..self.starts[index + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tape_is_the_circle_wherever_it_is_looked_at() {
        for messages in [vec!["PING\n"], vec!["1\n", "20\n", "+\n"], vec!["a", "bc"]] {
            let messages: Vec<Vec<u8>> = messages.into_iter().map(Into::into).collect();
            let tape = Tape::new(&messages);
            let circle = messages.concat();
            let ends: Vec<usize> = messages
                .iter()
                .scan(0, |end, message| {
                    *end += message.len();
                    Some(*end)
                })
                .collect();
            for at in 0..circle.len() {
                for octets in [0, 1, 2, circle.len(), 3 * circle.len() + 1, WINDOW] {
                    let expected: Vec<u8> = circle.iter().copied().cycle().skip(at).take(octets).collect();
                    assert_eq!(tape.window(at, octets), expected, "{at} {octets}");
                    let ended = (at + 1..=at + octets).filter(|offset| {
                        ends.contains(&(offset % circle.len())) || offset % circle.len() == 0
                    });
                    assert_eq!(
                        tape.advance(at, octets),
                        ((at + octets) % circle.len(), ended.count() as u64)
                    );
                }
                let (message, start) = tape.message_at(at);
                assert!((start..ends[message]).contains(&at), "{at}");
                assert_eq!(tape.message(message), &circle[start..ends[message]]);
            }
            for message in 0..messages.len() {
                for count in 0..8 {
                    let skipped: usize =
                        messages.iter().cycle().skip(message).take(count).map(Vec::len).sum();
                    let expected = ((message + count) % messages.len(), skipped as u64);
                    assert_eq!(tape.skip(message, count as u64), expected, "{message} {count}");
                }
            }
        }
    }
}
