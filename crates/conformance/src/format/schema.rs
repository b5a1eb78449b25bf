//! The JSON Schemas of the fields whose reading is written by hand: what may stand in a short and in a long form.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::case::RawCalculate;
use super::dialect::Calculations;
use super::matcher::RawMatcher;
use super::message::{RawMessage, RawOctets, True};
use super::pack::{RawWording, Scalar};
use super::{EventName, Exchange, Matcher, Message, Octets, Segments, Step, When, Wording};
use crate::language::{RawText, Text};

/// One thing, or an array of them.
pub(super) struct OneOrMany<T>(std::marker::PhantomData<T>);

/// Implements the schema of a type by an expression over the generator.
macro_rules! schema {
    ($($type:ty, $name:literal: $schema:expr;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let schema: fn(&mut SchemaGenerator) -> Schema = $schema;
                schema(generator)
            }
        }
    )+};
}

schema! {
    Text, "Text": |generator| string_or(
        "A text: English alone, or one per language.",
        RawText::json_schema(generator),
    );
    Message, "Message": |generator| string_or(
        "A message: what it is written like (an operand, an operator, CLEAR, QUIT or HELLO, otherwise literal text), or an object.",
        with_one_property(RawMessage::json_schema(generator)),
    );
    Calculations, "Calculations": |generator| string_or(
        "A whole calculation in one message: for all operators, or an object with one for each.",
        std::collections::BTreeMap::<String, Wording>::json_schema(generator),
    );
    Wording, "Wording": |generator| string_or(
        "The words of a message: text, or binary fields.",
        RawWording::json_schema(generator),
    );
    Scalar, "Scalar": |_| json_schema!({
        "description": "A number, or a string such as \"{a}\".",
        "anyOf": [{"type": "number"}, {"type": "string"}]
    });
    Octets, "Octets": |generator| string_or(
        "Raw octets: the UTF-8 of a string, or an object.",
        RawOctets::json_schema(generator),
    );
    Matcher, "Matcher": |generator| string_or(
        "What a reply has to be: the name of a reply of the dialect, or an object.",
        without(RawMatcher::json_schema(generator), "event"),
    );
    When, "When": |generator| string_or(
        "The reply that came instead, or the event.",
        RawMatcher::json_schema(generator),
    );
    True, "True": |_| json_schema!({"const": true});
    super::matcher::Events, "Events": OneOrMany::<EventName>::json_schema;
    Segments, "Segments": |_| json_schema!({
        "description": "Where the octets are cut into writes of their own: after each of them, in the middle of each message, or at rising offsets.",
        "anyOf": [{"enum": ["bytes", "mid_message"]}, {"type": "array", "items": {"type": "integer", "minimum": 0}}]
    });
    Exchange, "Exchange": |generator| {
        let pair = [generator.subschema_for::<Message>(), generator.subschema_for::<Matcher>()];
        let calculate = RawCalculate::json_schema(generator);
        json_schema!({
            "description": "A message and its reply, or a whole calculation.",
            "anyOf": [{"type": "array", "prefixItems": pair, "items": false, "minItems": 2}, calculate]
        })
    };
    Step, "Step": super::raw_step::RawStep::json_schema;
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one.clone(), {"type": "array", "items": one}]})
    }
}

fn string_or(description: &str, object: Schema) -> Schema {
    json_schema!({"description": description, "anyOf": [{"type": "string"}, object]})
}

fn with_one_property(mut object: Schema) -> Schema {
    object.insert("minProperties".to_owned(), 1.into());
    object.insert("maxProperties".to_owned(), 1.into());
    object
}

fn without(mut object: Schema, property: &str) -> Schema {
    if let Some(properties) = object.get_mut("properties").and_then(|properties| properties.as_object_mut()) {
        properties.remove(property);
    }
    object
}
