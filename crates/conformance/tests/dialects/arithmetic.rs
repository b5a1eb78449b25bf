//! What the servers compute.

/// Computes `operator`, left operand, right operand; nothing where there is no result.
pub(crate) type Arithmetic = fn(char, f64, f64) -> Option<f64>;

/// As it should be.
pub(crate) fn right(operator: char, a: f64, b: f64) -> Option<f64> {
    let result = match operator {
        '+' => a + b,
        '-' => a - b,
        '*' => a * b,
        '/' if b == 0.0 => return None,
        '/' => a / b,
        _ => return None,
    };
    Some(result)
}

/// With the operands in the wrong order.
pub(crate) fn swapped(operator: char, a: f64, b: f64) -> Option<f64> {
    right(operator, b, a)
}
