//! One expression a line in, one result a line out.

use std::{io::Write as _, process::Stdio};

use calc_client::batch::MAX_INPUT_LINE;

#[cfg(target_os = "linux")]
use crate::run::redirected;
use crate::{
    run::{Client, Outcome, client_fed, command},
    server::{Server, Then},
};

#[test]
fn each_line_has_its_result_in_its_place() {
    let unknown =
        "is neither an operand, such as 5, -0.5 or 1.5e-3, nor an operator: + - * / % ^ neg abs sqrt";
    let zero = "error: division-by-zero at token 3 '/': the divisor is zero\n";
    let table: [(&[u8], i32, String, &str); 12] = [
        (b"", 0, "".into(), ""),
        (b"1 2 +\n", 0, "3\n".into(), "CLEAR 1 2 + QUIT"),
        (b"1 2 +\n8 3 -", 0, "3\n5\n".into(), "CLEAR 1 2 + CLEAR 8 3 - QUIT"),
        (b"1 2 +\r\n8 3 -\r\n\r\n", 0, "3\n5\n\n".into(), "CLEAR 1 2 + CLEAR 8 3 - QUIT"),
        (b"\n \t\n5.0\n\n", 0, "\n\n5\n\n".into(), "CLEAR 5 QUIT"),
        (
            b"-5\n-\n-3 -.5 -\n",
            1,
            { "-5\nerror: token 1 '-' needs 2 operands before it and has 0\n-2.5\n".into() },
            "CLEAR -5 CLEAR -3 -0.5 - QUIT",
        ),
        (b"1 0 /\n2 3 *\n1 1 +\n", 1, format!("{zero}6\n2\n"), "CLEAR 1 0 / CLEAR 2 3 * CLEAR 1 1 + QUIT"),
        (b"1 0 /\nfoo\n1 0 /\n", 1, format!("{zero}error: token 1 'foo' {unknown}\n{zero}"), {
            "CLEAR 1 0 / CLEAR 1 0 / QUIT"
        }),
        (b"1 0 /\n", 1, zero.into(), "CLEAR 1 0 / QUIT"),
        (b"foo\n", 1, format!("error: token 1 'foo' {unknown}\n"), ""),
        (b"1 2\0 +\n4 5 +\n", 1, format!("error: token 2 '2\\0' {unknown}\n9\n"), "CLEAR 4 5 + QUIT"),
        (
            b"1 \xff +\n4 5 +\n",
            1,
            "error: the line is not UTF-8 from its octet 3 on\n9\n".into(),
            "CLEAR 4 5 + QUIT",
        ),
    ];
    for (input, code, stdout, said) in table {
        let server = Server::right();
        let outcome = client_fed(&server.args(&[]), input);
        assert_eq!(outcome, Outcome { code, stdout, stderr: String::new() }, "{}", input.escape_ascii());
        if !said.is_empty() {
            assert_eq!(server.heard() + " QUIT", said, "{}", input.escape_ascii());
        }
    }
}

#[test]
fn the_length_of_a_line_is_bounded() {
    let server = Server::right();
    let padding = |octets| " ".repeat(octets);
    let full = format!("1 2 +{}\n", padding(MAX_INPUT_LINE - 5));
    let long = format!("1 2 +{}\n", padding(MAX_INPUT_LINE - 4));
    let longer = format!("1 2 +{}\n", padding(3 * MAX_INPUT_LINE));
    let unended = format!("4 5 +{}", padding(MAX_INPUT_LINE - 5));
    let input = [full, long, longer, "6 7 +\n".into(), unended].concat();
    let outcome = client_fed(&server.args(&["-"]), input.as_bytes());
    let error = format!("error: the line has more than {MAX_INPUT_LINE} octets\n");
    let stdout = format!("3\n{error}{error}13\n9\n");
    assert_eq!(outcome, Outcome { code: 1, stdout, stderr: String::new() });
}

/// Lines of one, two and three operators, lines that fail and lines without a token, many times what is on its way at once.
#[test]
fn many_lines_have_their_results_in_order() {
    let lines = 10_000;
    let (mut input, mut output) = (String::new(), String::new());
    for n in 0..lines {
        let (expression, result) = match n % 6 {
            0 => (format!("{n} 1 +"), (n + 1).to_string()),
            1 => (format!("{n} 2 * 3 4 * -"), (2 * n - 12).to_string()),
            2 => (format!("{n} neg abs 1 +"), (n + 1).to_string()),
            3 => (format!("{n} 0 /"), "error: division-by-zero at token 3 '/': the divisor is zero".into()),
            4 => (String::new(), String::new()),
            _ => (format!("{n}.5"), format!("{n}.5")),
        };
        input += &(expression + "\n");
        output += &(result + "\n");
    }
    let server = Server::start(|stream, _| crate::server::converse_in_silence(&stream));
    let outcome = client_fed(&server.args(&[]), input.as_bytes());
    assert!(outcome.stdout == output, "the results are not those of the lines");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
}

