//! Whatever a server of a built-in dialect sends: the replies are the same however it was cut, every matcher says yes or no to each,
//! and nothing of it reaches a terminal as it came.
#![no_main]

#[path = "../../../proto/fuzz/targets/pieces.rs"]
mod pieces;

use std::sync::LazyLock;

use calc_conformance::connection::{Found, Inbox, Quiet, Received};
use calc_conformance::dialect::Dialect;
use calc_conformance::escape;
use calc_conformance::format::{self, Receive};
use calc_conformance::matcher::Matcher;
use calc_conformance::number::Decimal;
use calc_conformance::suite;
use libfuzzer_sys::fuzz_target;

const DIALECTS: [&str; 11] = [
    "calc-1",
    "calc-1-es",
    "add",
    "ipk-tcp",
    "ipk-udp",
    "json",
    "length-prefixed",
    "menu",
    "nul-float",
    "one-shot",
    "unframed",
];

/// One of each kind; those that a dialect cannot attain are left out there.
const MATCHERS: &str = r#"[
    "ok", "fail", "result", {"fail": "syntax"}, {"number": "3"}, {"number": "1E+300"}, {"number": "0.1", "exact": true},
    {"number": "3", "absolute": "0.5"}, {"canonical": "0.5"}, {"special": true}, {"text": "OK"}, {"hex": "00ff"}, {"regex": "(?i)ok.*"},
    {"raw": "OK\\r?\\n"}, {"pack": [{"u8": 1}]}, {"json": {"result": 3}},
    {"any_of": [{"number": "3"}, {"text": "OK"}]}, {"not": {"text": "OK"}}, {"any": true}
]"#;

static JUDGES: LazyLock<Vec<(Dialect, Vec<Matcher>)>> = LazyLock::new(|| DIALECTS.map(judge).into());

fn judge(name: &str) -> (Dialect, Vec<Matcher>) {
    let dialect = suite::load_dialect(name).expect("a dialect that is built in is in order");
    let matchers: Vec<serde_json::Value> = serde_json::from_str(MATCHERS).expect("the list is JSON");
    let matchers = matchers.into_iter().filter_map(|value| {
        let matcher: format::Matcher = serde_json::from_value(value).ok()?;
        Matcher::compile(&matcher, &dialect).ok()
    });
    let matchers: Vec<_> = matchers.collect();
    assert!(matchers.len() > 9, "{name}: only {} matchers", matchers.len());
    (dialect, matchers)
}

fuzz_target!(|input: &[u8]| {
    let Some((choice, input)) = input.split_first() else { return };
    let (dialect, matchers) = &JUDGES[usize::from(*choice) % JUDGES.len()];
    let (stream, pieces) = pieces::cut(input);
    let replies = match dialect.hearing.receive {
        Receive::Datagram { .. } => vec![Received::new(stream, b"")],
        _ => {
            let replies = received(std::iter::once(stream), &dialect.hearing.receive);
            assert_eq!(replies, received(pieces, &dialect.hearing.receive));
            replies
        }
    };
    for reply in replies {
        shown(reply.raw());
        let Some(reply) = dialect.hearing.reply(reply) else { continue };
        let number = dialect
            .name_of(reply.words())
            .and_then(|name| dialect.reply(name)?.pattern.read(reply.words())?.number);
        let _ = number.as_deref().and_then(Decimal::parse);
        for matcher in matchers {
            let _ = matcher.matches(&reply);
        }
    }
});

/// The replies in a stream that comes in `pieces` and then ends, up to one that is too long.
fn received<'a>(pieces: impl Iterator<Item = &'a [u8]>, framing: &Receive) -> Vec<Received> {
    let (mut inbox, mut replies) = (Inbox::default(), Vec::new());
    for (piece, quiet) in pieces.map(|piece| (piece, Quiet::NotYet)).chain([(&[][..], Quiet::Closed)]) {
        inbox.push(piece);
        loop {
            match inbox.take(framing, quiet) {
                Found::Reply(reply) => replies.push(reply),
                Found::Incomplete => break,
                Found::TooLong(_) => return replies,
            }
        }
    }
    replies
}

fn shown(octets: &[u8]) {
    let text = escape::printable(octets);
    assert!(!text.chars().any(char::is_control), "{text:?}");
    let again = escape::octets(&text).expect("what is shown can be written in a suite");
    assert_eq!(again, octets);
}
