//! One student graded by a process of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::watch;

use super::plan::{Job, Orders, STUDENTS};
use crate::report::document::Document;

/// How an attempt ended.
pub(super) enum Ended {
    /// There is a report, though it may be of a run that had to be ended.
    Reported(Box<Document>),
    /// There is none.
    Failed(String),
    /// Nobody wants it any more.
    Interrupted,
}

/// A run that is told to end kills its server, which takes milliseconds, and writes its reports.
const GRACE: Duration = Duration::from_secs(15);

/// Nobody reads more of a complaint.
const MOST_COMPLAINT: usize = 400;

/// Grades a student. The reports of an earlier run are replaced when there are new ones, and not before.
pub(super) async fn attempt(job: &Job, orders: &Orders, stop: &mut watch::Receiver<bool>) -> Ended {
    let drafts = Drafts::new(job, orders);
    let output = match run(job, orders, &drafts, stop).await {
        Ok(output) => output,
        Err(error) => return Ended::Failed(format!("the grader cannot be started: {error}")),
    };
    if *stop.borrow() {
        return Ended::Interrupted;
    }
    let read = drafts.read().and_then(|document| drafts.publish().map(|()| document));
    match (read, output) {
        (Ok(document), _) => Ended::Reported(Box::new(document)),
        (Err(_), None) => {
            Ended::Failed(format!("nothing was reported in {} s", orders.patience.as_secs_f64()))
        }
        (Err(error), Some(output)) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said: String = said.trim().chars().take(MOST_COMPLAINT).collect();
            let why = if said.is_empty() { error.to_string() } else { said };
            Ended::Failed(format!("the grader failed ({}): {why}", output.status))
        }
    }
}

/// Runs the program, for as long as it may take; `None`, if it had to be killed.
async fn run(
    job: &Job,
    orders: &Orders,
    drafts: &Drafts,
    stop: &mut watch::Receiver<bool>,
) -> io::Result<Option<Output>> {
    let mut command = Command::new(&orders.program);
    command.args(&job.words).args(drafts.orders()).args([
        "--color",
        "never",
        "--exit-zero",
        "--until-stdin-ends",
    ]);
    if let Some(directory) = &job.directory {
        command.current_dir(directory);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    // An interrupt at the terminal is for us, who then end the others in order.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    let mut output = pin!(child.wait_with_output());
    tokio::select! {
        output = &mut output => return output.map(Some),
        () = tokio::time::sleep(orders.patience) => {}
        // Without a sender nobody wants it either.
        _ = stop.wait_for(|stop| *stop) => {}
    }
    drop(stdin);
    tokio::time::timeout(GRACE, output).await.ok().transpose()
}

/// The reports of a run that is not over.
struct Drafts {
    directory: PathBuf,
    id: String,
}

const KINDS: [&str; 2] = ["html", "json"];

impl Drafts {
    fn new(job: &Job, orders: &Orders) -> Self {
        let out = std::path::absolute(&orders.out).unwrap_or_else(|_| orders.out.clone());
        Self { directory: out.join(STUDENTS), id: job.student.id.clone() }
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.directory.join(format!(".{}.{kind}", self.id))
    }

    fn orders(&self) -> impl Iterator<Item = String> {
        KINDS.into_iter().map(|kind| format!("--report={kind}={}", self.path(kind).display()))
    }

    fn read(&self) -> io::Result<Document> {
        Ok(serde_json::from_slice(&fs::read(self.path("json"))?)?)
    }

    /// Gives the reports their names.
    fn publish(&self) -> io::Result<()> {
        KINDS
            .into_iter()
            .try_for_each(|kind| fs::rename(self.path(kind), published(&self.directory, &self.id, kind)))
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        // Those that have their names are not there any more.
        KINDS.into_iter().for_each(|kind| drop(fs::remove_file(self.path(kind))));
    }
}

/// Where a student's report is.
pub(super) fn published(directory: &Path, id: &str, kind: &str) -> PathBuf {
    directory.join(format!("{id}.{kind}"))
}

/// Whether a student's reports are there.
pub(super) fn are_published(orders: &Orders, id: &str) -> bool {
    KINDS.into_iter().all(|kind| published(&orders.out.join(STUDENTS), id, kind).is_file())
}
