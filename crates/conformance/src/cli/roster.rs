//! A class: what may be asked for.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::args::{DEFAULT_SUITE, locale_language, seconds};
use super::exit::Exit;
use super::grading::interrupt;
use super::screen::faults;
use super::telling::Telling;
use crate::language::Language;
use crate::launch::{Isolation, LaunchTerms, has_own_networks};
use crate::roster::{Defaults, Earlier, Network, Orders, Plan, PlanError, Record, State, Table, grade};
use crate::selection::{Levels, Pattern};

const EXIT_CODES: &str = "\
Exit codes:
  0    everybody has a grade, whatever it is
  2    the command line, the roster or a suite is wrong
  5    somebody has no grade, since the time ran out or the grader failed; or a file cannot be written
  130  interrupted; what was graded by then is written, and the next run goes on from there";

/// Grade a whole class: many servers, a page and grade books
///
/// Every student is graded by a process of its own. A later run grades only what is missing or has changed.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(super) struct RosterArgs {
    /// The class: a CSV file with the columns name, email, id, and target, or exec and dir
    roster: PathBuf,
    /// The directory for the class page, the students' reports and the grade books
    #[arg(long, value_name = "DIR", default_value = "class")]
    out: PathBuf,
    /// The suite of all whose row names no other
    #[arg(long, default_value = DEFAULT_SUITE, value_name = "NAME|FILE")]
    suite: String,
    /// The dialect of all whose row names no other
    #[arg(long, value_name = "NAME|FILE")]
    dialect: Option<String>,
    /// The command of all whose row has no other; `{dir}` is replaced with the student's directory, `{port}` with a port
    #[arg(long, value_name = "TEMPLATE", value_parser = NonEmptyStringValueParser::new())]
    exec: Option<String>,
    /// The build of all whose row has no other
    #[arg(long, value_name = "COMMAND")]
    build: Option<String>,
    /// Run only these cases; repeatable
    #[arg(long, value_name = "ID")]
    only: Vec<Pattern>,
    /// Do not run these cases; repeatable
    #[arg(long, value_name = "ID")]
    skip: Vec<Pattern>,
    /// The levels to grade
    #[arg(long, value_enum, default_value_t = Levels::All)]
    level: Levels,
    /// The longest time that a reply is waited for, in seconds [default: 2]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// The longest time that a student's server may take for all cases, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = whole_seconds)]
    timeout_each: Duration,
    /// How many are graded at a time [default: four more than four times the processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_JOBS))]
    jobs: Option<u16>,
    /// What the page and the grade books call it [default: the title of the suite]
    #[arg(long)]
    title: Option<String>,
    /// Grade everybody again, whether something has changed or not
    #[arg(long)]
    again: bool,
    /// The language of the pages [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, value_enum)]
    lang: Option<Language>,
    // Last, since what follows would stand under its heading.
    #[command(flatten)]
    terms: LaunchTerms,
}

/// Each has a process of the grader and one or more of the server; a machine for more is asked for by nobody.
const MOST_JOBS: i64 = 256;

/// Grades the class and tells of it.
pub(super) fn run(args: &RosterArgs) -> anyhow::Result<Exit> {
    let defaults = Defaults {
        suite: args.suite.clone(),
        dialect: args.dialect.clone(),
        exec: args.exec.clone(),
        build: args.build.clone(),
    };
    let table = match Table::read(&args.roster, &defaults) {
        Ok(table) => table,
        Err(problems) => {
            faults(problems);
            return Ok(Exit::Usage);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let done = runtime.block_on(async {
        let orders = args.orders().await?;
        let plan = match Plan::new(table, orders) {
            Ok(plan) => plan,
            Err(error @ PlanError::Suite(_)) => {
                faults(error);
                return Ok(Exit::Usage);
            }
            Err(error @ PlanError::Unwritable { .. }) => return Err(error.into()),
        };
        args.grade(&plan).await
    });
    runtime.shutdown_background();
    done
}

impl RosterArgs {
    async fn orders(&self) -> anyhow::Result<Orders> {
        let program = program()?;
        let network = match self.terms.isolation() {
            Isolation::Auto if has_own_networks(&program).await => Network::Own,
            Isolation::Auto | Isolation::Off => Network::Shared,
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Orders {
            program,
            out: self.out.clone(),
            words: self.words(),
            language: self.language(),
            title: self.title.clone(),
            // Most of the time that a wrong server takes is spent waiting for it.
            jobs: self.jobs.map_or(4 * processors + 4, usize::from),
            patience: self.timeout_each,
            network,
            earlier: if self.again { Earlier::GradedAgain } else { Earlier::Kept },
        })
    }

    fn language(&self) -> Language {
        self.lang.unwrap_or_else(locale_language)
    }

    /// The options that are handed to every student's run.
    fn words(&self) -> Vec<String> {
        let mut words = self.terms.words();
        let mut option = |name: &str, value: String| words.extend([format!("--{name}"), value]);
        self.only.iter().for_each(|pattern| option("only", pattern.to_string()));
        self.skip.iter().for_each(|pattern| option("skip", pattern.to_string()));
        if self.level == Levels::Must {
            option("level", "must".to_owned());
        }
        if let Some(timeout) = self.timeout {
            option("timeout", timeout.as_secs_f64().to_string());
        }
        words
    }

    async fn grade(&self, plan: &Plan) -> anyhow::Result<Exit> {
        let mut telling = Telling::new(plan.students(), self.language());
        telling.begin(plan);
        let outcome = grade(plan, interrupt(), |event| telling.on(&event)).await;
        telling.end();
        let outcome = outcome?;
        telling.sum_up(&outcome);
        telling.say(&plan.path("index.html").display().to_string());
        let has_grade = |record: &Record| record.state == State::Graded;
        Ok(match outcome.interrupted {
            true => Exit::Interrupted,
            false if outcome.register.students.iter().all(has_grade) => Exit::Passed,
            false => Exit::Internal,
        })
    }
}

/// This program, to be called once more.
fn program() -> anyhow::Result<PathBuf> {
    // Not by its name where that can be avoided: the file may be replaced while we run.
    let by_process = PathBuf::from("/proc/self/exe");
    if by_process.exists() {
        Ok(by_process)
    } else {
        std::env::current_exe().context("cannot find this program")
    }
}

fn whole_seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (1..=86400).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        Ok(_) | Err(_) => Err("a number of seconds from 1 to 86400".to_owned()),
    }
}
