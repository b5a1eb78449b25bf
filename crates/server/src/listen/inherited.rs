//! Sockets that whoever started the process has bound, and passes on: sd_listen_fds(3).

use std::{io, os::fd::AsFd, path::PathBuf};

use listenfd::ListenFd;
use socket2::SockRef;

use super::{Address, ListenError, Listener, Socket};

/// The first descriptor after the standard streams.
const FIRST: usize = 3;

/// The sockets that `LISTEN_FDS` passes to this process, TCP or Unix; none when it is not set, or set for another process
/// (`LISTEN_PID`). The file of a Unix socket is left to whoever made it.
///
/// To be called before the process has a second thread: it takes the variables out of the environment, so that no child
/// takes them for its own.
///
/// # Errors
/// [`ListenError::Inherited`]: one of them is no stream socket, or does not listen.
pub fn inherited() -> Result<Vec<Listener>, ListenError> {
    let mut passed = ListenFd::from_env();
    (0..passed.len())
        .map(|index| {
            let refused = |source| ListenError::Inherited { descriptor: FIRST + index, source };
            take(&mut passed, index).map_err(refused)
        })
        .collect()
}

fn take(passed: &mut ListenFd, index: usize) -> io::Result<Listener> {
    if let Ok(Some(socket)) = passed.take_tcp_listener(index) {
        prepare(&socket)?;
        let address = Address::Tcp(socket.local_addr()?);
        return Ok(Listener { socket: Socket::Tcp(socket), address });
    }
    let socket = passed.take_unix_listener(index).ok().flatten().ok_or_else(no_listener)?;
    prepare(&socket)?;
    let path = socket.local_addr()?.as_pathname().map(PathBuf::from).unwrap_or_default();
    Ok(Listener { socket: Socket::Unix(None, socket), address: Address::Unix(path) })
}

fn prepare(socket: &impl AsFd) -> io::Result<()> {
    let socket = SockRef::from(socket);
    if !socket.is_listener()? {
        return Err(no_listener());
    }
    socket.set_nonblocking(true)
}

fn no_listener() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is no TCP or Unix stream socket that listens")
}
