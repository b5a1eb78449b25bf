//! The reports that `--report` writes: what they say, who can read them, and that they are written whatever happens.

mod again;
mod broke;
mod formats;
mod golden;
mod parsed;
mod program;
mod server;
#[cfg(target_os = "linux")]
mod terminal;
#[path = "../schemas/validator.rs"]
mod validator;
mod verdicts;
mod written;
