//! `calc-client`: the command around the library.

mod standard_output;

use std::{
    ffi::OsString,
    fs::File,
    io::{self, IsTerminal as _, Read, Stdout, Write as _},
    process::ExitCode,
    sync::Arc,
};

use calc_client::{
    Args, Calculator, EvaluateError, Exit, ExpressionError, Form, Input, Language, LineError, Page, Program,
    Repl, Tell,
    batch::{self, BatchError, Settings},
};
use clap::{CommandFactory as _, error::ErrorKind};

use crate::standard_output::stdout;

fn main() -> ExitCode {
    run(std::env::args_os()).into()
}

fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let (done, language) = match Args::read(args) {
        Ok(args) => (execute(&args), args.language()),
        Err(message) if message.use_stderr() => (Err(Failure::Arguments(message)), Language::En),
        // The wish for help, or for the version.
        Err(page) => (written(stdout().and_then(|_| page.print()), Exit::Success), Language::En),
    };
    done.unwrap_or_else(|failure| failure.report(language))
}

fn execute(args: &Args) -> Result<Exit, Failure> {
    // Before anybody calculates for nothing.
    let stdout = stdout().map_err(BatchError::Output)?;
    if let Some(page) = args.page() {
        return print(page, stdout);
    }
    match args.input() {
        Input::Expression(text) => {
            with_calculator(args, |calculator| evaluate(&text, args, calculator, stdout))
        }
        Input::Lines => evaluate_lines(io::stdin(), args, stdout),
        Input::File(path) => match File::open(&path) {
            Ok(file) => evaluate_lines(file, args, stdout),
            Err(error) => Err(BatchError::Open(path, error).into()),
        },
        Input::Unsaid if !io::stdin().is_terminal() => evaluate_lines(io::stdin(), args, stdout),
        Input::Unsaid if !stdout.is_terminal() => Err(no_expression()),
        Input::Unsaid => with_calculator(args, |calculator| converse(args, calculator)),
    }
}

fn with_calculator(
    args: &Args,
    evaluate: impl FnOnce(&mut Calculator) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let mut calculator = Calculator::new(args.server(), args.timeout(), args.trace());
    let outcome = evaluate(&mut calculator);
    calculator.quit();
    outcome
}

fn evaluate(
    text: &str,
    args: &Args,
    calculator: &mut Calculator,
    mut stdout: Stdout,
) -> Result<Exit, Failure> {
    let value = Program::parse(text)
        .map_err(Failure::from)
        .and_then(|program| Ok(calculator.evaluate(program)?.last().copied()));
    let writer = args.writer();
    let (outcome, exit) = match (value, writer.form) {
        (Ok(value), Form::Text | Form::Json) => (Ok(value), Exit::Success),
        (Err(failure), Form::Text) => return Err(failure),
        (Err(failure), Form::Json) => {
            let exit = failure.exit();
            (Err(failure.into_line_error()?), exit)
        }
    };
    let mut line = Vec::new();
    writer.append(None, text, outcome.as_ref().copied(), &mut line);
    written(stdout.write_all(&line), exit)
}

fn evaluate_lines(input: impl Read + Send + 'static, args: &Args, stdout: Stdout) -> Result<Exit, Failure> {
    let settings =
        Settings { server: args.server(), limit: args.timeout(), trace: args.trace(), writer: args.writer() };
    Ok(batch::run(input, stdout.lock(), settings)?.into())
}

fn converse(args: &Args, calculator: &mut Calculator) -> Result<Exit, Failure> {
    let trace = calculator.trace().clone();
    Repl::new(calculator, trace, args.language())
        .run()
        .map_err(|error| Failure::Batch(BatchError::Input(io::Error::other(error))))?;
    Ok(Exit::Success)
}

/// Prints what shells and people read about the program.
fn print(page: Page, mut stdout: Stdout) -> Result<Exit, Failure> {
    let mut command = Args::command();
    let mut text = Vec::new();
    match page {
        Page::Completions(shell) => clap_complete::generate(shell, &mut command, "calc-client", &mut text),
        Page::Manual => clap_mangen::Man::new(command).render(&mut text).map_err(BatchError::Output)?,
    }
    written(stdout.write_all(&text), Exit::Success)
}

/// The exit code of a command whose output was written, or not. That its reader has left, as `head` does, is no failure.
fn written(done: io::Result<()>, exit: Exit) -> Result<Exit, Failure> {
    match done {
        Ok(()) => Ok(exit),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
        Err(error) => Err(BatchError::Output(error).into()),
    }
}

fn no_expression() -> Failure {
    let message = "no expression: give one, such as 1 2 +, or - to read one from each line of standard input";
    Failure::Arguments(Args::command().error(ErrorKind::MissingRequiredArgument, message))
}

/// Why the command ends without what it was to do.
#[derive(Debug, thiserror::Error)]
enum Failure {
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
    fn report(&self, language: Language) -> Exit {
        let told = match self {
            Self::Arguments(message) => {
                // Where it cannot be printed, nobody is there to be told.
                let _ = message.print();
                return self.exit();
            }
            Self::Expression(error) => error.tell(language),
            Self::Evaluate(error) => error.tell(language),
            Self::Batch(error) => error.tell(language),
        };
        let _ = writeln!(io::stderr(), "calc-client: {told}");
        self.exit()
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Arguments(_) | Self::Expression(_) => Exit::Usage,
            Self::Evaluate(error) => error.into(),
            Self::Batch(error) => error.into(),
        }
    }

    /// The same as what became of an expression, if it is about one.
    fn into_line_error(self) -> Result<LineError, Self> {
        match self {
            Self::Expression(error) => Ok(error.into()),
            Self::Evaluate(EvaluateError::Refused(refusal)) => Ok(refusal.into()),
            Self::Evaluate(error) => Ok(Arc::new(error).into()),
            Self::Arguments(_) | Self::Batch(_) => Err(self),
        }
    }
}
