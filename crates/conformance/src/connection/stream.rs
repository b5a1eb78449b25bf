//! One stream to the server, whatever carries it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncWriteExt, Interest, Ready};
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::time::timeout;

use super::network::Network;
use super::target::Address;
use crate::capture::{Conversation, Dial, Tap};
use crate::format::Reading;
use crate::language::Text;

/// An open stream, and the record that is kept of it.
#[derive(Debug)]
pub(super) struct Stream {
    // Closed before the record of it ends.
    socket: Socket,
    conversation: Conversation,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpStream),
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Why no connection was made.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Nobody listens there.
    #[error("{0}")]
    Refused(io::Error),
    /// Nobody answered in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The port is free and the system chose it as our own, so that the connection was to ourselves (CONN-11).
    #[error("nobody listens there: the connection was to itself")]
    ToItself,
    /// The grader's own system could not open a connection.
    #[error("this machine cannot open a connection: {0}")]
    Local(io::Error),
}

impl DialError {
    /// What it says, in both languages; the words of the system are in its own.
    pub(crate) fn told(&self) -> Text {
        let es = match self {
            Self::Refused(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                return Text::of("nobody listens there", "ahí no escucha nadie");
            }
            Self::Refused(_) => None,
            Self::TimedOut(time) => Some(format!("sin respuesta en {} ms", time.as_millis())),
            Self::ToItself => Some("ahí no escucha nadie: la conexión era consigo misma".to_owned()),
            Self::Local(error) => Some(format!("esta máquina no puede abrir una conexión: {error}")),
        };
        Text { en: self.to_string(), es }
    }
}

/// The receive buffer of a connection that is never read: the smallest that systems give, so that it fills soon.
const SMALL_BUFFER: u32 = 4096;

/// The octets in a segment that is sent to us there: what fits into the smallest packet that every IPv6 network carries.
#[cfg(unix)]
const SMALL_SEGMENT: u32 = 1220;

impl Stream {
    pub(super) async fn open(
        network: &Network,
        address: &Address,
        reading: Reading,
        patience: Duration,
        tap: &Tap,
    ) -> Result<Self, DialError> {
        let dial = tap.dial();
        match Socket::open(network, address, reading, patience).await {
            Ok(socket) => Ok(Self { conversation: socket.conversation(dial), socket }),
            Err(error) => {
                let to = address.shown();
                match &error {
                    DialError::Refused(_) => dial.refused(to),
                    DialError::TimedOut(_) => dial.unanswered(to),
                    DialError::ToItself | DialError::Local(_) => {}
                }
                Err(error)
            }
        }
    }

    /// Whether what arrives comes in datagrams, and no end of it can be seen.
    pub(super) const fn is_datagram(&self) -> bool {
        match &self.socket {
            Socket::Udp(_) => true,
            Socket::Tcp(_) => false,
            #[cfg(unix)]
            Socket::Unix(_) => false,
        }
    }

    pub(super) async fn ready(&mut self, interest: Interest) -> io::Result<Ready> {
        let ready = match &self.socket {
            Socket::Tcp(stream) => stream.ready(interest).await,
            Socket::Udp(socket) => ready_or_refused(socket, interest).await,
            #[cfg(unix)]
            Socket::Unix(stream) => stream.ready(interest).await,
        };
        ready.inspect_err(|_| self.conversation.broken())
    }

