//! Where the lines of a diagram stand, and while which of its rows a connection is open.

use std::ops::Range;

use crate::report::document::{Entry, Happening};

/// More lines than this leave no room beside them; the connections beyond share the last.
const MOST: usize = 24;

/// Between the lines of two clients.
const APART: usize = 14;

/// The lines of the clients, from left to right in the order in which they connect. The last stands at 0, right beside the
/// messages, and the others to the left of it.
pub(super) struct Lanes<'a> {
    names: Vec<&'a str>,
}

impl<'a> Lanes<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for entry in entries {
            if !names.contains(&entry.connection.as_str()) {
                names.push(&entry.connection);
            }
        }
        Self { names }
    }

    /// The names above the lines; `None` for connections that share one.
    pub(super) fn heads(&self) -> impl Iterator<Item = Option<&'a str>> {
        let own = if self.names.len() > MOST { MOST - 1 } else { self.names.len() };
        let shared = (own < self.names.len()).then_some(None);
        self.names[..own].iter().map(|name| Some(*name)).chain(shared)
    }

    pub(super) fn count(&self) -> usize {
        self.names.len().min(MOST)
    }

    /// The last line, which is the nearest to the server's.
    pub(super) fn last(&self) -> usize {
        self.count().saturating_sub(1)
    }

    /// Which line is a connection's.
    pub(super) fn lane(&self, connection: &str) -> usize {
        let index = self.names.iter().position(|name| *name == connection).unwrap_or_default();
        index.min(MOST - 1)
    }

    /// Whether the line is shared with others, so that the name has to be told.
    pub(super) fn is_shared(&self, connection: &str) -> bool {
        self.names.len() > MOST && self.lane(connection) == MOST - 1
    }

    /// Whether there are so many lines that the drawing needs the whole width of the page.
    pub(super) fn are_many(&self) -> bool {
        self.names.len() > 8
    }

    /// How far to the left of the last line a line stands.
    pub(super) fn left(&self, lane: usize) -> usize {
        self.last().saturating_sub(lane) * APART
    }

    /// The entries during which each line's connection is open.
    pub(super) fn open(&self, entries: &[Entry]) -> Vec<(usize, Range<usize>)> {
        let mut since = vec![None; self.count()];
        let mut open = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let lane = self.lane(&entry.connection);
            match entry.event {
                Happening::Connected => since[lane] = since[lane].or(Some(index)),
                Happening::Closed | Happening::Reset => {
                    open.extend(since[lane].take().map(|start| (lane, start..index)));
                }
                Happening::NotConnected
                | Happening::Message
                | Happening::NotTaken
                | Happening::Part
                | Happening::Silence
                | Happening::HalfClosed => {}
            }
        }
        let still = since.into_iter().enumerate();
        open.extend(still.filter_map(|(lane, start)| Some((lane, start?..entries.len()))));
        open
    }
}
