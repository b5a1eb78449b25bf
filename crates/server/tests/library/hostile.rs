//! Clients that mean harm, and another one beside them that must not notice: PROTOCOL.md §12.

use std::{
    io::{ErrorKind, Write as _},
    thread,
    time::{Duration, Instant},
};

use calc_server::Limits;
use socket2::SockRef;

use crate::support::{Client, PATIENCE, Server, assert_serves};

/// More than the kernel's buffers of one connection ever hold, on both sides.
const FAR_TOO_MUCH: usize = 64 << 20;

/// Sends `messages` over and over until the server takes no more of them for a while, and tells how many octets it took.
fn send_until_stalled(client: &mut Client, messages: &[u8]) -> usize {
    const A_WHILE: Duration = Duration::from_millis(300);
    // What waits in the client's own kernel says nothing about the server.
    SockRef::from(&client.stream).set_send_buffer_size(64 << 10).unwrap();
    client.stream.set_write_timeout(Some(A_WHILE)).unwrap();
    let block = messages.repeat((64 << 10) / messages.len());
    let (mut taken, mut at) = (0, 0);
    while taken < FAR_TOO_MUCH {
        match client.stream.write(&block[at..]) {
            Ok(count) => {
                taken += count;
                at = (at + count) % block.len();
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return taken;
            }
            Err(error) => panic!("{error} after {taken} octets"),
        }
    }
    panic!("the server took {taken} octets though nobody reads its replies");
}

#[test]
fn a_client_that_never_reads_is_not_read_from_and_loses_nothing() {
    for message in ["1\n", "\n", "hello\n"] {
        let server = Server::start(Limits::default());
        let mut polite = server.connect();
        let mut greedy = server.connect();
        let taken = send_until_stalled(&mut greedy, message.as_bytes());
        assert_serves(&server, &mut polite);
        // Once it reads, every message turns out to have its reply.
        let complete = taken / message.len();
        greedy.finish_sending();
        assert_eq!(greedy.until_close().matches('\n').count(), complete, "{message:?}");
    }
}

#[test]
fn a_client_that_never_reads_is_cut_off_in_the_end() {
    let server = Server::start(Limits { stall_timeout: Duration::from_millis(100), ..Limits::default() });
    let mut polite = server.connect();
    let mut greedy = server.connect();
    greedy.stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let block = b"hello\n".repeat(10_000);
    let failure = (0..FAR_TOO_MUCH / block.len()).find_map(|_| greedy.stream.write_all(&block).err());
    let failure = failure.expect("the server took far too much").kind();
    assert!(matches!(failure, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{failure}");
    assert_serves(&server, &mut polite);
}

#[test]
fn powers_do_not_keep_the_others_waiting() {
    const POWERS: usize = 1_000;
    let server = Server::start(Limits::default());
    let mut polite = server.connect();
    polite.exchange("1\n");
    let start = Instant::now();
    let floods = [(); 8].map(|()| {
        let mut client = server.connect();
        thread::spawn(move || {
            client.send(&b"2\n.5\n^\n".repeat(POWERS));
            client.finish_sending();
            assert_eq!(client.until_close().lines().count(), 3 * POWERS);
        })
    });
    let mut longest = Duration::ZERO;
    while !floods.iter().all(|flood| flood.is_finished()) {
        let sent = Instant::now();
        polite.exchange("CLEAR\n");
        longest = longest.max(sent.elapsed());
    }
    let all = start.elapsed();
    for flood in floods {
        flood.join().unwrap();
    }
    // Were pieces answered as a whole, those of all the others would come first.
    assert!(longest < all / 4, "a reply took {longest:?} while others were answered for {all:?}");
}

#[test]
fn any_octets_at_all_are_answered_line_by_line() {
    let server = Server::start(Limits::default());
    let mut polite = server.connect();
    // Every octet, in many orders: a linear congruential generator of period 2^32 gives the same ones every time.
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(200_000)
    .collect();
    let lines = noise.iter().filter(|&&octet| octet == b'\n').count();
    let mut client = server.connect();
    let mut writer = client.stream.try_clone().unwrap();
    let writing = thread::spawn(move || {
        writer.write_all(&noise).unwrap();
        Client { stream: writer }.finish_sending();
    });
    let replies = client.until_close();
    assert_eq!(replies.matches('\n').count(), lines);
    assert!(replies.bytes().all(|octet| octet == b'\n' || (0x20..=0x7e).contains(&octet)), "REPLY-3");
    writing.join().unwrap();
    assert_serves(&server, &mut polite);
}
