//! Whether something has changed since it was graded.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// What a directory holds, as a short text that changes with it. Links are not followed, and nothing is opened but files: a
/// pipe would be waited for. What cannot be read is known by its name alone.
pub(super) fn of_directory(directory: &Path) -> String {
    let mut digest = Sha256::new();
    add(&mut digest, directory);
    text(digest)
}

/// The same of words.
pub(super) fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    words.into_iter().for_each(|word| part(&mut digest, word.as_bytes()));
    text(digest)
}

fn add(digest: &mut Sha256, path: &Path) {
    let Ok(what) = fs::symlink_metadata(path) else { return part(digest, b"nothing") };
    if what.is_dir() {
        let entries: BTreeSet<_> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
        // What git keeps for itself changes though the work does not.
        for name in entries.iter().filter(|name| *name != ".git") {
            part(digest, name.as_encoded_bytes());
            add(digest, &path.join(name));
        }
        part(digest, b"end of a directory");
    } else if what.is_file() {
        part(digest, b"file");
        digest.update(what.len().to_be_bytes());
        drop(File::open(path).and_then(|mut file| io::copy(&mut file, &mut Writer(digest))));
    } else {
        let link = fs::read_link(path).unwrap_or_default();
        part(digest, link.as_os_str().as_encoded_bytes());
    }
}

/// A part with its length, so that two cannot be taken for one.
fn part(digest: &mut Sha256, octets: &[u8]) {
    digest.update(octets.len().to_be_bytes());
    digest.update(octets);
}

/// So many octets tell all directories of the world apart.
const OCTETS: usize = 16;

fn text(digest: Sha256) -> String {
    digest.finalize().iter().take(OCTETS).map(|octet| format!("{octet:02x}")).collect()
}

struct Writer<'a>(&'a mut Sha256);

impl io::Write for Writer<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.update(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
