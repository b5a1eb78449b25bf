//! What ends a run before its time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::dialect::Dialect;
use crate::escape::printable;
use crate::format::Matcher;
use crate::language::Language;
use crate::report::in_words;

/// What ended a run before its time. Connections are counted from 1.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nobody accepts connections there.
    Unreachable(String),
    /// This machine has no more connections, files or memory to give.
    Local {
        /// The connection that could not be opened.
        connection: usize,
        /// Why.
        why: String,
    },
    /// A connection was refused, after others had been made.
    Refused {
        /// The connection.
        connection: usize,
        /// Why.
        why: String,
    },
    /// A reply was another one than was due.
    Wrong(Box<Wrong>),
    /// Something came that nothing had asked for.
    Unasked {
        /// The connection.
        connection: usize,
        /// What came.
        came: Vec<u8>,
    },
    /// The server ended a connection.
    Ended {
        /// The connection.
        connection: usize,
        /// How.
        how: Ending,
    },
    /// A message was not answered in time.
    Silent {
        /// The connection.
        connection: usize,
        /// The message.
        message: Vec<u8>,
        /// How long it was waited for.
        waited: Duration,
    },
}

/// A wrong reply.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The connection.
    pub connection: usize,
    /// The message.
    pub message: Vec<u8>,
    /// What was due.
    pub due: Due,
    /// What came.
    pub came: Vec<u8>,
}

/// What was due.
#[derive(Clone, Debug)]
pub enum Due {
    /// These octets.
    Octets(Vec<u8>),
    /// A reply of the dialect.
    Reply(Matcher, Arc<Dialect>),
}

/// How a server ends a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// In good order.
    Closed,
    /// With a reset.
    Reset,
}

/// What a fault is about, for programs and exit codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blame {
    /// The server answered, and wrongly.
    Reply,
    /// The server was not there, or no longer.
    Server,
    /// Our own system.
    Ourselves,
}

/// The most octets of a message that are shown.
const MOST_SHOWN: usize = 72;

impl Fault {
    /// Whose fault it is.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Wrong(_) | Self::Unasked { .. } => Blame::Reply,
            Self::Unreachable(_) | Self::Refused { .. } | Self::Ended { .. } | Self::Silent { .. } => {
                Blame::Server
            }
            Self::Local { .. } => Blame::Ourselves,
        }
    }

    /// Its name, for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Local { .. } => "local",
            Self::Refused { .. } => "refused",
            Self::Wrong(_) => "wrong-reply",
            Self::Unasked { .. } => "unsolicited",
            Self::Ended { how: Ending::Closed, .. } => "closed",
            Self::Ended { how: Ending::Reset, .. } => "reset",
            Self::Silent { .. } => "timeout",
        }
    }

    /// What happened, in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let say = |en: &'static str, es: &'static str| language.of((en, es));
        match self {
            Self::Unreachable(why) => {
                format!("{}: {why}", say("the target cannot be reached", "no se puede llegar al servidor"))
            }
            Self::Local { connection, why } => {
                let cannot =
                    say("this machine cannot open connection", "esta máquina no puede abrir la conexión");
                format!("{cannot} {connection}: {why}")
            }
            Self::Refused { connection, why } => {
                let cannot = say("was not accepted", "no fue aceptada");
                format!("{} {cannot}: {why}", connection_in(*connection, language))
            }
            Self::Wrong(wrong) => wrong.text(language),
            Self::Unasked { connection, came } => {
                let unasked = say("came, which nothing had asked for", "llegó sin que nadie lo pidiera");
                format!("{}: `{}` {unasked}", connection_in(*connection, language), shown(came))
            }
            Self::Ended { connection, how } => {
                let ended = match how {
                    Ending::Closed => say("the server closed it", "el servidor la cerró"),
                    Ending::Reset => say("the server reset it", "el servidor la cortó (RST)"),
                };
                format!("{}: {ended}", connection_in(*connection, language))
            }
            Self::Silent { connection, message, waited } => {
                let silent = say("there was no reply to", "no hubo respuesta a");
                let within = say("within", "en");
                let (connection, message) = (connection_in(*connection, language), shown(message));
                format!("{connection}: {silent} `{message}` {within} {} s", waited.as_secs_f64())
            }
        }
    }

    /// What a connection that failed came to.
    pub(super) fn of_stream(connection: usize, error: &io::Error) -> Self {
        let how = match error.kind() {
            io::ErrorKind::UnexpectedEof => Ending::Closed,
            _ => Ending::Reset,
        };
        Self::Ended { connection, how }
    }

    /// What a connection came to on which the reply to a message was waited for.
    pub(super) fn of_wait(connection: usize, error: &io::Error, message: &[u8], waited: Duration) -> Self {
        match error.kind() {
            // On some systems a time that is up reads as an operation that would block.
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                Self::Silent { connection, message: message.to_vec(), waited }
            }
            _ => Self::of_stream(connection, error),
        }
    }
}

impl Wrong {
    fn text(&self, language: Language) -> String {
        let due = match &self.due {
            Due::Octets(octets) => format!("`{}`", shown(octets)),
            Due::Reply(matcher, dialect) => in_words(matcher, dialect, language),
        };
        let (message, came) = (shown(&self.message), shown(&self.came));
        let connection = connection_in(self.connection, language);
        match language {
            Language::En => format!("{connection}: `{message}` was answered `{came}` and not {due}"),
            Language::Es => format!("{connection}: a `{message}` se respondió `{came}` y no {due}"),
        }
    }
}

fn connection_in(number: usize, language: Language) -> String {
    match language {
        Language::En => format!("connection {number}"),
        Language::Es => format!("conexión {number}"),
    }
}

/// Octets of a peer, fit for a terminal and no more than are read.
fn shown(octets: &[u8]) -> String {
    match octets.get(..MOST_SHOWN) {
        Some(beginning) if octets.len() > MOST_SHOWN => format!("{}…", printable(beginning)),
        Some(_) | None => printable(octets),
    }
}
