//! The main job: one run, and what is told of it while it lasts.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

use super::args::GradeArgs;
use super::complain;
use super::exit::Exit;
use super::progress::Progress;
use crate::connection::Target;
use crate::report::{Detail, Files, Place, Terminal};
use crate::run::{Options, grade};
use crate::selection::Selection;
use crate::suite::Suite;

/// Grades the target and tells of it on the terminal and in files.
pub(super) fn run(
    suite: &Suite,
    target: &Target,
    args: &GradeArgs,
    selection: Selection,
) -> anyhow::Result<Exit> {
    let (language, again) = (args.language(), args.again(target));
    let mut files = match Files::new(&args.report, suite, target, language, again.clone()) {
        Ok(files) => files,
        Err(error) => {
            complain(&error.to_string());
            return Ok(Exit::Usage);
        }
    };
    let detail = if args.failures { Detail::Failures } else { Detail::All };
    let mut terminal = Terminal::new(terminal_stream(args), suite, language, again).showing(detail);
    let mut told = Ok(());
    let progress = Progress::new(suite.cases().filter(|case| selection.includes(case)).count());
    let options = Options { selection, timeout: args.timeout };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let report = runtime.block_on(grade(suite, target, &options, interrupt(), |event| {
        progress.around(&event, || {
            files.on(&event);
            if told.is_ok() {
                told = terminal.on(&event);
            }
        });
    }));
    // Names are resolved on a thread that cannot be stopped, and that nobody waits for any more.
    runtime.shutdown_background();
    let failures: Vec<_> = files.failures().collect();
    failures.iter().for_each(|failure| complain(&failure.to_string()));
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the report")
        }
        Ok(()) | Err(_) if !failures.is_empty() => Ok(Exit::Internal),
        Ok(()) | Err(_) => Ok(Exit::of(&report, args)),
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

/// Ready when the user wants no more.
pub(super) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
