//! A server that adds, and whose large sums are meant to harm whoever shows them.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// What is answered in the place of the sums from 1000 on.
const HOSTILE: [&[u8]; 9] = [
    b"<script>alert(1)</script>",
    b"\"><img src=x onerror=alert(1)>",
    b"' onmouseover='alert(1)' <svg onload=alert(1)>",
    b"]]></style></script></svg><!--<title>",
    b"\x1b[2J\x1b]0;title\x07\0\x7f",
    "\u{202e}txt.exe\u{2028}\u{2029}\u{feff}".as_bytes(),
    b"\xff\xfe\xc0\x80\xed\xa0\x80",
    &[b'x'; 400],
    b"${alert(1)} {{alert(1)}} &lt;b&gt; &#x1b; javascript:alert(1)",
];

/// Serves as long as the test runs.
pub(crate) fn start() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || converse(stream));
        }
    });
    address
}

fn converse(mut stream: TcpStream) {
    let Ok(reading) = stream.try_clone() else { return };
    let mut operands: Vec<usize> = Vec::new();
    for line in BufReader::new(reading).lines() {
        let Ok(line) = line else { return };
        let reply = match line.as_str() {
            "QUIT" => return,
            // Thirteen is not answered, fourteen not to its end, and fifteen not in peace.
            "13" => continue,
            "14" => b"O".to_vec(),
            "15" => return,
            line => [answer(line, &mut operands), b"\n".to_vec()].concat(),
        };
        if stream.write_all(&reply).is_err() {
            return;
        }
    }
}

fn answer(line: &str, operands: &mut Vec<usize>) -> Vec<u8> {
    match (line, operands.as_slice()) {
        ("CLEAR", _) => {
            operands.clear();
            b"OK".to_vec()
        }
        ("+", [left, right]) => {
            let sum = left + right;
            operands.clear();
            let hostile = sum.checked_sub(1000).and_then(|index| HOSTILE.get(index));
            hostile.map_or_else(|| format!("RESULT {sum}").into_bytes(), |reply| reply.to_vec())
        }
        (line, _) => match line.parse() {
            Ok(number) => {
                operands.push(number);
                b"OK".to_vec()
            }
            Err(_) => b"FAIL syntax".to_vec(),
        },
    }
}
