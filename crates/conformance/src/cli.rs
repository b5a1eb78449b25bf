//! The command line: what is asked for, and the exit code that answers.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, error::ErrorKind};

use crate::connection::Target;
use crate::format::Level;
use crate::language::Language;
use crate::launch::{self, LaunchArgs, Launcher, Spec};
use crate::report::{Detail, Terminal};
use crate::run::{Completion, Options, Report, Subject, grade};
use crate::schema::Kind;
use crate::selection::{Levels, Pattern, Selection};
use crate::suite::{self, Suite};

/// Grades any calculator server by replaying transcripts against it.
///
/// The suite `calc` tests a server of CALC/1 against every requirement of its specification, and says of each failure
/// what was said on the wire, what was expected, what probably went wrong in the program and where to look.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    grade: GradeArgs,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    every MUST and SHOULD that was graded is passed
  1    one of them is not
  2    the command line or the suite is wrong
  3    the target cannot be reached, or does not start
  4    no case is selected
  5    an error of the grader's own
  6    the command of --build failed
  130  interrupted; what was graded by then has been reported";

#[derive(Debug, Subcommand)]
enum Command {
    /// Check files of a suite: suites, chapters, dialects and notes
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Start a server and look after it, as a process of the grader's own
    #[command(hide = true)]
    Supervise {
        /// In namespaces of its own
        #[arg(long)]
        apart: bool,
    },
    /// Print the JSON Schema of a kind of file, for editors and validators
    Schema {
        /// The kind of file
        #[arg(value_enum, default_value_t = Kind::Suite)]
        kind: Kind,
    },
}

#[derive(Args, Debug)]
struct GradeArgs {
    /// The server: HOST:PORT, [IPV6]:PORT or unix:PATH; with --exec, only unix:PATH, on which it will listen
    #[arg(long)]
    target: Option<Target>,
    #[command(flatten)]
    launch: LaunchArgs,
    /// A suite that is built in, or a file
    #[arg(long, default_value = DEFAULT_SUITE, value_name = "NAME|FILE")]
    suite: String,
    /// The protocol that the server speaks, if it is not the suite's own: a dialect that is built in, or a file
    #[arg(long, value_name = "NAME|FILE")]
    dialect: Option<String>,
    /// List the cases instead of running them
    #[arg(long)]
    list: bool,
    /// Run only these cases: an id, a prefix (framing) or a pattern (*/crlf*); repeatable
    #[arg(long, value_name = "ID")]
    only: Vec<Pattern>,
    /// Do not run these cases; repeatable
    #[arg(long, value_name = "ID")]
    skip: Vec<Pattern>,
    /// Show only the cases that are not passed, and the summary
    #[arg(long, short = 'q', visible_alias = "quiet")]
    failures: bool,
    /// The levels to grade
    #[arg(long, value_enum, default_value_t = Levels::All)]
    level: Levels,
    /// The longest time that a reply is waited for, in seconds; a server that proves faster is given less
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    timeout: Duration,
    /// The language of the report [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// Colours; `auto` honours NO_COLOR
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Exit with 0 instead of 1 or 3, for programs that read the report
    #[arg(long)]
    exit_zero: bool,
}

const DEFAULT_SUITE: &str = "calc";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal that can show them
    Auto,
    Always,
    Never,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Exit {
    Passed,
    Failed,
    Usage,
    Unreachable,
    NothingSelected,
    Internal,
    Unbuilt,
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
            Exit::NothingSelected => 4,
            Exit::Internal => 5,
            Exit::Unbuilt => 6,
            // What a shell reports of a program that an interrupt ended.
            Exit::Interrupted => 130,
        })
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = match cli.command {
        Some(Command::Check { files }) => check(&files),
        Some(Command::Schema { kind }) => schema(kind),
        Some(Command::Supervise { apart }) => return launch::supervise(apart),
        None => list_or_grade(&cli.grade),
    };
    match exit {
        Ok(exit) => exit.into(),
        // Nobody reads any more: that is no failure of ours.
        Err(error) if is_broken_pipe(&error) => Exit::Passed.into(),
        Err(error) => {
            complain(&format!("{error:#}"));
            Exit::Internal.into()
        }
    }
}

