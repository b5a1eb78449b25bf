//! What may be asked for.

use std::path::PathBuf;
use std::time::Duration;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit::EXIT_CODES;
use super::load::{EXIT_CODES as LOAD_EXIT_CODES, LoadArgs};
use super::page::Page;
use super::roster::RosterArgs;
use crate::connection::Target;
use crate::language::Language;
use crate::launch::{LaunchArgs, Spec};
use crate::report::{Order, quoted};
use crate::run::Options;
use crate::schema::Kind;
use crate::selection::{Levels, Pattern};

/// Grades any calculator server by replaying transcripts against it.
///
/// The suite `calc` tests a server of CALC/1 against every requirement of its specification, and says of each failure
/// what was said on the wire, what was expected, what probably went wrong in the program and where to look.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) grade: GradeArgs,
    /// Print completions for a shell, and end
    #[arg(long, value_name = "SHELL", value_enum, hide = true)]
    completions: Option<clap_complete::Shell>,
    /// Print the manual page in roff, or that of a command, and end
    #[arg(long, value_name = "COMMAND", require_equals = true, num_args = 0..=1, default_missing_value = "", hide = true)]
    manual: Option<String>,
}

impl Cli {
    /// What is to be printed in place of a report, if anything.
    pub(super) fn page(&self) -> Option<Page<'_>> {
        self.completions.map(Page::Completions).or_else(|| self.manual.as_deref().map(Page::Manual))
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check files of a suite: suites, chapters, dialects and notes
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<String>,
        /// What a dialect is checked against: a suite that is built in, by its name, or a file
        #[arg(long, value_name = "SUITE", default_value = "calc")]
        suite: String,
    },
    /// Start a server and look after it, as a process of the grader's own
    #[command(hide = true)]
    Supervise {
        /// In namespaces of its own
        #[arg(long)]
        apart: bool,
    },
    /// Grade a whole class: many servers, a page and grade books
    Roster(Box<RosterArgs>),
    /// Print the JSON Schema of a kind of file, for editors and validators
    Schema {
        /// The kind of file
        #[arg(value_enum, default_value_t = Kind::Suite)]
        kind: Kind,
    },
    /// Put a load on a server: how many messages it answers in a second, and how fast
    #[command(after_help = LOAD_EXIT_CODES)]
    Load(Box<LoadArgs>),
}

#[derive(Args, Debug)]
pub(super) struct GradeArgs {
    /// The server: HOST:PORT, [IPV6]:PORT or unix:PATH; with --exec, only unix:PATH, on which it will listen
    #[arg(long)]
    pub(super) target: Option<Target>,
    /// A suite that is built in, or a file
    #[arg(long, default_value = DEFAULT_SUITE, value_name = "NAME|FILE")]
    pub(super) suite: String,
    /// The protocol that the server speaks, if it is not the suite's own: a dialect that is built in, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) dialect: Option<String>,
    /// List the cases instead of running them
    #[arg(long)]
    pub(super) list: bool,
    /// Run only these cases: an id, a prefix (framing) or a pattern (*/crlf*); repeatable
    #[arg(long, value_name = "ID")]
    pub(super) only: Vec<Pattern>,
    /// Do not run these cases; repeatable
    #[arg(long, value_name = "ID")]
    pub(super) skip: Vec<Pattern>,
    /// Show only the cases that are not passed, and the summary
    #[arg(long, short = 'q', visible_alias = "quiet")]
    pub(super) failures: bool,
    /// The levels to grade
    #[arg(long, value_enum, default_value_t = Levels::All)]
    pub(super) level: Levels,
    /// The longest time that a reply is waited for, in seconds; a server that proves faster is given less
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// How many rows of a case are played at the same time, 1 to 64; what needs the server for itself, and what fails, is judged
    /// alone all the same [default: 1; 8 cases for a server that takes more than 30 ms for a reply]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(super) jobs: Option<u16>,
    /// The language of the report [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, value_enum)]
    pub(super) lang: Option<Language>,
    /// Colours; `auto` honours NO_COLOR
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Write a report to a file as well: html, json, jsonl, markdown, junit, tap, gradescope, github or csv; `-` is the standard output; repeatable
    #[arg(long, value_name = "KIND=PATH")]
    pub(super) report: Vec<Order>,
    /// Write what is said into a file that Wireshark opens (pcapng)
    #[arg(long, value_name = "FILE")]
    pub(super) pcap: Option<PathBuf>,
    /// End as after an interrupt when the standard input ends, as it does when whoever started us has gone
    #[arg(long, hide = true)]
    pub(super) until_stdin_ends: bool,
    /// Exit with 0 instead of 1 or 3, for programs that read the report
    #[arg(long)]
    pub(super) exit_zero: bool,
    // Last, since what follows would stand under its heading.
    #[command(flatten)]
    pub(super) launch: LaunchArgs,
}

pub(super) const DEFAULT_SUITE: &str = "calc";

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// On a terminal that can show them
    Auto,
    Always,
    Never,
}

impl GradeArgs {
    /// The language of the report.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(locale_language)
    }

    /// What is to be started, if something is. `Err` says which options contradict each other.
    pub(super) fn spec(&self) -> Result<Option<Spec>, &'static str> {
        if self.launch.is_idle() {
            return Err(
                "--restart, --isolation, --start-timeout and the limits are for a server that is started with --exec",
            );
        }
        let socket = match &self.target {
            None => None,
            #[cfg(unix)]
            Some(Target::Unix(path)) => Some(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
            Some(Target::Host { .. }) => {
                let conflict =
                    "with --exec, --port says where the server listens, and --target at most unix:PATH";
                return if self.launch.spec(None).is_some() { Err(conflict) } else { Ok(None) };
            }
        };
        Ok(self.launch.spec(socket))
    }

    /// The command that runs the same suite against the same server again, apart from the selection of cases.
    pub(super) fn again(&self) -> String {
        let target = self.target.iter().map(|target| format!(" --target {}", word(&target.to_string())));
        let mut command: String =
            ["conformance".to_owned()].into_iter().chain(target).chain([self.launch.again()]).collect();
        let mut option = |name: &str, value: String| command.extend([" --", name, " ", &value]);
        if self.suite != DEFAULT_SUITE {
            option("suite", quoted(&self.suite));
        }
        if let Some(dialect) = &self.dialect {
            option("dialect", quoted(dialect));
        }
        if self.timeout != Options::TIMEOUT {
            option("timeout", self.timeout.as_secs_f64().to_string());
        }
        if self.level == Levels::Must {
            option("level", "must".to_owned());
        }
        command
    }
}

/// The language of the locale.
pub(super) fn locale_language() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    locale
        .into_iter()
        .find(|value| !value.is_empty())
        .map(|value| Language::of_locale(&value))
        .unwrap_or_default()
}

/// A word for the shell, quoted where it has to be.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '/' | '-' | '_');
    if text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// Seconds, with a fraction where one is wanted.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.05..=60.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        Ok(_) | Err(_) => Err("a number of seconds from 0.05 to 60".to_owned()),
    }
}
