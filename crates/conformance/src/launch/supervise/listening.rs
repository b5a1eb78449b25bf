//! Who listens where, as the kernel tells: nobody connects to find out, since that ends or freezes many a student's server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use procfs::net::{UdpNetEntry, UdpState};
use procfs::process::{FDTarget, Process};
use rustix::process::geteuid;

use super::super::message::{Carrier, Listening};
use super::super::{Place, Spec};
use super::tables::tcp_listeners;
use super::{is_init, tree};

/// A socket that listens, or, of UDP, that can be sent to.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) inode: u64,
    /// The user, where the kernel tells.
    pub(super) user: Option<u32>,
    pub(super) at: Listening,
}

/// All of this network.
pub(super) fn listeners(carrier: Carrier) -> Vec<Listener> {
    match carrier {
        Carrier::Tcp => tcp_listeners(),
        Carrier::Udp => {
            let entries = [procfs::net::udp(), procfs::net::udp6()].into_iter().flatten().flatten();
            // What is connected hears its peer alone.
            let open = entries.filter(|entry| entry.state == UdpState::Close);
            let listener = |entry: UdpNetEntry| Listener {
                inode: entry.inode,
                user: Some(entry.uid),
                at: Listening::Port(entry.local_address),
            };
            open.map(listener).collect()
        }
    }
}

/// The Unix sockets that listen. (The flags, which tell them from those that are only bound, are what `procfs` leaves out.)
fn unix_listeners() -> Vec<Listener> {
    let table = std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
    table.lines().filter_map(unix_listener).collect()
}

/// One line: number, references, protocol, flags, type, state, inode, path.
fn unix_listener(line: &str) -> Option<Listener> {
    /// SO_ACCEPTCON: somebody accepts there.
    const ACCEPTS: u32 = 0x1_0000;
    let mut fields = line.split_ascii_whitespace();
    let flags = u32::from_str_radix(fields.nth(3)?, 16).ok()?;
    let inode = fields.nth(2)?.parse().ok()?;
    let path = fields.next()?;
    (flags & ACCEPTS != 0).then(|| Listener { inode, user: None, at: Listening::Unix(path.into()) })
}

/// The listener at a place, if it is one of ours. Whose it is is asked only if there is one, since that is dear.
pub(super) fn of_tree(place: &Place, port: u16, carrier: Carrier) -> Option<Listening> {
    let listening = match place {
        Place::Unix(_) => unix_listeners(),
        Place::Port(_) | Place::AnyPort => listeners(carrier),
    };
    let mut here: Vec<Listener> =
        listening.into_iter().filter(|listener| is_at(listener, place, port)).collect();
    if here.is_empty() {
        return None;
    }
    // In a network of its own nobody else is.
    if !is_init() {
        let tree = tree::processes();
        let (inodes, strangers) = (inodes(&tree), strangers(&tree));
        here.retain(|Listener { inode, user, .. }| {
            inodes.contains(inode) || user.is_some_and(|user| strangers.contains(&user))
        });
    }
    // One on IPv4, where there are several, since that is where clients come first.
    here.sort_by_key(|listener| matches!(listener.at, Listening::Port(SocketAddr::V6(_))));
    let listener = here.into_iter().next()?;
    match place {
        // As it was asked for: the server may have given a path relative to its directory.
        Place::Unix(path) => Some(Listening::Unix(path.clone())),
        Place::Port(_) | Place::AnyPort => Some(listener.at),
    }
}

/// Where our processes listen, wherever that is.
pub(super) fn elsewhere() -> Vec<String> {
    let inodes = inodes(&tree::processes());
    let all = listeners(Carrier::Tcp).into_iter().map(|listener| (listener, "TCP"));
    let all = all.chain(listeners(Carrier::Udp).into_iter().map(|listener| (listener, "UDP")));
    let all = all.chain(unix_listeners().into_iter().map(|listener| (listener, "unix")));
    let ours = all.filter(|(listener, _)| inodes.contains(&listener.inode));
    ours.map(|(listener, kind)| match listener.at {
        Listening::Port(address) => format!("{kind} {address}"),
        Listening::Unix(path) => format!("{kind}:{}", path.display()),
    })
    .collect()
}

/// Whether a port is taken.
pub(super) fn on_port(port: u16, carrier: Carrier) -> Option<Listener> {
    listeners(carrier).into_iter().find(|listener| is_at(listener, &Place::Port(port), port))
}

/// The sockets of some processes. Of one that ends meanwhile, or that is not ours to look into, none.
pub(super) fn inodes(tree: &[Process]) -> Vec<u64> {
    let descriptors = tree.iter().filter_map(|process| process.fd().ok()).flatten().flatten();
    let sockets = descriptors.filter_map(|descriptor| match descriptor.target {
        FDTarget::Socket(inode) => Some(inode),
        _ => None,
    });
    sockets.collect()
}

/// The other users in whose names some of our processes run, and into which we may not look: in a container not even root may
/// look into another user's.
fn strangers(tree: &[Process]) -> Vec<u32> {
    let own = geteuid().as_raw();
    let is_closed = |process: &&Process| process.fd().map_or(true, |descriptors| descriptors.count() == 0);
    let users = tree.iter().filter(is_closed).filter_map(|process| process.uid().ok());
    users.filter(|user| *user != own).collect()
}

fn is_at(listener: &Listener, place: &Place, port: u16) -> bool {
    match (&listener.at, place) {
        (Listening::Port(address), Place::Port(_) | Place::AnyPort) => address.port() == port,
        (Listening::Unix(path), Place::Unix(asked)) => same_socket(path, asked),
        (Listening::Port(_), Place::Unix(_)) | (Listening::Unix(_), Place::Port(_) | Place::AnyPort) => false,
    }
}

/// The path of a server that runs in our directory.
fn same_socket(bound: &Path, asked: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| PathBuf::from(path));
    bound == asked || whole(bound) == whole(asked)
}

/// The port that a server is to take: its own, or one that is free.
pub(super) fn port_for(place: &Place) -> std::io::Result<u16> {
    match place {
        Place::Port(port) => Ok(*port),
        Place::Unix(_) => Ok(0),
        Place::AnyPort if is_init() => Ok(Spec::PORT),
        Place::AnyPort => Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port()),
    }
}
