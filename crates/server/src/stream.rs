//! A client's socket, TCP or Unix.

use std::{
    fmt,
    io::{self, Read as _},
    net::{Shutdown, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead as _, AsyncWrite as _, ReadBuf},
    net::TcpStream,
};

/// A connection's socket.
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

/// Who is at the other end of it, for the log.
pub(crate) enum Peer {
    Tcp(SocketAddr),
    #[cfg(unix)]
    Unix,
}

impl Stream {
    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }

    pub(crate) fn poll_write(&mut self, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, octets),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_write(context, octets),
        }
    }

    /// How many octets of the client's the kernel holds unread, or, where it cannot tell, the most that it can hold.
    pub(crate) fn held(&self) -> io::Result<u64> {
        #[cfg(unix)]
        return Ok(rustix::io::ioctl_fionread(&*self.socket())?);
        #[cfg(not(unix))]
        return self.socket().recv_buffer_size().map(|octets| octets as u64);
    }

    /// Reads what the kernel holds at this moment, past the runtime, which may not have heard of it yet.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when it holds nothing.
    pub(crate) fn read_held(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.socket()).read(buffer)
    }

    /// Ends the sending side: the client reads what was sent, then the end of the stream.
    pub(crate) fn finish_sending(&self) -> io::Result<()> {
        self.socket().shutdown(Shutdown::Write)
    }

    /// Has the close that follows throw away what was not sent, instead of leaving it to the kernel's memory.
    pub(crate) fn abandon(&self) {
        // Where it fails, the kernel gives up on the octets by itself, only later.
        let _ = self.socket().set_linger(Some(Duration::ZERO));
    }

    /// Has each reply leave at once (FRAME-11), also while an earlier one is unacknowledged.
    pub(crate) fn send_at_once(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nodelay(true),
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
        }
    }

    fn socket(&self) -> SockRef<'_> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream),
            #[cfg(unix)]
            Self::Unix(stream) => SockRef::from(stream),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            #[cfg(unix)]
            Self::Unix => f.write_str("unix"),
        }
    }
}
