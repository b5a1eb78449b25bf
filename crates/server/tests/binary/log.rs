//! The log on stderr: silent by default, and never in the way.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
};

use crate::support::{Server, answer};

#[test]
fn nothing_is_logged_about_messages_unless_asked_for() {
    let mut server = Server::start(1, ["--host", "127.0.0.1", "--port", "0"]);
    answer(&server.addresses[0], "1\nx\nQUIT\n");
    let mut log = server.log();
    server.child.kill().unwrap();
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    assert_eq!(text, "");
}

#[test]
fn what_is_received_and_sent_is_logged_escaped() {
    for (format, parts) in [
        ("text", ["received 1\\n\\x1b[31m\\xff\\n", "sent OK\\nFAIL syntax"]),
        ("json", [r#""message":"received 1\\n\\x1b[31m\\xff\\n""#, r#""level":"DEBUG""#]),
    ] {
        let mut server =
            Server::start(1, ["--host", "127.0.0.1", "--port", "0", "-vv", "--log-format", format]);
        let mut client = server.connect();
        client.write_all(b"1\n\x1b[31m\xff\n").unwrap();
        // The line that follows what was sent is the last one wanted.
        let mut log = BufReader::new(server.log());
        let mut text = String::new();
        while !text.contains("sent OK") {
            assert_ne!(log.read_line(&mut text).unwrap(), 0, "{text}");
        }
        for part in parts {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.bytes().all(|octet| octet == b'\n' || (0x20..=0x7e).contains(&octet)), "{text:?}");
    }
}

#[test]
fn a_wildcard_address_is_warned_of_in_one_line_and_loopback_is_not() {
    for (host, warnings) in [("0.0.0.0", 1), ("127.0.0.1", 0)] {
        let mut server = Server::start(1, ["--host", host, "--port", "0"]);
        answer(&server.addresses[0].replace("0.0.0.0", "127.0.0.1"), "1\n");
        let mut log = server.log();
        server.child.kill().unwrap();
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        assert_eq!(text.matches("WARN open to the network").count(), warnings, "{host}: {text}");
        assert_eq!(text.lines().count(), warnings, "{host}: {text}");
    }
}

/// Closed at the other end, closed from the start (so that a connection could get their numbers), and on a full disk. All that is
/// received is logged.
#[cfg(unix)]
#[test]
fn outputs_that_take_nothing_do_not_end_it() {
    for outputs in ["", "<&- >&- 2>&-", ">/dev/full 2>/dev/full", ">/dev/full 2>&-"] {
        if outputs.contains("/dev/full") && !std::path::Path::new("/dev/full").exists() {
            continue; // Only Linux has a disk that is always full.
        }
        // A port that was free a moment ago, since nobody will read which one it took.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let mut sh = Command::new("sh");
        sh.args(["-c", &format!("exec \"$0\" \"$@\" {outputs}"), env!("CARGO_BIN_EXE_calc-server")])
            .args(["--host", "127.0.0.1", "--port", &port, "-vv"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = sh.spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        let mut server = Server { child, addresses: vec![format!("127.0.0.1:{port}")] };
        while TcpStream::connect(&server.addresses[0]).is_err() {
            assert_eq!(server.child.try_wait().unwrap(), None, "it ended: {outputs}");
            std::thread::yield_now();
        }
        for _ in 0..3 {
            assert_eq!(answer(&server.addresses[0], "1\n2\n+\n"), "OK\nOK\nRESULT 3\n", "{outputs}");
        }
        let pid = rustix::process::Pid::from_child(&server.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{outputs}");
    }
}

/// Nobody is warned about a number that they have not asked for.
#[cfg(unix)]
#[test]
fn too_low_a_limit_of_open_files_is_a_warning_only_for_who_asked_for_more() {
    for (args, warned) in
        [(&["--port", "0"][..], false), (&["--port", "0", "--max-connections", "10000"], true)]
    {
        let mut sh = Command::new("sh");
        sh.args(["-c", r#"ulimit -n 24; exec "$0" "$@""#, env!("CARGO_BIN_EXE_calc-server")])
            .args(["--host", "127.0.0.1"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let server = Server::spawn(1, &mut sh);
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&server.child),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        let (_, log) = server.ended();
        assert_eq!(log.contains("WARN the limit of open files"), warned, "{args:?}: {log}");
    }
}
