//! The grader's end of the control socket: sockets within the server's network, and news of the server.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::{TcpSocket, UdpSocket, UnixStream};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::Demise;
use super::message::{Carrier, Family, News, Order, Packet, Request, receive, send};

/// The way to a launched server: who has it can connect to the server though it has a network of its own.
#[derive(Debug)]
pub struct Link {
    talk: Mutex<Talk>,
}

#[derive(Debug)]
struct Talk {
    channel: UnixStream,
    packet: Packet,
    requests: u64,
    /// Sockets that were not needed yet, all for the same kind of address.
    stock: Option<(Carrier, Family, Vec<OwnedFd>)>,
    demise: Demise,
    gone: bool,
}

impl Link {
    pub(super) fn new(channel: OwnedFd) -> io::Result<Self> {
        // One of packets, which is as good as one of octets to those who only wait for it.
        let channel = UnixStream::from_std(StdUnixStream::from(channel))?;
        let (packet, demise) = (Packet::new(), Demise::default());
        let talk = Talk { channel, packet, requests: 0, stock: None, demise, gone: false };
        Ok(Self { talk: Mutex::new(talk) })
    }

    pub(super) async fn order(&self, order: &Order) -> io::Result<()> {
        self.talk.lock().await.say(order).await
    }

    /// The next that the supervisor tells of the start; none where the server is gone.
    pub(super) async fn news(&self) -> Option<News> {
        self.talk.lock().await.hear().await.map(|(news, _)| news)
    }

    /// The end of the server, if it comes within that time.
    pub(super) async fn demise(&self, patience: Duration) -> Option<Demise> {
        let mut talk = self.talk.lock().await;
        // What is there already is heard however short the time is.
        let heard = async { while talk.hear().await.is_some() {} };
        drop(timeout(patience, heard).await);
        talk.gone.then(|| talk.demise.clone())
    }

    /// How the process that was started ended, though others of the server may go on.
    pub(super) async fn exit(&self) -> Demise {
        self.talk.lock().await.demise.clone()
    }

    /// A socket for a connection to the server.
    ///
    /// # Errors
    /// The server is gone, or the system has none.
    pub(crate) async fn tcp(&self, address: SocketAddr) -> io::Result<TcpSocket> {
        let socket = self.talk.lock().await.socket(Carrier::Tcp, address).await?;
        Ok(TcpSocket::from_std_stream(socket.into()))
    }

    /// A socket for datagrams to the server.
    ///
    /// # Errors
    /// The server is gone, or the system has none.
    pub(crate) async fn udp(&self, address: SocketAddr) -> io::Result<UdpSocket> {
        UdpSocket::from_std(self.talk.lock().await.socket(Carrier::Udp, address).await?.into())
    }
}

impl Talk {
    async fn say(&self, message: &impl serde::Serialize) -> io::Result<()> {
        self.channel.async_io(Interest::WRITABLE, || send(&self.channel, message, &[])).await
    }

    /// The next message. What it says of the server's end is kept.
    async fn hear(&mut self) -> Option<(News, Vec<OwnedFd>)> {
        if self.gone {
            return None;
        }
        let Self { channel, packet, .. } = self;
        let heard = channel.async_io(Interest::READABLE, || receive(&channel, packet)).await;
        match heard {
            Ok(Some((News::Exited(exit), none))) => {
                self.demise.exit = Some(exit.clone());
                Some((News::Exited(exit), none))
            }
            Ok(Some((News::Gone(excess), _))) => {
                (self.demise.excess, self.gone) = (excess, true);
                None
            }
            Ok(Some(other)) => Some(other),
            // A supervisor that is no more has taken all with it.
            Ok(None) | Err(_) => {
                self.gone = true;
                None
            }
        }
    }

    /// A socket out of the stock, which is filled if it has none of that kind.
    async fn socket(&mut self, carrier: Carrier, address: SocketAddr) -> io::Result<OwnedFd> {
        let family = if address.is_ipv4() { Family::V4 } else { Family::V6 };
        let in_stock = self.stock.as_mut().filter(|(of, with, _)| (*of, *with) == (carrier, family));
        if let Some(socket) = in_stock.and_then(|(_, _, sockets)| sockets.pop()) {
            return Ok(socket);
        }
        let mut sockets = self.sockets(carrier, family).await?;
        let socket = sockets.pop().ok_or_else(gone)?;
        self.stock = Some((carrier, family, sockets));
        Ok(socket)
    }

    async fn sockets(&mut self, carrier: Carrier, family: Family) -> io::Result<Vec<OwnedFd>> {
        self.requests += 1;
        let number = self.requests;
        self.say(&Request { number, carrier, family }).await.map_err(|_| gone())?;
        // An answer to a request that was given up may come before.
        while let Some((news, sockets)) = self.hear().await {
            match news {
                News::Sockets(answered) if answered == number => return Ok(sockets),
                News::NoSocket(answered, error) if answered == number => {
                    return Err(io::Error::from_raw_os_error(error));
                }
                News::Sockets(_)
                | News::NoSocket(..)
                | News::Exited(_)
                | News::Gone(_)
                | News::Listening(_)
                | News::Silent(..)
                | News::Held(..)
                | News::NotStarted(_)
                | News::NotApart(_) => {}
            }
        }
        Err(gone())
    }
}

/// With the server, its network is gone too.
fn gone() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}
