//! The command line.

use std::{ffi::OsString, net::Ipv6Addr, path::PathBuf, time::Duration};

use calc_proto::{DEFAULT_PORT, Number, ParseNumberError};
use clap::{Arg, Command, CommandFactory as _, Parser};

use crate::{
    connect::Server,
    exit::Exit,
    help,
    language::Language,
    results::{self, Writer},
    trace::{Form, Trace},
};

/// Evaluates postfix expressions at a CALC/1 server.
///
/// A token is an operand, such as 5, -.5 or 1.5e-3, or one of the operators + - * / % ^ neg abs sqrt; blanks separate
/// tokens, within an argument too. A token is never taken for an option, wherever it stands. Quote * for the shell.
///
/// Without an expression, at a terminal, it is an interactive calculator with a stack; :help tells more.
///
/// With - alone as the expression, or with none and standard input not a terminal, every line of standard input is an
/// expression, and the same line of standard output its result: "error: ..." for one that fails, an empty line for an empty
/// one. Many lines are on their way at once. When the connection is lost, the lines without a result have their "error: ..."
/// too, and no more are sent.
#[derive(Debug, Parser)]
#[command(name = "calc-client", version, after_help = Exit::help())]
pub struct Args {
    /// Operands and operators in postfix: 1 2 + 3 '*'
    #[arg(value_name = "EXPRESSION")]
    expression: Vec<String>,

    /// Name or address of the server's host
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1", value_parser = host)]
    host: String,

    /// Port of the server
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,

    /// Connect to this Unix socket instead
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", conflicts_with_all = ["host", "port"])]
    unix: Option<PathBuf>,

    /// How long to wait for the connection, and then for each reply
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    timeout: Duration,

    /// Read expressions from this file, one a line
    #[arg(long, value_name = "FILE", conflicts_with = "expression")]
    file: Option<PathBuf>,

    /// Write each result as a JSON object on a line of its own
    #[arg(long)]
    json: bool,

    /// Show each call on the socket on standard error, as it happens
    #[arg(long, value_name = "FORM", value_enum, require_equals = true, num_args = 0..=1, default_missing_value = "text")]
    trace: Option<Form>,

    /// The language of messages [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, value_enum)]
    lang: Option<Language>,

    /// Print completions for a shell, and end
    #[arg(long, value_name = "SHELL", value_enum, hide = true)]
    completions: Option<clap_complete::Shell>,

    /// Print the manual page in roff, and end
    #[arg(long, hide = true)]
    manual: bool,
}

/// What the program can print about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Completions for a shell.
    Completions(clap_complete::Shell),
    /// The manual page.
    Manual,
}

/// What there is to evaluate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One expression, from the command line.
    Expression(String),
    /// The lines of standard input, asked for by `-`.
    Lines,
    /// The lines of a file.
    File(PathBuf),
    /// Nothing is said.
    Unsaid,
}

impl Args {
    /// Reads a command line, the program's name first.
    ///
    /// # Errors
    /// clap's own, which `--help` and `--version` are among.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let args = options_first(&Self::command(), args);
        Self::try_parse_from(&args).map_err(|error| help::in_language(error, Self::command(), &args))
    }

    /// Where the server is.
    #[must_use]
    pub fn server(&self) -> Server {
        #[cfg(unix)]
        if let Some(path) = &self.unix {
            return Server::Unix(path.clone());
        }
        Server::Tcp { host: self.host.clone(), port: self.port }
    }

    /// How long to wait for the connection, and then for each reply.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The language of messages.
    #[must_use]
    pub fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_environment)
    }

    /// How results are written.
    #[must_use]
    pub fn writer(&self) -> Writer {
        let form = if self.json { results::Form::Json } else { results::Form::Text };
        Writer { form, language: self.language() }
    }

    /// What is shown of the conversation.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.trace.map_or_else(Trace::off, Trace::on)
    }

    /// What is to be printed in place of a result, if anything.
    #[must_use]
    pub fn page(&self) -> Option<Page> {
        self.completions.map(Page::Completions).or_else(|| self.manual.then_some(Page::Manual))
    }

    /// What there is to evaluate.
    #[must_use]
    pub fn input(&self) -> Input {
        if let Some(path) = &self.file {
            return Input::File(path.clone());
        }
        if self.expression.is_empty() {
            return Input::Unsaid;
        }
        let expression = self.expression.join(" ");
        if expression.trim_ascii() == "-" { Input::Lines } else { Input::Expression(expression) }
    }
}

