//! A server that takes what one read returns for one message is told so, whatever it makes of half a message.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;

use crate::arithmetic::{infix, right};
use crate::grading::{flaws, grade, note_of};
use crate::server::serve;

/// The cases in which messages arrive in pieces.
const IN_PIECES: [&str; 3] = ["framing/byte-by-byte", "framing/cut-in-every-message", "clients/slow-typist"];

/// What the server does with what it cannot read.
#[derive(Clone, Copy, Debug)]
enum Confused {
    Refuses,
    Closes,
}

#[test]
fn a_read_that_is_taken_for_a_message_is_named() {
    std::thread::scope(|scope| {
        for confused in [Confused::Refuses, Confused::Closes] {
            scope.spawn(move || {
                let report = grade("length-prefixed", one_read_one_message(confused));
                for id in IN_PIECES {
                    let note = note_of(&report, id);
                    assert_eq!(note, Some("recv-is-not-a-message"), "{confused:?} {id}: {}", flaws(&report));
                }
            });
        }
    });
}

/// `1 + 2` behind its length → `= 3` behind its own.
fn one_read_one_message(confused: Confused) -> SocketAddr {
    serve(move |mut stream| {
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            let words = buffer[..count].get(2..).unwrap_or_default();
            let text = String::from_utf8_lossy(words);
            let reply = match (text.as_ref(), infix(&text, right), confused) {
                ("quit", ..) => "bye".to_owned(),
                (_, Some(value), _) => format!("= {value}"),
                (_, None, Confused::Refuses) => "!".to_owned(),
                (_, None, Confused::Closes) => return Ok(()),
            };
            let length = (reply.len() as u16).to_be_bytes();
            stream.write_all(&[&length[..], reply.as_bytes()].concat())?;
            if text == "quit" {
                return Ok(());
            }
        }
    })
}
