//! What a run came to, for people and programs. Every reporter is written against [`crate::run::Event`].
//!
//! [`Terminal`] is for the person who waits; [`Files`] writes the others, which are made from a [`document::Document`].

mod abridged;
mod again;
mod cases;
mod causes;
mod csv;
pub mod document;
mod explain;
mod files;
mod github;
mod gradescope;
mod html;
mod jsonl;
mod junit;
mod markdown;
mod launched;
mod order;
mod phrase;
mod plain;
mod sink;
mod tap;
mod terminal;
mod words;

pub use again::quoted;
pub use files::{Files, WriteError};
pub(crate) use html::{STYLE, anchor_of, causes, class, policy, prose, word};
pub use order::{Kind, Order, OrderError, Place};
pub(crate) use phrase::Phrase;
pub(crate) use plain::number;
pub(crate) use sink::Sink;
pub use sink::SinkError;
pub use terminal::{Detail, Terminal};

use std::sync::Arc;

use crate::dialect::Dialect;
use crate::format::Matcher;
use crate::language::Language;

/// What a matcher expects, in words.
pub(crate) fn in_words(matcher: &Matcher, dialect: &Arc<Dialect>, language: Language) -> String {
    words::Words { language, dialect: Arc::clone(dialect) }.matcher(matcher)
}
