//! How a batch ends.

use std::{io, path::PathBuf, sync::Arc};

use crate::{
    calculator::EvaluateError,
    language::{Language, Phrase, Tell, displays_in_english},
};

/// How the lines of a batch fared that was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Summary {
    /// Every line has its result.
    AllEvaluated,
    /// A line at least has an `error: …` in the place of its result.
    SomeFailed,
}

/// Why a batch was not evaluated to its end.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The file of the input cannot be opened.
    Open(PathBuf, io::Error),
    /// The input cannot be read.
    Input(io::Error),
    /// The output cannot be written.
    Output(io::Error),
    /// The connection cannot be made, or is lost. The line has its `error: …`, and so has each one after it.
    Lost {
        /// The number of the line, from 1.
        line: u64,
        /// What happened to the connection.
        source: Arc<EvaluateError>,
    },
}

displays_in_english!(BatchError);

impl Tell for BatchError {
    fn tell(&self, language: Language) -> String {
        match self {
            Self::Open(path, error) => {
                Phrase::CannotOpen.with(language, &[&path.display().to_string().escape_debug(), error])
            }
            Self::Input(error) => Phrase::CannotRead.with(language, &[error]),
            Self::Output(error) => Phrase::CannotWrite.with(language, &[error]),
            Self::Lost { line, source } => Phrase::LostAt.with(language, &[line, &source.tell(language)]),
        }
    }
}
