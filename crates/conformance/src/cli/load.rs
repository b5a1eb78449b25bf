//! `conformance load`: how many messages a server answers, and how fast.

use std::io::{self, Write};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget};
use serde::Serialize;

use super::args::locale_language;
use super::exit::Exit;
use super::grading::interrupt;
use super::screen::{complain, say};
use crate::connection::Target;
use crate::escape;
use crate::language::Language;
use crate::load::{
    Blame, Calculation, Extent, Monitor, Outcome, Pairs, Plan, Script, Spoken, Summary, make_room, run,
};
use crate::suite::load_dialect;

/// What `--help` says of the exit codes.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    every reply was the one that was due
  1    one was another
  2    the command line or the dialect is wrong
  3    the target cannot be reached, ended a connection or fell silent
  5    an error of the program's own, such as too few files or ports
  130  interrupted; what was measured by then has been reported";

#[derive(Args, Debug)]
pub(super) struct LoadArgs {
    /// The server: HOST:PORT or [IPV6]:PORT
    #[arg(long)]
    target: Target,
    /// The protocol that the server speaks: a dialect that is built in, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "calc-1", conflicts_with = "send")]
    dialect: String,
    /// What is calculated, with its result; repeatable: one after the other, again and again
    #[arg(long, value_name = "CALCULATION", default_value = "1 2 + = 3", conflicts_with = "send")]
    calculate: Vec<Calculation>,
    /// Send these octets instead, with \n, \r, \t, \\ and \x00 in them; repeatable, each with its --reply
    #[arg(long, value_name = "OCTETS", value_parser = octets, allow_hyphen_values = true, requires = "reply")]
    send: Vec<Octets>,
    /// The octets that are due for a --send
    #[arg(long, value_name = "OCTETS", value_parser = octets, allow_hyphen_values = true, requires = "send")]
    reply: Vec<Octets>,
    /// How many connections
    #[arg(long, short, default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// How many messages may be under way on each connection
    #[arg(long, short = 'P', default_value = "1", value_parser = clap::value_parser!(u64).range(1..))]
    pipeline: u64,
    /// How long to measure, in seconds
    #[arg(long, short, value_name = "SECONDS", default_value = "10", value_parser = positive)]
    duration: f64,
    /// Measure so many messages instead
    #[arg(long, short = 'n', conflicts_with = "duration", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// How long to warm up before, in seconds [default: 1, or 0 with --count]
    #[arg(long, short, value_name = "SECONDS", value_parser = not_negative)]
    warm_up: Option<f64>,
    /// Open loop: so many messages are due in a second, and latency counts from when they are due
    #[arg(long, value_name = "PER_SECOND", value_parser = positive)]
    rate: Option<f64>,
    /// Connect from this address of ours; repeatable: connections take turns
    #[arg(long, value_name = "ADDRESS")]
    source: Vec<IpAddr>,
    /// How many threads share the connections
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
    /// The longest time that a connection or a reply is waited for, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = positive)]
    timeout: f64,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The language of the report [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, value_enum)]
    lang: Option<Language>,
}

/// Octets as they are written on the command line.
#[derive(Clone, Debug)]
struct Octets(Vec<u8>);

/// What programs are told.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    dialect: Option<&'a str>,
    result: Option<&'a Summary>,
    fault: Option<FaultText>,
    interrupted: bool,
}

#[derive(Serialize)]
struct FaultText {
    kind: &'static str,
    text: String,
}

/// The version of the JSON document.
const VERSION: u32 = 1;

/// How often a person is told how far the load is.
const REFRESH: Duration = Duration::from_millis(200);

