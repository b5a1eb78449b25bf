//! One file by itself: whether it is right, and what it is good for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::load::{compile_dialect, load_source};
use super::problem::Problems;
use super::source::Source;
use super::{Case, Script};
use crate::format;

/// How much of a suite can be expressed in a dialect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expressible {
    /// The suite.
    pub suite: String,
    /// So many cases apply.
    pub cases: usize,
    /// Of so many.
    pub of: usize,
}

/// Checks one file of a suite: the suite itself with all that it names, a dialect, or notes. A file of cases is
/// checked as a part of the suite beside it, and a dialect against `suite`: one that is built in, by its name, or a file.
///
/// # Errors
/// Everything that is wrong in it.
pub fn check_file(path: &str, suite: &str) -> Result<Option<Expressible>, Problems> {
    let source = Source::Disk(path.into());
    let value: Value = source.read()?;
    let has = |key: &str| value.get(key).is_some();
    if has("framing") {
        return check_dialect(&source, suite).map(Some);
    } else if has("preflight") || has("chapters") || has("dialect") {
        load_source(&source, None).map(drop)
    } else if has("cases") {
        source.read::<format::Chapter>()?;
        load_source(&source.beside("suite.json"), None).map(drop)
    } else if has("notes") {
        source.read::<format::Notes>().map(drop).map_err(Problems::from)
    } else {
        let kinds =
            "a suite has `preflight`, a file of cases `cases`, a dialect `framing`, and notes `notes`";
        let mut problems = Problems::default();
        problems.push(&source.name(), "", format!("no field says what it is: {kinds}"));
        Err(problems)
    }
    .map(|()| None)
}

/// Checks a dialect, also for what is no fault of its own but would make cases of the suite `n/a` or meaningless.
fn check_dialect(source: &Source, suite: &str) -> Result<Expressible, Problems> {
    let dialect = compile_dialect(source)?;
    let mut problems = Problems::default();
    dialect.ambiguities().into_iter().for_each(|(place, fault)| problems.push(&source.name(), place, fault));
    let suite = match load_source(&Source::suite(suite, BTreeMap::new())?, Some(source)) {
        Ok(suite) => suite,
        Err(more) => {
            problems.0.extend(more.0);
            return Err(problems);
        }
    };
    let applies = |case: &&Case| {
        matches!(case.script, Script::Steps(_)) && case.needs.iter().all(|fact| suite.facts().contains(fact))
    };
    // Rows are of one case: so the reports count, too.
    let all: BTreeSet<&str> = suite.cases().map(Case::stem).collect();
    let expressible: BTreeSet<&str> = suite.cases().filter(applies).map(Case::stem).collect();
    let (cases, of) = (expressible.len(), all.len());
    problems.or(Expressible { suite: suite.id.clone(), cases, of })
}
