//! Connections to the target, from whichever of our addresses is asked for.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::Fault;
use crate::connection::Target;

/// From where to where.
#[derive(Clone, Debug)]
pub(super) struct Route {
    to: SocketAddr,
    /// Our addresses, which take turns; none of them where the system may choose.
    from: Vec<IpAddr>,
    patience: Duration,
}

impl Route {
    /// The routes to a target: one for each of its addresses that can be reached from ours.
    pub(super) fn all(target: &Target, from: &[IpAddr], patience: Duration) -> Result<Vec<Self>, Fault> {
        let addresses = match target {
            Target::Host { host, port } => (host.as_str(), *port).to_socket_addrs(),
            #[cfg(unix)]
            Target::Unix(_) => Err(io::Error::other("a load goes over TCP: write HOST:PORT or [IPV6]:PORT")),
        };
        let addresses = addresses.map_err(|error| Fault::Unreachable(error.to_string()))?;
        let suits = |to: &SocketAddr| from.iter().all(|from| from.is_ipv4() == to.is_ipv4());
        Ok(addresses.filter(suits).map(|to| Self { to, from: from.to_vec(), patience }).collect())
    }

    /// Connects; `number` counts connections from 0.
    pub(super) fn open(&self, number: usize) -> Result<TcpStream, Fault> {
        self.connect(number).map_err(|error| {
            let (connection, why) = (number + 1, error.to_string());
            if is_our_own(&error) {
                Fault::Local { connection, why }
            } else {
                Fault::Refused { connection, why }
            }
        })
    }

    fn connect(&self, number: usize) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::for_address(self.to), Type::STREAM, Some(Protocol::TCP))?;
        if !self.from.is_empty() {
            let from = self.from[number % self.from.len()];
            socket.bind(&SockAddr::from(SocketAddr::new(from, 0)))?;
        }
        socket.connect_timeout(&SockAddr::from(self.to), self.patience)?;
        let stream = TcpStream::from(socket);
        if stream.local_addr()? == stream.peer_addr()? {
            let itself = "nobody listens there: the connection was to itself";
            return Err(io::Error::new(io::ErrorKind::ConnectionRefused, itself));
        }
        // A write is a message or several, and none may wait for the acknowledgement of the one before.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Whether our own system refused, for lack of an address, a port, a file or memory.
fn is_our_own(error: &io::Error) -> bool {
    /// EMFILE and ENFILE, for which the standard library has no name; on Windows, WSAEMFILE.
    const OUT_OF_FILES: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    match error.kind() {
        io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::AddrInUse
        | io::ErrorKind::OutOfMemory
        | io::ErrorKind::PermissionDenied => true,
        _ => error.raw_os_error().is_some_and(|code| OUT_OF_FILES.contains(&code)),
    }
}
