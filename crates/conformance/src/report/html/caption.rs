//! The words above an arrow: short lines, and octets told from the signs that stand for them.

use crate::language::Language;
use crate::report::document::Entry;
use crate::report::phrase::Phrase;

/// Characters in a line: as many as fit on a telephone.
const MOST_IN_LINE: usize = 28;

/// Lines of a caption; the text under the diagram has more of it.
const MOST_LINES: usize = 3;

/// What stands above an arrow.
pub(super) struct Caption {
    /// At least one.
    pub(super) lines: Vec<Vec<Token>>,
    pub(super) kind: Kind,
    /// All of it, where the lines have only its beginning.
    pub(super) in_full: Option<String>,
}

/// Whose words it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Octets on the wire.
    Octets,
    /// Ours, about what happened.
    Remark,
}

/// Some text that is not broken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Token {
    Plain(String),
    /// A sign such as `\n` for an octet that has no letter.
    Escape(String),
}

impl Caption {
    /// The caption of an entry; with a name, where the line does not say whose it is.
    pub(super) fn of(entry: &Entry, name: Option<&str>, language: Language) -> Self {
        let named = name.map(|name| format!("{name}: {}", entry.text));
        let mut lines = lines(named.as_deref().unwrap_or(&entry.text));
        let is_cut = lines.len() > MOST_LINES;
        if is_cut {
            // How long it is may be what matters; its own end is under the diagram.
            let rest = match entry.length {
                Some(octets) => Phrase::OctetsInAll.with(language, &["", &octets.to_string()]),
                None => "…".to_owned(),
            };
            lines.truncate(MOST_LINES - 1);
            lines.push(vec![Token::Plain(rest.trim_start().to_owned())]);
        }
        let kind = if entry.length.is_some() { Kind::Octets } else { Kind::Remark };
        Self { lines, kind, in_full: is_cut.then(|| entry.text.clone()) }
    }
}

/// The text in lines, broken behind a blank where there is one, and never within an escape.
fn lines(text: &str) -> Vec<Vec<Token>> {
    let (mut full, mut line, mut rest) = (Vec::new(), String::new(), text);
    while let Some(token) = first_token(rest) {
        rest = &rest[token.len()..];
        if line.chars().count() + token.chars().count() > MOST_IN_LINE {
            let next = match line.rfind(' ') {
                // A blank near the beginning would leave the line almost empty.
                Some(blank) if blank > MOST_IN_LINE / 2 => line.split_off(blank + 1),
                Some(_) | None => String::new(),
            };
            full.push(std::mem::replace(&mut line, next));
        }
        line.push_str(token);
    }
    full.push(line);
    full.iter().map(|line| tokens(line)).collect()
}

/// Plain text and escapes in turn.
fn tokens(mut line: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    while let Some(first) = first_token(line) {
        line = &line[first.len()..];
        match (first.starts_with('\\'), tokens.last_mut()) {
            (true, Some(Token::Escape(before))) | (false, Some(Token::Plain(before))) => {
                before.push_str(first)
            }
            (true, Some(Token::Plain(_)) | None) => tokens.push(Token::Escape(first.to_owned())),
            (false, Some(Token::Escape(_)) | None) => tokens.push(Token::Plain(first.to_owned())),
        }
    }
    tokens
}

/// A character, or an escape as [`printable`](crate::escape::printable) writes it.
fn first_token(text: &str) -> Option<&str> {
    let length = match text.as_bytes() {
        [b'\\', b'x', ..] => 4,
        [b'\\', ..] => 2,
        _ => text.chars().next()?.len_utf8(),
    };
    text.get(..length).or(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::{Happening, Side};

    fn plain(lines: &[Vec<Token>]) -> Vec<String> {
        let text = |token: &Token| match token {
            Token::Plain(text) | Token::Escape(text) => text.clone(),
        };
        lines.iter().map(|line| line.iter().map(text).collect()).collect()
    }

    #[test]
    fn captions_are_broken_at_blanks_and_never_within_an_escape() {
        let long = "x".repeat(27);
        for (text, expected) in [
            ("OK\\n", vec!["OK\\n"]),
            ("", vec![""]),
            (
                "FAIL division-by-zero the divisor is zero\\n",
                vec!["FAIL division-by-zero the ", "divisor is zero\\n"],
            ),
            (&format!("{long}\\x1By"), vec![&long, "\\x1By"]),
            (&"ñ".repeat(29), vec![&"ñ".repeat(28), "ñ"]),
            ("\\", vec!["\\"]),
        ] {
            assert_eq!(plain(&lines(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_long_message_says_how_long_it_is() {
        let entry = |length| Entry {
            at_us: 0,
            connection: "c".to_owned(),
            from: Side::Client,
            event: Happening::Message,
            text: "x".repeat(100),
            hex: None,
            length,
        };
        let lines = |entry, language| plain(&Caption::of(&entry, None, language).lines);
        let two = ["x".repeat(28), "x".repeat(28)];
        assert_eq!(
            lines(entry(Some(100)), Language::En),
            [&two[..], &["… (100 octets)".to_owned()]].concat()
        );
        assert_eq!(lines(entry(Some(100)), Language::Es)[2], "… (100 octetos)");
        assert_eq!(lines(entry(None), Language::En)[2], "…");
    }

    #[test]
    fn escapes_stand_apart() {
        let (plain, escape) = (|t: &str| Token::Plain(t.to_owned()), |t: &str| Token::Escape(t.to_owned()));
        assert_eq!(
            tokens("a\\r\\nb\\\\n"),
            [plain("a"), escape("\\r\\n"), plain("b"), escape("\\\\"), plain("n")]
        );
    }
}
