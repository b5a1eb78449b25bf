//! The built `calc-server`, driven from outside: arguments, output, exit codes, signals.

mod support;

mod listening;
mod log;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod unix;
