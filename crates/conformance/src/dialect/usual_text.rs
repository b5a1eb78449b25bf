//! The usual deviations of servers whose replies are text.

use std::collections::BTreeMap;

use super::{FAIL, RESULT};
use crate::format::{Dialect, Form, Receive, Relaxation, Reply, Transport};
use crate::language::Text;

/// What programs leave behind a text: the blank of a `print`, the line end of a `readline`, the NUL of C.
const LEFT_BEHIND: &str = r"[ \t\r\n\x00]+";

/// A number, and words before it that say what it is, or a code of three digits.
const LABELLED: &str = r"(?:[A-Za-z0-9 ]*[:=] *|[A-Za-z ]+ |[0-9]{3} |= *)?(?<number>[-+.]?[0-9][^ \r\n]*)";

/// After a reply that does not end, a server waits for longer than this.
const QUIET_MS: u64 = 50;

pub(super) fn blanks_behind(dialect: &Dialect) -> Option<Relaxation> {
    let deviation = titled("blanks stand behind replies", "detrás de las respuestas hay blancos");
    let is_open = dialect.suffix.is_none() && !texts(dialect).is_empty();
    is_open.then(|| Relaxation { suffix: Some(LEFT_BEHIND.to_owned()), ..deviation })
}

pub(super) fn any_case(dialect: &Dialect) -> Option<Relaxation> {
    let replies = texts(dialect);
    let deviation = titled("replies in other capitals", "respuestas con otras mayúsculas");
    replies.contains_key(RESULT).then_some(Relaxation { replies, ..deviation })
}

pub(super) fn bare_result(dialect: &Dialect) -> Option<Relaxation> {
    let mut replies = texts(dialect);
    let result = replies.get_mut(RESULT)?;
    result.form = Form::Regex(LABELLED.to_owned());
    let deviation = titled("the result in other words, or alone", "el resultado con otras palabras, o solo");
    Some(Relaxation { replies, ..deviation })
}

pub(super) fn greeting(dialect: &Dialect) -> Option<Relaxation> {
    let deviation = titled("a greeting of one line", "un saludo de una línea");
    let is_silent =
        dialect.greeting == 0 && dialect.transport == Transport::Tcp && !texts(dialect).is_empty();
    is_silent.then_some(Relaxation { greeting: Some(1), ..deviation })
}

pub(super) fn no_line_end(dialect: &Dialect) -> Option<Relaxation> {
    let (_, _, max) = lines(dialect)?;
    let deviation = titled("replies have no end", "las respuestas no tienen fin");
    Some(Relaxation { receive: Some(Receive::Quiet { quiet_ms: QUIET_MS, max }), ..deviation })
}

pub(super) fn unended_refusals(dialect: &Dialect) -> Option<Relaxation> {
    let (delimiter, strip, max) = lines(dialect)?;
    let deviation = titled("refusals have no end", "los rechazos no tienen fin");
    let (delimiter, strip) = (delimiter.to_vec(), strip.to_vec());
    let receive = Receive::Delimited { delimiter, strip, count: 1, quiet_ms: Some(QUIET_MS), max };
    dialect.replies.contains_key(FAIL).then_some(Relaxation { receive: Some(receive), ..deviation })
}

pub(super) fn line_behind(dialect: &Dialect) -> Option<Relaxation> {
    let behind = |end: &str| (None, Some(format!("{end}.*")));
    beside(
        dialect,
        behind,
        "another line stands behind each reply",
        "detrás de cada respuesta hay otra línea",
    )
}

pub(super) fn line_before(dialect: &Dialect) -> Option<Relaxation> {
    let before = |end: &str| (Some(format!(".*?{end}")), None);
    beside(
        dialect,
        before,
        "another line stands before each reply",
        "delante de cada respuesta hay otra línea",
    )
}

/// A reply of two lines, of which one is none: what comes before the reply, and what behind it, by what ends a line.
fn beside(
    dialect: &Dialect,
    around: impl Fn(&str) -> (Option<String>, Option<String>),
    en: &str,
    es: &str,
) -> Option<Relaxation> {
    let (delimiter, strip, max) = lines(dialect)?;
    // The greeting is of one line, and would be looked for in two.
    if dialect.greeting > 0 || dialect.prompt.is_some() || dialect.suffix.is_some() {
        return None;
    }
    let octets = |octets: &[u8]| octets.iter().map(|octet| format!(r"\x{octet:02x}")).collect::<String>();
    let end = format!("(?:{})?{}", octets(strip), octets(delimiter));
    let (prompt, suffix) = around(&end);
    let unrestricted = |pattern: String| format!("(?s-u:{pattern})");
    let (prompt, suffix) = (prompt.map(unrestricted), suffix.map(unrestricted));
    let (delimiter, strip) = (delimiter.to_vec(), strip.to_vec());
    let receive = Receive::Delimited { delimiter, strip, count: 2, quiet_ms: None, max };
    Some(Relaxation { receive: Some(receive), prompt, suffix, ..titled(en, es) })
}

/// What ends the replies of a dialect in which each is a line, with what may stand before it and belongs to it, and how long
/// they may be.
fn lines(dialect: &Dialect) -> Option<(&[u8], &[u8], usize)> {
    match &dialect.framing.receive {
        Receive::Delimited { delimiter, strip, count: 1, quiet_ms: None, max } => {
            Some((delimiter, strip, *max))
        }
        Receive::Delimited { .. }
        | Receive::Quiet { .. }
        | Receive::UntilClose { .. }
        | Receive::Fixed(_)
        | Receive::Datagram { .. }
        | Receive::Length { .. }
        | Receive::Header { .. }
        | Receive::UntilLine { .. } => None,
    }
}

/// The replies that are text, in capitals or not.
fn texts(dialect: &Dialect) -> BTreeMap<String, Reply> {
    let in_any_case = |(name, reply): (&String, &Reply)| match &reply.form {
        Form::Regex(pattern) => {
            let form = Form::Regex(format!("(?i:{pattern})"));
            Some((name.clone(), Reply { form, ..reply.clone() }))
        }
        Form::Pack(_) | Form::Json { .. } => None,
    };
    dialect.replies.iter().filter_map(in_any_case).collect()
}

/// A deviation of this title, as yet without a name and a cost.
pub(super) fn titled(en: &str, es: &str) -> Relaxation {
    Relaxation::named("", Text::of(en, es))
}
