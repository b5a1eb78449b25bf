//! Where the server is.

use std::fmt;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;
use std::str::FromStr;

#[cfg(unix)]
use crate::capture::UNIX_SERVER;
use crate::format::Transport;

/// A target as it was given: a name has yet to be resolved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// `HOST:PORT` or `[V6]:PORT`; the dialect says whether of TCP or UDP.
    Host {
        /// The name or address.
        host: String,
        /// The port.
        port: u16,
    },
    /// `unix:PATH`.
    #[cfg(unix)]
    Unix(PathBuf),
}

/// Why a target is none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TargetError {
    /// Nothing that can be taken apart.
    #[error("`{0}` is no target: write HOST:PORT, [IPV6]:PORT or unix:PATH")]
    Form(String),
    /// A port that is none.
    #[error("`{0}` is no port: a number from 1 to 65535")]
    Port(String),
    /// An IPv6 address without its brackets.
    #[error("`{0}` has several colons: write an IPv6 address in brackets, as in [::1]:51216")]
    Brackets(String),
    /// A Unix socket where there are none.
    #[error("`{0}`: there are no Unix sockets on this system")]
    NoUnixSockets(String),
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return unix(text, path);
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once("]:").ok_or_else(|| TargetError::Form(text.to_owned()))?,
            None => text.rsplit_once(':').ok_or_else(|| TargetError::Form(text.to_owned()))?,
        };
        if host.is_empty() {
            return Err(TargetError::Form(text.to_owned()));
        }
        if host.contains(':') && !text.starts_with('[') {
            return Err(TargetError::Brackets(text.to_owned()));
        }
        match port.parse() {
            Ok(port) if port != 0 => Ok(Self::Host { host: host.to_owned(), port }),
            Ok(_) | Err(_) => Err(TargetError::Port(port.to_owned())),
        }
    }
}

#[cfg(unix)]
fn unix(text: &str, path: &str) -> Result<Target, TargetError> {
    if path.is_empty() {
        Err(TargetError::Form(text.to_owned()))
    } else {
        Ok(Target::Unix(PathBuf::from(path)))
    }
}

#[cfg(not(unix))]
fn unix(text: &str, _path: &str) -> Result<Target, TargetError> {
    Err(TargetError::NoUnixSockets(text.to_owned()))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Host { host, port } => write!(f, "{host}:{port}"),
            #[cfg(unix)]
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// One address of a target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Address {
    /// A TCP address.
    Tcp(SocketAddr),
    /// A UDP address.
    Udp(SocketAddr),
    /// The path of a Unix socket.
    #[cfg(unix)]
    Unix(PathBuf),
}

impl From<&Address> for Target {
    fn from(address: &Address) -> Self {
        match address {
            Address::Tcp(address) | Address::Udp(address) => {
                Self::Host { host: address.ip().to_string(), port: address.port() }
            }
            #[cfg(unix)]
            Address::Unix(path) => Self::Unix(path.clone()),
        }
    }
}

impl Address {
    /// The address that a capture shows.
    pub(super) const fn shown(&self) -> SocketAddr {
        match self {
            Self::Tcp(address) | Self::Udp(address) => *address,
            #[cfg(unix)]
            Self::Unix(_) => UNIX_SERVER,
        }
    }
}

impl Target {
    /// The addresses of the target for what carries the dialect, in the order of the system's resolver.
    ///
    /// # Errors
    /// The name cannot be resolved.
    pub async fn resolve(&self, transport: Transport) -> std::io::Result<Vec<Address>> {
        match self {
            Self::Host { host, port } => {
                let addresses = tokio::net::lookup_host((host.as_str(), *port)).await?;
                let of_transport = match transport {
                    Transport::Tcp => Address::Tcp,
                    Transport::Udp => Address::Udp,
                };
                Ok(addresses.map(of_transport).collect())
            }
            #[cfg(unix)]
            Self::Unix(path) => match transport {
                Transport::Tcp => Ok(vec![Address::Unix(path.clone())]),
                Transport::Udp => {
                    Err(std::io::Error::other("the dialect is spoken in UDP datagrams: write HOST:PORT"))
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_what_is_none() {
        let tcp = |host: &str, port| Ok(Target::Host { host: host.to_owned(), port });
        let rows = [
            ("localhost:51216", tcp("localhost", 51216)),
            ("127.0.0.1:1", tcp("127.0.0.1", 1)),
            ("[::1]:51216", tcp("::1", 51216)),
            ("::1:51216", Err(TargetError::Brackets("::1:51216".to_owned()))),
            ("localhost", Err(TargetError::Form("localhost".to_owned()))),
            (":51216", Err(TargetError::Form(":51216".to_owned()))),
            ("[::1]", Err(TargetError::Form("[::1]".to_owned()))),
            ("localhost:http", Err(TargetError::Port("http".to_owned()))),
            ("localhost:0", Err(TargetError::Port("0".to_owned()))),
            ("localhost:70000", Err(TargetError::Port("70000".to_owned()))),
        ];
        for (text, expected) in rows {
            assert_eq!(text.parse::<Target>(), expected, "{text}");
            if let Ok(target) = expected {
                assert_eq!(target.to_string(), text);
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn unix_sockets_are_named_by_their_path() {
        assert_eq!("unix:/run/calc".parse::<Target>(), Ok(Target::Unix("/run/calc".into())));
        assert_eq!("unix:".parse::<Target>(), Err(TargetError::Form("unix:".to_owned())));
    }
}
