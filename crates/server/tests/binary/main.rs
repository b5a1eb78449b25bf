//! The built `calc-server`, driven from outside: arguments, output, exit codes, signals.

mod support;

mod listening;
mod log;
#[cfg(unix)]
mod signals;
#[cfg(target_os = "linux")]
mod supervision;
#[cfg(unix)]
mod unix;
