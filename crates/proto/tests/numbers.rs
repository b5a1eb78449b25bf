//! `PROTOCOL.md` §11: reading, calculating and writing decimal128 numbers.

use calc_proto::{BinaryOp, EvalError, Number, ParseNumberError, UnaryOp};
use proptest::prelude::*;

use crate::library::read;

#[path = "common/library.rs"]
mod library;

fn number(text: &str) -> Number {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Thirty-four nines.
const NINES: &str = "9999999999999999999999999999999999";

#[test]
fn text_is_canonical() {
    let table = [
        ("3", "3"),
        ("3.000", "3"),
        ("-0", "0"),
        ("0E99999999", "0"),
        ("0E-99999999", "0"),
        ("1200", "1200"),
        ("1.2e3", "1200"),
        ("-.5", "-0.5"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1E-7"),
        ("0.00000123", "0.00000123"),
        ("-0.000000123", "-1.23E-7"),
        ("1E33", "1000000000000000000000000000000000"),
        ("1E34", "1E+34"),
        ("15E33", "1.5E+34"),
        (NINES, NINES),
        // Rounded once, half to even, at the 34th digit.
        ("10000000000000000000000000000000005", "1E+34"),
        ("10000000000000000000000000000000015", "1.000000000000000000000000000000002E+34"),
        (
            "100000000000000000000000000000000050000000000000000000000001",
            "1.000000000000000000000000000000001E+59",
        ),
        ("99999999999999999999999999999999995", "1E+35"),
        // A second rounding of 0.…4(34 digits)…9 would go up.
        ("12345678901234567890123456789012344999", "1.234567890123456789012345678901234E+37"),
        // The largest number, the smallest, and what lies between the smallest and zero.
        ("9.999999999999999999999999999999999E+6144", "9.999999999999999999999999999999999E+6144"),
        ("9.9999999999999999999999999999999994E6144", "9.999999999999999999999999999999999E+6144"),
        ("1E-6176", "1E-6176"),
        ("15E-6177", "2E-6176"),
        ("25E-6177", "2E-6176"),
        ("5E-6177", "0"),
        ("5.0000000000000000000000000000000000000001E-6177", "1E-6176"),
        ("-1E-99999999999999999999", "0"),
        ("123456789E-6180", "1.2346E-6172"),
    ];
    for (operand, canonical) in table {
        let text = number(operand).to_string();
        assert_eq!(text, canonical, "{operand}");
        assert!(text.len() <= 42);
        assert_eq!(number(&text), number(operand), "EXACT-8: {operand}");
    }
}

#[test]
fn magnitudes_beyond_the_largest_are_out_of_range() {
    for text in [
        "1E6145",
        "-1E+6145",
        "9.9999999999999999999999999999999995E6144",
        "1e9999999999999999999999",
        "0.00000000000000000000000000000000000000000000000000000000000001E999999999999",
    ] {
        assert_eq!(text.parse::<Number>(), Err(ParseNumberError::OutOfRange), "{text}");
    }
}

#[test]
fn binary_operators() {
    use EvalError::{DivisionByZero, InvalidOperation, Overflow};
    let table: &[(&str, &str, &str, Result<&str, EvalError>)] = &[
        ("0.1", "+", "0.2", Ok("0.3")),
        ("8", "-", "3", Ok("5")),
        ("5", "-", "5", Ok("0")),
        // Exactly half way between two numbers: to the even one.
        ("1E34", "+", "5", Ok("1E+34")),
        ("1E34", "+", "15", Ok("1.000000000000000000000000000000002E+34")),
        (NINES, "+", "1", Ok("1E+34")),
        ("9.999999999999999999999999999999999E6144", "+", "1E6144", Err(Overflow)),
        ("1E-6176", "-", "2E-6176", Ok("-1E-6176")),
        ("-5", "*", "0", Ok("0")),
        ("9e6144", "*", "10", Err(Overflow)),
        ("1E-6000", "*", "1E-6000", Ok("0")),
        ("1", "/", "3", Ok("0.3333333333333333333333333333333333")),
        ("2", "/", "3", Ok("0.6666666666666666666666666666666667")),
        ("7", "/", "2", Ok("3.5")),
        ("1", "/", "0", Err(DivisionByZero)),
        ("0", "/", "0", Err(DivisionByZero)),
        ("1E6144", "/", "1E-6176", Err(Overflow)),
        ("7", "%", "3", Ok("1")),
        ("-7", "%", "3", Ok("-1")),
        ("7", "%", "-3", Ok("1")),
        ("7.5", "%", "2", Ok("1.5")),
        ("6", "%", "3", Ok("0")),
        ("7", "%", "0", Err(DivisionByZero)),
        ("0", "%", "0", Err(DivisionByZero)),
        ("1e40", "%", "7", Err(InvalidOperation)),
        ("1e34", "%", "1", Err(InvalidOperation)),
        (NINES, "%", "1", Ok("0")),
        ("2", "^", "10", Ok("1024")),
        ("2", "^", "-2", Ok("0.25")),
        ("-2", "^", "3", Ok("-8")),
        ("4", "^", "0.5", Ok("2")),
        ("1.44", "^", "1.5", Ok("1.728")),
        ("32", "^", "0.2", Ok("2")),
        ("10", "^", "6144", Ok("1E+6144")),
        ("10", "^", "-6176", Ok("1E-6176")),
        ("10", "^", "6145", Err(Overflow)),
        ("10", "^", "-6200", Ok("0")),
        ("1", "^", "1E+6000", Ok("1")),
        ("-1", "^", "1E+20", Ok("1")),
        ("-1", "^", "100000000000000000001", Ok("-1")),
        ("1E-6176", "^", "-1", Err(Overflow)),
        ("1E-6176", "^", "-2", Err(Overflow)),
        ("1E-6144", "^", "-1", Ok("1E+6144")),
        ("4E-6144", "^", "-0.5", Ok("5E+3071")),
        ("-3E-6150", "^", "-1203", Err(Overflow)),
        ("8E6144", "^", "-1", Ok("1.25E-6145")),
        ("7", "^", "0", Ok("1")),
        ("7", "^", "1E-6176", Ok("1")),
        ("0", "^", "0.5", Ok("0")),
        ("0", "^", "5", Ok("0")),
        ("0", "^", "0", Err(InvalidOperation)),
        ("0", "^", "-1", Err(DivisionByZero)),
        ("0", "^", "-0.5", Err(DivisionByZero)),
        ("-8", "^", "0.5", Err(InvalidOperation)),
        ("-8", "^", "-0.5", Err(InvalidOperation)),
        ("1E6000", "^", "1E6000", Err(Overflow)),
        ("1E-6000", "^", "1E6000", Ok("0")),
        ("2", "^", "0.5", Ok("1.414213562373095048801688724209698")),
    ];
    for &(left, symbol, right, expected) in table {
        let operator = BinaryOp::parse(symbol.as_bytes()).expect("an operator");
        let value = operator.evaluate(number(left), number(right)).map(|value| value.to_string());
        assert_eq!(value, expected.map(String::from), "{left} {symbol} {right}");
    }
}

#[test]
fn unary_operators() {
    let table = [
        ("neg", "5", Ok("-5")),
        ("neg", "0", Ok("0")),
        ("abs", "-5", Ok("5")),
        ("sqrt", "2", Ok("1.414213562373095048801688724209698")),
        ("sqrt", "1E-6176", Ok("1E-3088")),
        ("sqrt", "0", Ok("0")),
        ("sqrt", "-1", Err(EvalError::InvalidOperation)),
    ];
    for (symbol, operand, expected) in table {
        let operator = UnaryOp::parse(symbol.as_bytes()).expect("an operator");
        let value = operator.evaluate(number(operand)).map(|value| value.to_string());
        assert_eq!(value, expected.map(String::from), "{operand} {symbol}");
    }
}

proptest! {
    #[test]
    fn reading_agrees_with_the_decimal_library(
        text in r"-?([0-9]{1,45}|[0-9]{34}50{0,5})(\.[05]{0,3}[0-9]{0,45})?(e-?(0|[0-9]{1,2}|61[0-9]{2}|62[0-9]{2}))?",
    ) {
        let ours = text.parse::<Number>().ok().map(|number| number.to_string());
        let theirs = read(&text);
        prop_assert_eq!(ours.is_some(), theirs.is_some(), "{}", text);
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            let ours = read(&ours).expect("in range");
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }

    #[test]
    fn canonical_text_loses_nothing(digits in 0_u128..10_u128.pow(34), exponent in -6200_i32..6150) {
        if let Ok(number) = format!("{digits}e{exponent}").parse::<Number>() {
            let text = number.to_string();
            prop_assert_eq!(text.parse::<Number>(), Ok(number));
            prop_assert!(text.len() <= 42);
        }
    }
}