/// The same command line with the options before a `--` and the expression after it, where clap takes nothing for an option.
///
/// Left to itself, clap takes `-5` for an option; told to allow negative numbers, it still takes `-.5` and `-1E+5` for one;
/// and told to allow hyphens, it takes `--prot` for a token. Which options take a value is asked of clap's own definitions.
fn options_first(command: &Command, args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args = args.into_iter().peekable();
    let mut options: Vec<OsString> = args.next().into_iter().collect();
    let mut expression = vec!["--".into()];
    while let Some(mut arg) = args.next() {
        if arg == "--" {
            expression.extend(args);
            break;
        }
        if !is_option(&arg) {
            expression.push(arg);
            continue;
        }
        if awaits_value(command, &arg)
            && let Some(value) = args.next_if(|next| !is_option(next))
        {
            arg.push("=");
            arg.push(value);
        }
        options.push(arg);
    }
    options.append(&mut expression);
    options
}

/// Whether the first word of an argument starts with `-` without being an operand or an operator.
fn is_option(arg: &OsString) -> bool {
    let word = arg.as_encoded_bytes().split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.starts_with(b"-") && word != b"-" && Number::parse(word) == Err(ParseNumberError::Syntax)
}

/// Whether the argument is the long name of an option that takes a value, which therefore is the next argument.
fn awaits_value(command: &Command, arg: &OsString) -> bool {
    let name = arg.to_str().and_then(|arg| arg.strip_prefix("--"));
    let takes = |option: &Arg| option.get_action().takes_values() && !option.is_require_equals_set();
    name.is_some() && command.get_opts().any(|option| option.get_long() == name && takes(option))
}

/// Takes the brackets off an IPv6 address.
fn host(text: &str) -> Result<String, String> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match inner {
        Some(address) if address.parse::<Ipv6Addr>().is_ok() => Ok(address.to_owned()),
        Some(_) => Err("only an IPv6 address stands in brackets".to_owned()),
        None if text.is_empty() => Err("give a name or an address".to_owned()),
        None => Ok(text.to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    /// Below a millisecond no reply comes, and a day is as good as for ever.
    const SENSIBLE: std::ops::RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_hours(24);
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| SENSIBLE.contains(seconds))
        .ok_or_else(|| "give a number of seconds from 0.001 to 86400".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options_first(line: &[&str]) -> Vec<OsString> {
        super::options_first(&Args::command(), line.iter().map(OsString::from))
    }

    #[test]
    fn clap_accepts_the_definitions() {
        Args::command().debug_assert();
    }

    /// [`awaits_value`] knows long names without aliases only, which is all that there is.
    #[test]
    fn options_with_a_value_have_one_long_name_each() {
        for option in Args::command().get_opts() {
            assert!(option.get_long().is_some() && option.get_short().is_none(), "{option}");
            assert!(option.get_all_aliases().is_none(), "{option}");
        }
    }

    #[test]
    fn options_and_expressions_are_told_apart() {
        let table: [(&[&str], &[&str]); 26] = [
            (&[], &["--"]),
            (&["1", "2", "+"], &["--", "1", "2", "+"]),
            (&["-3", "-.5", "-"], &["--", "-3", "-.5", "-"]),
            (&["-1E+5", "-5.", "-0", "-1e99999"], &["--", "-1E+5", "-5.", "-0", "-1e99999"]),
            (&["-1 -2 -"], &["--", "-1 -2 -"]),
            (&[" -1", "- ", "\t-", ""], &["--", " -1", "- ", "\t-", ""]),
            (&["-1e", "-.", "-x", "--5", "-5x"], &["-1e", "-.", "-x", "--5", "-5x", "--"]),
            (&["1", "--port", "7", "-2", "-"], &["--port=7", "--", "1", "-2", "-"]),
            (&["--port=7", "-2"], &["--port=7", "--", "-2"]),
            (&["-2", "--port", "7"], &["--port=7", "--", "-2"]),
            (&["--port", "-5"], &["--port=-5", "--"]),
            (&["--port", "-"], &["--port=-", "--"]),
            (&["--port"], &["--port", "--"]),
            (&["--port", "--host", "h"], &["--port", "--host=h", "--"]),
            (&["--port", "--", "7"], &["--port", "--", "7"]),
            (&["--prot", "7"], &["--prot", "--", "7"]),
            (&["--help", "1"], &["--help", "--", "1"]),
            (&["1", "-h", "2", "-V"], &["-h", "-V", "--", "1", "2"]),
            (&["--timeout", ".5", "1"], &["--timeout=.5", "--", "1"]),
            (&["1", "--", "--port", "-x", "--"], &["--", "1", "--port", "-x", "--"]),
            (&["--", "--"], &["--", "--"]),
            (&["--unix", "-5", "1"], &["--unix=-5", "--", "1"]),
            (&["--trace", "1"], &["--trace", "--", "1"]),
            (&["1", "--trace=json", "2"], &["--trace=json", "--", "1", "2"]),
            (&["--json", "1"], &["--json", "--", "1"]),
            (&["--file", "x"], &["--file=x", "--"]),
        ];
        for (line, expected) in table {
            let arranged = options_first(&[&["calc-client"], line].concat());
            assert_eq!(arranged[1..], *expected, "{line:?}");
        }
    }
}
