//! What is said, and what is due: pairs of octets, or calculations in the words of a dialect.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::Fault;
use super::dial::Route;
use super::fault::{Due, Wrong};
use super::talk::{Talk, Turn};
use super::tape::Tape;
use crate::dialect::Dialect;
use crate::format::{self, Exchange, Lifetime, Message, Tolerance, Transport};
use crate::matcher::Matcher;

/// What is to be said in a circle.
#[derive(Clone, Debug)]
pub enum Script {
    /// Octets, and the octets that are due.
    Pairs(Pairs),
    /// Calculations in a dialect.
    Spoken(Box<Spoken>),
}

/// Messages and the replies that are due, none of them empty.
#[derive(Clone, Debug)]
pub struct Pairs(Vec<(Vec<u8>, Vec<u8>)>);

/// Calculations in the words of a dialect. Which octets its replies are is learned from the server.
#[derive(Clone, Debug)]
pub struct Spoken {
    dialect: Arc<Dialect>,
    preamble: Vec<Turn>,
    turns: Vec<Turn>,
}

/// A calculation and its result: `1 2 + = 3`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Calculation {
    tokens: Vec<String>,
    result: String,
}

/// Why something cannot be said again and again.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ScriptError {
    /// Nothing to say.
    #[error("there is nothing to send")]
    Nothing,
    /// A message or a reply without an octet.
    #[error("a message and its reply have at least one octet each")]
    Empty,
    /// A calculation that is none.
    #[error("`{0}` is no calculation: write operands, the operator and the result, as in `1 2 + = 3`")]
    Calculation(String),
    /// The dialect has no words for it.
    #[error("the dialect `{dialect}` cannot say it: {what}")]
    Inexpressible {
        /// The dialect.
        dialect: String,
        /// What it has no words for.
        what: String,
    },
    /// The dialect ends a connection after each reply, or is no stream.
    #[error(
        "the dialect `{0}` is no conversation on a TCP connection that stays open, and no other can be loaded"
    )]
    NotAStream(String),
}

impl Pairs {
    /// Messages and the replies that are due.
    ///
    /// # Errors
    /// There are none, or one of them is empty.
    pub fn new(pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Self, ScriptError> {
        match pairs.iter().any(|(message, reply)| message.is_empty() || reply.is_empty()) {
            true => Err(ScriptError::Empty),
            false if pairs.is_empty() => Err(ScriptError::Nothing),
            false => Ok(Self(pairs)),
        }
    }
}

impl Spoken {
    /// Calculations in a dialect.
    ///
    /// # Errors
    /// The dialect has no words for them, or none that can be said again and again on a connection.
    pub fn new(dialect: Dialect, calculations: &[Calculation]) -> Result<Self, ScriptError> {
        if dialect.transport != Transport::Tcp || dialect.connection != Lifetime::Session {
            return Err(ScriptError::NotAStream(dialect.id));
        }
        let inexpressible = |what| ScriptError::Inexpressible { dialect: dialect.id.clone(), what };
        let exchanges = calculations.iter().flat_map(|calculation| dialect.exchange(&calculation.exchange()));
        let turns = exchanges.map(|(message, due)| turn(&dialect, &message, due));
        let turns = turns.collect::<Result<Vec<_>, _>>().map_err(inexpressible)?;
        let preamble = dialect.preamble.iter().map(|(framed, due)| {
            let matcher = Matcher::compile(due, &dialect).map_err(|error| error.to_string())?;
            Ok(Turn { octets: framed.octets.clone(), due: due.clone(), matcher })
        });
        let preamble = preamble.collect::<Result<Vec<_>, _>>().map_err(inexpressible)?;
        if turns.is_empty() {
            return Err(ScriptError::Nothing);
        }
        Ok(Self { dialect: Arc::new(dialect), preamble, turns })
    }

    /// Whether replies come in order however many messages are under way.
    #[must_use]
    pub fn can_pipeline(&self) -> bool {
        self.dialect.facts.contains("pipelining")
    }

    /// The dialect's name.
    #[must_use]
    pub fn dialect(&self) -> &str {
        &self.dialect.id
    }

