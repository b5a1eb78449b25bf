//! What was said on the connections of a case, and when.

use std::time::Duration;

use tokio::time::Instant;

use crate::language::Text;

/// A record of a case, or of the preflight.
#[derive(Clone, Debug)]
pub struct Transcript {
    start: Instant,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// How many entries were left out in the middle, after the first [`Transcript::BEFORE`].
    pub omitted: usize,
}

/// One line of the record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Since the beginning.
    pub at: Duration,
    /// The connection.
    pub connection: String,
    /// What happened on it.
    pub what: What,
}

/// What happened on a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// It was opened.
    Opened,
    /// It could not be opened.
    NotOpened(Text),
    /// We sent octets in one write.
    Sent(Excerpt),
    /// We wanted to send octets, and the connection took not all of them.
    NotSent(Excerpt),
    /// A reply came.
    Received(Excerpt),
    /// Octets came that are no whole reply.
    Partial(Excerpt),
    /// Nothing came, for so long as we waited.
    Nothing(Duration),
    /// We said that we send no more.
    HalfClosed,
    /// We closed.
    Closed,
    /// We closed with a reset.
    Aborted,
    /// The server closed.
    ServerClosed,
    /// The server reset the connection.
    ServerReset,
}

/// The beginning of some octets, and how many they were.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Excerpt {
    /// The first of them.
    pub octets: Vec<u8>,
    /// How many there were.
    pub length: usize,
}

impl Excerpt {
    /// A reader compares no more than this with what was expected; the longest line of CALC/1 fits.
    pub const MOST: usize = 300;
}

impl From<&[u8]> for Excerpt {
    fn from(octets: &[u8]) -> Self {
        Self { octets: octets[..octets.len().min(Self::MOST)].to_vec(), length: octets.len() }
    }
}

impl Transcript {
    /// A case of more entries (thousands of pipelined messages) is read by nobody to its end.
    const MOST: usize = 1000;

    /// So many entries stand before those that were left out.
    pub const BEFORE: usize = Self::MOST / 2;

    /// An empty record, which begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self { start: Instant::now(), entries: Vec::new(), omitted: 0 }
    }

    /// Adds what happened now.
    pub fn record(&mut self, connection: &str, what: What) {
        let entry = Entry { at: self.start.elapsed(), connection: connection.to_owned(), what };
        if self.entries.len() < Self::MOST {
            self.entries.push(entry);
        } else {
            // The end is what a reader wants to see: there it broke.
            self.entries.remove(Self::BEFORE);
            self.entries.push(entry);
            self.omitted += 1;
        }
    }

    /// Adds another record, which began when this one ended.
    pub(crate) fn append(&mut self, later: Self) {
        for entry in later.entries {
            self.record(&entry.connection, entry.what);
            if let Some(last) = self.entries.last_mut() {
                last.at = later.start.duration_since(self.start) + entry.at;
            }
        }
        self.omitted += later.omitted;
    }

    /// Whether the server sent anything at all.
    #[must_use]
    pub fn heard_anything(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.what, What::Received(_) | What::Partial(_)))
    }

    /// How long it has been going on.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The names of the connections, in the order in which they were opened.
    #[must_use]
    pub fn connections(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for entry in &self.entries {
            if !names.contains(&entry.connection.as_str()) {
                names.push(entry.connection.as_str());
            }
        }
        names
    }
}
