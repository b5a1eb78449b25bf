//! The files that are written beside the report on the terminal, all from one run and one stream of events.

use std::io;
use std::path::Path;

use super::document::{Document, Recorder};
use super::order::{Kind, Order, Place};
use super::sink::{Sink, SinkError};
use super::{csv, github, gradescope, html, jsonl, junit, markdown, tap};
use crate::connection::Target;
use crate::language::Language;
use crate::run::Event;
use crate::selection::Selection;
use crate::suite::Suite;

/// Reports in the making.
#[derive(Debug)]
pub struct Files<'a> {
    recorder: Recorder<'a>,
    files: Vec<File>,
}

/// One of them.
#[derive(Debug)]
struct File {
    kind: Kind,
    sink: Sink,
    /// Why it was given up. The others are written all the same.
    failed: Option<io::Error>,
}

/// When a kind of report is written.
enum Pace {
    /// A line as soon as something happens.
    Events,
    /// As a whole after each case, and at the end.
    Cases(Render),
    /// As a whole, when there is nothing more to come.
    End(Render),
    /// The same, and more of it goes where the step of GitHub Actions wants it.
    Step,
}

/// Puts a whole report into octets.
type Render = fn(&Document) -> io::Result<Vec<u8>>;

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report {} to {place}: {error}", kind.name())]
pub struct WriteError {
    kind: Kind,
    place: Place,
    #[source]
    error: io::Error,
}

impl<'a> Files<'a> {
    /// Prepares the files, so that one that can never be written is known before the run. `command` is what runs the same
    /// again, apart from the selection.
    ///
    /// # Errors
    /// A directory that does not exist or cannot be written, a path that is a directory, or two reports in one place.
    pub fn new(
        orders: &[Order],
        suite: &'a Suite,
        selection: &Selection,
        target: &Target,
        language: Language,
        command: String,
    ) -> Result<Self, SinkError> {
        let mut files: Vec<File> = Vec::new();
        for Order { kind, place } in orders {
            let sink = Sink::new(place)?;
            if files.iter().any(|file| file.sink.is_same(&sink)) {
                return Err(SinkError::Taken(place.clone()));
            }
            files.push(File { kind: *kind, sink, failed: None });
        }
        Ok(Self { recorder: Recorder::new(suite, selection, target, language, command), files })
    }

    /// Whether a report is to be written to this file, so that nothing else can be.
    #[must_use]
    pub fn take(&self, path: &Path) -> bool {
        let sink = Sink::new(&Place::File(path.to_owned()));
        sink.is_ok_and(|sink| self.files.iter().any(|file| file.sink.is_same(&sink)))
    }

    /// Writes what can be written now.
    pub fn on(&mut self, event: &Event<'_>) {
        self.recorder.on(event);
        for file in self.files.iter_mut().filter(|file| file.failed.is_none()) {
            file.failed = file.on(event, &mut self.recorder).err();
        }
    }

    /// Those that could not be written.
    pub fn failures(self) -> impl Iterator<Item = WriteError> {
        self.files.into_iter().filter_map(|File { kind, sink, failed }| {
            failed.map(|error| WriteError { kind, place: sink.place, error })
        })
    }
}

impl File {
    fn on(&mut self, event: &Event<'_>, recorder: &mut Recorder<'_>) -> io::Result<()> {
        let is_over = matches!(event, Event::Finished(_));
        match pace(self.kind) {
            Pace::Events => {
                let document = if is_over { recorder.graded() } else { recorder.so_far() };
                jsonl::line(event, document)?.map_or(Ok(()), |line| self.sink.append(&line))
            }
            Pace::Cases(render) if is_over || matches!(event, Event::Preflight(_) | Event::Case(_)) => {
                self.sink.replace(&render(recorder.graded())?)
            }
            Pace::End(render) if is_over => self.sink.replace(&render(recorder.graded())?),
            Pace::Step if is_over => {
                let document = recorder.graded();
                let result = github::render(document)?;
                self.sink.replace(&result)?;
                github::tell(document, &result)
            }
            Pace::Cases(_) | Pace::End(_) | Pace::Step => Ok(()),
        }
    }
}

const fn pace(kind: Kind) -> Pace {
    match kind {
        Kind::Json => Pace::End(json),
        Kind::Jsonl => Pace::Events,
        Kind::Html => Pace::End(html::render),
        Kind::Markdown => Pace::End(markdown::render),
        Kind::Junit => Pace::End(junit::render),
        Kind::Tap => Pace::End(tap::render),
        Kind::Gradescope => Pace::Cases(gradescope::render),
        Kind::Github => Pace::Step,
        Kind::Csv => Pace::End(csv::render),
    }
}

fn json(document: &Document) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    Ok(text)
}
