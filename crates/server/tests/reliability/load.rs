//! More clients than anybody has, more than may be served, and more than there are descriptors for.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use socket2::{Domain, Socket, Type};

use crate::{
    process::{descriptors, limit_descriptors, memory, processor_time, raise_own_limit},
    siege::{Polite, Scale},
    support::Server,
};

/// As many connections as the system allows are held open, and all of them are served in turn, more than once.
#[test]
fn connections_held_open_are_all_served() {
    /// What the test and the server have open beside them.
    const OTHERS: usize = 100;
    /// From one address to another there are this many ports, less some that others use.
    const PORTS: usize = 28_000;
    /// What a connection may take.
    const EACH: usize = 4 << 10;
    let limit = raise_own_limit();
    let count = Scale::of_this_run().pick(1_000, PORTS.min(limit - OTHERS));
    assert!(count >= Scale::of_this_run().pick(1_000, 10_000), "the limit of {limit} open files is too low");
    let server = start(&["--max-connections", &(count + 1).to_string()]);
    let mut polite = Polite::connect(&server);
    polite.talk(|| false);
    let before = memory(&server.child);
    let mut clients: Vec<_> = (0..count).map(|_| server.connect()).collect();
    for round in 0..3 {
        for (number, client) in clients.iter_mut().enumerate() {
            client.write_all(format!("{number}\n{round}\n+\n").as_bytes()).unwrap();
            let wanted = format!("OK\nOK\nRESULT {}\n", number + round);
            let mut received = vec![0; wanted.len()];
            client.read_exact(&mut received).unwrap();
            assert_eq!(String::from_utf8_lossy(&received), wanted);
        }
    }
    let latencies = polite.talk(|| false);
    let each = memory(&server.child).now.saturating_sub(before.now) / count;
    println!("held open: {count} connections, {each} octets each, {} before; {latencies}", before.now);
    assert!(each <= EACH, "{each} octets for each connection");
}

/// Those beyond the most connections wait: in the kernel's queue, and past its end by asking again after a second or more.
#[test]
fn a_crowd_beyond_the_most_connections_waits_and_is_served() {
    const SERVED: usize = 16;
    raise_own_limit();
    let queue: usize = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap().trim().parse().unwrap();
    let count = Scale::of_this_run().pick(1_000, queue + 1_000);
    let server = start(&["--max-connections", &SERVED.to_string()]);
    let mut served: Vec<_> = (0..SERVED).map(|_| Polite::connect(&server)).collect();
    served.iter_mut().for_each(|client| drop(client.talk(|| false)));
    let address: SocketAddr = server.addresses[0].parse().unwrap();
    let crowd: Vec<_> = (0..count).map(|_| begin_to_connect(address)).collect();
    let send = |number: usize, mut client: &TcpStream| {
        client.write_all(format!("{number}\n1\n+\n").as_bytes())?;
        client.shutdown(Shutdown::Write)
    };
    // Whoever is past the end of the queue is not connected yet, and sends later.
    let mut late = Vec::new();
    for (number, client) in crowd.iter().enumerate() {
        if send(number, client).is_err() {
            late.push((number, client));
        }
    }
    let start = Instant::now();
    served.iter_mut().for_each(|client| drop(client.talk(|| false)));
    for mut client in &crowd {
        let unserved = client.read(&mut [0]).expect_err("it should not be served yet");
        assert!(matches!(unserved.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected));
        client.set_nonblocking(false).unwrap();
    }
    drop(served);
    for (number, client) in late {
        send(number, client).unwrap();
    }
    for (number, client) in crowd.iter().enumerate() {
        assert_eq!(io::read_to_string(client).unwrap(), format!("OK\nOK\nRESULT {}\n", number + 1));
    }
    println!("crowd: {count} clients past {SERVED}, a queue of {queue}: all served in {:?}", start.elapsed());
}

/// Without a descriptor for the next client it says so once, does not burn the processor on asking, goes on with those that it
/// has, and lets in the others when there is room again.
#[test]
fn out_of_descriptors_it_waits_and_recovers() {
    raise_own_limit();
    let mut server = start(&["-v"]);
    let mut polite = Polite::connect(&server);
    polite.talk(|| false);
    limit_descriptors(&server.child, descriptors(&server.child) + 2);
    let mut clients: Vec<_> = (0..50).map(|_| server.connect()).collect();
    let mut log = BufReader::new(server.log());
    let mut text = String::new();
    let mut read_until = |part: &str| {
        while !text.contains(part) {
            assert_ne!(log.read_line(&mut text).unwrap(), 0, "{text}");
        }
    };
    read_until("cannot accept");
    let (start, used) = (Instant::now(), processor_time(&server.child));
    polite.talk(|| start.elapsed() < Duration::from_secs(1));
    let used = processor_time(&server.child) - used;
    assert!(used < start.elapsed() / 5, "{used:?} of the processor in {:?}", start.elapsed());
    limit_descriptors(&server.child, 1_000);
    read_until("accepting again");
    for client in &mut clients {
        client.write_all(b"1\n").unwrap();
        let mut reply = [0; 3];
        client.read_exact(&mut reply).unwrap();
        assert_eq!(&reply, b"OK\n");
    }
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    log.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches("cannot accept").count(), 1, "{text}");
}

/// Whoever starts it may have been given few descriptors, and be allowed more.
#[test]
fn it_raises_its_limit_of_descriptors_as_far_as_its_connections_need() {
    const CONNECTIONS: usize = 200;
    raise_own_limit();
    let mut sh = Command::new("sh");
    sh.args(["-c", "ulimit -S -n 64; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_calc-server")])
        .args(["--host", "127.0.0.1", "--port", "0", "--max-connections", &CONNECTIONS.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let server = Server::spawn(1, &mut sh);
    let mut clients: Vec<_> = (0..CONNECTIONS).map(|_| server.connect()).collect();
    clients.iter_mut().rev().for_each(|client| {
        client.write_all(b"1\n").unwrap();
        let mut reply = [0; 3];
        client.read_exact(&mut reply).unwrap();
        assert_eq!(&reply, b"OK\n");
    });
}

fn start(args: &[&str]) -> Server {
    Server::start(1, ["--host", "127.0.0.1", "--port", "0"].iter().chain(args).copied())
}

/// A client that does not wait until it is connected.
fn begin_to_connect(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let begun = socket.connect(&address.into());
    assert!(begun.is_ok() || begun.is_err_and(|error| error.raw_os_error() == Some(IN_PROGRESS)));
    socket.into()
}

const IN_PROGRESS: i32 = rustix::io::Errno::INPROGRESS.raw_os_error();
