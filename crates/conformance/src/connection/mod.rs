//! One live connection: what is sent goes out while replies are read, and replies are found by the dialect's framing.

mod framing;
mod inbox;
mod network;
mod received;
mod stream;
mod target;

use std::io;
use std::time::Duration;

use tokio::io::Interest;
use tokio::time::{Instant, timeout_at};

pub use framing::Quiet;
pub use inbox::{Found, Inbox};
pub use network::Network;
pub use received::Received;
pub use stream::DialError;
use stream::Stream;
pub use target::{Address, Target, TargetError};

use crate::capture::Tap;
use crate::dialect::Hearing;
use crate::format::{Reading, Receive};

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    inbox: Inbox,
    /// What was heard and ignored, and not yet told.
    ignored: Vec<Vec<u8>>,
    reading: Reading,
    end: Option<End>,
    write_failure: Option<io::ErrorKind>,
    leaving: Leaving,
    /// How much was dropped while its end was waited for.
    dropped: usize,
}

/// What our close leaves behind on a connection that the server closed first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Leaving {
    /// What it may: the server's port stays in TIME_WAIT.
    AsUsual,
    /// Nothing.
    Nothing,
}

/// How the server ended a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// In good order.
    Fin,
    /// With a reset.
    Reset,
}

/// What came where a reply was due.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Heard {
    /// A reply.
    Reply(Received),
    /// More octets than a reply has, and no end of it.
    TooLong(Vec<u8>),
    /// Octets without the end of a reply, and then silence until the deadline.
    Unterminated(Vec<u8>),
    /// No whole reply until the deadline; octets were still arriving, or none came.
    Nothing(Vec<u8>),
    /// The server ended the connection, perhaps within a reply.
    Ended(End, Vec<u8>),
}

/// What became of a write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sent {
    /// The system took all of it.
    All,
    /// The connection took no more of it, for so long that we stopped.
    Stalled,
    /// The connection is broken.
    Failed(io::ErrorKind),
}

impl Connection {
    /// Connects. The tap records what is said.
    ///
    /// # Errors
    /// Nobody accepts there.
    pub async fn open(
        network: &Network,
        address: &Address,
        reading: Reading,
        patience: Duration,
        tap: &Tap,
    ) -> Result<Self, DialError> {
        let stream = Stream::open(network, address, reading, patience, tap).await?;
        let leaving = match network {
            Network::Shared => Leaving::Nothing,
            Network::Ours => Leaving::AsUsual,
            #[cfg(target_os = "linux")]
            Network::Of(_) => Leaving::AsUsual,
        };
        Ok(Self {
            stream,
            inbox: Inbox::default(),
            ignored: Vec::new(),
            reading,
            end: None,
            write_failure: None,
            leaving,
            dropped: 0,
        })
    }

    /// Sends, and reads meanwhile, so that a server which must send before it can read on is not waited for in vain.
    /// A write that fails is a result: the replies that were sent before it can still be read.
    pub async fn send(&mut self, bytes: &[u8], stall: Duration) -> Sent {
        let mut rest = bytes;
        let give_up = Instant::now() + stall * MOST_STALLS;
        // No octets are nothing to a stream, and an empty datagram.
        let mut sending = !rest.is_empty() || self.stream.is_datagram();
        while sending {
            let deadline = give_up.min(Instant::now() + stall);
            let progress = timeout_at(deadline, self.stream.ready(self.interest_in_sending())).await;
            let outcome = match progress {
                Err(_) => return Sent::Stalled,
                Ok(Err(error)) => Err(error),
                Ok(Ok(ready)) => {
                    if ready.is_readable() {
                        self.read_available();
                    }
                    if ready.is_writable() {
                        self.stream.try_write(rest)
                    } else {
                        Err(io::ErrorKind::WouldBlock.into())
                    }
                }
            };
            match outcome {
                Ok(count) => {
                    rest = &rest[count..];
                    sending = !rest.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    self.write_failure = Some(error.kind());
                    // Of datagrams the system says so when the one before has found nobody.
                    if self.stream.is_datagram() {
                        self.end = Some(End::Reset);
                    }
                    return Sent::Failed(error.kind());
                }
            }
        }
        Sent::All
    }

