//! How an input says into which pieces its stream is cut.

/// The first octet says how many follow that give the pieces' lengths, in turn; the rest is the stream.
pub fn cut(input: &[u8]) -> (&[u8], impl Iterator<Item = &[u8]>) {
    let (count, rest) = input.split_first().map_or((0, input), |(count, rest)| (usize::from(*count), rest));
    let (lengths, stream) = rest.split_at(count.min(rest.len()));
    let mut lengths = lengths.iter().cycle();
    let mut remaining = stream;
    let pieces = std::iter::from_fn(move || {
        let length = lengths.next().map_or(usize::MAX, |length| usize::from(*length).max(1));
        let (piece, rest) = remaining.split_at(length.min(remaining.len()));
        remaining = rest;
        (!piece.is_empty()).then_some(piece)
    });
    (stream, pieces)
}
