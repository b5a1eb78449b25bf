//! One message out, one reply in: the conversation as octets, each turn with a deadline.

use std::{
    fmt,
    io::{self, BufRead as _, BufReader},
    time::{Duration, Instant},
};

use calc_proto::{Line, LineDecoder, MAX_LINE, Reply, ReplyError};

use crate::connect::Transport;

/// Why the conversation is over. The connection is closed with it, and nothing that came last is used (REPLY-7).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No complete reply in time.
    #[error("timed out: no reply to '{message}' within {limit:?}{}", Unfinished(came))]
    TimedOut {
        /// The message that was not answered.
        message: String,
        /// The start of a reply, escaped.
        came: String,
        /// How long the reply was waited for.
        limit: Duration,
    },
    /// The connection failed.
    #[error("the connection failed while '{message}' waited for its reply: {source}")]
    Io {
        /// The message that was not answered.
        message: String,
        /// What the system said.
        source: io::Error,
    },
    /// The server closed between two expressions, which it may when nothing was said for long (CONN-9).
    #[error("the server closed the connection after the last expression")]
    ClosedBetween,
    /// The server closed in the middle of an expression.
    #[error("the server broke the protocol: it closed without a reply to '{message}'{}", Unfinished(came))]
    Closed {
        /// The message that was not answered.
        message: String,
        /// The start of a reply, escaped.
        came: String,
    },
    /// What came is a result that the server can hold and this client cannot: it keeps to the protocol (`PROTOCOL.md` §6).
    #[error(
        "the server answered '{message}' with '{came}', which is beyond the largest number of this client"
    )]
    OutOfRange {
        /// The message that was answered.
        message: String,
        /// The answer, escaped.
        came: String,
    },
    /// What came is not a reply.
    #[error("the server broke the protocol: it answered '{message}' with '{came}': {source}")]
    NotAReply {
        /// The message that was answered.
        message: String,
        /// The answer, escaped.
        came: String,
        /// What is wrong with it.
        source: ReplyError,
    },
    /// What came is a reply, but not to this message.
    #[error(
        "the server broke the protocol: it answered '{message}' with '{came}', which does not fit the message"
    )]
    Unfit {
        /// The message that was answered.
        message: String,
        /// The answer, escaped.
        came: String,
    },
    /// The server said something that no message had asked for (FRAME-10).
    #[error("the server broke the protocol: it said '{came}' before '{message}' was sent")]
    Unasked {
        /// The message that was about to be sent.
        message: String,
        /// What came, escaped.
        came: String,
    },
}

/// A stream to a server, and the turn that is in hand.
pub(crate) struct Wire<S> {
    stream: BufReader<S>,
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
const LONGEST: usize = MAX_LINE + 1;

/// What is read at once. Replies are short, and come one at a time.
const BUFFER: usize = 4096;

impl<S: Transport> Wire<S> {
    pub(crate) fn new(stream: S, limit: Duration) -> Self {
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
        Reply::parse(line).map_err(|source| {
            let (message, came) = (excerpt(&self.message), excerpt(&self.line));
            match source {
                ReplyError::OutOfRange => Fault::OutOfRange { message, came },
                ReplyError::TooLong | ReplyError::NotPrintable | ReplyError::Malformed => {
                    Fault::NotAReply { message, came, source }
                }
            }
        })
    }

    fn send(&mut self) -> io::Result<()> {
        self.allow(self.limit)?;
        self.stream.get_mut().write_all(&self.message)
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
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof, WouldBlock,
        };
        let (message, came) = (self.sent(), excerpt(&self.line));
        match source.kind() {
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => {
                Fault::Closed { message, came }
            }
            WouldBlock | TimedOut => Fault::TimedOut { message, came, limit: self.limit },
            _ => Fault::Io { message, source },
        }
    }
}

/// The start of a line, so escaped that it can do nothing to a terminal.
fn excerpt(octets: &[u8]) -> String {
    /// What fits a line of a terminal beside its explanation, were every octet printable.
    const MAX_SHOWN: usize = 80;
    let line = octets.split(|&octet| octet == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.split_at_checked(MAX_SHOWN) {
        Some((shown, [_, ..])) => format!("{}...", shown.escape_ascii()),
        Some((_, [])) | None => line.escape_ascii().to_string(),
    }
}

/// The start of a reply that has no line end, as the end of a sentence.
struct Unfinished<'a>(&'a str);

impl fmt::Display for Unfinished<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            came => write!(f, ": '{came}' came without a line end"),
        }
    }
}
