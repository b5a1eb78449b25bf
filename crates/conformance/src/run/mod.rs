//! One run: the preflight, then case after case, each with its verdict, as long as there is a server to grade.

mod ahead;
mod attend;
mod health;
mod hold;
mod judge;
mod patience;
mod preflight;
mod relax;
mod report;
mod subject;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use patience::Patience;
pub use preflight::{Preflight, Standing};
pub use report::{CaseResult, Completion, Report};
use subject::Launched;
pub use subject::Subject;
use tokio::time::Instant;

use crate::capture::Tap;
use crate::connection::Target;
use crate::format::Relaxation;
use crate::grade::Credit;
use crate::launch::StartFailure;
use crate::replay::{Held, Terms};
use crate::selection::Selection;
use crate::suite::{Case, Chapter, Suite};
use crate::verdict::Blocker;

/// How a run is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which cases.
    pub selection: Selection,
    /// The longest time that a reply is waited for.
    pub timeout: Duration,
    /// How many cases may be played at the same time; without it one, or several if the server is slow.
    pub jobs: Option<u16>,
    /// The time after whose end no case begins, counted from the beginning of the run.
    pub budget: Option<Duration>,
    /// What records the run, if anything does.
    pub tap: Tap,
}

impl Options {
    /// Longer than any server takes for one reply, even on a busy machine.
    pub const TIMEOUT: Duration = Duration::from_secs(2);
}

impl Default for Options {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            timeout: Self::TIMEOUT,
            jobs: None,
            budget: None,
            tap: Tap::default(),
        }
    }
}

/// What happens in a run, in order. Reporters are written against this.
#[derive(Debug)]
pub enum Event<'a> {
    /// It begins.
    Started {
        /// The suite.
        suite: &'a Suite,
        /// Where the server is.
        target: &'a Target,
    },
    /// The preflight is over.
    Preflight(&'a Preflight),
    /// A chapter begins, of which at least one case is selected.
    Chapter(&'a Chapter),
    /// A case has its verdict.
    Case(&'a CaseResult),
    /// It is over.
    Finished(&'a Report),
}

/// Grades a server, which is started if it has to be. `stop` ends the run early; what was graded by then is reported.
pub async fn grade<'a>(
    suite: &'a Suite,
    subject: impl Into<Subject<'a>>,
    options: &'a Options,
    stop: impl Future<Output = ()>,
    mut events: impl FnMut(Event<'_>),
) -> Report {
    let subject = subject.into();
    let mut run = Run::new(suite, options);
    tokio::pin!(stop);
    let found = tokio::select! {
        found = run.find(subject) => Some(found),
        () = &mut stop => None,
    };
    let target = match &found {
        Some(Ok(target)) => target.clone(),
        Some(Err(_)) | None => subject.target(),
    };
    events(Event::Started { suite, target: &target });
    let completion = match found {
        None => Completion::Interrupted,
        Some(found) => tokio::select! {
            () = run.go(found, &mut events) => Completion::Complete,
            () = &mut stop => Completion::Interrupted,
        },
    };
    // Of a run that is complete, none is left.
    while let Some(result) = run.settled_ahead() {
        run.results.push(result);
        events(Event::Case(&run.results[run.results.len() - 1]));
    }
    let report = run.report(completion);
    events(Event::Finished(&report));
    report
}

/// Grades a server from a thread that does nothing else.
///
/// # Errors
/// The system gives no runtime.
pub fn grade_blocking(suite: &Suite, target: &Target, options: &Options) -> std::io::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(grade(suite, target, options, std::future::pending(), |_| {})))
}

/// The state of a run.
struct Run<'a> {
    suite: &'a Suite,
    options: &'a Options,
    /// The server, if it is ours.
    launched: Option<Launched<'a>>,
    /// How often it went mute.
    silences: u32,
    /// Whether it is one that ends when its first client has gone, and is therefore started for each case.
    ends_with_its_client: bool,
    /// Its one client, where the case before has left the connection in order.
    held: Option<Held>,
    /// How often it ended by itself, where it should not have.
    deaths: u32,
    preflight: Option<Preflight>,
    terms: Option<Terms>,
    /// The deviations under which the server is graded.
    relaxations: Vec<&'a Relaxation>,
    patience: Patience,
    gone: Option<Blocker>,
    deadline: Option<Instant>,
    /// When the time is over that the run was given.
    end: Option<Instant>,
    offers: BTreeMap<String, Offer>,
    goodbye_ignored: bool,
    jobs: Option<u16>,
    /// How often a case failed only because others were played beside it.
    disturbances: u32,
    ahead: ahead::Ahead,
    results: Vec<CaseResult>,
}

