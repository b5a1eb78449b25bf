//! The signs of which diagrams are made: drawn once a page, used by name.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::report::document::{Entry, Happening, Side};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    ToServer,
    FromServer,
    /// Nothing went.
    Nowhere,
}

/// How an event is drawn.
pub(super) struct Sign {
    pub(super) name: &'static str,
    /// The class of its line.
    pub(super) line: &'static str,
    pub(super) way: Way,
    /// The class and the path of each shape at its end.
    ends: &'static [(&'static str, &'static str)],
}

/// The shapes that ends of arrows are made of, at 0: `(class, path)`.
const POINT_RIGHT: (&str, &str) = ("solid", "M-9-4.5 0 0-9 4.5Z");
const POINT_LEFT: (&str, &str) = ("solid", "M9-4.5 0 0 9 4.5Z");
const OPEN_RIGHT: (&str, &str) = ("firm", "M-8-4.5 0 0-8 4.5");
const OPEN_LEFT: (&str, &str) = ("firm", "M8-4.5 0 0 8 4.5");
const CROSS: (&str, &str) = ("firm", "M-5-5 5 5M-5 5 5-5");
const BAR_RIGHT: (&str, &str) = ("firm", "M-13-6V6");
const BAR_LEFT: (&str, &str) = ("firm", "M13-6V6");

/// The sign of an event.
#[rustfmt::skip]
pub(super) const fn sign(entry: &Entry) -> Sign {
    use Way::{FromServer, Nowhere, ToServer};
    match (entry.event, entry.from) {
        (Happening::Connected, _) => Sign { name: "opened", line: "thin", way: ToServer, ends: &[OPEN_RIGHT] },
        (Happening::NotConnected, _) => Sign { name: "refused", line: "thin", way: ToServer, ends: &[CROSS] },
        (Happening::Message, Side::Client) => Sign { name: "sent", line: "firm", way: ToServer, ends: &[POINT_RIGHT] },
        (Happening::Message, Side::Server) => Sign { name: "received", line: "firm", way: FromServer, ends: &[POINT_LEFT] },
        (Happening::NotTaken, _) => Sign { name: "not-sent", line: "dashed", way: ToServer, ends: &[CROSS] },
        (Happening::Part, _) => Sign { name: "partial", line: "dashed", way: FromServer, ends: &[OPEN_LEFT] },
        (Happening::Silence, _) => Sign { name: "silence", line: "dotted", way: Nowhere, ends: &[] },
        (Happening::HalfClosed, _) => Sign { name: "half-closed", line: "thin", way: ToServer, ends: &[OPEN_RIGHT, BAR_RIGHT] },
        (Happening::Closed, Side::Client) => Sign { name: "closed", line: "thin", way: ToServer, ends: &[OPEN_RIGHT, BAR_RIGHT] },
        (Happening::Closed, Side::Server) => Sign { name: "server-closed", line: "thin", way: FromServer, ends: &[OPEN_LEFT, BAR_LEFT] },
        (Happening::Reset, Side::Client) => Sign { name: "aborted", line: "thin", way: ToServer, ends: &[OPEN_RIGHT, CROSS] },
        (Happening::Reset, Side::Server) => Sign { name: "server-reset", line: "thin", way: FromServer, ends: &[OPEN_LEFT, CROSS] },
    }
}

/// The signs of these events, to be used by name. What comes from the server is there in two pieces too: other clients'
/// lines are farther than the drawing reaches, so that the line `to-…` goes on before it ends in its point `at-…`.
pub(super) fn signs<'a>(entries: impl Iterator<Item = &'a Entry>) -> Markup {
    let signs: BTreeMap<&str, Sign> = entries.map(sign).map(|sign| (sign.name, sign)).collect();
    html! {
        svg.signs width="0" height="0" aria-hidden="true" { defs {
            @for Sign { name, line, way, ends } in signs.values() {
                @match way {
                    Way::Nowhere => g id=(name) { (shaft(line)) },
                    Way::ToServer => g id=(name) {
                        (shaft(line))
                        svg x="100%" overflow="visible" { (shapes(ends)) }
                    },
                    Way::FromServer => {
                        g id=(name) { (shaft(line)) (shapes(ends)) }
                        g id={"to-" (name)} { (shaft(line)) }
                        g id={"at-" (name)} { (shapes(ends)) }
                    }
                }
            }
        } }
    }
}

fn shaft(line: &str) -> Markup {
    html! { line class=(line) x2="100%" {} }
}

fn shapes(shapes: &[(&str, &str)]) -> Markup {
    html! { @for (class, path) in shapes { path class=(class) d=(path) {} } }
}
