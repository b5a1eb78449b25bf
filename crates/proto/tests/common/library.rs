//! IBM's decimal library as a reference: its own reading of operands, its own arithmetic.

use dec::{Context, Decimal, Rounding};

/// A decimal of up to 36 digits.
pub(crate) type Reference = Decimal<12>;

/// The context of decimal128: 34 digits, half to even, gradual underflow.
pub(crate) fn decimal128() -> Context<Reference> {
    context(-6143, 6144)
}

/// What an operand stands for, rounded; `None` if it is out of range.
pub(crate) fn read(text: &str) -> Option<Reference> {
    let value = decimal128().parse(text).expect("an operand");
    value.is_finite().then_some(value)
}

/// 34 digits and the range of exponents given.
pub(crate) fn context(min_exponent: isize, max_exponent: isize) -> Context<Reference> {
    let mut context = Context::<Reference>::default();
    context.set_precision(34).expect("a precision");
    context.set_max_exponent(max_exponent).expect("an exponent");
    context.set_min_exponent(min_exponent).expect("an exponent");
    context.set_rounding(Rounding::HalfEven);
    context.set_clamp(true);
    context
}
