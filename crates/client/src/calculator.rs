//! Many expressions over one connection, one after another; the connection is made when it is first needed.

use std::time::Duration;

use calc_proto::Number;

use crate::{
    client::{Client, Refusal},
    connect::{ConnectError, Server},
    expression::Program,
    fault::Fault,
    language::{Language, Tell, displays_in_english},
    trace::Trace,
};

/// Evaluates programs at a server.
///
/// It connects for the first one, and anew after the connection was lost, or where the server closed between two, which it
/// may when nothing was said for long (CONN-9). Nothing is lost then: a session keeps nothing from one transaction to the
/// next (SESS-3).
pub struct Calculator {
    server: Server,
    limit: Duration,
    trace: Trace,
    client: Option<Client>,
    connections: u64,
}

/// Why a program has no value.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The server refused a message. The next program may fare better.
    Refused(#[from] Refusal),
    /// There is no connection.
    Connect(#[from] ConnectError),
    /// The conversation is over.
    Broken(#[from] Fault),
}

impl Calculator {
    /// A calculator that waits for a connection, and then for each reply, no longer than `limit`.
    #[must_use]
    pub const fn new(server: Server, limit: Duration, trace: Trace) -> Self {
        Self { server, limit, trace, client: None, connections: 0 }
    }

    /// Has the server evaluate a program, and gives the values that it leaves, the last on top of the stack. A program
    /// that [`Program::parse`] has read leaves one.
    ///
    /// # Errors
    /// [`EvaluateError`] tells the server's refusal from the end of the connection.
    pub fn evaluate(&mut self, mut program: Program) -> Result<Vec<Number>, EvaluateError> {
        let client = match self.client.take() {
            Some(client) => client,
            None => self.connect()?,
        };
        let (values, client) = match client.evaluate(&mut program) {
            Err(Fault::ClosedBetween) => self.connect()?.evaluate(&mut program)?,
            settled => settled?,
        };
        self.client = Some(client);
        Ok(values?)
    }

    /// The values that a program leaves, for which a server is asked only where there is something to calculate.
    ///
    /// # Errors
    /// As for [`evaluate`](Self::evaluate).
    pub fn values(&mut self, program: Program) -> Result<Vec<Number>, EvaluateError> {
        match program.operands() {
            Some(values) => Ok(values),
            None => self.evaluate(program),
        }
    }

    /// What is shown of the conversation.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How many connections were made.
    #[must_use]
    pub const fn connections(&self) -> u64 {
        self.connections
    }

    /// Takes leave of the server, if there is a connection.
    ///
    /// It takes a second or two at most. How the server answers changes nothing of the values it gave.
    pub fn quit(self) {
        if let Some(client) = self.client {
            let _ = client.quit();
        }
    }

    fn connect(&mut self) -> Result<Client, ConnectError> {
        let connection = self.server.connect(self.limit, &self.trace)?;
        self.connections += 1;
        Ok(Client::new(connection, self.limit))
    }
}

displays_in_english!(EvaluateError);

impl Tell for EvaluateError {
    fn tell(&self, language: Language) -> String {
        match self {
            Self::Refused(refusal) => refusal.tell(language),
            Self::Connect(error) => error.tell(language),
            Self::Broken(fault) => fault.tell(language),
        }
    }
}
