//! Questions to the kernel (netlink(7)): the messages, and how an answer is put together.

use std::io;

use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with,
};

/// Who is asked for, and how.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    /// That something is done, and whether it was.
    Deed,
    /// All that there is of something.
    List,
}

/// The octets before the body of each message: length, type, flags, number, sender.
const HEADER: usize = 16;

/// Messages begin at multiples of this.
const ALIGNMENT: usize = 4;

/// The kernel puts no more of an answer into one packet.
const LARGEST: usize = 32 * 1024;

/// Asks, and gives the bodies of the answer. Without a protocol it is the first one, NETLINK_ROUTE.
///
/// # Errors
/// The kernel refuses, or knows nothing of the matter.
pub(super) fn ask(
    protocol: Option<Protocol>,
    kind: u16,
    wanted: Wanted,
    body: &[u8],
) -> io::Result<Vec<Vec<u8>>> {
    let kernel = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
    send(&kernel, &question(kind, wanted, body)?, SendFlags::empty())?;
    let mut packet = vec![0; LARGEST];
    let mut bodies = Vec::new();
    loop {
        let (length, _) = recv(&kernel, packet.as_mut_slice(), RecvFlags::empty())?;
        let mut rest = packet.get(..length).filter(|octets| !octets.is_empty()).ok_or_else(too_short)?;
        while !rest.is_empty() {
            let (kind, body, others) = first(rest).ok_or_else(too_short)?;
            match kind {
                Kind::Error => return verdict(body).map(|()| bodies),
                Kind::Done => return Ok(bodies),
                Kind::Other => bodies.push(body.to_vec()),
            }
            rest = others;
        }
    }
}

/// What a message of the kernel's is.
enum Kind {
    Error,
    Done,
    Other,
}

fn question(kind: u16, wanted: Wanted, body: &[u8]) -> io::Result<Vec<u8>> {
    const NLM_F_REQUEST: u16 = 1;
    const NLM_F_ACK: u16 = 4;
    const NLM_F_DUMP: u16 = 0x300;
    let flags = NLM_F_REQUEST
        | match wanted {
            Wanted::Deed => NLM_F_ACK,
            Wanted::List => NLM_F_DUMP,
        };
    let length = u32::try_from(HEADER + body.len()).map_err(io::Error::other)?;
    let mut message = Vec::new();
    message.extend(length.to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    message.extend([0; 8]);
    message.extend(body);
    Ok(message)
}

/// The first message of a packet, and what stands behind it.
fn first(packet: &[u8]) -> Option<(Kind, &[u8], &[u8])> {
    const NLMSG_ERROR: u16 = 2;
    const NLMSG_DONE: u16 = 3;
    let (length, behind) = packet.split_first_chunk()?;
    let length = usize::try_from(u32::from_ne_bytes(*length)).ok()?;
    let kind = match u16::from_ne_bytes(*behind.first_chunk()?) {
        NLMSG_ERROR => Kind::Error,
        NLMSG_DONE => Kind::Done,
        _ => Kind::Other,
    };
    let rest = packet.get(length.next_multiple_of(ALIGNMENT)..).unwrap_or_default();
    Some((kind, packet.get(HEADER..length)?, rest))
}

/// An error is told negated, and 0 is none.
fn verdict(body: &[u8]) -> io::Result<()> {
    match i32::from_ne_bytes(*body.first_chunk().ok_or_else(too_short)?) {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error.saturating_neg())),
    }
}

fn too_short() -> io::Error {
    io::Error::other("the kernel's answer is too short")
}
