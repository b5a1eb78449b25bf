//! `docs/PROTOCOL.md` is held to the code, and to itself.

use std::collections::HashSet;

use calc_proto::{ErrorCode, Line, Operands, Reply, Request, Session};

const DOCUMENT: &str = include_str!("../../../docs/PROTOCOL.md");

/// The contents of the fenced blocks of one kind.
fn blocks(kind: &str) -> Vec<Vec<&'static str>> {
    let mut blocks = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```") == Some(kind) {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").collect());
        }
    }
    blocks
}

#[test]
fn the_worked_transcripts_are_what_the_session_says() {
    let transcripts = blocks("transcript");
    assert!(transcripts.len() >= 5);
    for transcript in transcripts {
        let mut session = Session::new();
        for pair in transcript.chunks(2) {
            let [message, expected] = pair else { panic!("a message without a reply: {pair:?}") };
            let message = message.strip_prefix("C: ").expect("a message");
            let reply = session.handle(Request::parse(Line::Complete(message.as_bytes())));
            let mut said = b"S: ".to_vec();
            reply.expect("a reply").encode(&mut said);
            assert_eq!(String::from_utf8_lossy(&said).trim_end(), *expected, "to {message}");
        }
    }
}

#[test]
fn the_table_of_error_codes_is_the_codes() {
    let rows: Vec<String> = DOCUMENT
        .lines()
        .filter(|line| {
            line.starts_with("| `") && (line.ends_with("| kept |") || line.ends_with("| discarded |"))
        })
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            format!("{} {}", cells[0], cells[2])
        })
        .collect();
    let codes = ErrorCode::ALL.map(|code| {
        let operands = match code.operands() {
            Operands::Kept => "kept",
            Operands::Discarded => "discarded",
        };
        format!("`{}` {operands}", code.as_str())
    });
    assert_eq!(rows, codes);
}

/// What a code says of the operands is what the session does with them.
#[test]
fn errors_keep_or_discard_operands_as_the_table_says() {
    let long = "1".repeat(257);
    let table: [(ErrorCode, &[&str]); 9] = [
        (ErrorCode::LineTooLong, &["4", &long]),
        (ErrorCode::Syntax, &["4", "x"]),
        (ErrorCode::TooManyOperands, &["4", "5", "6"]),
        (ErrorCode::MissingOperand, &["4", "+"]),
        (ErrorCode::ExtraOperand, &["4", "5", "neg"]),
        (ErrorCode::OutOfRange, &["4", "1e6145"]),
        (ErrorCode::DivisionByZero, &["4", "0", "/"]),
        (ErrorCode::InvalidOperation, &["-4", "sqrt"]),
        (ErrorCode::Overflow, &["9e6144", "9", "*"]),
    ];
    assert_eq!(table.map(|(code, _)| code), ErrorCode::ALL);
    for (code, messages) in table {
        let mut session = Session::new();
        let mut say = |text: &str| {
            let line = if text.len() > 256 { Line::TooLong } else { Line::Complete(text.as_bytes()) };
            session.handle(Request::parse(line)).expect("a reply")
        };
        let last = messages.iter().map(|message| say(message)).last();
        assert_eq!(last, Some(code.into()));
        let held = 2 - (0..2).take_while(|_| say("1") == Reply::OK).count();
        let expected = match code.operands() {
            Operands::Kept => messages.len() - 1,
            Operands::Discarded => 0,
        };
        assert_eq!(held, expected, "after {}", code.as_str());
    }
}

#[test]
fn requirements_have_one_id_each_and_those_named_exist() {
    let ids: Vec<&str> =
        DOCUMENT.lines().filter_map(|line| line.strip_prefix("- **")?.split_once("** (")?.0.into()).collect();
    let distinct: HashSet<&str> = ids.iter().copied().collect();
    assert!(ids.len() > 50 && distinct.len() == ids.len(), "an id stands twice: {ids:?}");
    let pattern =
        regex::Regex::new(r"\b(FRAME|MSG|REPLY|ERR|SESS|PIPE|CONN|NUM|EXACT)-[0-9]+\b").expect("a pattern");
    for id in pattern.find_iter(DOCUMENT) {
        assert!(distinct.contains(id.as_str()), "{} is named and not defined", id.as_str());
    }
}

#[test]
fn the_collected_grammar_is_the_grammar_of_the_chapters() {
    let normalize = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut grammars = blocks("abnf");
    let collected: HashSet<String> = grammars.pop().expect("§13").into_iter().map(normalize).collect();
    for rule in grammars.into_iter().flatten() {
        assert!(collected.contains(&normalize(rule)), "§13 lacks {rule}");
    }
}
