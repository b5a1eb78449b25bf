//! The suite `echo`: right servers pass, each of the usual mistakes is failed and named, and the course's own server, a loop around
//! one client, passes every MUST.

mod udp;

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

use calc_conformance::format::Level;
use calc_conformance::run::{CaseResult, Options, Report, grade_blocking};
use calc_conformance::suite;
use calc_conformance::verdict::{Lack, Verdict};

/// What becomes of one connection. An error ends a server that has no thread for each.
type Serve = fn(TcpStream) -> io::Result<()>;

/// How connections are served.
#[derive(Clone, Copy)]
enum Clients {
    /// Each by a thread of its own.
    AtOnce,
    /// The next when the one before has gone. An error ends the server, as an exception does that nobody catches.
    OneByOne,
}

#[test]
fn right_servers_get_full_marks() {
    let whole: Serve = |stream| echo::<65536>(stream, |octets| octets.to_vec());
    let by_1024: Serve = |stream| echo::<1024>(stream, |octets| octets.to_vec());
    let by_one: Serve = |stream| echo::<1>(stream, |octets| octets.to_vec());
    for serve in [whole, by_1024, by_one] {
        let report = graded(Clients::AtOnce, serve);
        assert_eq!((failures(&report), report.grade().out_of_100()), (Vec::new(), Some(100.0)));
    }
}

#[test]
fn the_loop_around_one_client_passes_every_must_and_fails_a_should() {
    let report = graded(Clients::OneByOne, |stream| echo::<1024>(stream, |octets| octets.to_vec()));
    let (must, should): (Vec<&CaseResult>, Vec<&CaseResult>) =
        report.results.iter().partition(|result| result.level == Level::Must);
    for result in must {
        let of_datagrams = Verdict::NotApplicable(Lack::Fact("datagrams".to_owned()));
        assert!([Verdict::Pass, of_datagrams].contains(&result.verdict), "{}", result.id);
    }
    let notes: Vec<&str> = should.iter().filter_map(|result| result.note()).collect();
    assert!(notes.contains(&"one-client-at-a-time"), "{notes:?}");
    assert!(report.grade().out_of_100().is_some_and(|grade| grade > 80.0));
}

#[test]
fn the_usual_mistakes_are_failed_and_named() {
    let servers: [(&str, Serve, &str); 11] = [
        ("first recv only", first_read_only, "one-message-only"),
        ("upper case", |stream| echo::<1024>(stream, <[u8]>::to_ascii_uppercase), "upper-case"),
        (
            "a line end added",
            |stream| echo::<1024>(stream, |octets| [octets, b"\n"].concat()),
            "line-end-changed",
        ),
        ("a NUL added", |stream| echo::<1024>(stream, |octets| [octets, b"\0"].concat()), "line-end-changed"),
        ("CRLF for LF", by_line, "line-end-changed"),
        (
            "text only",
            |stream| echo::<1024>(stream, |octets| String::from_utf8_lossy(octets).into_owned().into_bytes()),
            "decodes-text",
        ),
        ("as far as the NUL", |stream| echo::<1024>(stream, until_nul), "decodes-text"),
        (
            "64 octets of each recv",
            |stream| echo::<1024>(stream, |octets| octets[..octets.len().min(64)].to_vec()),
            "first-buffer-only",
        ),
        ("a greeting", greeting, "something-extra"),
        ("a label", |stream| echo::<1024>(stream, |octets| [b"echo: ", octets].concat()), "something-extra"),
        ("lines", by_lf, "waits-for-a-line"),
    ];
    let check = |(name, serve, note): (&str, Serve, &str)| {
        let report = graded(Clients::AtOnce, serve);
        let notes: Vec<&str> = report.results.iter().filter_map(CaseResult::note).collect();
        assert!(report.is_flawed(), "{name}");
        assert!(notes.contains(&note), "{name}: {notes:?}");
    };
    thread::scope(|scope| {
        for server in servers {
            scope.spawn(move || check(server));
        }
    });
}

