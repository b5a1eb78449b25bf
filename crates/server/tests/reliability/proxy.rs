//! A line between client and server on which something goes wrong.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use socket2::SockRef;

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// All arrives in pieces of sizes from one octet up to this many, in both directions.
    Pieces(usize),
    /// Pieces of 64 octets arrive a millisecond after one another.
    Late,
    /// After this many octets from the client, the server sees the end of its stream.
    EndAfter(usize),
    /// After this many octets from the client, the server sees a reset.
    ResetAfter(usize),
}

/// Connects a client to the server over a line with this fault.
pub(crate) fn connect(server: &str, fault: Fault) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let client = crate::support::connect(&address.to_string());
    let (towards_client, _) = listener.accept().unwrap();
    towards_client.set_nodelay(true).unwrap();
    let towards_server = crate::support::connect(server);
    let (from_server, to_client) = (towards_server.try_clone().unwrap(), towards_client.try_clone().unwrap());
    thread::spawn(move || upstream(towards_client, towards_server, fault));
    thread::spawn(move || pass(from_server, to_client, fault, usize::MAX));
    client
}

fn upstream(client: TcpStream, server: TcpStream, fault: Fault) {
    match fault {
        Fault::Pieces(_) | Fault::Late => pass(client, server, fault, usize::MAX),
        Fault::EndAfter(octets) => pass(client, server, fault, octets),
        Fault::ResetAfter(octets) => {
            pass(client.try_clone().unwrap(), server.try_clone().unwrap(), fault, octets);
            for stream in [client, server] {
                SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                // Both directions have to be closed for the reset; it fails where the other side was faster.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

/// Passes on at most this many octets, and then the end of the stream, unless it is to be a reset.
fn pass(mut from: TcpStream, mut to: TcpStream, fault: Fault, mut octets: usize) {
    let mut buffer = [0; 4096];
    let mut size = 0;
    while octets > 0 {
        let most = octets.min(buffer.len());
        // A line that breaks ends what is passed over it.
        let Ok(count @ 1..) = from.read(&mut buffer[..most]) else { break };
        octets -= count;
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            size = match fault {
                Fault::Pieces(most) => size % most + 1,
                Fault::Late => 64,
                Fault::EndAfter(_) | Fault::ResetAfter(_) => rest.len(),
            };
            if let Fault::Late = fault {
                thread::sleep(Duration::from_millis(1));
            }
            let (piece, behind) = rest.split_at(size.min(rest.len()));
            if to.write_all(piece).is_err() {
                return;
            }
            rest = behind;
        }
    }
    if !matches!(fault, Fault::ResetAfter(_)) {
        let _ = to.shutdown(Shutdown::Write);
    }
}
