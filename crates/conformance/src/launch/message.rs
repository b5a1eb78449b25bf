//! What the grader and a supervisor say to each other: JSON in packets, some with sockets.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Excess, Exit, Holder, Limits, Place};

/// What a supervisor is to do.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Order {
    /// The command.
    pub(super) command: String,
    /// What it is for.
    pub(super) task: Task,
    /// What it may use.
    pub(super) limits: Limits,
}

/// What a command is for.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Task {
    /// It comes to an end.
    Build,
    /// It listens, after so long at the latest.
    Serve(Place, Carrier, Duration),
}

/// What carries a protocol on a port.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Carrier {
    Tcp,
    Udp,
}

/// What a supervisor is asked for: sockets in the server's network. The number comes back with them.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Request {
    pub(super) number: u64,
    pub(super) carrier: Carrier,
    pub(super) family: Family,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Family {
    V4,
    V6,
}

/// What a supervisor tells.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum News {
    /// The kernel gives no namespaces.
    NotApart(String),
    /// Somebody else listens there.
    Held(u16, Option<Holder>),
    /// The command cannot be started.
    NotStarted(String),
    /// The server listens.
    Listening(Listening),
    /// It does not, though it had the time; it listens there instead.
    Silent(Place, Vec<String>),
    /// The process that was started has ended; others of the server may go on.
    Exited(Exit),
    /// No process of the server is left.
    Gone(Option<Excess>),
    /// Sockets come with this, one at least and [`SOCKETS`] at most.
    Sockets(u64),
    /// There is none, for this error of the system.
    NoSocket(u64, i32),
}

/// Where a server listens.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Listening {
    /// On a port.
    Port(std::net::SocketAddr),
    /// On a Unix socket.
    Unix(PathBuf),
}

/// How many sockets are asked for at a time: a case takes one or two, and to ask for each would wake two processes.
pub(super) const SOCKETS: usize = 16;

/// A command and a path are short; the rest is small.
const LONGEST: usize = 128 * 1024;

/// Room for a message.
#[derive(Debug)]
pub(super) struct Packet(Vec<u8>);

impl Packet {
    pub(super) fn new() -> Self {
        Self(vec![0; LONGEST])
    }
}

/// Sends a message, perhaps with sockets.
///
/// # Errors
/// Nobody is there any more, or there is no room at the moment.
pub(super) fn send(channel: impl AsFd, message: &impl Serialize, sockets: &[OwnedFd]) -> io::Result<()> {
    let packet = serde_json::to_vec(message)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let sockets: Vec<_> = sockets.iter().map(AsFd::as_fd).collect();
    if !sockets.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(&sockets));
    }
    sendmsg(channel, &[IoSlice::new(&packet)], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Takes a message and the sockets that came with it. None at the end.
///
/// # Errors
/// There is none at the moment, or it is none of ours.
pub(super) fn receive<T: DeserializeOwned>(
    channel: impl AsFd,
    Packet(packet): &mut Packet,
) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(channel, &mut [IoSliceMut::new(packet)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    if received.bytes == 0 {
        return Ok(None);
    }
    if received.flags.contains(ReturnFlags::TRUNC) {
        return Err(io::Error::other("a message longer than any"));
    }
    let message = serde_json::from_slice(&packet[..received.bytes])?;
    let sockets = ancillary.drain().filter_map(|ancillary| match ancillary {
        RecvAncillaryMessage::ScmRights(sockets) => Some(sockets),
        _ => None,
    });
    Ok(Some((message, sockets.flatten().collect())))
}
