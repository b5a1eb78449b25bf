//! The calculator at a terminal: a line at a time, with a stack that is kept here.

use std::{fs, io::Write as _, path::PathBuf};

use anstyle::{AnsiColor, Style};
use calc_proto::{BinaryOp, Number, UnaryOp};
use rustyline::{
    Editor, Helper, completion::Completer, error::ReadlineError, highlight::Highlighter, hint::Hinter,
    history::DefaultHistory, validate::Validator,
};

use crate::{
    calculator::{Calculator, EvaluateError},
    expression::{ExpressionError, Program, operators},
    language::{Language, Phrase, Tell},
    trace::Trace,
};

/// The commands, none of which is sent.
const COMMANDS: [&str; 6] = [":help", ":stack", ":clear", ":trace on", ":trace off", ":quit"];

/// An interactive calculator.
pub struct Repl<'c> {
    calculator: &'c mut Calculator,
    trace: Trace,
    language: Language,
    /// The last one is the top.
    stack: Vec<Number>,
}

/// Whether there are more lines to read.
#[derive(PartialEq, Eq)]
enum Next {
    Read,
    Quit,
}

impl<'c> Repl<'c> {
    /// A calculator with an empty stack.
    pub const fn new(calculator: &'c mut Calculator, trace: Trace, language: Language) -> Self {
        Self { calculator, trace, language, stack: Vec::new() }
    }

    /// Reads lines from the terminal, and does what they say, until `:quit` or the end of the input.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn run(mut self) -> rustyline::Result<()> {
        let config = rustyline::Config::builder().auto_add_history(true).build();
        let mut editor: Editor<Words, DefaultHistory> = Editor::with_config(config)?;
        editor.set_helper(Some(Words));
        let history = history_file();
        if let Some(path) = &history {
            // There is none before the first time.
            let _ = editor.load_history(path);
        }
        say(Style::new().dimmed(), Phrase::Welcome.text(self.language));
        loop {
            match editor.readline("> ") {
                Ok(line) if self.line(line.trim()) == Next::Read => {}
                // Ctrl-C gives up the line, not the calculator.
                Err(ReadlineError::Interrupted) => {}
                Ok(_) | Err(ReadlineError::Eof) => break,
                Err(error) => return Err(error),
            }
        }
        if let Some(path) = &history {
            // A history that cannot be kept is no reason to complain.
            let _ = path.parent().map(fs::create_dir_all);
            let _ = editor.save_history(path);
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> Next {
        match line.split_ascii_whitespace().collect::<Vec<_>>()[..] {
            [] => {}
            [":quit" | ":q"] => return Next::Quit,
            [":help" | ":h" | ":?"] => {
                say(Style::new(), &Phrase::Help.with(self.language, &[&operators()]));
            }
            [":stack" | ":s"] => self.show_stack(),
            [":clear" | ":c"] => {
                self.stack.clear();
                self.show_stack();
            }
            [":trace", "on"] => self.trace.switch_on(),
            [":trace", "off"] => self.trace.switch_off(),
            [word, ..] if word.starts_with(':') => {
                let (line, commands) = (line.escape_debug(), COMMANDS.join(", "));
                self.complain(&Phrase::UnknownCommand.with(self.language, &[&line, &commands]));
            }
            _ => self.calculate(line),
        }
        Next::Read
    }

    /// Does what the tokens of a line say; where one of them fails, the stack stays as it was before the line.
    fn calculate(&mut self, line: &str) {
        let connections = self.calculator.connections();
        let stack = match Program::parse_onto(&self.stack, line) {
            Ok(program) => self.calculator.values(program),
            Err(ExpressionError::Empty) => return,
            Err(error) => return self.complain(&error.tell(self.language)),
        };
        if connections > 0 && self.calculator.connections() > connections {
            say(Style::new().dimmed(), Phrase::Reconnected.text(self.language));
        }
        match stack {
            Ok(stack) => {
                self.stack = stack;
                if let Some(top) = self.stack.last() {
                    say(Style::new().bold(), &top.to_string());
                }
            }
            Err(error) => {
                self.complain(&error.tell(self.language));
                match error {
                    EvaluateError::Refused(_) => {}
                    EvaluateError::Connect(_) | EvaluateError::Broken(_) => {
                        say(Style::new(), Phrase::LostKept.text(self.language));
                    }
                }
            }
        }
    }

    fn show_stack(&self) {
        let values: Vec<String> = self.stack.iter().map(ToString::to_string).collect();
        if values.is_empty() {
            say(Style::new(), Phrase::EmptyStack.text(self.language));
        } else {
            say(Style::new(), &values.join(" "));
        }
    }

    fn complain(&self, what: &str) {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        say(red, &Phrase::LineError.with(self.language, &[&what]));
    }
}

/// Colours are for terminals that want them (NO_COLOR).
fn say(style: Style, what: &str) {
    // A terminal that has gone is found out by the next line that is read.
    let _ = writeln!(anstream::stdout(), "{style}{what}{style:#}");
}

/// Where lines are kept from one time to the next: in the directory for state that the XDG Base Directories name.
fn history_file() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(set("HOME")?.join(".local/state")))?;
    Some(state.join("calc-client").join("history"))
}

/// Completes operators that are words, and commands.
struct Words;

impl Completer for Words {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..position];
        let start = if typed.starts_with(':') { 0 } else { typed.rfind(' ').map_or(0, |blank| blank + 1) };
        let word = &typed[start..];
        let operators =
            BinaryOp::ALL.map(BinaryOp::symbol).into_iter().chain(UnaryOp::ALL.map(UnaryOp::symbol));
        let commands = COMMANDS.into_iter().filter(|_| start == 0);
        let candidates = operators.chain(commands).filter(|candidate| candidate.starts_with(word));
        Ok((start, candidates.map(str::to_owned).collect()))
    }
}

impl Hinter for Words {
    type Hint = String;
}
impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}
