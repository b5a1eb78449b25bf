//! A server that adds, and remembers every octet that it read and wrote.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// What was said on one connection, as the server saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// The client's port; 0 where it has none.
    pub(crate) port: u16,
    pub(crate) read: Vec<u8>,
    pub(crate) written: Vec<u8>,
    /// Whether the server closed with octets unread, so that its end was a reset and some of what was said may be lost.
    pub(crate) reset: bool,
    over: bool,
}

/// The connections of a server.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    said: Arc<(Mutex<Vec<Said>>, Condvar)>,
}

impl Memory {
    /// What was said, when all connections have ended.
    pub(crate) fn said(&self) -> Vec<Said> {
        self.when(|said| said.iter().all(|said| said.over))
    }

    /// Waits until a client has said these words and was answered.
    pub(crate) fn wait_for(&self, words: &[u8]) {
        self.when(|said| said.iter().any(|said| said.read == words));
    }

    fn when(&self, ready: impl Fn(&[Said]) -> bool) -> Vec<Said> {
        let (lock, changed) = &*self.said;
        let said = lock.lock().expect("no thread panicked");
        let (said, waited) = changed
            .wait_timeout_while(said, Duration::from_secs(20), |said| !ready(said))
            .expect("no thread panicked");
        assert!(!waited.timed_out(), "it does not become so");
        said.clone()
    }

    fn begin(&self, port: u16) -> Remembered {
        let mut said = self.said.0.lock().expect("no thread panicked");
        said.push(Said { port, ..Said::default() });
        Remembered { memory: self.clone(), index: said.len() - 1 }
    }
}

/// One of the connections.
struct Remembered {
    memory: Memory,
    index: usize,
}

impl Remembered {
    fn change(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.memory.said.0.lock().expect("no thread panicked")[self.index]);
        self.memory.said.1.notify_all();
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        self.change(|said| said.over = true);
    }
}

/// Serves at a free port of this address.
pub(crate) fn serve(address: &str) -> io::Result<(SocketAddr, Memory)> {
    let listener = TcpListener::bind((address, 0))?;
    let (address, memory) = (listener.local_addr()?, Memory::default());
    let of_thread = memory.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let remembered = of_thread.begin(stream.peer_addr().map_or(0, |peer| peer.port()));
            thread::spawn(move || converse(&stream, &remembered, || stream.shutdown(Shutdown::Write)));
        }
    });
    Ok((address, memory))
}

/// Serves at this path.
#[cfg(unix)]
pub(crate) fn serve_unix(path: &std::path::Path) -> Memory {
    let listener = std::os::unix::net::UnixListener::bind(path).expect("the path is free");
    let memory = Memory::default();
    let of_thread = memory.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let remembered = of_thread.begin(0);
            thread::spawn(move || converse(&stream, &remembered, || stream.shutdown(Shutdown::Write)));
        }
    });
    memory
}

/// Serves a client until it leaves, says `QUIT`, or says `BOOM`, after which the rest stays unread.
fn converse<S>(stream: S, remembered: &Remembered, shutdown: impl FnOnce() -> io::Result<()>)
where
    S: Read + Write + Copy,
{
    let (mut operands, mut writing) = (Vec::new(), stream);
    // Less at a time than stands behind a `BOOM`, so that some of that stays unread, and closing is a reset.
    let mut reading = BufReader::with_capacity(4096, stream);
    loop {
        let mut line = Vec::new();
        if !matches!(reading.read_until(b'\n', &mut line), Ok(1..)) {
            return;
        }
        let reply = answer(line.trim_ascii_end(), &mut operands);
        let written = writing.write_all(reply.as_bytes()).is_ok();
        remembered.change(|said| {
            said.read.extend(&line);
            said.written.extend(if written { reply.as_bytes() } else { b"" });
            said.reset = line == b"BOOM\n";
        });
        match line.as_slice() {
            b"BOOM\n" => return,
            b"QUIT\n" => break,
            _ => {}
        }
    }
    // What the client has sent is read to its end, so that this end is no reset.
    drop(shutdown());
    let mut rest = Vec::new();
    drop(reading.read_to_end(&mut rest));
    remembered.change(|said| said.read.extend(&rest));
}

/// The reply to a line.
pub(crate) fn answer(line: &[u8], operands: &mut Vec<i64>) -> String {
    let number = std::str::from_utf8(line).ok().and_then(|text| text.parse().ok());
    match (line, number, operands.as_slice()) {
        (b"CLEAR", ..) => {
            operands.clear();
            format!("OK {}\n", "x".repeat(250))
        }
        (b"QUIT" | b"BOOM", ..) => "OK\n".to_owned(),
        (b"+", _, [.., left, right]) => {
            let result = left + right;
            operands.clear();
            format!("RESULT {result}\n")
        }
        (_, Some(number), _) => {
            operands.push(number);
            "OK\n".to_owned()
        }
        (_, None, _) => "FAIL syntax\n".to_owned(),
    }
}
