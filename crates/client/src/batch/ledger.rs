//! The lines whose results are not written yet, in the order of the input.

use std::{collections::VecDeque, sync::Arc};

use calc_proto::Number;

use crate::{
    calculator::EvaluateError,
    client::Refusal,
    evaluation::Task,
    expression::Token,
    piece::{LineMut, Piece, State},
    pipeline::{Refused, Settled},
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

    /// Begins with the next line, and gives its number and its first transaction, if it has one. It is not evaluated where the
    /// connection was lost at an earlier one.
    pub(super) fn begin(&mut self, lost_at: Option<u64>) -> Option<(u64, Option<Task>)> {
        let number = self.begun + 1;
        let mut line = self.line(number)?;
        if let (State::Running(_), Some(at)) = (&*line.state, lost_at) {
            *line.state = State::failed(LineError::NotSent(at));
        }
        let task = line.next_task();
        self.begun = number;
        Some((number, task))
    }

    /// Notes what became of a line's transaction, and gives its next one, if there is one.
    pub(super) fn settle(&mut self, settled: Settled) -> Option<Task> {
        let mut line = self.line(settled.line)?;
        let State::Running(evaluation) = line.state else { return None };
        match settled.outcome {
            Ok(value) => evaluation.settle(value, line.nodes),
            Err(refused) => {
                let Refused { index, message, code, text } = *refused;
                let token = Token::of_word(evaluation.sender(index, line.nodes).origin, line.text);
                *line.state = State::failed(Refusal { token, message, code, text }.into());
            }
        }
        line.next_task()
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

impl LineMut<'_> {
    /// The next transaction; none where the line is done, or is now.
    fn next_task(&mut self) -> Option<Task> {
        let State::Running(evaluation) = self.state else { return None };
        let task = evaluation.next(self.nodes);
        if task.is_none() {
            *self.state = State::Done(Ok(evaluation.values(self.nodes).next_back()));
        }
        task
    }
}
