//! Ways to a server, and their ends.

use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};

use crate::{
    run::{Outcome, client, client_fed},
    server::Server,
};

/// A port on which nobody listens, and which nobody else gets.
fn taken_port(address: &str) -> (Socket, u16) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&address.parse::<SocketAddr>().expect("an address").into()).expect("a port");
    let port = socket.local_addr().expect("an address").as_socket().expect("an IP address").port();
    (socket, port)
}

#[test]
fn where_nobody_listens_every_address_is_named_with_its_reason() {
    let (_socket, port) = taken_port("127.0.0.1:0");
    for (host, named) in [
        ("127.0.0.1", format!("127.0.0.1:{port}: ")),
        ("localhost", format!("127.0.0.1:{port}: ")),
        ("[::1]", format!("[::1]:{port}: ")),
        ("::1", format!("[::1]:{port}: ")),
    ] {
        let outcome = client(&["--host", host, "--port", &port.to_string(), "1", "2", "+"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""), "{host}");
        assert!(outcome.stderr.starts_with("calc-client: cannot connect to "), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(&named), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
}

/// Lines that were read together are no exception.
#[test]
fn of_a_batch_the_first_line_alone_looks_for_the_server() {
    let (_socket, port) = taken_port("127.0.0.1:0");
    let outcome = client_fed(&["--port", &port.to_string()], b"\n1 2 +\n3 4 +\n5 6\n");
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert!(lines[1].starts_with("error: cannot connect to 127.0.0.1"), "{lines:?}");
    assert_eq!((outcome.code, lines.len(), lines[0]), (3, 4, ""));
    assert_eq!(lines[2], "error: not sent: the connection was lost at line 2");
    assert!(lines[3].starts_with("error: 2 values are left"), "{lines:?}");
}

#[test]
fn a_name_leads_to_the_server_whichever_of_its_addresses_that_has() {
    let server = Server::right();
    let outcome = client(&server.args(&["--host", "localhost", "1", "2", "+"]));
    assert_eq!(outcome, Outcome { code: 0, stdout: "3\n".into(), stderr: String::new() });
}

#[test]
fn a_name_that_means_nothing_is_told() {
    // A label of more than 63 octets is refused by the resolver itself.
    let name = "x".repeat(64);
    let outcome = client(&["--host", &name, "1", "2", "+"]);
    assert_eq!(outcome.code, 3);
    let message = format!("calc-client: cannot find the address of the host '{name}': ");
    assert!(outcome.stderr.starts_with(&message), "{}", outcome.stderr);
}

/// A queue of one that is full: Linux leaves the next client without an answer.
#[test]
#[cfg(target_os = "linux")]
fn a_server_that_does_not_answer_the_connection_is_given_up() {
    let (listener, port) = taken_port("127.0.0.1:0");
    listener.listen(0).expect("listening");
    let address = listener.local_addr().expect("an address");
    let _queued: Vec<Socket> = (0..4)
        .map(|_| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            socket.set_nonblocking(true).expect("non-blocking");
            let _ = socket.connect(&address);
            socket
        })
        .collect();
    let outcome = client(&["--port", &port.to_string(), "--timeout", "0.3", "1", "2", "+"]);
    let stderr = format!("calc-client: cannot connect to 127.0.0.1:{port}: timed out\n");
    assert_eq!(outcome, Outcome { code: 3, stdout: String::new(), stderr });
}

#[cfg(unix)]
mod unix {
    use std::{os::unix::net::UnixListener, path::PathBuf, sync::mpsc, thread};

    use super::*;
    use crate::server::converse;

    /// A path in the tests' own directory, where nothing is yet.
    fn fresh(name: &str) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn a_unix_socket_serves_as_well() {
        let path = fresh("served");
        let listener = UnixListener::bind(&path).expect("a socket");
        thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a client");
            converse(&stream, &stream, &mpsc::channel().0);
        });
        let outcome = client(&["1", "2", "--unix", path.to_str().expect("UTF-8"), "+"]);
        assert_eq!(outcome, Outcome { code: 0, stdout: "3\n".into(), stderr: String::new() });
        std::fs::remove_file(path).expect("it is there");
    }

    #[test]
    fn a_unix_socket_that_is_not_there_is_told() {
        let path = fresh("missing");
        let outcome = client(&["--unix", path.to_str().expect("UTF-8"), "1"]);
        let message = format!("calc-client: cannot connect to {}: No such file", path.display());
        assert!(outcome.stderr.starts_with(&message), "{}", outcome.stderr);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""));
    }

    #[test]
    fn a_unix_socket_has_no_host_and_no_port() {
        for option in ["--host=127.0.0.1", "--port=7"] {
            let outcome = client(&["--unix", "socket", option, "1"]);
            assert_eq!(outcome.code, 2);
            assert!(outcome.stderr.contains("'--unix <PATH>' cannot be used with"), "{}", outcome.stderr);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_unix_socket_whose_queue_is_full_is_given_up() {
        let path = fresh("full");
        let address = socket2::SockAddr::unix(&path).expect("a path");
        let socket = || Socket::new(Domain::UNIX, Type::STREAM, None).expect("a socket");
        let listener = socket();
        listener.bind(&address).expect("a socket");
        listener.listen(0).expect("listening");
        let queued = socket();
        queued.connect(&address).expect("room for one");
        let outcome = client(&["--unix", path.to_str().expect("UTF-8"), "--timeout", "0.3", "1"]);
        let stderr = format!("calc-client: cannot connect to {}: timed out\n", path.display());
        assert_eq!(outcome, Outcome { code: 3, stdout: String::new(), stderr });
        std::fs::remove_file(path).expect("it is there");
    }
}
