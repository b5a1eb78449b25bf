//! The built program against servers that mean harm: whatever they send, it ends in time, stays small, leaves the terminal
//! alone and exits with the documented code. Nor do files that mean harm reach the terminal.

mod files;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

/// The most memory that a run may ever have had.
const MOST_MEMORY: u64 = 64 << 20;

/// A run against a server that has failed the preflight: the preflight itself (2 s), the search for deviations under which
/// it works (8 s at most), the cases that are run for what they tell (4 s), and the time in which the last of each comes to its
/// end. Most are over in half of it.
const UNSOUND: Duration = Duration::from_secs(20);

/// A server that is silent or gone costs less.
const HOPELESS: Duration = Duration::from_secs(10);

/// More than a flood is ever asked for.
const FLOOD: usize = 1 << 30;

struct Row {
    name: &'static str,
    serve: fn(TcpStream),
    bound: Duration,
}

const ROWS: &[Row] = &[
    Row { name: "1 GiB without a line end", serve: |stream| flood(stream, &[b'x'; 1 << 16]), bound: UNSOUND },
    Row { name: "1 GiB of replies", serve: |stream| flood(stream, &b"OK\n".repeat(1 << 14)), bound: UNSOUND },
    Row { name: "1 GiB of empty lines", serve: |stream| flood(stream, &[b'\n'; 1 << 16]), bound: UNSOUND },
    Row { name: "100 000 replies for a message", serve: hundred_thousand_replies, bound: UNSOUND },
    Row {
        name: "invalid UTF-8",
        serve: |stream| answer(stream, b"", b"OK \xff\xfe\xc3\x28\n"),
        bound: UNSOUND,
    },
    Row { name: "escape sequences", serve: |stream| answer(stream, b"", ESCAPES), bound: UNSOUND },
    Row {
        name: "escape sequences in a greeting",
        serve: |stream| answer(stream, ESCAPES, ESCAPES),
        bound: UNSOUND,
    },
    Row {
        name: "a greeting of escape sequences, and OK",
        serve: |stream| answer(stream, ESCAPES, b"OK\n"),
        bound: UNSOUND,
    },
    Row { name: "an octet a second", serve: an_octet_a_second, bound: UNSOUND },
    Row { name: "never reads", serve: |stream| drop((stream, sleep(HELD))), bound: HOPELESS },
    Row {
        name: "never answers",
        serve: |mut stream| drop(stream.read_to_end(&mut Vec::new())),
        bound: HOPELESS,
    },
    Row { name: "resets", serve: reset, bound: HOPELESS },
    Row { name: "closes", serve: drop, bound: HOPELESS },
];

/// Clears the screen, sets the title, rings, goes to the left and up, and says it in one octet too.
const ESCAPES: &[u8] = b"\x1b[2J\x1b]0;pwned\x07\r\x1b[1A\x9b31m\xc2\x9b31m\x7f\x08 42\n";

/// Longer than any run.
const HELD: Duration = Duration::from_secs(60);

#[test]
fn no_server_hangs_the_program_fills_its_memory_or_reaches_the_terminal() {
    let faults: Vec<String> = thread::scope(|scope| {
        let runs = ROWS.iter().map(|row| scope.spawn(|| judged(row.name, row.bound, || serve(row.serve))));
        // All are started before the first is waited for.
        runs.collect::<Vec<_>>().into_iter().map(|run| run.join().expect("no panic")).collect()
    });
    assert_eq!(faults.concat(), "");
}

#[test]
fn a_server_that_dies_after_its_first_message_is_reported_in_time() {
    let dies = || {
        let (listener, address) = listen();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            drop(stream.read(&mut [0; 64]));
        });
        address
    };
    assert_eq!(judged("dies", HOPELESS, dies), "");
}

/// What is wrong with the runs against a server, without colours and with them; nothing, if all is well. Without them the library
/// that writes to terminals drops every escape sequence, whoever sent it.
fn judged(name: &str, bound: Duration, serve: impl Fn() -> SocketAddr) -> String {
    let faults = ["never", "always"].map(|color| {
        let faults = faults(color, bound, &serve);
        faults.iter().map(|fault| format!("{name}, --color {color}: {fault}\n")).collect::<String>()
    });
    faults.concat()
}

