//! The languages of the report, and texts that exist in both.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::{Template, string_or_object};

/// A language in which the report can be written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// The language of a POSIX locale such as `es_AR.UTF-8`; English for all that is not Spanish.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@']).next() {
            Some(code) if code.eq_ignore_ascii_case("es") => Self::Es,
            Some(_) | None => Self::En,
        }
    }

    /// Of a text in English and in Spanish, the one in this language.
    #[must_use]
    pub(crate) const fn of<'a>(self, (en, es): (&'a str, &'a str)) -> &'a str {
        match self {
            Self::En => en,
            Self::Es => es,
        }
    }
}

/// A message with what it is about in the places `{0}`, `{1}`. One pass, so that braces in what it is about, which may be a server's
/// words, mean nothing.
pub(crate) fn filled(message: &str, about: &[&str]) -> String {
    let mut text = String::new();
    let mut rest = message;
    while let Some((before, (index, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        text.push_str(before);
        text.extend(index.parse().ok().and_then(|index: usize| about.get(index)).copied());
        rest = after;
    }
    text + rest
}

/// A text in one or two languages, as in a suite: `{"en": "…", "es": "…"}`, or a bare string for English alone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Text {
    /// The English text, which is always there.
    pub en: String,
    /// The Spanish text; where there is none, the English one is shown.
    pub es: Option<String>,
}

impl Text {
    /// In both languages.
    pub(crate) fn of(en: impl Into<String>, es: impl Into<String>) -> Self {
        Self { en: en.into(), es: Some(es.into()) }
    }

    /// The text in a language, or in English where it has not been translated.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Es => self.es.as_deref().unwrap_or(&self.en),
        }
    }
}

impl Template for Text {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        visit(&mut self.en);
        if let Some(es) = &mut self.es {
            visit(es);
        }
    }
}

impl From<String> for Text {
    fn from(en: String) -> Self {
        Self { en, es: None }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_object::<_, _, RawText>(deserializer, "a text, or an object with the text per language")
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawText {
    /// In English.
    en: String,
    /// In Spanish; without it, the English text is shown.
    es: Option<String>,
}

impl From<RawText> for Text {
    fn from(raw: RawText) -> Self {
        Self { en: raw.en, es: raw.es }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_is_about_is_put_in_its_place_and_left_as_it_is() {
        for (message, about, text) in [
            ("{0}, at {1}", &["{1}", "{0}"][..], "{1}, at {0}"),
            ("{1} of {0}{0}", &["2", "1"], "1 of 22"),
            ("none", &["x"], "none"),
            ("an open {", &[], "an open {"),
        ] {
            assert_eq!(filled(message, about), text);
        }
    }

    #[test]
    fn the_locale_names_the_language() {
        for (locale, language) in [
            ("es_AR.UTF-8", Language::Es),
            ("es", Language::Es),
            ("ES@euro", Language::Es),
            ("en_GB.UTF-8", Language::En),
            ("est", Language::En),
            ("C", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale:?}");
        }
    }
}
