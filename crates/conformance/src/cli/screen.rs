//! The one way to a terminal. Texts that others wrote (suites, dialects, rosters, names of files) lose on it what would move the
//! cursor, ring the bell or turn the line round.

use std::fmt::Display;
use std::io::{self, Write};

use crate::escape::tame;

/// A line on the standard output.
pub(super) fn say(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{}", tame(&line.to_string()))
}

/// A complaint on the standard error. Where that is closed, there is nobody to complain to.
pub(super) fn complain(what: impl Display) {
    faults(format_args!("conformance: {what}"));
}

/// The same about files, which are named in it.
pub(super) fn faults(what: impl Display) {
    drop(writeln!(io::stderr(), "{}", tame(&what.to_string())));
}

/// A terminal that is written line by line, or what stands in its place. Of all escape sequences only the styles of our reports pass.
#[derive(Debug)]
pub(super) struct Screen<W> {
    out: W,
    /// What has been written of a line that has not ended.
    begun: Vec<u8>,
}

/// Behind ESC: back to normal, bold, faint; red, green, yellow. In the hands of others they can do no more than colour a word.
const STYLES: [&str; 6] = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m"];

impl<W: Write> Screen<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, begun: Vec::new() }
    }
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(octets);
        if let Some(end) = self.begun.iter().rposition(|octet| *octet == b'\n') {
            let rest = self.begun.split_off(end + 1);
            let lines = std::mem::replace(&mut self.begun, rest);
            self.out.write_all(fit(&String::from_utf8_lossy(&lines)).as_bytes())?;
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.begun);
        self.out.write_all(fit(&String::from_utf8_lossy(&line)).as_bytes())?;
        self.out.flush()
    }
}

fn fit(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut fit = tame(pieces.next().unwrap_or_default());
    for piece in pieces {
        let style = STYLES.into_iter().find(|style| piece.starts_with(style)).unwrap_or_default();
        fit += if style.is_empty() { r"\u{1b}" } else { "\u{1b}" };
        fit += style;
        fit += &tame(&piece[style.len()..]);
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_pass_and_nothing_else_does() {
        for (pieces, shown) in [
            (&["\u{1b}[1m\u{1b}[31m✗\u{1b}[0m", " ñ\n"][..], "\u{1b}[1m\u{1b}[31m✗\u{1b}[0m ñ\n"),
            (&["a\u{1b}", "[31m", "b"], "a\u{1b}[31mb"),
            (&["\u{1b}[2J\u{1b}[7m\u{1b}\u{1b}", "\n\u{1b}"], "\\u{1b}[2J\\u{1b}[7m\\u{1b}\\u{1b}\n\\u{1b}"),
            (&["\u{1b}[31\u{7}m\u{1b}[1mx\r\n"], "\\u{1b}[31\\u{7}m\u{1b}[1mx\\u{d}\n"),
        ] {
            let mut screen = Screen::new(Vec::new());
            pieces.iter().for_each(|piece| screen.write_all(piece.as_bytes()).expect("a vector takes all"));
            screen.flush().expect("a vector takes all");
            assert_eq!(String::from_utf8_lossy(&screen.out), shown);
        }
    }
}
