//! The small deviations that servers of any dialect have, and that no dialect has to list.

use std::collections::BTreeMap;

use super::usual_text::{
    any_case, bare_result, blanks_behind, greeting, line_before, line_behind, no_line_end, titled,
    unended_refusals,
};
use crate::format::{Cost, DecimalSign, Dialect, Endian, Form, Item, Relaxation, Reply, Usual};

/// Those of them that a suite looks for, as far as the dialect leaves room for them and does not list them itself.
pub(super) fn usual_deviations(dialect: &Dialect, wanted: &BTreeMap<Usual, Cost>) -> Vec<Relaxation> {
    let is_listed = |usual: &Usual| dialect.relaxations.iter().any(|listed| listed.id == usual.id());
    let deviation = |(usual, cost): (&Usual, &Cost)| {
        let deviation = match usual {
            Usual::DecimalPoint => decimal_point(dialect),
            Usual::ByteOrder => byte_order(dialect),
            Usual::BlanksBehind => blanks_behind(dialect),
            Usual::AnyCase => any_case(dialect),
            Usual::BareResult => bare_result(dialect),
            Usual::Greeting => greeting(dialect),
            Usual::NoLineEnd => no_line_end(dialect),
            Usual::UnendedRefusals => unended_refusals(dialect),
            Usual::LineBehind => line_behind(dialect),
            Usual::LineBefore => line_before(dialect),
        }?;
        let Cost { breaks, without, note } = cost.clone();
        Some(Relaxation { id: usual.id().to_owned(), breaks, without, note, ..deviation })
    };
    wanted.iter().filter(|(usual, _)| !is_listed(usual)).filter_map(deviation).collect()
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
            let replies = BTreeMap::from([(super::RESULT.to_owned(), result)]);
            let deviation = titled(
                "results have a decimal point, and not a comma",
                "los resultados llevan punto decimal, y no coma",
            );
            Some(Relaxation { replies, ..deviation })
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
    let deviation = titled(
        "the octets of the fields are in the other order",
        "los octetos de los campos van en el otro orden",
    );
    replies.contains_key(super::RESULT).then_some(Relaxation { replies, ..deviation })
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
