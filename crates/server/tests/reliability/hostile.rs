//! Clients that mean harm: PROTOCOL.md §12.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::{Duration, Instant},
};

use socket2::SockRef;

use crate::{
    process::descriptors,
    siege::{Scale, Siege},
    support::{PATIENCE, Server, answer},
};

/// What the server may take for a connection that waits: its task, its timer and its session.
const WAITING: usize = 4 << 10;

/// What it may take for one that it is answering: 64 KiB of replies, in a buffer that has grown by doubling, and a piece of
/// 16 KiB.
const BUSY: usize = 160 << 10;

/// Connects `count` times from several threads, and does this with each connection.
fn flood(server: &Server, count: usize, deed: impl Fn(TcpStream) + Sync) {
    const THREADS: usize = 4;
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..count / THREADS).for_each(|_| deed(server.connect())));
        }
    });
}

/// Closes by a reset, which also leaves no port behind that cannot be used for a minute.
fn reset(stream: &TcpStream) {
    SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
}

fn expect(mut stream: &TcpStream, replies: &str) {
    let mut received = vec![0; replies.len()];
    stream.read_exact(&mut received).unwrap();
    assert_eq!(String::from_utf8_lossy(&received), replies);
}

#[test]
fn slowloris() {
    const CONNECTIONS: usize = 1_000;
    let scale = Scale::of_this_run();
    Siege { name: "slowloris", args: &[], connections: CONNECTIONS, memory_each: WAITING }.lay(|server| {
        let clients: Vec<_> = (0..CONNECTIONS).map(|_| server.connect()).collect();
        for _ in 0..30 {
            for mut client in &clients {
                client.write_all(b"1").unwrap();
            }
            // An octet a second; in CI as soon as all have sent theirs.
            thread::sleep(scale.pick(Duration::ZERO, Duration::from_secs(1)));
        }
        for mut client in &clients {
            client.write_all(b"\n").unwrap();
        }
        for client in &clients {
            expect(client, "OK\n");
            reset(client);
        }
    });
}

#[test]
fn clients_that_never_read() {
    const CONNECTIONS: usize = 64;
    Siege { name: "never read", args: &[], connections: CONNECTIONS, memory_each: BUSY }.lay(|server| {
        let stuff = || {
            let mut client = server.connect();
            client.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
            let block = b"hello\n".repeat(10_000);
            while client.write_all(&block).is_ok() {}
            client
        };
        // All are held until the last one is stuck.
        let stuck: Vec<_> = thread::scope(|scope| {
            let clients: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(stuff)).collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        stuck.iter().for_each(reset);
    });
}

#[test]
fn a_hundred_megabytes_without_a_line_end() {
    Siege { name: "100 MB without LF", args: &[], connections: 1, memory_each: WAITING }.lay(|server| {
        let mut client = server.connect();
        let block = [b'9'; 100_000];
        for _ in 0..1_000 {
            client.write_all(&block).unwrap();
        }
        client.write_all(b"\n1\n").unwrap();
        expect(&client, "FAIL line-too-long a line has at most 256 octets\nOK\n");
    });
}

#[test]
fn connect_floods() {
    Siege { name: "connect flood", args: &[], connections: 1_000, memory_each: WAITING }.lay(|server| {
        flood(server, 2_000, |client| reset(&client));
        flood(server, 400, drop);
    });
}

#[test]
fn resets_in_the_middle_of_a_message() {
    Siege { name: "reset in a message", args: &[], connections: 1_000, memory_each: WAITING }.lay(|server| {
        flood(server, 2_000, |mut client| {
            client.write_all(b"1\n2\n+\n12").unwrap();
            reset(&client);
        });
    });
}

#[test]
fn half_closes() {
    Siege { name: "half-close", args: &[], connections: 4, memory_each: WAITING }.lay(|server| {
        flood(server, 1_000, |mut client| {
            client.write_all(b"1\n2\n+\n12").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            assert_eq!(io::read_to_string(&client).unwrap(), "OK\nOK\nRESULT 3\n");
            reset(&client);
        });
    });
}

/// To the server a peer whose machine is gone is one that is silent for ever.
#[test]
fn abandoned_peers() {
    const CONNECTIONS: usize = 1_000;
    let args = &["--idle-timeout", "1"];
    Siege { name: "abandoned", args, connections: CONNECTIONS, memory_each: WAITING }.lay(|server| {
        let before = descriptors(&server.child);
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let mut client = server.connect();
                // At once: all of them take longer than the server waits for one.
                client.write_all(b"1\n2").unwrap();
                client
            })
            .collect();
        for client in &clients {
            assert_eq!(io::read_to_string(client).unwrap(), "OK\n");
        }
        // They do not close, and are not waited for.
        let start = Instant::now();
        while descriptors(&server.child) > before {
            assert!(start.elapsed() < PATIENCE, "connections are kept");
            thread::sleep(Duration::from_millis(10));
        }
    });
}

#[test]
fn floods_of_powers() {
    const CONNECTIONS: usize = 8;
    Siege { name: "powers", args: &[], connections: CONNECTIONS, memory_each: BUSY }.lay(|server| {
        let messages = "2\n.5\n^\n".repeat(500);
        let replies = "OK\nOK\nRESULT 1.414213562373095048801688724209698\n".repeat(500);
        thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(|| assert!(answer(&server.addresses[0], &messages) == replies));
            }
        });
    });
}

#[test]
fn a_hundred_thousand_messages_in_one_write() {
    const CONNECTIONS: usize = 4;
    Siege { name: "pipelining", args: &[], connections: CONNECTIONS, memory_each: BUSY }.lay(|server| {
        let messages = "CLEAR\n1\n2\n+\n".repeat(25_000);
        let replies = "OK\nOK\nOK\nRESULT 3\n".repeat(25_000);
        thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                let client = server.connect();
                let mut writer = client.try_clone().unwrap();
                let messages = messages.as_bytes();
                scope.spawn(move || {
                    writer.write_all(messages).unwrap();
                    writer.shutdown(Shutdown::Write).unwrap();
                });
                scope.spawn(|| {
                    let received = io::read_to_string(client).unwrap();
                    assert!(received == replies, "a reply is missing or wrong");
                });
            }
        });
    });
}
