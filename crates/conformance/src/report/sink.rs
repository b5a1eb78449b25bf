//! Where a report goes.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::order::Place;
use crate::escape::json_for_terminals;

/// A place that was found fit to be written.
#[derive(Debug)]
pub(crate) struct Sink {
    /// As it was named.
    pub(super) place: Place,
    to: To,
    /// The file, once something has been appended to it.
    open: Option<fs::File>,
}

#[derive(Debug, Eq, PartialEq)]
enum To {
    Stdout,
    /// A file in a directory, which is replaced as a whole, so that nobody ever reads half of one.
    File {
        directory: PathBuf,
        name: OsString,
    },
    /// A device or a pipe, which must not be replaced.
    Special(PathBuf),
}

/// Why nothing can be written to a place.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// Two reports in one file would be none.
    #[error("{0} can take one report only")]
    Taken(Place),
    /// A path without a name.
    #[error("{0} is a directory: name a file in it")]
    Directory(Place),
    /// The directory does not exist or cannot be written.
    #[error("nothing can be written to {place}: {error}")]
    Unwritable {
        /// The file.
        place: Place,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

impl Sink {
    /// Sees to it that the place can be written.
    pub(crate) fn new(place: &Place) -> Result<Self, SinkError> {
        let to = match place {
            Place::Stdout => To::Stdout,
            Place::File(path) => destination(path)
                .map_err(|error| SinkError::Unwritable { place: place.clone(), error })?
                .ok_or_else(|| SinkError::Directory(place.clone()))?,
        };
        Ok(Self { place: place.clone(), to, open: None })
    }

    /// Whether both are one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.to == other.to
    }

    /// Makes this the whole content.
    pub(crate) fn replace(&self, content: &[u8]) -> io::Result<()> {
        match &self.to {
            To::Stdout => to_stdout(content),
            To::File { directory, name } => {
                let draft = draft(directory, name);
                let written =
                    fs::write(&draft, content).and_then(|()| fs::rename(&draft, directory.join(name)));
                if written.is_err() {
                    // What is left of it helps nobody; that it cannot be removed either is no news.
                    drop(fs::remove_file(&draft));
                }
                written
            }
            To::Special(path) => fs::OpenOptions::new().write(true).open(path)?.write_all(content),
        }
    }

    /// Adds to what has been written since the beginning of the run.
    pub(super) fn append(&mut self, content: &[u8]) -> io::Result<()> {
        let file = match (&mut self.open, &self.to) {
            (Some(file), _) => file,
            (None, To::Stdout) => return to_stdout(content),
            (open @ None, To::File { directory, name }) => {
                open.insert(fs::File::create(directory.join(name))?)
            }
            (open @ None, To::Special(path)) => open.insert(fs::OpenOptions::new().write(true).open(path)?),
        };
        file.write_all(content)
    }
}

/// Where a path leads to, behind all links; `None`, if that is a directory.
fn destination(path: &Path) -> io::Result<Option<To>> {
    let path = match fs::canonicalize(path) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    match fs::metadata(&path) {
        Ok(there) if there.is_dir() => return Ok(None),
        Ok(there) if !there.is_file() => return Ok(Some(To::Special(path))),
        Ok(_) | Err(_) => {}
    }
    let Some(name) = path.file_name() else { return Ok(None) };
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    let directory = fs::canonicalize(directory)?;
    let draft = draft(&directory, name);
    fs::File::create(&draft)?;
    fs::remove_file(&draft)?;
    Ok(Some(To::File { directory, name: name.to_owned() }))
}

/// A name that nobody else uses, in the same directory, since only within one file system a file can be renamed.
fn draft(directory: &Path, name: &std::ffi::OsStr) -> PathBuf {
    let mut draft = OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}.part", std::process::id()));
    directory.join(draft)
}

/// Where nobody reads any more, nobody misses the rest.
fn to_stdout(content: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    // It may be a terminal. Files are left as they are.
    match out
        .write_all(json_for_terminals(&String::from_utf8_lossy(content)).as_bytes())
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
