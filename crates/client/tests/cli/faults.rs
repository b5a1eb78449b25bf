//! Servers that do not keep to the protocol, or not to the time.

use std::{io::Write as _, net::TcpListener, thread, time::Duration};

use crate::{
    run::{Outcome, client},
    server::{Server, Then},
};

const BROKE: &str = "the server broke the protocol: ";
const NO_REPLY: &str = "the reply is none of OK, RESULT and a number, or FAIL and a code";

#[test]
fn a_result_too_large_for_the_client_is_not_the_servers_fault() {
    let server = Server::scripted(&[b"OK\n", b"OK\n", b"RESULT 1e9999\n"], Then::Mute);
    let outcome = client(&server.args(&["1", "2", "+"]));
    let stderr = "calc-client: the server answered '+' with 'RESULT 1e9999', which is beyond the largest number of this client\n";
    assert_eq!(outcome, Outcome { code: 1, stdout: String::new(), stderr: stderr.into() });
}

#[test]
fn a_server_that_breaks_the_protocol_is_reported_and_not_believed() {
    let endless = "x".repeat(100_000);
    let long = format!("OK \x1b{}\n", "y".repeat(300));
    // What it answers to 1, 2 and +, what it does then, and what is told of it.
    let table: [(&[&[u8]], Then, String); 23] = [
        (&[], Then::Close, "it closed without a reply to '1'".into()),
        (&[b"OK\n", b"OK\n"], Then::Close, "it closed without a reply to '+'".into()),
        (
            &[b"OK\n", b"O"],
            Then::Close,
            "it closed without a reply to '2': 'O' came without a line end".into(),
        ),
        (&[b"OK\n", b"OK\n", b"RESULT 3"], Then::Close, {
            "it closed without a reply to '+': 'RESULT 3' came without a line end".into()
        }),
        (&[b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"], Then::Close, {
            format!("it answered '1' with 'HTTP/1.1 400 Bad Request': {NO_REPLY}")
        }),
        (&[b"\x1b[31mred\x07 \xc3\xa9\n"], Then::Mute, {
            r"it answered '1' with '\x1b[31mred\x07 \xc3\xa9': the reply has octets that are not printable ASCII"
                .into()
        }),
        (&[b"\n"], Then::Mute, format!("it answered '1' with '': {NO_REPLY}")),
        (&[b"ok\n"], Then::Mute, format!("it answered '1' with 'ok': {NO_REPLY}")),
        (&[b" OK\n"], Then::Mute, format!("it answered '1' with ' OK': {NO_REPLY}")),
        (&[b"FAIL\n"], Then::Mute, format!("it answered '1' with 'FAIL': {NO_REPLY}")),
        (&[b"FAIL Syntax\n"], Then::Mute, format!("it answered '1' with 'FAIL Syntax': {NO_REPLY}")),
        (&[b"OK\n", b"OK\n", b"RESULT inf\n"], Then::Mute, {
            format!("it answered '+' with 'RESULT inf': {NO_REPLY}")
        }),
        (&[b"OK\n", b"OK\n", b"RESULT 3 or so\n"], Then::Mute, {
            format!("it answered '+' with 'RESULT 3 or so': {NO_REPLY}")
        }),
        (&[b"OK\n", b"OK\n", b"3\n"], Then::Mute, format!("it answered '+' with '3': {NO_REPLY}")),
        (&[long.as_bytes()], Then::Mute, {
            format!(
                r"it answered '1' with 'OK \x1b{}...': the reply is longer than 256 octets",
                "y".repeat(76)
            )
        }),
        (&[endless.as_bytes()], Then::Mute, {
            format!("it answered '1' with '{}...': the reply is longer than 256 octets", "x".repeat(80))
        }),
        (
            &[b"RESULT 1\n"],
            Then::Mute,
            "it answered '1' with 'RESULT 1', which does not fit the message".into(),
        ),
        (&[b"OK\n", b"RESULT 3\n"], Then::Mute, {
            "it answered '2' with 'RESULT 3', which does not fit the message".into()
        }),
        (&[b"OK\n", b"OK\n", b"OK 3\n"], Then::Mute, {
            "it answered '+' with 'OK 3', which does not fit the message".into()
        }),
        (&[b"OK\nOK\n"], Then::Mute, "it said 'OK' before '2' was sent".into()),
        (&[b"OK\n", b"OK\n\x00"], Then::Mute, r"it said '\x00' before '+' was sent".into()),
        (&[b"OK\r\n", b"OK\r\r\n"], Then::Mute, {
            r"it answered '2' with 'OK\r': the reply has octets that are not printable ASCII".into()
        }),
        (&[b"OK\n", b"\0OK\n"], Then::Close, {
            r"it answered '2' with '\x00OK': the reply has octets that are not printable ASCII".into()
        }),
    ];
    for (script, then, fault) in table {
        let outcome = client(&Server::scripted(script, then).args(&["1", "2", "+"]));
        let stderr = format!("calc-client: {BROKE}{fault}\n");
        assert_eq!(outcome, Outcome { code: 4, stdout: String::new(), stderr });
    }
}

#[test]
fn clear_is_not_to_be_refused() {
    let server = Server::scripted(&[b"OK\n", b"FAIL syntax\n"], Then::Mute);
    let stderr = format!(
        "calc-client: {BROKE}it answered 'CLEAR' with 'FAIL syntax', which does not fit the message\n"
    );
    assert_eq!(client(&server.args(&["5"])), Outcome { code: 4, stdout: String::new(), stderr });
}

