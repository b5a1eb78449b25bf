//! The suite file, its chapters and its notes.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Case, Exchange, Level, SchemaKey, Wrong};
use crate::language::Text;

/// `suite.json`: what is tested against what. It names its chapters, or holds its cases itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// For the editor.
    #[serde(rename = "$schema", default)]
    pub schema: SchemaKey,
    /// Its name, `calc`.
    pub id: String,
    /// What it tests, in a few words.
    pub title: Text,
    /// The document that the requirements stand in, `PROTOCOL.md`; in Spanish, its translation.
    #[serde(default)]
    pub document: Option<Text>,
    /// The dialect: the name of one that is built in (`calc-1`), or a file beside this one (`mine.json`).
    pub dialect: String,
    /// The files of notes: built in (`calc`), or files beside this one (`notes.json`).
    #[serde(default)]
    pub notes: Vec<String>,
    /// The files of cases, in the order in which they run.
    #[serde(default)]
    pub chapters: Vec<String>,
    /// The requirements that cases cite.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// All facts that a case may need; a dialect has some of them.
    #[serde(default)]
    pub facts: BTreeSet<String>,
    /// How cases become a grade.
    #[serde(default)]
    pub grading: Grading,
    /// Run first, on a connection of its own: a whole transaction that any server which can be graded masters.
    pub preflight: Vec<Exchange>,
    /// Exchanges with known replies, wherever a case ends: nothing extra may have come before them.
    pub fence: Vec<Exchange>,
    /// What a server may offer or not, and the exchange that shows it: it is not offered if the last reply is another than
    /// the one expected here.
    #[serde(default)]
    pub offers: BTreeMap<String, Vec<Exchange>>,
    /// Diagnoses for all cases, tried after those of the case.
    #[serde(default)]
    pub wrong: Vec<Wrong>,
    /// The note for a result that is that of the operands in the wrong order, wherever a case expects a number of `-`, `/`,
    /// `%` or `^`; it is tried after the diagnoses of the step.
    #[serde(default)]
    pub swapped: Option<String>,
    /// The deviations that servers of any dialect may have, as far as they are looked for, and what each costs.
    #[serde(default)]
    pub usual: BTreeMap<Usual, Cost>,
    /// Cases, where the suite is one file.
    #[serde(default)]
    pub cases: Vec<Case>,
}

/// A small deviation that no dialect has to list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "kebab-case")]
pub enum Usual {
    /// Results have a decimal point where the dialect has a comma.
    DecimalPoint,
    /// The octets of a reply's binary fields are in the other order.
    ByteOrder,
    /// Blanks, a line end or a NUL stand behind replies of text.
    BlanksBehind,
    /// Replies of text are in other capitals.
    AnyCase,
    /// Other words stand before the number of a result, or none.
    BareResult,
    /// A line comes before the client is asked for anything.
    Greeting,
    /// Replies do not end as they should, but the server waits then.
    NoLineEnd,
    /// Refusals do not end as they should, and other replies do.
    UnendedRefusals,
    /// Another line stands behind each reply, or the same one again.
    LineBehind,
    /// Another line stands before each reply.
    LineBefore,
}

impl Usual {
    /// Its name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::DecimalPoint => "decimal-point",
            Self::ByteOrder => "byte-order",
            Self::BlanksBehind => "blanks-behind",
            Self::AnyCase => "any-case",
            Self::BareResult => "bare-result",
            Self::Greeting => "greeting",
            Self::NoLineEnd => "no-line-end",
            Self::UnendedRefusals => "unended-refusals",
            Self::LineBehind => "line-behind",
            Self::LineBefore => "line-before",
        }
    }
}

/// What a deviation costs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// The requirements, or cases, that fail for it.
    pub breaks: Vec<String>,
    /// The facts that cannot be tested under it; cases that need them are failed.
    #[serde(default)]
    pub without: BTreeSet<String>,
    /// The note that tells about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// One requirement of the document that the suite tests.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `FRAME-1`
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The section where it stands.
    pub section: String,
    /// Its sentence or sentences.
    pub text: Text,
    /// Why no case can test it, where none can: it cannot be seen from outside.
    #[serde(default)]
    pub untested: Option<Text>,
}

/// How cases become a grade.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Grading {
    /// What a point of a SHOULD weighs beside one of a MUST.
    pub should_weight: f64,
}

impl Default for Grading {
    fn default() -> Self {
        Self { should_weight: 0.5 }
    }
}

/// A file of cases.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// For the editor.
    #[serde(rename = "$schema", default)]
    pub schema: SchemaKey,
    /// Its name, which the ids of its cases begin with.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// A file of notes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// For the editor.
    #[serde(rename = "$schema", default)]
    pub schema: SchemaKey,
    /// The notes.
    pub notes: Vec<Note>,
}

/// A named diagnosis.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Its name, which `wrong` refers to.
    pub id: String,
    /// The bug in a few words.
    pub title: Text,
    /// What happened and why.
    pub text: Text,
    /// Where to look in the program.
    pub look: Text,
    /// The requirement that this mistake violates in whatever case it shows; without it, the one that the case is about.
    #[serde(default)]
    pub violates: Option<String>,
    /// What is said instead where the server speaks another protocol than the suite's own.
    #[serde(default)]
    pub elsewhere: Elsewhere,
}

/// The parts of a note that are said otherwise of another protocol; the others hold for all.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Elsewhere {
    /// The bug in a few words.
    pub title: Option<Text>,
    /// What happened and why.
    pub text: Option<Text>,
    /// Where to look in the program.
    pub look: Option<Text>,
}

impl Note {
    /// The note as it is told of another protocol.
    #[must_use]
    pub fn of_another_protocol(self) -> Self {
        let Self { id, title, text, look, violates, elsewhere } = self;
        Self {
            id,
            title: elsewhere.title.unwrap_or(title),
            text: elsewhere.text.unwrap_or(text),
            look: elsewhere.look.unwrap_or(look),
            violates,
            elsewhere: Elsewhere::default(),
        }
    }
}
