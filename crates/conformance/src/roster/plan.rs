//! Whom to grade, by which suite and with which words: all that can be known before anything is started.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::fingerprint;
use super::table::{Student, Subject, Table};
use crate::language::Language;
use crate::launch::Spec;
use crate::suite::{self, Suite};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Orders {
    /// The program `conformance`.
    pub program: PathBuf,
    /// Where everything is written.
    pub out: PathBuf,
    /// The options that every student's run is given.
    pub words: Vec<String>,
    /// The language of the pages.
    pub language: Language,
    /// What the class page and the grade books call it; otherwise as the suite does.
    pub title: Option<String>,
    /// How many are graded at a time.
    pub jobs: usize,
    /// How long one student may take.
    pub patience: Duration,
    /// Whether a started server has a network of its own.
    pub network: Network,
    /// What an earlier run has left.
    pub earlier: Earlier,
}

/// Where servers that are started listen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Network {
    /// Each in a network of its own.
    Own,
    /// All in this machine's.
    Shared,
}

/// What is done with what an earlier run has left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Earlier {
    /// It is kept where nothing has changed.
    Kept,
    /// Everything is graded again.
    GradedAgain,
}

/// Why there is nothing to begin with.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A suite or a dialect is wrong.
    #[error("{0}")]
    Suite(suite::Problems),
    /// Nothing can be written there.
    #[error("nothing can be written to {}: {error}", path.display())]
    Unwritable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

/// A class that is ready to be graded.
#[derive(Debug)]
pub struct Plan {
    pub(super) orders: Orders,
    pub(super) title: String,
    pub(super) others: Vec<String>,
    pub(super) sheets: Vec<Sheet>,
    pub(super) jobs: Vec<Arc<Job>>,
}

/// The cases of a suite: the columns of a table.
#[derive(Debug)]
pub(super) struct Sheet {
    /// As the roster or the command line names it.
    named: String,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) chapters: Vec<Chapter>,
}

/// A chapter of them.
#[derive(Debug)]
pub(super) struct Chapter {
    pub(super) id: String,
    pub(super) title: String,
    /// The cases by name, with their titles; those with rows once.
    pub(super) cases: Vec<(String, String)>,
}

/// One student's part of the work.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) student: Student,
    /// Which of the sheets has the student's cases.
    pub(super) sheet: usize,
    /// What the program is called with, but for the reports.
    pub(super) words: Vec<OsString>,
    /// Where it is called.
    pub(super) directory: Option<PathBuf>,
    /// Of all that the grade depends on but the directory.
    pub(super) terms: String,
    /// Held while it is graded by those that must not be graded at the same time.
    pub(super) lane: Arc<Mutex<()>>,
}

impl Plan {
    /// Loads the suites, and sees to it that the results can be written.
    ///
    /// # Errors
    /// One of that cannot be done.
    pub fn new(table: Table, orders: Orders) -> Result<Self, PlanError> {
        let students = orders.out.join(STUDENTS);
        let unwritable = |error| PlanError::Unwritable { path: orders.out.clone(), error };
        std::fs::create_dir_all(&students).map_err(unwritable)?;
        let mut planning =
            Planning { orders: &orders, sheets: Vec::new(), marks: BTreeMap::new(), lanes: BTreeMap::new() };
        let mut jobs = Vec::new();
        for student in table.students {
            jobs.push(Arc::new(planning.job(student).map_err(PlanError::Suite)?));
        }
        let sheets = planning.sheets;
        let of_suite = sheets.first().map(|sheet| sheet.title.clone());
        let title = orders.title.clone().or(of_suite).unwrap_or_default();
        Ok(Self { orders, title, others: table.others, sheets, jobs })
    }

    /// How many students there are.
    #[must_use]
    pub const fn students(&self) -> usize {
        self.jobs.len()
    }

    /// How many are graded at a time.
    #[must_use]
    pub fn at_a_time(&self) -> usize {
        self.orders.jobs.min(self.jobs.len())
    }

    /// The columns of the roster that mean nothing to us.
    #[must_use]
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// Where servers that are started listen.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.orders.network
    }

    /// A file of the class.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.orders.out.join(name)
    }
}

/// The directory with the students' reports.
pub(super) const STUDENTS: &str = "students";