    /// Says all of it twice on a connection of its own. The second time is how it goes on: prompts of the server's stand before
    /// the first reply too, and behind a greeting.
    fn learn(&self, route: &Route, patience: Duration) -> Result<Prepared, Fault> {
        let mut talk = Talk::begin(route.open(0)?, 1, &self.dialect, &self.preamble, patience)?;
        let mut round = || self.turns.iter().map(|turn| talk.take(turn)).collect::<Result<Vec<_>, _>>();
        let (first, second) = (round()?, round()?);
        let messages: Vec<Vec<u8>> = self.turns.iter().map(|turn| turn.octets.clone()).collect();
        let speaks_first = self.dialect.hearing.greeting > 0 || !self.preamble.is_empty() || first != second;
        Ok(Prepared {
            requests: Tape::new(&messages),
            replies: Tape::new(&second),
            opening: speaks_first.then(|| Box::new(self.clone())),
        })
    }
}

impl Calculation {
    fn exchange(&self) -> Exchange {
        let reply = format::Matcher::Number { number: self.result.clone(), tolerance: Tolerance::Usual };
        Exchange::Calculate { tokens: self.tokens.clone(), reply }
    }
}

impl FromStr for Calculation {
    type Err = ScriptError;

    fn from_str(text: &str) -> Result<Self, ScriptError> {
        let tokens = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        match text.rsplit_once('=').map(|(tokens_of, result)| (tokens(tokens_of), tokens(result))) {
            Some((tokens, result)) if tokens.len() > 1 && result.len() == 1 => {
                Ok(Self { tokens, result: result.concat() })
            }
            Some(_) | None => Err(ScriptError::Calculation(text.to_owned())),
        }
    }
}

fn turn(dialect: &Dialect, message: &Message, due: format::Matcher) -> Result<Turn, String> {
    dialect.speaking.can_say(message).map_err(|error| error.to_string())?;
    let words = dialect.speaking.words(message).map_err(|error| error.to_string())?;
    let octets = dialect.speaking.framed(&words).map_err(|error| error.to_string())?.octets;
    let matcher = Matcher::compile(&due, dialect).map_err(|error| error.to_string())?;
    Ok(Turn { octets, due, matcher })
}

/// A script whose octets are known.
pub(super) struct Prepared {
    pub(super) requests: Tape,
    pub(super) replies: Tape,
    /// What is said once on each connection, where the server speaks first or something comes before the first message.
    opening: Option<Box<Spoken>>,
}

impl Script {
    /// The octets of all replies.
    pub(super) fn prepared(&self, route: &Route, patience: Duration) -> Result<Prepared, Fault> {
        match self {
            Self::Pairs(Pairs(pairs)) => {
                rehearse(pairs, route, patience)?;
                let (messages, replies): (Vec<_>, Vec<_>) = pairs.iter().cloned().unzip();
                Ok(Prepared { requests: Tape::new(&messages), replies: Tape::new(&replies), opening: None })
            }
            Self::Spoken(spoken) => spoken.learn(route, patience),
        }
    }
}

/// Says all of it once on a connection of its own, each message when the one before is answered.
fn rehearse(pairs: &[(Vec<u8>, Vec<u8>)], route: &Route, patience: Duration) -> Result<(), Fault> {
    const CONNECTION: usize = 1;
    let mut stream = route.open(0)?;
    for (message, due) in pairs {
        let failed = |error: io::Error| Fault::of_wait(CONNECTION, &error, message, patience);
        stream.set_read_timeout(Some(patience)).map_err(failed)?;
        stream.set_write_timeout(Some(patience)).map_err(failed)?;
        stream.write_all(message).map_err(failed)?;
        let mut came = Vec::new();
        while came.len() < due.len() {
            let mut buffer = [0; 4096];
            match stream.read(&mut buffer).map_err(failed)? {
                0 => return Err(failed(io::ErrorKind::UnexpectedEof.into())),
                count => came.extend_from_slice(&buffer[..count]),
            }
            if !due.starts_with(&came) {
                let (message, due) = (message.clone(), Due::Octets(due.clone()));
                return Err(Fault::Wrong(Box::new(Wrong { connection: CONNECTION, message, due, came })));
            }
        }
    }
    Ok(())
}

impl Prepared {
    /// Opens a connection on which the circle can begin, and what has come of its replies already.
    pub(super) fn open(
        &self,
        route: &Route,
        number: usize,
        patience: Duration,
    ) -> Result<(TcpStream, Vec<u8>), Fault> {
        let stream = route.open(number)?;
        let Some(spoken) = &self.opening else { return Ok((stream, Vec::new())) };
        let mut talk = Talk::begin(stream, number + 1, &spoken.dialect, &spoken.preamble, patience)?;
        for turn in &spoken.turns {
            talk.take(turn)?;
        }
        Ok(talk.end())
    }
}
