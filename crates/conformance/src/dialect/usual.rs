//! The small deviations that servers of any dialect have, as far as the dialect leaves room for them: no dialect has to list
//! them.

use std::collections::BTreeMap;

use crate::format::{DecimalSign, Dialect, Endian, Form, Item, Relaxation, Reply};
use crate::language::Text;

/// The note for a fraction behind the wrong sign.
pub const DECIMAL_SIGN: &str = "decimal-sign";

/// The note for fields whose octets are in the wrong order.
pub const BYTE_ORDER: &str = "byte-order";

/// What both cost: the cases about the form of a result, which are about these requirements in the suite `calc`.
const BREAKS: [&str; 2] = ["REPLY-1", "NUM-2"];

/// The deviations that a server of this dialect may have.
pub(super) fn usual_deviations(dialect: &Dialect) -> Vec<Relaxation> {
    decimal_point(dialect).into_iter().chain(byte_order(dialect)).collect()
}

/// Whether it shows with the first fraction, of which the preflight has none.
#[must_use]
pub fn is_about_fractions(relaxation: &Relaxation) -> bool {
    !relaxation.replies.is_empty() && relaxation.replies.values().all(|reply| reply.decimal.is_some())
}

/// Results have a point where the protocol has a comma: what every language prints that is not told otherwise.
fn decimal_point(dialect: &Dialect) -> Option<Relaxation> {
    let result = dialect.replies.get(super::RESULT)?;
    match dialect.numbers.decimal {
        DecimalSign::Point => None,
        DecimalSign::Comma => {
            let result = Reply { decimal: Some(DecimalSign::Point), ..result.clone() };
            let title = Text {
                en: "results have a decimal point, and not a comma".to_owned(),
                es: Some("los resultados llevan punto decimal, y no coma".to_owned()),
            };
            let replies = BTreeMap::from([(super::RESULT.to_owned(), result)]);
            Some(deviation("decimal-point", title, replies, DECIMAL_SIGN))
        }
    }
}

/// The fields of replies are in the other order of octets: that of the processor, where the protocol has that of the
/// network.
fn byte_order(dialect: &Dialect) -> Option<Relaxation> {
    let turned = dialect.replies.iter().filter_map(|(name, reply)| {
        let Form::Pack(items) = &reply.form else { return None };
        let form = Form::Pack(items.iter().map(turned).collect());
        let is_other = items.iter().any(|item| turned(item) != *item);
        is_other.then(|| (name.clone(), Reply { form, ..reply.clone() }))
    });
    let replies: BTreeMap<_, _> = turned.collect();
    let title = Text {
        en: "the octets of the fields are in the other order".to_owned(),
        es: Some("los octetos de los campos van en el otro orden".to_owned()),
    };
    replies.contains_key(super::RESULT).then(|| deviation(BYTE_ORDER, title, replies, BYTE_ORDER))
}

fn deviation(id: &str, title: Text, replies: BTreeMap<String, Reply>, note: &str) -> Relaxation {
    let breaks = BREAKS.map(str::to_owned).to_vec();
    Relaxation { replies, breaks, note: Some(note.to_owned()), ..Relaxation::named(id, title) }
}

/// A field with its octets in the other order, where it has several.
fn turned(item: &Item) -> Item {
    let other = |endian: &Endian| match endian {
        Endian::Big => Endian::Little,
        Endian::Little => Endian::Big,
    };
    match item {
        Item::Scalar(kind, endian, value) if kind.width() > 1 => {
            Item::Scalar(*kind, other(endian), value.clone())
        }
        Item::Length(kind, endian) if kind.width() > 1 => Item::Length(*kind, other(endian)),
        Item::Number(kind, endian) if kind.width() > 1 => Item::Number(*kind, other(endian)),
        Item::Code(kind, endian, except) if kind.width() > 1 => {
            Item::Code(*kind, other(endian), except.clone())
        }
        Item::Scalar(..)
        | Item::Length(..)
        | Item::Number(..)
        | Item::Code(..)
        | Item::Text(..)
        | Item::Hex(_)
        | Item::Any(_)
        | Item::Regex(_) => item.clone(),
    }
}
