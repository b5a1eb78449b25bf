//! A server that earns every verdict, and sends what would harm a report that took it for its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
#[cfg(unix)]
use std::path::Path;
use std::thread;

/// What stands in the place of a large sum: a screen cleared, markup, a workflow command, ends of sections, and no UTF-8.
const HOSTILE: &[u8] = b"RESULT \x1b[2J<script>alert(1)</script>]]>&amp;|`*_#%0A::error::\\x\0\xff\n";

/// What a spreadsheet would run.
const FORMULA: &[u8] = b"=cmd|' /C calc'!A0,\"\n";

/// Serves as long as the test runs.
pub(crate) fn start() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let reading = stream.try_clone().expect("a stream has two ends");
            thread::spawn(move || converse(reading, stream));
        }
    });
    address
}

/// The same on a Unix socket.
#[cfg(unix)]
pub(crate) fn start_at(path: &Path) {
    let listener = UnixListener::bind(path).expect("a socket");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let reading = stream.try_clone().expect("a stream has two ends");
            thread::spawn(move || converse(reading, stream));
        }
    });
}

fn converse(reading: impl Read, mut writing: impl Write) {
    let mut operands: Vec<i64> = Vec::new();
    // One octet at a time, so that what stands behind `QUIT` stays unread, and closing is a reset.
    for line in BufReader::with_capacity(1, reading).lines() {
        let Ok(line) = line else { return };
        if writing.write_all(&answer(&line, &mut operands)).is_err() || line == "QUIT" {
            return;
        }
    }
}

fn answer(line: &str, operands: &mut Vec<i64>) -> Vec<u8> {
    let number = line.parse::<i64>();
    match (line, operands.as_slice()) {
        ("QUIT", _) => b"OK\n".to_vec(),
        ("+", [left, right]) => {
            let sum = left + right;
            operands.clear();
            match sum {
                14 => FORMULA.to_vec(),
                sum if sum > 1000 => HOSTILE.to_vec(),
                sum => format!("RESULT {sum}\n").into_bytes(),
            }
        }
        // Somebody left a line for whoever looks for mistakes.
        ("400", _) => b"HELP: it is a number\nOK\n".to_vec(),
        // Thirteen is not answered.
        ("13", _) => Vec::new(),
        _ => match number {
            Ok(number) => {
                operands.push(number);
                b"OK\n".to_vec()
            }
            Err(_) => b"FAIL syntax\n".to_vec(),
        },
    }
}
