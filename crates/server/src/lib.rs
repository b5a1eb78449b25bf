//! The reference server of CALC/1, the protocol of `docs/PROTOCOL.md`.
//!
//! ```text
//!  Listener  Listener            bound before anything runs, so that a failure to listen is plain to see
//!        ╲    ╱
//!         Door                   takes in one client after the other, while there is room
//!           │
//!          run ◀── shutdown      starts a task for each client, and tells all of them to stop
//!      ┌────┴────┬─ ─ ─ ─ ┐
//!  Connection Connection          a task each, and nothing shared between them (SESS-4)
//!      │
//!      │  wait ─▶ read ─▶ Dialogue ─▶ write ─┐    per piece of the stream: one read, the replies to all messages
//!      │    ▲                                │    that it completes, one write; and no next read before that
//!      │    └────────────────────────────────┘    is done (CONN-7)
//!      ▼
//!   drain, close                 in an order that loses no reply (CONN-6)
//! ```
//!
//! A program that serves in its own process binds a [`Listener`], learns its address, and runs the server on it until a future
//! of its choice is ready. Any number of servers live in one process: nothing is global.
//!
//! ```
//! use std::net::{Ipv4Addr, TcpStream};
//! use calc_server::{Limits, Listener, run};
//!
//! # let runtime = tokio::runtime::Runtime::new()?;
//! let listener = Listener::tcp((Ipv4Addr::LOCALHOST, 0).into())?;
//! let client = TcpStream::connect(listener.address().to_string())?; // waits in the listener's queue
//!
//! let leave = async move { drop(client) };
//! runtime.block_on(run(vec![listener], Limits::default(), leave))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a peer cannot do
//!
//! Whatever it sends, a client cannot make the server panic, grow its memory, or delay or end another's connection:
//!
//! | it sends | what bounds it |
//! | --- | --- |
//! | a line without an end | the decoder keeps 257 octets of it |
//! | a piece full of short messages | replies are sent every 64 KiB; the rest of the piece waits |
//! | powers, which cost a thousand times what a sum does | a slice of 0.5 ms, then the others have their turn |
//! | and reads no replies | it is not read from; after [`Limits::stall_timeout`] it is cut off |
//! | nothing, or an octet a minute | [`Limits::idle_timeout`] |
//! | one connect after the other | [`Limits::max_connections`]; the kernel's queue holds those beyond |
//!
//! A waiting connection holds no buffer: pieces are read into the stack of the worker, and what remains is about a
//! kilobyte for its task, timer and session.
//!
//! In reading order: [`Limits`], [`Listener`] and [`listen`](listen()), [`run`], and behind it the connection and its dialogue.

mod limits;
mod listen;
mod server;
mod door;
mod connection;
mod dialogue;
mod stream;
mod alarm;

pub use limits::Limits;
#[cfg(unix)]
pub use listen::inherited;
pub use listen::{Address, Host, ListenError, Listener, listen};
pub use server::run;
