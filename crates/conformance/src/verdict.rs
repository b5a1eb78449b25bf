//! What became of a case.

use std::time::Duration;

use crate::connection::{End, Received};
use crate::format::{Ending, EventName, Matcher};
use crate::language::Text;

/// The verdict on one case.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Everything was as expected.
    Pass,
    /// As expected, but not as it is done.
    Warn(Warning),
    /// The server did something else.
    Fail(Box<Failure>),
    /// The grader could not find out.
    Error(String),
    /// Not run, since it could say nothing; counts as failed.
    Blocked(Blocker),
    /// The case is about something that the server need not have.
    NotApplicable(Lack),
    /// Not run, and nobody's fault.
    Skip(Omission),
}

/// Why a case was left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Omission {
    /// It was not asked for.
    Deselected,
    /// The time that the run was given was over.
    OutOfTime,
}

/// What is accepted, but not as it is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Warning {
    /// The server closed with a reset, which can destroy replies on their way (CONN-6).
    Reset,
}

/// How a case failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Where it broke.
    pub breach: Breach,
    /// The note that explains it.
    pub note: Option<String>,
    /// How the server was afterwards, where there was reason to ask.
    pub aftermath: Option<Health>,
}

/// The point where a case broke.
#[derive(Clone, Debug, PartialEq)]
pub enum Breach {
    /// In the conversation.
    Conversation {
        /// In which part of it.
        stage: Stage,
        /// On which connection.
        connection: String,
        /// What was due.
        expected: Expected,
        /// What happened instead.
        happened: Happened,
        /// Whether the connection had broken under a write before.
        write_failed: bool,
    },
    /// It was not run: the server violates the requirement in general, and is graded under a relaxation.
    Deviation {
        /// The relaxation's name.
        relaxation: String,
        /// What people call it.
        title: Text,
    },
}

/// A part of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// Its own steps.
    Script,
    /// The fence: an exchange with known replies at the end, on the same connection.
    Fence,
    /// The same on a fresh connection.
    Control,
}

/// What was due.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A reply.
    Reply(Matcher),
    /// The end of the connection.
    Close(Ending),
    /// Nothing, for so long.
    Silence(Duration),
    /// No more than the replies that were due.
    NothingExtra,
    /// A connection.
    Connection,
}

/// What happened instead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Happened {
    /// Another reply.
    Reply(Received),
    /// Something that was not asked for.
    Unsolicited(Received),
    /// No whole reply in time; perhaps its beginning.
    Nothing {
        /// What had come of it.
        partial: Vec<u8>,
        /// How long we waited.
        waited: Duration,
    },
    /// A reply without its end, and then silence.
    Unterminated(Vec<u8>),
    /// Octets without end.
    TooLong(Vec<u8>),
    /// The server ended the connection, perhaps within a reply.
    Ended(End, Vec<u8>),
    /// The connection stayed open.
    StillOpen(Duration),
    /// There was no connection.
    NotConnected(Text),
}

/// How a server is, seen from a fresh connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Health {
    /// It answers as it should.
    Well,
    /// It answers, but not as it should.
    Wrong,
    /// It accepts connections and answers nothing.
    Mute,
    /// It accepts no connection.
    Dead,
}

/// Why a case was not run and counts as failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Blocker {
    /// A case that it builds on was not passed.
    Requires(String),
    /// The server is gone since that case, or since the preflight.
    Gone {
        /// Dead or mute.
        health: Health,
        /// The last case before.
        since: Option<String>,
    },
    /// The rows before it, of the same case, have crashed the server, each of them.
    DeadlyRows,
    /// The server was never there.
    Unreachable,
    /// Something that it needs cannot be tested under the relaxation.
    Relaxed(String),
    /// The server failed the preflight, so that no case can be passed, and enough of them have shown it.
    Preflight,
}

/// What a server need not have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Lack {
    /// The dialect has no words for it.
    Words(Text),
    /// The dialect has not this property.
    Fact(String),
    /// The server does not offer it.
    Offer(String),
    /// The server does not offer what the case is about.
    Declined,
    /// The dialect takes a connection for each reply, and the server ends with its first one.
    AnotherClient,
}

impl Happened {
    /// The events as which it is known.
    #[must_use]
    pub fn events(&self) -> Vec<EventName> {
        match self {
            Self::Reply(_) => vec![EventName::WrongReply],
            Self::Unsolicited(_) => vec![EventName::Unsolicited],
            Self::Nothing { .. } => vec![EventName::Timeout],
            Self::Unterminated(_) => vec![EventName::Unterminated],
            Self::TooLong(_) => vec![EventName::TooLong],
            Self::Ended(end, partial) => {
                let ended = match end {
                    End::Fin => EventName::Closed,
                    End::Reset => EventName::Reset,
                };
                if partial.is_empty() { vec![ended] } else { vec![ended, EventName::Unterminated] }
            }
            Self::StillOpen(_) => vec![EventName::StillOpen],
            Self::NotConnected(_) => vec![EventName::Refused],
        }
    }

    /// Whether the server said something that might be a reply, were it heard otherwise.
    #[must_use]
    pub const fn is_speech(&self) -> bool {
        match self {
            Self::Reply(_) | Self::Unsolicited(_) | Self::Unterminated(_) | Self::TooLong(_) => true,
            Self::Ended(_, partial) => !partial.is_empty(),
            Self::Nothing { .. } | Self::NotConnected(_) | Self::StillOpen(_) => false,
        }
    }

    /// Whether the server may be gone, so that there is reason to ask how it is.
    #[must_use]
    pub const fn is_alarming(&self) -> bool {
        match self {
            Self::Nothing { .. } | Self::Ended(..) | Self::NotConnected(_) | Self::StillOpen(_) => true,
            Self::Reply(_) | Self::Unsolicited(_) | Self::Unterminated(_) | Self::TooLong(_) => false,
        }
    }
}
