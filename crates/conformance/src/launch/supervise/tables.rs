//! The TCP sockets of this network that listen.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};

use procfs::FromBufReadSI;
use procfs::net::{TcpNetEntries, TcpNetEntry};
use rustix::net::{AddressFamily, netlink};

use super::super::message::Listening;
use super::listening::Listener;
use super::netlink::{Wanted, ask};

/// All of them: asked of the kernel, or, where it cannot be asked, read from `/proc/net`.
pub(super) fn tcp_listeners() -> Vec<Listener> {
    asked().unwrap_or_else(|_| read())
}

/// By sock_diag(7), which goes through those alone that listen. For the tables in `/proc/net` the kernel goes through all
/// connections that the machine may have, a quarter of a million of places, which costs more than the start of a server if it
/// is done every few milliseconds.
fn asked() -> io::Result<Vec<Listener>> {
    const SOCK_DIAG_BY_FAMILY: u16 = 20;
    const IPPROTO_TCP: u8 = 6;
    /// 1 << TCP_LISTEN.
    const THAT_LISTEN: u32 = 1 << 10;
    /// What could be asked about one socket: its ports, addresses, interface and cookie.
    const ANY_SOCKET: [u8; 48] = [0; 48];
    let mut listeners = Vec::new();
    for family in [AddressFamily::INET, AddressFamily::INET6] {
        // inet_diag_req_v2: family, protocol, extensions, padding, states, socket.
        let family = u8::try_from(family.as_raw()).map_err(io::Error::other)?;
        let mut body = vec![family, IPPROTO_TCP, 0, 0];
        body.extend(THAT_LISTEN.to_ne_bytes());
        body.extend(ANY_SOCKET);
        let answer = ask(Some(netlink::SOCK_DIAG), SOCK_DIAG_BY_FAMILY, Wanted::List, &body)?;
        listeners.extend(answer.iter().filter_map(|body| listener(body)));
    }
    Ok(listeners)
}

/// inet_diag_msg: behind the family and three more octets the port and the address, further behind the user and the inode.
fn listener(body: &[u8]) -> Option<Listener> {
    const PORT: usize = 4;
    const ADDRESS: usize = 8;
    const USER: usize = 64;
    const INODE: usize = 68;
    let family = AddressFamily::from_raw(u16::from(*body.first()?));
    let ip = if family == AddressFamily::INET {
        IpAddr::from(*body.get(ADDRESS..)?.first_chunk::<4>()?)
    } else {
        IpAddr::from(*body.get(ADDRESS..)?.first_chunk::<16>()?)
    };
    let port = u16::from_be_bytes(*body.get(PORT..)?.first_chunk()?);
    Some(Listener {
        inode: u32::from_ne_bytes(*body.get(INODE..)?.first_chunk()?).into(),
        user: Some(u32::from_ne_bytes(*body.get(USER..)?.first_chunk()?)),
        at: Listening::Port(SocketAddr::new(ip, port)),
    })
}

fn read() -> Vec<Listener> {
    let entries = ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().flat_map(head);
    let listener = |TcpNetEntry { inode, uid, local_address, .. }| Listener {
        inode,
        user: Some(uid),
        at: Listening::Port(local_address),
    };
    entries.map(listener).collect()
}

/// The entries of a table that listen. The kernel lists them before all others, of which there may be tens of thousands, so
/// that the others are not read.
fn head(table: &str) -> Vec<TcpNetEntry> {
    /// TCP_LISTEN.
    const LISTENS: Option<&str> = Some("0A");
    let Ok(table) = File::open(table) else { return Vec::new() };
    let lines = BufReader::new(table).lines().map_while(Result::ok).enumerate();
    let listens = |line: &str| line.split_ascii_whitespace().nth(3) == LISTENS;
    let head = lines.take_while(|(index, line)| *index == 0 || listens(line));
    let head: String = head.map(|(_, line)| line + "\n").collect();
    let entries = TcpNetEntries::from_buf_read(head.as_bytes(), procfs::current_system_info());
    entries.map(|entries| entries.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn asked_and_read_are_the_same() {
        for address in ["127.0.0.1:0", "127.0.0.2:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] {
            // A machine without IPv6 has none to find.
            let Ok(socket) = TcpListener::bind(address) else { continue };
            let at = Listening::Port(socket.local_addr().expect("it is bound"));
            let asked = asked().expect("this kernel can be asked");
            for (how, listeners) in [("asked", asked), ("read", read())] {
                let here: Vec<_> = listeners.into_iter().filter(|listener| listener.at == at).collect();
                let [Listener { inode, user, .. }] = &here[..] else { panic!("{address} {how}: {here:?}") };
                let own = rustix::process::geteuid().as_raw();
                let link = format!("socket:[{inode}]");
                let descriptors = std::fs::read_dir("/proc/self/fd").expect("they are ours").flatten();
                let mut links = descriptors.filter_map(|entry| std::fs::read_link(entry.path()).ok());
                assert!(links.any(|target| target.as_os_str() == link.as_str()), "{address} {how}: {link}");
                assert_eq!(*user, Some(own), "{address} {how}");
            }
        }
    }
}
