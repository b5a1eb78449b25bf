//! The HTML report in a real browser: what `page.mjs` looks for, in pages that the built program writes.
//!
//! Where no Chromium or no playwright-core is installed the pages are not looked at, except in CI (`CI=true`) on Linux, where
//! that is a failure. `BLESS=1 cargo test -p calc-conformance --test browser` takes the README's pictures anew.

#[path = "../npm/look.rs"]
mod look;
mod server;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use calc_server::{Address, Limits, Listener};

use crate::look::look;

/// A page of a full run is sent by mail.
const MOST_OCTETS: u64 = 2_000_000;

#[test]
fn a_page_with_every_verdict_and_a_hostile_server() {
    let scratch = Scratch::new("hostile");
    let target = server::start().to_string();
    for language in ["en", "es"] {
        scratch.run(
            &["--target", &target, "--suite", "suite.json", "--skip", "left-out", "--lang", language],
            1,
        );
        scratch.look(None);
    }
}

#[test]
fn a_page_about_a_right_server_is_small_enough_to_be_sent() {
    let scratch = Scratch::new("right");
    scratch.run(&["--target", &reference().to_string()], 0);
    let octets = fs::metadata(scratch.path("html")).expect("the page").len();
    assert!(octets < MOST_OCTETS, "{octets} octets");
    scratch.look(None);
}

#[test]
fn a_page_about_nobody() {
    let scratch = Scratch::new("nobody");
    scratch.run(&["--target", &free_address().to_string(), "--only", "session"], 3);
    scratch.look(None);
}

/// The README's pictures are of a real run, against the server of the guide.
#[test]
fn the_pictures_of_the_readme() {
    let (scratch, images) = (Scratch::new("pictures"), root().join("../../docs/images"));
    let server = std::env::var_os("BLESS").map(|_| Guide::start());
    for language in ["en", "es"] {
        let picture = images.join(format!("report-{language}.png"));
        if let Some(Guide { address, .. }) = &server {
            let target = address.to_string();
            scratch.run(&["--target", &target, "--only", "session", "--lang", language], 1);
            for kind in ["html", "json"] {
                let report = fs::read_to_string(scratch.path(kind)).expect("the report is text");
                fs::write(scratch.path(kind), report.replace(&target, "127.0.0.1:51216"))
                    .expect("it can be replaced");
            }
            scratch.look(Some(&picture));
        }
        let octets = fs::metadata(&picture).map_or(0, |file| file.len());
        assert!((1..200_000).contains(&octets), "{}: {octets} octets", picture.display());
    }
}

/// A directory of a test's own, removed with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("conformance-browser-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the directory for temporary files can be written");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(format!("report.{name}"))
    }

    /// Runs the program, which exits with this code and leaves a page and the same as JSON.
    fn run(&self, arguments: &[&str], code: i32) {
        let order = |kind: &str| format!("--report={kind}={}", self.path(kind).display());
        let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
            .args(arguments)
            .args([order("html"), order("json")])
            .env_remove("LC_ALL")
            .env("LANG", "C")
            .current_dir(root().join("tests/browser"))
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Looks at the page in a browser.
    fn look(&self, picture: Option<&Path>) {
        look("page.mjs", &self.path("html"), &self.path("json"), picture);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An address where nobody listens.
fn free_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("its address")
}

/// The reference server on a free port, as long as the test runs.
fn reference() -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = Listener::tcp((Ipv4Addr::LOCALHOST, 0).into()).expect("loopback has a free port");
            let Address::Tcp(address) = listener.address() else {
                panic!("a TCP listener has a TCP address")
            };
            tell.send(*address).expect("the test waits for the address");
            calc_server::run(vec![listener], Limits::default(), std::future::pending()).await
        })
    });
    told.recv().expect("the server starts")
}

/// The server of the guide on a free port; it ends when it is dropped.
struct Guide {
    address: SocketAddr,
    process: Child,
}

impl Guide {
    fn start() -> Self {
        let guide = fs::read_to_string(root().join("../../docs/GRADER.md")).expect("the guide is there");
        let (_, rest) = guide.split_once("```python server.py\n").expect("the guide has a server");
        let (program, _) = rest.split_once("```").expect("the server ends");
        let address = free_address();
        let mut python = Command::new("python3");
        python.args(["-c", program, &address.port().to_string()]).stdout(Stdio::piped());
        let mut process = python.spawn().expect("python3 runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("it says that it listens");
        assert_eq!(line, "listening\n");
        Self { address, process }
    }
}

impl Drop for Guide {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
