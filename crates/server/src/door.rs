//! Where clients come in: all listeners as one, and what becomes of their failures.

use std::{
    future::poll_fn,
    io,
    task::{Context, Poll},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until},
};
use tracing::{debug, info, warn};

use crate::{
    listen::{Listener, Socket},
    stream::{Peer, Stream},
};

/// How long no client is accepted when the system has no descriptor or memory left for one: long enough not to burn the
/// processor on asking, short enough to be soon there when a connection has closed.
const PAUSE: Duration = Duration::from_millis(100);

/// All listeners of a server.
pub(crate) struct Door {
    acceptors: Vec<Acceptor>,
    /// Which of them is asked first: one further each time, so that a crowd at one does not shut out those at another.
    first: usize,
    /// When to try again after a failure.
    shut_until: Option<Instant>,
    /// Whether the last attempt failed, which is logged once and not every [`PAUSE`].
    failing: bool,
}

enum Acceptor {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(
        #[expect(dead_code, reason = "removes the socket's file when dropped")]
        Option<crate::listen::SocketFile>,
        tokio::net::UnixListener,
    ),
}

impl Door {
    /// Hands the listeners to the runtime.
    pub(crate) fn open(listeners: Vec<Listener>) -> io::Result<Self> {
        let acceptors = listeners.into_iter().map(Acceptor::try_from).collect::<io::Result<_>>()?;
        Ok(Self { acceptors, first: 0, shut_until: None, failing: false })
    }

    /// Waits for the next client. Nothing is lost when it is dropped before it is ready.
    pub(crate) async fn accept(&mut self) -> (Stream, Peer) {
        loop {
            if let Some(time) = self.shut_until {
                sleep_until(time).await;
                self.shut_until = None;
            }
            match poll_fn(|context| self.poll_accept(context)).await {
                Ok(client) => {
                    if std::mem::take(&mut self.failing) {
                        info!("accepting again");
                    }
                    return client;
                }
                Err(error) if belongs_to_one_client(&error) => {
                    debug!(%error, "a client left before it was accepted")
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.failing, true) {
                        warn!(%error, "cannot accept; trying again every {PAUSE:?}");
                    }
                    self.shut_until = Some(Instant::now() + PAUSE);
                }
            }
        }
    }

    /// A client that has connected and waits in the kernel's queue, past the runtime, which may not have heard of it yet.
    pub(crate) fn accept_waiting(&self) -> Option<(Stream, Peer)> {
        self.acceptors.iter().find_map(|acceptor| {
            loop {
                match acceptor.accept_waiting() {
                    Ok(client) => return Some(client),
                    Err(error) if belongs_to_one_client(&error) => {}
                    // Nobody waits, or the system has nothing left to let them in with.
                    Err(_) => return None,
                }
            }
        })
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(Stream, Peer)>> {
        let count = self.acceptors.len();
        for index in (self.first..count).chain(0..self.first) {
            if let Poll::Ready(outcome) = self.acceptors[index].poll_accept(context) {
                self.first = (index + 1) % count;
                return Poll::Ready(outcome);
            }
        }
        Poll::Pending
    }
}

impl Acceptor {
    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(Stream, Peer)>> {
        match self {
            Self::Tcp(listener) => listener
                .poll_accept(context)
                .map_ok(|(stream, address)| (Stream::Tcp(stream), Peer::Tcp(address))),
            #[cfg(unix)]
            Self::Unix(_, listener) => {
                listener.poll_accept(context).map_ok(|(stream, _)| (Stream::Unix(stream), Peer::Unix))
            }
        }
    }

    fn accept_waiting(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (socket, address) = SockRef::from(listener).accept()?;
                socket.set_nonblocking(true)?;
                let address = address.as_socket().ok_or(io::ErrorKind::Unsupported)?;
                Ok((Stream::Tcp(TcpStream::from_std(socket.into())?), Peer::Tcp(address)))
            }
            #[cfg(unix)]
            Self::Unix(_, listener) => {
                let (socket, _) = SockRef::from(listener).accept()?;
                socket.set_nonblocking(true)?;
                Ok((Stream::Unix(tokio::net::UnixStream::from_std(socket.into())?), Peer::Unix))
            }
        }
    }
}

impl TryFrom<Listener> for Acceptor {
    type Error = io::Error;

    fn try_from(listener: Listener) -> io::Result<Self> {
        match listener.socket {
            Socket::Tcp(socket) => TcpListener::from_std(socket).map(Self::Tcp),
            #[cfg(unix)]
            Socket::Unix(file, socket) => {
                tokio::net::UnixListener::from_std(socket).map(|listener| Self::Unix(file, listener))
            }
        }
    }
}

/// Whether a failure concerns the client that would have been accepted, and not those behind it.
fn belongs_to_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted,
        NetworkUnreachable, PermissionDenied, TimedOut,
    };
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkUnreachable
            | PermissionDenied
            | TimedOut
    )
}
