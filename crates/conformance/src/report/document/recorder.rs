//! Listens to a run and has a document ready at any moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use chrono::{SecondsFormat, Utc};

use super::build::{Teller, microseconds};
use super::{Chapter, Completion, Document, FORMAT, Grade, Named, Outcome, Run, Share, VERSION};
use crate::connection::Target;
use crate::grade::{self, Credit};
use crate::language::Language;
use crate::report::words::Words;
use crate::run::{self, CaseResult, Event};
use crate::selection::Selection;
use crate::suite::Suite;

/// Makes the document of one run.
#[derive(Debug)]
pub(in crate::report) struct Recorder<'a> {
    teller: Teller<'a>,
    /// The points of the cases that have no verdict yet.
    outstanding: BTreeMap<&'a str, f64>,
    began: Instant,
    document: Document,
    results: Vec<CaseResult>,
}

impl<'a> Recorder<'a> {
    /// A document about nothing yet. `command` is what runs the same again, apart from the selection.
    pub(in crate::report) fn new(
        suite: &'a Suite,
        selection: &Selection,
        target: &Target,
        language: Language,
        command: String,
    ) -> Self {
        let named = |id: &str, title: &crate::language::Text| Named {
            id: id.to_owned(),
            title: title.text(language).to_owned(),
        };
        let run = Run {
            grader: env!("CARGO_PKG_VERSION").to_owned(),
            language,
            suite: named(&suite.id, &suite.title),
            document: suite.document.as_ref().map(|document| document.text(language).to_owned()),
            dialect: named(&suite.dialect.id, &suite.dialect.title),
            target: target.to_string(),
            command: command.clone(),
            started: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        };
        let grade = Grade { out_of_100: None, earned: 0.0, possible: 0.0 };
        let result = Outcome {
            completion: Completion::Running,
            selected: 0,
            out_of_time: None,
            elapsed_us: 0,
            grade,
            outstanding: None,
            chapters: Vec::new(),
        };
        let words = Words { language, dialect: Arc::clone(&suite.dialect) };
        let format = FORMAT.to_owned();
        let document = Document { format, version: VERSION, run, preflight: None, result, cases: Vec::new() };
        Self {
            teller: Teller { suite, words, command },
            outstanding: points(suite, selection),
            began: Instant::now(),
            document,
            results: Vec::new(),
        }
    }

    /// Takes down what happened.
    pub(in crate::report) fn on(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { .. } | Event::Chapter(_) => {}
            Event::Preflight(preflight) => {
                self.teller.words.dialect = Arc::clone(&preflight.dialect);
                self.document.preflight = Some(self.teller.preflight(preflight));
            }
            Event::Case(result) => {
                self.document.cases.push(self.teller.case(result));
                self.results.push((*result).clone());
                self.outstanding.remove(result.stem());
            }
            Event::Finished(report) => {
                self.document.result.selected = report.selected;
                (self.document.result.completion, self.document.result.out_of_time) = match report.completion
                {
                    run::Completion::Complete => (Completion::Complete, None),
                    run::Completion::Interrupted => (Completion::Interrupted, None),
                    run::Completion::OutOfTime(late) => (Completion::OutOfTime, Some(late)),
                };
            }
        }
    }

    /// What was taken down, without the grade.
    pub(in crate::report) fn so_far(&self) -> &Document {
        &self.document
    }

    /// What was taken down, with the grade of it.
    pub(in crate::report) fn graded(&mut self) -> &Document {
        let grading = &self.teller.suite.grading;
        let mut cases = self.document.cases.iter_mut();
        for rows in self.results.chunk_by(|one, next| one.stem() == next.stem()) {
            let grade = grade::Grade::of(rows, grading);
            let counted = rows.iter().filter(|row| row.verdict.credit() != Credit::Uncounted).count();
            for (row, case) in rows.iter().zip(&mut cases) {
                case.share = share(row, grade, counted);
            }
        }
        let result = &mut self.document.result;
        result.elapsed_us = microseconds(self.began.elapsed());
        result.grade = grade::Grade::of(&self.results, grading).into();
        let outstanding = match result.completion {
            Completion::Running | Completion::Interrupted => self.outstanding.values().sum(),
            Completion::Complete | Completion::OutOfTime => 0.0,
        };
        result.outstanding = (outstanding > 0.0).then_some(outstanding);
        result.chapters = chapters(&self.teller, &self.results);
        &self.document
    }
}

/// The points of the cases that are to be run and count.
fn points<'a>(suite: &'a Suite, selection: &Selection) -> BTreeMap<&'a str, f64> {
    let cases = suite.cases().filter(|case| selection.runs(case));
    cases
        .filter_map(|case| Some((case.stem(), suite.grading.weight(case.level)? * f64::from(case.points))))
        .collect()
}

/// The grades of the chapters of which a case has a verdict.
fn chapters(teller: &Teller<'_>, results: &[CaseResult]) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    for chapter in &teller.suite.chapters {
        let of_it: Vec<&CaseResult> = results.iter().filter(|result| result.chapter == chapter.id).collect();
        if !of_it.is_empty() {
            let title = chapter.title.text(teller.words.language).to_owned();
            let grade = grade::Grade::of(of_it, &teller.suite.grading).into();
            chapters.push(Chapter { id: chapter.id.clone(), title, grade });
        }
    }
    chapters
}

/// What a row adds to the grade of its case, of which so many rows count.
fn share(row: &CaseResult, of_case: grade::Grade, counted: usize) -> Option<Share> {
    let counted = u32::try_from(counted).ok().filter(|counted| *counted > 0)?;
    if of_case.possible <= 0.0 {
        return None;
    }
    let possible = of_case.possible / f64::from(counted);
    match row.verdict.credit() {
        Credit::Full => Some(Share { earned: possible, possible }),
        Credit::Nothing => Some(Share { earned: 0.0, possible }),
        Credit::Uncounted => None,
    }
}

impl From<grade::Grade> for Grade {
    fn from(grade: grade::Grade) -> Self {
        Self { out_of_100: grade.out_of_100(), earned: grade.earned, possible: grade.possible }
    }
}