    /// Waits for one reply. `whole` knows a reply to be whole where only silence could tell.
    pub async fn receive(
        &mut self,
        hearing: &Hearing,
        deadline: Instant,
        whole: impl Fn(&Received) -> bool,
    ) -> Heard {
        let mut last_octet = Instant::now();
        loop {
            match self.inbox.take(&hearing.receive, self.quiet(&hearing.receive, last_octet)) {
                Found::Reply(message) => {
                    let raw = message.raw().to_vec();
                    if let Some(reply) = hearing.reply(message) {
                        return Heard::Reply(reply);
                    }
                    if self.ignored.len() < MOST_IGNORED {
                        self.ignored.push(raw);
                    }
                    // One to be ignored: what stands behind it is looked at next, but not for ever.
                    if Instant::now() < deadline {
                        continue;
                    }
                }
                Found::TooLong(octets) => return Heard::TooLong(octets),
                Found::Incomplete => {}
            }
            if let Some(reply) =
                self.inbox.unended(&hearing.receive).and_then(|unended| hearing.reply(unended))
                && whole(&reply)
            {
                self.inbox.take_all();
                return Heard::Reply(reply);
            }
            if let Some(end) = self.end {
                return Heard::Ended(end, self.rest(hearing));
            }
            // Asked here and not only of the timer: from a server that never stops sending there is always something to read.
            if Instant::now() >= deadline {
                return self.missed(hearing, deadline, last_octet);
            }
            let wake = self.wake(&hearing.receive, last_octet, deadline);
            if timeout_at(wake, self.read()).await.is_ok() {
                last_octet = Instant::now();
            }
        }
    }

