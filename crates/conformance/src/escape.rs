//! What a server sent, made fit for a terminal: nothing of it may move the cursor, ring the bell or pass for our own text.

use std::fmt::Write as _;

/// The octets as text: printable ASCII and Latin letters as they are, everything else escaped.
#[must_use]
pub fn printable(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_char(&mut text, c));
        chunk.invalid().iter().for_each(|octet| push_octet(&mut text, *octet));
    }
    text
}

/// A line of text, with all escaped that [`printable`] escapes but for tabs and backslashes, which a program may well print.
#[must_use]
pub fn printable_line(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    line.chars().for_each(|c| match c {
        '\t' => text.push_str("    "),
        '\\' => text.push(c),
        c => push_char(&mut text, c),
    });
    text
}

/// Whether [`printable`] shows them well enough, so that nobody needs them in hexadecimal.
#[must_use]
pub fn is_plain(octets: &[u8]) -> bool {
    let is_plain = |c: char| matches!(c, '\n' | '\r' | '\t') || is_harmless(c);
    std::str::from_utf8(octets).is_ok_and(|text| text.chars().all(is_plain))
}

/// A text of a suite made fit for any format and for a terminal: control characters, what turns the direction of a line round and
/// what XML has no way to write are escaped; the line feed stays.
#[must_use]
pub fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => tamed.push(c),
            c if c.is_control() || is_wild(c) => tamed.extend(c.escape_unicode()),
            c => tamed.push(c),
        }
    }
    tamed
}

/// A report that is to be shown. Where it is JSON, nobody has escaped in it what lies beyond ASCII, and there `\u` and four digits stand for
/// the same; in reports of other kinds nothing of that sort is left.
#[must_use]
pub fn json_for_terminals(text: &str) -> String {
    let mut fit = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\u{7F}'..='\u{9F}') || is_wild(c) {
            // Writing to a string cannot fail.
            let _ = write!(fit, "\\u{:04x}", u32::from(c));
        } else {
            fit.push(c);
        }
    }
    fit
}

/// The overrides and isolates of bidirectional text, and two that XML does not know.
const fn is_wild(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
}

/// A cell that a spreadsheet takes for text: one that begins like a formula, which somebody else may have written, is quoted.
#[must_use]
pub fn cell(text: &str) -> String {
    let text = tame(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

/// The octets that a text stands for, with escapes in it as [`printable`] writes them.
///
/// # Errors
/// What stands behind a backslash and has no meaning there.
pub fn octets(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        octets.extend_from_slice(plain.as_bytes());
        let (octet, length) = unescaped(escaped)
            .ok_or_else(|| format!(r"`\{escaped}` is no escape: write \n, \r, \t, \\ or \x00"))?;
        octets.push(octet);
        rest = &escaped[length..];
    }
    octets.extend_from_slice(rest.as_bytes());
    Ok(octets)
}

/// What the characters behind a backslash stand for, and how many they are.
fn unescaped(escaped: &str) -> Option<(u8, usize)> {
    match escaped.as_bytes() {
        [b'n', ..] => Some((b'\n', 1)),
        [b'r', ..] => Some((b'\r', 1)),
        [b't', ..] => Some((b'\t', 1)),
        [b'\\', ..] => Some((b'\\', 1)),
        [b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            u8::from_str_radix(escaped.get(1..3)?, 16).ok().map(|octet| (octet, 3))
        }
        _ => None,
    }
}

/// The octets in hexadecimal, `4F 4B 0A`.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02X}")).collect();
    pairs.join(" ")
}

fn push_char(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\\' => text.push_str("\\\\"),
        c if is_harmless(c) => text.push(c),
        c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|octet| push_octet(text, octet)),
    }
}

fn push_octet(text: &mut String, octet: u8) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\\x{octet:02X}");
}

/// Printable ASCII, and the letters of Latin-1 and Latin Extended-A, which replies in Spanish and its neighbours use. Other
/// scripts may run right to left or combine with what stands before.
fn is_harmless(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic() || matches!(c, '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{17F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_characters_come_through() {
        for (octets, text, plain) in [
            (&b"OK\n"[..], "OK\\n", true),
            (b"a\\b\r\t", "a\\\\b\\r\\t", true),
            (b"\x1b[2J\x07\0\x7f", "\\x1B[2J\\x07\\x00\\x7F", false),
            (b"\xff\xfe", "\\xFF\\xFE", false),
            ("división".as_bytes(), "división", true),
            ("\u{202e}abc\u{ad}\u{9b}".as_bytes(), "\\xE2\\x80\\xAEabc\\xC2\\xAD\\xC2\\x9B", false),
            (b"", "", true),
        ] {
            assert_eq!(printable(octets), text);
            assert_eq!(super::octets(text).as_deref(), Ok(octets));
            assert_eq!(is_plain(octets), plain, "{text}");
        }
        let shown = printable(&(0..=255).collect::<Vec<u8>>());
        assert!(shown.chars().all(is_harmless), "{shown}");
    }

    #[test]
    fn what_stands_behind_a_backslash_has_a_meaning() {
        assert_eq!(octets(r"\x0A\x7fñ").as_deref(), Ok("\n\x7fñ".as_bytes()));
        for text in [r"\", r"\x", r"\x1", r"\xgg", r"\x+1", r"\xñ", r"a\0", r"\q"] {
            assert!(octets(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_keeps_its_letters_and_loses_its_controls() {
        for (text, tamed) in [
            ("a\tb\0\u{9b}\u{ffff}\r\nñ→", "a\\u{9}b\\u{0}\\u{9b}\\u{ffff}\\u{d}\nñ→"),
            ("\u{202e}txt.\u{2066}李雷 שלום", "\\u{202e}txt.\\u{2066}李雷 שלום"),
        ] {
            assert_eq!(tame(text), tamed);
        }
    }

    #[test]
    fn json_says_the_same_without_what_a_terminal_obeys() {
        let json = "{\"a\": \"\u{9b}31m\u{202e}ñ李\u{7f}\"}\n";
        let fit = json_for_terminals(json);
        assert_eq!(fit, "{\"a\": \"\\u009b31m\\u202eñ李\\u007f\"}\n");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
        assert_eq!(read(&fit), read(json));
    }

    #[test]
    fn hexadecimal_pairs() {
        assert_eq!(hex(b"OK\n"), "4F 4B 0A");
    }
}
