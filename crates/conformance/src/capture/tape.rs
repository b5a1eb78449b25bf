//! What one connection needs of the file.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use etherparse::err::packet::BuildVecWriteError;

use super::recording::Recording;

/// One connection's way into the file. Its first packet carries a comment.
#[derive(Debug)]
pub(super) struct Tape {
    recording: Arc<Mutex<Recording>>,
    comment: Option<Arc<str>>,
    number: u32,
}

impl Tape {
    pub(super) fn new(recording: &Arc<Mutex<Recording>>, comment: Arc<str>) -> Self {
        let number = locked(recording).number();
        Self { recording: Arc::clone(recording), comment: Some(comment), number }
    }

    /// The number of the connection.
    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn add(&mut self, at: Instant, packet: Result<Vec<u8>, BuildVecWriteError>) {
        let mut recording = locked(&self.recording);
        match packet {
            Ok(packet) => recording.add(at, &packet, self.comment.take().as_deref()),
            Err(error) => recording.fail(io::Error::other(error)),
        }
    }

    pub(super) fn flush(&self) {
        locked(&self.recording).flush();
    }
}

/// A recording is whole after each packet, even if a thread that wrote one has panicked since.
pub(super) fn locked(recording: &Mutex<Recording>) -> MutexGuard<'_, Recording> {
    recording.lock().unwrap_or_else(PoisonError::into_inner)
}
