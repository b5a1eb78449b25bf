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

/// The value of an infix expression without blanks, such as `-1.5+2`.
pub(crate) fn infix(text: &str, arithmetic: Arithmetic) -> Option<f64> {
    let at = text.char_indices().skip(1).find(|(_, c)| "+-*/".contains(*c))?;
    let (a, b) = (text[..at.0].trim(), text[at.0 + 1..].trim());
    arithmetic(at.1, a.parse().ok()?, b.parse().ok()?)
}

/// The value of `(+ 1 2)`.
pub(crate) fn prefix(text: &str, arithmetic: Arithmetic) -> Option<f64> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let words: Vec<&str> = inner.split(' ').collect();
    match words.as_slice() {
        [operator, a, b] if operator.len() == 1 => {
            let (a, b): (u32, u32) = (a.parse().ok()?, b.parse().ok()?);
            arithmetic(operator.chars().next()?, a.into(), b.into())
        }
        _ => None,
    }
}

/// The value of words such as `8`, `3` and `-`, as text, if they are two numbers and an operator.
pub(crate) fn of_words(operator: &str, a: &str, b: &str, arithmetic: Arithmetic) -> Option<f64> {
    let mut operator = operator.chars();
    match (operator.next(), operator.next()) {
        (Some(operator), None) => arithmetic(operator, a.parse().ok()?, b.parse().ok()?),
        (_, _) => None,
    }
}
