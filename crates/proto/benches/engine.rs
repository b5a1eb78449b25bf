//! What each step of a message costs: `cargo bench -p calc-proto`. On a busy machine `scripts/instructions` says more.

use calc_proto::{BinaryOp, LineDecoder, Number, Reply, Request, Session, UnaryOp};
use divan::{Bencher, black_box};

/// Operands as people send them, and ones near the limit of 34 digits.
const OPERANDS: [&str; 4] = ["7", "12.5", "12345678901234567.8", "12345678901234567890.12345678901234"];

fn main() {
    divan::main();
}

#[divan::bench]
fn decode(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        let (mut decoder, mut piece) = (LineDecoder::new(), black_box(&b"12.5\n"[..]));
        decoder.next_line(&mut piece).is_some()
    });
}

#[divan::bench(args = OPERANDS)]
fn parse(operand: &str) -> Option<Number> {
    Number::parse(black_box(operand).as_bytes()).ok()
}

#[divan::bench(args = OPERANDS)]
fn print(bencher: Bencher<'_, '_>, operand: &str) {
    let (reply, mut out) = (Reply::Result(number(operand)), Vec::with_capacity(64));
    bencher.bench_local(|| {
        out.clear();
        black_box(&reply).encode(&mut out);
    });
}

#[divan::bench(args = ["+", "-", "*", "/", "%", "^", "neg", "abs", "sqrt"])]
fn short_operands(bencher: Bencher<'_, '_>, symbol: &str) {
    evaluate(bencher, symbol, "12.5", "3");
}

#[divan::bench(args = ["+", "-", "*", "/", "%", "^", "neg", "abs", "sqrt"])]
fn long_operands(bencher: Bencher<'_, '_>, symbol: &str) {
    evaluate(bencher, symbol, "12345678901234567890.12345678901234", "98765432109876543210.987654");
}

fn evaluate(bencher: Bencher<'_, '_>, symbol: &str, left: &str, right: &str) {
    let (left, right) = (number(left), number(right));
    if let Some(operator) = BinaryOp::parse(symbol.as_bytes()) {
        bencher.bench(|| operator.evaluate(black_box(left), black_box(right)));
    } else if let Some(operator) = UnaryOp::parse(symbol.as_bytes()) {
        bencher.bench(|| operator.evaluate(black_box(left)));
    }
}

/// Three messages and their replies.
#[divan::bench(args = OPERANDS)]
fn calculation(bencher: Bencher<'_, '_>, operand: &str) {
    let lines = format!("{operand}\n{operand}\n+\n");
    let (mut decoder, mut session, mut out) = (LineDecoder::new(), Session::new(), Vec::with_capacity(128));
    bencher.bench_local(|| {
        out.clear();
        let mut piece = black_box(lines.as_bytes());
        while let Some(line) = decoder.next_line(&mut piece) {
            session.handle(Request::parse(line)).inspect(|reply| reply.encode(&mut out));
        }
    });
}

fn number(text: &str) -> Number {
    text.parse().expect("an operand")
}
