//! From files to a suite.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Suite;
use super::check::{Checker, Names};
use super::compile::{Named, compile_chapters, exchange_steps};
use super::embedded::Kind;
use super::foreign;
use super::problem::Problems;
use super::source::Source;
use crate::dialect::{Dialect, HELD_OPERANDS};
use crate::format::{self, Exchange, Note};
use crate::spelling::hint;

/// Loads a suite: one that is built in, by its name, or a file.
///
/// # Errors
/// Everything that is wrong in its files.
pub fn load(name_or_file: &str) -> Result<Suite, Problems> {
    load_with(name_or_file, BTreeMap::new())
}

/// Loads a suite, with some of the files that are built in replaced by these texts, or added to: `calc/framing.json`.
///
/// # Errors
/// Everything that is wrong in its files.
pub fn load_with(name_or_file: &str, texts: BTreeMap<String, String>) -> Result<Suite, Problems> {
    load_source(&Source::suite(name_or_file, texts)?, None)
}

/// Loads a suite to be spoken in another dialect than its own: one that is built in, by its name, or a file. What the
/// dialect cannot express is `n/a`.
///
/// # Errors
/// Everything that is wrong in the files of either, and a dialect that cannot even express the suite's preflight.
pub fn load_in_dialect(name_or_file: &str, dialect: &str) -> Result<Suite, Problems> {
    let dialect = Source::dialect(dialect)?;
    load_source(&Source::suite(name_or_file, BTreeMap::new())?, Some(&dialect))
}

/// Loads a dialect alone: one that is built in, by its name, or a file.
///
/// # Errors
/// Everything that is wrong in its file.
pub fn load_dialect(name_or_file: &str) -> Result<Dialect, Problems> {
    compile_dialect(&Source::dialect(name_or_file)?)
}

/// Every name in the suite is checked against the suite's own dialect; then its cases are put into the words of the dialect
/// that the server speaks.
pub(super) fn load_source(source: &Source, foreign: Option<&Source>) -> Result<Suite, Problems> {
    let file: format::Suite = source.read()?;
    let mut problems = Problems::default();
    let name = source.name();
    let dialect = match source.named(Kind::Dialect, &file.dialect) {
        Ok(dialect) => compile_dialect(&dialect).map(Dialect::made_the_suites_own),
        Err(fault) => {
            problems.push(&name, "dialect", fault);
            Err(Problems::default())
        }
    };
    let notes = read_notes(source, &file.notes, &mut problems);
    let chapters = read_chapters(source, &file, &mut problems);
    let dialect = match dialect {
        Ok(dialect) => dialect,
        Err(more) => {
            problems.0.extend(more.0);
            return Err(problems);
        }
    };
    let requirements = unique(&name, "requirements", file.requirements.clone(), |r| &r.id, &mut problems);
    let cases: Vec<String> = chapters.iter().flat_map(|(_, chapter)| chapter.ids()).collect();
    let names = Names {
        breakable: requirements.keys().chain(&cases).map(String::as_str).collect(),
        dialect: &dialect,
        requirements: requirements.keys().map(String::as_str).collect(),
        facts: file.facts.iter().map(String::as_str).collect(),
        offers: file.offers.keys().map(String::as_str).collect(),
        notes: notes.keys().map(String::as_str).collect(),
    };
    check_suite(&name, &file, &names, &mut problems);
    check_notes(&name, &notes, &names, &mut problems);
    if source.is_built_in() || file.dialect.ends_with(".json") {
        check_facts(&name, &dialect, &file.facts, &mut problems);
    }
    let foreign = match foreign {
        None => None,
        Some(other) => {
            let foreign = foreign_dialect(other, &file, &dialect.id, &mut problems)?;
            // A dialect may be for several suites; only of those that are built in is it known that they are complete.
            if source.is_built_in() {
                check_facts(&other.name(), &foreign, &file.facts, &mut problems);
                check_codes(&other.name(), &foreign, &dialect, &mut problems);
                check_relaxations(other, &names, &mut problems);
            }
            Some(foreign)
        }
    };
    let spoken = foreign.as_ref().unwrap_or(&dialect);
    let chapters = compile_chapters(chapters, &names, spoken, file.swapped.as_deref(), &mut problems);
    drop(names);
    let can_be_said = |entry: &Exchange| exchange_steps(std::slice::from_ref(entry), spoken).is_ok();
    let fence = file.fence.into_iter().filter(can_be_said).collect();
    let native = dialect.id.clone();
    let (dialect, wrong, notes) = match foreign {
        None => (dialect, file.wrong, notes),
        Some(spoken) if spoken.is_foreign_to(&native) => {
            let wrong = foreign::diagnoses(file.wrong, &spoken);
            let notes = notes.into_iter().map(|(id, note)| (id, note.of_another_protocol()));
            (spoken, wrong, notes.collect())
        }
        Some(variant) => (variant, file.wrong, notes),
    };
    problems.or(Suite {
        id: file.id,
        title: file.title,
        document: file.document,
        dialect: Arc::new(dialect.with_usual_deviations(&file.usual)),
        native,
        chapters,
        requirements,
        notes,
        grading: file.grading,
        preflight: file.preflight,
        fence,
        offers: file.offers,
        wrong,
    })
}

