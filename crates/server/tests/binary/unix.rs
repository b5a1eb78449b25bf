//! Unix sockets, and the files that they leave.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::Barrier,
    thread,
};

use calc_server::{ListenError, Listener};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Server, fails};

/// A directory of the test's own, removed with it. Its path is short enough for a socket's address.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("calc-server-{name}-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.file("socket")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn start(path: &Path) -> Server {
    Server::start(1, ["--unix", path.to_str().unwrap()])
}

fn stop(server: Server) {
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    assert_eq!(server.ended().0.code(), Some(0));
}

pub(crate) fn answer(path: &Path, messages: &str) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.write_all(messages.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut replies = String::new();
    stream.read_to_string(&mut replies).unwrap();
    replies
}

#[test]
fn it_serves_there_and_removes_the_file_at_its_end() {
    let directory = Directory::new("serves");
    let path = directory.socket();
    let server = start(&path);
    assert_eq!(server.addresses, [format!("unix:{}", path.display())]);
    assert_eq!(answer(&path, "1\n2\n+\n"), "OK\nOK\nRESULT 3\n");
    assert_eq!(answer(&path, "1\nQUIT\n2\n"), "OK\nOK\n");
    stop(server);
    assert!(!path.exists());
}

#[test]
fn a_dead_socket_is_replaced() {
    let directory = Directory::new("dead");
    let path = directory.socket();
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let server = start(&path);
    assert_eq!(answer(&path, "1\n"), "OK\n");
    stop(server);
}

#[test]
fn of_many_that_find_the_same_dead_socket_one_takes_it() {
    const RIVALS: usize = 8;
    let directory = Directory::new("rivals");
    let path = directory.socket();
    for _ in 0..200 {
        drop(UnixListener::bind(&path).unwrap());
        let start = Barrier::new(RIVALS);
        let outcomes = thread::scope(|scope| {
            let rivals = [(); RIVALS].map(|()| {
                scope.spawn(|| {
                    start.wait();
                    Listener::unix(&path)
                })
            });
            rivals.map(|rival| rival.join().unwrap())
        });
        let lost = outcomes.iter().filter(|outcome| matches!(outcome, Err(ListenError::InUse(_)))).count();
        assert_eq!(lost, RIVALS - 1, "{outcomes:?}");
        drop(outcomes);
        assert!(!path.exists());
    }
}

#[test]
fn a_path_is_told_in_one_line() {
    let directory = Directory::new("line");
    let path = directory.0.join("a\nb\x1b");
    let server = start(&path);
    assert_eq!(server.addresses, [format!("unix:{}/a\\nb\\u{{1b}}", directory.0.display())]);
    assert_eq!(answer(&path, "1\n"), "OK\n");
    stop(server);
}

#[test]
fn a_live_socket_is_left_to_its_server() {
    let directory = Directory::new("live");
    let path = directory.socket();
    let server = start(&path);
    let (code, message) = fails(["--unix", path.to_str().unwrap()]);
    assert_eq!(
        (code, message),
        (
            Some(3),
            format!("calc-server: cannot listen on unix:{}: another server answers there\n", path.display())
        )
    );
    assert_eq!(answer(&path, "1\n"), "OK\n");
    drop(server);
}

#[test]
fn a_socket_that_another_server_has_put_there_is_not_removed() {
    let directory = Directory::new("other");
    let path = directory.socket();
    let server = start(&path);
    fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    stop(server);
    assert!(path.exists());
}

#[test]
fn a_file_that_is_no_socket_is_not_touched() {
    let directory = Directory::new("file");
    let path = directory.socket();
    fs::write(&path, "precious").unwrap();
    let (code, message) = fails(["--unix", path.to_str().unwrap()]);
    assert_eq!(
        (code, message),
        (
            Some(3),
            format!(
                "calc-server: cannot listen on unix:{}: the file exists and is no socket\n",
                path.display()
            )
        )
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn what_cannot_be_a_socket_is_refused() {
    let directory = Directory::new("refused");
    let missing = directory.0.join("missing/socket");
    let long = directory.0.join("x".repeat(200));
    for (path, reason) in [(missing, "no such directory"), (long, "path")] {
        let (code, message) = fails(["--unix", path.to_str().unwrap()]);
        assert_eq!(code, Some(3), "{message}");
        assert!(message.contains(reason) && message.lines().count() == 1, "{message}");
    }
    // It is one or the other.
    assert_eq!(fails(["--unix", "socket", "--port", "1"]).0, Some(2));
    assert_eq!(fails(["--unix", "socket", "--host", "::1"]).0, Some(2));
}
