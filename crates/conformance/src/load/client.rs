//! One connection under load: what it has asked, and what it has heard.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use mio::net::TcpStream;

use super::Fault;
use super::fault::{Due, Wrong};
use super::script::Prepared;
use super::tally::{Span, Tally, Time};
use super::tape::WINDOW;

/// One connection.
pub(super) struct Client {
    pub(super) stream: TcpStream,
    /// Counted from 1.
    connection: usize,
    /// The message of the circle that is asked next.
    next: usize,
    /// Where in the circle writing goes on, and how many octets are still to be written.
    written: usize,
    owed: u64,
    /// Where in the circle of replies reading goes on.
    heard: usize,
    /// Messages that are asked and not answered, those of one time together.
    batches: VecDeque<Batch>,
    /// How many they are.
    pub(super) under_way: u64,
    /// When a reply came last, or a message was asked when none was under way.
    active: Time,
}

/// Messages that were asked, or due, at one time.
struct Batch {
    at: Time,
    count: u64,
}

/// Where a read that does not fill the buffer has taken all there is, as the system will say when there is more. Elsewhere
/// only a read that finds nothing makes the system look again.
const SHORT_READ_TAKES_ALL: bool = cfg!(unix);

impl Client {
    /// A connection, and what has already come of its first reply.
    pub(super) fn new(
        stream: std::net::TcpStream,
        connection: usize,
        came: &[u8],
        script: &Prepared,
    ) -> Result<Self, Fault> {
        stream.set_nonblocking(true).map_err(|error| Fault::of_stream(connection, &error))?;
        let mut client = Self {
            stream: TcpStream::from_std(stream),
            connection,
            next: 0,
            written: 0,
            owed: 0,
            heard: 0,
            batches: VecDeque::new(),
            under_way: 0,
            active: 0,
        };
        let (_, compared) = client.compare(came, script);
        compared.map(|()| client)
    }

    /// Puts so many messages on their way, which were due at a time; [`Self::flush`] sends them.
    pub(super) fn ask(&mut self, count: u64, due: Time, now: Time, script: &Prepared) {
        if count == 0 {
            return;
        }
        if self.under_way == 0 {
            self.active = now;
        }
        let (next, octets) = script.requests.skip(self.next, count);
        self.next = next;
        self.owed += octets;
        self.under_way += count;
        self.batches.push_back(Batch { at: due, count });
    }

    /// Writes what is owed, as much of it as the system takes.
    pub(super) fn flush(&mut self, script: &Prepared) -> Result<(), Fault> {
        while self.owed > 0 {
            let most = usize::try_from(self.owed).unwrap_or(usize::MAX);
            match self.stream.write(script.requests.window(self.written, most)) {
                Ok(count) => {
                    (self.written, _) = script.requests.advance(self.written, count);
                    self.owed -= count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What the server said before it went tells more than that it is gone.
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Reads what there is, up to the end of it or of the connection, and compares it with what is due.
    pub(super) fn receive(
        &mut self,
        buffer: &mut [u8],
        has_ended: Ended,
        script: &Prepared,
        mut answered: impl FnMut(&mut Self, u64),
    ) -> Result<(), Fault> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Err(Fault::of_stream(self.connection, &io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => {
                    let (replies, compared) = self.compare(&buffer[..count], script);
                    answered(self, replies);
                    compared?;
                    if SHORT_READ_TAKES_ALL && count < buffer.len() && has_ended == Ended::NotYet {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::of_stream(self.connection, &error)),
            }
        }
    }

    /// So many replies have come: counts them by the time when their messages were due.
    pub(super) fn settle(&mut self, replies: u64, now: Time, span: Span, tally: &mut Tally) {
        let mut left = replies;
        while let Some(batch) = self.batches.front_mut()
            && left > 0
        {
            let count = left.min(batch.count);
            tally.answered(count, batch.at, now, span);
            batch.count -= count;
            left -= count;
            self.under_way -= count;
            if batch.count == 0 {
                self.batches.pop_front();
            }
        }
        self.active = now;
    }

    /// The fault of a server that has left a message unanswered for longer than `patience`.
    pub(super) fn silence(&self, now: Time, patience: Duration, script: &Prepared) -> Option<Fault> {
        let waited = Duration::from_nanos(now.saturating_sub(self.active));
        (self.under_way > 0 && waited > patience).then(|| {
            let (message, _) = script.replies.message_at(self.heard);
            let message = script.requests.message(message).to_vec();
            Fault::Silent { connection: self.connection, message, waited: patience }
        })
    }

    /// Ends the connection in good order. Prompts that nobody waits for may lie unread, and the system then sends a reset.
    pub(super) fn close(self) {
        drop(self.stream.shutdown(Shutdown::Write));
    }

    /// Compares octets with those that are due, and says how many right replies end in them.
    fn compare(&mut self, came: &[u8], script: &Prepared) -> (u64, Result<(), Fault>) {
        let mut replies = 0;
        for piece in came.chunks(WINDOW) {
            let due = script.replies.window(self.heard, piece.len());
            let same = if piece == due { piece.len() } else { common(piece, due) };
            let (heard, ended) = script.replies.advance(self.heard, same);
            self.heard = heard;
            replies += ended;
            if replies > self.under_way {
                let came = script.replies.last_before(heard).to_vec();
                return (self.under_way, Err(Fault::Unasked { connection: self.connection, came }));
            }
            if same < piece.len() {
                return (replies, Err(self.wrong(&piece[same..], self.under_way - replies, script)));
            }
        }
        (replies, Ok(()))
    }

    /// The fault of a reply that goes on like this, and otherwise than the one that is due.
    fn wrong(&self, rest: &[u8], due: u64, script: &Prepared) -> Fault {
        let (connection, (index, start)) = (self.connection, script.replies.message_at(self.heard));
        let reply = script.replies.message(index);
        // A reply that ends as the right one does is shown up to that end.
        let last = reply.last();
        let end = rest.iter().position(|octet| Some(octet) == last).map_or(rest.len(), |end| end + 1);
        let came = [&reply[..self.heard - start], &rest[..end]].concat();
        if due == 0 {
            return Fault::Unasked { connection, came };
        }
        let (message, due) = (script.requests.message(index).to_vec(), Due::Octets(reply.to_vec()));
        Fault::Wrong(Box::new(Wrong { connection, message, due, came }))
    }
}

/// How many octets two begin with in common.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Whether the system has said that the server ended the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    Yes,
    NotYet,
}
