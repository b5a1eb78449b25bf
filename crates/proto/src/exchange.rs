//! The client's side of a connection, as types: a client that compiles sends nothing that the session would refuse for
//! its place.

use std::marker::PhantomData;

use crate::{
    number::Number,
    operator::{BinaryOp, UnaryOp},
    wire::{Failure, Reply, Request},
};

/// No operand is held.
#[derive(Debug)]
pub enum Empty {}
/// One operand is held.
#[derive(Debug)]
pub enum One {}
/// Two operands are held.
#[derive(Debug)]
pub enum Two {}
/// A message was refused, and the client does not say what is held now (REPLY-6).
#[derive(Debug)]
pub enum Unsure {}
/// The server was told that the client leaves.
#[derive(Debug)]
pub enum Closed {}

/// A client's turn to speak, while the server holds what `H` says.
///
/// Each message is appended to the caller's buffer and gives the wait for its reply in exchange; each reply gives the next
/// turn. No message can be sent before the reply to the one before is read, so the rule on pipelining (PIPE-2) never bites.
///
/// ```
/// use calc_proto::{BinaryOp, Exchange, Reply};
///
/// let mut out = Vec::new();
/// let one = Exchange::new().operand("8".parse()?, &mut out).reply(Reply::OK)?;
/// let two = one.operand("3".parse()?, &mut out).reply(Reply::OK)?;
/// let (result, _next) = two.binary(BinaryOp::Subtract, &mut out).reply(Reply::Result("5".parse()?))?;
/// assert_eq!((out.as_slice(), result), (b"8\n3\n-\n".as_slice(), "5".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Exchange<H> {
    held: PhantomData<H>,
}

/// The wait for `OK`, after which the server holds what `H` says.
#[derive(Debug)]
#[must_use]
pub struct AwaitOk<H> {
    held: PhantomData<H>,
}

/// The wait for the result of an operator.
#[derive(Debug)]
#[must_use]
pub struct AwaitResult(());

/// Why the exchange cannot go on as meant.
#[derive(Debug, thiserror::Error)]
pub enum Setback<'a> {
    /// The server said no. The client may start afresh from here.
    #[error("the server answered FAIL {} {}", .0.code, .0.text)]
    Refused(Failure<'a>, Exchange<Unsure>),
    /// A reply that does not fit what was sent: the server broke the protocol, and the client closes (REPLY-7).
    #[error("the server's reply does not fit the message")]
    Unfit,
}

impl Exchange<Empty> {
    /// The turn of a client that has just connected.
    pub const fn new() -> Self {
        turn()
    }

    /// Sends the first operand.
    pub fn operand(self, operand: Number, out: &mut Vec<u8>) -> AwaitOk<One> {
        send(Request::Operand(operand), out)
    }
}

impl Default for Exchange<Empty> {
    fn default() -> Self {
        Self::new()
    }
}

impl Exchange<One> {
    /// Sends the second operand.
    pub fn operand(self, operand: Number, out: &mut Vec<u8>) -> AwaitOk<Two> {
        send(Request::Operand(operand), out)
    }

    /// Has the one operand evaluated.
    pub fn unary(self, operator: UnaryOp, out: &mut Vec<u8>) -> AwaitResult {
        Request::Unary(operator).encode(out);
        AwaitResult(())
    }
}

impl Exchange<Two> {
    /// Has the two operands evaluated.
    pub fn binary(self, operator: BinaryOp, out: &mut Vec<u8>) -> AwaitResult {
        Request::Binary(operator).encode(out);
        AwaitResult(())
    }
}

impl<H> Exchange<H> {
    /// Has the server forget what it holds.
    pub fn clear(self, out: &mut Vec<u8>) -> AwaitOk<Empty> {
        send(Request::Clear, out)
    }

    /// Asks what is on offer; the answer is the text of the `OK`.
    pub fn hello(self, out: &mut Vec<u8>) -> AwaitOk<H> {
        send(Request::Hello, out)
    }

    /// Takes leave.
    pub fn quit(self, out: &mut Vec<u8>) -> AwaitOk<Closed> {
        send(Request::Quit, out)
    }
}

impl<H> AwaitOk<H> {
    /// Takes the server's reply.
    ///
    /// # Errors
    /// [`Setback`] says whether the server refused or broke the protocol.
    pub fn reply(self, reply: Reply<'_>) -> Result<Exchange<H>, Setback<'_>> {
        match reply {
            Reply::Ok(_) => Ok(turn()),
            Reply::Fail(failure) => Err(Setback::Refused(failure, turn())),
            Reply::Result(_) => Err(Setback::Unfit),
        }
    }
}

impl AwaitResult {
    /// Takes the server's reply.
    ///
    /// # Errors
    /// [`Setback`] says whether the server refused or broke the protocol.
    pub fn reply(self, reply: Reply<'_>) -> Result<(Number, Exchange<Empty>), Setback<'_>> {
        match reply {
            Reply::Result(number) => Ok((number, turn())),
            Reply::Fail(failure) => Err(Setback::Refused(failure, turn())),
            Reply::Ok(_) => Err(Setback::Unfit),
        }
    }
}

const fn turn<H>() -> Exchange<H> {
    Exchange { held: PhantomData }
}

fn send<H>(request: Request, out: &mut Vec<u8>) -> AwaitOk<H> {
    request.encode(out);
    AwaitOk { held: PhantomData }
}
