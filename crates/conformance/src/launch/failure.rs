//! Why a server could not be started.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Demise, Place, Printed};

/// Why there is no server to grade.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StartFailure {
    /// What was to be run before it failed.
    #[error("the build failed: {}", .0.cause())]
    Build(Demise, Printed),
    /// It ended before it listened.
    #[error("it ended before it listened: {}", .0.cause())]
    Died(Demise, Printed),
    /// It does not listen where it should.
    #[error("after {} s it does not listen on {}{}", .waited.as_secs_f64(), .place, and_elsewhere(.elsewhere))]
    Silent {
        /// There.
        place: Place,
        /// How long it was waited for.
        waited: Duration,
        /// Where it listens instead.
        elsewhere: Vec<String>,
        /// What it printed.
        printed: Printed,
    },
    /// Somebody else listens there.
    #[error("port {port} is held by {}", .holder.as_ref().map_or_else(|| "a process of another user".to_owned(), ToString::to_string))]
    Held {
        /// The port.
        port: u16,
        /// Who, where that can be seen.
        holder: Option<Holder>,
    },
    /// The grader's own system refused something.
    #[error("{0}")]
    System(String),
    /// Servers cannot be started on this system.
    #[error("servers are started on Linux only; start it yourself, and use --target")]
    Unsupported,
}

/// The process that has a port.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Holder {
    /// Its number.
    pub pid: i32,
    /// Its command line.
    pub command: String,
}

impl StartFailure {
    /// What was printed before it.
    #[must_use]
    pub const fn printed(&self) -> Option<&Printed> {
        match self {
            Self::Build(_, printed) | Self::Died(_, printed) | Self::Silent { printed, .. } => Some(printed),
            Self::Held { .. } | Self::System(_) | Self::Unsupported => None,
        }
    }
}

impl Demise {
    /// The end in words.
    fn cause(&self) -> String {
        match (&self.excess, &self.exit) {
            (Some(excess), _) => format!("it took more than {excess}"),
            (None, Some(exit)) => exit.to_string(),
            (None, None) => "its end was not seen".to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(port) => write!(f, "port {port}"),
            Self::AnyPort => f.write_str("any port"),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({})", self.pid, self.command)
    }
}

fn and_elsewhere(places: &[String]) -> String {
    if places.is_empty() { String::new() } else { format!(", but on {}", places.join(", ")) }
}
