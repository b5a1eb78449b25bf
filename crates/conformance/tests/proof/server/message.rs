//! A line read as a message (§4).

use super::arithmetic::{Operator, Value};
use super::{Behaviour, Offer};
use crate::bugs::Bug;

/// What a client can ask for.
#[derive(Clone, Debug)]
pub(super) enum Message {
    Operand(Value),
    /// Of the right form, and beyond the largest number.
    OperandOutOfRange,
    Operator(Operator),
    Clear,
    Hello,
    Quit,
}

/// Reads a line; `None` is a syntax error.
pub(super) fn read(line: &[u8], behaviour: &Behaviour) -> Option<Message> {
    let line = trim(line, behaviour);
    let printable = line.iter().all(|octet| (0x20..=0x7e).contains(octet));
    let text =
        if printable { String::from_utf8_lossy(line).into_owned() } else { tolerated(line, behaviour)? };
    let text = if behaviour.has(Bug::InnerBlanksIgnored) { text.replace(' ', "") } else { text };
    command(&text, behaviour).or_else(|| operator(&text, behaviour)).or_else(|| operand(&text, behaviour))
}

fn operator(text: &str, behaviour: &Behaviour) -> Option<Message> {
    let misspelt =
        text.bytes().any(|octet| octet.is_ascii_uppercase()) && behaviour.has(Bug::OperatorsCaseSensitive);
    let operator = Operator::read(text).filter(|&operator| is_offered(operator, behaviour) && !misspelt);
    operator.map(Message::Operator)
}

/// Whether the server knows the operator.
pub(super) fn is_offered(operator: Operator, behaviour: &Behaviour) -> bool {
    behaviour.offer == Offer::Everything
        || matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide)
}

/// Takes the blanks around the message away (FRAME-6).
fn trim<'l>(line: &'l [u8], behaviour: &Behaviour) -> &'l [u8] {
    let is_blank = |octet: &u8| match octet {
        b' ' | b'\t' => !behaviour.has(Bug::BlanksRefused),
        0x0b | 0x0c | 0x1c..=0x1f => behaviour.has(Bug::ControlsAreBlanks),
        _ => false,
    };
    let Some(first) = line.iter().position(|octet| !is_blank(octet)) else { return &[] };
    let last = line.iter().rposition(|octet| !is_blank(octet)).unwrap_or(first);
    &line[first..=last]
}

/// What some mistakes make of a message with other octets than printable ASCII (FRAME-8).
fn tolerated(line: &[u8], behaviour: &Behaviour) -> Option<String> {
    if behaviour.has(Bug::NulEndsMessage)
        && let Some(end) = line.iter().position(|&octet| octet == 0)
    {
        return String::from_utf8(line[..end].to_vec()).ok();
    }
    let text = String::from_utf8(line.to_vec()).ok()?;
    if behaviour.has(Bug::UnicodeDigitsAccepted) {
        return Some(text.chars().map(|c| arabic_digit(c).unwrap_or(c)).collect());
    }
    behaviour.has(Bug::UnicodeCase).then(|| text.to_uppercase())
}

fn arabic_digit(c: char) -> Option<char> {
    let digit = u32::from(c).checked_sub(0x660).filter(|digit| *digit < 10)?;
    char::from_digit(digit, 10)
}

fn command(text: &str, behaviour: &Behaviour) -> Option<Message> {
    let upper = if behaviour.has(Bug::CaseSensitive) { text.to_owned() } else { text.to_ascii_uppercase() };
    match upper.as_str() {
        "CLEAR" if !behaviour.has(Bug::NoClear) => Some(Message::Clear),
        "HELLO" if behaviour.offer == Offer::Everything => Some(Message::Hello),
        "QUIT" => Some(Message::Quit),
        _ => None,
    }
}

fn operand(text: &str, behaviour: &Behaviour) -> Option<Message> {
    let text = lenient(text, behaviour);
    if !has_operand_form(&text) || refused(&text, behaviour) {
        return None;
    }
    Some(match Value::read(&text, behaviour) {
        Some(value) => Message::Operand(value),
        None if behaviour.has(Bug::OutOfRangeAccepted) => Message::Operand(Value::default()),
        None => Message::OperandOutOfRange,
    })
}

/// The grammar of `operand`, read from the left.
fn has_operand_form(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |part: &str| part.bytes().all(|octet| octet.is_ascii_digit());
    let exponent_is_right = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    is_digits(integer) && is_digits(fraction) && integer.len() + fraction.len() > 0 && exponent_is_right
}

/// What a number library that reads more than the grammar would make of the text, as an operand.
fn lenient(text: &str, behaviour: &Behaviour) -> String {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    if behaviour.has(Bug::NanAccepted) && ["nan", "inf", "infinity"].contains(&unsigned) {
        return "0".to_owned();
    }
    if behaviour.has(Bug::UnderscoreAccepted) && !text.starts_with('_') && !text.ends_with('_') {
        return text.replace('_', "");
    }
    if behaviour.has(Bug::HexAccepted)
        && let Some(digits) = unsigned.strip_prefix("0x")
        && let Ok(value) = u64::from_str_radix(digits, 16)
    {
        return value.to_string();
    }
    if behaviour.has(Bug::PrefixAccepted)
        && let Some(end) = (1..=text.len()).rev().find(|&end| has_operand_form(&text[..end]))
    {
        return text[..end].to_owned();
    }
    let is_word = !text.is_empty() && !has_operand_form(text);
    if behaviour.has(Bug::GarbageIsZero) && is_word { "0".to_owned() } else { text.to_owned() }
}

/// Operands that are right, and that some servers do not take.
fn refused(text: &str, behaviour: &Behaviour) -> bool {
    let is_exponent = |c| c == 'e' || c == 'E';
    let number = text.trim_start_matches(['+', '-']);
    let number = number.split(is_exponent).next().unwrap_or(number);
    (behaviour.has(Bug::IntegersOnly) && text.contains(['.', 'e', 'E']))
        || (behaviour.has(Bug::BareDotRefused) && (number.starts_with('.') || number.ends_with('.')))
        || (behaviour.has(Bug::ExponentRefused) && text.contains(is_exponent))
        || (behaviour.has(Bug::SignRefused) && text.starts_with('-'))
        || (behaviour.has(Bug::LongOperandRefused) && text.len() > 32)
}
