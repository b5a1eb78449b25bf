//! What was said in a run, as a file that Wireshark opens.
//!
//! The grader sees octets and not packets. What it writes and reads, with the time and the addresses, is dressed in the packets
//! that would have carried it: a handshake, segments, acknowledgements, the end. Everything below the octets is made up
//! but right: numbers follow from one another, checksums are true.

mod conversation;
mod packet;
mod pcapng;
mod recording;
mod stream;
mod tape;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

pub(crate) use conversation::Conversation;
use packet::Route;
use recording::{Recording, Room};
use tape::{Tape, locked};

use crate::connection::Target;
use crate::language::Language;
use crate::suite::Suite;

/// A capture that is being written.
#[derive(Debug)]
pub struct Capture {
    recording: Arc<Mutex<Recording>>,
    path: PathBuf,
}

/// What the file says of itself.
#[derive(Clone, Debug)]
pub struct Labels {
    /// What was graded, and where.
    about: String,
    /// A comment on the last packet of a capture that had no room for more.
    cut: &'static str,
}

impl Labels {
    /// Those of a run.
    #[must_use]
    pub fn new(suite: &Suite, target: &Target, language: Language) -> Self {
        let cut = match language {
            Language::En => "the capture ends here: 64 MiB are the most that --pcap writes",
            Language::Es => "la captura termina aquí: --pcap escribe como máximo 64 MiB",
        };
        Self { about: format!("{}, {target}, {}", suite.id, suite.title.text(language)), cut }
    }
}

/// How much of the run is in the file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// As much as this file has room for.
    Cut(PathBuf),
}

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the capture {}: {source}", path.display())]
pub struct CaptureError {
    path: PathBuf,
    source: io::Error,
}

impl Capture {
    /// The most that is written. All suites that are built in take less than a tenth of it; a server that floods every
    /// connection takes more, and Wireshark still opens the file in a moment.
    pub const MOST: u64 = 64 << 20;

    /// Begins a capture.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(path: &Path, labels: &Labels) -> Result<Self, CaptureError> {
        match Recording::create(path, labels, Self::MOST) {
            Ok(recording) => Ok(Self { recording: Arc::new(Mutex::new(recording)), path: path.to_owned() }),
            Err(source) => Err(CaptureError { path: path.to_owned(), source }),
        }
    }

    /// What connections are recorded with.
    #[must_use]
    pub fn tap(&self) -> Tap {
        Tap { recording: Some(Arc::clone(&self.recording)), about: Arc::default() }
    }

    /// Ends it.
    ///
    /// # Errors
    /// Some of it could not be written.
    pub fn finish(self) -> Result<Extent, CaptureError> {
        match locked(&self.recording).finish() {
            Ok(Room::Left) => Ok(Extent::Whole),
            Ok(Room::Used) => Ok(Extent::Cut(self.path)),
            Err(source) => Err(CaptureError { path: self.path, source }),
        }
    }
}

/// Records connections, if there is a capture. What they are about is a comment on the first packet of each.
#[derive(Clone, Debug, Default)]
pub struct Tap {
    recording: Option<Arc<Mutex<Recording>>>,
    about: Arc<str>,
}

impl Tap {
    /// The same, for connections about something else.
    #[must_use]
    pub fn about(&self, about: &str) -> Self {
        Self { recording: self.recording.clone(), about: about.into() }
    }

    /// Whether there is a capture.
    #[must_use]
    pub(crate) const fn records(&self) -> bool {
        self.recording.is_some()
    }

    /// The same, for the connection of this name.
    #[must_use]
    pub(crate) fn of(&self, connection: &str) -> Self {
        match &self.recording {
            Some(_) => self.about(&format!("{} ({connection})", self.about)),
            None => Self::default(),
        }
    }

    /// A connection is asked for now.
    pub(crate) fn dial(&self) -> Dial {
        let tape = self.recording.as_ref().map(|recording| Tape::new(recording, Arc::clone(&self.about)));
        Dial { tape, asked: Instant::now() }
    }
}

/// A connection that has been asked for.
#[derive(Debug)]
pub(crate) struct Dial {
    tape: Option<Tape>,
    asked: Instant,
}

/// Unix sockets have no addresses that a packet could carry. A server at one is shown at this address, whose port is that of
/// CALC/1, so that Wireshark knows it.
#[cfg(unix)]
pub(crate) const UNIX_SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 51216);

/// A port is made up where the system tells none: one between these, which systems do not choose by themselves, by the number of
/// the connection.
const MADE_UP_PORTS: std::ops::Range<u16> = 1024..32768;

impl Dial {
    /// A TCP connection was made between our address and the server's.
    pub(crate) fn opened(self, ends: io::Result<(SocketAddr, SocketAddr)>) -> Conversation {
        match (self.tape, ends) {
            (Some(tape), Ok((from, to))) => Conversation::opened(tape, Route { from, to }, self.asked),
            (Some(_), Err(_)) | (None, _) => Conversation::default(),
        }
    }

    /// A connection to a Unix socket was made.
    #[cfg(unix)]
    pub(crate) fn opened_unix(self) -> Conversation {
        let from = self.made_up(UNIX_SERVER);
        self.opened(Ok((from, UNIX_SERVER)))
    }

    /// A socket for datagrams is ready.
    pub(crate) fn ready(self, ends: io::Result<(SocketAddr, SocketAddr)>) -> Conversation {
        match (self.tape, ends) {
            (Some(tape), Ok((from, to))) => Conversation::datagrams(tape, Route { from, to }),
            (Some(_), Err(_)) | (None, _) => Conversation::default(),
        }
    }

    /// Nobody listens at this address.
    pub(crate) fn refused(self, to: SocketAddr) {
        let from = self.made_up(to);
        if let Some(tape) = self.tape {
            Conversation::refused(tape, Route { from, to }, self.asked);
        }
    }

    /// Nobody answers at this address.
    pub(crate) fn unanswered(self, to: SocketAddr) {
        let from = self.made_up(to);
        if let Some(tape) = self.tape {
            Conversation::unanswered(tape, Route { from, to }, self.asked);
        }
    }

    /// An address of ours where the system tells none.
    fn made_up(&self, to: SocketAddr) -> SocketAddr {
        let number = self.tape.as_ref().map_or(0, Tape::number);
        let port = MADE_UP_PORTS.start + (number % MADE_UP_PORTS.len() as u32) as u16;
        let address = match to.ip() {
            loopback if loopback.is_loopback() => loopback,
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        SocketAddr::new(address, port)
    }
}
