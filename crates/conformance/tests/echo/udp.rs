//! The same suite over UDP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use calc_conformance::language::Text;
use calc_conformance::run::{CaseResult, Options, Report, Standing, grade_blocking};
use calc_conformance::suite;
use calc_conformance::verdict::{Lack, Verdict};

use crate::failures;

/// The datagrams with which one is answered. It is told the number of the datagram, from 1, and its data.
type Answer = fn(u32, &[u8]) -> Vec<Vec<u8>>;

#[test]
fn a_right_server_gets_full_marks_and_what_is_about_streams_does_not_apply() {
    let report = graded(serve(65535, echo));
    assert_eq!((failures(&report), report.grade().out_of_100()), (Vec::new(), Some(100.0)));
    for (id, lack) in [
        ("connections/half-close", lacks("a stream", "un flujo")),
        ("stream/pieces", lacks("a stream", "un flujo")),
        ("clients/reset", lacks("a stream", "un flujo")),
        ("stream/64-kib", lacks("a datagram of 65537 octets", "un datagrama de 65537 octetos")),
        ("stream/4000-octets", Lack::Fact("stream".to_owned())),
        ("connections/no-octet-at-all", Lack::Fact("stream".to_owned())),
    ] {
        assert_eq!(verdict(&report, id), &Verdict::NotApplicable(lack), "{id}");
    }
    for id in ["stream/binary#nul", "stream/several", "clients/eight", "datagrams/empty"] {
        assert_eq!(verdict(&report, id), &Verdict::Pass, "{id}");
    }
}

#[test]
fn over_tcp_what_is_about_datagrams_does_not_apply() {
    let suite = suite::load("echo").unwrap_or_else(|problems| panic!("{problems}"));
    assert!(!suite.facts().contains("datagrams"));
    let about = suite.cases().filter(|case| case.id.starts_with("datagrams/"));
    assert!(about.filter(|case| case.needs != ["datagrams"]).count() == 0);
}

/// The course's `recvfrom(1024)` loses what is longer, which only a SHOULD asks for.
#[test]
fn a_small_buffer_costs_a_should() {
    let report = graded(serve(1024, echo));
    assert_eq!(ids_of(&failures(&report)), ["datagrams/1400-octets"]);
    assert_eq!(notes(&report), ["datagram-cut", "datagram-cut"]);
}

/// Of what a network loses, one datagram on each connection is sent again.
#[test]
fn lost_datagrams_do_not_fail_a_right_server() {
    let loses: Answer =
        |number, data| if [1, 9, 30].contains(&number) { Vec::new() } else { echo(number, data) };
    let report = graded(serve(65535, loses));
    let standing = report.preflight.as_ref().map(|preflight| &preflight.standing);
    assert!(matches!(standing, Some(Standing::Sound)), "{standing:?}");
    assert_eq!(failures(&report), Vec::new());
}

#[test]
fn the_usual_mistakes_are_failed_and_named() {
    let servers: [(&str, SocketAddr, &str); 9] = [
        ("truncates", serve(65535, |_, data| vec![data[..data.len().min(64)].to_vec()]), "datagram-cut"),
        ("appends a line end", serve(65535, |_, data| vec![[data, b"\n"].concat()]), "line-end-changed"),
        (
            "puts a text before it",
            serve(65535, |_, data| vec![[b"You said: ", data].concat()]),
            "something-extra",
        ),
        ("answers twice", serve(65535, |_, data| vec![data.to_vec(); 2]), "answered-twice"),
        (
            "drops empty ones",
            serve(65535, |_, data| if data.is_empty() { vec![] } else { vec![data.to_vec()] }),
            "empty-datagram-lost",
        ),
        (
            "ignores every other one",
            serve(65535, |n, data| vec![data.to_vec(); n as usize % 2]),
            "one-message-only",
        ),
        ("keeps the first client's address", serve_first_client(Keeping::Address), "nothing-came-back"),
        ("connects to the first client", serve_first_client(Keeping::Connected), "server-died"),
        ("sends all of its buffer", serve_stale(), "stale-buffer"),
    ];
    let check = |(name, address, note): (&str, SocketAddr, &str)| {
        let report = graded_within(Duration::from_millis(500), address);
        assert!(report.is_flawed(), "{name}");
        assert!(notes(&report).contains(&note), "{name}: {:?}", notes(&report));
    };
    thread::scope(|scope| {
        for server in servers {
            scope.spawn(move || check(server));
        }
    });
}