/// Messages are sent before the replies to those before have come (PIPE-2): a server that answers only when it has heard
/// the messages of two lines hears them.
#[test]
fn lines_are_on_their_way_together() {
    let server = Server::scripted(
        &[b"", b"", b"", b"", b"", b"", b"", b"OK\nOK\nOK\nRESULT 3\nOK\nOK\nOK\nRESULT 7\n"],
        Then::Mute,
    );
    let outcome = client_fed(&server.args(&[]), b"1 2 +\n3 4 +\n");
    assert_eq!(outcome, Outcome { code: 0, stdout: "3\n7\n".into(), stderr: String::new() });
}

/// A refused operand spoils its own line only (PIPE-2), whatever the server says to the messages that follow it.
#[test]
fn a_refused_operand_spoils_its_own_line_only() {
    let script: [&[u8]; 8] = [
        b"OK\n",
        b"FAIL busy\n",
        b"OK\n",
        b"FAIL missing-operand\n",
        b"OK\n",
        b"OK\n",
        b"OK\n",
        b"RESULT 7\n",
    ];
    let outcome = client_fed(&Server::scripted(&script, Then::Mute).args(&[]), b"1 2 +\n3 4 +\n");
    let stdout = "error: busy at token 1 '1'\n7\n".into();
    assert_eq!(outcome, Outcome { code: 1, stdout, stderr: String::new() });
}

/// The server reads nothing while its replies are not read, and what is on its way fills every buffer in both directions:
/// a client that only wrote would wait for it for ever, and it for the client (PIPE-3).
#[test]
#[cfg(unix)]
fn a_batch_reads_while_it_writes() {
    use std::{io::Read as _, os::unix::net::UnixListener, thread};
    /// What one line asks for is eight times its own length.
    const LINE: &str = "1e33\n";
    const LINES: usize = 40_000;
    // A Unix socket's buffers do not grow, as those of TCP do on loopback.
    let path = std::env::temp_dir().join(format!("calc-client-{}-batch", std::process::id()));
    let listener = UnixListener::bind(&path).expect("a socket");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let (mut buffer, reply) = ([0; 4096], format!("OK {}\n", "x".repeat(250)));
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            let messages = buffer[..count].iter().filter(|octet| **octet == b'\n').count();
            let Ok(()) = stream.write_all(reply.repeat(messages).as_bytes()) else { break };
        }
    });
    let outcome = client_fed(&["--unix", path.to_str().expect("UTF-8")], LINE.repeat(LINES).as_bytes());
    std::fs::remove_file(path).expect("it is there");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(outcome.stdout == format!("1{}\n", "0".repeat(33)).repeat(LINES), "each line has its result");
}

#[test]
fn a_result_comes_before_the_next_line_is_there() {
    let mut client = Client::start(&Server::right().args(&[]), Stdio::piped());
    for (input, output) in
        [("1 2 +\n", "3\n"), ("\n", "\n"), ("8 3", ""), (" -\n4", "5\n"), (" neg\n", "-4\n")]
    {
        client.feed(input.as_bytes());
        if !output.is_empty() {
            assert_eq!(client.line(), output);
        }
    }
    assert_eq!(client.finish(), Outcome { code: 0, stdout: String::new(), stderr: String::new() });
}

#[test]
fn after_a_lost_connection_the_lines_stay_aligned() {
    let broke = "the server broke the protocol: it closed without a reply to '5'";
    let unfit =
        "the server broke the protocol: it answered '4' with 'RESULT 3', which does not fit the message";
    let mute = "timed out: no reply to 'CLEAR' within 1s";
    let sum: [&[u8]; 4] = [b"OK\n", b"OK\n", b"OK\n", b"RESULT 3\n"];
    let cut = "the server broke the protocol: it closed without a reply to '4': 'O' came without a line end";
    let refused = "the server broke the protocol: it answered 'CLEAR' with 'FAIL syntax', which does not fit the message";
    let endless = [b'\x07'; 100_000];
    let too_long = format!(
        "the server broke the protocol: it answered 'CLEAR' with '{}...': the reply is longer than 256 octets",
        r"\x07".repeat(80)
    );
    let table: [(Vec<&[u8]>, Then, i32, &str); 6] = [
        ([&sum[..], &[b"OK\n", b"OK\n"]].concat(), Then::Close, 4, broke),
        ([&sum[..], &[b"OK\n", b"RESULT 3\n"]].concat(), Then::Mute, 4, unfit),
        ([&sum[..], &[b"OK\n", b"O"]].concat(), Then::Close, 4, cut),
        (sum.to_vec(), Then::Mute, 3, mute),
        ([&sum[..], &[b"FAIL syntax\n"]].concat(), Then::Mute, 4, refused),
        ([&sum[..], &[&endless]].concat(), Then::Mute, 4, &too_long),
    ];
    for (script, then, code, reason) in table {
        let server = Server::scripted(&script, then);
        let outcome = client_fed(&server.args(&["--timeout=1"]), b"1 2 +\nfoo\n4 5 +\n\n6 7 +\nbar\n");
        assert_eq!(outcome.code, code);
        let results: Vec<&str> = outcome.stdout.lines().collect();
        assert!(
            matches!(results[..], ["3", foo, _, "", "error: no reply: the connection was lost at line 3", bad]
                if foo.starts_with("error: token 1 'foo'") && bad.starts_with("error: token 1 'bar'")),
            "{results:?}"
        );
        assert_eq!(results[2], format!("error: {reason}"));
        assert_eq!(outcome.stderr, format!("calc-client: the connection was lost at line 3: {reason}\n"));
    }
}

