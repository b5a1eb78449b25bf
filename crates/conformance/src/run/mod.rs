//! One run: the preflight, then case after case, each with its verdict, as long as there is a server to grade.

mod health;
mod judge;
mod patience;
mod preflight;
mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use patience::Patience;
pub use preflight::{Preflight, Standing};
pub use report::{CaseResult, Completion, Report};
use tokio::time::Instant;

use crate::capture::Tap;
use crate::connection::Target;
use crate::format::Relaxation;
use crate::replay::Terms;
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
    /// What records the run, if anything does.
    pub tap: Tap,
}

impl Options {
    /// Longer than any server takes for one reply, even on a busy machine.
    pub const TIMEOUT: Duration = Duration::from_secs(2);
}

impl Default for Options {
    fn default() -> Self {
        Self { selection: Selection::default(), timeout: Self::TIMEOUT, tap: Tap::default() }
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

/// Grades a server. `stop` ends the run early; what was graded by then is reported.
pub async fn grade(
    suite: &Suite,
    target: &Target,
    options: &Options,
    stop: impl Future<Output = ()>,
    mut events: impl FnMut(Event<'_>),
) -> Report {
    events(Event::Started { suite, target });
    let mut run = Run::new(suite, options);
    let completion = tokio::select! {
        () = run.go(target, &mut events) => Completion::Complete,
        () = stop => Completion::Interrupted,
    };
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
    preflight: Option<Preflight>,
    terms: Option<Terms>,
    relaxation: Option<&'a Relaxation>,
    patience: Patience,
    gone: Option<Blocker>,
    deadline: Option<Instant>,
    offers: BTreeMap<String, Offer>,
    goodbye_ignored: bool,
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
            preflight: None,
            terms: None,
            relaxation: None,
            patience: Patience::new(options.timeout),
            gone: None,
            deadline: None,
            offers: BTreeMap::new(),
            goodbye_ignored: false,
            results: Vec::new(),
        }
    }

    async fn go(&mut self, target: &Target, events: &mut impl FnMut(Event<'_>)) {
        let preflight = self.fly(target).await;
        events(Event::Preflight(self.preflight.insert(preflight)));
        let suite = self.suite;
        for chapter in &suite.chapters {
            let selected: Vec<&Case> =
                chapter.cases.iter().filter(|case| self.options.selection.includes(case)).collect();
            if !selected.is_empty() {
                events(Event::Chapter(chapter));
            }
            for case in selected {
                let result = self.judge(&chapter.id, case).await;
                self.results.push(result);
                events(Event::Case(&self.results[self.results.len() - 1]));
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
        Report {
            preflight: self.preflight,
            results: self.results,
            selected: selected.len(),
            completion,
            grading: self.suite.grading,
        }
    }
}
