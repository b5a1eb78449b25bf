//! Sequence diagrams: the clients' lines on the left, the server's on the right, and an arrow for each thing that was said.
//!
//! A drawing has no width of its own. 0 is the line of the last client and 100% the server's, so that it fits a telephone
//! and a sheet of paper alike; what stands to the left of 0 has its room in an empty drawing before it.

use std::ops::Range;

use maud::{Markup, html};

use super::caption::{Caption, Kind, Token};
use super::label::Label;
use super::lanes::Lanes;
use super::signs::{Sign, Way, sign};
use super::{Page, milliseconds};
use crate::report::document::{Dialogue, Entry};

/// From the top of a row to the foot of its first line of text.
const FIRST_LINE: usize = 15;
/// A further line of text.
const LINE: usize = 15;
/// Between the text and its arrow, and between the arrow and the end of the row.
const GAP: usize = 9;
/// The name of a client.
const NAME: usize = 17;
/// The room for the times.
const TIMES: usize = 56;

/// Of a long dialogue the beginning and the end are in sight, and what is between them is folded.
const FIRST_SHOWN: usize = 14;
const LAST_SHOWN: usize = 16;

/// One drawing: all of a dialogue, or a part of it.
struct Drawing<'a> {
    name: &'a str,
    lanes: &'a Lanes<'a>,
    entries: &'a [Entry],
    shown: Range<usize>,
    rows: Vec<Row<'a>>,
}

/// An event, and where it stands.
struct Row<'a> {
    entry: &'a Entry,
    caption: Caption,
    broke: bool,
    top: usize,
    arrow: usize,
    bottom: usize,
}

impl Page<'_> {
    /// The diagram of a dialogue, which broke at an entry or nowhere, and the same as text.
    pub(super) fn diagram(&self, name: &str, dialogue: &Dialogue, broke: Option<usize>) -> Markup {
        let entries = dialogue.entries.as_slice();
        let lanes = Lanes::of(entries);
        let draw = |shown: Range<usize>| {
            let rows = self.rows(&lanes, entries, shown.clone(), broke);
            self.drawing(&Drawing { name, lanes: &lanes, entries, shown, rows })
        };
        let (first, last) = if entries.len() <= FIRST_SHOWN + LAST_SHOWN {
            (entries.len(), entries.len())
        } else {
            (FIRST_SHOWN, entries.len() - LAST_SHOWN)
        };
        html! {
            div.diagram {
                (draw(0..first))
                @if last > first {
                    details.more {
                        summary {
                            (self.label(Label::Between).replace("{0}", &(last - first).to_string()))
                            @if dialogue.omitted > 0 { " " (self.omitted(dialogue)) }
                        }
                        (draw(first..last))
                    }
                    (draw(last..entries.len()))
                }
                (self.as_text(dialogue, broke))
            }
        }
    }

    /// The rows one below the other, the first beneath the clients' names.
    fn rows<'a>(
        &self,
        lanes: &Lanes<'_>,
        entries: &'a [Entry],
        shown: Range<usize>,
        broke: Option<usize>,
    ) -> Vec<Row<'a>> {
        let mut top = if shown.start == 0 { lanes.count() * NAME + GAP } else { 0 };
        let row = |index: usize| {
            let entry = &entries[index];
            let name = lanes.is_shared(&entry.connection).then_some(entry.connection.as_str());
            let caption = Caption::of(entry, name, self.document.run.language);
            let arrow = top + FIRST_LINE + (caption.lines.len() - 1) * LINE + GAP;
            let broke = broke == Some(index);
            let bottom = arrow + GAP + if broke { LINE } else { 0 };
            let row = Row { entry, caption, broke, top, arrow, bottom };
            top = bottom;
            row
        };
        shown.map(row).collect()
    }

    fn drawing(&self, drawing: &Drawing<'_>) -> Markup {
        let says = self.label(Label::Diagram).replace("{0}", drawing.name);
        let says = says.replace("{1}", &drawing.rows.len().to_string());
        html! {
            // Several clients may need more room than there is; then the drawing is scrolled, by keyboard too.
            div.seq tabindex=[(drawing.lanes.count() > 1).then_some("0")] {
                svg width=(drawing.gutter()) height="1" aria-hidden="true" {}
                svg height=(drawing.height()) role="img" aria-label=(says) {
                    @for row in drawing.rows.iter().filter(|row| row.broke) { (drawing.band(row)) }
                    (drawing.lines())
                    @if drawing.shown.start == 0 { (self.names(drawing)) }
                    @for row in &drawing.rows { (drawing.arrow(row)) }
                    (drawing.times())
                    svg.labels x="50%" { @for row in &drawing.rows { (self.caption(row)) } }
                }
            }
        }
    }

    /// The names of clients, each on a line of its own, so that the next one's line passes beside it; and the server's.
    fn names(&self, drawing: &Drawing<'_>) -> Markup {
        let lanes = drawing.lanes;
        let is_alone = lanes.count() == 1;
        html! {
            g.names {
                @for (lane, name) in lanes.heads().enumerate() {
                    @let name = match name {
                        Some(_) if is_alone => self.label(Label::Client),
                        Some(name) => name,
                        None => self.label(Label::OtherClients),
                    };
                    circle cx=(drawing.left(lane)) cy=(lane * NAME + 10) r="3.5" {}
                    text x=(drawing.left(lane)) dx="8" y=(lane * NAME + 14) { (name) }
                }
                @let last = lanes.last() * NAME + 10;
                svg x="100%" y=(last) overflow="visible" { path d="M-4-4H4V4H-4Z" {} }
                text.server x="100%" dx="-9" y=(last + 4) { (self.label(Label::Server)) }
            }
        }
    }

    fn caption(&self, row: &Row<'_>) -> Markup {
        let line = |index: usize, tokens: &[Token]| {
            html! {
                text class=[(row.caption.kind == Kind::Remark).then_some("words")] y=(row.top + FIRST_LINE + index * LINE) {
                    @for token in tokens {
                        @match token {
                            Token::Plain(text) => (text),
                            Token::Escape(text) => tspan { (text) },
                        }
                    }
                    @if let Some(in_full) = &row.caption.in_full { title { (in_full) } }
                }
            }
        };
        html! {
            @for (index, tokens) in row.caption.lines.iter().enumerate() { (line(index, tokens)) }
            @if row.broke { text.broke y=(row.arrow + GAP + 6) { (self.label(Label::BrokeHere)) } }
        }
    }
}

