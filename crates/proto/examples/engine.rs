//! The server's engine without a network: messages on standard input, replies on standard output, in the pieces that a
//! socket would bring. `scripts/instructions` counts what it costs, `scripts/differential` what it answers.

use std::io::{Read as _, Write as _, stdin, stdout};

use calc_proto::{LineDecoder, Request, Session};

fn main() -> std::io::Result<()> {
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    let (mut decoder, mut session) = (LineDecoder::new(), Session::new());
    let (mut buffer, mut replies) = ([0; 16 * 1024], Vec::with_capacity(64 * 1024));
    loop {
        let count = input.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let mut piece = &buffer[..count];
        while let Some(line) = decoder.next_line(&mut piece) {
            if let Some(reply) = session.handle(Request::parse(line)) {
                reply.encode(&mut replies);
            }
        }
        output.write_all(&replies)?;
        replies.clear();
    }
}
