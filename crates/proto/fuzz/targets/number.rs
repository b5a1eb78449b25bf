//! What is read as a number is written canonically and read again as the same; what is calculated with it is a number or an error,
//! and obeys the laws that rounding leaves (EXACT-1 to EXACT-7).
#![no_main]

use calc_proto::{BinaryOp, Number, UnaryOp};
use libfuzzer_sys::fuzz_target;

/// A sign, 34 digits, a point, and an exponent of four digits with its sign.
const LONGEST: usize = 42;

const BINARY: [&str; 6] = ["+", "-", "*", "/", "%", "^"];
const UNARY: [&str; 3] = ["neg", "abs", "sqrt"];

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |octet| *octet == b' ');
    let [left, right] = [parts.next(), parts.next()].map(|part| Number::parse(part.unwrap_or_default()).ok());
    let Some(left) = left else { return };
    is_written_as_it_is_read(left);
    for operator in UNARY {
        let operator = UnaryOp::parse(operator.as_bytes()).expect("an operator");
        if let Ok(value) = operator.evaluate(left) {
            is_written_as_it_is_read(value);
        }
    }
    assert_eq!(left.negate().negate(), left);
    let Some(right) = right else { return };
    for operator in BINARY {
        let operator = BinaryOp::parse(operator.as_bytes()).expect("an operator");
        if let Ok(value) = operator.evaluate(left, right) {
            is_written_as_it_is_read(value);
        }
    }
    assert_eq!(left.plus(right), right.plus(left));
    assert_eq!(left.times(right), right.times(left));
    assert_eq!(left.minus(right), right.minus(left).map(Number::negate));
    assert_eq!(left.minus(right), left.plus(right.negate()));
    if let Ok(remainder) = left.remainder(right) {
        assert!(remainder.absolute_value().minus(right.absolute_value()).is_ok_and(is_negative));
    }
});

fn is_written_as_it_is_read(number: Number) {
    let text = number.to_string();
    assert!(text.len() <= LONGEST, "{text}");
    let again = Number::parse(text.as_bytes()).expect("what is written can be read");
    assert_eq!(again, number, "{text}");
    assert_eq!(again.to_string(), text);
}

fn is_negative(number: Number) -> bool {
    number.to_string().starts_with('-')
}
