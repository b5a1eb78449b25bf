//! The report as one HTML file that needs nothing beside itself: the grade, what to mend, and every case with a sequence
//! diagram of what was said.
//!
//! Everything is drawn here and escaped by the templates; the script only filters and folds, so that the page says the same
//! where scripts do not run. The file's own policy forbids every request and every script but that one.

mod caption;
mod cases;
mod diagram;
mod dialogue;
mod facts;
mod label;
mod lanes;
mod signs;
mod summary;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use self::label::Label;
use super::causes::{Cause, causes};
use super::phrase::Phrase;
use super::words::Words;
use crate::connection::Target;
use crate::language::Language;
use crate::run::{Preflight, Report, Standing};
use crate::suite::Suite;
use crate::transcript::What;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The page that tells of a run. `command` is what runs the same again, apart from the selection.
#[must_use]
pub fn html(suite: &Suite, target: &Target, report: &Report, language: Language, command: &str) -> String {
    let dialect = Arc::clone(match relaxation(suite, report) {
        Some(relaxed) => &relaxed.dialect,
        None => &suite.dialect,
    });
    let mut causes = causes(&report.results);
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.cases.len()));
    let first_failures =
        causes.iter().filter_map(|cause| Some(cause.cases.first()?.first()?.id.as_str())).collect();
    let words = Words { language, dialect };
    Page { suite, target, report, causes, first_failures, words, command }.document().into_string()
}

/// A page, and what it is about.
struct Page<'a> {
    suite: &'a Suite,
    target: &'a Target,
    report: &'a Report,
    /// The most frequent first.
    causes: Vec<Cause<'a>>,
    /// The first failure of each cause, which is not folded.
    first_failures: Vec<&'a str>,
    words: Words,
    command: &'a str,
}

impl Page<'_> {
    fn document(&self) -> Markup {
        let title = self.suite.title.text(self.words.language);
        html! {
            (DOCTYPE)
            html lang=(self.label(Label::LanguageCode)) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy());
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.words.say(Phrase::Against, &[title, &self.target.to_string()])) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#cases" { (self.label(Label::SkipToCases)) }
                    (signs::signs(self.events()))
                    header { (self.head()) }
                    main {
                        (self.preflight())
                        (self.chapters())
                        (self.causes())
                        (self.cases())
                    }
                    footer { p { "conformance " (env!("CARGO_PKG_VERSION")) } }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    /// All that is drawn.
    fn events(&self) -> impl Iterator<Item = &What> {
        let preflight = self.report.preflight.iter().filter_map(|preflight| preflight.transcript.as_ref());
        let cases = self.report.results.iter().filter_map(|result| result.transcript.as_ref());
        preflight.chain(cases).flat_map(|transcript| &transcript.entries).map(|entry| &entry.what)
    }

    fn label(&self, label: Label) -> &'static str {
        label.text(self.words.language)
    }
}

/// Allows the page its own style and its own script, and nothing else: no request, no form, no frame.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

/// What the server is graded under, where it deviates in general.
fn relaxation<'a>(suite: &'a Suite, report: &Report) -> Option<&'a crate::dialect::Relaxed> {
    match &report.preflight {
        Some(Preflight { standing: Standing::Relaxed(relaxation), .. }) => {
            suite.dialect.relaxations.iter().find(|relaxed| relaxed.relaxation.id == relaxation.id)
        }
        Some(_) | None => None,
    }
}
