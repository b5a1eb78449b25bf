//! Somebody's own dialect lists no deviation. What is usual costs a server little in it all the same, once, and is named.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;

use serde_json::{Value, json};

use crate::arithmetic::{infix, right};
use crate::grading::{flaws, grade, passed, write};
use crate::server::serve;

/// `8-3` and a line end → `Result = 5` or `Error`, and what else the server says: when a client comes, and for each reply.
#[derive(Clone, Copy)]
struct Deviant {
    hello: &'static str,
    reply: fn(&str) -> String,
}

/// What a server does, the notes that it earns, and the least that its grade may be.
type Row = (Deviant, &'static [&'static str], f64);

const fn says(reply: fn(&str) -> String) -> Deviant {
    Deviant { hello: "", reply }
}

const WORDS: &str = "reply-in-other-words";

const ROWS: [Row; 10] = [
    (says(|reply| format!("{reply} \r\n")), &[WORDS], 90.0),
    (says(|reply| format!("{}\n", reply.to_lowercase())), &[WORDS], 90.0),
    (says(|reply| format!("{}\n", reply.replace("Result =", "The sum is"))), &[WORDS], 90.0),
    (says(|reply| format!("{} \n", reply.to_uppercase())), &[WORDS], 90.0),
    (Deviant { hello: "welcome\n", reply: |reply| format!("{reply}\n") }, &["server-speaks-first"], 85.0),
    (says(str::to_owned), &["no-line-end"], 75.0),
    (
        says(|reply| if reply == "Error" { reply.to_owned() } else { format!("{reply}\n") }),
        &["no-line-end"],
        75.0,
    ),
    (says(|reply| format!("{reply}\n{reply}\n")), &["extra-output"], 85.0),
    (says(|reply| format!("{reply}\nanother one?\n")), &["extra-output"], 85.0),
    (says(|reply| format!("working...\n{reply}\n")), &["extra-output"], 85.0),
];

#[test]
fn a_usual_deviation_costs_little_in_a_dialect_that_lists_none() {
    let file = write("usual", &dialect("own", &json!({"delimiter": "\n"})));
    let name = file.to_str().expect("a path of text");
    thread::scope(|scope| {
        for (index, (deviant, notes, least)) in ROWS.into_iter().enumerate() {
            scope.spawn(move || {
                let report = grade(name, lines(deviant));
                let flawed = report.results.iter().filter(|result| result.is_flaw());
                let named: BTreeSet<_> = flawed.filter_map(|result| result.note()).collect();
                assert_eq!(named, notes.iter().copied().collect(), "row {index}\n{}", flaws(&report));
                let grade = report.grade().out_of_100().expect("a grade");
                assert!((least..100.0).contains(&grade), "row {index}: {grade}\n{}", flaws(&report));
            });
        }
    });
    std::fs::remove_file(file).expect("the file is there");
}

/// How a length is written before a message, as a dialect says it and as a program does it, and what stands behind.
type Counted = (Value, fn(usize) -> String, &'static str);

#[test]
fn messages_behind_their_length_in_digits() {
    let rows: [Counted; 6] = [
        (json!({"digits": 4}), |length| format!("{length:04}"), ""),
        (json!({"digits": 10, "fill": "blanks-behind"}), |length| format!("{length:<10}"), ""),
        (json!({"digits": 3, "fill": "blanks-before"}), |length| format!("{length:3}"), ""),
        (json!({"digits": 2, "base": 16, "counts": "all"}), |length| format!("{:02x}", length + 2), ""),
        (json!({"until": ":", "then": ","}), |length| format!("{length}:"), ","),
        (json!({"until": "\r\n", "base": 16, "then": "\r\n"}), |length| format!("{length:x}\r\n"), "\r\n"),
    ];
    for (index, (length, written, then)) in rows.into_iter().enumerate() {
        let file = write(&format!("length-{index}"), &dialect("length", &json!({"length": length})));
        let report = grade(file.to_str().expect("a path of text"), counted(written, then));
        assert_eq!(flaws(&report), "", "{length}");
        assert!(passed(&report) >= 30, "{length}: {}", passed(&report));
        std::fs::remove_file(file).expect("the file is there");
    }
}

fn dialect(id: &str, frame: &Value) -> Value {
    json!({
        "id": id, "title": id, "framing": {"send": frame, "receive": frame},
        "messages": {"calculate": "{a}{operator}{b}", "garbage": "[a-z]+"},
        "numbers": {"operands": "[0-9]{1,15}(?:[.][0-9]{1,15})?"},
        "replies": {"result": {"regex": "Result = (?<number>.+)"}, "fail": {"regex": "Error"}},
        "facts": ["pipelining", "segments", "half-close"]
    })
}

fn answer(message: &str) -> String {
    infix(message, right).map_or_else(|| "Error".to_owned(), |value| format!("Result = {value}"))
}

fn lines(deviant: Deviant) -> SocketAddr {
    serve(move |mut stream| {
        stream.write_all(deviant.hello.as_bytes())?;
        for message in BufReader::new(stream.try_clone()?).lines() {
            stream.write_all((deviant.reply)(&answer(&message?)).as_bytes())?;
        }
        Ok(())
    })
}

/// Reads octet by octet until what it has is a length as the protocol writes it.
fn counted(written: fn(usize) -> String, then: &'static str) -> SocketAddr {
    serve(move |mut stream| {
        let mut head = Vec::new();
        while let Some(octet) = octet(&mut stream) {
            head.push(octet);
            let Some(length) = (0..1000).find(|length| written(*length).as_bytes() == head) else { continue };
            head.clear();
            let mut message = vec![0; length + then.len()];
            stream.read_exact(&mut message)?;
            let reply = answer(&String::from_utf8_lossy(&message[..length]));
            stream.write_all(format!("{}{reply}{then}", written(reply.len())).as_bytes())?;
        }
        Ok(())
    })
}

fn octet(stream: &mut TcpStream) -> Option<u8> {
    let mut octet = [0];
    stream.read_exact(&mut octet).ok().map(|()| octet[0])
}
