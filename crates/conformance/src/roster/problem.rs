//! The columns of a roster, and what can be wrong in them.

use std::fmt;

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
    pub(super) const ALL: [Self; 13] = [
        Self::Name,
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

    pub(super) const REQUIRED: [Self; 3] = [Self::Name, Self::Email, Self::Id];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
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
