//! The options by which a server is started.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::report::quoted as shell_word;

use super::{Isolation, Limits, Place, Restart, Spec};

/// How the server is started, where it is started at all.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Starting the server")]
pub struct LaunchArgs {
    /// Start the server with this command of the shell; `{port}` is replaced with a free port, which is also in PORT
    #[arg(long, value_name = "COMMAND")]
    exec: Option<String>,
    /// The directory in which it is started [default: the current one]
    #[arg(long, value_name = "DIR", requires = "exec")]
    dir: Option<PathBuf>,
    /// The port on which it listens [default: a free one for `{port}`, otherwise 51216]
    #[arg(long, value_name = "PORT", requires = "exec", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// A command to run once before, such as `make`
    #[arg(long, value_name = "COMMAND", requires = "exec")]
    build: Option<String>,
    #[command(flatten)]
    terms: LaunchTerms,
}

/// On what terms a server is started, whatever its command is.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Starting the server")]
pub struct LaunchTerms {
    /// When it is started again
    #[arg(long, value_enum, default_value_t = Restart::Died)]
    restart: Restart,
    /// Whether it gets a network of its own, in which every port is free
    #[arg(long, value_enum, default_value_t = Isolation::Auto)]
    isolation: Isolation,
    /// How long it may take until it listens, in seconds [default: 15]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    start_timeout: Option<Duration>,
    /// The processor time of all its processes, from start to end, in seconds [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    limit_cpu: Option<Duration>,
    /// The resident memory of all its processes, in MiB [default: 1024]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=1 << 30))]
    limit_memory: Option<u64>,
    /// The time from its start to its end, in seconds [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    limit_time: Option<Duration>,
}

impl LaunchArgs {
    /// What is to be started, if something is. With a path, it listens on a Unix socket there.
    #[must_use]
    pub fn spec(&self, socket: Option<PathBuf>) -> Option<Spec> {
        let command = self.exec.clone()?;
        let place = match (socket, self.port) {
            (Some(path), _) => Place::Unix(path),
            (None, Some(port)) => Place::Port(port),
            (None, None) if command.contains(Spec::PLACEHOLDER) => Place::AnyPort,
            (None, None) => Place::Port(Spec::PORT),
        };
        Some(Spec {
            command,
            directory: self.dir.clone().unwrap_or_else(|| PathBuf::from(".")),
            build: self.build.clone(),
            place,
            restart: self.terms.restart,
            isolation: self.terms.isolation,
            limits: self.terms.limits(),
            patience: self.terms.start_timeout.unwrap_or(Spec::PATIENCE),
        })
    }

    /// The same options again, as a shell reads them.
    #[must_use]
    pub fn again(&self) -> String {
        let quoted = |name: &str, value: &str| format!(" --{name} {}", shell_word(value));
        let terms = self.terms.words().into_iter().flat_map(|word| [" ".to_owned(), word]);
        [
            self.exec.as_ref().map(|command| quoted("exec", command)),
            self.dir.as_ref().map(|dir| quoted("dir", &dir.display().to_string())),
            self.port.map(|port| format!(" --port {port}")),
            self.build.as_ref().map(|command| quoted("build", command)),
        ]
        .into_iter()
        .flatten()
        .chain(terms)
        .collect()
    }

    /// Whether something is said about the start of a server of which no command is given.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.exec.is_none() && self.terms != LaunchTerms::default()
    }
}

impl LaunchTerms {
    /// Whether servers get networks of their own.
    #[must_use]
    pub const fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// The options, word by word; none of them has to be quoted.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let seconds = |name: &'static str, time: Option<Duration>| {
            time.map(|time| [format!("--{name}"), time.as_secs_f64().to_string()])
        };
        let restart = match self.restart {
            Restart::Died => None,
            Restart::Case => Some("case"),
            Restart::Never => Some("never"),
        };
        let isolation = match self.isolation {
            Isolation::Auto => None,
            Isolation::Off => Some("off"),
        };
        [
            restart.map(|when| ["--restart".to_owned(), when.to_owned()]),
            isolation.map(|how| ["--isolation".to_owned(), how.to_owned()]),
            seconds("start-timeout", self.start_timeout),
            seconds("limit-cpu", self.limit_cpu),
            self.limit_memory.map(|mib| ["--limit-memory".to_owned(), mib.to_string()]),
            seconds("limit-time", self.limit_time),
        ]
        .into_iter()
        .flatten()
        .flatten()
        .collect()
    }

    fn limits(&self) -> Limits {
        Limits {
            cpu: self.limit_cpu.unwrap_or(Limits::CPU),
            memory: self.limit_memory.map_or(Limits::MEMORY, |mib| mib * 1024 * 1024),
            wall: self.limit_time.unwrap_or(Limits::WALL),
        }
    }
}

/// Seconds, with a fraction where one is wanted.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=86400.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        Ok(_) | Err(_) => Err("a number of seconds from 0.1 to 86400".to_owned()),
    }
}
