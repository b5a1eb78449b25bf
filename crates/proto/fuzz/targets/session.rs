//! Every complete line gets exactly one reply line, in order, until the session is closed; the same octets cut differently get the
//! same replies; and what the session takes, a client can have written (FRAME-10, REPLY-1, REPLY-3, SESS-1).
#![no_main]

mod pieces;

use calc_proto::{Line, LineDecoder, Reply, Request, Session};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (stream, pieces) = pieces::cut(input);
    let (replies, closed) = answer(std::iter::once(stream));
    assert_eq!((&replies, closed), (&answer(pieces).0, closed));
    let lines = stream.iter().filter(|octet| **octet == b'\n').count();
    let answered = replies.iter().filter(|octet| **octet == b'\n').count();
    assert!(
        if closed { answered <= lines } else { answered == lines },
        "{answered} replies to {lines} lines"
    );
    are_replies(&replies, answered);
});

/// What is answered to a stream that comes in `pieces`, and whether that closed the session.
fn answer<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, bool) {
    let (mut decoder, mut session, mut replies) = (LineDecoder::new(), Session::new(), Vec::new());
    for mut piece in pieces {
        while let Some(line) = decoder.next_line(&mut piece) {
            let request = Request::parse(line);
            request.iter().for_each(can_be_written);
            let Some(reply) = session.handle(request) else { break };
            reply.encode(&mut replies);
        }
    }
    (replies, session.is_closed())
}

fn can_be_written(request: &Request) {
    let mut line = Vec::new();
    request.encode(&mut line);
    let text = line.strip_suffix(b"\n").expect("a message is a line");
    assert_eq!(Request::parse(Line::Complete(text)).as_ref(), Ok(request));
}

fn are_replies(mut replies: &[u8], count: usize) {
    let mut decoder = LineDecoder::new();
    let mut parsed = 0;
    while let Some(line) = decoder.next_line(&mut replies) {
        Reply::parse(line).expect("a reply that a client can read");
        parsed += 1;
    }
    assert_eq!(parsed, count);
    assert!(!decoder.is_mid_line());
}
