//! The main job: one run, and what is told of it while it lasts.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

use super::args::GradeArgs;
use super::exit::Exit;
use super::progress::Progress;
use super::screen::{Screen, complain};
use crate::capture::{Capture, Extent, Labels};
use crate::report::{Detail, Files, Place, Terminal};
use crate::run::{Options, Subject, grade};
use crate::selection::Selection;
use crate::suite::Suite;

/// Grades the target and tells of it on the terminal and in files.
pub(super) fn run(
    suite: &Suite,
    subject: Subject<'_>,
    args: &GradeArgs,
    selection: Selection,
) -> anyhow::Result<Exit> {
    let (language, again) = (args.language(), args.again());
    let target = &subject.target();
    let mut files = match Files::new(&args.report, suite, &selection, target, language, again.clone()) {
        Ok(files) => files,
        Err(error) => {
            complain(error);
            return Ok(Exit::Usage);
        }
    };
    if let Some(path) = args.pcap.as_deref().filter(|path| files.take(path)) {
        complain(format_args!("{} can take one report or the capture, not both", path.display()));
        return Ok(Exit::Usage);
    }
    let labels = Labels::new(suite, target, language);
    let capture = match args.pcap.as_deref().map(|path| Capture::create(path, &labels)).transpose() {
        Ok(capture) => capture,
        Err(error) => {
            complain(error);
            return Ok(Exit::Usage);
        }
    };
    let detail = if args.failures { Detail::Failures } else { Detail::All };
    let mut terminal =
        Terminal::new(Screen::new(terminal_stream(args)), suite, language, again).showing(detail);
    let mut told = Ok(());
    let tap = capture.as_ref().map(Capture::tap).unwrap_or_default();
    let progress = Progress::new(suite.cases().filter(|case| selection.includes(case)).count());
    let options = Options { selection, timeout: args.timeout, jobs: args.jobs, budget: args.budget, tap };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let report = runtime.block_on(grade(suite, subject, &options, stop(args), |event| {
        progress.around(&event, || {
            files.on(&event);
            if told.is_ok() {
                told = terminal.on(&event);
            }
        });
    }));
    // Names are resolved on a thread that cannot be stopped, and that nobody waits for any more.
    runtime.shutdown_background();
    let unwritten = files.failures().map(|failure| failure.to_string());
    let failures: Vec<String> = unwritten.chain(capture.and_then(finish)).collect();
    failures.iter().for_each(complain);
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the report")
        }
        Ok(()) | Err(_) if !failures.is_empty() => Ok(Exit::Internal),
        Ok(()) | Err(_) => Ok(Exit::of(&report, args)),
    }
}

/// Ends a capture, and says why it could not be written, if it could not.
fn finish(capture: Capture) -> Option<String> {
    match capture.finish() {
        Ok(Extent::Whole) => None,
        Ok(Extent::Cut(path)) => {
            complain(format_args!(
                "{} ends before the run does: a capture has at most 64 MiB",
                path.display()
            ));
            None
        }
        Err(error) => Some(error.to_string()),
    }
}

/// The standard output, or the standard error where a report of another kind has the standard output.
fn terminal_stream(args: &GradeArgs) -> AutoStream<Box<dyn Write>> {
    let is_taken = args.report.iter().any(|order| order.place == Place::Stdout);
    let (out, by_stream): (Box<dyn Write>, _) = if is_taken {
        (Box::new(io::stderr()), AutoStream::choice(&io::stderr()))
    } else {
        (Box::new(io::stdout()), AutoStream::choice(&io::stdout()))
    };
    let choice = match args.color.into() {
        ColorChoice::Auto => by_stream,
        chosen @ (ColorChoice::Always | ColorChoice::AlwaysAnsi | ColorChoice::Never) => chosen,
    };
    AutoStream::new(out, choice)
}

/// Ready when the user wants no more, or whoever started us.
async fn stop(args: &GradeArgs) {
    if args.until_stdin_ends {
        tokio::select! {
            () = interrupt() => {}
            () = stdin_ends() => {}
        }
    } else {
        interrupt().await;
    }
}

/// Ready when nobody can write to us any more.
async fn stdin_ends() {
    let (reading, ended) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        // A read that fails is the end as well.
        drop(io::copy(&mut io::stdin().lock(), &mut io::sink()));
        drop(reading);
    });
    drop(ended.await);
}

/// Ready at an interrupt or a termination.
pub(super) async fn interrupt() {
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
