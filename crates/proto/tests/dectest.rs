//! The General Decimal Arithmetic test cases for decimal128, computed by the engine.

use calc_proto::{BinaryOp, EvalError, Number, UnaryOp};

use crate::dectest::Case;

#[path = "common/dectest.rs"]
mod dectest;

#[derive(Clone, Copy)]
enum Operator {
    Binary(BinaryOp),
    Unary(UnaryOp),
}

#[test]
fn cases_for_decimal128_have_the_results_they_should() {
    use {BinaryOp::*, Operator::*, UnaryOp::*};
    // How many cases a file has for finite operands and half to even: a reader that skipped them would notice nothing.
    let files = [
        ("dqAdd.decTest", "add", Binary(Add), 680),
        ("dqSubtract.decTest", "subtract", Binary(Subtract), 330),
        ("dqMultiply.decTest", "multiply", Binary(Multiply), 240),
        ("dqDivide.decTest", "divide", Binary(Divide), 440),
        ("dqRemainder.decTest", "remainder", Binary(Remainder), 420),
        ("dqAbs.decTest", "abs", Unary(AbsoluteValue), 60),
        ("dqMinus.decTest", "minus", Unary(Negate), 29),
    ];
    let Some(directory) = dectest::directory() else { return };
    for (file, operation, operator, expected) in files {
        let mut tried = 0;
        for case in dectest::cases(&directory, file).into_iter().filter(|case| case.operation == operation) {
            let numbers: Option<Vec<Number>> =
                case.operands.iter().map(|operand| operand.parse().ok()).collect();
            let Some(numbers) = numbers else { continue }; // NaN, Infinity, or a form of storage
            let value = match (operator, numbers.as_slice()) {
                (Binary(operator), &[left, right]) => operator.evaluate(left, right),
                (Unary(operator), &[operand]) => operator.evaluate(operand),
                (Binary(_) | Unary(_), _) => panic!("{case:?}"),
            };
            assert_eq!(value, expectation(&case, operator), "{case:?}");
            tried += 1;
        }
        assert!(tried >= expected, "only {tried} cases of {file}");
    }
}

/// Zeros of either sign and numbers of any exponent are the same to a [`Number`], infinities and NaN are errors, and a
/// remainder by zero is a division by zero (§6), which these cases take for an invalid operation.
fn expectation(case: &Case, operator: Operator) -> Result<Number, EvalError> {
    let raises =
        |condition: &str| case.conditions.iter().any(|raised| raised.eq_ignore_ascii_case(condition));
    let divides = matches!(operator, Operator::Binary(BinaryOp::Divide | BinaryOp::Remainder));
    if divides && case.operands[1].parse().is_ok_and(Number::is_zero) {
        Err(EvalError::DivisionByZero)
    } else if raises("Division_impossible") || raises("Invalid_operation") {
        Err(EvalError::InvalidOperation)
    } else if raises("Overflow") {
        Err(EvalError::Overflow)
    } else {
        Ok(case.result.parse().unwrap_or_else(|error| panic!("{case:?}: {error}")))
    }
}
