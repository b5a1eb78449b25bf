//! CALC/1, the protocol of `docs/PROTOCOL.md`, without I/O: octets in, octets out.
//!
//! ```text
//!           piece of the stream                               piece of the stream
//!  socket ──────────────────────▶ LineDecoder                        ▲ ──────────▶ socket
//!                                     │ Line                         │ octets
//!                                     ▼                              │
//!                               Request::parse ──▶ Session ──▶ Reply::encode
//!                                  Result<Request, …>    Option<Reply>
//! ```
//!
//! The crate opens no socket, reads no clock and starts no task: a server or a client of any kind, blocking or not,
//! drives it. A whole server of one connection at a time:
//!
//! ```no_run
//! use std::{io::{Read as _, Write as _}, net::TcpListener};
//! use calc_proto::{LineDecoder, Request, Session};
//!
//! for mut stream in TcpListener::bind("127.0.0.1:51216")?.incoming().flatten() {
//!     let (mut decoder, mut session, mut buffer) = (LineDecoder::new(), Session::new(), [0; 4096]);
//!     while !session.is_closed() && let Ok(count @ 1..) = stream.read(&mut buffer) {
//!         let (mut piece, mut replies) = (&buffer[..count], Vec::new());
//!         while let Some(line) = decoder.next_line(&mut piece) {
//!             session.handle(Request::parse(line)).inspect(|reply| reply.encode(&mut replies));
//!         }
//!         let Ok(()) = stream.write_all(&replies) else { break };
//!     }
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A client drives it from the other end: [`Exchange`] writes messages in the only order that makes sense, and
//! [`Reply::parse`] reads the answers, which come through a [`LineDecoder`] too.
//!
//! In reading order: [`Line`] and its decoder (§3 of the specification), [`Number`] (§10, §11), [`BinaryOp`] and [`UnaryOp`],
//! [`ErrorCode`] (§6), [`Request`] and [`Reply`] (§4, §5), [`Session`] (§7), [`Exchange`].
//!
//! Whatever a peer sends, nothing here panics, and what is kept per connection is bounded: a partial line of
//! [`MAX_LINE`] octets and two numbers.
#![cfg_attr(
    not(test),
    warn(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod line;
mod number;
mod exact;
mod library;
mod numeral;
mod operator;
mod error;
mod wire;
mod session;
mod exchange;

/// The TCP port of a server that was not told another (CONN-1).
pub const DEFAULT_PORT: u16 = 51216;

pub use error::{Code, ErrorCode, Operands};
pub use exchange::{AwaitOk, AwaitResult, Closed, Empty, Exchange, One, Setback, Two, Unsure};
pub use line::{Line, LineDecoder, MAX_LINE};
pub use number::{EvalError, Number};
pub use numeral::ParseNumberError;
pub use operator::{BinaryOp, UnaryOp};
pub use session::Session;
pub use wire::{Failure, GREETING, Reply, ReplyError, Request, RequestError};