#[test]
fn a_server_may_be_terse_wordy_or_slow() {
    let table: [(&[&[u8]], &str); 5] = [
        (&[b"OK\r\n", b"OK\r\n", b"RESULT 3\r\n", b"OK\r\n"], "3"),
        (&[b"OK fine\n", b"OK \n", b"RESULT 3\n", b"OK bye\n"], "3"),
        (&[b"OK\n", b"OK\n", b"RESULT 3.00\n", b"OK\n"], "3"),
        (&[b"OK\n", b"OK\n", b"RESULT 1e+20\n", b"OK\n"], "100000000000000000000"),
        (&[b"OK\n", b"OK\n", b"RESULT -.5E-7\n", b"OK\n"], "-5E-8"),
    ];
    for (script, printed) in table {
        let outcome = client(&Server::scripted(script, Then::Close).args(&["1", "2", "+"]));
        let expected = Outcome { code: 0, stdout: format!("{printed}\n"), stderr: String::new() };
        assert_eq!(outcome, expected, "{script:?}");
    }
}

#[test]
fn a_reply_may_come_octet_by_octet() {
    let server = Server::start(|stream, heard| {
        /// Sends each octet by itself, and sees that it leaves by itself.
        struct Dribble<W>(W);
        impl<W: std::io::Write> std::io::Write for Dribble<W> {
            fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
                thread::sleep(Duration::from_millis(2));
                self.0.write(&octets[..1])
            }
            fn flush(&mut self) -> std::io::Result<()> {
                self.0.flush()
            }
        }
        crate::server::converse(&stream, Dribble(&stream), heard);
    });
    let outcome = client(&server.args(&["1", "2", "+"]));
    assert_eq!(outcome, Outcome { code: 0, stdout: "3\n".into(), stderr: String::new() });
}

#[test]
fn what_the_server_refuses_is_told_in_its_words() {
    type Script = &'static [&'static [u8]];
    let table: [(&[&str], Script, &str); 6] = [
        (&["1", "2", "+"], &[b"FAIL busy try later\n"], "busy at token 1 '1': try later"),
        (&["1", "2", "+"], &[b"OK\n", b"FAIL busy\n"], "busy at token 2 '2'"),
        (
            &["1", "2", "+"],
            &[b"OK\r\n", b"OK\r\n", b"FAIL syntax no sums\r\n"],
            "syntax at token 3 '+': no sums",
        ),
        (&["7.0"], &[b"FAIL out-of-range \n"], "out-of-range at token 1 '7.0', sent as '7'"),
        (
            &["4", "SQRT"],
            &[b"OK\n", b"FAIL syntax what?\n"],
            "syntax at token 2 'SQRT', sent as 'sqrt': what?",
        ),
        (
            &["1", "1", "2", "*", "+"],
            &[b"OK\n", b"OK\n", b"RESULT 2E+99\n", b"OK\n", b"FAIL out-of-range too large\n"],
            "out-of-range at token 4 '*', sent as '2E+99': too large",
        ),
    ];
    for (args, script, reason) in table {
        let outcome = client(&Server::scripted(script, Then::Close).args(args));
        let stderr = format!("calc-client: {reason}\n");
        assert_eq!(outcome, Outcome { code: 1, stdout: String::new(), stderr });
    }
}

#[test]
fn a_reply_that_does_not_come_in_time_is_not_waited_for() {
    let table: [(&[&[u8]], &str); 3] = [
        (&[], "no reply to '1' within 1s"),
        (&[b"OK\n", b"OK\n"], "no reply to '+' within 1s"),
        (&[b"OK"], "no reply to '1' within 1s: 'OK' came without a line end"),
    ];
    for (script, message) in table {
        let server = Server::scripted(script, Then::Mute);
        let outcome = client(&server.args(&["--timeout", "1", "1", "2", "+"]));
        let stderr = format!("calc-client: timed out: {message}\n");
        assert_eq!(outcome, Outcome { code: 3, stdout: String::new(), stderr });
    }
}

#[test]
fn a_server_that_never_accepts_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let outcome = client(&["--port", &port, "--timeout", "0.3", "1"]);
    let stderr = "calc-client: timed out: no reply to '1' within 300ms\n".into();
    assert_eq!(outcome, Outcome { code: 3, stdout: String::new(), stderr });
}

/// An octet now and then does not renew the time that a reply has.
#[test]
fn a_reply_that_trickles_for_ever_is_not_waited_for() {
    let server = Server::start(|mut stream, _| {
        let mut more = stream.write_all(b"OK");
        while more.is_ok() {
            thread::sleep(Duration::from_millis(50));
            more = stream.write_all(b" ");
        }
    });
    let outcome = client(&server.args(&["--timeout", "1", "7"]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""), "{}", outcome.stderr);
    assert!(outcome.stderr.starts_with("calc-client: timed out: no reply to '7' within 1s: 'OK "));
}

#[test]
fn a_bad_goodbye_does_not_spoil_the_result() {
    let table: [(&[u8], Then); 5] = [
        (b"", Then::Mute),
        (b"", Then::Close),
        (b"FAIL syntax\n", Then::Mute),
        (b"RESULT 4\n", Then::Mute),
        (b"\x1b[2J\n", Then::Close),
    ];
    for (goodbye, then) in table {
        let server = Server::scripted(&[b"OK\n", b"OK\n", b"RESULT 3\n", goodbye], then);
        // Far more time than a test has, which the goodbye must not take.
        let outcome = client(&server.args(&["--timeout", "600", "1", "2", "+"]));
        assert_eq!(outcome, Outcome { code: 0, stdout: "3\n".into(), stderr: String::new() });
        assert_eq!(server.heard(), "1 2 +");
    }
}
