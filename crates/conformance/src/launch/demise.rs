//! How a server ended, and what it had printed.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a process ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal, such as `SIGSEGV`.
    Signal(String),
}

/// A limit that was passed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Excess {
    /// More octets of resident memory than these.
    Memory(u64),
    /// More processor time than this.
    Cpu(Duration),
    /// It ran longer than this.
    Wall(Duration),
    /// More processes than these.
    Processes(usize),
}

/// The end of a server: no process of it is left.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Demise {
    /// How the process ended that was started.
    pub exit: Option<Exit>,
    /// The limit for which it was ended.
    pub excess: Option<Excess>,
}

impl Demise {
    /// Whether it did not end in good order.
    #[must_use]
    pub fn is_crash(&self) -> bool {
        self.excess.is_some() || self.exit.as_ref().is_some_and(|exit| *exit != Exit::Code(0))
    }
}

/// What happened to a launched server in a case that went wrong.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Incident {
    /// Its end, if it died.
    pub demise: Option<Demise>,
    /// What it printed meanwhile.
    pub printed: Printed,
}

/// The last of what a server printed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Printed {
    /// On its standard output.
    pub stdout: String,
    /// On its standard error.
    pub stderr: String,
}

impl Printed {
    /// The last lines of what tells most: of the standard error, or of the standard output where that is empty.
    #[must_use]
    pub fn last_lines(&self, most: usize) -> Vec<&str> {
        let told = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let lines: Vec<&str> = told.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(most)..].to_vec()
    }

    /// Whether it printed nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last_lines(1).is_empty()
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(octets) => write!(f, "{} MiB of memory", octets / (1024 * 1024)),
            Self::Cpu(time) => write!(f, "{} s of processor time", time.as_secs_f64()),
            Self::Wall(time) => write!(f, "{} s", time.as_secs_f64()),
            Self::Processes(count) => write!(f, "{count} processes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_output_tells_more_than_the_output() {
        let printed = |stdout: &str, stderr: &str| Printed { stdout: stdout.into(), stderr: stderr.into() };
        let rows: [(Printed, &[&str]); 4] = [
            (printed("", ""), &[]),
            (printed("a\nb\n", "\n"), &["a", "b"]),
            (printed("a\n", "b\n\nc\nd"), &["c", "d"]),
            (printed("a", "b"), &["b"]),
        ];
        for (printed, lines) in rows {
            assert_eq!(printed.last_lines(2), lines, "{printed:?}");
        }
    }
}
