//! Lines of the input that were read together. They have one text and one list of words, so that a line more asks the system for
//! no memory of its own.

use std::ops::Range;

use calc_proto::Number;

use crate::{
    evaluation::{Evaluation, Node},
    expression::{self, ExpressionError},
    results::LineError,
};

/// Lines of the input, and what becomes of them.
pub(crate) struct Piece {
    /// The number of the first line. That of the input's first one is 1.
    first: u64,
    /// How many octets of the window it takes.
    octets: usize,
    text: String,
    nodes: Vec<Node>,
    lines: Vec<Line>,
}

struct Line {
    /// Where it stands in the text, its end included.
    text: Range<usize>,
    /// Those of its words.
    nodes: Range<usize>,
    state: State,
}

/// What becomes of a line.
pub(crate) enum State {
    /// It is evaluated, or will be.
    Running(Evaluation),
    /// It has its value, and none where it has no token.
    Done(Result<Option<Number>, Box<LineError>>),
}

/// A line that is being evaluated, with its piece's share in it.
pub(crate) struct LineMut<'p> {
    /// What is no UTF-8 is replaced.
    pub(crate) text: &'p str,
    pub(crate) nodes: &'p mut [Node],
    pub(crate) state: &'p mut State,
}

impl Piece {
    /// A piece without lines yet.
    pub(crate) const fn new(first: u64) -> Self {
        Self { first, octets: 0, text: String::new(), nodes: Vec::new(), lines: Vec::new() }
    }

    /// Adds a line, which may have its end.
    pub(crate) fn push(&mut self, line: &[u8]) {
        let start = self.nodes.len();
        match str::from_utf8(line) {
            Ok(text) => {
                let state = match expression::parse(text, &mut self.nodes) {
                    Ok(()) => State::Running(Evaluation::default()),
                    Err(ExpressionError::Empty) => State::Done(Ok(None)),
                    Err(error) => State::failed(error.into()),
                };
                self.add(text, start, state);
            }
            Err(error) => {
                let state = State::failed(LineError::NotUtf8(error.valid_up_to()));
                self.add(&String::from_utf8_lossy(line), start, state);
            }
        }
        self.octets += line.len();
    }

    /// Adds a line that is too long to be kept.
    pub(crate) fn push_too_long(&mut self) {
        self.add("", self.nodes.len(), State::failed(LineError::TooLong));
        self.octets += 1;
    }

    /// How many octets of the window it takes.
    pub(crate) const fn octets(&self) -> usize {
        self.octets
    }

    /// The number of the first line.
    pub(crate) const fn first(&self) -> u64 {
        self.first
    }

    /// The number of the line after the last one.
    pub(crate) const fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// The line of this number.
    pub(crate) fn line(&mut self, number: u64) -> Option<LineMut<'_>> {
        let line = self.lines.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)?;
        let text = self.text.get(line.text.clone())?;
        Some(LineMut { text, nodes: self.nodes.get_mut(line.nodes.clone())?, state: &mut line.state })
    }

    fn add(&mut self, text: &str, nodes: usize, state: State) {
        let start = self.text.len();
        self.text.push_str(text);
        self.lines.push(Line { text: start..self.text.len(), nodes: nodes..self.nodes.len(), state });
    }
}

impl State {
    /// That of a line without a value.
    pub(crate) fn failed(error: LineError) -> Self {
        Self::Done(Err(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use allocation_counter::measure;

    use super::*;

    /// What grows does so by doubling.
    #[test]
    fn a_line_allocates_nothing_of_its_own() {
        let mut piece = Piece::new(1);
        let allocations = measure(|| (0..10_000).for_each(|_| piece.push(b"12.5 0.25 + 3 * neg\n")));
        assert_eq!(piece.end(), 10_001);
        assert!(allocations.count_total < 100, "{allocations:?}");
    }
}