/// A machine that is busy with other things makes any bound of time a matter of luck, so a run that was late is repeated once; one that
/// was so late that it had to be ended hung.
fn faults(color: &str, bound: Duration, serve: &impl Fn() -> SocketAddr) -> Vec<String> {
    let give_up = bound * 2;
    let mut faults = Vec::new();
    for _ in 0..2 {
        let run = run(serve(), color, give_up);
        faults = run.faults(color);
        if run.took <= bound {
            break;
        }
        faults.push(format!("took {:?}, and not {bound:?}", run.took));
        if run.took > give_up {
            break;
        }
    }
    faults
}

/// What came of the program.
struct Run {
    stdout: Vec<u8>,
    status: ExitStatus,
    /// Linux tells it.
    memory: Option<u64>,
    took: Duration,
}

fn run(target: SocketAddr, color: &str, give_up: Duration) -> Run {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["--target", &target.to_string(), "--color", color, "--lang", "en"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut out = child.stdout.take().expect("its output is piped");
    let reader = thread::spawn(move || {
        let mut stdout = Vec::new();
        out.read_to_end(&mut stdout).map(|_| stdout).expect("the report can be read")
    });
    let mut memory = None;
    while matches!(child.try_wait(), Ok(None)) {
        // The peak never falls, so that the last look before the end has seen it.
        memory = peak_memory(&child).or(memory);
        if began.elapsed() > give_up {
            drop(child.kill());
        }
        sleep(Duration::from_millis(5));
    }
    let took = began.elapsed();
    let status = child.wait().expect("the program is a child of ours");
    Run { stdout: reader.join().expect("the reader ends with the program"), status, memory, took }
}

impl Run {
    fn faults(&self, color: &str) -> Vec<String> {
        let report = String::from_utf8_lossy(&self.stdout);
        let plain = if color == "always" { without_colours(&report) } else { report.to_string() };
        let control = plain.chars().find(|c| c.is_control() && *c != '\n');
        let is_report = !report.contains(char::REPLACEMENT_CHARACTER) && report.contains("Grade: 0 / 100");
        let faults = [
            (self.status.code() != Some(1)).then(|| format!("{}, and not 1", self.status)),
            self.memory
                .filter(|memory| *memory > MOST_MEMORY)
                .map(|memory| format!("{memory} octets of memory")),
            (cfg!(target_os = "linux") && self.memory.is_none())
                .then(|| "no measure of the memory".to_owned()),
            (!is_report).then(|| format!("no report:\n{report}")),
            control.map(|control| format!("{control:?} reaches the terminal")),
        ];
        faults.into_iter().flatten().collect()
    }
}

/// The text without SGR sequences, ESC `[` digits and semicolons `m`, and with all others.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m') {
            Some(rest) => plain.push_str(rest),
            None => plain.extend(["\x1b[", piece]),
        }
    }
    plain
}

/// The most memory that a process has had so far, where the system tells.
fn peak_memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Serves each connection on a thread of its own, as long as the test process lives.
fn serve(behaviour: fn(TcpStream)) -> SocketAddr {
    let (listener, address) = listen();
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| drop(thread::spawn(move || behaviour(stream))))
    });
    address
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    (listener, address)
}

fn flood(mut stream: TcpStream, octets: &[u8]) {
    for _ in 0..FLOOD.div_ceil(octets.len()) {
        if stream.write_all(octets).is_err() {
            return;
        }
    }
}

/// Says something, and answers whatever one read returns.
fn answer(mut stream: TcpStream, greeting: &[u8], reply: &[u8]) {
    let mut chunk = [0; 4096];
    let mut next = greeting;
    while stream.write_all(next).is_ok() && matches!(stream.read(&mut chunk), Ok(1..)) {
        next = reply;
    }
}

fn hundred_thousand_replies(stream: TcpStream) {
    answer(stream, b"", &b"OK\n".repeat(100_000));
}

fn an_octet_a_second(mut stream: TcpStream) {
    for octet in b"OK\n".iter().cycle().take(60) {
        sleep(Duration::from_secs(1));
        if stream.write_all(&[*octet]).is_err() {
            return;
        }
    }
}

/// To close with something unread is to reset.
fn reset(stream: TcpStream) {
    drop(stream.peek(&mut [0]));
}
