//! A reply as it was received, with what ends it or stands before it.

use std::ops::Range;

use crate::format::Encoding;

/// A reply as it was received.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Received {
    raw: Vec<u8>,
    words: Vec<u8>,
}

impl Received {
    /// A reply of these words and this end.
    #[must_use]
    pub fn new(words: &[u8], end: &[u8]) -> Self {
        Self { raw: [words, end].concat(), words: words.to_vec() }
    }

    /// A reply within what ends it and stands before it.
    pub(super) fn within(raw: Vec<u8>, words: Range<usize>) -> Self {
        Self { words: raw[words].to_vec(), raw }
    }

    /// The same with its words in UTF-8.
    #[must_use]
    pub(crate) fn decoded(self, encoding: Encoding) -> Self {
        match encoding {
            Encoding::Utf8 => self,
            Encoding::Latin1 | Encoding::Utf16le | Encoding::Utf16be => {
                Self { words: encoding.decode(&self.words), ..self }
            }
        }
    }

    /// The same without the first words, which are a prompt.
    #[must_use]
    pub(crate) fn behind(mut self, prompt: usize) -> Self {
        self.words.drain(..prompt.min(self.words.len()));
        self
    }

    /// The same without the last words, which are a suffix.
    #[must_use]
    pub(crate) fn before(mut self, suffix: usize) -> Self {
        self.words.truncate(self.words.len().saturating_sub(suffix));
        self
    }

    /// The same with its words written otherwise.
    #[must_use]
    pub(crate) fn reworded(self, words: Vec<u8>) -> Self {
        Self { words, ..self }
    }

    /// The reply without what ends it, or stands before it.
    #[must_use]
    pub fn words(&self) -> &[u8] {
        &self.words
    }

    /// The reply with what ends it.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}
