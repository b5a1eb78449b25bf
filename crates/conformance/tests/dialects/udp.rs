//! A server over UDP, and some that fail.

use std::net::{SocketAddr, UdpSocket};
use std::ops::ControlFlow;
use std::thread;

use crate::arithmetic::{Arithmetic, prefix, right};

/// `(+ 1 2)` behind an opcode and a length → a status, and the result behind its length.
pub(crate) fn ipk(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |_| ControlFlow::Continue(Some(arithmetic)))
}

/// The same, with responses that are put together in another way.
pub(crate) fn ipk_responding(respond: Respond) -> SocketAddr {
    serve_with(respond, |_| ControlFlow::Continue(Some(right)))
}

/// The datagram for a status and a text.
pub(crate) type Respond = fn(u8, &str) -> Vec<u8>;

/// The same, but the first datagram of all is lost.
pub(crate) fn loses_the_first(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |number| ControlFlow::Continue((number > 1).then_some(arithmetic)))
}

/// A right server that ends after so many datagrams.
pub(crate) fn ends(after: u32) -> SocketAddr {
    serve(
        move |number| {
            if number > after { ControlFlow::Break(()) } else { ControlFlow::Continue(Some(right)) }
        },
    )
}

/// A right server that answers so many datagrams and no more.
pub(crate) fn falls_silent(after: u32) -> SocketAddr {
    serve(move |number| ControlFlow::Continue((number <= after).then_some(right)))
}

/// Answers with the arithmetic for the datagram of a number, from 1, or not at all.
fn serve(arithmetic: impl Fn(u32) -> ControlFlow<(), Option<Arithmetic>> + Send + 'static) -> SocketAddr {
    serve_with(|status, text| [&[1, status, text.len() as u8], text.as_bytes()].concat(), arithmetic)
}

fn serve_with(
    respond: Respond,
    arithmetic: impl Fn(u32) -> ControlFlow<(), Option<Arithmetic>> + Send + 'static,
) -> SocketAddr {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a free port");
    let address = socket.local_addr().expect("its address");
    thread::spawn(move || {
        let mut buffer = [0; 512];
        for number in 1.. {
            let Ok((count, client)) = socket.recv_from(&mut buffer) else { continue };
            let arithmetic = match arithmetic(number) {
                ControlFlow::Break(()) => return,
                ControlFlow::Continue(None) => continue,
                ControlFlow::Continue(Some(arithmetic)) => arithmetic,
            };
            let value = evaluate(&buffer[..count], arithmetic);
            let (status, text) =
                value.map_or_else(|| (1, "no result".to_owned()), |value| (0, value.to_string()));
            // A client that has left is of no concern.
            drop(socket.send_to(&respond(status, &text), client));
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
