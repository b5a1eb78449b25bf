//! A connection's conversation: every operator of a program a transaction of its own.

use std::time::Duration;

use calc_proto::{AwaitOk, Empty, Exchange, Failure, Number, Reply, Setback, Unsure};

use crate::{
    connect::Connection,
    evaluation::Task,
    expression::{Program, Token},
    fault::Fault,
    language::{Language, Phrase, Tell, displays_in_english},
    wire::Wire,
};

/// A client of one connection.
///
/// After a [`Fault`] there is no client any more and its connection is closed, since nothing that a server says after it
/// broke the protocol can be relied on (REPLY-7).
pub struct Client {
    wire: Wire,
    turn: Turn,
}

/// What the client knows of the server's session between two expressions.
enum Turn {
    Empty(Exchange<Empty>),
    /// A message was refused. The next expression begins with `CLEAR`, known code or not (REPLY-6).
    Unsure(Exchange<Unsure>),
}

/// The server's no to a message, and the token that the message stood for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The token. For an operand that is the result of an operator, it is that operator.
    pub token: Token,
    /// The message that was refused.
    pub message: String,
    /// What programs read.
    pub code: String,
    /// What people read: printable ASCII, maybe nothing.
    pub text: String,
}

impl Client {
    /// The client of a connection on which nothing was said yet; each reply is waited for no longer than `limit`.
    pub fn new(stream: Connection, limit: Duration) -> Self {
        Self { wire: Wire::new(stream, limit), turn: Turn::Empty(Exchange::new()) }
    }

    /// Has the server evaluate a program, and gives the values that it leaves, or the server's refusal, and the client for the next.
    ///
    /// # Errors
    /// [`Fault`]: the conversation is over.
    pub fn evaluate(self, program: &mut Program) -> Result<(Result<Vec<Number>, Refusal>, Self), Fault> {
        let Self { mut wire, turn } = self;
        let replies = wire.replies();
        match run(&mut wire, turn, program) {
            Ok(empty) => Ok((Ok(program.values().collect()), Self { wire, turn: Turn::Empty(empty) })),
            Err(Stop::Refused(refusal, unsure)) => {
                Ok((Err(refusal), Self { wire, turn: Turn::Unsure(unsure) }))
            }
            Err(Stop::Broken(Fault::Closed { came, .. }))
                if came.is_empty() && replies > 0 && replies == wire.replies() =>
            {
                Err(Fault::ClosedBetween)
            }
            Err(Stop::Broken(fault)) => Err(fault),
        }
    }

    /// Takes leave, waiting no longer than a second for the answer, and closes the connection.
    ///
    /// # Errors
    /// [`Fault`]. What was calculated before is as good as ever.
    pub fn quit(self) -> Result<(), Fault> {
        /// Nothing depends on this answer but good manners.
        const PATIENCE: Duration = Duration::from_secs(1);
        let Self { mut wire, turn } = self;
        wire.hurry(PATIENCE);
        let waiting = match turn {
            Turn::Empty(exchange) => exchange.quit(wire.message()),
            Turn::Unsure(exchange) => exchange.quit(wire.message()),
        };
        command(&mut wire, waiting).map(drop)?;
        wire.close();
        Ok(())
    }
}

displays_in_english!(Refusal);

impl Tell for Refusal {
    /// The code and the text are the server's.
    fn tell(&self, language: Language) -> String {
        let Self { token, message, code, text } = self;
        let mut told = if **message == *token.text {
            Phrase::Refused.with(language, &[code, &token.tell(language)])
        } else {
            Phrase::RefusedAs.with(language, &[code, &token.tell(language), message])
        };
        if !text.is_empty() {
            told.push_str(": ");
            told.push_str(text);
        }
        told
    }
}

impl Refusal {
    fn new(token: Token, message: String, failure: &Failure<'_>) -> Self {
        Self { token, message, code: failure.code.to_string(), text: failure.text.to_owned() }
    }
}

/// Why a program has no value.
enum Stop {
    Refused(Refusal, Exchange<Unsure>),
    Broken(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

fn run(wire: &mut Wire, turn: Turn, program: &mut Program) -> Result<Exchange<Empty>, Stop> {
    let mut empty = match turn {
        Turn::Empty(exchange) => exchange,
        Turn::Unsure(exchange) => {
            let waiting = exchange.clear(wire.message());
            command(wire, waiting)?
        }
    };
    while let Some(task) = program.next() {
        let value;
        (value, empty) = transact(wire, empty, task, |index| program.token(index))?;
        program.settle(value);
    }
    Ok(empty)
}

/// One operator and its operands; or an operand that is all there is, which the server is asked to take and to forget.
fn transact(
    wire: &mut Wire,
    empty: Exchange<Empty>,
    task: Task,
    token: impl Fn(usize) -> Token,
) -> Result<(Number, Exchange<Empty>), Stop> {
    match task {
        Task::Take(number) => {
            let waiting = empty.operand(number, wire.message());
            let one = answer(wire, || token(0), |reply| waiting.reply(reply))?;
            let waiting = one.clear(wire.message());
            Ok((number, command(wire, waiting)?))
        }
        Task::Unary(operator, operand) => {
            let waiting = empty.operand(operand, wire.message());
            let one = answer(wire, || token(0), |reply| waiting.reply(reply))?;
            let waiting = one.unary(operator, wire.message());
            answer(wire, || token(1), |reply| waiting.reply(reply))
        }
        Task::Binary(operator, left, right) => {
            let waiting = empty.operand(left, wire.message());
            let one = answer(wire, || token(0), |reply| waiting.reply(reply))?;
            let waiting = one.operand(right, wire.message());
            let two = answer(wire, || token(1), |reply| waiting.reply(reply))?;
            let waiting = two.binary(operator, wire.message());
            answer(wire, || token(2), |reply| waiting.reply(reply))
        }
    }
}

/// Sends what stands for a token, and takes the reply as `take` reads it.
fn answer<T>(
    wire: &mut Wire,
    token: impl FnOnce() -> Token,
    take: impl FnOnce(Reply<'_>) -> Result<T, Setback<'_>>,
) -> Result<T, Stop> {
    match take(wire.turn()?) {
        Ok(turn) => Ok(turn),
        Err(Setback::Refused(failure, unsure)) => {
            let mut refusal = Refusal::new(token(), String::new(), &failure);
            refusal.message = wire.sent();
            Err(Stop::Refused(refusal, unsure))
        }
        Err(Setback::Unfit) => Err(wire.unfit().into()),
    }
}

/// Sends `CLEAR` or `QUIT`, which no server refuses (MSG-7, MSG-8).
fn command<H>(wire: &mut Wire, waiting: AwaitOk<H>) -> Result<Exchange<H>, Fault> {
    match waiting.reply(wire.turn()?) {
        Ok(turn) => Ok(turn),
        Err(Setback::Refused(..) | Setback::Unfit) => Err(wire.unfit()),
    }
}
