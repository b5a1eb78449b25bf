//! Hosts: one name, several addresses, one port for all of them.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _},
};

use super::{Address, ListenError, Listener};

/// How often a port that is free on the first address may turn out to be taken on another, before that is an error. Each
/// time is rare: the system hands out a port at random among tens of thousands.
const PORT_ATTEMPTS: usize = 16;

/// A place to listen that may have several addresses, of which at least one has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// All with port 0. A link-local address keeps its scope, without which it is no address.
    addresses: Vec<SocketAddr>,
}

impl Host {
    /// The machine itself, by IPv4 and by IPv6 where it has them (CONN-2).
    #[must_use]
    pub fn loopback() -> Self {
        Self { addresses: vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()] }
    }

    /// An address, or a name and its addresses. An IPv6 address may stand in brackets, and have a scope, `fe80::1%eth0`; one
    /// that stands for an IPv4 address is taken as that.
    ///
    /// # Errors
    /// [`ListenError::UnknownHost`] when the name has none.
    pub fn resolve(host: &str) -> Result<Self, ListenError> {
        let unknown = |source| ListenError::UnknownHost { host: host.to_owned(), source };
        let mut addresses: Vec<_> =
            (without_brackets(host), 0).to_socket_addrs().map_err(unknown)?.map(canonical).collect();
        // IPv4 first: where any port will do, the IPv4 address finds it.
        addresses.sort_unstable();
        addresses.dedup();
        Ok(Self { addresses })
    }
}

/// Brackets are for IPv6 addresses alone: around anything else they are left for the resolver to refuse.
fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .filter(|address| address.contains(':'))
        .unwrap_or(host)
}

/// An IPv6 socket of ours takes no IPv4 clients, so that an IPv4 address written as an IPv6 one needs an IPv4 socket.
fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}

/// Listens on all addresses of `hosts`, on the same port. Port 0 is one that is free on all of them.
///
/// # Errors
/// [`ListenError::Refused`] for the first address that could not be had. That the machine lacks one of a host's
/// addresses is no error, as long as it has another of that host's.
pub fn listen(hosts: &[Host], port: u16) -> Result<Vec<Listener>, ListenError> {
    let attempts = if port == 0 { PORT_ATTEMPTS } else { 1 };
    let mut outcome = listen_once(hosts, port);
    for _ in 1..attempts {
        match outcome {
            Err(ListenError::Refused { source, .. }) if source.kind() == io::ErrorKind::AddrInUse => {
                outcome = listen_once(hosts, port);
            }
            settled => return settled,
        }
    }
    outcome
}

fn listen_once(hosts: &[Host], mut port: u16) -> Result<Vec<Listener>, ListenError> {
    let mut listeners: Vec<Listener> = Vec::new();
    for host in hosts {
        let mut lacking = None;
        let mut found = false;
        for &(mut address) in &host.addresses {
            address.set_port(port);
            if listeners.iter().any(|listener| *listener.address() == Address::Tcp(address)) {
                found = true; // Two hosts may share an address.
                continue;
            }
            match Listener::tcp(address) {
                Ok(listener) => {
                    if let Address::Tcp(bound) = listener.address() {
                        port = bound.port();
                    }
                    listeners.push(listener);
                    found = true;
                }
                Err(error) if lacks_address(&error) => lacking = Some(error),
                Err(error) => return Err(error),
            }
        }
        if let (false, Some(error)) = (found, lacking) {
            return Err(error);
        }
    }
    Ok(listeners)
}

/// Whether the machine has no such address, or not even its family.
fn lacks_address(error: &ListenError) -> bool {
    #[cfg(unix)]
    const NO_SUCH_FAMILY: i32 = rustix::io::Errno::AFNOSUPPORT.raw_os_error();
    #[cfg(not(unix))]
    const NO_SUCH_FAMILY: i32 = 10047; // WSAEAFNOSUPPORT
    let ListenError::Refused { source, .. } = error else { return false };
    source.kind() == io::ErrorKind::AddrNotAvailable || source.raw_os_error() == Some(NO_SUCH_FAMILY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_however_it_is_written() {
        for (host, address) in [
            ("127.0.0.1", "127.0.0.1:0"),
            ("::ffff:127.0.0.1", "127.0.0.1:0"),
            ("[::ffff:127.0.0.1]", "127.0.0.1:0"),
            ("::1", "[::1]:0"),
            ("[::1]", "[::1]:0"),
            ("fe80::1%1", "[fe80::1%1]:0"),
            ("[fe80::1%1]", "[fe80::1%1]:0"),
        ] {
            let resolved = Host::resolve(host).map(|host| host.addresses).unwrap();
            assert_eq!(resolved, [address.parse().unwrap()], "{host}");
        }
        for host in ["[127.0.0.1]", "[]", "[::1", "::1]", "[[::1]]"] {
            assert!(matches!(Host::resolve(host), Err(ListenError::UnknownHost { .. })), "{host}");
        }
    }
}
