//! The columns of a roster, and what can be wrong in them.

use std::fmt;

use csv::StringRecord;

/// Something wrong in the file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    pub(super) file: String,
    /// Counted from 1, as editors do; absent where it is the file as a whole.
    pub(super) line: Option<u64>,
    pub(super) column: Option<Column>,
    pub(super) fault: String,
}

/// All that is wrong in the file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct Problems(pub(super) Vec<Problem>);

/// A column that means something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Column {
    Name,
    Surname,
    Email,
    Id,
    Target,
    Exec,
    Dir,
    Port,
    Build,
    Suite,
    Dialect,
    CanvasId,
    Login,
    Section,
}

impl Column {
    pub(super) const ALL: [Self; 14] = [
        Self::Name,
        Self::Surname,
        Self::Email,
        Self::Id,
        Self::Target,
        Self::Exec,
        Self::Dir,
        Self::Port,
        Self::Build,
        Self::Suite,
        Self::Dialect,
        Self::CanvasId,
        Self::Login,
        Self::Section,
    ];

    pub(super) const REQUIRED: [Self; 2] = [Self::Name, Self::Id];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Surname => "surname",
            Self::Email => "email",
            Self::Id => "id",
            Self::Target => "target",
            Self::Exec => "exec",
            Self::Dir => "dir",
            Self::Port => "port",
            Self::Build => "build",
            Self::Suite => "suite",
            Self::Dialect => "dialect",
            Self::CanvasId => "canvas_id",
            Self::Login => "login",
            Self::Section => "section",
        }
    }

    /// What Moodle and Canvas call it in their exports, and what it is called in Spanish. It counts where our own name is not
    /// among the headers.
    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["full name", "first name", "student", "nombre", "nombre completo"],
            Self::Surname => &["last name", "apellido", "apellidos", "apellido(s)"],
            Self::Email => &["email address", "correo", "correo electrónico", "dirección de correo"],
            Self::Id => &["id number", "número de id", "sis user id"],
            Self::Dir => &["directorio"],
            Self::Login => &["sis login id"],
            Self::Target
            | Self::Exec
            | Self::Port
            | Self::Build
            | Self::Suite
            | Self::Dialect
            | Self::CanvasId
            | Self::Section => &[],
        }
    }

    /// The column that is meant by a header, beside the others.
    pub(super) fn meant(header: &str, headers: &StringRecord) -> Option<Self> {
        let is = |header: &str, name: &str| header.to_lowercase() == name;
        let has = |name: &str| headers.iter().any(|header| is(header, name));
        // In what Canvas exports, `ID` is a number of its own.
        let is_of_canvas = has("student") && has("sis user id");
        if is_of_canvas && is(header, Self::Id.name()) {
            return Some(Self::CanvasId);
        }
        Self::ALL.into_iter().find(|column| {
            let is_there = has(column.name()) && !(is_of_canvas && *column == Self::Id);
            is(header, column.name()) || !is_there && column.aliases().iter().any(|name| is(header, name))
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ": {}", column.name())?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}
