//! How connections end: PROTOCOL.md §9.

use std::{
    io::{Read as _, Write as _},
    thread,
    time::{Duration, Instant},
};

use calc_server::Limits;

use crate::support::{PATIENCE, Server, assert_serves};

#[test]
fn quit_closes_only_after_its_reply_was_read() {
    let server = Server::start(Limits { drain_timeout: PATIENCE, ..Limits::default() });
    let mut client = server.connect();
    // Far more behind QUIT than all buffers hold: closed with any of it unread, the connection would be reset, and the
    // replies lost.
    client.send(b"1\nQUIT\n");
    client.send(&vec![b'x'; 64 << 20]);
    assert_eq!(client.until_close(), "OK\nOK\n");
}

#[test]
fn a_client_that_never_closes_after_quit_is_not_waited_for() {
    let server = Server::start(Limits::default());
    let mut client = server.connect();
    client.send(b"QUIT\n");
    assert_eq!(client.until_close(), "OK\n");
    // The server has closed for good when it answers what is sent now with a reset.
    let start = Instant::now();
    while client.stream.write(b"1\n").is_ok() {
        assert!(start.elapsed() < PATIENCE, "the connection is still open");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_others_are_served_however_a_connection_ends() {
    let server = Server::start(Limits::default());
    let mut polite = server.connect();
    let endings: [fn(&Server); 6] = [
        |server| drop(server.connect()),
        |server| server.connect().reset(),
        |server| {
            let mut client = server.connect();
            client.send(b"1\n2");
            client.reset();
        },
        |server| {
            // Closed with replies unread, which resets too.
            let mut client = server.connect();
            client.send(&b"1\n".repeat(10_000));
        },
        |server| {
            let mut client = server.connect();
            client.send(b"1\n2");
            client.finish_sending();
            assert_eq!(client.until_close(), "OK\n");
        },
        |server| {
            let mut client = server.connect();
            client.send(b"QUIT\n");
            client.reset();
        },
    ];
    for end in endings {
        end(&server);
        assert_serves(&server, &mut polite);
    }
}

#[test]
fn what_was_sent_before_a_half_close_is_answered_though_it_is_read_late() {
    let server = Server::start(Limits::default());
    let mut client = server.connect();
    client.send(&b"1\nCLEAR\n".repeat(5_000));
    client.finish_sending();
    // Asked for only when the server has long met the end of the stream.
    assert_serves(&server, &mut server.connect());
    let mut replies = String::new();
    client.stream.read_to_string(&mut replies).unwrap();
    assert!(replies == "OK\n".repeat(10_000));
}