/// A dialect that is not the suite's own, which has to be able to say at least the preflight.
fn foreign_dialect(
    source: &Source,
    suite: &format::Suite,
    native: &str,
    problems: &mut Problems,
) -> Result<Dialect, Problems> {
    let mut dialect = compile_dialect(source)?;
    if !dialect.is_foreign_to(native) {
        dialect = dialect.made_the_suites_own();
    }
    if let Some(other) = dialect.variant_of.as_deref().filter(|other| *other != native) {
        let fault = format!("the suite `{}` is written for `{native}`, and not for `{other}`", suite.id);
        problems.push(&source.name(), "variant_of", fault + &hint(other, [native]));
    }
    if let Err(what) = exchange_steps(&suite.preflight, &dialect) {
        let fault = format!(
            "the first calculation of the suite `{}` cannot be expressed: {what} (`--suite` names another suite)",
            suite.id
        );
        problems.push(&source.name(), "messages", fault);
    }
    Ok(dialect)
}

/// A typo in a fact would make cases `n/a` in silence. A small suite need not list facts that it never asks for, and what
/// a dialect that is built in has is not for somebody else's suite to know.
fn check_facts(file: &str, dialect: &Dialect, known: &BTreeSet<String>, problems: &mut Problems) {
    let is_unknown = |fact: &&String| *fact != HELD_OPERANDS && !known.is_empty() && !known.contains(*fact);
    for fact in dialect.facts.iter().filter(is_unknown) {
        let hint = hint(fact, known.iter().map(String::as_str));
        problems.push(file, "facts", format!("the dialect's fact `{fact}` is not among the suite's{hint}"));
    }
}

/// A typo in the name of a code would make cases `n/a` too.
fn check_codes(file: &str, dialect: &Dialect, native: &Dialect, problems: &mut Problems) {
    let known: Vec<&str> = native.code_names().collect();
    for code in dialect.code_names().filter(|code| !known.is_empty() && !known.contains(code)) {
        let hint = hint(code, known.iter().copied());
        problems.push(file, format!("codes.{code}"), format!("the suite has no code `{code}`{hint}"));
    }
}

/// A relaxation that breaks nothing would cost nothing.
fn check_relaxations(source: &Source, names: &Names<'_>, problems: &mut Problems) {
    // Whether it can be read at all is said elsewhere.
    let Ok(dialect) = source.read::<format::Dialect>() else { return };
    let file = source.name();
    let mut checker = Checker::new(names, &file, problems);
    for (index, relaxation) in dialect.relaxations.iter().enumerate() {
        checker.relaxation(&format!("relaxations[{index}]"), relaxation);
    }
}

