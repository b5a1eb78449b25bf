//! A suite ready to run: every name in it means something, every case is spelled out in steps.

mod check;
mod compile;
mod embedded;
mod expand;
mod file;
mod fold;
mod foreign;
mod load;
mod problem;
mod source;
mod swapped;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use compile::exchange_steps;
pub(crate) use expand::NUMBER;
pub use file::{Expressible, check_file};
pub use load::{load, load_dialect, load_in_dialect, load_with};
pub use problem::{Problem, Problems};

use crate::dialect::Dialect;
use crate::format::{Exchange, Grading, Level, Note, Requirement, Step, Wrong};
use crate::language::{Language, Text};

/// A suite.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub id: String,
    /// What it tests, in a few words.
    pub title: Text,
    /// The document that its requirements stand in.
    pub document: Option<Text>,
    /// The dialect that the server speaks.
    pub dialect: Arc<Dialect>,
    /// The name of the dialect that the suite was written for, and its requirements with it.
    pub native: String,
    /// The cases, in the order in which they run.
    pub chapters: Vec<Chapter>,
    /// The requirements by id.
    pub requirements: BTreeMap<String, Requirement>,
    /// The notes by id.
    pub notes: BTreeMap<String, Note>,
    /// How cases become a grade.
    pub grading: Grading,
    /// Run first, on a connection of its own.
    pub preflight: Vec<Exchange>,
    /// Run wherever a case ends; without the entries that the dialect has no words for.
    pub fence: Vec<Exchange>,
    /// What a server may offer or not, and the exchange that shows it.
    pub offers: BTreeMap<String, Vec<Exchange>>,
    /// Diagnoses for all cases.
    pub wrong: Vec<Wrong>,
}

/// Cases that belong together.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// One case, spelled out.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, with its row's behind `#` where it is one of several.
    pub id: String,
    /// What is tested, in a few words.
    pub title: Text,
    /// The requirements that a failure violates.
    pub spec: Vec<String>,
    /// How binding that is.
    pub level: Level,
    /// What it is worth beside the others.
    pub points: u32,
    /// Words to select by.
    pub tags: Vec<String>,
    /// Cases without which this one says nothing.
    pub requires: Vec<String>,
    /// Facts that the dialect has to have.
    pub needs: Vec<String>,
    /// What the server has to offer.
    pub offers: Vec<String>,
    /// What is done and expected.
    pub script: Script,
    /// What is done at the end.
    pub control: Control,
    /// Diagnoses for all steps.
    pub wrong: Vec<Wrong>,
}

/// The script of a case.
#[derive(Clone, Debug)]
pub enum Script {
    /// Its steps.
    Steps(Vec<Step>),
    /// There is none, since the dialect has no words for this.
    Inexpressible(Text),
}

/// The positive control at the end of a case, without which a server that says nothing would pass every case that expects nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Control {
    /// The fence on each connection that is open, and on a fresh one if none is.
    EachOpenConnection,
    /// The fence on a fresh connection.
    FreshConnection,
}

impl Suite {
    /// All cases in order.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.chapters.iter().flat_map(|chapter| &chapter.cases)
    }

    /// The requirement that a failed case shows to be violated: that of the note, where the mistake has one of its own, or else
    /// the first that the case cites, which is the one that it is about. Of a protocol of somebody else's, the suite's
    /// document says nothing.
    #[must_use]
    pub fn violated(&self, cited: &[String], note: Option<&str>) -> Option<&Requirement> {
        let note = note.and_then(|note| self.notes.get(note));
        let id = note.and_then(|note| note.violates.as_ref()).or_else(|| cited.first())?;
        self.requirements.get(id).filter(|_| !self.is_foreign())
    }

    /// Where a requirement stands, as in `PROTOCOL.md §3`.
    #[must_use]
    pub fn place(&self, requirement: &Requirement, language: Language) -> String {
        let document = self.document.as_ref().map_or("", |document| document.text(language));
        format!("{document} §{}", requirement.section).trim_start().to_owned()
    }

    /// Whether the server speaks a dialect that the suite's document says nothing about.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.dialect.is_foreign_to(&self.native)
    }

    /// All facts that the dialect has.
    #[must_use]
    pub fn facts(&self) -> &BTreeSet<String> {
        &self.dialect.facts
    }
}

impl Case {
    /// The name without the row's: what `requires` refers to.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.id.split_once('#').map_or(&self.id, |(stem, _)| stem)
    }
}