/// Puts a load on the target and tells what came of it.
pub(super) fn load(args: &LoadArgs) -> anyhow::Result<Exit> {
    let script = match script(args) {
        Ok(script) => script,
        Err(fault) => {
            complain(fault);
            return Ok(Exit::Usage);
        }
    };
    let plan = args.plan();
    if let Err(error) = make_room(plan.connections) {
        complain(error);
        return Ok(Exit::Internal);
    }
    let dialect = match &script {
        Script::Pairs(_) => None,
        Script::Spoken(spoken) => Some(spoken.dialect().to_owned()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let (outcome, interrupted) = runtime.block_on(watched(plan, script))?;
    runtime.shutdown_background();
    report(args, dialect.as_deref(), &outcome, interrupted)?;
    Ok(match outcome.fault.as_ref().map(|fault| fault.blame()) {
        None if interrupted => Exit::Interrupted,
        None => Exit::Passed,
        Some(Blame::Reply) => Exit::Failed,
        Some(Blame::Server) => Exit::Unreachable,
        Some(Blame::Ourselves) => Exit::Internal,
    })
}

fn script(args: &LoadArgs) -> Result<Script, String> {
    if !args.send.is_empty() {
        if args.send.len() != args.reply.len() {
            let (send, reply) = (args.send.len(), args.reply.len());
            return Err(format!("every --send has its --reply: here are {send} and {reply}"));
        }
        let pairs = args.send.iter().zip(&args.reply).map(|(send, reply)| (send.0.clone(), reply.0.clone()));
        return Pairs::new(pairs.collect()).map(Script::Pairs).map_err(|error| error.to_string());
    }
    let dialect = load_dialect(&args.dialect).map_err(|problems| problems.to_string())?;
    let spoken = Spoken::new(dialect, &args.calculate).map_err(|error| error.to_string())?;
    if args.pipeline > 1 && !spoken.can_pipeline() {
        return Err(format!(
            "the dialect `{}` has not the fact `pipelining`: leave -P at 1",
            spoken.dialect()
        ));
    }
    Ok(Script::Spoken(Box::new(spoken)))
}

/// Puts on the load, and meanwhile shows how far it is and listens for an interrupt.
async fn watched(plan: Plan, script: Script) -> anyhow::Result<(Outcome, bool)> {
    let monitor = Arc::new(Monitor::default());
    let bar = bar();
    let connections = plan.connections as u64;
    let worker = Arc::clone(&monitor);
    let mut load = tokio::task::spawn_blocking(move || run(&plan, &script, &worker));
    let mut refresh = tokio::time::interval(REFRESH);
    let (mut interrupt, mut interrupted) = (pin!(interrupt()), false);
    let outcome = loop {
        tokio::select! {
            outcome = &mut load => break outcome.context("the load broke off")?,
            () = &mut interrupt, if !interrupted => {
                interrupted = true;
                monitor.stop();
            }
            _ = refresh.tick(), if !bar.is_hidden() => show(&bar, &monitor, connections),
        }
    };
    bar.finish_and_clear();
    Ok((outcome, interrupted))
}

/// A line on the standard error, if that is a terminal, and else nothing.
fn bar() -> ProgressBar {
    let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    let on = if is_dumb { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    ProgressBar::with_draw_target(None, on)
}

fn show(bar: &ProgressBar, monitor: &Monitor, connections: u64) {
    bar.set_message(if monitor.opened() < connections {
        format!("{} / {}", HumanCount(monitor.opened()), HumanCount(connections))
    } else {
        HumanCount(monitor.replies()).to_string()
    });
    bar.tick();
}

fn report(
    args: &LoadArgs,
    dialect: Option<&str>,
    outcome: &Outcome,
    interrupted: bool,
) -> anyhow::Result<()> {
    let language = args.lang.unwrap_or_else(locale_language);
    let fault = outcome.fault.as_ref();
    if args.json {
        let fault = fault.map(|fault| FaultText { kind: fault.kind(), text: fault.text(language) });
        let result = outcome.summary.as_ref();
        let document = Document { version: VERSION, dialect, result, fault, interrupted };
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&document)?)?;
    } else if let Some(summary) = &outcome.summary {
        say(summary.text(language).trim_end_matches('\n'))?;
    }
    if let Some(fault) = fault {
        complain(fault.text(language));
    }
    Ok(())
}

impl LoadArgs {
    fn plan(&self) -> Plan {
        let usual = if self.count.is_some() { 0.0 } else { 1.0 };
        let warm_up = self.warm_up.unwrap_or(usual);
        Plan {
            target: self.target.clone(),
            sources: self.source.clone(),
            connections: usize::try_from(self.connections).unwrap_or(usize::MAX),
            depth: self.pipeline,
            rate: self.rate,
            warm_up: Duration::from_secs_f64(warm_up),
            extent: match self.count {
                Some(count) => Extent::Count(count),
                None => Extent::Time(Duration::from_secs_f64(self.duration)),
            },
            patience: Duration::from_secs_f64(self.timeout),
            threads: usize::from(self.threads),
        }
    }
}

fn octets(text: &str) -> Result<Octets, String> {
    escape::octets(text).map(Octets)
}

/// The longest time, and the highest rate, that mean anything.
const MOST: f64 = 1e9;

fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if number > 0.0 && number <= MOST => Ok(number),
        Ok(_) | Err(_) => Err("a number above 0 and up to 1000000000".to_owned()),
    }
}

fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.0..=MOST).contains(&number) => Ok(number),
        Ok(_) | Err(_) => Err("a number from 0 to 1000000000".to_owned()),
    }
}
