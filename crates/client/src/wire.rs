//! One message out, one reply in: the conversation as octets, each turn with a deadline.

use std::{
    io::{self, BufRead as _, BufReader},
    net::Shutdown,
    time::{Duration, Instant},
};

use calc_proto::{Line, LineDecoder, MAX_LINE, Reply};

use crate::{
    connect::Connection,
    fault::{Fault, excerpt},
};

/// A stream to a server, and the turn that is in hand.
pub(crate) struct Wire {
    stream: BufReader<Connection>,
    /// How long a message may take to leave, and then its reply to come.
    limit: Duration,
    /// What the stream was last told, which it need not be told twice.
    allowed: Option<Duration>,
    /// The message of this turn, with its LF.
    message: Vec<u8>,
    /// What has come of its reply, never more than [`LONGEST`] octets and one [`BUFFER`].
    line: Vec<u8>,
    decoder: LineDecoder,
    replies: u64,
}

/// A reply of full length, and a CR. Where more comes without an LF, the LF is not waited for.
pub(crate) const LONGEST: usize = MAX_LINE + 1;

/// What is read at once. Replies are short, and come one at a time.
const BUFFER: usize = 4096;

impl Wire {
    pub(crate) fn new(stream: Connection, limit: Duration) -> Self {
        Self {
            stream: BufReader::with_capacity(BUFFER, stream),
            limit,
            allowed: None,
            message: Vec::new(),
            line: Vec::new(),
            decoder: LineDecoder::new(),
            replies: 0,
        }
    }

    /// Grants the turns to come no more time than `limit`.
    pub(crate) fn hurry(&mut self, limit: Duration) {
        self.limit = self.limit.min(limit);
    }

    /// How many lines have come since the connection was made.
    pub(crate) const fn replies(&self) -> u64 {
        self.replies
    }

    /// Where the message of the next turn is to be written.
    pub(crate) fn message(&mut self) -> &mut Vec<u8> {
        self.message.clear();
        &mut self.message
    }

    /// The message of this turn, for people.
    pub(crate) fn sent(&self) -> String {
        excerpt(&self.message)
    }

    /// What a reply is called that does not fit its message.
    pub(crate) fn unfit(&self) -> Fault {
        Fault::Unfit { message: self.sent(), came: excerpt(&self.line) }
    }

    /// Sends the message and waits for its reply.
    pub(crate) fn turn(&mut self) -> Result<Reply<'_>, Fault> {
        self.line.clear();
        if !self.stream.buffer().is_empty() {
            return Err(Fault::Unasked { message: self.sent(), came: excerpt(self.stream.buffer()) });
        }
        self.send().and_then(|()| self.receive()).map_err(|error| self.failed(error))?;
        self.replies += 1;
        // There is none where `receive` gave the LF up.
        let line = self.decoder.next_line(&mut &self.line[..]).unwrap_or(Line::TooLong);
        Reply::parse(line)
            .map_err(|source| Fault::of_reply(source, excerpt(&self.message), excerpt(&self.line)))
    }

    /// Sends no more, waits until the server sends no more either, and closes.
    pub(crate) fn close(mut self) {
        self.stream.get_ref().shut_down(Shutdown::Write);
        let start = Instant::now();
        let mut rest = [0; BUFFER];
        while let Some(left) = self.limit.checked_sub(start.elapsed()).filter(|left| !left.is_zero())
            && self.allow(left).is_ok()
            && matches!(self.stream.get_ref().receive(&mut rest), Ok(1..))
        {}
    }

    fn send(&mut self) -> io::Result<()> {
        self.allow(self.limit)?;
        self.stream.get_ref().send(&self.message)
    }

    /// Reads up to the next LF, or past [`LONGEST`]. However small the pieces are, all of them together have the limit.
    fn receive(&mut self) -> io::Result<()> {
        let start = Instant::now();
        let mut left = self.limit;
        while !left.is_zero() {
            self.allow(left)?;
            let piece = match self.stream.fill_buf() {
                Ok([]) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => &[],
                Err(error) => return Err(error),
            };
            let end = piece.iter().position(|&octet| octet == b'\n');
            let taken = end.map_or(piece.len(), |end| end + 1);
            self.line.extend_from_slice(&piece[..taken]);
            self.stream.consume(taken);
            if end.is_some() || self.line.len() > LONGEST {
                return Ok(());
            }
            left = self.limit.saturating_sub(start.elapsed());
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    /// Bounds the next read or write.
    fn allow(&mut self, limit: Duration) -> io::Result<()> {
        if self.allowed == Some(limit) {
            return Ok(());
        }
        self.allowed = Some(limit);
        match self.stream.get_ref().set_timeout(limit) {
            // macOS refuses this for a connection that was reset, on which nothing waits any more.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            done => done,
        }
    }

    fn failed(&self, source: io::Error) -> Fault {
        Fault::of_error(source, self.sent(), excerpt(&self.line), self.limit)
    }
}