pub(super) fn compile_dialect(source: &Source) -> Result<Dialect, Problems> {
    let file: format::Dialect = source.read()?;
    Dialect::compile(&file).map_err(|faults| {
        let mut problems = Problems::default();
        faults.into_iter().for_each(|(place, fault)| problems.push(&source.name(), place, fault));
        problems
    })
}

fn read_notes(suite: &Source, names: &[String], problems: &mut Problems) -> BTreeMap<String, Note> {
    let mut notes = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        let source = match suite.named(Kind::Notes, name) {
            Ok(source) => source,
            Err(fault) => {
                problems.push(&suite.name(), format!("notes[{index}]"), fault);
                continue;
            }
        };
        match source.read::<format::Notes>() {
            Ok(mut file) => {
                if source.is_built_in() && !suite.is_built_in() {
                    // They know another suite's requirements.
                    file.notes.iter_mut().for_each(|note| note.violates = None);
                }
                notes.append(&mut unique(&source.name(), "notes", file.notes, |note| &note.id, problems))
            }
            Err(problem) => problems.0.push(problem),
        }
    }
    notes
}

fn check_notes(name: &str, notes: &BTreeMap<String, Note>, names: &Names<'_>, problems: &mut Problems) {
    for (id, requirement) in notes.values().filter_map(|note| Some((&note.id, note.violates.as_ref()?))) {
        if !names.requirements.contains(requirement.as_str()) {
            let hint = hint(requirement, names.requirements.iter().copied());
            let fault = format!("no requirement is called `{requirement}`{hint}");
            problems.push(name, format!("the note `{id}`: violates"), fault);
        }
    }
}

/// The chapters with the names of their files; the suite's own cases are one more.
fn read_chapters(source: &Source, file: &format::Suite, problems: &mut Problems) -> Vec<(String, Named)> {
    let mut chapters = Vec::new();
    for name in &file.chapters {
        let source = source.beside(name);
        match source.read::<format::Chapter>() {
            Ok(chapter) => chapters.push((source.name(), Named::Chapter(chapter))),
            Err(problem) => problems.0.push(problem),
        }
    }
    if !file.cases.is_empty() {
        let (id, title, cases) = (file.id.clone(), file.title.clone(), file.cases.clone());
        let chapter = format::Chapter { schema: format::SchemaKey::default(), id, title, cases };
        chapters.push((source.name(), Named::Suite(chapter)));
    }
    chapters
}

fn check_suite(name: &str, file: &format::Suite, names: &Names<'_>, problems: &mut Problems) {
    if !(0.0..=1.0).contains(&file.grading.should_weight) {
        problems.push(name, "grading.should_weight", "a weight lies between 0 and 1");
    }
    let mut checker = Checker::new(names, name, problems);
    checker.exchange("preflight", &file.preflight);
    checker.exchange("fence", &file.fence);
    file.offers.iter().for_each(|(name, exchange)| checker.exchange(&format!("offers.{name}"), exchange));
    checker.wrongs("wrong", &file.wrong);
    if let Some(note) = &file.swapped {
        checker.note("swapped", note);
    }
    for (usual, cost) in &file.usual {
        checker.cost(&format!("usual.{}", usual.id()), cost);
    }
}

/// Things by their id, which has to be unique.
fn unique<T>(
    file: &str,
    list: &str,
    things: Vec<T>,
    id: fn(&T) -> &String,
    problems: &mut Problems,
) -> BTreeMap<String, T> {
    let mut by_id = BTreeMap::new();
    for (index, thing) in things.into_iter().enumerate() {
        let key = id(&thing).clone();
        if by_id.insert(key.clone(), thing).is_some() {
            problems.push(file, format!("{list}[{index}].id"), format!("`{key}` is there twice"));
        }
    }
    by_id
}
