//! The exit codes.

use std::process::ExitCode;

use super::args::GradeArgs;
use crate::run::{Completion, Report};

/// What `--help` says of them.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    every MUST and SHOULD that was graded is passed
  1    one of them is not
  2    the command line or the suite is wrong
  3    the target cannot be reached, or does not start
  4    no case is selected
  5    an error of the grader's own, or a report that cannot be written
  6    the command of --build failed
  7    all that was graded is passed, but the time of --budget was over before the rest
  130  interrupted; what was graded by then has been reported";

/// How the program ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Exit {
    Passed,
    Failed,
    Usage,
    Unreachable,
    NothingSelected,
    Internal,
    Unbuilt,
    OutOfTime,
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
            Exit::NothingSelected => 4,
            Exit::Internal => 5,
            Exit::Unbuilt => 6,
            Exit::OutOfTime => 7,
            // What a shell reports of a program that an interrupt ended.
            Exit::Interrupted => 130,
        })
    }
}

impl Exit {
    /// What came of a run.
    pub(super) fn of(report: &Report, args: &GradeArgs) -> Self {
        match report.completion {
            Completion::Interrupted => Self::Interrupted,
            Completion::Complete | Completion::OutOfTime(_) if report.is_unbuilt() => Self::Unbuilt,
            Completion::Complete | Completion::OutOfTime(_) if args.exit_zero => Self::Passed,
            Completion::Complete | Completion::OutOfTime(_) if report.is_unreachable() => Self::Unreachable,
            Completion::Complete | Completion::OutOfTime(_) if report.is_flawed() => Self::Failed,
            Completion::Complete => Self::Passed,
            Completion::OutOfTime(_) => Self::OutOfTime,
        }
    }
}
