//! A server that takes what one read returns for one message is told so, whatever it makes of half a message.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;

use crate::arithmetic::{infix, prefix, right};
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

/// In a protocol that has no refusals, what it says to half a message is its goodbye.
#[test]
fn it_is_named_where_a_dialect_has_words_for_some_of_the_replies_only() {
    let report = grade(
        "ipk-tcp",
        serve(|mut stream| {
            let mut buffer = [0; 1024];
            loop {
                let count = stream.read(&mut buffer)?;
                for line in String::from_utf8_lossy(&buffer[..count]).lines() {
                    let value = line.strip_prefix("SOLVE ").and_then(|query| prefix(query, right));
                    match (line, value) {
                        ("HELLO", _) => stream.write_all(b"HELLO\n")?,
                        (_, Some(value)) => writeln!(stream, "RESULT {value}")?,
                        (_, None) => return stream.write_all(b"BYE\n"),
                    }
                }
                if count == 0 {
                    return Ok(());
                }
            }
        }),
    );
    for id in ["framing/byte-by-byte", "framing/cut-in-every-message"] {
        assert_eq!(note_of(&report, id), Some("recv-is-not-a-message"), "{id}: {}", flaws(&report));
    }
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
