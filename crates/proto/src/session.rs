//! The server's side of a connection: the state table of `PROTOCOL.md` §7.

use crate::{
    error::ErrorCode,
    number::{EvalError, Number},
    operator::{BinaryOp, UnaryOp},
    wire::{GREETING, Reply, Request, RequestError},
};

/// What one connection holds between messages, and nothing else does (SESS-4).
///
/// ```
/// use calc_proto::{BinaryOp, Reply, Request, Session};
///
/// let mut session = Session::new();
/// assert_eq!(session.handle(Ok(Request::Operand("8".parse()?))), Some(Reply::OK));
/// assert_eq!(session.handle(Ok(Request::Operand("3".parse()?))), Some(Reply::OK));
/// let reply = session.handle(Ok(Request::Binary(BinaryOp::Subtract)));
/// assert_eq!(reply, Some(Reply::Result("5".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Session {
    state: State,
    /// The operand that was sent first, once there is one, and the second (SESS-2).
    first: Number,
    second: Number,
}

/// How many operands are held: the rows of the table.
///
/// The numbers stand in the [`Session`] beside it, since a table of numbers would have them copied several times a message.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Empty,
    One,
    Two,
    Closed,
}

/// What a line can be to a session: the columns of the table.
#[derive(Debug, Clone, Copy)]
enum Event<'n> {
    Operand(&'n Number),
    TooLarge,
    Unary(UnaryOp),
    Binary(BinaryOp),
    Clear,
    Hello,
    Quit,
    /// Too long or a syntax error, with the code to answer.
    Unreadable(ErrorCode),
}

/// What the session does about it: the cells.
#[derive(Debug, Clone, Copy)]
enum Action<'n> {
    Accept,
    HoldFirst(&'n Number),
    HoldSecond(&'n Number),
    Greet,
    EvaluateUnary(UnaryOp),
    EvaluateBinary(BinaryOp),
    Refuse(ErrorCode),
    Discard,
}

/// The state table. No arm catches the rest: the compiler names a missing cell.
#[rustfmt::skip]
const fn step(state: State, event: Event<'_>) -> (State, Action<'_>) {
    use {Action::*, ErrorCode::*, Event::*, State::*};
    match (state, event) {
        (Empty,  Operand(number))  => (One, HoldFirst(number)),
        (Empty,  TooLarge)         => (Empty, Refuse(OutOfRange)),
        (Empty,  Unary(_))         => (Empty, Refuse(MissingOperand)),
        (Empty,  Binary(_))        => (Empty, Refuse(MissingOperand)),
        (Empty,  Clear)            => (Empty, Accept),
        (Empty,  Hello)            => (Empty, Greet),
        (Empty,  Quit)             => (Closed, Accept),
        (Empty,  Unreadable(code)) => (Empty, Refuse(code)),

        (One,    Operand(number))  => (Two, HoldSecond(number)),
        (One,    TooLarge)         => (One, Refuse(OutOfRange)),
        (One,    Unary(operator))  => (Empty, EvaluateUnary(operator)),
        (One,    Binary(_))        => (One, Refuse(MissingOperand)),
        (One,    Clear)            => (Empty, Accept),
        (One,    Hello)            => (One, Greet),
        (One,    Quit)             => (Closed, Accept),
        (One,    Unreadable(code)) => (One, Refuse(code)),

        (Two,    Operand(_))       => (Two, Refuse(TooManyOperands)),
        (Two,    TooLarge)         => (Two, Refuse(TooManyOperands)),
        (Two,    Unary(_))         => (Two, Refuse(ExtraOperand)),
        (Two,    Binary(operator)) => (Empty, EvaluateBinary(operator)),
        (Two,    Clear)            => (Empty, Accept),
        (Two,    Hello)            => (Two, Greet),
        (Two,    Quit)             => (Closed, Accept),
        (Two,    Unreadable(code)) => (Two, Refuse(code)),

        (Closed, Operand(_) | TooLarge | Unary(_) | Binary(_) | Clear | Hello | Quit | Unreadable(_))
                                   => (Closed, Discard),
    }
}

impl Session {
    /// A session that holds no operand (SESS-1).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what [`Request::parse`] made of a line, and answers it.
    ///
    /// Every line has its answer until the session is closed; from then on there is none, since what follows `QUIT` is
    /// discarded (MSG-8).
    #[must_use]
    #[inline]
    pub fn handle(&mut self, request: Result<Request, RequestError>) -> Option<Reply<'static>> {
        let (state, action) = step(self.state, Event::from(&request));
        self.state = state;
        match action {
            Action::Accept => Some(Reply::OK),
            Action::HoldFirst(number) => {
                self.first = *number;
                Some(Reply::OK)
            }
            Action::HoldSecond(number) => {
                self.second = *number;
                Some(Reply::OK)
            }
            Action::Greet => Some(Reply::Ok(GREETING)),
            Action::EvaluateUnary(operator) => Some(answer(operator.evaluate(self.first))),
            Action::EvaluateBinary(operator) => Some(answer(operator.evaluate(self.first, self.second))),
            Action::Refuse(code) => Some(code.into()),
            Action::Discard => None,
        }
    }

    /// Whether `QUIT` has been answered, so that the server has to close the connection (MSG-8).
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }
}

