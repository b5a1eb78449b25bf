//! Servers for the tests, right and wrong ones, each a few lines, and a suite of a few cases.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::connection::Target;
use crate::suite::{Suite, load_with};

/// Accepts connections as long as the test process lives, each on a thread of its own.
pub(crate) fn serve(behaviour: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let (listener, address) = listen();
    let behaviour = Arc::new(behaviour);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let behaviour = Arc::clone(&behaviour);
            thread::spawn(move || behaviour(stream));
        }
    });
    address
}

/// Serves so many connections, one after the other, and is gone.
pub(crate) fn serve_and_die(
    connections: usize,
    behaviour: impl Fn(TcpStream) + Send + 'static,
) -> SocketAddr {
    let (listener, address) = listen();
    thread::spawn(move || {
        let mut last = None;
        for (index, stream) in listener.incoming().flatten().take(connections).enumerate() {
            // As when a process ends, nobody accepts any more by the time the last connection is closed.
            last = (index + 1 == connections).then(|| stream.try_clone());
            behaviour(stream);
        }
        drop(listener);
        drop(last);
    });
    address
}

/// An address where nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    listen().1
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    (listener, address)
}

pub(crate) fn target(address: SocketAddr) -> Target {
    address.to_string().parse().expect("an address is a target")
}

/// A right server, as far as the tests ask: integers, `+` and `-`, `CLEAR` and `QUIT`.
pub(crate) fn right(stream: TcpStream) {
    converse(stream, |line, session| session.answer(line) + "\n");
}

/// Answers every line with what `answer` makes of it, until the answer to `QUIT`.
pub(crate) fn converse(mut stream: TcpStream, mut answer: impl FnMut(&str, &mut Session) -> String) {
    let mut session = Session::default();
    let Ok(reading) = stream.try_clone() else { return };
    // One octet at a time, so that what stands behind `QUIT` stays unread, and closing is a reset.
    for line in BufReader::with_capacity(1, reading).lines() {
        let Ok(line) = line else { return };
        if stream.write_all(answer(&line, &mut session).as_bytes()).is_err() || line == "QUIT" {
            return;
        }
    }
}

#[derive(Default)]
pub(crate) struct Session {
    operands: Vec<i64>,
}

impl Session {
    pub(crate) fn answer(&mut self, line: &str) -> String {
        match (line, self.operands.as_slice()) {
            ("CLEAR", _) => {
                self.operands.clear();
                "OK".to_owned()
            }
            ("QUIT", _) => "OK".to_owned(),
            ("+" | "-", [left, right]) => {
                let result = if line == "+" { left + right } else { left - right };
                self.operands.clear();
                format!("RESULT {result}")
            }
            ("+" | "-", _) => "FAIL missing-operand".to_owned(),
            (_, operands) => match line.parse() {
                Ok(_) if operands.len() == 2 => "FAIL too-many-operands".to_owned(),
                Ok(operand) => {
                    self.operands.push(operand);
                    "OK".to_owned()
                }
                Err(_) => "FAIL syntax".to_owned(),
            },
        }
    }
}

/// A dialect like CALC/1, which the tests of the engine share, whatever becomes of the one that is built in.
pub(crate) const DIALECT: &str = r#"{
        "id": "t", "title": "t", "framing": {"send": {"delimiter": "\n"}, "receive": {"delimiter": "\n", "strip": "\r"}},
        "messages": {"operand": "{value}", "operator": {"+": "+", "-": "-", "sqrt": "sqrt"}, "clear": "CLEAR", "quit": "QUIT"},
        "replies": {
            "ok": {"regex": "OK(?: [ -~]*)?"},
            "result": {"regex": "RESULT (?<number>[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"},
            "fail": {"regex": "FAIL (?<code>[a-z][a-z-]*)(?: [ -~]*)?"}},
        "numbers": {"operands": ".+", "precision": "exact"}, "codes": {"syntax": "syntax", "overflow": "overflow"}, "facts": ["lines", "pipelining"],
        "relaxations": [{"id": "no-line-end", "title": "t", "receive": {"quiet_ms": 50}, "breaks": ["REPLY-1"],
                         "without": ["pipelining"], "note": "no-line-end"},
                        {"id": "greeting", "title": "t", "greeting": 1, "breaks": ["FRAME-10"]},
                        {"id": "prompt", "title": "t", "prompt": "[a-z]*> ", "breaks": ["FRAME-10"]},
                        {"id": "blank-lines", "title": "t", "ignore": "", "breaks": ["FRAME-10"]},
                        {"id": "any-case", "title": "t", "breaks": ["REPLY-1"],
                         "replies": {"ok": {"regex": "(?i:ok)"}, "result": {"regex": "(?i:result) (?<number>.*)"}}},
                        {"id": "one-result", "title": "t", "connection": "one-result", "breaks": ["t/again"], "note": "swapped"},
                        {"id": "one-reply", "title": "t", "connection": "one-reply", "breaks": ["t/again"]},
                        {"id": "error-word", "title": "t", "breaks": ["REPLY-1"],
                         "replies": {"fail": {"regex": "ERROR (?<code>[a-z-]+)"}}}]}"#;

/// A suite of these cases, as JSON: `{"id": "t/x", "spec": ["R1"], …}`, in the chapter `t`.
pub(crate) fn suite(cases: &str) -> Suite {
    suite_in(DIALECT, "", cases)
}

/// The same in another dialect, as JSON, and with more fields of the suite, each with a comma behind it.
pub(crate) fn suite_in(dialect: &str, fields: &str, cases: &str) -> Suite {
    let suite = format!(
        r#"{{"id": "t", "title": "t", "dialect": "t", {fields}
            "requirements": [{{"id": "R1", "level": "must", "section": "1", "text": "it works"}},
                             {{"id": "FRAME-10", "level": "must", "section": "3", "text": "replies and nothing else"}},
                             {{"id": "REPLY-1", "level": "must", "section": "5", "text": "a reply has an end"}}],
            "facts": ["lines", "pipelining"], "chapters": ["t.json"], "notes": ["t"],
            "preflight": [{{"calculate": ["17", "25", "+"], "result": "42"}}],
            "fence": [[{{"clear": true}}, "ok"], {{"calculate": ["23", "58", "+"], "result": "81"}}],
            "wrong": [{{"when": {{"event": "timeout"}}, "note": "no-reply"}}]}}"#
    );
    let notes = r#"{"notes": [
        {"id": "no-reply", "title": "no reply", "text": "t", "look": "l"},
        {"id": "no-line-end", "title": "no line end", "text": "t", "look": "l"},
        {"id": "swapped", "title": "swapped", "text": "t", "look": "l"}]}"#;
    let chapter = format!(r#"{{"id": "t", "title": "t", "cases": [{cases}]}}"#);
    let texts = [
        ("dialects/t.json", dialect),
        ("t/suite.json", suite.as_str()),
        ("t/t.json", &chapter),
        ("notes/t.json", notes),
    ];
    let texts: BTreeMap<_, _> = texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    load_with("t", texts).unwrap_or_else(|problems| panic!("{problems}"))
}
