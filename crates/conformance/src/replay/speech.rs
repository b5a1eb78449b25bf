//! What a `say` or a `send` puts on the wire, and where it is cut into writes.

use crate::dialect::{Dialect, Inexpressible};
use crate::format::{Message, Octets, Part, Segments};

/// Octets, and the offsets at which a new write begins.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Speech {
    pub(super) octets: Vec<u8>,
    cuts: Vec<usize>,
}

impl Speech {
    /// Messages in the words and the frame of a dialect.
    pub(super) fn of_messages(
        messages: &[Message],
        part: Part,
        segments: &Segments,
        dialect: &Dialect,
    ) -> Result<Self, Inexpressible> {
        let mut octets = Vec::new();
        let mut middles = Vec::new();
        for message in messages {
            let words = dialect.speaking.words(message)?;
            middles.push(octets.len() + (words.len() / 2).max(1));
            octets.extend_from_slice(&words);
            octets.extend_from_slice(dialect.speaking.delimiter());
        }
        // The head ends inside the message, never within or after its end.
        let words = octets.len() - dialect.speaking.delimiter().len().min(octets.len());
        let middle = (words / 2).max(1).min(octets.len());
        let octets = match part {
            Part::Whole => octets,
            Part::Head => octets[..middle].to_vec(),
            Part::Tail => octets[middle..].to_vec(),
        };
        Ok(Self::cut(octets, segments, middles))
    }

    /// Raw octets.
    pub(super) fn of_octets(items: &[Octets], segments: &Segments) -> Result<Self, String> {
        let octets = items.iter().map(Octets::octets).collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Self::cut(octets, segments, Vec::new()))
    }

    fn cut(octets: Vec<u8>, segments: &Segments, middles: Vec<usize>) -> Self {
        let mut cuts = match segments {
            Segments::One => Vec::new(),
            Segments::Bytes => (1..octets.len()).collect(),
            Segments::MidMessage => middles,
            Segments::At(cuts) => cuts.clone(),
        };
        cuts.retain(|cut| (1..octets.len()).contains(cut));
        Self { octets, cuts }
    }

    /// The writes, one after the other.
    pub(super) fn writes(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.cuts.iter().copied());
        let ends = self.cuts.iter().copied().chain([self.octets.len()]);
        starts.zip(ends).map(|(start, end)| &self.octets[start..end])
    }

    /// How many messages end in it, by the dialect's delimiter; where there is none, each speech is one message.
    pub(super) fn messages(&self, delimiter: &[u8]) -> usize {
        if delimiter.is_empty() {
            return 1;
        }
        self.octets.windows(delimiter.len()).filter(|octets| *octets == delimiter).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect() -> std::sync::Arc<Dialect> {
        crate::testing::suite("").dialect
    }

    fn writes(messages: &[&str], part: Part, segments: Segments) -> Vec<String> {
        let messages: Vec<_> = messages.iter().map(|text| Message::from((*text).to_owned())).collect();
        let speech = Speech::of_messages(&messages, part, &segments, &dialect()).expect("CALC/1 can say it");
        speech.writes().map(|write| String::from_utf8_lossy(write).into_owned()).collect()
    }

    #[test]
    fn messages_are_cut_where_the_case_says() {
        use Part::{Head, Tail, Whole};
        use Segments::{At, Bytes, MidMessage, One};
        let rows: [(&[&str], Part, Segments, &[&str]); 9] = [
            (&["30", "+"], Whole, One, &["30\n+\n"]),
            (&["30", "+"], Whole, Bytes, &["3", "0", "\n", "+", "\n"]),
            (&["30", "+"], Whole, MidMessage, &["3", "0\n+", "\n"]),
            (&["1200"], Whole, At(vec![1, 3, 9]), &["1", "20", "0\n"]),
            (&["12"], Head, One, &["1"]),
            (&["12"], Tail, One, &["2\n"]),
            (&["5"], Head, One, &["5"]),
            (&["5"], Tail, One, &["\n"]),
            (&["12", "30"], Tail, Bytes, &["\n", "3", "0", "\n"]),
        ];
        for (messages, part, segments, expected) in rows {
            assert_eq!(
                writes(messages, part, segments.clone()),
                expected,
                "{messages:?} {part:?} {segments:?}"
            );
        }
    }
}
