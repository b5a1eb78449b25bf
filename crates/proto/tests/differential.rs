//! The engine's short ways against IBM's decimal library: whatever is computed in 64 or 128 bits is what decimal128 says.
//!
//! CI tries 100 000 operations; `scripts/differential` tries millions, with a seed that it prints and that repeats them.

use std::env;

use calc_proto::{BinaryOp, EvalError, Number, ParseNumberError, UnaryOp};

use crate::library::{Reference, decimal128, read};

#[path = "common/library.rs"]
mod library;

#[test]
fn results_are_those_of_decimal128() {
    let from_environment = |name| env::var(name).ok().map(|text| text.parse().expect(name));
    let seed = from_environment("DIFFERENTIAL_SEED").unwrap_or(1);
    let count = from_environment("DIFFERENTIAL_COUNT").unwrap_or(100_000);
    let mut random = Random(seed);
    let mut finite = 0_u64;
    for _ in 0..count {
        let operation = Operation::random(&mut random);
        let (ours, theirs) = (operation.by_engine(), operation.by_library());
        let agree = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => read(ours).as_ref() == Some(theirs),
            (Err(ours), Err(theirs)) => ours == theirs,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        };
        assert!(agree, "seed {seed}: {operation:?}: {ours:?}, and the library has {theirs:?}");
        finite += u64::from(ours.is_ok());
    }
    assert!(finite > count / 2, "only {finite} of {count} operations had a result");
}

#[derive(Debug)]
enum Operation {
    Unary(UnaryOp, String),
    Binary(String, BinaryOp, String),
}

/// Why there is no result.
#[derive(Debug, PartialEq)]
enum Failure {
    OutOfRange,
    Eval(EvalError),
}

impl Operation {
    fn random(random: &mut Random) -> Self {
        let left = operand(random);
        // A power costs the library a thousand times what a sum does.
        match random.below(64) {
            0 => Self::Binary(left, BinaryOp::Power, small_exponent(random)),
            1..4 => Self::Unary(UnaryOp::ALL[random.below(3)], square_or(left, random)),
            _ => {
                let right = if random.below(3) == 0 { relative(&left, random) } else { operand(random) };
                Self::Binary(left, BinaryOp::ALL[random.below(5)], right)
            }
        }
    }

    fn by_engine(&self) -> Result<String, Failure> {
        let number = |text: &str| {
            text.parse::<Number>().map_err(|error| match error {
                ParseNumberError::OutOfRange => Failure::OutOfRange,
                ParseNumberError::Syntax => panic!("{text} is no operand"),
            })
        };
        let value = match self {
            Self::Unary(operator, operand) => operator.evaluate(number(operand)?),
            Self::Binary(left, operator, right) => operator.evaluate(number(left)?, number(right)?),
        };
        value.map(|value| value.to_string()).map_err(Failure::Eval)
    }

    fn by_library(&self) -> Result<Reference, Failure> {
        let number = |text| read(text).ok_or(Failure::OutOfRange);
        let mut context = decimal128();
        let value = match self {
            Self::Unary(operator, operand) => {
                let mut value = number(operand)?;
                match operator {
                    UnaryOp::Negate => context.minus(&mut value),
                    UnaryOp::AbsoluteValue => context.abs(&mut value),
                    UnaryOp::SquareRoot => context.sqrt(&mut value),
                }
                value
            }
            Self::Binary(left, operator, right) => {
                let (mut value, right) = (number(left)?, number(right)?);
                match operator {
                    BinaryOp::Divide | BinaryOp::Remainder if right.is_zero() => {
                        return Err(Failure::Eval(EvalError::DivisionByZero));
                    }
                    BinaryOp::Power if value.is_zero() && right.is_negative() => {
                        return Err(Failure::Eval(EvalError::DivisionByZero));
                    }
                    BinaryOp::Add => context.add(&mut value, &right),
                    BinaryOp::Subtract => context.sub(&mut value, &right),
                    BinaryOp::Multiply => context.mul(&mut value, &right),
                    BinaryOp::Divide => context.div(&mut value, &right),
                    BinaryOp::Remainder => context.rem(&mut value, &right),
                    BinaryOp::Power => {
                        // With room for the exponents on the way, and rounded at the end.
                        library::context(-999_999, 999_999).pow(&mut value, &right);
                        context.plus(&mut value);
                    }
                }
                value
            }
        };
        match value {
            value if value.is_nan() => Err(Failure::Eval(EvalError::InvalidOperation)),
            value if value.is_infinite() => Err(Failure::Eval(EvalError::Overflow)),
            value => Ok(value),
        }
    }
}

/// An operand of up to 36 digits, often at one of the places where something changes.
fn operand(random: &mut Random) -> String {
    const COUNTS: [usize; 14] = [1, 1, 2, 3, 8, 17, 18, 19, 20, 33, 34, 35, 36, 36];
    let count = COUNTS[random.below(COUNTS.len())];
    let mut digits = match random.below(6) {
        0 => "9".repeat(count),
        1 => format!("{}{}", 1 + random.below(9), "0".repeat(count - 1)),
        2 => format!("{}5", random.digits(count - 1)),
        _ => random.digits(count),
    };
    if random.below(4) == 0 {
        digits.insert(random.below(digits.len() + 1), '.');
    }
    format!("{}{digits}{}", ["", "-", "+"][random.below(3)], exponent(random))
}

fn exponent(random: &mut Random) -> String {
    const EDGES: [i64; 12] = [-6212, -6211, -6210, -6177, -6176, -6175, -6143, 6109, 6110, 6111, 6112, 6144];
    match random.below(8) {
        0 => format!("e{}", EDGES[random.below(EDGES.len())]),
        1 => format!("E{}", random.below(12_400) as i64 - 6_200),
        2 | 3 => format!("e{}", random.below(80) as i64 - 40),
        _ => String::new(),
    }
}

/// An operand whose digits lie at, beside or just out of reach of another's: what cancels, and what is a half.
fn relative(other: &str, random: &mut Random) -> String {
    const SHIFTS: [i64; 11] = [-35, -34, -33, -19, -18, 0, 1, 17, 18, 34, 35];
    let (mantissa, exponent) = other.split_once(['e', 'E']).unwrap_or((other, "0"));
    let digits = match random.below(3) {
        0 => mantissa.trim_start_matches(['-', '+']).to_string(),
        1 => "5".to_string(),
        _ => format!("{}5", random.digits(17)),
    };
    let exponent = exponent.parse::<i64>().expect("an exponent") + SHIFTS[random.below(SHIFTS.len())];
    format!("{}{digits}e{exponent}", ["", "-"][random.below(2)])
}

/// The square of a short operand, or the operand that was there.
fn square_or(operand: String, random: &mut Random) -> String {
    match random.below(2) {
        0 => {
            let root = random.below(1_000_000_000_000_000_000) as u128;
            format!("{}e{}", root * root, random.below(41) as i64 - 20)
        }
        _ => operand,
    }
}

fn small_exponent(random: &mut Random) -> String {
    match random.below(4) {
        0 => ["0.5", "-0.5", "2.5", "-1", "-2", "1000", "-7000"][random.below(7)].to_string(),
        _ => random.below(40).to_string(),
    }
}

/// SplitMix64: enough to vary, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}
