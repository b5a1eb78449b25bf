//! A running `calc-server`, and what it prints.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write},
    net::{Shutdown, TcpStream},
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// How long a test waits for what has to come; only a failing test gets there.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The server's command, with both outputs caught.
pub(crate) fn command<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_calc-server"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a server that is to end by itself: its exit code and what it wrote to stderr.
pub(crate) fn fails<'a>(args: impl IntoIterator<Item = &'a str>) -> (Option<i32>, String) {
    let (status, log) = Server { child: command(args).spawn().unwrap(), addresses: Vec::new() }.ended();
    (status.code(), log)
}

/// A server that listens. Dropping it kills it.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// What it says that it listens on.
    pub(crate) addresses: Vec<String>,
}

impl Server {
    /// Starts a server that listens on as many sockets as `sockets`.
    pub(crate) fn start<'a>(sockets: usize, args: impl IntoIterator<Item = &'a str>) -> Self {
        Self::spawn(sockets, &mut command(args))
    }

    pub(crate) fn spawn(sockets: usize, command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let addresses = lines
            .take(sockets)
            .map(|line| line.unwrap().strip_prefix("listening on ").expect("listening on ADDRESS").to_owned())
            .collect::<Vec<_>>();
        assert_eq!(addresses.len(), sockets, "it ended before it listened");
        Self { child, addresses }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(&self.addresses[0])
    }

    /// Waits for its end, and tells its exit status and its log.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut log = String::new();
        self.log().read_to_string(&mut log).unwrap();
        (status, log)
    }

    pub(crate) fn log(&mut self) -> ChildStderr {
        self.child.stderr.take().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What is answered to a client that sends this and half-closes.
pub(crate) fn answer(address: &str, messages: &str) -> String {
    let mut stream = connect(address);
    stream.write_all(messages.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut replies = String::new();
    stream.read_to_string(&mut replies).unwrap();
    replies
}