#[test]
fn without_a_server_one_attempt_is_made() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let outcome = client_fed(&["--port", &port, "--timeout=0.2"], b"\n1 2\n1 2 +\n3 4 +\n");
    let lost = "timed out: no reply to 'CLEAR' within 200ms";
    let stdout = format!(
        "\nerror: 2 values are left after token 2 '2': an operator that joins them is missing\nerror: {lost}\nerror: no reply: the connection was lost at line 3\n"
    );
    let stderr = format!("calc-client: the connection was lost at line 3: {lost}\n");
    assert_eq!(outcome, Outcome { code: 3, stdout, stderr });
}

#[test]
fn after_a_lost_connection_nothing_is_sent() {
    let server = Server::scripted(&[b"RESULT 3\n"], Then::Mute);
    let mut client = Client::start(&server.args(&[]), Stdio::piped());
    client.feed(b"1 2 +\n");
    assert!(
        client
            .line()
            .starts_with("error: the server broke the protocol: it answered 'CLEAR' with 'RESULT 3'")
    );
    client.feed(b"3 4 +\n");
    assert_eq!(client.line(), "error: not sent: the connection was lost at line 1\n");
    assert_eq!(client.finish().code, 4);
}

/// A server may close when nothing was said for long (CONN-9), which is no reason to give up, even where the next messages
/// were on their way already.
#[test]
fn a_connection_closed_between_two_lines_is_made_anew() {
    let sum: &[&[u8]] = &[b"OK\n", b"OK\n", b"OK\n", b"RESULT 3\n"];
    for script in [sum.to_vec(), [sum, &[b""]].concat()] {
        let server = Server::scripted(&script, Then::Close);
        let mut client = Client::start(&server.args(&[]), Stdio::piped());
        for _ in 0..3 {
            client.feed(b"1 2 +\n");
            assert_eq!(client.line(), "3\n");
        }
        assert_eq!(client.finish(), Outcome { code: 0, stdout: String::new(), stderr: String::new() });
    }
}

/// As in `calc-client - | head`: it is no failure that nobody reads on, and it hides none either.
#[test]
fn a_reader_that_leaves_ends_the_batch_without_a_word() {
    let server = Server::right();
    let table: [(&[&str], &str, i32); 3] =
        [(&["-"], "1 2 +\n3 4 +\n", 0), (&["-"], "1 0 /\n3 4 +\n", 1), (&["1", "2", "+"], "", 0)];
    for (args, input, code) in table {
        let mut client = command(&server.args(args))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the client starts");
        drop(client.stdout.take());
        let mut stdin = client.stdin.take().expect("piped");
        // A client of one expression reads nothing, and may be gone by now.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let outcome = client.wait_with_output().expect("it ends");
        assert_eq!((outcome.status.code(), outcome.stderr), (Some(code), Vec::new()), "{args:?} {input}");
    }
}

#[test]
#[cfg(unix)]
fn input_that_cannot_be_read_is_told() {
    let directory = std::fs::File::open("/").expect("a directory");
    let outcome = Client::start(&["-"], directory.into()).finish();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    let message = "calc-client: cannot read the input: ";
    assert!(outcome.stderr.starts_with(message), "{}", outcome.stderr);
}

/// There is no room for it, or there is no standard output at all, which `/dev/null` must not be taken for.
#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_told() {
    let calls: [(&[&str], &[u8]); 7] = [
        (&["1", "2", "+"], b""),
        (&["--json", "1", "2", "+"], b""),
        (&["-"], b"1 2 +\n3 4 +\n"),
        (&["--json", "-"], b"1 2 +\n"),
        (&["--help"], b""),
        (&["--version"], b""),
        (&["--manual"], b""),
    ];
    let lost = |reason: &str| (2, format!("calc-client: cannot write to standard output: {reason}\n"));
    let outputs = [
        (">&-", lost("Bad file descriptor (os error 9)")),
        (">/dev/full", lost("No space left on device (os error 28)")),
        (">/dev/null", (0, String::new())),
        ("1<>/dev/null", (0, String::new())),
    ];
    for (args, input) in calls {
        for (redirection, (code, stderr)) in &outputs {
            let server = Server::right();
            let mut client = Client::spawn(redirected(&server.args(args), redirection).stdin(Stdio::piped()));
            client.feed(input);
            let expected = Outcome { code: *code, stdout: String::new(), stderr: stderr.clone() };
            assert_eq!(client.finish(), expected, "{args:?} {redirection}");
        }
    }
}
