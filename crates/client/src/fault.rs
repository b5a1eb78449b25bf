//! Why a conversation is over, and what is told of it.

use std::{io, time::Duration};

use calc_proto::ReplyError;

use crate::language::{Language, Phrase, Tell, displays_in_english};

/// Why the conversation is over. The connection is closed with it, and nothing that came last is used (REPLY-7).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No complete reply in time.
    TimedOut {
        /// The message that was not answered.
        message: String,
        /// The start of a reply, escaped.
        came: String,
        /// How long the reply was waited for.
        limit: Duration,
    },
    /// The connection failed.
    Io {
        /// The message that was not answered.
        message: String,
        /// What the system said.
        source: io::Error,
    },
    /// The server closed between two expressions, which it may when nothing was said for long (CONN-9).
    ClosedBetween,
    /// The server closed in the middle of an expression.
    Closed {
        /// The message that was not answered.
        message: String,
        /// The start of a reply, escaped.
        came: String,
    },
    /// What came is a result that the server can hold and this client cannot: it keeps to the protocol (`PROTOCOL.md` §6).
    OutOfRange {
        /// The message that was answered.
        message: String,
        /// The answer, escaped.
        came: String,
    },
    /// What came is not a reply.
    NotAReply {
        /// The message that was answered.
        message: String,
        /// The answer, escaped.
        came: String,
        /// What is wrong with it.
        source: ReplyError,
    },
    /// What came is a reply, but not to this message.
    Unfit {
        /// The message that was answered.
        message: String,
        /// The answer, escaped.
        came: String,
    },
    /// The server said something that no message had asked for (FRAME-10).
    Unasked {
        /// The message that was about to be sent.
        message: String,
        /// What came, escaped.
        came: String,
    },
}

displays_in_english!(Fault);

impl Fault {
    /// What came is not a reply.
    pub(crate) fn of_reply(source: ReplyError, message: String, came: String) -> Self {
        match source {
            ReplyError::OutOfRange => Self::OutOfRange { message, came },
            ReplyError::TooLong | ReplyError::NotPrintable | ReplyError::Malformed => {
                Self::NotAReply { message, came, source }
            }
        }
    }

    /// The connection failed, or ended, while a message waited for its reply.
    pub(crate) fn of_error(source: io::Error, message: String, came: String, limit: Duration) -> Self {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof, WouldBlock,
        };
        match source.kind() {
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => {
                Self::Closed { message, came }
            }
            WouldBlock | TimedOut => Self::TimedOut { message, came, limit },
            _ => Self::Io { message, source },
        }
    }
}

impl Tell for Fault {
    fn tell(&self, language: Language) -> String {
        let unfinished = |came: &str| match came {
            "" => String::new(),
            came => Phrase::Unfinished.with(language, &[&came]),
        };
        match self {
            Self::TimedOut { message, came, limit } => {
                Phrase::TimedOut.with(language, &[message, &format!("{limit:?}")]) + &unfinished(came)
            }
            Self::Io { message, source } => Phrase::Failed.with(language, &[message, source]),
            Self::ClosedBetween => Phrase::ClosedBetween.text(language).to_owned(),
            Self::Closed { message, came } => Phrase::Closed.with(language, &[message]) + &unfinished(came),
            Self::OutOfRange { message, came } => Phrase::ResultOutOfRange.with(language, &[message, came]),
            Self::NotAReply { message, came, source } => {
                let reason = match source {
                    ReplyError::TooLong => Phrase::ReplyTooLong,
                    ReplyError::NotPrintable => Phrase::ReplyNotPrintable,
                    ReplyError::Malformed | ReplyError::OutOfRange => Phrase::ReplyMalformed,
                };
                Phrase::NotAReply.with(language, &[message, came, &reason.text(language)])
            }
            Self::Unfit { message, came } => Phrase::Unfit.with(language, &[message, came]),
            Self::Unasked { message, came } => Phrase::Unasked.with(language, &[came, message]),
        }
    }
}

/// The start of a line, so escaped that it can do nothing to a terminal.
pub(crate) fn excerpt(octets: &[u8]) -> String {
    /// What fits a line of a terminal beside its explanation, were every octet printable.
    const MAX_SHOWN: usize = 80;
    let line = octets.split(|&octet| octet == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.split_at_checked(MAX_SHOWN) {
        Some((shown, [_, ..])) => format!("{}...", shown.escape_ascii()),
        Some((_, [])) | None => line.escape_ascii().to_string(),
    }
}
