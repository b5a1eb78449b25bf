//! The roster: a CSV file with a student a line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::cells::Cells;
use super::problem::{Column, Problem, Problems};
use crate::connection::Target;
use crate::report::quoted;
use crate::spelling::hint;

/// A class as its file has it.
#[derive(Clone, Debug)]
pub struct Table {
    /// The students, in the order of the file.
    pub students: Vec<Student>,
    /// The columns that mean nothing to us. They are kept for the grade books.
    pub others: Vec<String>,
}

/// A student and the server to be graded.
#[derive(Clone, Debug)]
pub struct Student {
    /// What names the student's files, and the student in the grade books.
    pub id: String,
    /// The name.
    pub name: String,
    /// The address; may be empty.
    pub email: String,
    /// The server.
    pub subject: Subject,
    /// The suite: a name or a file.
    pub suite: String,
    /// The dialect, if it is not the suite's own.
    pub dialect: Option<String>,
    /// What Canvas knows the student by: `canvas_id`, `login`, `section`; each may be empty.
    pub canvas: [String; 3],
    /// What stands in the columns that mean nothing to us.
    pub others: Vec<String>,
}

/// Where a student's server is.
#[derive(Clone, Debug)]
pub enum Subject {
    /// It runs already.
    At(Target),
    /// It is started.
    Launched {
        /// By this command.
        exec: String,
        /// In this directory.
        directory: PathBuf,
        /// The port on which it listens whatever it is told.
        port: Option<u16>,
        /// What is run once before.
        build: Option<String>,
    },
}

/// What holds for the students of whom the file says nothing else.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The suite.
    pub suite: String,
    /// The dialect.
    pub dialect: Option<String>,
    /// The command; `{dir}` in it is replaced by the student's directory.
    pub exec: Option<String>,
    /// What is run once before.
    pub build: Option<String>,
}

/// What stands in the place of a name in the second row of what Canvas exports.
const POINTS_POSSIBLE: &str = "Points Possible";

/// File systems take longer names, and people do not.
const LONGEST_ID: usize = 64;

impl Table {
    /// Reads the file. Directories in it, and files of suites and dialects, are looked for beside it.
    ///
    /// # Errors
    /// All that is wrong in it.
    pub fn read(path: &Path, defaults: &Defaults) -> Result<Self, Problems> {
        let file = path.display().to_string();
        let whole =
            |fault: String| Problems(vec![Problem { file: file.clone(), line: None, column: None, fault }]);
        let octets = fs::read(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(octets)
            .map_err(|_| whole("is not UTF-8: save it as \"CSV UTF-8\"".to_owned()))?;
        let directory =
            path.parent().filter(|parent| *parent != Path::new("")).unwrap_or_else(|| Path::new("."));
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        Reading { file: &file, directory: &directory, defaults, problems: Vec::new() }.table(&text)
    }
}

/// A file that is being read.
struct Reading<'a> {
    file: &'a str,
    directory: &'a Path,
    defaults: &'a Defaults,
    problems: Vec<Problem>,
}

/// A line and what its cells mean.
struct Row<'r> {
    line: u64,
    record: &'r StringRecord,
    places: &'r BTreeMap<Column, usize>,
}

impl Row<'_> {
    /// A cell, if there is something in it.
    fn cell(&self, column: Column) -> Option<&str> {
        let cell = self.record.get(*self.places.get(&column)?)?;
        Some(cell).filter(|cell| !cell.is_empty())
    }
}