impl<'n> From<&'n Result<Request, RequestError>> for Event<'n> {
    fn from(request: &'n Result<Request, RequestError>) -> Self {
        match request {
            Ok(Request::Operand(number)) => Self::Operand(number),
            Ok(Request::Unary(operator)) => Self::Unary(*operator),
            Ok(Request::Binary(operator)) => Self::Binary(*operator),
            Ok(Request::Clear) => Self::Clear,
            Ok(Request::Hello) => Self::Hello,
            Ok(Request::Quit) => Self::Quit,
            Err(RequestError::OutOfRange) => Self::TooLarge,
            Err(error @ (RequestError::TooLong | RequestError::Syntax)) => Self::Unreadable((*error).into()),
        }
    }
}

fn answer(value: Result<Number, EvalError>) -> Reply<'static> {
    value.map_or_else(|error| ErrorCode::from(error).into(), Reply::Result)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of `PROTOCOL.md` §7, printed from [`step`].
    fn state_table() -> String {
        let number = Number::default();
        let states = [State::Empty, State::One, State::Two, State::Closed];
        let columns = [
            ("operand", Event::Operand(&number)),
            ("operand out of range", Event::TooLarge),
            ("unary operator", Event::Unary(UnaryOp::Negate)),
            ("binary operator", Event::Binary(BinaryOp::Add)),
            ("`CLEAR`", Event::Clear),
            ("`HELLO`", Event::Hello),
            ("`QUIT`", Event::Quit),
            ("any other message", Event::Unreadable(ErrorCode::Syntax)),
        ];
        let header = columns.map(|(name, _)| name).join(" | ");
        let rule = " --- |".repeat(columns.len() + 1);
        let rows = states.map(|state| {
            format!("| {} | {} |\n", held(state), columns.map(|(_, event)| cell(state, event)).join(" | "))
        });
        format!("| operands held | {header} |\n|{rule}\n{}", rows.concat())
    }

    fn cell(state: State, event: Event<'_>) -> String {
        let (next, action) = step(state, event);
        let moves = match action {
            Action::Accept | Action::HoldFirst(_) | Action::HoldSecond(_) => format!("OK → {}", held(next)),
            Action::EvaluateUnary(_) | Action::EvaluateBinary(_) => format!("evaluate → {}", held(next)),
            Action::Greet | Action::Refuse(_) | Action::Discard => String::new(),
        };
        if !moves.is_empty() {
            return moves;
        }
        assert_eq!(held(state), held(next), "a cell without an arrow changes nothing");
        match (action, event) {
            (Action::Greet, _) => "OK CALC/1 …".into(),
            (Action::Refuse(_), Event::Unreadable(_)) => "its error".into(),
            (Action::Refuse(code), _) => code.as_str().into(),
            (_, _) => "discarded".into(),
        }
    }

    const fn held(state: State) -> &'static str {
        match state {
            State::Empty => "0",
            State::One => "1",
            State::Two => "2",
            State::Closed => "closed",
        }
    }

    #[test]
    fn the_state_table_stands_in_the_document() {
        let document = include_str!("../../../docs/PROTOCOL.md");
        let table = state_table();
        assert!(document.contains(&table), "PROTOCOL.md §7 should have\n{table}");
    }
}
