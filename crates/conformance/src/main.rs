//! The program `conformance`.

use std::panic::catch_unwind;
use std::process::ExitCode;

use calc_conformance::cli;

/// The exit code of an error of the grader's own, as `--help` has it.
const INTERNAL: u8 = 5;

fn main() -> ExitCode {
    catch_unwind(cli::main).unwrap_or_else(|_| ExitCode::from(INTERNAL))
}
