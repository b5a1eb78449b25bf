//! A server that deviates from its protocol in one small thing is graded all the same, and loses little.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;

use calc_conformance::run::{Report, Standing};

use crate::arithmetic::{Arithmetic, right};
use crate::grading::{flaws, grade};
use crate::server::serve;
use crate::{tcp, udp};

/// What becomes of the server's octets, which come in pieces as they were read; made anew for each connection.
type Deviation = fn() -> Change;
type Change = Box<dyn FnMut(&[u8]) -> Vec<u8> + Send>;

/// A dialect, its right server, what is done to its replies, and the relaxation under which it is then graded.
type Row = (&'static str, fn(Arithmetic) -> SocketAddr, Deviation, &'static str);

const ROWS: &[Row] = &[
    ("calc-1-es", tcp::spanish, || replacing("\n", ""), "no-line-end"),
    ("calc-1-es", tcp::spanish, || replacing("\n", "\n\0"), "nul-after-reply"),
    ("calc-1-es", tcp::spanish, || replacing("\n", "\n\n"), "empty-line-after-reply"),
    ("calc-1-es", tcp::spanish, lower_case, "any-case"),
    ("calc-1-es", tcp::spanish, || replacing("RESULTADO ", "Resultado: "), "bare-result"),
    ("calc-1-es", tcp::spanish, || replacing("\n", " \r\n"), "blanks-behind"),
    ("content-length", tcp::content_length, || replacing("\r\n", "\n"), "header-of-lf"),
    ("add", tcp::add, without_the_first_line, "no-greeting"),
    ("add", tcp::add, || after("Welcome\n"), "longer-greeting"),
    ("add", tcp::add, || replacing("\r\n", ""), "no-line-end"),
    ("add", tcp::add, || replacing("200 OK ", "OK "), "bare-result"),
    ("add", tcp::add, lower_case, "any-case"),
    ("ipk-tcp", tcp::ipk_without_hello, unchanged, "no-hello"),
    ("ipk-tcp", tcp::ipk, lower_case, "any-case"),
    ("ipk-tcp", tcp::ipk, || after("IPK calculator\n"), "greeting"),
    ("json", tcp::json, || replacing("\n", ""), "no-line-end"),
    ("json", tcp::json, || replacing("\"result\"", "\"value\""), "other-key"),
    ("json", tcp::json, || after("{\"hello\": 1}\n"), "greeting"),
    ("menu", tcp::menu, || replacing("choice> ", "Your choice: "), "other-prompts"),
    ("menu", tcp::menu, lower_case, "any-case"),
    (
        "length-prefixed",
        tcp::length_prefixed,
        || in_frames(|body| [&length(body, u16::to_le_bytes), body].concat()),
        "little-endian",
    ),
    ("length-prefixed", tcp::length_prefixed, || in_frames(|body| [body, b"\n"].concat()), "lines"),
    (
        "length-prefixed",
        tcp::length_prefixed,
        || {
            in_frames(|body| {
                let body = [body, b"\0"].concat();
                [&length(&body, u16::to_be_bytes), &body[..]].concat()
            })
        },
        "line-end",
    ),
    (
        "nul-float",
        tcp::nul_float,
        || Box::new(|float| float.chunks(4).flat_map(|float| float.iter().rev().copied()).collect()),
        "little-endian",
    ),
    ("unframed", tcp::unframed, || followed_by("\n"), "line-end"),
    ("unframed", tcp::unframed, || labelled("Result: "), "label"),
    ("one-shot", tcp::one_shot, || labelled("= "), "label"),
];

#[test]
fn a_small_deviation_costs_little_in_every_dialect() {
    thread::scope(|scope| {
        for (dialect, server, deviation, relaxation) in ROWS {
            let address = deviating(server(right), *deviation, Closing::WithTheServer);
            scope.spawn(move || check(dialect, &grade(dialect, address), relaxation));
        }
        let open = deviating(tcp::one_shot(right), unchanged, Closing::WithTheClient);
        scope.spawn(move || check("one-shot", &grade("one-shot", open), "stays-open"));
        let responses: [(udp::Respond, &str); 3] = [
            (|status, text| [&[1, status, 0], text.as_bytes()].concat(), "wrong-length"),
            (|status, text| [&[1, status], text.as_bytes()].concat(), "no-length"),
            (|_, text| text.as_bytes().to_vec(), "bare-text"),
        ];
        for (respond, relaxation) in responses {
            scope
                .spawn(move || check("ipk-udp", &grade("ipk-udp", udp::ipk_responding(respond)), relaxation));
        }
    });
}

