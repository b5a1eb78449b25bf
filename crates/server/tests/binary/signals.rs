//! SIGINT and SIGTERM.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{PATIENCE, Server};

fn signal(server: &Server, signal: Signal) {
    kill_process(Pid::from_child(&server.child), signal).unwrap();
}

#[test]
fn it_stops_with_code_0_and_says_nothing() {
    for stop in [Signal::INT, Signal::TERM] {
        let server = Server::start(1, ["--host", "127.0.0.1", "--port", "0"]);
        signal(&server, stop);
        let (status, log) = server.ended();
        assert_eq!((status.code(), log.as_str()), (Some(0), ""));
    }
}

/// More than once, since what is in the kernel's hands at the stop is a matter of luck.
#[test]
fn stopped_under_load_it_answers_all_that_was_sent_before() {
    for _ in 0..10 {
        stop_under_load();
    }
}

fn stop_under_load() {
    const CLIENTS: usize = 8;
    let batch = "CLEAR\n1\n2\n+\n".repeat(500);
    let answer = "OK\nOK\nOK\nRESULT 3\n".repeat(500);
    let server = Server::start(1, ["--host", "127.0.0.1", "--port", "0"]);
    let sent = [const { AtomicUsize::new(0) }; CLIENTS];
    thread::scope(|scope| {
        let clients = sent.each_ref().map(|sent| {
            let (mut stream, batch, answer) = (server.connect(), batch.as_bytes(), answer.as_bytes());
            // One batch after the other: the whole of it is with the server's kernel once the write returns.
            scope.spawn(move || {
                let mut received = Vec::new();
                // The write fails only when the server, which has closed, is gone altogether.
                while stream.write_all(batch).is_ok() {
                    let sent = sent.fetch_add(1, Ordering::SeqCst) + 1;
                    (&stream)
                        .take((sent * answer.len() - received.len()) as u64)
                        .read_to_end(&mut received)
                        .expect("a regular end, not a reset");
                    if received.len() < sent * answer.len() {
                        break;
                    }
                }
                received
            })
        });
        let start = Instant::now();
        while sent.iter().any(|sent| sent.load(Ordering::SeqCst) < 5) {
            assert!(start.elapsed() < PATIENCE, "a client is not served");
            thread::yield_now();
        }
        let sent_before: Vec<_> = sent.iter().map(|sent| sent.load(Ordering::SeqCst)).collect();
        signal(&server, Signal::TERM);
        for (client, sent) in clients.into_iter().zip(sent_before) {
            let received = String::from_utf8(client.join().unwrap()).unwrap();
            let answered = received.len() / answer.len();
            assert!(answered >= sent, "{answered} of {sent} batches answered");
            assert!(answer.repeat(answered + 1).starts_with(&received), "a reply is wrong");
            assert!(received.ends_with('\n'), "a reply is cut off");
        }
    });
    let (status, log) = server.ended();
    assert_eq!((status.code(), log.as_str()), (Some(0), ""));
}

/// A client that takes no replies, so that a graceful stop has to wait for it.
fn stubborn_client(server: &Server) -> TcpStream {
    let mut client = server.connect();
    client.write_all(b"1\n").unwrap();
    client.read_exact(&mut [0; 3]).unwrap();
    // What is not taken for so long is not read, and not merely read late by a busy machine.
    client.set_write_timeout(Some(Duration::from_millis(600))).unwrap();
    while client.write_all(&b"hello\n".repeat(10_000)).is_ok() {}
    client
}

fn wait_until_refused(server: &Server) {
    let start = Instant::now();
    while TcpStream::connect(&server.addresses[0]).is_ok() {
        assert!(start.elapsed() < PATIENCE, "it still listens");
        thread::yield_now();
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let server = Server::start(1, ["--host", "127.0.0.1", "--port", "0", "--grace", "1000"]);
    let _client = stubborn_client(&server);
    assert_ends_by_a_second_signal(server);
}

#[test]
fn a_signal_that_arrives_twice_is_one_request() {
    let server = Server::start(1, ["--host", "127.0.0.1", "--port", "0", "--grace", "0.3"]);
    let _client = stubborn_client(&server);
    signal(&server, Signal::TERM);
    wait_until_refused(&server);
    for again in [Signal::TERM, Signal::INT, Signal::TERM] {
        signal(&server, again);
    }
    assert_eq!(server.ended().0.code(), Some(0));
}

/// Nobody reads the log until the server has ended, and it grows far beyond what a pipe holds.
#[test]
fn a_log_that_nobody_reads_holds_up_neither_the_clients_nor_the_stop() {
    let args = ["--host", "127.0.0.1", "--port", "0", "--grace", "1000", "-vv"];
    let server = Server::start(1, args);
    for _ in 0..20 {
        let reply = crate::support::answer(&server.addresses[0], &"1\nCLEAR\n".repeat(20_000));
        assert!(reply == "OK\n".repeat(40_000));
    }
    signal(&server, Signal::TERM);
    assert_eq!(server.ended().0.code(), Some(0));

    let server = Server::start(1, args);
    let _client = stubborn_client(&server);
    assert_ends_by_a_second_signal(server);
}

/// Stops a server that would take much longer to end, and goes on asking.
fn assert_ends_by_a_second_signal(mut server: Server) {
    let start = Instant::now();
    while server.child.try_wait().unwrap().is_none() {
        signal(&server, Signal::TERM);
        assert!(start.elapsed() < PATIENCE, "it does not end");
        thread::sleep(Duration::from_millis(50));
    }
    let elapsed = start.elapsed();
    assert_eq!(server.ended().0.code(), Some(4), "after {elapsed:?}");
    assert!(elapsed >= Duration::from_secs(1), "after {elapsed:?}");
}

#[test]
fn the_grace_period_bounds_the_stop() {
    let server = Server::start(1, ["--host", "127.0.0.1", "--port", "0", "--grace", "0.2"]);
    let _client = stubborn_client(&server);
    let start = Instant::now();
    signal(&server, Signal::TERM);
    let (status, log) = server.ended();
    // The grace, and what a machine with other work may need to notice its end; the default would take longer.
    assert!(start.elapsed() < Duration::from_secs(4), "after {:?}", start.elapsed());
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("WARN cut off: not finished within the grace period connections=1"), "{log}");
}