/// Whether the server has something to offer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Offer {
    Made,
    Withheld,
}

impl<'a> Run<'a> {
    fn new(suite: &'a Suite, options: &'a Options) -> Self {
        Self {
            suite,
            options,
            launched: None,
            silences: 0,
            ends_with_its_client: false,
            held: None,
            deaths: 0,
            preflight: None,
            terms: None,
            relaxations: Vec::new(),
            patience: Patience::new(options.timeout),
            gone: None,
            deadline: None,
            end: options.budget.map(|budget| Instant::now() + budget),
            offers: BTreeMap::new(),
            goodbye_ignored: false,
            jobs: options.jobs,
            disturbances: 0,
            ahead: ahead::Ahead::new(),
            results: Vec::new(),
        }
    }

    /// Where the server is, once it runs.
    async fn find(&mut self, subject: Subject<'a>) -> Result<Target, StartFailure> {
        match subject {
            Subject::At(target) => Ok(target.clone()),
            Subject::Launched(launcher) => {
                let launched = self.launched.insert(Launched::new(launcher, self.suite.dialect.transport));
                launched.first_start().await.map(|server| server.address().into())
            }
        }
    }

    async fn go(&mut self, found: Result<Target, StartFailure>, events: &mut impl FnMut(Event<'_>)) {
        let preflight = match found {
            Ok(target) => self.fly(&target).await,
            Err(failure) => self.not_started(failure),
        };
        let preflight = self.attend_preflight(preflight).await;
        events(Event::Preflight(self.preflight.insert(preflight)));
        let suite = self.suite;
        for chapter in &suite.chapters {
            let selected: Vec<&Case> =
                chapter.cases.iter().filter(|case| self.options.selection.includes(case)).collect();
            if !selected.is_empty() {
                events(Event::Chapter(chapter));
            }
            if self.is_slow() {
                self.play_ahead(&selected).await;
            }
            for rows in selected.chunk_by(|one, next| one.stem() == next.stem()) {
                for (index, case) in rows.iter().enumerate() {
                    let result = self.judge(&chapter.id, case).await;
                    let is_passed = result.verdict.credit() == Credit::Full;
                    self.results.push(result);
                    events(Event::Case(&self.results[self.results.len() - 1]));
                    if index == 0 && self.jobs.is_some() && is_passed {
                        self.play_ahead(&rows[1..]).await;
                    }
                }
            }
        }
    }

    /// The terms with the times that have been learned by now.
    fn adapted(&self, terms: &Terms) -> Terms {
        // A server that has ignored one goodbye will ignore them all.
        let politeness = if self.goodbye_ignored { Duration::ZERO } else { self.patience.for_a_goodbye() };
        Terms { patience: self.patience.now(), politeness, ..terms.clone() }
    }

    fn report(self, completion: Completion) -> Report {
        let selected = self.suite.cases().filter(|case| self.options.selection.includes(case));
        let mut selected: Vec<&str> = selected.map(Case::stem).collect();
        selected.dedup();
        let report = Report {
            preflight: self.preflight,
            results: self.results,
            selected: selected.len(),
            completion,
            grading: self.suite.grading,
        };
        match (completion, report.out_of_time()) {
            (Completion::Complete, late @ 1..) => {
                Report { completion: Completion::OutOfTime(late), ..report }
            }
            (Completion::Complete | Completion::Interrupted | Completion::OutOfTime(_), _) => report,
        }
    }

    /// Whether no further case may begin.
    fn is_out_of_time(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }
}
