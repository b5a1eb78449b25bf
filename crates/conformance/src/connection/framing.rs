//! How one reply is found in what was received. One read is never taken for one reply.

use std::ops::Range;

use crate::format::{Extent, Header, Length, NoNumber, Receive, Span, last_delimiter};

/// Where a reply stands at the beginning of what was received.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Boundary {
    /// Here.
    Reply {
        /// How many octets it takes with what ends it or stands before it.
        total: usize,
        /// What of them the reply is.
        words: Range<usize>,
    },
    /// More octets than a reply may have.
    TooLong,
    /// The beginning of a reply, or nothing.
    Incomplete,
}

/// Whether nothing more has come for as long as ends a reply, or nothing more can come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quiet {
    /// For as long as ends a reply.
    Yes,
    /// The server has closed.
    Closed,
    /// Something may yet come.
    NotYet,
}

/// Finds the first reply in octets.
pub(super) fn boundary(framing: &Receive, octets: &[u8], quiet: Quiet) -> Boundary {
    match framing {
        Receive::Delimited { delimiter, strip, count, quiet_ms, max } => {
            match delimited(octets, delimiter, strip, *count, *max) {
                Boundary::Incomplete if quiet_ms.is_some() && quiet == Quiet::Yes => all(octets),
                found => found,
            }
        }
        Receive::Quiet { max, .. } | Receive::UntilClose { max } | Receive::Datagram { max }
            if octets.len() > *max =>
        {
            Boundary::TooLong
        }
        Receive::Quiet { .. } => match quiet {
            Quiet::Yes | Quiet::Closed => all(octets),
            Quiet::NotYet => Boundary::Incomplete,
        },
        Receive::UntilClose { .. } => match quiet {
            Quiet::Closed => all(octets),
            Quiet::Yes | Quiet::NotYet => Boundary::Incomplete,
        },
        // Given one datagram, which may be empty.
        Receive::Datagram { .. } => Boundary::Reply { total: octets.len(), words: 0..octets.len() },
        Receive::Fixed(length) if octets.len() >= *length => {
            Boundary::Reply { total: *length, words: 0..*length }
        }
        Receive::Fixed(_) => Boundary::Incomplete,
        Receive::Length { length, words, max } => counted(octets, length, *words, *max),
        Receive::Header { header, words, max } => headed(octets, header, *words, *max),
        Receive::UntilLine { last, max } => until_line(octets, last, *max),
    }
}

fn all(octets: &[u8]) -> Boundary {
    if octets.is_empty() {
        Boundary::Incomplete
    } else {
        Boundary::Reply { total: octets.len(), words: 0..octets.len() }
    }
}

fn delimited(octets: &[u8], delimiter: &[u8], strip: &[u8], count: u32, max: usize) -> Boundary {
    let longest = max + strip.len() + delimiter.len();
    let window = &octets[..octets.len().min(longest)];
    let Some(end) = last_delimiter(window, delimiter, count) else {
        return if octets.len() >= longest { Boundary::TooLong } else { Boundary::Incomplete };
    };
    let words =
        if strip.is_empty() { end } else { octets[..end].strip_suffix(strip).map_or(end, <[u8]>::len) };
    if words > max {
        return Boundary::TooLong;
    }
    Boundary::Reply { total: end + delimiter.len(), words: 0..words }
}

/// What is no length where one is due is a reply of its own, which is none that could be due.
fn counted(octets: &[u8], length: &Length, words: Span, max: usize) -> Boundary {
    match length.decode(octets) {
        Ok(Some(Extent { head, total })) => behind(head, total, &length.then, octets, words, max),
        Ok(None) => Boundary::Incomplete,
        Err(NoNumber { octets }) => Boundary::Reply { total: octets, words: 0..octets },
    }
}

