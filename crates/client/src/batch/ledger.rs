//! The lines whose results are not written yet, in the order of the input.

use std::{collections::VecDeque, sync::Arc};

use calc_proto::Number;

use crate::{
    calculator::EvaluateError,
    client::Refusal,
    expression::{Program, Task},
    feed::Line,
    pipeline::Settled,
    results::LineError,
};

/// Which lines are being evaluated and which are done.
#[derive(Default)]
pub(super) struct Ledger {
    /// How many lines have been taken in.
    lines: u64,
    /// Those of them whose results are not written, the last one last.
    slots: VecDeque<Slot>,
}

/// A line that is done.
pub(super) struct Done {
    /// Its number, from 1.
    pub(super) number: u64,
    pub(super) text: String,
    /// How many octets of the window it takes.
    pub(super) octets: usize,
    pub(super) outcome: Result<Option<Number>, LineError>,
}

struct Slot {
    text: String,
    octets: usize,
    state: State,
}

enum State {
    /// One transaction of it is on its way, for which it has these values.
    Running(Program, Vec<Number>),
    Done(Result<Option<Number>, LineError>),
}

impl Ledger {
    /// Takes in the next line, which is not evaluated where the connection was lost at an earlier one, and gives its number.
    pub(super) fn admit(&mut self, line: Line, lost_at: Option<u64>) -> u64 {
        let state = match (line.program, lost_at) {
            (Err(error), _) => State::Done(Err(error)),
            (Ok(None), _) => State::Done(Ok(None)),
            (Ok(Some(program)), None) => State::Running(program, Vec::new()),
            (Ok(Some(_)), Some(at)) => State::Done(Err(LineError::NotSent(at))),
        };
        self.lines += 1;
        self.slots.push_back(Slot { text: line.text, octets: line.octets, state });
        self.lines
    }

    /// The next transaction of a line; none where it is done, or is now.
    pub(super) fn next_task(&mut self, line: u64) -> Option<Task> {
        let state = self.state(line)?;
        let State::Running(program, values) = state else { return None };
        let task = program.next(values);
        if task.is_none() {
            *state = State::Done(Ok(program.results(values).last().copied()));
        }
        task
    }

    /// Notes what became of a line's transaction.
    pub(super) fn settle(&mut self, settled: Settled) {
        let Some(state) = self.state(settled.line) else { return };
        let State::Running(program, values) = state else { return };
        match settled.outcome {
            Ok(value) => values.push(value),
            Err(refused) => {
                let token = program.token(values.len(), refused.index).clone();
                let refusal =
                    Refusal { token, message: refused.message, code: refused.code, text: refused.text };
                *state = State::Done(Err(refusal.into()));
            }
        }
    }

    /// Gives up every line that is being evaluated: the connection was lost at this one.
    pub(super) fn give_up(&mut self, line: u64, error: &Arc<EvaluateError>) {
        for (number, slot) in (self.first()..).zip(&mut self.slots) {
            if let State::Running(..) = slot.state {
                let error = if number == line {
                    LineError::Lost(Arc::clone(error))
                } else {
                    LineError::NoReply(line)
                };
                slot.state = State::Done(Err(error));
            }
        }
    }

    /// Takes out the first line, if it is done.
    pub(super) fn next_done(&mut self) -> Option<Done> {
        let number = self.first();
        match self.slots.pop_front()? {
            Slot { text, octets, state: State::Done(outcome) } => {
                Some(Done { number, text, octets, outcome })
            }
            running @ Slot { state: State::Running(..), .. } => {
                self.slots.push_front(running);
                None
            }
        }
    }

    /// Whether every line that was taken in has been taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The number of the first line that is here, or of the next that will be.
    fn first(&self) -> u64 {
        self.lines + 1 - self.slots.len() as u64
    }

    fn state(&mut self, line: u64) -> Option<&mut State> {
        let index = usize::try_from(line.checked_sub(self.first())?).ok()?;
        self.slots.get_mut(index).map(|slot| &mut slot.state)
    }
}
