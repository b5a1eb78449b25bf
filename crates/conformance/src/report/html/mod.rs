//! The report as one HTML file that needs nothing beside itself: the grade, what to mend, and every case with a sequence
//! diagram of what was said.
//!
//! Everything is drawn here and escaped by the templates; the script only filters and folds, so that the page says the same
//! where scripts do not run. The file's own policy forbids every request and every script but that one.

mod caption;
mod cases;
mod causes;
mod diagram;
mod dialogue;
mod facts;
mod label;
mod lanes;
mod signs;
mod summary;

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

pub(crate) use self::cases::{anchor_of, class, word};
pub(crate) use self::causes::{Cause, causes};
pub(crate) use self::facts::prose;
use self::label::Label;
use super::document::{Dialogue, Document};
use super::phrase::Phrase;

/// The style of all our pages.
pub(crate) const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = concat!(include_str!("script.js"), include_str!("theme.js"));

/// The file.
pub(super) fn render(document: &Document) -> io::Result<Vec<u8>> {
    let causes = causes(&document.cases);
    let page = Page { document, causes };
    Ok(page.html().into_string().into_bytes())
}

/// A page, and what it is about.
struct Page<'a> {
    document: &'a Document,
    /// Why cases failed, the most frequent cause first.
    causes: Vec<Cause<'a>>,
}

impl Page<'_> {
    fn html(&self) -> Markup {
        let run = &self.document.run;
        html! {
            (DOCTYPE)
            html lang=(self.label(Label::LanguageCode)) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy(STYLE, SCRIPT));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.say(Phrase::Against, &[&run.suite.title, &run.target])) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.jump href="#cases" { (self.label(Label::SkipToCases)) }
                    (signs::signs(self.dialogues().flat_map(|dialogue| &dialogue.entries)))
                    header { (self.head()) }
                    main {
                        (self.preflight())
                        (self.chapters())
                        (self.mend())
                        (self.cases())
                    }
                    footer { p { "conformance " (run.grader) } }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    /// All that is drawn.
    fn dialogues(&self) -> impl Iterator<Item = &Dialogue> {
        let preflight = self.document.preflight.iter().filter_map(|preflight| preflight.dialogue.as_ref());
        preflight.chain(self.document.cases.iter().filter_map(|case| case.dialogue.as_ref()))
    }

    fn label(&self, label: Label) -> &'static str {
        label.text(self.document.run.language)
    }

    fn say(&self, phrase: Phrase, about: &[&str]) -> String {
        phrase.with(self.document.run.language, about)
    }
}

/// Allows a page its own style and its own script, and nothing else: no request, no form, no frame.
pub(crate) fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let (style, script) = (hash(style), hash(script));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

/// Times as numbers in a column: tenths of milliseconds only where they matter.
fn milliseconds(microseconds: u64) -> String {
    let tenths = microseconds.saturating_add(50) / 100;
    if tenths < 100 {
        format!("{}.{}", tenths / 10, tenths % 10)
    } else {
        (microseconds.saturating_add(500) / 1000).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_tenths_only_below_ten_milliseconds() {
        for (microseconds, shown) in [
            (0, "0.0"),
            (49, "0.0"),
            (50, "0.1"),
            (1240, "1.2"),
            (9940, "9.9"),
            (9960, "10"),
            (123_456, "123"),
        ] {
            assert_eq!(milliseconds(microseconds), shown, "{microseconds}");
        }
    }
}