/// Lines of which none says a length are a reply of their own, which is none that could be due.
fn headed(octets: &[u8], header: &Header, words: Span, max: usize) -> Boundary {
    let end = header.end();
    let Some(lines) = octets.windows(end.len()).position(|octets| octets == end) else {
        return if octets.len() > max { Boundary::TooLong } else { Boundary::Incomplete };
    };
    let head = lines + end.len();
    match header.decode(&octets[..lines]) {
        Some(length) => behind(head, length.saturating_add(head as u64), &[], octets, words, max),
        None => Boundary::Reply { total: head, words: 0..lines },
    }
}

/// A reply of `total` octets, of which `head` say so and the last ones are `then`. Where others stand in the place of these,
/// they are words.
fn behind(head: usize, total: u64, then: &[u8], octets: &[u8], words: Span, max: usize) -> Boundary {
    match usize::try_from(total) {
        // A length that counts itself and is shorter than itself is as wrong as one that is too long.
        Ok(total) if (head + then.len()..=max).contains(&total) => {
            let Some(reply) = octets.get(..total) else { return Boundary::Incomplete };
            let start = match words {
                Span::Body => head,
                Span::All => 0,
            };
            let end = reply.strip_suffix(then).map_or(total, <[u8]>::len);
            Boundary::Reply { total, words: start..end }
        }
        Ok(_) | Err(_) => Boundary::TooLong,
    }
}

