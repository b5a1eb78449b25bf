//! Which lines of a long dialogue are told where there is no room for all of them.

/// Of a long dialogue the beginning is shown, and the end, where it broke.
const FIRST_SHOWN: usize = 12;
const LAST_SHOWN: usize = 16;

/// A part of a dialogue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// The entry of this number.
    Line(usize),
    /// So many lines that are left out.
    Omitted(usize),
}

/// A dialogue, as it is known before it is cut.
pub(super) struct Length<'a> {
    /// The connection of each entry.
    pub(super) connections: Vec<&'a str>,
    /// Which entry is the one where it broke.
    pub(super) broke: Option<usize>,
    /// How many entries were never kept, and behind how many of those that were.
    pub(super) omitted: usize,
    pub(super) omitted_after: usize,
}

impl Length<'_> {
    /// All of a short dialogue. Of a long one the end, and before it the beginning; of several connections not the beginning,
    /// which is nothing but connects, but what was said last on the one that broke.
    pub(super) fn abridged(&self) -> Vec<Part> {
        let count = self.connections.len();
        let end = if count > FIRST_SHOWN + LAST_SHOWN { count - LAST_SHOWN } else { 0 };
        let mut shown: Vec<bool> =
            (0..count).map(|index| index >= end || self.broke == Some(index)).collect();
        let broken =
            self.broke.and_then(|broke| self.connections.get(broke)).or_else(|| self.connections.last());
        if self.connections.iter().any(|connection| Some(connection) != broken) {
            let said = (0..end).rev().filter(|index| self.connections.get(*index) == broken);
            said.take(FIRST_SHOWN).for_each(|index| shown[index] = true);
        } else {
            shown.iter_mut().take(FIRST_SHOWN).for_each(|is_shown| *is_shown = true);
        }
        self.parts(&shown)
    }

    fn parts(&self, shown: &[bool]) -> Vec<Part> {
        let (mut parts, mut hidden) = (Vec::new(), 0);
        for (index, is_shown) in shown.iter().enumerate() {
            if index == self.omitted_after {
                hidden += self.omitted;
            }
            // A line takes no more room than to say that it is left out.
            let fills_a_gap = hidden == 0 && shown.get(index + 1) == Some(&true) && self.omitted == 0;
            if *is_shown || fills_a_gap {
                parts.extend((hidden > 0).then_some(Part::Omitted(hidden)));
                hidden = 0;
                parts.push(Part::Line(index));
            } else {
                hidden += 1;
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abridged(connections: Vec<&str>, broke: usize) -> String {
        let length = Length { connections, broke: Some(broke), omitted: 0, omitted_after: 0 };
        let parts = length.abridged().into_iter().map(|part| match part {
            Part::Line(index) => index.to_string(),
            Part::Omitted(count) => format!("({count})"),
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_beginning_and_the_end_of_one_connection() {
        assert_eq!(abridged(vec!["c"; 3], 2), "0 1 2");
        assert_eq!(
            abridged(vec!["c"; 40], 39),
            "0 1 2 3 4 5 6 7 8 9 10 11 (12) 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39"
        );
        assert!(abridged(vec!["c"; 29], 28).contains("11 12 13"), "one line fills its gap");
    }

    #[test]
    fn of_many_connections_the_one_that_broke() {
        let mut connections = vec!["other"; 40];
        for index in [1, 9, 39] {
            connections[index] = "broken";
        }
        let end = "24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39";
        assert_eq!(abridged(connections, 39), format!("0 1 (7) 9 (14) {end}"));
    }

    #[test]
    fn what_was_never_kept_is_counted_where_it_is_missing() {
        let length =
            Length { connections: vec!["c"; 1000], broke: Some(999), omitted: 7, omitted_after: 500 };
        assert_eq!(length.abridged()[12], Part::Omitted(1000 - 28 + 7));
    }
}