/// Deviations that come together, and are heard as one or two.
#[test]
fn several_deviations_at_once_are_found_in_seconds() {
    let rows: [(Deviation, &[&str]); 2] = [
        (|| in_words(&[("RESULTADO ", "result ")], ""), &["no-line-end", "any-case"]),
        (
            || in_words(&[("RESULTADO ", "Resultado: "), ("OK", "Recibido")], ""),
            &["no-line-end", "in-other-words"],
        ),
    ];
    thread::scope(|scope| {
        for (deviation, expected) in rows {
            let address = deviating(tcp::spanish(right), deviation, Closing::WithTheServer);
            scope.spawn(move || {
                let report = grade("calc-1", address);
                let standing = report.preflight.as_ref().map(|preflight| &preflight.standing);
                let Some(Standing::Relaxed(relaxed)) = standing else { panic!("{expected:?}: {standing:?}") };
                let found: Vec<&str> = relaxed.iter().map(|one| one.id.as_str()).collect();
                assert!(found.iter().all(|found| expected.contains(found)), "{found:?} {expected:?}");
                let grade = report.grade().out_of_100().expect("a grade");
                assert!(grade > 30.0, "{expected:?}: {grade}\n{}", flaws(&report));
            });
        }
    });
}

/// The words of the Spanish server in others, and another line end.
fn in_words(words: &'static [(&'static str, &'static str)], end: &'static str) -> Change {
    Box::new(move |octets| {
        let text = String::from_utf8_lossy(octets).replace('\n', end);
        let text = words.iter().fold(text, |text, (from, to)| text.replace(from, to));
        text.replace("OK", "ok").into_bytes()
    })
}

fn check(dialect: &str, report: &Report, relaxation: &str) {
    let standing = report.preflight.as_ref().map(|preflight| &preflight.standing);
    let Some(Standing::Relaxed(relaxed)) = standing else { panic!("{dialect} {relaxation}: {standing:?}") };
    assert_eq!(relaxed.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [relaxation], "{dialect}");
    let grade = report.grade().out_of_100().expect("a grade");
    assert!((75.0..100.0).contains(&grade), "{dialect} {relaxation}: {grade}\n{}", flaws(report));
}

/// Who ends a connection.
#[derive(Clone, Copy)]
enum Closing {
    WithTheServer,
    WithTheClient,
}

/// Stands between the clients and a right server, and changes what that one says.
fn deviating(server: SocketAddr, deviation: Deviation, closing: Closing) -> SocketAddr {
    serve(move |mut client| {
        let mut behind = TcpStream::connect(server)?;
        behind.set_nodelay(true)?;
        let (mut requests, mut onward) = (client.try_clone()?, behind.try_clone()?);
        let asking = thread::spawn(move || {
            io::copy(&mut requests, &mut onward)?;
            onward.shutdown(Shutdown::Write)
        });
        let (mut deviate, mut buffer) = (deviation(), [0; 65536]);
        // What is said before all else is said at once.
        client.write_all(&deviate(&[]))?;
        loop {
            let count = behind.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            client.write_all(&deviate(&buffer[..count]))?;
        }
        match closing {
            Closing::WithTheServer => Ok(()),
            // An error of the client's is an end too.
            Closing::WithTheClient => {
                drop(asking.join());
                Ok(())
            }
        }
    })
}

fn unchanged() -> Change {
    Box::new(<[u8]>::to_vec)
}

fn replacing(from: &'static str, to: &'static str) -> Change {
    Box::new(move |octets| String::from_utf8_lossy(octets).replace(from, to).into_bytes())
}

fn lower_case() -> Change {
    Box::new(<[u8]>::to_ascii_lowercase)
}

fn labelled(text: &'static str) -> Change {
    Box::new(move |reply| if reply.is_empty() { Vec::new() } else { [text.as_bytes(), reply].concat() })
}

fn followed_by(text: &'static str) -> Change {
    Box::new(move |reply| if reply.is_empty() { Vec::new() } else { [reply, text.as_bytes()].concat() })
}

/// Says a text before all else.
fn after(text: &'static str) -> Change {
    let mut text = text;
    Box::new(move |octets| [std::mem::take(&mut text).as_bytes(), octets].concat())
}

fn without_the_first_line() -> Change {
    let mut first = true;
    Box::new(move |octets| match octets.iter().position(|octet| *octet == b'\n') {
        Some(end) if std::mem::take(&mut first) => octets[end + 1..].to_vec(),
        Some(_) | None => octets.to_vec(),
    })
}

/// Puts another frame around each message behind its length in two octets.
fn in_frames(framed: fn(&[u8]) -> Vec<u8>) -> Change {
    let mut rest = Vec::new();
    Box::new(move |octets| {
        rest.extend_from_slice(octets);
        let mut out = Vec::new();
        while let [high, low, behind @ ..] = rest.as_slice() {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let Some(body) = behind.get(..length) else { break };
            out.extend(framed(body));
            rest.drain(..2 + length);
        }
        out
    })
}

fn length(body: &[u8], octets: fn(u16) -> [u8; 2]) -> [u8; 2] {
    octets(body.len() as u16)
}