impl Reading<'_> {
    fn table(mut self, text: &str) -> Result<Table, Problems> {
        let Cells { headers, rows } = Cells::read(text);
        let (places, others) = self.columns(&headers);
        // What every row lacks is said once.
        if !self.problems.is_empty() {
            return Err(Problems(self.problems));
        }
        let mut students = Vec::new();
        let mut lines_of_ids = BTreeMap::new();
        for (line, record) in rows {
            let record = match record {
                Ok(record) => record,
                Err(fault) => {
                    self.problem(Some(line), None, fault);
                    continue;
                }
            };
            let row = Row { line, record: &record, places: &places };
            if row.cell(Column::Name) == Some(POINTS_POSSIBLE) {
                continue;
            }
            let others = others.iter().map(|(place, _)| record[*place].to_owned()).collect();
            if let Some(student) = self.student(&row, others) {
                // Not every file system tells upper from lower case.
                if let Some(first) = lines_of_ids.insert(student.id.to_lowercase(), line) {
                    let fault = format!(
                        "`{}` is taken by line {first}: each student has an id of their own",
                        student.id
                    );
                    self.problem(Some(line), Some(Column::Id), fault);
                }
                students.push(student);
            }
        }
        if students.is_empty() && self.problems.is_empty() {
            self.problem(
                None,
                None,
                "there is no student in it: each has a line below the header".to_owned(),
            );
        }
        let others = others.into_iter().map(|(_, name)| name).collect();
        if self.problems.is_empty() { Ok(Table { students, others }) } else { Err(Problems(self.problems)) }
    }

    /// Where each column stands, and those that mean nothing to us.
    fn columns(&mut self, headers: &StringRecord) -> (BTreeMap<Column, usize>, Vec<(usize, String)>) {
        let (mut places, mut others) = (BTreeMap::new(), Vec::new());
        for (place, name) in headers.iter().enumerate() {
            match Column::meant(name, headers) {
                // Spreadsheets save empty columns too.
                None if name.is_empty() => {}
                None => others.push((place, name.to_owned())),
                Some(column) => {
                    if let Some(first) = places.insert(column, place) {
                        let fault =
                            format!("the column is there twice, as `{}` and `{name}`", &headers[first]);
                        self.problem(Some(1), Some(column), fault);
                    }
                }
            }
        }
        for column in Column::REQUIRED {
            if !places.contains_key(&column) {
                let fault = format!(
                    "the column is missing{}",
                    hint(column.name(), others.iter().map(|(_, name)| name.as_str()))
                );
                self.problem(Some(1), Some(column), fault);
            }
        }
        if ![Column::Target, Column::Dir].iter().any(|column| places.contains_key(column)) {
            let fault = "there is no server: add a column `dir` with the directory of each, or `target` with HOST:PORT where they run already";
            self.problem(Some(1), None, fault.to_owned());
        }
        (places, others)
    }

    fn student(&mut self, row: &Row<'_>, others: Vec<String>) -> Option<Student> {
        let id = self.id(row);
        let name = [Column::Name, Column::Surname].into_iter().filter_map(|column| row.cell(column));
        // A cell may have line ends in it.
        let name: Vec<&str> = name.flat_map(str::split_whitespace).collect();
        let name = Some(name.join(" ")).filter(|name| !name.is_empty());
        if name.is_none() {
            self.problem(Some(row.line), Some(Column::Name), "is empty: a student has a name".to_owned());
        }
        let email = row.cell(Column::Email).unwrap_or_default().to_owned();
        if !email.is_empty() && !email.contains('@') {
            self.problem(
                Some(row.line),
                Some(Column::Email),
                format!("`{email}` is no address: write NAME@HOST, or nothing"),
            );
        }
        let subject = self.subject(row);
        let file = |column, default: Option<&String>| {
            row.cell(column).map_or_else(|| default.cloned(), |named| Some(self.beside(named)))
        };
        let suite = file(Column::Suite, Some(&self.defaults.suite))?;
        let dialect = file(Column::Dialect, self.defaults.dialect.as_ref());
        let canvas = [Column::CanvasId, Column::Login, Column::Section]
            .map(|column| row.cell(column).unwrap_or_default().to_owned());
        Some(Student { id: id?, name: name?, email, subject: subject?, suite, dialect, canvas, others })
    }

    fn id(&mut self, row: &Row<'_>) -> Option<String> {
        let id = row.cell(Column::Id).unwrap_or_default();
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
        if id.chars().next().is_some_and(char::is_alphanumeric)
            && id.chars().all(is_plain)
            && id.len() <= LONGEST_ID
        {
            return Some(id.to_owned());
        }
        self.problem(
            Some(row.line),
            Some(Column::Id),
            format!("`{id}` names no file: write letters and digits, after the first also . _ - @, {LONGEST_ID} octets at most"),
        );
        None
    }

    fn subject(&mut self, row: &Row<'_>) -> Option<Subject> {
        let exec = row.cell(Column::Exec).map(str::to_owned);
        match (row.cell(Column::Target), exec.or_else(|| self.defaults.exec.clone()), row.cell(Column::Dir)) {
            (Some(target), _, None) if row.cell(Column::Exec).is_none() => {
                let parsed: Result<Target, _> = target.parse();
                parsed
                    .map(Subject::At)
                    .map_err(|error| self.problem(Some(row.line), Some(Column::Target), error.to_string()))
                    .ok()
            }
            (Some(_), _, _) => {
                self.problem(
                    Some(row.line),
                    Some(Column::Target),
                    "stands beside `exec` or `dir`: a server runs already, or is started; empty one of them"
                        .to_owned(),
                );
                None
            }
            (None, Some(exec), Some(directory)) => {
                let directory = self.directory.join(directory);
                let exec = exec.replace("{dir}", &quoted(&directory.display().to_string()));
                let build =
                    row.cell(Column::Build).map(str::to_owned).or_else(|| self.defaults.build.clone());
                Some(Subject::Launched { exec, directory, port: self.port(row), build })
            }
            (None, Some(_), None) => {
                self.problem(
                    Some(row.line),
                    Some(Column::Dir),
                    "is empty: write the directory in which the command is run".to_owned(),
                );
                None
            }
            (None, None, _) => {
                let fault = "there is no server: write HOST:PORT into `target`, or a command into `exec` (or after --exec, for all) and a directory into `dir`";
                self.problem(Some(row.line), None, fault.to_owned());
                None
            }
        }
    }

    fn port(&mut self, row: &Row<'_>) -> Option<u16> {
        let port = row.cell(Column::Port)?;
        match port.parse() {
            Ok(port) if port > 0 => Some(port),
            Ok(_) | Err(_) => {
                self.problem(
                    Some(row.line),
                    Some(Column::Port),
                    format!("`{port}` is no port: write a number from 1 to 65535, or nothing"),
                );
                None
            }
        }
    }

    /// A suite or a dialect: a file beside the roster, if there is one of that name.
    fn beside(&self, named: &str) -> String {
        let file = self.directory.join(named);
        if file.is_file() { file.display().to_string() } else { named.to_owned() }
    }

    fn problem(&mut self, line: Option<u64>, column: Option<Column>, fault: String) {
        self.problems.push(Problem { file: self.file.to_owned(), line, column, fault });
    }
}
