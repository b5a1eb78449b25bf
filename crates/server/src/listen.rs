//! Listening: addresses in, bound sockets out.

mod host;
#[cfg(unix)]
mod inherited;
#[cfg(unix)]
mod unix;

use std::{
    fmt::{self, Write as _},
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use socket2::{Domain, Protocol, SockAddr, Type};

pub use host::{Host, listen};
#[cfg(unix)]
pub use inherited::inherited;
#[cfg(unix)]
pub(crate) use unix::SocketFile;

/// A socket that listens, not yet served: clients that connect wait in its queue.
///
/// ```
/// use std::net::Ipv4Addr;
/// use calc_server::Listener;
///
/// let listener = Listener::tcp((Ipv4Addr::LOCALHOST, 0).into())?; // 0: any free port
/// println!("listening on {}", listener.address());
/// # Ok::<(), calc_server::ListenError>(())
/// ```
#[derive(Debug)]
pub struct Listener {
    pub(crate) socket: Socket,
    address: Address,
}

/// The socket of a [`Listener`], non-blocking.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpListener),
    /// With the file to remove at the end, if it is ours.
    #[cfg(unix)]
    Unix(Option<SocketFile>, std::os::unix::net::UnixListener),
}

/// Where a [`Listener`] listens, written `127.0.0.1:51216`, `[::1]:51216` or `unix:/path/to/socket`, always in one line: control
/// characters in a path are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An IP address and a TCP port.
    Tcp(SocketAddr),
    /// A Unix socket's path.
    Unix(PathBuf),
}

/// Why there is nowhere to listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The system refused the address.
    #[error("cannot listen on {address}: {}", reason(source))]
    Refused {
        /// What was asked for.
        address: Address,
        /// What the system said.
        source: io::Error,
    },
    /// Another server answers at the Unix socket.
    #[error("cannot listen on {0}: another server answers there")]
    InUse(Address),
    /// The path of the Unix socket leads to something else, which is not for us to remove.
    #[error("cannot listen on {0}: the file exists and is no socket")]
    NotASocket(Address),
    /// A host's name has no address.
    #[error("cannot listen on host {host}: {source}")]
    UnknownHost {
        /// The name.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// A descriptor that was passed to the process cannot be served.
    #[error("cannot serve descriptor {descriptor}, which LISTEN_FDS passes: {source}")]
    Inherited {
        /// Its number.
        descriptor: usize,
        /// What is wrong with it.
        source: io::Error,
    },
}

impl Listener {
    /// Listens on a TCP address. Port 0 is any free one, which [`Listener::address`] then tells.
    ///
    /// # Errors
    /// [`ListenError::Refused`]: the port is in use, the machine has no such address, or the port is a privileged one.
    pub fn tcp(address: SocketAddr) -> Result<Self, ListenError> {
        let bind = || {
            let socket =
                socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
            if address.is_ipv6() {
                // So that the IPv4 and the IPv6 wildcard can be listened on side by side.
                socket.set_only_v6(true)?;
            }
            // A port whose last connections the kernel still remembers can be listened on again. On Windows the option would
            // let two servers share a port.
            #[cfg(unix)]
            socket.set_reuse_address(true)?;
            listen_at(socket, &address.into())
        };
        let socket =
            bind().map_err(|source| ListenError::Refused { address: Address::Tcp(address), source })?;
        let socket = TcpListener::from(socket);
        let address = Address::Tcp(socket.local_addr().unwrap_or(address));
        Ok(Self { socket: Socket::Tcp(socket), address })
    }

    /// Listens on a Unix socket at `path`. A socket there that nobody answers at any more is replaced. The file is removed when
    /// the listener, or the server that has it, is gone.
    ///
    /// Who may connect is up to the permissions of the directory that it stands in.
    ///
    /// # Errors
    /// [`ListenError`]: another server answers there, the file is no socket, or the system refuses.
    #[cfg(unix)]
    pub fn unix(path: impl Into<PathBuf>) -> Result<Self, ListenError> {
        let path = path.into();
        let (file, socket) = unix::bind(&path)?;
        Ok(Self { socket: Socket::Unix(Some(file), socket), address: Address::Unix(path) })
    }

    /// Where it listens, with the port that it got.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }
}

/// Binds and listens with the longest queue that the system allows: it cuts the number down to its own maximum, and
/// clients beyond [`Limits::max_connections`](crate::Limits::max_connections) wait there.
fn listen_at(socket: socket2::Socket, address: &SockAddr) -> io::Result<socket2::Socket> {
    socket.set_nonblocking(true)?;
    socket.bind(address)?;
    socket.listen(i32::MAX)?;
    Ok(socket)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => {
                f.write_str("unix:")?;
                path.to_string_lossy().chars().try_for_each(|character| {
                    if character.is_control() {
                        write!(f, "{}", character.escape_default())
                    } else {
                        f.write_char(character)
                    }
                })
            }
        }
    }
}

/// What `error` says about listening, in the style of our other messages and without the system's number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "address already in use".into(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::NotFound => "no such directory".into(),
        _ => error.to_string(),
    }
}
