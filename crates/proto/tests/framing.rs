//! `PROTOCOL.md` §3: how the stream is cut must not matter.

use calc_proto::{Line, LineDecoder, MAX_LINE, Request, Session};

/// An owned [`Line`], to compare by.
#[derive(Debug, PartialEq)]
enum Found {
    Complete(Vec<u8>),
    TooLong,
}

fn lines<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Found> {
    let mut decoder = LineDecoder::new();
    let mut found = Vec::new();
    for mut piece in pieces {
        while let Some(line) = decoder.next_line(&mut piece) {
            found.push(match line {
                Line::Complete(octets) => Found::Complete(octets.to_vec()),
                Line::TooLong => Found::TooLong,
            });
        }
        assert!(piece.is_empty(), "the decoder left octets behind");
    }
    found
}

fn replies<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let (mut decoder, mut session, mut out) = (LineDecoder::new(), Session::new(), Vec::new());
    for mut piece in pieces {
        while let Some(line) = decoder.next_line(&mut piece) {
            if let Some(reply) = session.handle(Request::parse(line)) {
                reply.encode(&mut out);
            }
        }
    }
    String::from_utf8(out).expect("replies are ASCII")
}

#[test]
fn lines_end_at_lf_and_take_one_cr_along() {
    let full = [b'7'; MAX_LINE];
    let over = [b'7'; MAX_LINE + 1];
    let complete = |octets: &[u8]| Found::Complete(octets.to_vec());
    let table: [(Vec<u8>, Vec<Found>); 13] = [
        (b"".to_vec(), vec![]),
        (b"12".to_vec(), vec![]),
        (b"\n".to_vec(), vec![complete(b"")]),
        (b"1\n".to_vec(), vec![complete(b"1")]),
        (b"1\r\n".to_vec(), vec![complete(b"1")]),
        (b"1\r\r\n".to_vec(), vec![complete(b"1\r")]),
        (b"1\r2\n".to_vec(), vec![complete(b"1\r2")]),
        (b"\n\n1\n2".to_vec(), vec![complete(b""), complete(b""), complete(b"1")]),
        ([&full, &b"\n"[..]].concat(), vec![complete(&full)]),
        ([&full, &b"\r\n5\n"[..]].concat(), vec![complete(&full), complete(b"5")]),
        ([&over, &b"\n5\n"[..]].concat(), vec![Found::TooLong, complete(b"5")]),
        ([&over, &b"\r\n5\n"[..]].concat(), vec![Found::TooLong, complete(b"5")]),
        ([&over[..], &over, &over, b"\n1\n", &over].concat(), vec![Found::TooLong, complete(b"1")]),
    ];
    for (stream, expected) in table {
        assert_eq!(lines([&stream[..]]), expected, "whole: {}", stream.escape_ascii());
        assert_eq!(lines(stream.chunks(1)), expected, "octet by octet: {}", stream.escape_ascii());
        for cut in 0..=stream.len() {
            let (head, tail) = stream.split_at(cut);
            assert_eq!(lines([head, tail]), expected, "cut at {cut}: {}", stream.escape_ascii());
        }
    }
}

#[test]
fn replies_are_the_same_for_every_cut() {
    let long = "9".repeat(MAX_LINE + 1);
    let stream = format!(
        "1\r\n2\n+\n\n \t8 \n3\n-\n{long}\nhello\n1\n0\n/\nx\r\n7\n7\nsqrt\n5\nCLEAR\n.5\nneg\nQUIT\n1\n"
    );
    let expected = replies([stream.as_bytes()]);
    assert_eq!(expected.lines().count(), stream.lines().count() - 1, "one reply each, and none after QUIT");
    assert_eq!(replies(stream.as_bytes().chunks(1)), expected);
    for first in 0..=stream.len() {
        let (head, tail) = stream.as_bytes().split_at(first);
        assert_eq!(replies([head, tail]), expected, "cut at {first}");
    }
    for size in 2..40 {
        assert_eq!(replies(stream.as_bytes().chunks(size)), expected, "pieces of {size}");
    }
}

#[test]
fn an_unfinished_line_is_known_and_is_no_message() {
    for (stream, mid_line) in
        [("", false), ("1", true), ("1\n", false), ("1\n2", true), (&"9".repeat(300), true)]
    {
        let mut decoder = LineDecoder::new();
        let mut piece = stream.as_bytes();
        while decoder.next_line(&mut piece).is_some() {}
        assert_eq!(decoder.is_mid_line(), mid_line, "{stream:?}");
    }
}
