//! The file of a capture while it is being written.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::{Labels, pcapng};

/// The file, its clock, and what else its connections share.
#[derive(Debug)]
pub(super) struct Recording {
    file: BufWriter<File>,
    room: u64,
    cut: &'static str,
    state: State,
    began: Instant,
    began_at: Duration,
    /// When the last packet was seen, so that no other comes before it.
    latest: Duration,
    connections: u32,
}

#[derive(Debug)]
enum State {
    Open,
    /// The last packet that had room has been written.
    Full,
    Failed(io::Error),
}

/// Whether a finished recording could have been longer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Room {
    Left,
    Used,
}

impl Recording {
    pub(super) fn create(path: &Path, labels: &Labels, room: u64) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        let program = concat!("conformance ", env!("CARGO_PKG_VERSION"));
        file.write_all(&pcapng::section(program, &labels.about))?;
        file.write_all(&pcapng::interface(program))?;
        let began_at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            file,
            room,
            cut: labels.cut,
            state: State::Open,
            began: Instant::now(),
            began_at,
            latest: began_at,
            connections: 0,
        })
    }

    /// A number for each connection, from 1.
    pub(super) const fn number(&mut self) -> u32 {
        self.connections = self.connections.wrapping_add(1);
        self.connections
    }

    /// Adds a packet. Packets stand in the order of time, so that one which is told late is as late as the one before it.
    pub(super) fn add(&mut self, at: Instant, packet: &[u8], comment: Option<&str>) {
        if !matches!(self.state, State::Open) {
            return;
        }
        self.latest = self.latest.max(self.began_at + at.saturating_duration_since(self.began));
        let mut block = pcapng::packet(self.latest, packet, comment);
        match self.room.checked_sub(block.len() as u64) {
            Some(room) => self.room = room,
            None => {
                let cut =
                    comment.map_or_else(|| self.cut.to_owned(), |comment| format!("{comment}; {}", self.cut));
                block = pcapng::packet(self.latest, packet, Some(&cut));
                self.state = State::Full;
            }
        }
        if let Err(error) = self.file.write_all(&block) {
            self.state = State::Failed(error);
        }
    }

    /// Notes an error of the recording itself.
    pub(super) fn fail(&mut self, error: io::Error) {
        self.state = State::Failed(error);
    }

    /// Brings to the file what was said so far, in case the program is killed.
    pub(super) fn flush(&mut self) {
        let broken = matches!(self.state, State::Failed(_));
        if let Err(error) = self.file.flush()
            && !broken
        {
            self.state = State::Failed(error);
        }
    }

    /// Ends it: nothing is added any more.
    pub(super) fn finish(&mut self) -> io::Result<Room> {
        self.flush();
        match std::mem::replace(&mut self.state, State::Full) {
            State::Open => Ok(Room::Left),
            State::Full => Ok(Room::Used),
            State::Failed(error) => Err(error),
        }
    }
}
