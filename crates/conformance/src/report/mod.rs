//! What a run came to, for people and programs. Every reporter is written against [`crate::run::Event`].

mod cases;
mod causes;
mod explain;
mod html;
mod phrase;
mod terminal;
mod words;

pub use html::html;
pub use terminal::{Detail, Terminal};
