//! A message is answered without allocating, once there is room for its reply.

use allocation_counter::measure;
use calc_proto::{LineDecoder, Request, Session};

#[test]
fn no_message_allocates() {
    let long = ["12345678901234567890.12345678901234", "-98765432109876543210.9876543210e-3"];
    let operators = ["+", "-", "*", "/", "%", "^", "neg", "abs", "sqrt", "x", "CLEAR", "HELLO"];
    for operator in operators {
        for [left, right] in [["12.5", "0.25"], ["1e30", "7"], ["1E-6000", "3E99"], long] {
            let lines = format!("{left}\n{right}\n{operator}\nCLEAR\n{left}\n{operator}\nCLEAR\n");
            let (mut decoder, mut session) = (LineDecoder::new(), Session::new());
            let mut replies = Vec::with_capacity(4096);
            let allocations = measure(|| {
                let mut piece = lines.as_bytes();
                while let Some(line) = decoder.next_line(&mut piece) {
                    session.handle(Request::parse(line)).inspect(|reply| reply.encode(&mut replies));
                }
            });
            assert_eq!(replies.iter().filter(|octet| **octet == b'\n').count(), 7);
            assert_eq!(allocations.count_total, 0, "{lines}");
        }
    }
}