impl Drawing<'_> {
    fn height(&self) -> usize {
        self.rows.last().map_or(0, |row| row.bottom) + GAP / 2
    }

    /// The room to the left of the last client's line.
    fn gutter(&self) -> usize {
        TIMES + self.lanes.left(0)
    }

    fn left(&self, lane: usize) -> String {
        // Not -0.
        match self.lanes.left(lane) {
            0 => "0".to_owned(),
            left => format!("-{left}"),
        }
    }

    /// The ground of the row where it broke.
    fn band(&self, row: &Row<'_>) -> Markup {
        let middle = (row.top + row.bottom).div_ceil(2);
        html! {
            line.band x1=(format!("-{}", self.gutter())) x2="100%" y1=(middle) y2=(middle)
                stroke-width=(row.bottom - row.top) {}
        }
    }

    /// The lines of all, drawn through while a connection is open.
    fn lines(&self) -> Markup {
        let height = self.height();
        let begins = |lane: usize| if self.shown.start == 0 { lane * NAME + 10 } else { 0 };
        let open = self.lanes.open(self.entries);
        let open = open.into_iter().filter_map(|(lane, rows)| Some((lane, self.visible(rows)?)));
        html! {
            @for lane in 0..self.lanes.count() {
                @let x = self.left(lane);
                line.life x1=(x) x2=(x) y1=(begins(lane)) y2=(height) {}
            }
            line.open x1="100%" x2="100%" y1=(begins(self.lanes.last())) y2=(height) {}
            @for (lane, (from, to)) in open {
                @let x = self.left(lane);
                line.open x1=(x) x2=(x) y1=(from) y2=(to) {}
            }
        }
    }

    /// From where to where a line is drawn for these entries, if any of them are in this part.
    fn visible(&self, entries: Range<usize>) -> Option<(usize, usize)> {
        if entries.start >= self.shown.end || entries.end < self.shown.start {
            return None;
        }
        let row = |index: usize| index.checked_sub(self.shown.start).and_then(|index| self.rows.get(index));
        let from = row(entries.start).map_or(0, |row| row.arrow);
        let to = row(entries.end).map_or_else(|| self.height(), |row| row.arrow);
        Some((from, to))
    }

    fn arrow(&self, row: &Row<'_>) -> Markup {
        let Sign { name, line, way, .. } = sign(row.entry);
        let lane = self.lanes.lane(&row.entry.connection);
        let left = self.lanes.left(lane);
        let broke = row.broke.then_some("broke");
        if left == 0 || way == Way::Nowhere {
            return html! { use class=[broke] href={"#" (name)} y=(row.arrow) {} };
        }
        let is_back = way == Way::FromServer;
        html! {
            use class=[broke] href={@if is_back { "#to-" } @else { "#" } (name)} y=(row.arrow) {}
            path class={"reach " (line) @if is_back { " back" } @if row.broke { " broke" }} d=(format!("M-{left} {}H0", row.arrow)) {}
            @if is_back { use class=[broke] href={"#at-" (name)} x=(self.left(lane)) y=(row.arrow) {} }
        }
    }

    fn times(&self) -> Markup {
        html! {
            g.times transform=(format!("translate(-{})", self.lanes.left(0) + 12)) {
                @for row in &self.rows { text y=(row.arrow + 4) { (milliseconds(row.entry.at_us)) } }
            }
        }
    }
}
