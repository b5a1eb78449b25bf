//! The built `calc-client`, driven from outside: arguments and input in; output, errors and exit code out.

mod run;
mod server;

mod expressions;
mod arguments;
mod connections;
mod faults;
mod batches;
mod options;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod terminal;
