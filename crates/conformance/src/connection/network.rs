//! The network in which a server is: ours, or one of its own.

#[cfg(target_os = "linux")]
use std::sync::Arc;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpSocket, UdpSocket};

#[cfg(target_os = "linux")]
use crate::launch::Link;

/// Where the sockets come from by which a server is reached.
#[derive(Clone, Debug, Default)]
pub enum Network {
    /// Our own network, in which somebody else has started the server.
    #[default]
    Ours,
    /// Our own network, in which we have started the server and may start it again on the same port: a connection that it
    /// closed must not keep the port from it, as one in TIME_WAIT does where SO_REUSEADDR was forgotten.
    Shared,
    /// A network of the server's own.
    #[cfg(target_os = "linux")]
    Of(Arc<Link>),
}

impl Network {
    pub(super) async fn tcp(&self, address: SocketAddr) -> io::Result<TcpSocket> {
        match self {
            Self::Ours | Self::Shared if address.is_ipv4() => TcpSocket::new_v4(),
            Self::Ours | Self::Shared => TcpSocket::new_v6(),
            #[cfg(target_os = "linux")]
            Self::Of(link) => link.tcp(address).await,
        }
    }

    pub(super) async fn udp(&self, address: SocketAddr) -> io::Result<UdpSocket> {
        let any: SocketAddr = if address.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED, 0).into()
        } else {
            (Ipv6Addr::UNSPECIFIED, 0).into()
        };
        match self {
            Self::Ours | Self::Shared => UdpSocket::bind(any).await,
            // Bound by its connect.
            #[cfg(target_os = "linux")]
            Self::Of(link) => link.udp(address).await,
        }
    }
}
