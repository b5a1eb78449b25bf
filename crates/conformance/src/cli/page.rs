//! What shells and people read about the program.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::args::Cli;
use super::exit::Exit;

/// What the program can print about itself.
#[derive(Debug)]
pub(super) enum Page<'a> {
    /// Completions for a shell.
    Completions(Shell),
    /// The manual page of a subcommand, or of the program where the name is empty.
    Manual(&'a str),
}

impl Page<'_> {
    /// Prints it, if there is such a subcommand.
    pub(super) fn print(&self) -> anyhow::Result<Exit> {
        let mut command = Cli::command().disable_help_subcommand(true);
        // So that subcommands know their whole names.
        command.build();
        let mut text = Vec::new();
        match self {
            Self::Completions(shell) => {
                clap_complete::generate(*shell, &mut command, "conformance", &mut text);
                if *shell == Shell::Fish {
                    text = with_values_of_options(&text).into_bytes();
                }
            }
            Self::Manual("") => clap_mangen::Man::new(command).render(&mut text)?,
            Self::Manual(name) => match command.find_subcommand(name) {
                Some(subcommand) => clap_mangen::Man::new(subcommand.clone()).render(&mut text)?,
                None => {
                    super::complain(&format!("there is no command {name}"));
                    return Ok(Exit::Usage);
                }
            },
        }
        io::stdout().write_all(&text)?;
        Ok(Exit::Passed)
    }
}

/// What is generated for fish asks of a begun line whether it has a command yet, and gives up where its last option lacks the value
/// that is about to be typed; so that no value would be offered. Asked once more with an empty one, it finds out. (`scripts/package.d/offers` tries it.)
fn with_values_of_options(script: &[u8]) -> String {
    const ASKS: &str = "argparse -s (__fish_conformance_global_optspecs) -- $cmd";
    let asks = format!("{ASKS} 2>/dev/null\n");
    String::from_utf8_lossy(script).replace(&asks, &format!("{asks}    or {ASKS} '' 2>/dev/null\n"))
}
