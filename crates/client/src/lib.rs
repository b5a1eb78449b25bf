//! The reference client of CALC/1, the protocol of `docs/PROTOCOL.md`: postfix expressions of any length, evaluated by
//! a server that holds at most two operands.
//!
//! ```text
//!  "1 2 + 3 *" ─▶ Program ─▶ Calculator ─▶ Client ─▶ Wire ─────▶ Connection    a message at a time
//!                 checked    connects      speaks    octets      TCP or Unix
//!                 before it  when it       through   and         socket, by
//!                 connects   has to        Exchange  deadlines   Server::connect
//!
//!  lines ─▶ feed ─▶ Piece ─▶ batch ─▶ Pipeline ─▶ Link ────────▶ Connection    many at once
//!                   lines    in order what is     a thread
//!                   as one            awaited     each way
//! ```
//!
//! The values on the way stay with the client, and the server calculates one operator at a time:
//!
//! ```no_run
//! use std::time::Duration;
//! use calc_client::{Calculator, Program, Server, Trace};
//! use calc_proto::DEFAULT_PORT;
//!
//! let program = Program::parse("1 2 + 3 *")?;
//! let server = Server::Tcp { host: "127.0.0.1".into(), port: DEFAULT_PORT };
//! let mut calculator = Calculator::new(server, Duration::from_secs(10), Trace::off());
//! assert_eq!(calculator.evaluate(program)?, ["9".parse()?]);
//! calculator.quit();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: [`Language`], in which people are told; [`Program`], the expression; [`Server`], which connects;
//! [`Client`], one connection's conversation; [`Calculator`], which keeps a connection for many expressions; [`batch`], one
//! expression a line; [`Repl`], the calculator at a terminal; [`Args`] and [`Exit`], the command's two ends.

mod language;
mod trace;
mod evaluation;
mod expression;
mod connect;
mod fault;
mod wire;
mod client;
mod calculator;
mod pipeline;
mod link;
mod results;
mod piece;
mod feed;
mod progress;
pub mod batch;
mod repl;
mod help;
mod args;
mod exit;

pub use args::{Args, Input, Page};
pub use calculator::{Calculator, EvaluateError};
pub use client::{Client, Refusal};
pub use connect::{ConnectError, Connection, FailedAttempt, Obstacle, Server};
pub use exit::Exit;
pub use expression::{ExpressionError, Place, Program, Token};
pub use fault::Fault;
pub use language::{Language, Tell};
pub use repl::Repl;
pub use results::{Form, LineError, Writer};
pub use trace::{Form as TraceForm, Trace};
