//! `calc-client`: the command around the library.

use std::{
    ffi::OsString,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use calc_client::{
    Args, Calculator, EvaluateError, Exit, ExpressionError, Input, Program,
    batch::{self, BatchError},
};
use clap::{CommandFactory as _, error::ErrorKind};

fn main() -> ExitCode {
    run(std::env::args_os()).into()
}

fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    match Args::read(args).map_err(Failure::from).and_then(|args| execute(&args)) {
        Ok(exit) => exit,
        Err(failure) => failure.report(),
    }
}

fn execute(args: &Args) -> Result<Exit, Failure> {
    let mut calculator = Calculator::new(args.server(), args.timeout());
    let outcome = match args.input() {
        Input::Expression(text) => evaluate(&text, &mut calculator),
        Input::Lines => evaluate_lines(&mut calculator),
        Input::Unsaid if io::stdin().is_terminal() => Err(no_expression()),
        Input::Unsaid => evaluate_lines(&mut calculator),
    };
    calculator.quit();
    outcome
}

fn evaluate(text: &str, calculator: &mut Calculator) -> Result<Exit, Failure> {
    let value = calculator.evaluate(&Program::parse(text)?)?;
    writeln!(io::stdout(), "{value}").map_err(BatchError::Output)?;
    Ok(Exit::Success)
}

fn evaluate_lines(calculator: &mut Calculator) -> Result<Exit, Failure> {
    Ok(batch::run(io::stdin().lock(), io::stdout().lock(), calculator)?.into())
}

fn no_expression() -> Failure {
    let message = "no expression: give one, such as 1 2 +, or - to read one from each line of standard input";
    Failure::Arguments(Args::command().error(ErrorKind::MissingRequiredArgument, message))
}

/// Why the command ends without what it was to do.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Or a wish for help or the version, which clap treats alike.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    #[error(transparent)]
    Batch(#[from] BatchError),
}

impl Failure {
    /// Tells people on standard error, and the caller by the exit code.
    fn report(&self) -> Exit {
        let exit = match self {
            Self::Arguments(message) => {
                // Where it cannot be printed, nobody is there to be told.
                let _ = message.print();
                return if message.use_stderr() { Exit::Usage } else { Exit::Success };
            }
            // Whoever read the results has read enough, as in `calc-client - | head`.
            Self::Batch(BatchError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Exit::Success;
            }
            Self::Expression(_) => Exit::Usage,
            Self::Evaluate(error) => error.into(),
            Self::Batch(error) => error.into(),
        };
        let _ = writeln!(io::stderr(), "calc-client: {self}");
        exit
    }
}
