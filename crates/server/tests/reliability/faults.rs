//! Bad lines, and signals at a bad time.

use std::{
    fmt::Write as _,
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    process::is_stopped,
    proxy::{self, Fault},
    siege::{Polite, Scale},
    support::{PATIENCE, Server, answer},
};

fn start() -> Server {
    Server::start(1, ["--host", "127.0.0.1", "--port", "0"])
}

/// A conversation of which no two transactions are alike, with an error in each: messages, and the replies up to codes' texts.
fn conversation(transactions: u32) -> (String, Vec<String>) {
    let (mut messages, mut replies) = (String::new(), Vec::new());
    for number in 0..transactions {
        write!(messages, "{number}\r\nx\n 7 \n*\n/\n").unwrap();
        replies.extend(["OK", "FAIL syntax", "OK"].map(str::to_owned));
        replies.push(format!("RESULT {}", number * 7));
        replies.push("FAIL missing-operand".into());
    }
    (messages, replies)
}

/// More octets than there are in the replies to any conversation here.
const FAR_TOO_MUCH: u64 = 16 << 20;

/// Sends all, half-closes, and tells the replies up to codes' texts, and whether they came to a regular end.
fn converse(client: &TcpStream, messages: &str) -> (Vec<String>, io::Result<()>) {
    let mut received = Vec::new();
    let end = thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = client;
            // A line that is cut takes no more.
            let _ = writer.write_all(messages.as_bytes());
            let _ = writer.shutdown(Shutdown::Write);
        });
        io::copy(&mut client.take(FAR_TOO_MUCH), &mut received).map(drop)
    });
    let text = String::from_utf8(received).unwrap();
    // Only what has come as a whole line.
    let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let replies = lines.map(|line| {
        let words = if line.starts_with("OK") { 1 } else { 2 };
        line.split(' ').take(words).collect::<Vec<_>>().join(" ")
    });
    (replies.collect(), end)
}

#[test]
fn answers_stay_right_in_pieces_and_late() {
    let server = start();
    let (messages, replies) = conversation(Scale::of_this_run().pick(300, 10_000));
    for fault in [Fault::Pieces(1), Fault::Pieces(2), Fault::Pieces(13), Fault::Pieces(1_000), Fault::Late] {
        let client = proxy::connect(&server.addresses[0], fault);
        let (received, end) = converse(&client, &messages);
        end.unwrap();
        assert!(received == replies, "{fault:?}: a reply is missing or wrong");
    }
}

/// Of a stream that ends anywhere, exactly the complete messages are answered (FRAME-9, CONN-5).
#[test]
fn a_stream_that_is_cut_is_answered_as_far_as_it_goes() {
    let server = start();
    let mut polite = Polite::connect(&server);
    let (messages, replies) = conversation(12);
    for octets in 1..messages.len() {
        let complete = messages[..octets].matches('\n').count();
        let client = proxy::connect(&server.addresses[0], Fault::EndAfter(octets));
        let (received, end) = converse(&client, &messages);
        // The line may reset what the client still sends into it.
        if end.is_ok() {
            assert_eq!(received, replies[..complete], "after {octets} octets");
        }
        assert!(replies[..complete].starts_with(&received), "after {octets} octets: {received:?}");

        let client = proxy::connect(&server.addresses[0], Fault::ResetAfter(octets));
        let (received, _) = converse(&client, &messages);
        assert!(replies[..complete].starts_with(&received), "reset after {octets} octets: {received:?}");
    }
    polite.talk(|| false);
}

/// SIGSTOP and SIGCONT interrupt system calls that no handler restarts (EINTR); nobody waits for the others.
#[test]
fn signals_that_do_not_ask_it_to_stop_do_not() {
    let server = start();
    let pid = Pid::from_child(&server.child);
    let (messages, replies) = conversation(2_000);
    thread::scope(|scope| {
        let clients = [(); 4].map(|()| {
            scope.spawn(|| {
                for _ in 0..Scale::of_this_run().pick(5, 100) {
                    let (received, end) = converse(&server.connect(), &messages);
                    end.unwrap();
                    assert!(received == replies, "a reply is missing or wrong");
                }
            })
        });
        let mut stops = 0;
        while stops < 20 || !clients.iter().all(|client| client.is_finished()) {
            for signal in [Signal::PIPE, Signal::URG, Signal::WINCH, Signal::CHILD, Signal::STOP] {
                kill_process(pid, signal).unwrap();
            }
            let start = Instant::now();
            while !is_stopped(&server.child) {
                assert!(start.elapsed() < PATIENCE, "it does not stop");
                thread::yield_now();
            }
            kill_process(pid, Signal::CONT).unwrap();
            stops += 1;
        }
    });
    assert_eq!(answer(&server.addresses[0], "1\n2\n+\n"), "OK\nOK\nRESULT 3\n");
    kill_process(pid, Signal::TERM).unwrap();
    let (status, log) = server.ended();
    assert_eq!((status.code(), log.as_str()), (Some(0), ""));
}
