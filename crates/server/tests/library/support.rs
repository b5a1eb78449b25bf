//! A server on a free port, and clients that speak raw octets.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use calc_server::{Limits, Listener, run};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::oneshot,
};

/// How long a test waits for what has to come. It is no measure of the server: only a failing test gets there.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server in its own thread. Dropping it stops it and waits for its end.
pub(crate) struct Server {
    address: String,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<io::Result<()>>>,
}

impl Server {
    /// A server with two workers.
    pub(crate) fn start(limits: Limits) -> Self {
        Self::start_on(Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(), limits)
    }

    /// A server with a single thread for everything, so that a test can tell what it does before what.
    pub(crate) fn start_single() -> Self {
        Self::start_on(Builder::new_current_thread().enable_all().build().unwrap(), Limits::default())
    }

    fn start_on(runtime: Runtime, limits: Limits) -> Self {
        let listener = Listener::tcp((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.address().to_string();
        let (stop, stopped) = oneshot::channel();
        let handle = runtime.handle().clone();
        let shutdown = async move { stopped.await.unwrap_or_default() };
        let thread = thread::spawn(move || runtime.block_on(run(vec![listener], limits, shutdown)));
        Self { address, runtime: handle, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(&self.address)
    }

    /// Whether a client would be accepted.
    pub(crate) fn is_listening(&self) -> bool {
        TcpStream::connect(&self.address).is_ok()
    }

    /// Tells the server to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until the server has come to its end.
    pub(crate) fn ended(mut self) -> io::Result<()> {
        self.thread.take().unwrap().join().unwrap()
    }

    /// Keeps a single-threaded server from doing anything until the returned guard is dropped.
    pub(crate) fn hold(&self) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel();
        let (held, holding) = mpsc::channel();
        self.runtime.spawn(async move {
            held.send(()).unwrap();
            let _ = released.recv();
        });
        holding.recv_timeout(PATIENCE).unwrap();
        release
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
}

impl Client {
    pub(crate) fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream }
    }

    pub(crate) fn send(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).unwrap();
    }

    /// Sends whole messages and reads as many replies.
    pub(crate) fn exchange(&mut self, messages: &str) -> String {
        self.send(messages.as_bytes());
        self.replies(messages.matches('\n').count())
    }

    /// Reads this many replies, and not an octet more.
    pub(crate) fn replies(&mut self, count: usize) -> String {
        let mut replies = String::new();
        let mut octet = [0];
        while replies.matches('\n').count() < count {
            self.stream.read_exact(&mut octet).unwrap();
            replies.push(octet[0].into());
        }
        replies
    }

    pub(crate) fn finish_sending(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Reads until the server closes; a reset is a failure.
    pub(crate) fn until_close(&mut self) -> String {
        let mut replies = String::new();
        self.stream.read_to_string(&mut replies).unwrap();
        replies
    }

    /// Closes by a reset.
    pub(crate) fn reset(self) {
        socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)).unwrap();
    }
}

/// Whether the server still works, for those who were there before and for newcomers.
pub(crate) fn assert_serves(server: &Server, polite: &mut Client) {
    for client in [polite, &mut server.connect()] {
        assert_eq!(client.exchange("CLEAR\n1\n2\n+\n"), "OK\nOK\nOK\nRESULT 3\n");
    }
}
