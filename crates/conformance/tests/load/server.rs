//! Servers in this process, a thread for each connection, that count what they are asked.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server, as long as the tests run.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
}

/// What a server has seen.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connections: AtomicU64,
    pub(crate) messages: AtomicU64,
    pub(crate) peers: Mutex<BTreeSet<IpAddr>>,
}

impl Server {
    pub(crate) fn messages(&self) -> u64 {
        self.seen.messages.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

/// Serves every connection with `behaviour`, which is told the number of the connection, counted from 1.
pub(crate) fn serve(
    behaviour: impl Fn(TcpStream, u64, &Seen) -> std::io::Result<()> + Send + Sync + 'static,
) -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let seen = Arc::new(Seen::default());
    let (behaviour, shared) = (Arc::new(behaviour), Arc::clone(&seen));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
            shared.peers.lock().expect("no test fails here").extend(stream.peer_addr().map(|peer| peer.ip()));
            let (behaviour, seen) = (Arc::clone(&behaviour), Arc::clone(&shared));
            // A client that leaves is an error of this connection and of no other.
            thread::spawn(move || drop(behaviour(stream, number, &seen)));
        }
    });
    Server { address, seen }
}

/// Answers each line with what `answer` makes of it and of the number of messages that the server has seen.
pub(crate) fn serve_lines(
    greeting: fn(u64) -> String,
    answer: impl Fn(&mut Vec<i64>, &str, u64) -> Option<String> + Send + Sync + 'static,
) -> Server {
    serve(move |mut stream, number, seen| {
        stream.set_nodelay(true)?;
        stream.write_all(greeting(number).as_bytes())?;
        let mut held = Vec::new();
        for line in BufReader::new(stream.try_clone()?).lines() {
            let message = seen.messages.fetch_add(1, Ordering::SeqCst) + 1;
            match answer(&mut held, &line?, message) {
                Some(reply) => stream.write_all(reply.as_bytes())?,
                None => return Ok(()),
            }
        }
        Ok(())
    })
}

pub(crate) fn nothing(_number: u64) -> String {
    String::new()
}

/// CALC/1, as far as `1 2 + = 3` and the like go.
pub(crate) fn calc(held: &mut Vec<i64>, line: &str) -> String {
    match (line, held.as_slice()) {
        ("+", [left, right]) => {
            let reply = format!("RESULT {}\n", left + right);
            held.clear();
            reply
        }
        (operand, _) => {
            held.extend(operand.parse::<i64>());
            "OK\n".to_owned()
        }
    }
}

pub(crate) fn right() -> Server {
    serve_lines(nothing, |held, line, _| Some(calc(held, line)))
}

/// Sends back what it receives.
pub(crate) fn echo() -> Server {
    serve(|mut stream, _, seen| {
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            seen.messages.fetch_add(1, Ordering::SeqCst);
            stream.write_all(&buffer[..count])?;
        }
    })
}
