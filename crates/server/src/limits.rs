//! What a server grants its clients.

use std::{num::NonZeroUsize, time::Duration};

/// What one server grants its clients, and how long it waits for them.
///
/// ```
/// use std::time::Duration;
/// use calc_server::Limits;
///
/// let limits = Limits { idle_timeout: Duration::from_secs(10), ..Limits::default() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How many connections are served at the same time (10 000). Whoever comes beyond that waits in the kernel's queue.
    ///
    /// It bounds the memory of the whole server: an idle connection costs about a kilobyte, a busy one some hundred.
    pub max_connections: NonZeroUsize,
    /// How long a connection may go without completing a message (5 minutes); then it is closed, silently (CONN-9).
    /// The time counts from its last complete message, or from its start: octets without a line end buy no more of it.
    pub idle_timeout: Duration,
    /// How long a client may accept none of the octets sent to it (30 seconds); then it is cut off (CONN-8).
    pub stall_timeout: Duration,
    /// How long a connection that the server ends is read on, so that no reset overtakes the last replies (1 second,
    /// CONN-6).
    pub drain_timeout: Duration,
    /// How long the connections have to finish once the server is told to stop (5 seconds); then they are cut off.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: NonZeroUsize::MIN.saturating_add(9_999),
            idle_timeout: Duration::from_secs(300),
            stall_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(1),
            grace: Duration::from_secs(5),
        }
    }
}