    /// The messages that were ignored since this was asked last, as far as they are kept.
    pub fn take_ignored(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.ignored)
    }

    /// Waits until something has come that is not noise, or the server has ended the connection, or until the deadline.
    pub async fn wait_for_octets(&mut self, hearing: &Hearing, deadline: Instant) {
        while hearing.is_noise(self.inbox.unread()) && self.end.is_none() && Instant::now() < deadline {
            self.inbox.take_all();
            // Whether it was the deadline or something that came, the loop sees.
            drop(timeout_at(deadline, self.read()).await);
        }
    }

    /// Whether the server ends the connection by the deadline. What it sends until then is dropped. One that floods us will
    /// not end it, and is not read to no purpose.
    pub async fn ends_by(&mut self, deadline: Instant) -> bool {
        while self.end.is_none() && !self.is_flood() && Instant::now() < deadline {
            drop(timeout_at(deadline, self.read()).await);
            self.dropped += self.inbox.take_all().len();
        }
        self.end.is_some()
    }

    /// Whether more had to be dropped than any case asks for.
    #[must_use]
    pub const fn is_flood(&self) -> bool {
        self.dropped > Inbox::MOST
    }

    /// Octets that are there already and belong to no reply that was taken.
    pub fn leftover(&mut self) -> &[u8] {
        if self.end.is_none() && self.reading == Reading::Always {
            self.read_available();
        }
        self.inbox.unread()
    }

    /// How the server ended the connection, as far as is known.
    #[must_use]
    pub const fn end(&self) -> Option<End> {
        self.end
    }

    /// Why the last write failed, if one did.
    #[must_use]
    pub const fn write_failure(&self) -> Option<io::ErrorKind> {
        self.write_failure
    }

    /// Whether it is read at all.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.reading
    }

    /// Says that we send no more. A server that closed first has no use for it, so an error says nothing.
    pub async fn half_close(&mut self) {
        drop(self.stream.half_close().await);
    }

    /// Closes in good order: with octets unread the system would send a reset.
    pub fn close(mut self) {
        self.leftover();
        if self.leaving == Leaving::Nothing && self.end == Some(End::Fin) {
            // The server has closed, so that it does not see the reset by which its end of the connection goes at once.
            drop(self.stream.abort());
        }
    }

    /// Closes with a reset.
    ///
    /// # Errors
    /// The system cannot.
    pub fn abort(self) -> io::Result<()> {
        self.stream.abort()
    }

    fn interest_in_sending(&self) -> Interest {
        match self.reading {
            Reading::Always if self.end.is_none() && !self.inbox.is_full() => {
                Interest::WRITABLE | Interest::READABLE
            }
            Reading::Always | Reading::Never => Interest::WRITABLE,
        }
    }

    /// Waits until there is something to read, and reads it.
    async fn read(&mut self) {
        match self.stream.ready(Interest::READABLE).await {
            Ok(_) => self.read_available(),
            Err(error) => self.end = Some(end_of(&error)),
        }
    }

    /// Reads once, without waiting.
    fn read_available(&mut self) {
        if self.inbox.is_full() {
            return;
        }
        match self.stream.try_read(self.inbox.room()) {
            Ok(count) if self.stream.is_datagram() => self.inbox.ends_datagram(count),
            // A write that failed has used up the error by which the reset would have been seen.
            Ok(0) if self.write_failure.is_some() => self.end = Some(End::Reset),
            Ok(0) => self.end = Some(End::Fin),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => self.end = Some(end_of(&error)),
        }
    }

    fn quiet(&self, framing: &Receive, last_octet: Instant) -> Quiet {
        match silence_that_ends(framing) {
            _ if self.end.is_some() => Quiet::Closed,
            Some(silence) if last_octet.elapsed() >= silence => Quiet::Yes,
            Some(_) | None => Quiet::NotYet,
        }
    }

    fn wake(&self, framing: &Receive, last_octet: Instant, deadline: Instant) -> Instant {
        match silence_that_ends(framing) {
            Some(silence) if !self.inbox.unread().is_empty() => deadline.min(last_octet + silence),
            Some(_) | None => deadline,
        }
    }

    /// What is left that belongs to no reply.
    fn rest(&mut self, hearing: &Hearing) -> Vec<u8> {
        let rest = self.inbox.take_all();
        if hearing.is_noise(&rest) { Vec::new() } else { rest }
    }

    /// Without a whole reply at the deadline: a server that has long fallen silent sent a reply without its end; one that
    /// still sends is only slow.
    fn missed(&mut self, hearing: &Hearing, deadline: Instant, last_octet: Instant) -> Heard {
        let octets = self.rest(hearing);
        let silence = deadline.saturating_duration_since(last_octet);
        if !octets.is_empty() && silence >= SILENCE {
            Heard::Unterminated(octets)
        } else {
            Heard::Nothing(octets)
        }
    }
}

/// The silence that ends a reply, where that is what ends it.
const fn silence_that_ends(framing: &Receive) -> Option<Duration> {
    match framing {
        Receive::Quiet { quiet_ms, .. } | Receive::Delimited { quiet_ms: Some(quiet_ms), .. } => {
            Some(Duration::from_millis(*quiet_ms))
        }
        Receive::Delimited { quiet_ms: None, .. }
        | Receive::UntilClose { .. }
        | Receive::Fixed(_)
        | Receive::Datagram { .. }
        | Receive::Length { .. }
        | Receive::Header { .. }
        | Receive::UntilLine { .. } => None,
    }
}

/// A server that takes a few octets now and then has so many times the patience for one stall, all in all.
const MOST_STALLS: u32 = 10;

/// More ignored messages before a reply are counted by nobody; a server may send them for as long as it is listened to.
const MOST_IGNORED: usize = 20;

/// The silence after which a reply without its end counts as all that was sent.
const SILENCE: Duration = Duration::from_millis(100);

/// On some systems a connection that was reset reads as broken or aborted.
fn end_of(error: &io::Error) -> End {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => End::Fin,
        _ => End::Reset,
    }
}
