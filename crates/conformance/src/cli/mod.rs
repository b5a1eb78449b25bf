//! The command line: what is asked for, and the exit code that answers.

mod args;
mod exit;
mod grading;
mod help;
mod load;
mod page;
mod progress;
mod roster;
mod spanish;
mod telling;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use args::{Cli, Command, GradeArgs};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use exit::Exit;

use crate::format::Level;
use crate::language::Language;
use crate::launch::{self, Launcher};
use crate::run::Subject;
use crate::schema::Kind;
use crate::selection::Selection;
use crate::suite::{self, Expressible, Suite};

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => help::in_language(error, Cli::command(), &args).exit(),
    };
    if let Some(page) = cli.page() {
        return exit_code(page.print());
    }
    let exit = match cli.command {
        Some(Command::Check { suite, files }) => check(&files, &suite),
        Some(Command::Schema { kind }) => schema(kind),
        Some(Command::Roster(args)) => roster::run(&args),
        Some(Command::Load(args)) => load::load(&args),
        Some(Command::Supervise { apart }) => return launch::supervise(apart),
        None => list_or_grade(&cli.grade),
    };
    exit_code(exit)
}

fn exit_code(exit: anyhow::Result<Exit>) -> ExitCode {
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

fn check(files: &[String], suite: &str) -> anyhow::Result<Exit> {
    let mut exit = Exit::Passed;
    for file in files {
        match suite::check_file(file, suite) {
            Ok(None) => writeln!(io::stdout(), "{file}: ok")?,
            Ok(Some(Expressible { suite, cases, of })) => {
                writeln!(
                    io::stdout(),
                    "{file}: ok; {cases} of the {of} cases of the suite {suite} can be expressed"
                )?;
            }
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
        (Ok(Some(spec)), _) => grading::run(&suite, Subject::Launched(&Launcher::new(spec)), args, selection),
        (Ok(None), Some(target)) => grading::run(&suite, Subject::At(target), args, selection),
        (Ok(None), None) => {
            let missing = "--target says where the server is (HOST:PORT, [IPV6]:PORT or unix:PATH), or --exec how it is started";
            Cli::command().error(ErrorKind::MissingRequiredArgument, missing).exit();
        }
        (Err(conflict), _) => Cli::command().error(ErrorKind::ArgumentConflict, conflict).exit(),
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

/// A complaint on the standard error. Where that is closed, there is nobody to complain to.
fn complain(what: &str) {
    drop(writeln!(io::stderr(), "conformance: {what}"));
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
