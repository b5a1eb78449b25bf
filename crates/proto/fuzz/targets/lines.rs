//! However a stream is cut, the same lines come out of it: those that lie between its line feeds (FRAME-1 to FRAME-5).
#![no_main]

mod pieces;

use calc_proto::{Line, LineDecoder, MAX_LINE};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (stream, pieces) = pieces::cut(input);
    let mut expected = lines(stream);
    let mut decoder = LineDecoder::new();
    let mut ends_mid_line = false;
    for mut piece in pieces {
        while let Some(line) = decoder.next_line(&mut piece) {
            assert_eq!(Some(line), expected.next());
        }
        assert!(piece.is_empty());
        ends_mid_line = decoder.is_mid_line();
    }
    assert_eq!(expected.next(), None);
    assert_eq!(ends_mid_line, !stream.is_empty() && !stream.ends_with(b"\n"));
});

/// The same by looking at the whole.
fn lines(stream: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let complete = stream.iter().rposition(|octet| *octet == b'\n').map_or(0, |last| last + 1);
    stream[..complete].split_inclusive(|octet| *octet == b'\n').map(|line| {
        let line = &line[..line.len() - 1];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE { Line::TooLong } else { Line::Complete(line) }
    })
}
