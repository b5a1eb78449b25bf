//! The limits that a server is given.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use calc_server::Limits;

use crate::support::{Client, PATIENCE, Server};

/// Whether the server has closed the connection; waits for it a few milliseconds.
fn is_closed(client: &mut Client) -> bool {
    client.stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let outcome = client.stream.read(&mut [0]);
    client.stream.set_read_timeout(Some(PATIENCE)).unwrap();
    match outcome {
        Ok(count) => count == 0,
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_connection_without_a_message_is_closed_silently() {
    const IDLE: Duration = Duration::from_millis(300);
    let server = Server::start(Limits { idle_timeout: IDLE, ..Limits::default() });
    let start = Instant::now();
    let mut silent = server.connect();
    assert_eq!(silent.until_close(), "");
    assert!(start.elapsed() >= IDLE);
}

#[test]
fn the_idle_time_counts_from_the_last_complete_message() {
    const IDLE: Duration = Duration::from_secs(1);
    let server = Server::start(Limits { idle_timeout: IDLE, ..Limits::default() });
    let mut talking = server.connect();
    let mut dribbling = server.connect();
    let start = Instant::now();
    dribbling.exchange("1\n");
    // Octets that complete no message buy no time.
    while !is_closed(&mut dribbling) {
        assert!(start.elapsed() < PATIENCE, "it is still open");
        dribbling.stream.write_all(b"1").unwrap();
        talking.exchange("CLEAR\n");
    }
    assert!(start.elapsed() >= IDLE, "closed after {:?}", start.elapsed());
    // Messages do, and more than once.
    while start.elapsed() < 2 * IDLE {
        talking.exchange("CLEAR\n");
        assert!(!is_closed(&mut talking));
    }
}

#[test]
fn clients_beyond_the_most_connections_wait_in_the_queue() {
    let two = NonZeroUsize::MIN.saturating_add(1);
    let server = Server::start(Limits { max_connections: two, ..Limits::default() });
    let (mut first, mut second, mut third) = (server.connect(), server.connect(), server.connect());
    for client in [&mut first, &mut second] {
        assert_eq!(client.exchange("1\n"), "OK\n");
    }
    third.send(b"1\n2\n+\n");
    third.stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let failure = third.stream.peek(&mut [0]).expect_err("the third should not be served yet");
    assert!(matches!(failure.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{failure}");
    assert_eq!(second.exchange("CLEAR\n"), "OK\n");
    third.stream.set_read_timeout(Some(PATIENCE)).unwrap();
    drop(first);
    assert_eq!(third.replies(3), "OK\nOK\nRESULT 3\n");
}