fn check(files: &[String]) -> anyhow::Result<Exit> {
    let mut exit = Exit::Passed;
    for file in files {
        match suite::check_file(file) {
            Ok(()) => writeln!(io::stdout(), "{file}: ok")?,
            Err(problems) => {
                writeln!(io::stderr(), "{problems}")?;
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
}

fn schema(kind: Kind) -> anyhow::Result<Exit> {
    io::stdout().write_all(kind.text().as_bytes())?;
    Ok(Exit::Passed)
}

fn list_or_grade(args: &GradeArgs) -> anyhow::Result<Exit> {
    let loaded = match &args.dialect {
        None => suite::load(&args.suite),
        Some(dialect) => suite::load_in_dialect(&args.suite, dialect),
    };
    let suite = match loaded {
        Ok(suite) => suite,
        Err(problems) => {
            writeln!(io::stderr(), "{problems}")?;
            return Ok(Exit::Usage);
        }
    };
    let selection = Selection { only: args.only.clone(), skip: args.skip.clone(), levels: args.level };
    if !suite.cases().any(|case| selection.runs(case)) {
        complain("no case is selected; --list shows them all");
        return Ok(Exit::NothingSelected);
    }
    if args.list {
        return list(&suite, &selection, args.language());
    }
    match (args.spec(), &args.target) {
        (Some(spec), _) => run(&suite, Subject::Launched(&Launcher::new(spec)), args, selection),
        (None, Some(target)) => run(&suite, Subject::At(target), args, selection),
        (None, None) => {
            let missing = "--target says where the server is (HOST:PORT, [IPV6]:PORT or unix:PATH), or --exec how it is started";
            Cli::command().error(ErrorKind::MissingRequiredArgument, missing).exit();
        }
    }
}

fn list(suite: &Suite, selection: &Selection, language: Language) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    for case in suite.cases().filter(|case| selection.runs(case)) {
        let level = match case.level {
            Level::Must => "must",
            Level::Should => "should",
            Level::May => "may",
        };
        writeln!(out, "{:<36} {level:<6} {:>3}  {}", case.id, case.points, case.title.text(language))?;
    }
    Ok(Exit::Passed)
}

fn run(suite: &Suite, subject: Subject<'_>, args: &GradeArgs, selection: Selection) -> anyhow::Result<Exit> {
    let out = AutoStream::new(io::stdout(), args.color.into());
    let detail = if args.failures { Detail::Failures } else { Detail::All };
    let mut terminal = Terminal::new(out, suite, args.language(), args.again()).showing(detail);
    let mut written = Ok(());
    let options = Options { selection, timeout: args.timeout };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let report = runtime.block_on(grade(suite, subject, &options, interrupt(), |event| {
        if written.is_ok() {
            written = terminal.on(&event);
        }
    }));
    // Names are resolved on a thread that cannot be stopped, and that nobody waits for any more.
    runtime.shutdown_background();
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the report")
        }
        Ok(()) | Err(_) => Ok(args.exit(&report)),
    }
}

/// Ready when the user wants no more, or whoever started us.
async fn interrupt() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending::<()>().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending::<()>().await;
}

impl GradeArgs {
    fn language(&self) -> Language {
        self.lang.unwrap_or_else(|| {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
            locale
                .into_iter()
                .find(|value| !value.is_empty())
                .map(|value| Language::of_locale(&value))
                .unwrap_or_default()
        })
    }

    /// What is to be started, if something is.
    fn spec(&self) -> Option<Spec> {
        let socket = match &self.target {
            None => None,
            #[cfg(unix)]
            Some(Target::Unix(path)) => Some(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
            Some(Target::Host { .. }) => {
                let conflict =
                    "with --exec, --port says where the server listens, and --target at most unix:PATH";
                return self.launch.spec(None).map(|_| {
                    Cli::command().error(ErrorKind::ArgumentConflict, conflict).exit();
                });
            }
        };
        self.launch.spec(socket)
    }

    /// The command that runs the same suite against the same server again.
    fn again(&self) -> String {
        let suite =
            if self.suite == DEFAULT_SUITE { String::new() } else { format!(" --suite '{}'", self.suite) };
        let dialect = self.dialect.as_ref().map(|dialect| format!(" --dialect '{dialect}'"));
        let target = self.target.as_ref().map(|target| format!(" --target {target}")).unwrap_or_default();
        format!("conformance{target}{}{suite}{}", self.launch.again(), dialect.unwrap_or_default())
    }

    fn exit(&self, report: &Report) -> Exit {
        match report.completion {
            Completion::Interrupted => Exit::Interrupted,
            Completion::Complete if report.is_unbuilt() => Exit::Unbuilt,
            Completion::Complete if self.exit_zero => Exit::Passed,
            Completion::Complete if report.is_unreachable() => Exit::Unreachable,
            Completion::Complete if report.is_flawed() => Exit::Failed,
            Completion::Complete => Exit::Passed,
        }
    }
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
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.05..=60.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        Ok(_) | Err(_) => Err("a number of seconds from 0.05 to 60".to_owned()),
    }
}

/// A complaint on the standard error. Where that is closed, there is nobody to complain to.
fn complain(what: &str) {
    drop(writeln!(io::stderr(), "conformance: {what}"));
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