/// A plan in the making.
struct Planning<'a> {
    orders: &'a Orders,
    sheets: Vec<Sheet>,
    /// What tells each suite, in each dialect, from what it was when it was changed.
    marks: BTreeMap<(String, Option<String>), String>,
    lanes: BTreeMap<String, Arc<Mutex<()>>>,
}

impl Planning<'_> {
    fn job(&mut self, student: Student) -> Result<Job, suite::Problems> {
        let key = (student.suite.clone(), student.dialect.clone());
        let mark = match self.marks.get(&key) {
            Some(mark) => mark.clone(),
            None => {
                let loaded = match &student.dialect {
                    None => suite::load(&student.suite)?,
                    Some(dialect) => suite::load_in_dialect(&student.suite, dialect)?,
                };
                self.add_sheet(&student.suite, &loaded);
                let mark = fingerprint::of_words([format!("{loaded:?}").as_str()]);
                self.marks.entry(key).or_insert(mark).clone()
            }
        };
        let sheet = self.sheets.iter().position(|sheet| sheet.named == student.suite).unwrap_or_default();
        let words = words(&student, self.orders);
        let texts: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let terms = [env!("CARGO_PKG_VERSION"), &mark].into_iter().chain(texts.iter().map(String::as_str));
        let terms = fingerprint::of_words(terms);
        let directory = match &student.subject {
            // In the student's own directory the commands in the report are those that the student can use.
            Subject::Launched { directory, .. } if directory.is_dir() => Some(directory.clone()),
            Subject::Launched { .. } | Subject::At(_) => None,
        };
        let lane = match self.lane(&student) {
            Some(lane) => Arc::clone(self.lanes.entry(lane).or_default()),
            None => Arc::default(),
        };
        Ok(Job { student, sheet, words, directory, terms, lane })
    }

    fn add_sheet(&mut self, named: &str, suite: &Suite) {
        if self.sheets.iter().any(|sheet| sheet.named == named) {
            return;
        }
        let language = self.orders.language;
        let chapters = suite.chapters.iter().map(|chapter| {
            let mut cases: Vec<(String, String)> = Vec::new();
            for case in &chapter.cases {
                if cases.last().is_none_or(|(stem, _)| stem != case.stem()) {
                    cases.push((case.stem().to_owned(), case.title.text(language).to_owned()));
                }
            }
            Chapter { id: chapter.id.clone(), title: chapter.title.text(language).to_owned(), cases }
        });
        let (id, title) = (suite.id.clone(), suite.title.text(language).to_owned());
        self.sheets.push(Sheet { named: named.to_owned(), id, title, chapters: chapters.collect() });
    }

    /// What only one of those that need it can have at a time: a running server, or a port of a network that is shared.
    fn lane(&self, student: &Student) -> Option<String> {
        match (&student.subject, self.orders.network) {
            (Subject::At(target), _) => Some(target.to_string()),
            (Subject::Launched { exec, port: None, .. }, Network::Shared)
                if exec.contains(Spec::PLACEHOLDER) =>
            {
                None
            }
            (Subject::Launched { port, .. }, Network::Shared) => {
                Some(format!("port {}", port.unwrap_or(Spec::PORT)))
            }
            (Subject::Launched { .. }, Network::Own) => None,
        }
    }
}

fn words(student: &Student, orders: &Orders) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["--suite".into(), absolute(&student.suite)];
    if let Some(dialect) = &student.dialect {
        words.extend(["--dialect".into(), absolute(dialect)]);
    }
    match &student.subject {
        Subject::At(target) => words.extend(["--target".into(), target.to_string().into()]),
        Subject::Launched { exec, directory, port, build } => {
            words.extend(["--exec".into(), exec.into()]);
            if !directory.is_dir() {
                words.extend(["--dir".into(), directory.into()]);
            }
            words.extend(port.iter().flat_map(|port| ["--port".into(), port.to_string().into()]));
            words.extend(build.iter().flat_map(|build| ["--build".into(), build.into()]));
        }
    }
    let language = match orders.language {
        Language::En => "en",
        Language::Es => "es",
    };
    words.extend(["--lang", language].map(Into::into));
    words.extend(orders.words.iter().map(Into::into));
    words
}

/// A file by a path that means the same in another directory; a name that is built in as it is.
fn absolute(named: &str) -> OsString {
    let path = Path::new(named);
    match std::path::absolute(path) {
        Ok(absolute) if path.is_file() => absolute.into(),
        Ok(_) | Err(_) => named.into(),
    }
}
