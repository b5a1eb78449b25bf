//! The files of a suite as they are written: plain data, read by serde and not yet checked against one another.
//!
//! Unknown fields are refused everywhere. A field that is a string or an object goes through one visitor
//! (`string_or_object`), since serde's `untagged` can only say that no variant matched, and the people who write
//! suites deserve to hear what was wrong.

mod case;
mod delivery;
mod dialect;
mod encoding;
mod framing;
mod header;
mod length;
mod matcher;
mod message;
mod numeral;
mod pack;
mod raw_step;
mod relaxation;
mod schema;
mod step;
mod suite;
mod template;
mod visit;

pub use case::{Case, Exchange, Level, Wrong, WrongVerdict};
pub use delivery::{Delivery, Part, Segments};
pub use dialect::{
    Calculations, Codes, Dialect, Form, Lifetime, Messages, Numbers, Precision, Reply, Rewrite, Transport,
};
pub use encoding::{DecimalSign, Encoding};
pub(crate) use framing::last_delimiter;
pub use framing::{Framing, Receive, Send};
pub use header::{Header, HeaderName, LineEnd};
pub use length::{Extent, Length, Span};
pub use matcher::{EventName, Matcher, Tolerance, When};
pub(crate) use message::parse_hex;
pub use message::{Message, Octets};
pub use numeral::{Base, Endian, Fill, NoNumber, Numeral, Width};
pub use pack::{Item, Kind, Wording};
pub use relaxation::Relaxation;
pub use step::{Action, Ending, Reading, Step};
pub use suite::{Chapter, Cost, Elsewhere, Grading, Note, Notes, Requirement, Suite, Usual};
pub(crate) use template::{Template, fill, is_name};
pub(crate) use visit::{one_or_many, string_or_object};

/// The `$schema` key, which an editor reads and we do not.
#[derive(Clone, Debug, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct SchemaKey(Option<String>);

impl SchemaKey {
    /// The schema that the file names.
    #[must_use]
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}
