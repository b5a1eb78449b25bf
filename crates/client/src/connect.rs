//! From a server's name to a connected socket.

#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::{
    io::{self, Read, Write as _},
    net::{Shutdown, SocketAddr, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::{
    language::{Language, Phrase, Tell, displays_in_english},
    trace::{Call, Trace},
};

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

/// A connected socket, whose calls are traced, up to its close.
#[derive(Debug)]
pub struct Connection {
    socket: Socket,
    trace: Trace,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The host has no address that the system knows of.
    Lookup {
        /// The host as it was given.
        host: String,
        /// What the system's resolver said.
        source: io::Error,
    },
    /// None of its addresses could be connected to.
    AllFailed(Vec<FailedAttempt>),
}

/// An address that could not be connected to, and why.
#[derive(Debug)]
pub struct FailedAttempt {
    /// The address, as text.
    pub address: String,
    /// What was in the way.
    pub reason: Obstacle,
}

/// What keeps an address from being connected to.
#[derive(Debug)]
pub enum Obstacle {
    /// What the system said.
    System(io::Error),
    /// Both ends of the connection were this client (CONN-11).
    ToItself,
}

impl Server {
    /// Connects to the first of the server's addresses that accepts, within `limit`.
    ///
    /// Each address gets an equal share of the time that is left, so that one that swallows everything does not keep the
    /// next from being tried. Looking up a name has the system's own time limits and comes before.
    ///
    /// # Errors
    /// [`ConnectError`] names every address that was tried, with the reason.
    pub fn connect(&self, limit: Duration, trace: &Trace) -> Result<Connection, ConnectError> {
        match self {
            Self::Tcp { host, port } => {
                let addresses: Vec<SocketAddr> = (host.as_str(), *port)
                    .to_socket_addrs()
                    .map_err(|source| ConnectError::Lookup { host: host.clone(), source })?
                    .collect();
                trace.show(|| {
                    let about = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                    Call { call: "getaddrinfo", about: Some(about), ..Call::default() }
                });
                connect_to_any(&addresses, limit, trace).map_err(ConnectError::AllFailed)
            }
            #[cfg(unix)]
            Self::Unix(path) => connect_unix(path, limit, trace).map_err(|error| {
                let (address, reason) = (path.display().to_string(), Obstacle::System(error));
                ConnectError::AllFailed(vec![FailedAttempt { address, reason }])
            }),
        }
    }
}

impl Connection {
    /// Sends all of the octets.
    pub(crate) fn send(&self, octets: &[u8]) -> io::Result<()> {
        let sent = (&self.socket).write_all(octets);
        self.trace.transfer("send", sent.as_ref().map(|()| octets).map_err(copy));
        sent
    }

    /// Takes what has come, or waits for it. Nothing has come where the server sends no more.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (&self.socket).read(buffer);
        self.trace.transfer("recv", count.as_ref().map(|&count| &buffer[..count]).map_err(copy));
        count
    }

    /// Bounds every single wait from now on; one that takes longer fails with
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) or [`TimedOut`](io::ErrorKind::TimedOut).
    pub(crate) fn set_timeout(&self, limit: Duration) -> io::Result<()> {
        self.socket.set_read_timeout(Some(limit))?;
        self.socket.set_write_timeout(Some(limit))
    }

    /// Says that nothing more is sent; or that nothing is waited for either, which ends every call that waits.
    pub(crate) fn shut_down(&self, how: Shutdown) {
        // It fails where the other side has reset the connection, on which nothing waits any more.
        let done = self.socket.shutdown(how);
        let about = match how {
            Shutdown::Read => "SHUT_RD",
            Shutdown::Write => "SHUT_WR",
            Shutdown::Both => "SHUT_RDWR",
        };
        let error = done.err().map(|error| error.to_string());
        self.trace.show(|| Call {
            call: "shutdown",
            about: Some(about.to_owned()),
            error,
            ..Call::default()
        });
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.receive(buffer)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.trace.show(|| Call { call: "close", ..Call::default() });
    }
}

/// The same error once more, for the trace.
fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

fn connect_to_any(
    addresses: &[SocketAddr],
    limit: Duration,
    trace: &Trace,
) -> Result<Connection, Vec<FailedAttempt>> {
    let start = Instant::now();
    let mut attempts = Vec::new();
    for (&address, untried) in addresses.iter().zip((1_u32..=addresses.len() as u32).rev()) {
        /// A wait of zero would be refused, whoever answers.
        const SHORTEST: Duration = Duration::from_millis(1);
        let share = (limit.saturating_sub(start.elapsed()) / untried).max(SHORTEST);
        match connect_tcp(address, share, trace) {
            Ok(connection) => return Ok(connection),
            Err(reason) => attempts.push(FailedAttempt { address: address.to_string(), reason }),
        }
    }
    Err(attempts)
}

