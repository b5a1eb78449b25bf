//! A table for spreadsheets, one row a case.

use std::io;

use super::document::{Case, Document};
use crate::escape::cell;
use crate::format::Level;

/// The columns, whose names and order stay.
const COLUMNS: [&str; 13] = [
    "id",
    "chapter",
    "level",
    "points",
    "verdict",
    "earned",
    "possible",
    "title",
    "expected",
    "actual",
    "note",
    "reason",
    "elapsed_ms",
];

/// The file.
pub(super) fn render(document: &Document) -> io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(COLUMNS)?;
    for case in &document.cases {
        table.write_record(row(case))?;
    }
    table.into_inner().map_err(|error| error.into_error())
}

fn row(case: &Case) -> [String; COLUMNS.len()] {
    let failure = case.failure.as_ref();
    let level = match case.level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    };
    let points = |points: Option<f64>| points.map(|points| format!("{points:.4}")).unwrap_or_default();
    let note = failure.and_then(|failure| failure.note.as_ref());
    [
        cell(&case.id),
        cell(&case.chapter),
        level.to_owned(),
        case.points.to_string(),
        case.verdict.name().to_owned(),
        points(case.share.map(|share| share.earned)),
        points(case.share.map(|share| share.possible)),
        cell(&case.title),
        cell(failure.and_then(|failure| failure.expected.as_deref()).unwrap_or_default()),
        cell(failure.map_or("", |failure| &failure.actual)),
        cell(note.map_or("", |note| &note.id)),
        cell(case.reason.as_deref().unwrap_or_default()),
        (case.elapsed_us / 1000).to_string(),
    ]
}
