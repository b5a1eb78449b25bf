//! The JSON Schemas of the files, generated from the types that read them, so that an editor knows every field.

use schemars::transform::RecursiveTransform;
use schemars::{Schema, generate::SchemaSettings};
use serde_json::Value;

use crate::format;
use crate::report::document::Document;

/// A kind of file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Kind {
    /// suite.json, or a whole suite in one file
    Suite,
    /// A file of cases
    Chapter,
    /// A protocol
    Dialect,
    /// Named diagnoses
    Notes,
    /// What --report json=PATH writes
    Report,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Suite, Self::Chapter, Self::Dialect, Self::Notes, Self::Report];

    /// Its name, as in `schemas/suite.json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suite => "suite",
            Self::Chapter => "chapter",
            Self::Dialect => "dialect",
            Self::Notes => "notes",
            Self::Report => "report",
        }
    }

    /// The schema of such a file.
    #[must_use]
    pub fn schema(self) -> Value {
        let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
        let generator = settings.into_generator();
        let schema = match self {
            Self::Suite => generator.into_root_schema_for::<format::Suite>(),
            Self::Chapter => generator.into_root_schema_for::<format::Chapter>(),
            Self::Dialect => generator.into_root_schema_for::<format::Dialect>(),
            Self::Notes => generator.into_root_schema_for::<format::Notes>(),
            Self::Report => generator.into_root_schema_for::<Document>(),
        };
        schema.into()
    }

    /// The schema as it is printed and kept.
    #[must_use]
    pub fn text(self) -> String {
        format!("{:#}\n", self.schema())
    }
}

/// A field that may be left out is never `null`: whoever writes `null` means something else.
fn without_null(schema: &mut Schema) {
    let null = Value::from("null");
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| *name != null);
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type") != Some(&null));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            only.into_iter().for_each(|(key, value)| drop(schema.insert(key, value)));
        }
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_may_be_null() {
        for kind in Kind::ALL {
            assert!(!kind.text().contains("null"), "{kind:?}");
        }
    }
}
