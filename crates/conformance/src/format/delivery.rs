//! How much of what is said goes out, and in how many writes.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

/// Which part of the messages is sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// The first half, which ends inside the message.
    Head,
    /// What `head` left.
    Tail,
}

/// Into how many writes the octets are divided.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Delivery {
    /// Where the cuts are.
    pub segments: Segments,
    /// The pause between two writes, in milliseconds.
    pub gap_ms: u64,
}

/// Where octets are cut into writes of their own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Segments {
    /// One write.
    #[default]
    One,
    /// `"bytes"`: each octet alone.
    Bytes,
    /// `"mid_message"`: a cut in the middle of every message, none between them.
    MidMessage,
    /// `[1, 3]`: cuts after so many octets.
    At(Vec<usize>),
}

impl<'de> Deserialize<'de> for Segments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SegmentsVisitor)
    }
}

struct SegmentsVisitor;

impl<'de> Visitor<'de> for SegmentsVisitor {
    type Value = Segments;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"bytes\", \"mid_message\", or the offsets of the cuts")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Segments, E> {
        match word {
            "bytes" => Ok(Segments::Bytes),
            "mid_message" => Ok(Segments::MidMessage),
            other => Err(E::unknown_variant(other, &["bytes", "mid_message"])),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, cuts: A) -> Result<Segments, A::Error> {
        let cuts: Vec<usize> = Vec::deserialize(SeqAccessDeserializer::new(cuts))?;
        if cuts.is_sorted_by(|a, b| a < b) {
            Ok(Segments::At(cuts))
        } else {
            Err(A::Error::custom("the offsets of the cuts have to rise"))
        }
    }
}
