//! What the command tells its caller.

use std::{fmt::Write as _, process::ExitCode};

use crate::{
    batch::{BatchError, Summary},
    calculator::EvaluateError,
    fault::Fault,
};

/// The exit codes of `calc-client`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every expression has its result.
    Success = 0,
    /// The server refused an expression, or its result is too large for this client; or a line of a batch failed.
    Refused = 1,
    /// The command or the expression is wrong, or the input or output failed.
    Usage = 2,
    /// There is no connection, or no answer in time.
    Unreachable = 3,
    /// The server broke the protocol.
    BrokenProtocol = 4,
}

impl Exit {
    /// Every exit code, in order.
    pub const ALL: [Self; 5] =
        [Self::Success, Self::Refused, Self::Usage, Self::Unreachable, Self::BrokenProtocol];

    /// What the code tells, for `--help`.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Success => "every expression has its result",
            Self::Refused => {
                "no result: refused by the server, or too large for this client; or a line of the input failed"
            }
            Self::Usage => "wrong usage; or the input or standard output failed",
            Self::Unreachable => "cannot connect, or no answer in time",
            Self::BrokenProtocol => "the server broke the protocol",
        }
    }

    /// The paragraph of `--help` on the exit codes.
    pub(crate) fn help() -> String {
        Self::ALL.into_iter().fold("Exit codes:".to_owned(), |mut help, exit| {
            // Writing to a string cannot fail.
            let _ = write!(help, "\n  {}  {}", exit as u8, exit.meaning());
            help
        })
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Summary> for Exit {
    fn from(summary: Summary) -> Self {
        match summary {
            Summary::AllEvaluated => Self::Success,
            Summary::SomeFailed => Self::Refused,
        }
    }
}

impl From<&EvaluateError> for Exit {
    fn from(error: &EvaluateError) -> Self {
        match error {
            EvaluateError::Refused(_) => Self::Refused,
            EvaluateError::Connect(_) => Self::Unreachable,
            EvaluateError::Broken(fault) => match fault {
                Fault::TimedOut { .. } | Fault::Io { .. } => Self::Unreachable,
                Fault::OutOfRange { .. } => Self::Refused,
                Fault::ClosedBetween
                | Fault::Closed { .. }
                | Fault::NotAReply { .. }
                | Fault::Unfit { .. }
                | Fault::Unasked { .. } => Self::BrokenProtocol,
            },
        }
    }
}

impl From<&BatchError> for Exit {
    fn from(error: &BatchError) -> Self {
        match error {
            BatchError::Open(..) | BatchError::Input(_) | BatchError::Output(_) => Self::Usage,
            BatchError::Lost { source, .. } => (&**source).into(),
        }
    }
}
