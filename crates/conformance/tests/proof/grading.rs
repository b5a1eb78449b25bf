//! Grading servers in this process, several at a time.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

use calc_conformance::run::{CaseResult, Options, Preflight, Report, Standing, grade_blocking};
use calc_conformance::selection::{Pattern, Selection};
use calc_conformance::suite::{self, Suite};
use calc_conformance::verdict::Verdict;

/// The suite under proof.
pub(crate) static SUITE: LazyLock<Suite> = LazyLock::new(|| match suite::load("calc") {
    Ok(suite) => suite,
    Err(problems) => panic!("{problems}"),
});

/// How many servers are graded at the same time: most of the time goes in waiting.
const AT_ONCE: usize = 16;

/// Grades the server at an address by the whole suite.
pub(crate) fn grade(address: SocketAddr) -> Report {
    grade_selected(address, &SUITE, Selection::default())
}

/// Grades it by some cases of a suite.
pub(crate) fn grade_selected(address: SocketAddr, suite: &Suite, selection: Selection) -> Report {
    grade_with(address, suite, &Options { selection, ..Options::default() })
}

/// Grades it with options of one's own.
pub(crate) fn grade_with(address: SocketAddr, suite: &Suite, options: &Options) -> Report {
    let target = address.to_string().parse().expect("a socket address is a target");
    grade_blocking(suite, &target, options).expect("the system gives a runtime")
}

/// The grade out of 100.
pub(crate) fn score(report: &Report) -> f64 {
    report.grade().out_of_100().expect("there were cases to grade")
}

/// The selection of the cases with these ids.
pub(crate) fn only(ids: impl IntoIterator<Item = String>) -> Selection {
    let Ok(only) = ids.into_iter().map(|id| id.parse::<Pattern>()).collect();
    Selection { only, ..Selection::default() }
}

/// The cases that were not passed, one a line, with what happened; empty if all went well.
pub(crate) fn complaints<'r>(results: impl IntoIterator<Item = &'r CaseResult>) -> String {
    let flaws = results.into_iter().filter(|result| result.is_flaw());
    flaws.map(|result| format!("{}: {:?}\n", result.id, result.verdict)).collect()
}

/// The notes of a report.
pub(crate) fn notes(report: &Report) -> Vec<&str> {
    let preflight = report.preflight.as_ref().and_then(|Preflight { standing, .. }| match standing {
        Standing::Relaxed(relaxations) => {
            relaxations.iter().find_map(|relaxation| relaxation.note.as_deref())
        }
        Standing::Unsound(failure) => failure.note.as_deref(),
        Standing::Sound | Standing::Unreachable(_) | Standing::NotStarted(_) => None,
    });
    report.results.iter().filter_map(CaseResult::note).chain(preflight).collect()
}

/// Whether the server showed a fault in the case, rather than that the case was left out.
pub(crate) fn is_failed(result: &CaseResult) -> bool {
    matches!(result.verdict, Verdict::Fail(_))
}

/// Does something with each item, several at a time, and gives the outcomes in the order of the items.
pub(crate) fn for_each<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((index, item)) = nth(items, next.fetch_add(1, Ordering::SeqCst)) {
                    let outcome = act(item);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn nth<T>(items: &[T], index: usize) -> Option<(usize, &T)> {
    items.get(index).map(|item| (index, item))
}
