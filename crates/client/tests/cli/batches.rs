//! One expression a line in, one result a line out.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use calc_client::batch::MAX_INPUT_LINE;

use crate::{
    run::{Client, Outcome, client_fed},
    server::{Server, Then},
};

#[test]
fn each_line_has_its_result_in_its_place() {
    let unknown =
        "is neither an operand, such as 5, -0.5 or 1.5e-3, nor an operator: + - * / % ^ neg abs sqrt";
    let zero = "error: division-by-zero at token 3 '/': the divisor is zero\n";
    let table: [(&[u8], i32, String, &str); 12] = [
        (b"", 0, "".into(), ""),
        (b"1 2 +\n", 0, "3\n".into(), "1 2 + QUIT"),
        (b"1 2 +\n8 3 -", 0, "3\n5\n".into(), "1 2 + 8 3 - QUIT"),
        (b"1 2 +\r\n8 3 -\r\n\r\n", 0, "3\n5\n\n".into(), "1 2 + 8 3 - QUIT"),
        (b"\n \t\n5.0\n\n", 0, "\n\n5\n\n".into(), "5 CLEAR QUIT"),
        (
            b"-5\n-\n-3 -.5 -\n",
            1,
            { "-5\nerror: token 1 '-' needs 2 operands before it and has 0\n-2.5\n".into() },
            "-5 CLEAR -3 -0.5 - QUIT",
        ),
        // After a refusal the next expression begins with CLEAR.
        (b"1 0 /\n2 3 *\n1 1 +\n", 1, format!("{zero}6\n2\n"), "1 0 / CLEAR 2 3 * 1 1 + QUIT"),
        (b"1 0 /\nfoo\n1 0 /\n", 1, format!("{zero}error: token 1 'foo' {unknown}\n{zero}"), {
            "1 0 / CLEAR 1 0 / QUIT"
        }),
        (b"1 0 /\n", 1, zero.into(), "1 0 / QUIT"),
        (b"foo\n", 1, format!("error: token 1 'foo' {unknown}\n"), ""),
        (b"1 2\0 +\n4 5 +\n", 1, format!("error: token 2 '2\\0' {unknown}\n9\n"), "4 5 + QUIT"),
        (
            b"1 \xff +\n4 5 +\n",
            1,
            "error: the line is not UTF-8 from its octet 3 on\n9\n".into(),
            "4 5 + QUIT",
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

#[test]
fn many_lines_have_their_results_in_order() {
    let lines = 2000;
    let input: String = (0..lines).map(|line| format!("{line} 1 +\n")).collect();
    let output: String = (0..lines).map(|line| format!("{}\n", line + 1)).collect();
    let outcome = client_fed(&Server::right().args(&[]), input.as_bytes());
    assert_eq!(outcome, Outcome { code: 0, stdout: output, stderr: String::new() });
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
fn after_a_lost_connection_the_lines_stay_aligned_and_nothing_is_sent() {
    let broke = "the server broke the protocol: it closed without a reply to '5'";
    let unfit =
        "the server broke the protocol: it answered '4' with 'RESULT 3', which does not fit the message";
    let mute = "timed out: no reply to '4' within 1s";
    let sum: [&[u8]; 3] = [b"OK\n", b"OK\n", b"RESULT 3\n"];
    let cut = "the server broke the protocol: it closed without a reply to '4': 'O' came without a line end";
    let table: [(Vec<&[u8]>, Then, i32, &str); 4] = [
        ([&sum[..], &[b"OK\n"]].concat(), Then::Close, 4, broke),
        ([&sum[..], &[b"RESULT 3\n"]].concat(), Then::Mute, 4, unfit),
        ([&sum[..], &[b"O"]].concat(), Then::Close, 4, cut),
        (sum.to_vec(), Then::Mute, 3, mute),
    ];
    for (script, then, code, reason) in table {
        let server = Server::scripted(&script, then);
        let outcome = client_fed(&server.args(&["--timeout=1"]), b"1 2 +\nfoo\n4 5 +\n\n6 7 +\nbar\n");
        assert_eq!(outcome.code, code);
        let results: Vec<&str> = outcome.stdout.lines().collect();
        assert!(
            matches!(results[..], ["3", foo, _, "", "error: not sent: the connection was lost at line 3", bad]
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
    let lost = "timed out: no reply to '1' within 200ms";
    let stdout = format!(
        "\nerror: 2 values are left after token 2 '2': an operator that joins them is missing\nerror: {lost}\nerror: not sent: the connection was lost at line 3\n"
    );
    let stderr = format!("calc-client: the connection was lost at line 3: {lost}\n");
    assert_eq!(outcome, Outcome { code: 3, stdout, stderr });
}

/// A server may close when nothing was said for long (CONN-9), which is no reason to give up.
#[test]
fn a_connection_closed_between_two_lines_is_made_anew() {
    let server = Server::scripted(&[b"OK\n", b"OK\n", b"RESULT 3\n"], Then::Close);
    let mut client = Client::start(&server.args(&[]), Stdio::piped());
    for _ in 0..3 {
        client.feed(b"1 2 +\n");
        assert_eq!(client.line(), "3\n");
    }
    assert_eq!(client.finish(), Outcome { code: 0, stdout: String::new(), stderr: String::new() });
}

/// As in `calc-client - | head`.
#[test]
fn a_reader_that_leaves_ends_the_batch_without_a_word() {
    let server = Server::right();
    for args in [&["-"][..], &["1", "2", "+"]] {
        let mut client = Command::new(env!("CARGO_BIN_EXE_calc-client"))
            .args(server.args(args))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the client starts");
        drop(client.stdout.take());
        let mut stdin = client.stdin.take().expect("piped");
        // A client of one expression reads nothing, and may be gone by now.
        let _ = stdin.write_all(b"1 2 +\n3 4 +\n");
        let outcome = client.wait_with_output().expect("it ends");
        assert_eq!((outcome.status.code(), outcome.stderr), (Some(0), Vec::new()), "{args:?}");
    }
}

#[test]
#[cfg(unix)]
fn input_that_cannot_be_read_is_told() {
    let directory = std::fs::File::open("/").expect("a directory");
    let outcome = Client::start(&["-"], directory.into()).finish();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    let message = "calc-client: cannot read standard input: ";
    assert!(outcome.stderr.starts_with(message), "{}", outcome.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_told() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
    let outcome = Command::new(env!("CARGO_BIN_EXE_calc-client"))
        .args(Server::right().args(&["1", "2", "+"]))
        .stdout(full)
        .output()
        .expect("it ends");
    assert_eq!(outcome.status.code(), Some(2));
    let message = String::from_utf8_lossy(&outcome.stderr);
    assert!(message.starts_with("calc-client: cannot write to standard output: "), "{message}");
}
