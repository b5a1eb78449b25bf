//! A server over UDP.

use std::net::{SocketAddr, UdpSocket};
use std::thread;

use crate::arithmetic::{Arithmetic, prefix};

/// `(+ 1 2)` behind an opcode and a length → a status, and the result behind its length.
pub(crate) fn ipk(arithmetic: Arithmetic) -> SocketAddr {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a free port");
    let address = socket.local_addr().expect("its address");
    thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((count, client)) = socket.recv_from(&mut buffer) {
            let value = evaluate(&buffer[..count], arithmetic);
            let (status, text) =
                value.map_or_else(|| (1, "no result".to_owned()), |value| (0, value.to_string()));
            let reply = [&[1, status, text.len() as u8], text.as_bytes()].concat();
            // A client that has left is of no concern.
            drop(socket.send_to(&reply, client));
        }
    });
    address
}

fn evaluate(datagram: &[u8], arithmetic: Arithmetic) -> Option<f64> {
    match datagram {
        [0, length, text @ ..] if text.len() == usize::from(*length) => {
            let value = prefix(std::str::from_utf8(text).ok()?, arithmetic)?.trunc();
            (value >= 0.0).then_some(value)
        }
        _ => None,
    }
}
