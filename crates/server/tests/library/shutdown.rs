//! The phases of a stop: nobody new, everything there answered, then closed; and not later than the grace period.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::{Duration, Instant},
};

use calc_server::{Limits, Listener, run};

use crate::support::{Client, PATIENCE, Server};

const CYCLE: &str = "CLEAR\n1\n2\n+\n";
const ANSWER: &str = "OK\nOK\nOK\nRESULT 3\n";

#[test]
fn all_that_was_sent_before_the_stop_is_answered() {
    let mut server = Server::start(Limits::default());
    let mut clients = [(); 20].map(|()| server.connect());
    for client in &mut clients {
        assert_eq!(client.exchange(CYCLE), ANSWER);
        client.send(CYCLE.repeat(1_000).as_bytes());
    }
    server.stop();
    for mut client in clients {
        assert!(client.until_close() == ANSWER.repeat(1_000), "a reply is missing");
    }
    assert!(!server.is_listening());
    server.ended().unwrap();
}

#[test]
fn clients_who_still_wait_in_the_queue_are_answered() {
    let mut server = Server::start_single();
    let hold = server.hold();
    let mut clients = [(); 20].map(|()| server.connect());
    for client in &mut clients {
        client.send(CYCLE.as_bytes());
    }
    server.stop();
    drop(hold);
    for mut client in clients {
        assert_eq!(client.until_close(), ANSWER);
    }
    server.ended().unwrap();
}

#[test]
fn clients_who_wait_when_the_stop_comes_are_let_in_only_as_far_as_there_is_room() {
    let listener = Listener::tcp(([127, 0, 0, 1], 0).into()).unwrap();
    let address = listener.address().to_string();
    let limits = Limits { max_connections: 3.try_into().unwrap(), ..Limits::default() };
    let mut clients = [(); 5].map(|()| Client::connect(&address));
    for client in &mut clients {
        client.send(CYCLE.as_bytes());
    }
    // Stopped before it has looked at anybody.
    let server = thread::spawn(|| {
        tokio::runtime::Runtime::new().unwrap().block_on(run(vec![listener], limits, std::future::ready(())))
    });
    let mut replies = clients.map(|mut client| {
        let mut replies = String::new();
        client.stream.read_to_string(&mut replies).map(|_| replies).unwrap_or_default()
    });
    replies.sort();
    assert_eq!(replies, ["", "", ANSWER, ANSWER, ANSWER]);
    server.join().unwrap().unwrap();
}

#[test]
fn what_the_kernel_holds_is_answered_though_the_runtime_has_not_heard_of_it() {
    let mut server = Server::start_single();
    let mut client = server.connect();
    assert_eq!(client.exchange(CYCLE), ANSWER);
    let hold = server.hold();
    client.send(CYCLE.as_bytes());
    server.stop();
    drop(hold);
    assert_eq!(client.until_close(), ANSWER);
    drop(client);
    server.ended().unwrap();
}

#[test]
fn a_client_that_goes_on_sending_does_not_put_off_the_stop() {
    let mut server = Server::start(Limits { grace: PATIENCE, ..Limits::default() });
    let mut client = server.connect();
    let mut writer = client.stream.try_clone().unwrap();
    let flood = thread::spawn(move || while writer.write_all(CYCLE.repeat(1_000).as_bytes()).is_ok() {});
    assert_eq!(client.replies(4_000), ANSWER.repeat(1_000));
    let start = Instant::now();
    server.stop();
    // Its replies come to a regular end, in the middle of what it sends.
    let replies = client.until_close();
    assert!(replies.ends_with('\n'));
    assert!(ANSWER.repeat(replies.len() / ANSWER.len() + 1).starts_with(&replies), "a reply is wrong");
    // It fails when the server has closed for good already.
    let _ = client.stream.shutdown(Shutdown::Both);
    flood.join().unwrap();
    server.ended().unwrap();
    assert!(start.elapsed() < PATIENCE, "it took {:?}", start.elapsed());
}

#[test]
fn a_client_that_reads_nothing_is_cut_off_after_the_grace_period() {
    const GRACE: Duration = Duration::from_millis(200);
    let mut server = Server::start(Limits { grace: GRACE, ..Limits::default() });
    let mut client = server.connect();
    assert_eq!(client.exchange(CYCLE), ANSWER);
    client.stream.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    while client.stream.write_all(&b"hello\n".repeat(10_000)).is_ok() {}
    let start = Instant::now();
    server.stop();
    server.ended().unwrap();
    assert!((GRACE..PATIENCE).contains(&start.elapsed()), "it took {:?}", start.elapsed());
}

#[test]
fn an_idle_client_is_told_at_once() {
    let mut server = Server::start(Limits::default());
    let mut client = server.connect();
    assert_eq!(client.exchange("1\n"), "OK\n");
    server.stop();
    assert_eq!(client.until_close(), "");
    drop(client);
    server.ended().unwrap();
}

#[test]
fn a_server_that_is_dropped_closes_everything() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = Listener::tcp(([127, 0, 0, 1], 0).into()).unwrap();
    let address = listener.address().to_string();
    let serving = runtime.spawn(run(vec![listener], Limits::default(), std::future::pending()));
    let mut client = Client::connect(&address);
    assert_eq!(client.exchange(CYCLE), ANSWER);
    serving.abort();
    assert_eq!(client.until_close(), "");
    assert!(TcpStream::connect(&address).is_err());
}
