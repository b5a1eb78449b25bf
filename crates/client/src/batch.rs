//! One expression a line in, one result a line out.

use std::io::{self, BufRead, Read as _, Write};

use calc_proto::Number;

use crate::{
    calculator::{Calculator, EvaluateError},
    client::Refusal,
    expression::{ExpressionError, Program},
};

/// The most octets that a line of the input may have, its LF not counted: some 100 000 tokens, all held at once.
pub const MAX_INPUT_LINE: usize = 1 << 20;

/// How the lines of a batch fared that was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Summary {
    /// Every line has its result.
    AllEvaluated,
    /// A line at least has an `error: …` in the place of its result.
    SomeFailed,
}

/// Why a batch was not evaluated to its end.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The input cannot be read.
    #[error("cannot read standard input: {0}")]
    Input(io::Error),
    /// The output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// The connection cannot be made, or is lost. The line has its `error: …`, and so has each one after it, which was not sent.
    #[error("the connection was lost at line {line}: {source}")]
    Lost {
        /// The number of the line, from 1.
        line: u64,
        /// What happened to the connection.
        source: EvaluateError,
    },
}

/// Evaluates each line of `input` and writes its result, or `error: …`, as the same line of `output`.
///
/// A line without a token has an empty line for its result. When the connection is lost, no further line is sent, and each has its
/// `error: …`, so that the lines of input and output stay aligned. The last line counts with and without its LF. Each result is
/// flushed before the next line is read.
///
/// # Errors
/// [`BatchError`] says why not all of the input was evaluated.
pub fn run(
    mut input: impl BufRead,
    mut output: impl Write,
    calculator: &mut Calculator,
) -> Result<Summary, BatchError> {
    let mut summary = Summary::AllEvaluated;
    let mut lost: Option<(u64, EvaluateError)> = None;
    let mut buffer = Vec::new();
    for line in 1.. {
        let Some(text) = next_line(&mut input, &mut buffer).map_err(BatchError::Input)? else {
            break;
        };
        let value = match &lost {
            None => text.and_then(|text| evaluate(text, calculator)),
            Some((at, _)) => text.and_then(|text| not_sent(text, *at)),
        };
        let written = match &value {
            Ok(None) => writeln!(output),
            Ok(Some(value)) => writeln!(output, "{value}"),
            Err(error) => writeln!(output, "error: {error}"),
        };
        written.and_then(|()| output.flush()).map_err(BatchError::Output)?;
        if let Err(error) = value {
            summary = Summary::SomeFailed;
            lost = lost.or_else(|| Some((line, error.lost()?)));
        }
    }
    match lost {
        Some((line, source)) => Err(BatchError::Lost { line, source }),
        None => Ok(summary),
    }
}

/// Why a line has no result.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("the line has more than {MAX_INPUT_LINE} octets")]
    TooLong,
    #[error("the line is not UTF-8 from its octet {} on", .0 + 1)]
    NotUtf8(usize),
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    #[error(transparent)]
    Refused(Refusal),
    #[error(transparent)]
    Lost(EvaluateError),
    #[error("not sent: the connection was lost at line {0}")]
    NotSent(u64),
}

impl LineError {
    fn lost(self) -> Option<EvaluateError> {
        match self {
            Self::Lost(source) => Some(source),
            Self::TooLong | Self::NotUtf8(_) | Self::Expression(_) | Self::Refused(_) | Self::NotSent(_) => {
                None
            }
        }
    }
}

fn evaluate(text: &str, calculator: &mut Calculator) -> Result<Option<Number>, LineError> {
    let Some(program) = program(text)? else { return Ok(None) };
    calculator.evaluate(&program).map(Some).map_err(|error| match error {
        EvaluateError::Refused(refusal) => LineError::Refused(refusal),
        lost @ (EvaluateError::Connect(_) | EvaluateError::Broken(_)) => LineError::Lost(lost),
    })
}

/// What is said of a line after the connection was lost at line `at`.
fn not_sent(text: &str, at: u64) -> Result<Option<Number>, LineError> {
    match program(text)? {
        Some(_) => Err(LineError::NotSent(at)),
        None => Ok(None),
    }
}

fn program(text: &str) -> Result<Option<Program>, LineError> {
    match Program::parse(text) {
        Ok(program) => Ok(Some(program)),
        Err(ExpressionError::Empty) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Reads a line into `buffer`; what does not fit is skipped.
fn next_line<'b>(
    input: &mut impl BufRead,
    buffer: &'b mut Vec<u8>,
) -> io::Result<Option<Result<&'b str, LineError>>> {
    buffer.clear();
    if input.by_ref().take(MAX_INPUT_LINE as u64 + 1).read_until(b'\n', buffer)? == 0 {
        return Ok(None);
    }
    if buffer.len() > MAX_INPUT_LINE && !buffer.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        return Ok(Some(Err(LineError::TooLong)));
    }
    Ok(Some(str::from_utf8(buffer).map_err(|error| LineError::NotUtf8(error.valid_up_to()))))
}
