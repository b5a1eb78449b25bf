//! One connection under load: what it has asked, and what it has heard.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;

use super::Fault;
use super::fault::{Due, Wrong};
use super::script::Prepared;
use super::tally::{Span, Tally, Time};

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
        client.compare(came, script)?;
        Ok(client)
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
                    let replies = self.compare(&buffer[..count], script)?;
                    answered(self, replies);
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
    pub(super) fn silence(
        &self,
        now: Time,
        patience: std::time::Duration,
        script: &Prepared,
    ) -> Option<Fault> {
        let waited = std::time::Duration::from_nanos(now.saturating_sub(self.active));
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

    /// Compares octets with those that are due, and says how many replies end in them.
    fn compare(&mut self, came: &[u8], script: &Prepared) -> Result<u64, Fault> {
        let mut replies = 0;
        for piece in came.chunks(super::tape::WINDOW) {
            if piece != script.replies.window(self.heard, piece.len()) {
                return Err(self.wrong(piece, script));
            }
            let (heard, ended) = script.replies.advance(self.heard, piece.len());
            self.heard = heard;
            replies += ended;
            if replies > self.under_way {
                let came = script.replies.last_before(self.heard).to_vec();
                return Err(Fault::Unasked { connection: self.connection, came });
            }
        }
        Ok(replies)
    }

    /// The first reply that is another than was due, as far as it has come.
    fn wrong(&self, came: &[u8], script: &Prepared) -> Fault {
        let due = script.replies.window(self.heard, came.len());
        let same = due.iter().zip(came).take_while(|(due, came)| due == came).count();
        let (at, before) = script.replies.advance(self.heard, same);
        let (index, start) = script.replies.message_at(at);
        let reply = script.replies.message(index);
        let message = script.requests.message(index).to_vec();
        let rest = &came[same..];
        // A reply that ends as the right one does is shown up to that end.
        let last = reply.last();
        let end = rest.iter().position(|octet| Some(octet) == last).map_or(rest.len(), |end| end + 1);
        let came = [&reply[..at - start], &rest[..end]].concat();
        if before >= self.under_way {
            return Fault::Unasked { connection: self.connection, came };
        }
        let due = Due::Octets(reply.to_vec());
        Fault::Wrong(Box::new(Wrong { connection: self.connection, message, due, came }))
    }
}

/// Whether the system has said that the server ended the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    Yes,
    NotYet,
}
