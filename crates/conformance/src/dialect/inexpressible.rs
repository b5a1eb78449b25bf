//! Why something cannot be said or heard in a dialect, in the languages of the report.

use std::fmt;

use crate::language::Text;
use crate::matcher::MatcherError;

/// Why something cannot be said or heard in a dialect: a case that does is `n/a`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inexpressible(Text);

impl Inexpressible {
    /// What the dialect has not.
    pub(crate) fn new(en: impl Into<String>, es: impl Into<String>) -> Self {
        Self(Text::of(en, es))
    }

    /// What the dialect has not.
    #[must_use]
    pub fn into_text(self) -> Text {
        self.0
    }

    pub(super) fn no_words_for(en: &str, es: &str) -> Self {
        Self::new(format!("no words for {en}"), format!("no hay palabras para {es}"))
    }

    /// What a field cannot hold, or a text that cannot be written.
    pub(super) fn unwritable(fault: String) -> Self {
        Self(Text::from(fault))
    }

    pub(crate) fn held_operands() -> Self {
        Self::new("operands held between messages", "operandos guardados entre mensajes")
    }

    pub(crate) fn foreign_octets() -> Self {
        Self::new("raw octets of another protocol", "octetos sueltos de otro protocolo")
    }

    pub(crate) fn stream() -> Self {
        Self::new("a stream", "un flujo")
    }
}

impl fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.en)
    }
}

impl std::error::Error for Inexpressible {}

impl From<MatcherError> for Inexpressible {
    fn from(error: MatcherError) -> Self {
        let en = error.to_string();
        match error {
            MatcherError::Unattainable(what) => what,
            MatcherError::UnknownReply { name, .. } => {
                Self::new(en, format!("el dialecto no tiene la respuesta `{name}`"))
            }
            MatcherError::UnknownCode { code, .. } => {
                Self::new(en, format!("el dialecto no tiene el código `{code}`"))
            }
            // Faults of the suite, which are found when it is loaded.
            MatcherError::NotANumber(_) | MatcherError::NotATolerance(_) | MatcherError::Malformed(_) => {
                Self(Text::from(en))
            }
        }
    }
}
