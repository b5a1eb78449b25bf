//! The dissector of CALC/1 in `docs/wireshark`: the lines that it finds, the pairs that it makes, and what it complains of.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::run::{Files, calculations, grade};
use crate::server;
use crate::tshark::{self, File};

/// What one side says in one segment.
#[derive(Clone, Copy)]
enum Segment<'a> {
    Client(&'a [u8]),
    Server(&'a [u8]),
}
use Segment::{Client, Server};

/// A connection of these segments to the port of CALC/1, made by a tool of Wireshark's own.
fn connection(name: &str, segments: &[Segment<'_>]) -> File {
    let mut dump = String::new();
    for segment in segments {
        let (direction, octets) = match segment {
            Client(octets) => ('I', octets),
            Server(octets) => ('O', octets),
        };
        writeln!(dump, "{direction}").expect("a string can be written");
        for (line, octets) in octets.chunks(16).enumerate() {
            let hex: String = octets.iter().map(|octet| format!(" {octet:02x}")).collect();
            writeln!(dump, "{:06x}{hex}", line * 16).expect("a string can be written");
        }
    }
    let (files, file) = (Files::new(name), File::new(name));
    let output = Command::new("text2pcap")
        .args(["-q", "-D", "-4", "127.0.0.1,127.0.0.1", "-T", "40000,51216"])
        .arg(files.write("dump", &dump))
        .arg(file.path())
        .output()
        .expect("text2pcap comes with tshark");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    file
}

/// The script, as tshark is told of it.
fn script() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wireshark/calc1.lua");
    format!("lua_script:{}", path.display())
}

/// These fields of the packets that the filter lets through, seen twice as Wireshark sees them. Without a filter the details of the
/// packets are not built the first time.
fn dissected(file: &File, more: &[&str], filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let script = script();
    let mut arguments = vec!["-2", "-X", &script, "-T", "fields", "-E", "aggregator=|"];
    if !filter.is_empty() {
        arguments.extend(["-Y", filter]);
    }
    arguments.extend(more);
    arguments.extend(fields.iter().flat_map(|field| ["-e", field]));
    let printed = file.read(&arguments);
    printed.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn lines_are_found_however_they_are_cut() {
    if !tshark::is_installed() {
        return;
    }
    let (requests, replies) = (b"1\r\n2\r\n+\r\n".as_slice(), b"OK\nOK\nRESULT 3\n".as_slice());
    let octets =
        |octets: &'static [u8], said: fn(&'static [u8]) -> Segment<'static>| octets.chunks(1).map(said);
    let rows: [(&str, Vec<Segment<'_>>); 3] = [
        ("whole", vec![Client(requests), Server(replies)]),
        ("octets", octets(requests, Client).chain(octets(replies, Server)).collect()),
        (
            "middles",
            vec![
                Client(b"1\r"),
                Client(b"\n2\r\n+"),
                Client(b"\r\n"),
                Server(b"OK\nO"),
                Server(b"K\nRESULT "),
                Server(b"3\n"),
            ],
        ),
    ];
    for (name, segments) in rows {
        let file = connection(name, &segments);
        let fields = ["calc1.request", "calc1.line", "calc1.reply_to", "calc1.line_end"];
        for filter in ["calc1", ""] {
            check_lines(name, &dissected(&file, &[], filter, &fields));
        }
    }
}

fn check_lines(name: &str, rows: &[Vec<String>]) {
    let column = |index: usize| {
        let cells = rows.iter().map(|row| row[index].as_str()).filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join("|")
    };
    assert_eq!(column(0), "operand|operand|operator", "{name}: {rows:?}");
    assert_eq!(column(1), "1|2|+|OK|OK|RESULT 3", "{name}: {rows:?}");
    assert_eq!(column(2), "1|2|+", "{name}: {rows:?}");
    assert_eq!(column(3), "CRLF|CRLF|CRLF|LF|LF|LF", "{name}: {rows:?}");
}

/// What may be against the protocol.
const EXPERTS: [&str; 12] = [
    "line_too_long",
    "bare_cr",
    "bad_octet",
    "empty_line",
    "bad_syntax",
    "after_quit",
    "unanswered",
    "crlf",
    "malformed_reply",
    "unknown_code",
    "unasked_reply",
    "misfit_reply",
];

/// The complaints about each packet that has a whole line.
fn complaints(file: &File) -> Vec<String> {
    let fields = EXPERTS.map(|name| format!("calc1.{name}"));
    let rows = dissected(file, &[], "calc1", &fields.each_ref().map(String::as_str));
    let named = |row: &Vec<String>| {
        let cells = EXPERTS
            .iter()
            .enumerate()
            .filter(|(index, _)| row.get(*index).is_some_and(|cell| !cell.is_empty()));
        cells.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    };
    rows.iter().map(named).collect()
}

#[test]
fn what_is_against_the_protocol_is_said() {
    if !tshark::is_installed() {
        return;
    }
    let (long, longer, endless) = ([b'1'; 257], [b'x'; 300], [b'x'; 20_000]);
    let line = |words: &[u8]| [words, b"\n"].concat();
    // A request and what is said of it, its reply and what is said of that.
    let rows: [(Vec<u8>, &str, &[u8], &str); 20] = [
        (line(b"1"), "", b"OK\n", ""),
        (line(b" -1.5e3\t"), "", b"OK thanks\n", ""),
        (line(b"two"), "bad_syntax", b"FAIL syntax no number\n", ""),
        (line(b"0x10"), "bad_syntax", b"OK\n", "misfit_reply"),
        (line(b""), "empty_line", b"FAIL syntax\n", ""),
        (line(b"1\r2"), "bare_cr", b"FAIL syntax\n", ""),
        (line(b"\xC3\xA9"), "bad_octet", b"FAIL syntax\n", ""),
        (line(&long), "line_too_long", b"FAIL line-too-long\n", ""),
        (line(&longer), "line_too_long", b"FAIL syntax\n", "misfit_reply"),
        (line(&endless), "line_too_long", b"FAIL line-too-long\n", ""),
        (line(b"2\r"), "crlf", b"OK\r\n", "crlf"),
        (line(b"+"), "", b"OK\n", "misfit_reply"),
        (line(b"3"), "", b"RESULT 3\n", "misfit_reply"),
        (line(b"sqrt"), "", b"FAIL syntax\n", ""),
        (line(b"4"), "", b"FAIL no-idea\n", "unknown_code"),
        (line(b"5"), "", b"ok\n", "malformed_reply"),
        (line(b"/"), "", b"RESULT Infinity\n", "malformed_reply"),
        (line(b"clear"), "", b"FAIL overflow\n", "misfit_reply"),
        (line(b"Hello"), "", b"OK welcome\n", "misfit_reply"),
        (line(b"6"), "", b"OK\nOK\n", "unasked_reply"),
    ];
    let mut segments: Vec<Segment<'_>> =
        rows.iter().flat_map(|(request, _, reply, _)| [Client(request), Server(reply)]).collect();
    segments.push(Client(b"7\n"));
    let mut expected: Vec<&str> =
        rows.iter().flat_map(|(_, of_request, _, of_reply)| [*of_request, *of_reply]).collect();
    expected.push("unanswered");
    assert_eq!(complaints(&connection("against", &segments)), expected);
    let after_quit = connection("quit", &[Client(b"QUIT\n8\n"), Server(b"OK\n")]);
    assert_eq!(complaints(&after_quit), ["after_quit", ""]);
}

#[test]
fn a_run_of_the_grader_is_dissected_and_paired() {
    if !tshark::is_installed() {
        return;
    }
    let files = Files::new("run");
    let suite = files.write("suite.json", &calculations());
    let (address, memory) = server::serve("127.0.0.1").expect("a free port");
    let file = File::new("run");
    grade(&address.to_string(), &suite, &file);
    let lines: usize =
        memory.said().iter().map(|said| said.written.iter().filter(|octet| **octet == b'\n').count()).sum();
    // Told of the port by the preference, or by what Decode As does.
    let port = format!("calc1.ports:{}", address.port());
    let decode_as = format!("tcp.port=={},calc1", address.port());
    for more in [["-o", port.as_str()], ["-d", decode_as.as_str()]] {
        let fields = [
            "frame.number",
            "calc1.line",
            "calc1.request_in",
            "calc1.time",
            "calc1.operand.value",
            "calc1.result.value",
        ];
        let replies = dissected(&file, &more, "calc1.status", &fields);
        assert_eq!(replies.iter().map(|row| row[1].split('|').count()).sum::<usize>(), lines, "{more:?}");
        let requests = dissected(&file, &more, "calc1.request", &["frame.number", "calc1.reply_in"]);
        let each = |cell: &str| cell.split('|').map(str::to_owned).collect::<Vec<_>>();
        for reply in &replies {
            let asks = |request: &Vec<String>| {
                each(&reply[2]).contains(&request[0]) && each(&request[1]).contains(&reply[0])
            };
            assert!(requests.iter().any(asks), "{reply:?} of {requests:?}");
            let is_time = |time: &String| time.parse().is_ok_and(|time| (0.0..20.0).contains(&time));
            assert!(each(&reply[3]).iter().all(is_time), "{reply:?}");
        }
        let values = dissected(
            &file,
            &more,
            "calc1.operand || calc1.result",
            &["calc1.operand.value", "calc1.result.value"],
        );
        let values: Vec<String> = values.iter().map(|row| row.concat()).collect();
        assert_eq!(values[..3], ["17", "25", "42"], "{more:?}");
        assert_eq!(
            dissected(
                &file,
                &more,
                "_ws.lua.error || calc1.misfit_reply || calc1.unasked_reply",
                &["calc1.line"]
            ),
            Vec::<Vec<String>>::new()
        );
    }
}

#[test]
fn every_field_is_documented() {
    if !tshark::is_installed() {
        return;
    }
    let output =
        Command::new("tshark").args(["-G", "fields", "-X", &script()]).output().expect("tshark runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    let fields = printed
        .lines()
        .filter_map(|line| line.split('\t').nth(2))
        .filter(|field| field.starts_with("calc1."));
    let fields: Vec<&str> = fields.collect();
    assert!(fields.len() > 20, "{fields:?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wireshark/README.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    for field in fields {
        assert!(page.contains(&format!("`{field}`")), "{field}");
    }
}
