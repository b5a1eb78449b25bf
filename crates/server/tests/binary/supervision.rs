//! Started by a supervisor: sockets that are passed, what it is told, and the units for systemd.

use std::{
    env, fs,
    io::Write as _,
    net::{Shutdown, TcpListener, TcpStream, UdpSocket},
    os::{
        fd::OwnedFd,
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram, UnixListener},
    },
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    support::{self, PATIENCE, Server},
    unix::{self, Directory},
};

/// The command of a server to which a descriptor is passed, `for_whom` as a shell says it: `$$` is the server itself.
fn passing(descriptor: impl Into<OwnedFd>, for_whom: &str) -> Command {
    let script = format!(
        "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID={for_whom} exec \"$0\" --host 127.0.0.1 --port 0"
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_calc-server")]);
    command.stdin(descriptor.into()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn stop(server: Server) -> Option<i32> {
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    server.ended().0.code()
}

#[test]
fn a_tcp_socket_that_is_passed_is_served_and_whoever_waited_there_too() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let mut early = TcpStream::connect(&address).unwrap();
    early.set_read_timeout(Some(PATIENCE)).unwrap();
    early.write_all(b"6\n7\n*\n").unwrap();
    early.shutdown(Shutdown::Write).unwrap();
    let server = Server::spawn(1, &mut passing(socket, "$$"));
    assert_eq!(server.addresses, std::slice::from_ref(&address));
    assert_eq!(std::io::read_to_string(early).unwrap(), "OK\nOK\nRESULT 42\n");
    assert_eq!(support::answer(&address, "1\n2\n+\n"), "OK\nOK\nRESULT 3\n");
    assert_eq!(stop(server), Some(0));
}

#[test]
fn a_unix_socket_that_is_passed_is_served_and_its_file_is_left() {
    let directory = Directory::new("passed");
    let path = directory.socket();
    let server = Server::spawn(1, &mut passing(UnixListener::bind(&path).unwrap(), "$$"));
    assert_eq!(server.addresses, [format!("unix:{}", path.display())]);
    assert_eq!(unix::answer(&path, "1\n2\n+\n"), "OK\nOK\nRESULT 3\n");
    assert_eq!(stop(server), Some(0));
    assert!(path.exists());
}

#[test]
fn what_is_passed_to_another_process_is_left_alone() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let server = Server::spawn(1, &mut passing(socket, "1"));
    assert_ne!(server.addresses, [address]);
    assert_eq!(support::answer(&server.addresses[0], "1\n"), "OK\n");
}

#[test]
fn what_cannot_be_served_is_refused() {
    let connected = TcpListener::bind("127.0.0.1:0").unwrap();
    let rows: [(&str, OwnedFd); 3] = [
        ("a file", fs::File::open("/dev/null").unwrap().into()),
        ("a datagram socket", UdpSocket::bind("127.0.0.1:0").unwrap().into()),
        ("a connection", TcpStream::connect(connected.local_addr().unwrap()).unwrap().into()),
    ];
    for (what, descriptor) in rows {
        let server = Server { child: passing(descriptor, "$$").spawn().unwrap(), addresses: Vec::new() };
        let (status, log) = server.ended();
        assert_eq!(status.code(), Some(3), "{what}: {log}");
        assert_eq!(
            log,
            "calc-server: cannot serve descriptor 3, which LISTEN_FDS passes: it is no TCP or Unix stream socket that listens\n",
            "{what}"
        );
    }
}

#[test]
fn the_supervisor_is_told_when_it_serves_and_when_it_stops() {
    let directory = Directory::new("notify");
    let path = directory.socket();
    let name = format!("calc-server-notify-{}", std::process::id());
    let abstract_socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let rows = [
        (path.display().to_string(), UnixDatagram::bind(&path).unwrap()),
        (format!("@{name}"), abstract_socket),
    ];
    for (place, socket) in rows {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let heard = || {
            let mut message = [0; 64];
            let length = socket.recv(&mut message).expect("it tells nothing");
            String::from_utf8_lossy(&message[..length]).into_owned()
        };
        let mut command = support::command(["--host", "127.0.0.1", "--port", "0"]);
        let server = Server::spawn(1, command.env("NOTIFY_SOCKET", &place));
        assert_eq!(heard(), "READY=1\n", "{place}");
        assert_eq!(stop(server), Some(0));
        assert_eq!(heard(), "STOPPING=1\n", "{place}");
    }
}

#[test]
fn a_supervisor_that_cannot_be_told_does_no_harm() {
    for place in ["", "/no/such/socket", "@", "relative"] {
        let mut command = support::command(["--host", "127.0.0.1", "--port", "0"]);
        let server = Server::spawn(1, command.env("NOTIFY_SOCKET", place));
        assert_eq!(support::answer(&server.addresses[0], "1\n"), "OK\n", "{place}");
        assert_eq!(stop(server), Some(0), "{place}");
    }
}

/// systemd's own judgement, which knows every directive. Elsewhere than in CI it may be missing.
#[test]
fn the_units_for_systemd_are_in_order_and_leave_the_server_hardly_a_right() {
    /// Of 100; systemd calls what is below 20 "safe".
    const MOST_EXPOSED: &str = "10";
    let is_there = Command::new("systemd-analyze").arg("--version").output().is_ok();
    if !is_there && env::var_os("CI").is_none() {
        eprintln!("skipped: no systemd-analyze here");
        return;
    }
    let directory = Directory::new("units");
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging");
    for unit in ["calc-server.service", "calc-server.socket"] {
        let text = fs::read_to_string(packaging.join(unit)).unwrap();
        // The program is not installed here, and systemd looks whether it is.
        let text = text.replace("/usr/bin/calc-server", env!("CARGO_BIN_EXE_calc-server"));
        fs::write(directory.file(unit), text).unwrap();
    }
    let service = directory.file("calc-server.service");
    let judge = |args: &[&str]| {
        let output = Command::new("systemd-analyze").args(args).arg(&service).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    };
    let (passed, said) = judge(&["verify", "--man=no"]);
    // It also tells what it thinks of other units of this machine.
    let ours: Vec<_> = said.lines().filter(|line| line.contains("calc-server")).collect();
    assert!(passed && ours.is_empty(), "{said}");
    let (passed, said) = judge(&["security", "--offline=yes", "--threshold", MOST_EXPOSED]);
    assert!(passed, "{said}");
}
