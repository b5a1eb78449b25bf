//! What shells and people read about the program.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Args;

/// What the program can print about itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Page {
    /// Completions for a shell.
    Completions(Shell),
    /// The manual page.
    Manual,
}

impl Page {
    /// Prints it. That its reader has left is no failure.
    pub(crate) fn print(self) -> io::Result<()> {
        let mut command = Args::command();
        let mut text = Vec::new();
        match self {
            Self::Completions(shell) => {
                clap_complete::generate(shell, &mut command, "calc-server", &mut text);
            }
            Self::Manual => clap_mangen::Man::new(command).render(&mut text)?,
        }
        match io::stdout().write_all(&text) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
    }
}
