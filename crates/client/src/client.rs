//! A connection's conversation: every operator of a program a transaction of its own.

use std::time::Duration;

use calc_proto::{AwaitOk, Empty, Exchange, Number, Reply, Setback, Unsure};

use crate::{
    connect::Transport,
    expression::{Node, Program, Token, Work},
    wire::{Fault, Wire},
};

/// A client of one connection.
///
/// After a [`Fault`] there is no client any more and its connection is closed, since nothing that a server says after it
/// broke the protocol can be relied on (REPLY-7).
pub struct Client<S> {
    wire: Wire<S>,
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
#[error("{code} at {token}{sent}{text}",
    sent = if *message == *token.text { String::new() } else { format!(", sent as '{message}'") },
    text = if text.is_empty() { String::new() } else { format!(": {text}") })]
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

impl<S: Transport> Client<S> {
    /// The client of a connection on which nothing was said yet; each reply is waited for no longer than `limit`.
    pub fn new(stream: S, limit: Duration) -> Self {
        Self { wire: Wire::new(stream, limit), turn: Turn::Empty(Exchange::new()) }
    }

    /// Has the server evaluate a program, and gives its value or the server's refusal, and the client for the next.
    ///
    /// # Errors
    /// [`Fault`]: the conversation is over.
    pub fn evaluate(self, program: &Program) -> Result<(Result<Number, Refusal>, Self), Fault> {
        let Self { mut wire, turn } = self;
        let replies = wire.replies();
        match run(&mut wire, turn, program) {
            Ok((value, empty)) => Ok((Ok(value), Self { wire, turn: Turn::Empty(empty) })),
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
        command(&mut wire, waiting).map(drop)
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

fn run<S: Transport>(
    wire: &mut Wire<S>,
    turn: Turn,
    program: &Program,
) -> Result<(Number, Exchange<Empty>), Stop> {
    let mut empty = match turn {
        Turn::Empty(exchange) => exchange,
        Turn::Unsure(exchange) => {
            let waiting = exchange.clear(wire.message());
            command(wire, waiting)?
        }
    };
    // The client's own stack: the value of each node, found by the node's index.
    let mut values = Vec::with_capacity(program.inner().len());
    for node in program.inner() {
        let value = match node.work {
            Work::Operand(number) => number,
            Work::Unary(..) | Work::Binary(..) => {
                let value;
                (value, empty) = transact(wire, empty, node, program, &values)?;
                value
            }
        };
        values.push(value);
    }
    transact(wire, empty, program.last(), program, &values)
}

/// One operator and its operands; or an operand that is all there is, which the server is asked to take and to forget.
fn transact<S: Transport>(
    wire: &mut Wire<S>,
    empty: Exchange<Empty>,
    node: &Node,
    program: &Program,
    values: &[Number],
) -> Result<(Number, Exchange<Empty>), Stop> {
    // A program's operators refer to nodes before them alone, whose values are there.
    let token = |index: usize| &program.inner()[index].token;
    match node.work {
        Work::Operand(number) => {
            let waiting = empty.operand(number, wire.message());
            let one = answer(wire, &node.token, |reply| waiting.reply(reply))?;
            let waiting = one.clear(wire.message());
            Ok((number, command(wire, waiting)?))
        }
        Work::Unary(operator, operand) => {
            let waiting = empty.operand(values[operand], wire.message());
            let one = answer(wire, token(operand), |reply| waiting.reply(reply))?;
            let waiting = one.unary(operator, wire.message());
            answer(wire, &node.token, |reply| waiting.reply(reply))
        }
        Work::Binary(operator, left, right) => {
            let waiting = empty.operand(values[left], wire.message());
            let one = answer(wire, token(left), |reply| waiting.reply(reply))?;
            let waiting = one.operand(values[right], wire.message());
            let two = answer(wire, token(right), |reply| waiting.reply(reply))?;
            let waiting = two.binary(operator, wire.message());
            answer(wire, &node.token, |reply| waiting.reply(reply))
        }
    }
}

/// Sends what stands for a token, and takes the reply as `take` reads it.
fn answer<S: Transport, T>(
    wire: &mut Wire<S>,
    token: &Token,
    take: impl FnOnce(Reply<'_>) -> Result<T, Setback<'_>>,
) -> Result<T, Stop> {
    match take(wire.turn()?) {
        Ok(turn) => Ok(turn),
        Err(Setback::Refused(failure, unsure)) => {
            let (code, text) = (failure.code.to_string(), failure.text.to_owned());
            Err(Stop::Refused(Refusal { token: token.clone(), message: wire.sent(), code, text }, unsure))
        }
        Err(Setback::Unfit) => Err(wire.unfit().into()),
    }
}

/// Sends `CLEAR` or `QUIT`, which no server refuses (MSG-7, MSG-8).
fn command<S: Transport, H>(wire: &mut Wire<S>, waiting: AwaitOk<H>) -> Result<Exchange<H>, Fault> {
    match waiting.reply(wire.turn()?) {
        Ok(turn) => Ok(turn),
        Err(Setback::Refused(..) | Setback::Unfit) => Err(wire.unfit()),
    }
}