/// What is put before or behind every echo costs the cases about that, and not all of them.
#[test]
fn a_small_addition_leaves_most_of_the_grade() {
    let labelled: Serve = |stream| echo::<65536>(stream, |octets| [b"echo: ", octets].concat());
    let with_a_line_end: Serve = |stream| echo::<65536>(stream, |octets| [octets, b"\r\n"].concat());
    let with_crlf: Serve = |stream| {
        echo::<65536>(stream, |octets| String::from_utf8_lossy(octets).replace('\n', "\r\n").into_bytes())
    };
    let without_line_end: Serve = |stream| echo::<65536>(stream, |octets| octets.trim_ascii_end().to_vec());
    for serve in [labelled, with_a_line_end, greeting, with_crlf, by_line, without_line_end] {
        let grade = graded(Clients::AtOnce, serve).grade().out_of_100().expect("a grade");
        assert!((50.0..100.0).contains(&grade), "{grade}");
    }
}

#[test]
fn servers_that_echo_nothing_score_nothing() {
    let silent: Serve = |mut stream| io::copy(&mut stream, &mut io::sink()).map(drop);
    let closing: Serve = |_| Ok(());
    let constant: Serve = |stream| echo::<1024>(stream, |_| b"echo\n".to_vec());
    thread::scope(|scope| {
        for serve in [silent, closing, constant] {
            scope.spawn(move || assert_eq!(graded(Clients::AtOnce, serve).grade().out_of_100(), Some(0.0)));
        }
    });
}

#[test]
fn every_note_is_used_and_everything_is_there_in_both_languages() {
    let suite = suite::load("echo").unwrap_or_else(|problems| panic!("{problems}"));
    let mut used: String = ["suite", "stream", "datagrams", "connections", "clients"]
        .map(|name| {
            std::fs::read_to_string(format!("{}/suites/echo/{name}.json", env!("CARGO_MANIFEST_DIR")))
                .expect("a file of the suite")
        })
        .concat();
    for dialect in ["echo", "echo-udp"] {
        let path = format!("{}/suites/dialects/{dialect}.json", env!("CARGO_MANIFEST_DIR"));
        used += &std::fs::read_to_string(path).expect("a dialect");
    }
    for (id, note) in &suite.notes {
        assert!(used.contains(&format!("\"note\": \"{id}\"")), "{id}");
        assert!([&note.title, &note.text, &note.look].iter().all(|text| text.es.is_some()), "{id}");
    }
    let cited = |id: &str| suite.cases().any(|case| case.spec.iter().any(|cited| cited == id));
    assert!(suite.requirements.keys().all(|id| cited(id)), "every requirement has a case");
    assert!(suite.cases().all(|case| case.title.es.is_some()));
}

fn graded(clients: Clients, serve: Serve) -> Report {
    let suite = suite::load("echo").unwrap_or_else(|problems| panic!("{problems}"));
    let target = start(clients, serve).to_string().parse().expect("an address is a target");
    grade_blocking(&suite, &target, &Options::default()).expect("the system gives a runtime")
}

fn failures(report: &Report) -> Vec<(&str, &Verdict)> {
    report
        .results
        .iter()
        .filter(|result| result.is_flaw())
        .map(|result| (result.id.as_str(), &result.verdict))
        .collect()
}

/// Serves for as long as the test runs, or until an error ends it.
fn start(clients: Clients, serve: Serve) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            match clients {
                Clients::AtOnce => drop(thread::spawn(move || serve(stream))),
                Clients::OneByOne => serve(stream)?,
            }
        }
        Ok::<(), io::Error>(())
    });
    address
}

/// Sends back what `altered` makes of each read, until the client ends.
fn echo<const BUFFER: usize>(mut stream: TcpStream, altered: fn(&[u8]) -> Vec<u8>) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => stream.write_all(&altered(&buffer[..count]))?,
        }
    }
}

fn first_read_only(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer)?;
    stream.write_all(&buffer[..count])
}

/// A line without its end, and the end of another system.
fn by_line(stream: TcpStream) -> io::Result<()> {
    let mut out = stream.try_clone()?;
    for line in BufReader::new(stream).split(b'\n') {
        out.write_all(&[&line?[..], b"\r\n"].concat())?;
    }
    Ok(())
}

/// Whole lines, unchanged.
fn by_lf(stream: TcpStream) -> io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        line.clear();
    }
    Ok(())
}

fn until_nul(octets: &[u8]) -> Vec<u8> {
    octets.split(|octet| *octet == 0).next().unwrap_or_default().to_vec()
}

fn greeting(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(b"Welcome to the echo server\n")?;
    echo::<1024>(stream, |octets| octets.to_vec())
}
