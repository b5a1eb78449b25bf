//! From a server's name to a connected stream.

use std::{
    fmt,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs as _},
    time::{Duration, Instant},
};
#[cfg(unix)]
use std::{os::unix::net::UnixStream, path::PathBuf};

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// At a TCP port of a host, which is a name or an address.
    Tcp {
        /// A name, an IPv4 address, or an IPv6 address without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// At a Unix socket.
    #[cfg(unix)]
    Unix(PathBuf),
}

/// A connected stream of octets whose waits can be bounded.
pub trait Transport: Read + Write {
    /// Bounds every single read and write from now on; one that takes longer fails with
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) or [`TimedOut`](io::ErrorKind::TimedOut).
    ///
    /// # Errors
    /// Those of the socket, and a limit of zero.
    fn set_timeout(&self, limit: Duration) -> io::Result<()>;
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The host has no address that the system knows of.
    #[error("cannot find the address of the host '{}': {source}", host.escape_debug())]
    Lookup {
        /// The host as it was given.
        host: String,
        /// What the system's resolver said.
        source: io::Error,
    },
    /// None of its addresses could be connected to.
    #[error("cannot connect to {}", List(.0))]
    AllFailed(Vec<FailedAttempt>),
}

/// An address that could not be connected to, and why.
#[derive(Debug, thiserror::Error)]
#[error("{address}: {reason}")]
pub struct FailedAttempt {
    /// The address, as text.
    pub address: String,
    /// What the system said, or that the connection led back to the client.
    pub reason: io::Error,
}

impl Server {
    /// Connects to the first of the server's addresses that accepts, within `limit`.
    ///
    /// Each address gets an equal share of the time that is left, so that one that swallows everything does not keep the
    /// next from being tried. Looking up a name has the system's own time limits and comes before.
    ///
    /// # Errors
    /// [`ConnectError`] names every address that was tried, with the reason.
    pub fn connect(&self, limit: Duration) -> Result<Box<dyn Transport>, ConnectError> {
        match self {
            Self::Tcp { host, port } => {
                let addresses = (host.as_str(), *port)
                    .to_socket_addrs()
                    .map_err(|source| ConnectError::Lookup { host: host.clone(), source })?;
                let stream = connect_to_any(addresses.as_slice(), limit).map_err(ConnectError::AllFailed)?;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Self::Unix(path) => match connect_unix(path, limit) {
                Ok(stream) => Ok(Box::new(stream)),
                Err(reason) => {
                    let address = path.display().to_string();
                    Err(ConnectError::AllFailed(vec![FailedAttempt { address, reason }]))
                }
            },
        }
    }
}

impl Transport for TcpStream {
    fn set_timeout(&self, limit: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(limit))?;
        self.set_write_timeout(Some(limit))
    }
}

#[cfg(unix)]
impl Transport for UnixStream {
    fn set_timeout(&self, limit: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(limit))?;
        self.set_write_timeout(Some(limit))
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn set_timeout(&self, limit: Duration) -> io::Result<()> {
        (**self).set_timeout(limit)
    }
}

fn connect_to_any(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, Vec<FailedAttempt>> {
    let start = Instant::now();
    let mut attempts = Vec::new();
    for (&address, untried) in addresses.iter().zip((1_u32..=addresses.len() as u32).rev()) {
        /// A wait of zero would be refused, whoever answers.
        const SHORTEST: Duration = Duration::from_millis(1);
        let share = (limit.saturating_sub(start.elapsed()) / untried).max(SHORTEST);
        match TcpStream::connect_timeout(&address, share).and_then(vetted) {
            Ok(stream) => return Ok(stream),
            Err(reason) => attempts.push(FailedAttempt { address: address.to_string(), reason }),
        }
    }
    Err(attempts)
}

/// The stream, ready for small messages, unless it is one end of itself (CONN-11).
fn vetted(stream: TcpStream) -> io::Result<TcpStream> {
    // A connection that the server has already reset may have no addresses left. How it ended is told by its first message.
    if let (Ok(local), Ok(remote)) = (stream.local_addr(), stream.peer_addr())
        && is_same_end(local, remote)
    {
        return Err(io::Error::other("the connection led back to this client, as no server listens there"));
    }
    // Every message waits for the reply to the one before, so there is nothing to collect. Where it fails, it costs time alone.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Compares what CONN-11 names, the address and the port, and not an IPv6 address's flow and scope.
fn is_same_end(local: SocketAddr, remote: SocketAddr) -> bool {
    local.ip() == remote.ip() && local.port() == remote.port()
}

/// The standard library has no limit for this: a Unix socket whose queue is full keeps a client waiting for ever. Linux
/// bounds that wait by the one for sending; elsewhere such a connection is refused at once.
#[cfg(unix)]
fn connect_unix(path: &std::path::Path, limit: Duration) -> io::Result<UnixStream> {
    use socket2::{Domain, SockAddr, Socket, Type};
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_write_timeout(Some(limit))?;
    socket.connect(&SockAddr::unix(path)?).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    })?;
    Ok(std::os::fd::OwnedFd::from(socket).into())
}

/// The attempts on one line, since a line of a batch has one line for its error.
struct List<'a>(&'a [FailedAttempt]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attempt) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{attempt}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use socket2::{Domain, Socket, Type};

    use super::*;

    #[test]
    fn ends_are_the_same_by_address_and_port() {
        let table = [
            ("127.0.0.1:51216", "127.0.0.1:51216", true),
            ("127.0.0.1:51216", "127.0.0.1:51217", false),
            ("127.0.0.1:51216", "127.0.0.2:51216", false),
            ("[::1]:51216", "[::1]:51216", true),
            ("[::1]:51216", "127.0.0.1:51216", false),
            ("[fe80::1%2]:51216", "[fe80::1]:51216", true),
        ];
        for (local, remote, same) in table {
            let address = |text: &str| text.parse().expect("an address");
            assert_eq!(is_same_end(address(local), address(remote)), same, "{local} {remote}");
        }
    }

    /// Linux leaves a client without an answer where the queue is full, which one of no length is with one in it.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_mute_address_leaves_time_for_the_others() {
        let mute = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        mute.bind(&"127.0.0.1:0".parse::<SocketAddr>().expect("an address").into()).expect("a port");
        mute.listen(0).expect("listening");
        let mute_address = mute.local_addr().expect("an address").as_socket().expect("an IP address");
        let _queued = TcpStream::connect(mute_address).expect("room for one");
        let alive = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let alive_address = alive.local_addr().expect("an address");

        let addresses = [&[mute_address][..], &[alive_address; 199]].concat();
        let start = Instant::now();
        let stream = connect_to_any(&addresses, Duration::from_secs(60)).expect("a connection");
        assert_eq!(stream.peer_addr().expect("an address"), alive_address);
        assert!(start.elapsed() < Duration::from_secs(30), "{:?} for a share of 0.3 s", start.elapsed());
    }

    /// TCP's simultaneous open lets a socket connect to its own address, as an unlucky client's does by chance.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_connection_to_itself_is_refused() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().expect("an address").into()).expect("a port");
        socket.connect(&socket.local_addr().expect("an address")).expect("simultaneous open");
        let error = vetted(socket.into()).expect_err("a connection to itself");
        assert_eq!(error.to_string(), "the connection led back to this client, as no server listens there");
    }
}
