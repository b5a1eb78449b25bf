//! Where it listens, what it says about that, and what when it cannot.

use std::net::TcpListener;

use crate::support::{Server, answer, command, fails};

/// Whether this machine has the IPv6 loopback.
fn has_ipv6() -> bool {
    TcpListener::bind("[::1]:0").is_ok()
}

#[test]
fn a_free_port_is_the_same_on_both_loopback_addresses() {
    let server = Server::start(if has_ipv6() { 2 } else { 1 }, ["--port", "0"]);
    let port = server.addresses[0].strip_prefix("127.0.0.1:").unwrap();
    assert_ne!(port, "0");
    if let Some(second) = server.addresses.get(1) {
        assert_eq!(*second, format!("[::1]:{port}"));
    }
    for address in &server.addresses {
        assert_eq!(answer(address, "1\n2\n+\n"), "OK\nOK\nRESULT 3\n");
        assert_eq!(answer(address, "1\r\n2\r\n+\r\n"), "OK\nOK\nRESULT 3\n");
    }
}

#[test]
fn it_prints_its_manual_and_completions_instead() {
    for (args, part) in [
        (&["--manual"][..], ".TH calc-server 1"),
        (&["--completions", "bash"], " calc-server\n"),
        (&["--completions=zsh"], "#compdef calc-server"),
    ] {
        let output = command(args.iter().copied()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains(part), "{args:?}: {text}");
    }
}

#[test]
fn it_listens_on_the_hosts_that_it_is_given() {
    let mut rows = vec![
        ("127.0.0.1", "127.0.0.1:"),
        ("::ffff:127.0.0.1", "127.0.0.1:"),
        ("0.0.0.0", "0.0.0.0:"),
        ("localhost", ""),
    ];
    if has_ipv6() {
        rows.extend([("::1", "[::1]:"), ("[::1]", "[::1]:")]);
    }
    for (host, prefix) in rows {
        let server = Server::start(1, ["--port", "0", "--host", host]);
        assert!(server.addresses[0].starts_with(prefix), "{:?}", server.addresses);
        assert_eq!(answer(&server.addresses[0], "0.1\n0.2\n+\n"), "OK\nOK\nRESULT 0.3\n");
    }
    // A host that is named twice, once by its name, is no conflict with itself.
    let server = Server::start(
        1,
        ["--port", "0", "--host", "127.0.0.1", "--host", "localhost", "--host", "127.0.0.1"],
    );
    assert!(server.addresses[0].starts_with("127.0.0.1:"), "{:?}", server.addresses);
}

#[test]
fn where_it_cannot_listen_it_says_why_in_one_line_and_exits_with_3() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let rows: [(&[&str], _); 3] = [
        (
            &["--host", "127.0.0.1", "--port", &port],
            format!("calc-server: cannot listen on 127.0.0.1:{port}: address already in use\n"),
        ),
        (
            &["--host", "192.0.2.1", "--port", "0"],
            "calc-server: cannot listen on 192.0.2.1:0: this machine has no such address\n".into(),
        ),
        // One address that is taken is enough, though another may be free.
        (
            &["--port", &port],
            format!("calc-server: cannot listen on 127.0.0.1:{port}: address already in use\n"),
        ),
    ];
    for (args, message) in rows {
        assert_eq!(fails(args.iter().copied()), (Some(3), message), "{args:?}");
    }
    let (code, message) = fails(["--host", "no.such.host.invalid"]);
    assert_eq!(code, Some(3));
    assert!(message.starts_with("calc-server: cannot listen on host no.such.host.invalid: "), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    let rows: [&[&str]; 13] = [
        &["--bogus"],
        &["extra"],
        &["--port", "65536"],
        &["--port", "x"],
        &["--max-connections", "0"],
        &["--host", ""],
        &["--host", " "],
        &["--idle-timeout", "soon"],
        &["--idle-timeout", "0"],
        &["--idle-timeout", "0.0000001"],
        &["--idle-timeout", "1e300"],
        &["--grace=-1"],
        &["--log-format", "xml"],
    ];
    for args in rows {
        let (code, message) = fails(args.iter().copied());
        assert_eq!(code, Some(2), "{args:?}: {message}");
        let name = args[0].split_once('=').map_or(args[0], |(name, _)| name);
        assert!(message.contains(name), "{args:?}: {message}");
    }
}

#[test]
fn the_help_tells_the_defaults_and_the_exit_codes() {
    let output = command(["--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    for part in
        ["[default: 51216]", "127.0.0.1 and ::1", "[default: 10000]", "[default: 300]", "[default: 5]"]
    {
        assert!(help.contains(part), "{part} in {help}");
    }
    for code in ["0  stopped", "1  a fault", "2  the command line", "3  cannot listen", "4  stopped at once"]
    {
        assert!(help.contains(code), "{code} in {help}");
    }
}
