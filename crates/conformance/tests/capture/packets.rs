//! The packets: handshakes, numbers, checksums, octets, ends.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::run::{Files, calculations, case, cases, command, grade, into, suite};
use crate::server::{self, Said};
use crate::tshark::{self, File, Followed};

/// Compares connection by connection; of one that was reset, what the server saw is the beginning of what was sent.
fn assert_same(followed: Vec<Followed>, said: Vec<Said>) {
    assert_eq!(followed.len(), said.len());
    let followed = sorted(followed, |followed| {
        (followed.client_port, followed.from_server.clone(), followed.from_client.clone())
    });
    let said = sorted(said, |said| (said.port, said.written.clone(), said.read.clone()));
    for (mut followed, said) in followed.into_iter().zip(said) {
        if said.reset {
            followed.from_client.truncate(said.read.len());
        }
        // Without the octets, of which there may be hundreds of thousands.
        assert_eq!(followed.client_port, said.port);
        assert_eq!(first_difference(&followed.from_client, &said.read), None, "{}", said.port);
        assert_eq!(first_difference(&followed.from_server, &said.written), None, "{}", said.port);
    }
}

fn sorted<T, K: Ord>(mut things: Vec<T>, key: impl FnMut(&T) -> K) -> Vec<T> {
    things.sort_by_key(key);
    things
}

fn first_difference(left: &[u8], right: &[u8]) -> Option<usize> {
    let differ = left.iter().zip(right).position(|(left, right)| left != right);
    differ.or_else(|| (left.len() != right.len()).then_some(left.len().min(right.len())))
}

#[test]
fn tshark_follows_every_connection_octet_by_octet() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("follow");
    let suite = files.write("suite.json", &suite("calc-1", &cases()));
    for address in ["127.0.0.1", "::1"] {
        // Not every machine has IPv6.
        let Ok((address, memory)) = server::serve(address) else { continue };
        let capture = File::new(&format!("follow-{}", address.port()));
        assert_eq!(grade(&address.to_string(), &suite, &capture), (0, String::new()));
        assert_eq!(capture.faults(), Vec::<String>::new());
        assert_same(capture.followed(), memory.said());
        let servers = capture.fields("tcp.flags.syn == 1 && tcp.flags.ack == 0", &["tcp.dstport"]);
        assert!(servers.iter().all(|row| row[0] == address.port().to_string()), "{servers:?}");
    }
}

#[test]
fn each_connection_begins_with_a_handshake_that_names_the_case_and_ends_as_it_did() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("ends");
    let suite = files.write("suite.json", &suite("calc-1", &cases()));
    let (address, memory) = server::serve("127.0.0.1").expect("a free port");
    let capture = File::new("ends");
    grade(&address.to_string(), &suite, &capture);
    memory.said();
    let rows = capture.fields("tcp", &["tcp.stream", "tcp.srcport", "tcp.flags.str", "frame.comment"]);
    let mut seen = Vec::new();
    for stream in 0_usize.. {
        let packets: Vec<_> = rows.iter().filter(|row| row[0] == stream.to_string()).collect();
        let Some(first) = packets.first() else { break };
        let server = address.port().to_string();
        let side = |row: &[String]| if row[1] == server { "server" } else { "client" };
        let flags: Vec<String> =
            packets.iter().map(|row| format!("{} {}", side(row), row[2].replace('·', ""))).collect();
        assert_eq!(flags[..3], ["client S", "server AS", "client A"], "{first:?}");
        let ends: Vec<&str> =
            flags.iter().filter(|flags| flags.contains(['F', 'R'])).map(String::as_str).collect();
        assert!(packets[1..].iter().all(|row| row[3].is_empty()), "only the first packet has a comment");
        seen.push((first[3].clone(), ends.join(", ")));
    }
    let expected = [
        ("preflight (c)", "server AF, client AF"),
        ("several (client 5)", "server AF, client AF"),
        ("in-turns (slow)", "client AF"),
        ("in-turns (fast)", "server AF, client AF"),
        ("half-close (c)", "client AF, server AF"),
        ("abort (c)", "client AR"),
        ("abort (control)", "server AF, client AF"),
        ("much-to-the-server (c)", "server AF, client AF"),
        ("reset (c)", "server AR"),
    ];
    for (comment, ends) in expected {
        assert!(seen.contains(&(comment.to_owned(), ends.to_owned())), "{comment}, {ends}: {seen:#?}");
    }
}

