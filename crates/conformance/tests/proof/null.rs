//! Servers that understand nothing. Whoever grades them above zero grades by luck.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A server that answers without understanding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Null {
    /// Reads and says nothing.
    Silent,
    /// Sends back what it reads.
    Echo,
    /// Sends this for every line.
    Constant(&'static str),
    /// Closes at once.
    Closing,
    /// Sends octets that look like nothing, as many as it reads.
    Random,
    /// Sends lines without end before anything was said.
    Flood,
}

impl Null {
    pub(crate) const ALL: &[Self] = &[
        Self::Silent,
        Self::Echo,
        Self::Constant("OK\n"),
        Self::Constant("FAIL syntax\n"),
        Self::Constant("RESULT 3\n"),
        Self::Constant("RESULT 42\n"),
        Self::Closing,
        Self::Random,
        Self::Flood,
    ];
}

/// A null server that runs until it is dropped.
pub(crate) struct NullServer {
    address: SocketAddr,
    over: Arc<AtomicBool>,
}

impl NullServer {
    pub(crate) fn start(null: Null) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let over = Arc::new(AtomicBool::new(false));
        thread::spawn({
            let over = Arc::clone(&over);
            move || {
                for stream in listener.incoming().flatten() {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    thread::spawn(move || serve(null, stream));
                }
            }
        });
        Self { address, over }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for NullServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address); // so that accept() returns once more
    }
}

/// Serves until the client goes or an octet cannot be sent.
fn serve(null: Null, mut stream: TcpStream) {
    if let Null::Closing = null {
        return;
    }
    while let Null::Flood = null {
        if stream.write_all(b"Welcome to the calculator!\n").is_err() {
            return;
        }
    }
    let mut chunk = [0; 4096];
    let mut noise = 1;
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        let heard = &chunk[..count];
        let answer = match null {
            Null::Silent | Null::Closing | Null::Flood => Vec::new(),
            Null::Echo => heard.to_vec(),
            Null::Constant(line) => {
                line.repeat(heard.iter().filter(|&&octet| octet == b'\n').count()).into_bytes()
            }
            Null::Random => heard.iter().map(|_| random(&mut noise)).collect(),
        };
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

/// The next octet of a linear congruential sequence, the same in every run.
fn random(state: &mut u32) -> u8 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    state.to_be_bytes()[0]
}
