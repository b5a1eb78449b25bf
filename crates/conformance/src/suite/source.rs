//! Where the files of a suite are: inside the program, or on the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::embedded::{self, Kind};
use super::problem::{Problem, parse};
use crate::spelling::hint;

/// One file of a suite.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Source {
    Embedded(String, Arc<Texts>),
    Disk(PathBuf),
}

/// Texts by their path, which take the place of embedded files or stand beside them.
pub(super) type Texts = BTreeMap<String, String>;

impl Source {
    /// A suite by what `--suite` was given: the name of one that is built in, or a file.
    pub(super) fn suite(name_or_file: &str, texts: Texts) -> Result<Self, Problem> {
        let path = Kind::Suite.path(name_or_file);
        if texts.contains_key(&path) || embedded::text(&path).is_some() {
            return Ok(Self::Embedded(path, Arc::new(texts)));
        }
        if name_or_file.ends_with(".json") || Path::new(name_or_file).exists() {
            return Ok(Self::Disk(PathBuf::from(name_or_file)));
        }
        let hint = hint(name_or_file, embedded::names(Kind::Suite));
        let fault = format!(
            "no suite of that name is built in{hint} (a suite of your own is a file that ends with .json)"
        );
        Err(Problem { file: name_or_file.to_owned(), position: None, place: String::new(), fault })
    }

    /// A dialect by what `--dialect` was given: the name of one that is built in, or a file.
    pub(super) fn dialect(name_or_file: &str) -> Result<Self, Problem> {
        let path = Kind::Dialect.path(name_or_file);
        if embedded::text(&path).is_some() {
            return Ok(Self::Embedded(path, Arc::default()));
        }
        if name_or_file.ends_with(".json") || Path::new(name_or_file).exists() {
            return Ok(Self::Disk(PathBuf::from(name_or_file)));
        }
        let hint = hint(name_or_file, embedded::names(Kind::Dialect));
        let fault = format!(
            "no dialect of that name is built in{hint} (a dialect of your own is a file that ends with .json)"
        );
        Err(Problem { file: name_or_file.to_owned(), position: None, place: String::new(), fault })
    }

    /// A file that this one names: one that is built in, or one beside this one.
    pub(super) fn named(&self, kind: Kind, name: &str) -> Result<Self, String> {
        if name.ends_with(".json") {
            return Ok(self.beside(name));
        }
        let named = Self::Embedded(kind.path(name), self.texts());
        match named.embedded_text() {
            Some(_) => Ok(named),
            None => {
                let hint = hint(name, embedded::names(kind));
                Err(format!("no `{name}` is built in{hint} (a file of your own ends with .json)"))
            }
        }
    }

    /// Whether it is part of the program.
    pub(super) const fn is_built_in(&self) -> bool {
        match self {
            Self::Embedded(..) => true,
            Self::Disk(_) => false,
        }
    }

    /// A file by its path from this one.
    pub(super) fn beside(&self, relative: &str) -> Self {
        match self {
            Self::Embedded(path, texts) => {
                let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
                Self::Embedded(format!("{directory}/{relative}"), Arc::clone(texts))
            }
            Self::Disk(path) => Self::Disk(path.with_file_name(relative)),
        }
    }

    /// Its name in messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Embedded(path, _) => path.clone(),
            Self::Disk(path) => path.display().to_string(),
        }
    }

    /// Reads it as JSON of a type.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Problem> {
        let file = self.name();
        let text = match self {
            Self::Embedded(..) => self.embedded_text().ok_or_else(|| "no such file is built in".to_owned()),
            Self::Disk(path) => read_text(path),
        };
        match text {
            // Some editors put a byte order mark before everything.
            Ok(text) => parse(&file, text.trim_start_matches('\u{feff}')),
            Err(fault) => Err(Problem { file, position: None, place: String::new(), fault }),
        }
    }

    fn texts(&self) -> Arc<Texts> {
        match self {
            Self::Embedded(_, texts) => Arc::clone(texts),
            Self::Disk(_) => Arc::default(),
        }
    }

    fn embedded_text(&self) -> Option<String> {
        match self {
            Self::Embedded(path, texts) => {
                texts.get(path).cloned().or_else(|| embedded::text(path).map(str::to_owned))
            }
            Self::Disk(_) => None,
        }
    }
}

/// The most octets of a file: a hundred times the largest of ours.
const MOST_OCTETS: u64 = 4 << 20;

fn read_text(path: &Path) -> Result<String, String> {
    let mut octets = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_OCTETS + 1).read_to_end(&mut octets))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if octets.len() as u64 > MOST_OCTETS {
        return Err(format!("is longer than {} MiB, the most that a file may have", MOST_OCTETS >> 20));
    }
    String::from_utf8(octets).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("is not UTF-8: octet {} is part of no character; save it as UTF-8", at + 1)
    })
}