#[test]
fn a_checksum_that_is_wrong_is_seen() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("wrong");
    let suite =
        files.write("suite.json", &suite("calc-1", &case("sum", r#"{"say": "1"}, {"expect": "ok"}"#)));
    let (address, _) = server::serve("127.0.0.1").expect("a free port");
    let capture = File::new("wrong");
    grade(&address.to_string(), &suite, &capture);
    assert_eq!(capture.faults(), Vec::<String>::new());
    let mut octets = std::fs::read(capture.path()).expect("the capture is there");
    let at = octets.windows(9).position(|window| window == b"RESULT 81").expect("the fence is there");
    octets[at] ^= 1;
    std::fs::write(capture.path(), octets).expect("the capture can be written");
    assert_eq!(capture.faults().len(), 1);
}

#[test]
fn a_target_that_refuses_is_a_syn_and_a_reset() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("refused");
    let suite = files.write("suite.json", &suite("calc-1", &cases()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    let capture = File::new("refused");
    assert_eq!(grade(&address.to_string(), &suite, &capture).0, 3);
    let rows = capture.fields("tcp", &["tcp.flags.str", "tcp.port", "tcp.ack"]);
    let flags: Vec<String> = rows.iter().map(|row| row[0].replace('·', "")).collect();
    assert_eq!(flags, ["S", "AR"]);
    assert!(rows[0][1].ends_with(&format!(",{}", address.port())), "{rows:?}");
    assert_eq!(rows[1][2], "1", "the reset belongs to the request");
    assert_eq!(capture.faults(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_shown_on_the_loopback() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("unix");
    let suite = files.write("suite.json", &suite("calc-1", &cases()));
    let path = files.0.join("calc");
    let memory = server::serve_unix(&path);
    let capture = File::new("unix");
    assert_eq!(grade(&format!("unix:{}", path.display()), &suite, &capture).0, 0);
    assert_eq!(capture.faults(), Vec::<String>::new());
    let mut followed = capture.followed();
    let ports: BTreeSet<u16> = followed.iter().map(|followed| followed.client_port).collect();
    assert_eq!(ports.len(), followed.len(), "each connection has a port of its own");
    followed.iter_mut().for_each(|followed| followed.client_port = 0);
    assert_same(followed, memory.said());
}

/// A message is a datagram, and its reply another.
const UDP: &str = r#"{"id": "datagrams", "title": "t", "transport": "udp",
    "framing": {"send": {}, "receive": {"datagram": true}}, "messages": {"operand": "{value}", "operator": {"+": "+"}},
    "replies": {"ok": {"regex": "OK"}, "result": {"regex": "RESULT (?<number>.*)"}, "fail": {"regex": "FAIL.*"},
                "empty": {"regex": ""}}}"#;

#[test]
fn datagrams_are_datagrams_even_empty_ones() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("udp");
    files.write("datagrams.json", UDP);
    let cases = case("empty", r#"{"say": {"text": "quiet"}}, {"expect": "empty"}"#);
    let suite = files.write("suite.json", &suite("datagrams.json", &cases));
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a free port");
    let address = socket.local_addr().expect("its address");
    thread::spawn(move || {
        let mut buffer = [0; 512];
        let mut operands: BTreeMap<SocketAddr, Vec<i64>> = BTreeMap::new();
        while let Ok((count, client)) = socket.recv_from(&mut buffer) {
            let reply = match &buffer[..count] {
                b"quiet" => String::new(),
                words => server::answer(words, operands.entry(client).or_default()),
            };
            drop(socket.send_to(reply.trim_end().as_bytes(), client));
        }
    });
    let capture = File::new("udp");
    assert_eq!(grade(&address.to_string(), &suite, &capture), (0, String::new()));
    assert_eq!(capture.faults(), Vec::<String>::new());
    let rows = capture.fields("udp", &["udp.payload", "udp.length"]);
    let texts: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    let hex = |text: &str| text.bytes().map(|octet| format!("{octet:02x}")).collect::<String>();
    for text in ["17", "25", "+", "RESULT 42", "quiet", "", "23", "58", "OK", "RESULT 81"] {
        assert!(texts.contains(&hex(text).as_str()), "{text}: {rows:?}");
    }
    assert!(rows.iter().any(|row| row[1] == "8"), "a datagram without octets: {rows:?}");
}

#[test]
fn a_datagram_that_nobody_takes_is_answered_by_icmp() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("icmp");
    files.write("datagrams.json", UDP);
    let suite = files.write("suite.json", &suite("datagrams.json", &case("empty", r#"{"say": "8"}"#)));
    for address in ["127.0.0.1", "::1"] {
        let Ok(socket) = UdpSocket::bind((address, 0)) else { continue };
        let address = socket.local_addr().expect("its address");
        drop(socket);
        let capture = File::new(&format!("icmp-{}", address.port()));
        grade(&address.to_string(), &suite, &capture);
        let filter = format!("(icmp.code == 3 || icmpv6.code == 4) && udp.dstport == {}", address.port());
        let rows =
            capture.fields(&filter, &["icmp.checksum.status", "icmpv6.checksum.status", "_ws.malformed"]);
        assert!(!rows.is_empty() && rows.iter().all(|row| row.concat() == "1"), "{address}: {rows:?}");
    }
}

#[test]
fn a_capture_that_is_full_says_so() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("full");
    let line = r#"{"send": [{"fill": "x", "count": 16777000}, "\n"]}, {"expect": "fail"}"#;
    let lines = [line; 4].join(",");
    let suite = files.write("suite.json", &suite("calc-1", &case("flood", &lines)));
    let (address, _) = server::serve("127.0.0.1").expect("a free port");
    let capture = File::new("full");
    let (code, errors) = grade(&address.to_string(), &suite, &capture);
    assert_eq!(code, 0);
    assert!(errors.contains("ends before the run does") && errors.contains("64 MiB"), "{errors}");
    let length = std::fs::metadata(capture.path()).expect("the capture is there").len();
    assert!((60 << 20..(64 << 20) + 4096).contains(&length), "{length}");
    let comments = capture.fields("frame.comment contains \"64 MiB\"", &["frame.comment", "frame.number"]);
    assert_eq!(comments.len(), 1, "{comments:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_a_whole_capture() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("interrupt");
    let steps = r#"{"say": "1"}, {"expect": "ok"}, {"say": "2"}, {"expect": "ok"}, {"wait_ms": 60000}"#;
    let suite = files.write("suite.json", &suite("calc-1", &case("long", steps)));
    let (address, memory) = server::serve("127.0.0.1").expect("a free port");
    let capture = File::new("interrupt");
    let child = command(&address.to_string(), &suite, &capture)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    memory.wait_for(b"1\n2\n");
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(status.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(capture.faults(), Vec::<String>::new());
    let (followed, mut said) = (capture.followed(), memory.said());
    // The last reply may have come too late to be read.
    let last = followed.last().expect("there were connections");
    said[followed.len() - 1].written.truncate(last.from_server.len());
    assert_same(followed, said);
    let ends = capture.fields("tcp.flags.fin == 1", &["frame.number"]);
    assert!(!ends.is_empty(), "the connection that was open has ended");
}

#[test]
fn a_capture_that_cannot_be_written_is_an_error() {
    let files = Files::new("unwritable");
    let suite = files.write("suite.json", &calculations());
    let (address, _) = server::serve("127.0.0.1").expect("a free port");
    let nowhere = files.0.join("no-such-directory").join("run.pcapng");
    // Where there is a device that is always full, it is one after the run.
    let rows = [(nowhere.as_path(), 2, true), (Path::new("/dev/full"), 5, Path::new("/dev/full").exists())];
    for (path, code, is_possible) in rows {
        let output = into(&address.to_string(), &suite, path).output().expect("the program runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        let expected = format!("conformance: cannot write the capture {}: ", path.display());
        assert!(
            !is_possible || output.status.code() == Some(code) && errors.starts_with(&expected),
            "{errors}"
        );
    }
}
