//! One case against one address: the steps are done in order, until the end or until the server does something else.

mod closing;
mod hearing;
mod line;
mod player;
mod speech;

use std::sync::Arc;
use std::time::Duration;

use crate::capture::Tap;
use crate::connection::{Address, Network};
use crate::dialect::Dialect;
use crate::format::{Exchange, Wrong};
use crate::suite::{Case, Script, exchange_steps};
use crate::transcript::Transcript;
use crate::verdict::{Breach, Expected, Failure, Happened, Health, Stage, Warning};
use line::Line;
use player::Player;

/// How the server is spoken to, as far as that was learned from the preflight.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Where it is.
    pub address: Address,
    /// In which network that is.
    pub network: Network,
    /// What it speaks.
    pub dialect: Arc<Dialect>,
    /// What shows that nothing extra came, and that the server still works.
    pub fence: Arc<[Exchange]>,
    /// How long a reply is waited for.
    pub patience: Duration,
    /// How long the answer to a goodbye is waited for.
    pub politeness: Duration,
    /// How many connections it can be asked to take in a row.
    pub clients: Clients,
    /// What records it.
    pub tap: Tap,
}

/// How many clients a server takes before it ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Clients {
    /// As many as come, as servers do.
    Any,
    /// The first.
    One,
}

/// What came of replaying steps.
#[derive(Debug)]
pub struct Outcome {
    /// Nothing, or why the replay stopped.
    pub stopped: Option<Stop>,
    /// What was said.
    pub transcript: Transcript,
    /// What was accepted, but not as it is done.
    pub warning: Option<Warning>,
    /// The longest time that a reply took.
    pub slowest: Duration,
    /// Whether a goodbye was said and the server did not close.
    pub goodbye_ignored: bool,
    /// Whether the server sent without end.
    pub flooded: bool,
    /// How its clients left.
    pub parting: Parting,
    /// How many of the replies that its steps expect came as they are expected.
    pub met: usize,
}

/// How the clients of a replay left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Parting {
    /// As after the preflight: the server closed when they had said goodbye.
    Usual,
    /// One of them in another way, and no new one has come since: what that does to the server is still to be seen.
    Unusual,
}

/// Why a replay stopped.
#[derive(Debug)]
pub enum Stop {
    /// The server did something else than expected.
    Break(Box<Break>),
    /// The grader or the suite is at fault.
    Fault(String),
}

impl Break {
    /// The failure that it is.
    pub(crate) fn into_failure(self, note: Option<String>, aftermath: Option<Health>) -> Failure {
        let Self { stage, connection, expected, happened, write_failed, spent: _, wrong: _ } = self;
        let breach = Breach::Conversation { stage, connection, expected, happened, write_failed };
        Failure { breach, note, aftermath }
    }
}

impl Stop {
    /// The same, with more diagnoses behind those that it has.
    fn with(self, more: impl IntoIterator<Item = Wrong>) -> Self {
        match self {
            Self::Break(mut broken) => {
                broken.wrong.extend(more);
                Self::Break(broken)
            }
            Self::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Where the server did something else.
#[derive(Debug)]
pub struct Break {
    /// In which part of the case.
    pub stage: Stage,
    /// On which connection.
    pub connection: String,
    /// What was due.
    pub expected: Expected,
    /// What happened.
    pub happened: Happened,
    /// Whether the connection had given the reply or the result for which it lasts.
    pub spent: bool,
    /// Whether the connection had broken under a write.
    pub write_failed: bool,
    /// The diagnoses in the order in which they are tried: of the step, of those around it, of the case, of the suite.
    pub wrong: Vec<Wrong>,
}

/// A connection on which a case was passed, with all that its fence demands, and which is still open.
#[derive(Debug)]
pub struct Held(Line);

/// What becomes of the connection of a case that was passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Afterwards {
    /// We say goodbye, and close it.
    Goodbye,
    /// If it is the only one, it is kept for the next case.
    Hold,
}

/// Replays a case with the positive control that belongs to it. `general` are the diagnoses for all cases.
pub async fn play_case(case: &Case, general: &[Wrong], terms: &Terms) -> Outcome {
    play_case_on(None, case, general, terms, Afterwards::Goodbye).await.0
}

/// The same, if there is one, on the connection that another case has left.
pub async fn play_case_on(
    held: Option<Held>,
    case: &Case,
    general: &[Wrong],
    terms: &Terms,
    afterwards: Afterwards,
) -> (Outcome, Option<Held>) {
    let terms = &Terms { tap: terms.tap.about(&case.id), ..terms.clone() };
    let mut player = match held {
        Some(held) => Player::on(held, terms),
        None => Player::new(terms),
    };
    let steps = match &case.script {
        Script::Steps(steps) => steps.as_slice(),
        Script::Inexpressible(_) => &[],
    };
    let stopped = match player.steps(steps, None).await {
        Ok(()) => player.finish(case.control).await.err(),
        Err(stop) => Some(stop),
    };
    let diagnoses: Vec<Wrong> = case.wrong.iter().chain(general).map(|wrong| player.filled(wrong)).collect();
    let held = match (&stopped, afterwards) {
        (None, Afterwards::Hold) => player.held(),
        (None, Afterwards::Goodbye) | (Some(_), _) => None,
    };
    (player.end(stopped.map(|stop| stop.with(diagnoses))).await, held)
}

/// Replays an exchange on a fresh connection: the preflight, a question after the server's health, or after an offer.
pub async fn play_exchange(entries: &[Exchange], terms: &Terms) -> Outcome {
    let mut player = Player::new(terms);
    let stopped = match exchange_steps(entries, &terms.dialect) {
        Ok(steps) => player.steps(&steps, None).await.err(),
        Err(error) => Some(Stop::Fault(error.to_string())),
    };
    player.end(stopped).await
}
