//! Many expressions over one connection, which is made when it is first needed.

use std::time::Duration;

use calc_proto::Number;

use crate::{
    client::{Client, Refusal},
    connect::{ConnectError, Server, Transport},
    expression::Program,
    wire::Fault,
};

/// Evaluates programs at a server.
///
/// It connects for the first one, and anew where the server closed between two, which it may when nothing was said for
/// long (CONN-9). Nothing is lost then: a session keeps nothing from one transaction to the next (SESS-3).
pub struct Calculator {
    server: Server,
    limit: Duration,
    client: Option<Client<Box<dyn Transport>>>,
}

/// Why a program has no value.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The server refused a message. The next program may fare better.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The conversation is over.
    #[error(transparent)]
    Broken(#[from] Fault),
}

impl Calculator {
    /// A calculator that waits for a connection, and then for each reply, no longer than `limit`.
    #[must_use]
    pub const fn new(server: Server, limit: Duration) -> Self {
        Self { server, limit, client: None }
    }

    /// Has the server evaluate a program.
    ///
    /// # Errors
    /// [`EvaluateError`] tells the server's refusal from the end of the connection.
    pub fn evaluate(&mut self, program: &Program) -> Result<Number, EvaluateError> {
        let client = match self.client.take() {
            Some(client) => client,
            None => self.connect()?,
        };
        let (value, client) = match client.evaluate(program) {
            Err(Fault::ClosedBetween) => self.connect()?.evaluate(program)?,
            settled => settled?,
        };
        self.client = Some(client);
        Ok(value?)
    }

    /// Takes leave of the server, if there is a connection.
    ///
    /// It takes a second at most. How the server answers changes nothing of the values it gave.
    pub fn quit(self) {
        if let Some(client) = self.client {
            let _ = client.quit();
        }
    }

    fn connect(&self) -> Result<Client<Box<dyn Transport>>, ConnectError> {
        Ok(Client::new(self.server.connect(self.limit)?, self.limit))
    }
}
