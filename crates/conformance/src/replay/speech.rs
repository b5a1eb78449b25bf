//! What a `say` or a `send` puts on the wire, and where it is cut into writes.

use crate::dialect::{Dialect, Framed, Inexpressible};
use crate::format::{Message, Octets, Part, Segments, Transport};

/// Octets, and the offsets at which a new write begins.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Speech {
    pub(super) octets: Vec<u8>,
    /// How many messages end in it.
    pub(super) messages: usize,
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
        let framed =
            messages.iter().map(|message| dialect.speaking.framed(&dialect.speaking.words(message)?));
        let framed = framed.collect::<Result<Vec<_>, _>>()?;
        match dialect.transport {
            Transport::Tcp => Ok(Self::of_framed(&framed, part, segments)),
            // Each message is a datagram of its own.
            Transport::Udp => {
                let ends = framed.iter().scan(0, |end, message| {
                    *end += message.octets.len();
                    Some(*end)
                });
                Ok(Self::of_framed(&framed, part, &Segments::At(ends.collect())))
            }
        }
    }

    /// Messages that are framed already.
    pub(super) fn of_framed(messages: &[Framed], part: Part, segments: &Segments) -> Self {
        let (mut octets, mut middles, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let mut last_words = 0;
        for Framed { octets: message, words } in messages {
            middles.push(octets.len() + words.start + (words.len() / 2).max(1));
            last_words = octets.len() + words.end;
            octets.extend_from_slice(message);
            ends.push(octets.len());
        }
        // The head ends inside the message, never within or after its end.
        let middle = (last_words / 2).max(1).min(octets.len());
        let in_head = ends.partition_point(|end| *end <= middle);
        let (octets, messages) = match part {
            Part::Whole => (octets, ends.len()),
            Part::Head => (octets[..middle].to_vec(), in_head),
            Part::Tail => (octets[middle..].to_vec(), ends.len() - in_head),
        };
        Self::cut(octets, messages, segments, middles)
    }

    /// Raw octets.
    pub(super) fn of_octets(
        items: &[Octets],
        segments: &Segments,
        dialect: &Dialect,
    ) -> Result<Self, String> {
        let octets = items.iter().map(Octets::octets).collect::<Result<Vec<_>, _>>()?.concat();
        let messages = dialect.speaking.messages_in(&octets);
        Ok(Self::cut(octets, messages, segments, Vec::new()))
    }

    fn cut(octets: Vec<u8>, messages: usize, segments: &Segments, middles: Vec<usize>) -> Self {
        let mut cuts = match segments {
            Segments::One => Vec::new(),
            Segments::Bytes => (1..octets.len()).collect(),
            Segments::MidMessage => middles,
            Segments::At(cuts) => cuts.clone(),
        };
        cuts.retain(|cut| (1..octets.len()).contains(cut));
        Self { octets, messages, cuts }
    }

    /// The writes, one after the other.
    pub(super) fn writes(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.cuts.iter().copied());
        let ends = self.cuts.iter().copied().chain([self.octets.len()]);
        starts.zip(ends).map(|(start, end)| &self.octets[start..end])
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