fn connect_tcp(address: SocketAddr, limit: Duration, trace: &Trace) -> Result<Connection, Obstacle> {
    let domain = Domain::for_address(address);
    let connection = open(domain, if address.is_ipv4() { "AF_INET" } else { "AF_INET6" }, trace)
        .map_err(Obstacle::System)?;
    let done = connection.socket.connect_timeout(&address.into(), limit);
    show_connect(&connection, address.to_string(), &done);
    done.map_err(Obstacle::System)?;
    if leads_to_itself(&connection.socket) {
        return Err(Obstacle::ToItself);
    }
    // What is to leave together is written together, so there is nothing to collect. Where it fails, it costs time alone.
    let _ = connection.socket.set_tcp_nodelay(true);
    Ok(connection)
}

/// A Unix socket whose queue is full keeps a client waiting for ever. Linux bounds that wait by the one for sending;
/// elsewhere such a connection is refused at once.
#[cfg(unix)]
fn connect_unix(path: &Path, limit: Duration, trace: &Trace) -> io::Result<Connection> {
    let connection = open(Domain::UNIX, "AF_UNIX", trace)?;
    connection.socket.set_write_timeout(Some(limit))?;
    let done = connection.socket.connect(&SockAddr::unix(path)?).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    });
    show_connect(&connection, path.display().to_string().escape_debug().to_string(), &done);
    done.map(|()| connection)
}

fn open(domain: Domain, family: &'static str, trace: &Trace) -> io::Result<Connection> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    trace.show(|| {
        let about = format!("{family}, SOCK_STREAM");
        Call { call: "socket", about: Some(about), ..Call::default() }
    });
    Ok(Connection { socket, trace: trace.clone() })
}

fn show_connect(connection: &Connection, remote: String, done: &io::Result<()>) {
    connection.trace.show(|| {
        let local = connection.socket.local_addr().ok().and_then(|local| local.as_socket());
        let local = local.filter(|_| done.is_ok()).map(|local| local.to_string());
        let error = done.as_ref().err().map(ToString::to_string);
        Call { call: "connect", remote: Some(remote), local, error, ..Call::default() }
    });
}

/// Whether both ends are this client (CONN-11). A connection that the server has already reset may have no addresses left;
/// how it ended is told by its first message.
fn leads_to_itself(socket: &Socket) -> bool {
    let end = |address: io::Result<SockAddr>| address.ok().and_then(|address| address.as_socket());
    match (end(socket.local_addr()), end(socket.peer_addr())) {
        (Some(local), Some(remote)) => is_same_end(local, remote),
        (None, _) | (_, None) => false,
    }
}

/// Compares what CONN-11 names, the address and the port, and not an IPv6 address's flow and scope.
fn is_same_end(local: SocketAddr, remote: SocketAddr) -> bool {
    local.ip() == remote.ip() && local.port() == remote.port()
}

displays_in_english!(ConnectError, FailedAttempt);

impl Tell for ConnectError {
    /// The attempts on one line, since a line of a batch has one line for its error.
    fn tell(&self, language: Language) -> String {
        match self {
            Self::Lookup { host, source } => Phrase::Lookup.with(language, &[&host.escape_debug(), source]),
            Self::AllFailed(attempts) => {
                let attempts: Vec<String> = attempts.iter().map(|attempt| attempt.tell(language)).collect();
                Phrase::Connect.with(language, &[&attempts.join("; ")])
            }
        }
    }
}

impl Tell for FailedAttempt {
    fn tell(&self, language: Language) -> String {
        let address = self.address.escape_debug();
        match &self.reason {
            Obstacle::System(error) => format!("{address}: {error}"),
            Obstacle::ToItself => format!("{address}: {}", Phrase::ToItself.text(language)),
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use std::net::TcpStream;

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
        let stream =
            connect_to_any(&addresses, Duration::from_secs(60), &Trace::off()).expect("a connection");
        assert_eq!(stream.socket.peer_addr().expect("an address").as_socket(), Some(alive_address));
        assert!(start.elapsed() < Duration::from_secs(30), "{:?} for a share of 0.3 s", start.elapsed());
    }

    /// TCP's simultaneous open lets a socket connect to its own address, as an unlucky client's does by chance.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_connection_to_itself_is_refused() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().expect("an address").into()).expect("a port");
        socket.connect(&socket.local_addr().expect("an address")).expect("simultaneous open");
        assert!(leads_to_itself(&socket));
    }
}
