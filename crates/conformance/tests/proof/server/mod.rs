//! One small server, written from `docs/PROTOCOL.md` alone, that can be told to make any of the mistakes in [`Bug`].
//!
//! It shares the numbers with the reference server and nothing else: its framing and its session are its own, so that they
//! can be broken, and so that a fault of the reference server's is not the measure of what is right.

mod arithmetic;
mod connection;
mod framing;
mod message;
mod session;

use std::collections::HashMap;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::bugs::Bug;
use arithmetic::Value;
use framing::Framer;

/// How a server behaves. The default is right in every way and exact.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    pub(crate) bugs: Vec<Bug>,
    pub(crate) numbers: Numbers,
    pub(crate) offer: Offer,
    pub(crate) line_end: LineEnd,
    pub(crate) delivery: Delivery,
}

/// What it calculates with. Each is right by §10; only `Exact` is so by §11 too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Numbers {
    #[default]
    Exact,
    /// The same values, with `.0` behind an integer.
    ExactWithFraction,
    /// `double`, printed with 15 significant digits.
    Binary64,
}

/// What it offers beyond what it must.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Offer {
    #[default]
    Everything,
    /// `+ - * /`, and no `HELLO`.
    Least,
}

/// What ends its lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LineEnd {
    #[default]
    Lf,
    CrLf,
}

/// How its replies leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Delivery {
    #[default]
    Whole,
    /// Each octet by itself.
    ByteByByte,
    /// Each reply after a pause.
    After(Duration),
}

impl Behaviour {
    /// A server with these mistakes and no others.
    pub(crate) fn with_bugs(bugs: &[Bug]) -> Self {
        Self { bugs: bugs.to_vec(), ..Self::default() }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bugs.contains(&bug)
    }
}

/// A server that runs in this process until it is dropped.
pub(crate) struct Server {
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it on a free port of the loopback interface.
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared::new(behaviour, address));
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { shared, accepting: Some(accepting) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.shared.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.die();
        if let Some(accepting) = self.accepting.take() {
            accepting.join().expect("the accepting thread does not panic");
        }
    }
}

/// What the connections have in common; in a right server, nothing but the end.
struct Shared {
    behaviour: Behaviour,
    address: SocketAddr,
    dead: AtomicBool,
    frozen: AtomicBool,
    streams: Mutex<HashMap<usize, TcpStream>>,
    accepted: AtomicUsize,
    departed: Condvar,
    /// Held by the connection that keeps the others waiting.
    turn: Mutex<()>,
    /// The operands of everybody, where they are shared, and those that a connection left behind.
    operands: Mutex<Vec<Value>>,
    /// The unfinished line of everybody, where it is shared.
    framer: Mutex<Framer>,
}

/// The clients of [`Bug::EightClients`].
const FEW_CLIENTS: usize = 8;

impl Shared {
    fn new(behaviour: Behaviour, address: SocketAddr) -> Self {
        Self {
            behaviour,
            address,
            dead: AtomicBool::new(false),
            frozen: AtomicBool::new(false),
            streams: Mutex::default(),
            accepted: AtomicUsize::new(0),
            departed: Condvar::new(),
            turn: Mutex::default(),
            operands: Mutex::default(),
            framer: Mutex::default(),
        }
    }

    fn has(&self, bug: Bug) -> bool {
        self.behaviour.has(bug)
    }

    fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// Ends the server as a crash of its process would: every connection closes and no other is accepted.
    fn die(&self) {
        if self.dead.swap(true, Ordering::SeqCst) {
            return;
        }
        for stream in lock(&self.streams).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.departed.notify_all();
        let _ = TcpStream::connect(self.address); // so that accept() returns once more
    }

    /// From now on nobody is served any more, though the process lives.
    fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
        self.wait_for_the_end();
    }

    fn wait_for_the_end(&self) {
        let streams = lock(&self.streams);
        drop(self.departed.wait_while(streams, |_| !self.is_dead()).unwrap_or_else(PoisonError::into_inner));
    }

    fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::SeqCst)
    }

    fn enter(&self, stream: &TcpStream) -> Option<usize> {
        let number = self.accepted.fetch_add(1, Ordering::SeqCst);
        let mut streams = lock(&self.streams);
        if self.is_dead() {
            return None;
        }
        streams.insert(number, stream.try_clone().ok()?);
        Some(number)
    }

    fn leave(&self, number: usize) {
        lock(&self.streams).remove(&number);
        self.departed.notify_all();
    }

    fn wait_until_fewer_than(&self, clients: usize) {
        let streams = lock(&self.streams);
        let waited = self.departed.wait_while(streams, |streams| streams.len() >= clients && !self.is_dead());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_dead() {
            return;
        }
        let Ok(stream) = stream else { continue };
        let Some(number) = shared.enter(&stream) else { return };
        let serve = {
            let shared = Arc::clone(shared);
            move || {
                connection::serve(stream, &shared);
                shared.leave(number);
                if shared.has(Bug::OneConnectionOnly) {
                    shared.die();
                }
            }
        };
        if shared.has(Bug::OneClientAtATime) || shared.has(Bug::OneConnectionOnly) {
            serve();
        } else {
            thread::spawn(serve);
        }
        if shared.has(Bug::EightClients) {
            shared.wait_until_fewer_than(FEW_CLIENTS);
        }
    }
}

/// A mutex is never left in a bad state here, whoever panicked while holding it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
