//! What is an option, what is an expression, and what is neither.

use std::{io, net::TcpListener};

use crate::{
    run::{client, client_fed},
    server::Server,
};

#[test]
fn options_stand_anywhere_and_tokens_are_never_options() {
    let server = Server::right();
    let port = server.port.to_string();
    let equals = format!("--port={port}");
    let table: [(&[&str], &str); 12] = [
        (&["--port", &port, "1", "2", "+"], "3"),
        (&["1", "--port", &port, "2", "+"], "3"),
        (&["1", "2", "+", "--port", &port], "3"),
        (&[&equals, "-3", "-.5", "-"], "-2.5"),
        (&["-3", &equals, "-.5", "-"], "-2.5"),
        (&["-3", "-1E+5", "-", "--timeout", "5", &equals], "99997"),
        (&["--host", "127.0.0.1", "--timeout=5", "-5.", &equals], "-5"),
        (&["-5 -3 -", &equals], "-2"),
        (&["--host=127.0.0.1", &equals, "--", "-5", "-3", "-"], "-2"),
        (&[&equals, "-5", "--", "-3", "- "], "-2"),
        (&["--port", &port, "--host", "localhost", "-5", "2", "-"], "-7"),
        (&["-1e-2", "--timeout", ".5e1", &equals], "-0.01"),
    ];
    for (args, printed) in table {
        let outcome = client(args);
        assert_eq!(outcome.stdout, format!("{printed}\n"), "{args:?}: {}", outcome.stderr);
        assert_eq!(outcome.code, 0, "{args:?}");
    }
}

#[test]
fn what_is_wrong_is_refused_before_anything_is_sent() {
    let seconds = "give a number of seconds from 0.001 to 86400";
    let table: [(&[&str], &str); 38] = [
        (&["1", "+"], "calc-client: token 2 '+' needs 2 operands before it and has 1\n"),
        (
            &["1", "2"],
            "calc-client: 2 values are left after token 2 '2': an operator that joins them is missing\n",
        ),
        (&["foo", "2", "+"], "calc-client: token 1 'foo' is neither an operand, such as"),
        (&["1 2", "foo"], "calc-client: token 3 'foo' is neither"),
        (&["1", "2e6145", "+"], "calc-client: token 2 '2e6145' is beyond the largest number"),
        (&["-1e99999"], "calc-client: token 1 '-1e99999' is beyond the largest number"),
        (&["neg"], "calc-client: token 1 'neg' needs 1 operand before it and has 0"),
        (&["1", "-"], "calc-client: token 2 '-' needs 2 operands before it and has 1"),
        (&["-", "1"], "calc-client: token 1 '-' needs 2 operands before it and has 0"),
        (&["quit"], "calc-client: token 1 'quit' is neither"),
        (&[""], "calc-client: the expression is empty"),
        (&[" ", "\t"], "calc-client: the expression is empty"),
        (&["1 --prot"], "calc-client: token 2 '--prot' is neither"),
        (&["--", "1", "--prot"], "calc-client: token 2 '--prot' is neither"),
        (&["--", "-h"], "calc-client: token 1 '-h' is neither"),
        (&["1", "2", "+", "--prot", "7"], "error: unexpected argument '--prot' found"),
        (&["-x", "1", "2", "+"], "error: unexpected argument '-x' found"),
        (&["1", "2", "-x"], "error: unexpected argument '-x' found"),
        (&["-5x"], "error: unexpected argument '-5' found"),
        (&["-1e", "2", "+"], "error: unexpected argument '-1' found"),
        (&["-."], "error: unexpected argument '-.' found"),
        (&["--5", "2", "+"], "error: unexpected argument '--5' found"),
        (&["-inf"], "error: unexpected argument '-i' found"),
        (&["--port 7", "1"], "error: unexpected argument '--port 7' found"),
        (&["--port", "-5", "1"], "error: invalid value '-5' for '--port <PORT>'"),
        (&["--port", "-", "1"], "error: invalid value '-' for '--port <PORT>'"),
        (&["--port", "0", "1"], "error: invalid value '0' for '--port <PORT>'"),
        (&["--port", "65536", "1"], "error: invalid value '65536' for '--port <PORT>'"),
        (&["--port", "x", "1"], "error: invalid value 'x' for '--port <PORT>'"),
        (&["1", "--port"], "error: a value is required for '--port <PORT>' but none was supplied"),
        (&["--timeout", "--", "1"], "error: a value is required for '--timeout <SECONDS>'"),
        (&["--timeout", "--host", "h"], "error: a value is required for '--timeout <SECONDS>'"),
        (&["--timeout", "0", "1"], seconds),
        (&["--timeout", "-1", "1"], seconds),
        (&["--timeout", "nan", "1"], seconds),
        (&["--timeout", "1e30", "1"], seconds),
        (&["--timeout", "soon", "1"], seconds),
        (&["--host", "[localhost]", "1"], "only an IPv6 address stands in brackets"),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("non-blocking");
    let port = format!("--port={}", listener.local_addr().expect("an address").port());
    for (args, message) in table {
        let own_port = args.contains(&"--port");
        let outcome = client(&if own_port { args.to_vec() } else { [&[port.as_str()], args].concat() });
        assert!(outcome.stderr.contains(message), "{args:?}: {}", outcome.stderr);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{args:?}");
    }
    assert_eq!(listener.accept().expect_err("no client").kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn help_and_version_are_told_on_standard_output() {
    let table: [(&[&str], &[&str]); 4] = [
        (
            &["--help"],
            &[
                "+ - * / % ^ neg abs sqrt",
                "Usage: calc-client [OPTIONS] [EXPRESSION]...",
                "--timeout <SECONDS>",
            ],
        ),
        (
            &["1", "-h"],
            &["Exit codes:\n  0  every", "\n  1  ", "\n  2  ", "\n  3  ", "\n  4  the server broke"],
        ),
        (&["-5", "-V", "+"], &[concat!("calc-client ", env!("CARGO_PKG_VERSION"), "\n")]),
        (&["--version"], &["calc-client "]),
    ];
    for (args, texts) in table {
        let outcome = client(args);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{args:?}");
        for text in texts {
            assert!(outcome.stdout.contains(text), "{args:?}: {}", outcome.stdout);
        }
    }
}

#[test]
fn a_dash_alone_asks_for_the_lines_of_standard_input() {
    let table: [&[&str]; 5] = [&[], &["-"], &[" - "], &["--", "-"], &["", "-"]];
    for args in table {
        let server = Server::right();
        let outcome = client_fed(&server.args(args), b"1 2 +\n");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "3\n"), "{args:?}: {}", outcome.stderr);
    }
}

/// The controlling side of a pseudo-terminal is a terminal too, as far as Linux is asked.
#[test]
#[cfg(target_os = "linux")]
fn nothing_at_a_terminal_is_a_usage_error() {
    let terminal = std::fs::File::options().read(true).write(true).open("/dev/ptmx").expect("a terminal");
    let outcome = crate::run::Client::start(&[], terminal.into()).finish();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(
        outcome.stderr.starts_with("error: no expression: give one, such as 1 2 +"),
        "{}",
        outcome.stderr
    );
}