#[test]
fn what_is_put_before_or_behind_every_echo_leaves_most_of_the_grade() {
    let labelled: Answer = |_, data| vec![[b"echo: ", data].concat()];
    let with_a_nul: Answer = |_, data| vec![[data, b"\0"].concat()];
    for answer in [labelled, with_a_nul] {
        let grade = graded(serve(65535, answer)).grade().out_of_100().expect("a grade");
        assert!((50.0..100.0).contains(&grade), "{grade}");
    }
}

#[test]
fn servers_that_echo_nothing_score_nothing() {
    let silent: Answer = |_, _| Vec::new();
    let constant: Answer = |_, _| vec![b"echo\n".to_vec()];
    for answer in [silent, constant] {
        assert_eq!(graded(serve(65535, answer)).grade().out_of_100(), Some(0.0));
    }
}

fn graded(address: SocketAddr) -> Report {
    graded_within(Options::TIMEOUT, address)
}

fn graded_within(timeout: Duration, address: SocketAddr) -> Report {
    let suite = suite::load_in_dialect("echo", "echo-udp").unwrap_or_else(|problems| panic!("{problems}"));
    let target = address.to_string().parse().expect("an address is a target");
    grade_blocking(&suite, &target, &Options { timeout, ..Options::default() })
        .expect("the system gives a runtime")
}

fn verdict<'r>(report: &'r Report, id: &str) -> &'r Verdict {
    let result = report.results.iter().find(|result| result.id == id);
    &result.unwrap_or_else(|| panic!("no case {id}")).verdict
}

fn lacks(en: &str, es: &str) -> Lack {
    Lack::Words(Text { en: en.to_owned(), es: Some(es.to_owned()) })
}

fn notes(report: &Report) -> Vec<&str> {
    report.results.iter().filter_map(CaseResult::note).collect()
}

fn ids_of<'r>(failures: &[(&'r str, &Verdict)]) -> Vec<&'r str> {
    failures.iter().map(|(id, _)| *id).collect()
}

fn echo(_: u32, data: &[u8]) -> Vec<Vec<u8>> {
    vec![data.to_vec()]
}

/// Answers each datagram, of which it takes so many octets, for as long as the test runs.
fn serve(buffer: usize, answer: Answer) -> SocketAddr {
    start(move |socket| {
        let mut buffer = vec![0; buffer];
        for number in 1.. {
            let (count, client) = socket.recv_from(&mut buffer)?;
            for datagram in answer(number, &buffer[..count]) {
                socket.send_to(&datagram, client)?;
            }
        }
        Ok(())
    })
}

/// Whether the system is told to take datagrams of the first client alone.
#[derive(Clone, Copy)]
enum Keeping {
    Connected,
    Address,
}

/// Keeps to the client that came first.
fn serve_first_client(keeping: Keeping) -> SocketAddr {
    start(move |socket| {
        let mut buffer = vec![0; 65535];
        let (mut count, client) = socket.recv_from(&mut buffer)?;
        match keeping {
            Keeping::Connected => socket.connect(client)?,
            Keeping::Address => {}
        }
        loop {
            // That the client has gone is an error of the socket, which the next call returns.
            drop(match keeping {
                Keeping::Connected => socket.send(&buffer[..count]),
                Keeping::Address => socket.send_to(&buffer[..count], client),
            });
            count = socket.recv(&mut buffer).unwrap_or_default();
        }
    })
}

/// Answers with as many octets as the longest datagram so far had.
fn serve_stale() -> SocketAddr {
    start(|socket| {
        let (mut buffer, mut longest) = (vec![0; 65535], 0);
        loop {
            let (count, client) = socket.recv_from(&mut buffer)?;
            // As if each longer message began afresh, so that the preflight shows nothing.
            longest = if count >= 5 { count } else { longest.max(count) };
            socket.send_to(&buffer[..longest], client)?;
        }
    })
}

fn start(server: impl FnOnce(UdpSocket) -> io::Result<()> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = socket.local_addr().expect("a bound socket has an address");
    thread::spawn(move || server(socket));
    address
}