fn until_line(octets: &[u8], last: &[u8], max: usize) -> Boundary {
    let mut start = 0;
    while let Some(length) = octets[start..].iter().position(|octet| *octet == b'\n') {
        let line = &octets[start..start + length];
        let end = start + length + 1;
        if end > max {
            return Boundary::TooLong;
        }
        if line.strip_suffix(b"\r").unwrap_or(line) == last {
            let words = octets[..start].strip_suffix(b"\n").unwrap_or(&octets[..start]);
            let words = words.strip_suffix(b"\r").unwrap_or(words);
            return Boundary::Reply { total: end, words: 0..words.len() };
        }
        start = end;
    }
    if octets.len() > max { Boundary::TooLong } else { Boundary::Incomplete }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a stream: replies, each with what ends it or stands before it.
    type Found = (&'static str, &'static str);

    fn framing(json: &str) -> Receive {
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    /// All replies in a stream that arrives in pieces of `size` and then ends.
    fn found(stream: &[u8], size: usize, framing: &Receive) -> Vec<(String, String)> {
        let (mut octets, mut found) = (Vec::new(), Vec::new());
        let pieces =
            stream.chunks(size).map(|piece| (piece, Quiet::NotYet)).chain([(&[][..], Quiet::Closed)]);
        let shown = |octets: &[u8]| octets.escape_ascii().to_string();
        for (piece, quiet) in pieces {
            octets.extend_from_slice(piece);
            loop {
                match boundary(framing, &octets, quiet) {
                    Boundary::Incomplete => break,
                    Boundary::TooLong => {
                        found.push(("too long".to_owned(), String::new()));
                        return found;
                    }
                    Boundary::Reply { total, words } => {
                        found.push((shown(&octets[words]), shown(&octets[..total])));
                        octets.drain(..total);
                    }
                }
            }
        }
        found
    }

    #[test]
    fn replies_are_the_same_however_they_were_cut() {
        let too_long: &[Found] = &[("too long", "")];
        let rows: [(&str, &[u8], &[Found]); 35] = [
            (
                r#"{"delimiter": "\n", "strip": "\r", "count": 2}"#,
                b"OK\r\n= 3\r\n\n\nOK\n",
                &[("OK\\r\\n= 3", "OK\\r\\n= 3\\r\\n"), ("\\n", "\\n\\n")],
            ),
            (
                r#"{"delimiter": "\n", "strip": "\r", "max": 8}"#,
                b"OK\nOK\r\n\nRESULT 3\n\r\r\nrest",
                &[
                    ("OK", "OK\\n"),
                    ("OK", "OK\\r\\n"),
                    ("", "\\n"),
                    ("RESULT 3", "RESULT 3\\n"),
                    ("\\r", "\\r\\r\\n"),
                ],
            ),
            (
                r#"{"delimiter": "\n", "strip": "\r", "max": 8}"#,
                b"12345678\r\n",
                &[("12345678", "12345678\\r\\n")],
            ),
            (r#"{"delimiter": "\n", "strip": "\r", "max": 8}"#, b"123456789\n", too_long),
            (r#"{"delimiter": "\n", "strip": "\r", "max": 8}"#, b"1234567890123", too_long),
            (r#"{"delimiter": "END"}"#, b"aENbENDEND", &[("aENb", "aENbEND"), ("", "END")]),
            (r#"{"delimiter": {"hex": "00"}}"#, b"3\x004\x005", &[("3", "3\\x00"), ("4", "4\\x00")]),
            (r#"{"until_close": true}"#, b"RESULT\n3", &[("RESULT\\n3", "RESULT\\n3")]),
            (r#"{"until_close": true, "max": 3}"#, b"1234", too_long),
            (r#"{"quiet_ms": 50}"#, b"OK", &[("OK", "OK")]),
            (r#"{"fixed": 4}"#, b"12345678901", &[("1234", "1234"), ("5678", "5678")]),
            (r#"{"length": {"width": 1}}"#, b"\x023!\x00\x01", &[("3!", "\\x023!"), ("", "\\x00")]),
            (r#"{"length": {"width": 2}}"#, b"\x00\x014\x00", &[("4", "\\x00\\x014")]),
            (r#"{"length": {"width": 2, "endian": "little"}}"#, b"\x01\x0042\x00", &[("4", "\\x01\\x004")]),
            (
                r#"{"length": {"width": 4, "endian": "little"}}"#,
                b"\x02\0\0\x0042",
                &[("42", "\\x02\\x00\\x00\\x0042")],
            ),
            (
                r#"{"length": {"width": 1, "counts": "all"}}"#,
                b"\x0342\x01",
                &[("42", "\\x0342"), ("", "\\x01")],
            ),
            (r#"{"length": {"width": 1, "counts": "all"}}"#, b"\x0042", too_long),
            (
                r#"{"length": {"width": 1, "offset": 2}, "words": "all"}"#,
                b"AB\x013C",
                &[("AB\\x013", "AB\\x013")],
            ),
            (r#"{"length": {"width": 4}}"#, b"\xff\xff\xff\xff", too_long),
            (r#"{"length": {"digits": 4}}"#, b"0003= 5  1 3", &[("= 5", "0003= 5"), ("3", "  1 3")]),
            (
                r#"{"length": {"digits": 3, "fill": "blanks-behind"}}"#,
                b"3  = 51\0\x003",
                &[("= 5", "3  = 5"), ("3", "1\\x00\\x003")],
            ),
            (r#"{"length": {"digits": 2}}"#, b"OK+1-1", &[("OK", "OK"), ("+1", "+1"), ("-1", "-1")]),
            (
                r#"{"length": {"digits": 2, "base": 16, "counts": "all"}}"#,
                b"0A12345678",
                &[("12345678", "0A12345678")],
            ),
            (r#"{"length": {"digits": 4}}"#, b"9999", too_long),
            (
                r#"{"length": {"until": ":", "then": ","}}"#,
                b"3:= 5,0:,1:3;",
                &[("= 5", "3:= 5,"), ("", "0:,"), ("3;", "1:3;")],
            ),
            (
                r#"{"length": {"until": "\r\n", "base": 16, "then": "\r\n"}, "words": "all"}"#,
                b"a\r\n0123456789\r\n",
                &[("a\\r\\n0123456789", "a\\r\\n0123456789\\r\\n")],
            ),
            (
                r#"{"length": {"until": " "}}"#,
                b"x 12345678901",
                &[("x ", "x "), ("12345678901", "12345678901")],
            ),
            (
                r#"{"header": {"name": "Content-Length"}}"#,
                b"Content-Length: 2\r\n\r\n= 5\r\ncontent-length:0\r\n\r\nContent-Length: 1\r\n",
                &[("= ", "Content-Length: 2\\r\\n\\r\\n= "), ("", "5\\r\\ncontent-length:0\\r\\n\\r\\n")],
            ),
            (
                r#"{"header": {"name": "Length", "line_end": "\n"}, "words": "all"}"#,
                b"HTTP/1.0 200 OK\nLENGTH:  3 \nType: x\n\n1\n3",
                &[(
                    "HTTP/1.0 200 OK\\nLENGTH:  3 \\nType: x\\n\\n1\\n3",
                    "HTTP/1.0 200 OK\\nLENGTH:  3 \\nType: x\\n\\n1\\n3",
                )],
            ),
            (
                r#"{"header": {"name": "L"}}"#,
                b"L: many\r\n\r\nL: 1\r\n\r\n3",
                &[("L: many", "L: many\\r\\n\\r\\n"), ("3", "L: 1\\r\\n\\r\\n3")],
            ),
            (r#"{"header": {"name": "L"}, "max": 9}"#, b"L: 2\r\n\r\n33", too_long),
            (r#"{"header": {"name": "L"}, "max": 9}"#, b"what is this?", too_long),
            (r#"{"until_line": "."}"#, b"a\nb.\n.\r\n.\nc", &[("a\\nb.", "a\\nb.\\n.\\r\\n"), ("", ".\\n")]),
            (r#"{"until_line": "END", "max": 6}"#, b"12\nEND\n", too_long),
            (r#"{"until_line": "END", "max": 6}"#, b"1234567", too_long),
        ];
        for (json, stream, expected) in rows {
            let expected: Vec<_> =
                expected.iter().map(|(words, raw)| ((*words).to_owned(), (*raw).to_owned())).collect();
            for size in 1..=stream.len() {
                assert_eq!(found(stream, size, &framing(json)), expected, "{json} in pieces of {size}");
            }
        }
    }

    #[test]
    fn framings_that_make_no_sense() {
        for (json, fault) in [
            (
                "{}",
                "the end of a reply needs one of `delimiter`, `quiet_ms`, `until_close`, `fixed`, `datagram`, `length`, `header`, `until_line`",
            ),
            (r#"{"delimiter": ""}"#, "an empty `delimiter` ends nothing"),
            (r#"{"quiet_ms": 5, "strip": "x"}"#, "`strip` belongs to `delimiter`"),
            (r#"{"quiet_ms": 5, "count": 2}"#, "`count` belongs to `delimiter`"),
            (r#"{"delimiter": "\n", "quiet_ms": 0}"#, "`quiet_ms` is from 1 to 60000"),
            (r#"{"delimiter": "\n", "count": 0}"#, "`count` is from 1 to 100"),
            (r#"{"fixed": 0}"#, "0 octets leave no room for a reply"),
            (r#"{"length": {"width": 3}}"#, "a length has 1, 2 or 4 octets, not 3; in text it has `digits`"),
            (r#"{"length": {"digits": 11}}"#, "a length has 1 to 10 digits"),
            (r#"{"length": {"digit": 4}}"#, "unknown field `digit`"),
            (r#"{"length": {"digits": 4, "fill": "zeroes"}}"#, "unknown variant `zeroes`"),
            (r#"{"length": {"digits": 4, "endian": "big"}}"#, "`endian` belongs to `width`"),
            (r#"{"length": {"width": 2, "base": 16}}"#, "`base` belongs to `digits` or `until`"),
            (r#"{"length": {"digits": 4, "base": 8}}"#, "the base of a length is 10 or 16, not 8"),
            (r#"{"length": {"until": ":", "fill": "zeros"}}"#, "`fill` belongs to `digits`"),
            (r#"{"length": {"until": "0"}}"#, "`until` begins with something that is no digit"),
            (r#"{"length": {}}"#, "a length needs one of `width`, `digits`, `until`"),
            (r#"{"fixed": 4, "words": "all"}"#, "`words` belongs to `length` or `header`"),
            (r#"{"header": {"name": "a b"}}"#, "`a b` is no name of a header"),
            (r#"{"header": {"name": "L", "line_end": "\r"}}"#, "unknown variant `\r`"),
        ] {
            let error = serde_json::from_str::<Receive>(json).expect_err(json).to_string();
            assert!(error.starts_with(fault), "{json}: {error}");
        }
    }
}