    /// Reads once, without waiting, into the room that the buffer has left.
    pub(super) fn try_read(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let before = buffer.len();
        let read = match &self.socket {
            Socket::Tcp(stream) => stream.try_read_buf(buffer).inspect(|_| acknowledge_at_once(stream)),
            Socket::Udp(socket) => socket.try_recv_buf(buffer),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.try_read_buf(buffer),
        };
        match &read {
            Ok(_) => self.conversation.received(&buffer[before..]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.conversation.broken(),
        }
        read
    }

    pub(super) fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &self.socket {
            Socket::Tcp(stream) => stream.try_write(bytes),
            // All of it or nothing: a datagram is not cut.
            Socket::Udp(socket) => socket.try_send(bytes),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.try_write(bytes),
        };
        match &written {
            Ok(count) => self.conversation.sent(&bytes[..*count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.conversation.unsent(),
        }
        written
    }

    /// Says that we send no more.
    pub(super) async fn half_close(&mut self) -> io::Result<()> {
        match &mut self.socket {
            Socket::Tcp(stream) => stream.shutdown().await?,
            Socket::Udp(_) => {}
            #[cfg(unix)]
            Socket::Unix(stream) => stream.shutdown().await?,
        }
        self.conversation.half_closed();
        Ok(())
    }

    /// Closes with a reset, where the transport knows one.
    pub(super) fn abort(self) -> io::Result<()> {
        match &self.socket {
            Socket::Tcp(stream) => {
                stream.set_zero_linger()?;
                self.conversation.aborted();
            }
            Socket::Udp(_) => {}
            #[cfg(unix)]
            Socket::Unix(_) => {}
        }
        Ok(())
    }
}

impl Socket {
    async fn open(
        network: &Network,
        address: &Address,
        reading: Reading,
        patience: Duration,
    ) -> Result<Self, DialError> {
        let opened = match address {
            Address::Tcp(address) => timeout(patience, open_tcp(network, *address, reading)).await,
            Address::Udp(address) => timeout(patience, open_udp(network, *address)).await,
            #[cfg(unix)]
            Address::Unix(path) => {
                timeout(patience, async { UnixStream::connect(path).await.map(Self::Unix) }).await
            }
        };
        let socket = opened.map_err(|_| DialError::TimedOut(patience))?.map_err(dial_error)?;
        if socket.is_to_itself() { Err(DialError::ToItself) } else { Ok(socket) }
    }

    fn is_to_itself(&self) -> bool {
        match self {
            Self::Tcp(stream) => match (stream.local_addr(), stream.peer_addr()) {
                (Ok(local), Ok(peer)) => local == peer,
                (Err(_), _) | (_, Err(_)) => false,
            },
            Self::Udp(_) => false,
            #[cfg(unix)]
            Self::Unix(_) => false,
        }
    }

    /// The record that is kept of it from now on.
    fn conversation(&self, dial: Dial) -> Conversation {
        match self {
            Self::Tcp(stream) => {
                dial.opened(stream.local_addr().and_then(|local| Ok((local, stream.peer_addr()?))))
            }
            Self::Udp(socket) => {
                dial.ready(socket.local_addr().and_then(|local| Ok((local, socket.peer_addr()?))))
            }
            #[cfg(unix)]
            Self::Unix(_) => dial.opened_unix(),
        }
    }
}

/// A server that writes a reply in several pieces waits before each until the one before is acknowledged (Nagle's
/// algorithm), and systems hold acknowledgements back for some 40 ms. That would make the server seem slow, and the
/// run long. Linux forgets the wish with each segment, so it is said again and again.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn acknowledge_at_once(stream: &TcpStream) {
    // A connection that is broken by now has nothing to acknowledge.
    drop(stream.set_quickack(true));
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn acknowledge_at_once(_: &TcpStream) {}

/// Linux makes the send buffer of a server as large as twenty segments of the client's: on loopback, where they have 64 KiB,
/// nearly 3 MB, which a slow server does not fill while a case lasts. With these it takes 80 KB. Where the system does not
/// let us, only that takes longer.
fn shrink_segments(socket: &TcpSocket) {
    #[cfg(unix)]
    drop(socket2::SockRef::from(socket).set_tcp_mss(SMALL_SEGMENT));
    #[cfg(not(unix))]
    let _ = socket;
}

async fn open_tcp(network: &Network, address: SocketAddr, reading: Reading) -> io::Result<Socket> {
    let socket = network.tcp(address).await?;
    match reading {
        Reading::Always => {}
        Reading::Never => {
            socket.set_recv_buffer_size(SMALL_BUFFER)?;
            shrink_segments(&socket);
        }
    }
    let stream = socket.connect(address).await?;
    // Segments are cut where a case cuts them, not where Nagle's algorithm would.
    stream.set_nodelay(true)?;
    Ok(Socket::Tcp(stream))
}

/// A socket of our own that sends to one address and hears it alone. Nothing goes out by this.
async fn open_udp(network: &Network, address: SocketAddr) -> io::Result<Socket> {
    let socket = network.udp(address).await?;
    socket.connect(address).await?;
    Ok(Socket::Udp(socket))
}

/// That nobody took a datagram is an error of the socket, and none of what can be read or written.
async fn ready_or_refused(socket: &UdpSocket, interest: Interest) -> io::Result<Ready> {
    let ready = socket.ready(interest | Interest::ERROR).await?;
    let error = || socket.take_error()?.ok_or_else(|| io::ErrorKind::WouldBlock.into());
    match socket.try_io(Interest::ERROR, error) {
        Ok(error) => Err(error),
        Err(_) => Ok(ready),
    }
}

/// What the system refuses us for lack of files, ports or memory is not the server's fault.
fn dial_error(error: io::Error) -> DialError {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::OutOfMemory | io::ErrorKind::PermissionDenied => {
            DialError::Local(error)
        }
        _ if error.raw_os_error().is_some_and(is_out_of_files) => DialError::Local(error),
        _ => DialError::Refused(error),
    }
}

/// EMFILE and ENFILE, for which the standard library has no name; on Windows, WSAEMFILE.
const fn is_out_of_files(code: i32) -> bool {
    if cfg!(windows) { code == 10024 } else { code == 23 || code == 24 }
}
