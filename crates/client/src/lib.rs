//! The reference client of CALC/1, the protocol of `docs/PROTOCOL.md`: postfix expressions of any length, evaluated by
//! a server that holds at most two operands.
//!
//! ```text
//!  "1 2 + 3 *" ──▶ Program ──▶ Calculator ──▶ Client ──▶ Wire ──▶ Transport
//!                  checked      connects       speaks     octets    TCP or Unix socket,
//!                  before it    when it        through    and       by Server::connect
//!                  connects     has to         Exchange   deadlines
//! ```
//!
//! The values on the way stay with the client, and the server calculates one operator at a time:
//!
//! ```no_run
//! use std::time::Duration;
//! use calc_client::{Calculator, Program, Server};
//! use calc_proto::DEFAULT_PORT;
//!
//! let program = Program::parse("1 2 + 3 *")?;
//! let server = Server::Tcp { host: "127.0.0.1".into(), port: DEFAULT_PORT };
//! let mut calculator = Calculator::new(server, Duration::from_secs(10));
//! assert_eq!(calculator.evaluate(&program)?.to_string(), "9");
//! calculator.quit();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: [`Program`], the expression; [`Server`], which connects; [`Client`], one connection's conversation;
//! [`Calculator`], which keeps a connection for many expressions; [`batch`], one expression a line; [`Args`] and
//! [`Exit`], the command's two ends.

mod expression;
mod connect;
mod wire;
mod client;
mod calculator;
pub mod batch;
mod args;
mod exit;

pub use args::{Args, Input};
pub use calculator::{Calculator, EvaluateError};
pub use client::{Client, Refusal};
pub use connect::{ConnectError, FailedAttempt, Server, Transport};
pub use exit::Exit;
pub use expression::{ExpressionError, Program, Token};
pub use wire::Fault;
