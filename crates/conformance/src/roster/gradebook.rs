//! The grades as Canvas and Moodle import them.

use std::io;

use super::plan::Plan;
use super::record::Register;
use crate::escape::cell;
use crate::report::number;

/// Canvas finds a student by ID, SIS User ID or SIS Login ID, and makes an assignment of a column that it does not know. An
/// empty cell leaves a grade as it is.
pub(super) fn canvas(plan: &Plan, register: &Register) -> io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", &cell(&plan.title)])?;
    table.write_record(["Points Possible", "", "", "", "", "100"])?;
    for (record, job) in register.students.iter().zip(&plan.jobs) {
        let [canvas_id, login, section] = &job.student.canvas;
        let login = if login.is_empty() { &record.email } else { login };
        let grade = record.grade.map(number).unwrap_or_default();
        let cells = [&record.name, canvas_id, &record.id, login, section].map(|text| cell(text));
        table.write_record(cells.iter().chain([&grade]))?;
    }
    table.into_inner().map_err(|error| error.into_error())
}

/// Moodle is told at the import which column means what; `-` is no grade.
pub(super) fn moodle(plan: &Plan, register: &Register) -> io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let names = ["Full name", "Email address", "ID number"].map(str::to_owned);
    let others = plan.others.iter().map(|name| cell(name));
    table.write_record(names.into_iter().chain(others).chain([cell(&plan.title)]))?;
    for (record, job) in register.students.iter().zip(&plan.jobs) {
        let texts = [&record.name, &record.email, &record.id].into_iter().chain(&job.student.others);
        let grade = record.grade.map_or_else(|| "-".to_owned(), number);
        table.write_record(texts.map(|text| cell(text)).chain([grade]))?;
    }
    table.into_inner().map_err(|error| error.into_error())
}
