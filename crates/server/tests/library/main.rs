//! The server as a program meets it that runs it in its own process: raw octets over sockets.

mod support;

mod streams;
mod closing;
mod hostile;
mod limits;
mod shutdown;
