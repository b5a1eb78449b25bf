//! A client's exchange against a server's session, in memory.

use calc_proto::{
    BinaryOp, Code, ErrorCode, Exchange, Failure, Line, LineDecoder, Number, Reply, Request, Session,
    Setback, UnaryOp,
};

/// What the server answers to what the client wrote: one reply line.
fn answer(session: &mut Session, sent: &mut Vec<u8>) -> Vec<u8> {
    let (mut decoder, mut replies) = (LineDecoder::new(), Vec::new());
    let mut piece = &sent[..];
    while let Some(line) = decoder.next_line(&mut piece) {
        session.handle(Request::parse(line)).expect("an answer").encode(&mut replies);
    }
    sent.clear();
    assert_eq!(replies.pop(), Some(b'\n'));
    replies
}

fn read(reply: &[u8]) -> Reply<'_> {
    Reply::parse(Line::Complete(reply)).expect("a reply")
}

fn number(text: &str) -> Number {
    text.parse().expect("a number")
}

#[test]
fn a_client_calculates_corrects_and_leaves() {
    let (mut session, mut out) = (Session::new(), Vec::new());
    let exchange = Exchange::new();

    // 8 3 - , with the greeting in between.
    let waiting = exchange.operand(number("8"), &mut out);
    let one = waiting.reply(read(&answer(&mut session, &mut out))).expect("OK");
    let waiting = one.hello(&mut out);
    let one = waiting.reply(read(&answer(&mut session, &mut out))).expect("OK");
    let waiting = one.operand(number("3"), &mut out);
    let two = waiting.reply(read(&answer(&mut session, &mut out))).expect("OK");
    let waiting = two.binary(BinaryOp::Subtract, &mut out);
    let (result, exchange) = waiting.reply(read(&answer(&mut session, &mut out))).expect("a result");
    assert_eq!(result, number("5"));

    // The square root of −1 is refused; CLEAR leads back.
    let waiting = exchange.operand(number("-1"), &mut out);
    let one = waiting.reply(read(&answer(&mut session, &mut out))).expect("OK");
    let waiting = one.unary(UnaryOp::SquareRoot, &mut out);
    let reply = answer(&mut session, &mut out);
    let Err(Setback::Refused(failure, unsure)) = waiting.reply(read(&reply)) else { panic!("not refused") };
    assert_eq!(failure.code, Code::Known(ErrorCode::InvalidOperation));
    let waiting = unsure.clear(&mut out);
    let exchange = waiting.reply(read(&answer(&mut session, &mut out))).expect("OK");

    let waiting = exchange.quit(&mut out);
    let _closed = waiting.reply(read(&answer(&mut session, &mut out))).expect("OK");
    assert!(session.is_closed());
    assert_eq!(session.handle(Ok(Request::Clear)), None, "MSG-8");
}

#[test]
fn replies_that_do_not_fit_are_the_servers_fault() {
    let mut out = Vec::new();
    let awaiting_ok = || Exchange::new().operand(Number::default(), &mut Vec::new());
    let mut awaiting_result = || {
        let one = awaiting_ok().reply(Reply::OK).expect("OK");
        one.unary(UnaryOp::Negate, &mut out)
    };
    let refusal = Reply::Fail(Failure { code: Code::Unknown("out-of-paper"), text: "" });
    assert!(matches!(awaiting_ok().reply(Reply::Result(Number::default())), Err(Setback::Unfit)));
    assert!(matches!(awaiting_ok().reply(refusal), Err(Setback::Refused(..))));
    assert!(matches!(awaiting_result().reply(Reply::OK), Err(Setback::Unfit)));
    assert!(matches!(awaiting_result().reply(refusal), Err(Setback::Refused(..))));
}
