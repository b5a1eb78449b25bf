//! The command line.

use std::{fmt, num::NonZeroUsize, ops::RangeInclusive, str::FromStr, time::Duration};

use calc_server::Limits;
use clap::{Parser, ValueEnum};

use crate::page::Page;

/// The reference server of CALC/1, a calculator over TCP
///
/// Prints `listening on ADDRESS` for each socket once clients can connect, and serves until SIGINT or SIGTERM
/// (on Windows: Ctrl-C). Then no client is accepted any more, and all that the connected ones had sent is answered.
/// A second signal ends it at once; within a second of the first it counts as the same request.
///
/// Sockets that a supervisor passes (LISTEN_FDS, sd_listen_fds(3)) are served instead of --host, --port and --unix, and it is
/// told when they are (NOTIFY_SOCKET).
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// The port to listen on; 0 takes a free one, the same for all hosts
    #[arg(long, default_value_t = calc_proto::DEFAULT_PORT)]
    pub(crate) port: u16,

    /// An address to listen on, or a name and all its addresses; may be given several times [default: 127.0.0.1 and ::1]
    #[arg(long = "host", value_name = "HOST", value_parser = host)]
    pub(crate) hosts: Vec<String>,

    /// A Unix socket to listen on instead; a dead one of that name is replaced
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", conflicts_with_all = ["hosts", "port"])]
    pub(crate) unix: Option<std::path::PathBuf>,

    /// How many connections are served at the same time; further clients wait in the kernel's queue [default: 10000]
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_connections: Option<NonZeroUsize>,

    /// Close a connection on which no message has been completed for this long
    #[arg(long, value_name = "SECONDS", default_value_t = Seconds(Limits::default().idle_timeout), value_parser = idle_timeout)]
    idle_timeout: Seconds,

    /// How long the connections have to finish after the first signal; with 0 they are cut off at once
    #[arg(long, value_name = "SECONDS", default_value_t = Seconds(Limits::default().grace))]
    grace: Seconds,

    /// How the log on stderr is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,

    /// Log more than trouble: -v connections, -vv also all that is received and sent; lines that nobody reads in time are lost
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Print completions for a shell, and end
    #[arg(long, value_name = "SHELL", value_enum, hide = true)]
    completions: Option<clap_complete::Shell>,

    /// Print the manual page in roff, and end
    #[arg(long, hide = true)]
    manual: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  stopped by a signal
  1  a fault of its own or of the system
  2  the command line is wrong
  3  cannot listen
  4  stopped at once by another signal, more than a second after the first; replies may be lost";

/// How the log is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people
    Text,
    /// A JSON object a line, for programs
    Json,
}

impl Args {
    /// What is to be printed instead of serving, if anything.
    pub(crate) fn page(&self) -> Option<Page> {
        self.completions.map(Page::Completions).or_else(|| self.manual.then_some(Page::Manual))
    }

    pub(crate) fn limits(&self) -> Limits {
        let defaults = Limits::default();
        Limits {
            max_connections: self.max_connections.unwrap_or(defaults.max_connections),
            idle_timeout: self.idle_timeout.0,
            grace: self.grace.0,
            ..defaults
        }
    }
}

fn host(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("give an address or a name") } else { Ok(text.to_owned()) }
}

/// No shorter than a client can act, and no longer than anybody watches a server.
fn idle_timeout(text: &str) -> Result<Seconds, &'static str> {
    const RANGE: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(24 * 3600);
    text.parse()
        .ok()
        .filter(|Seconds(time)| RANGE.contains(time))
        .ok_or("give a number of seconds from 0.001 to 86400")
}

/// A time in seconds, whole or with a fraction.
#[derive(Debug, Clone, Copy)]
struct Seconds(Duration);

impl FromStr for Seconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = text.parse().map_err(|_| "not a number of seconds")?;
        Duration::try_from_secs_f64(seconds).map(Self).map_err(|_| "not a time that a clock can hold")
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_secs_f64().fmt(f)
    }
}
