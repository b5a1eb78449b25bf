//! The lines whose results are not written yet, in the order of the input.

use std::{collections::VecDeque, sync::Arc};

use calc_proto::Number;

use crate::{
    calculator::EvaluateError,
    client::Refusal,
    evaluation::Task,
    expression::Token,
    piece::{LineMut, Piece, State},
    pipeline::Settled,
    results::LineError,
};

/// Which lines are being evaluated and which are done.
#[derive(Default)]
pub(super) struct Ledger {
    /// Those with a line whose result is not written.
    pieces: VecDeque<Piece>,
    /// The number of the last line whose evaluation was begun.
    begun: u64,
    /// The number of the last line whose result was written.
    written: u64,
}

/// A line that is done.
pub(super) struct Done<'l> {
    /// Its number, from 1.
    pub(super) number: u64,
    pub(super) text: &'l str,
    pub(super) outcome: Result<Option<Number>, &'l LineError>,
}

impl Ledger {
    /// Takes in the next lines.
    pub(super) fn admit(&mut self, piece: Piece) {
        self.pieces.push_back(piece);
    }

    /// Begins with the next line, and gives its number. It is not evaluated where the connection was lost at an earlier one.
    pub(super) fn begin(&mut self, lost_at: Option<u64>) -> Option<u64> {
        let number = self.begun + 1;
        let line = self.line(number)?;
        if let (State::Running(_), Some(at)) = (&*line.state, lost_at) {
            *line.state = State::failed(LineError::NotSent(at));
        }
        self.begun = number;
        Some(number)
    }

    /// The next transaction of a line; none where it is done, or is now.
    pub(super) fn next_task(&mut self, line: u64) -> Option<Task> {
        let LineMut { nodes, state, .. } = self.line(line)?;
        let State::Running(evaluation) = state else { return None };
        let task = evaluation.next(nodes);
        if task.is_none() {
            *state = State::Done(Ok(evaluation.values(nodes).next_back()));
        }
        task
    }

    /// Notes what became of a line's transaction.
    pub(super) fn settle(&mut self, settled: Settled) {
        let Some(LineMut { text, nodes, state }) = self.line(settled.line) else { return };
        let State::Running(evaluation) = state else { return };
        match settled.outcome {
            Ok(value) => evaluation.settle(value, nodes),
            Err(refused) => {
                let token = Token::of_word(evaluation.sender(refused.index, nodes).origin, text);
                let refusal =
                    Refusal { token, message: refused.message, code: refused.code, text: refused.text };
                *state = State::failed(refusal.into());
            }
        }
    }

    /// Gives up every line that is being evaluated: the connection was lost at this one.
    pub(super) fn give_up(&mut self, line: u64, error: &Arc<EvaluateError>) {
        for number in self.written + 1..=self.begun {
            if let Some(LineMut { state: state @ State::Running(_), .. }) = self.line(number) {
                *state = State::failed(if number == line {
                    LineError::Lost(Arc::clone(error))
                } else {
                    LineError::NoReply(line)
                });
            }
        }
    }

    /// The first line, if it is done.
    pub(super) fn first_done(&mut self) -> Option<Done<'_>> {
        let number = self.written + 1;
        let LineMut { text, state, .. } = self.pieces.front_mut()?.line(number)?;
        match state {
            State::Done(Ok(value)) => Some(Done { number, text, outcome: Ok(*value) }),
            State::Done(Err(error)) => Some(Done { number, text, outcome: Err(error) }),
            State::Running(_) => None,
        }
    }

    /// Takes out the first line, and gives its piece with the last one.
    pub(super) fn take_out_first(&mut self) -> Option<Piece> {
        self.written += 1;
        self.pieces.pop_front_if(|piece| piece.end() == self.written + 1)
    }

    /// Whether every line that was taken in has been taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    fn line(&mut self, number: u64) -> Option<LineMut<'_>> {
        let up_to_it = self.pieces.partition_point(|piece| piece.first() <= number);
        self.pieces.get_mut(up_to_it.checked_sub(1)?)?.line(number)
    }
}
