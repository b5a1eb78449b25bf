//! What is answered, however the stream is cut: PROTOCOL.md §3 to §8 through a socket.

use calc_server::Limits;

use crate::support::Server;

/// Streams of a client that half-closes at their end, and all that it is answered.
fn table() -> Vec<(String, String)> {
    const SYNTAX: &str = "FAIL syntax not an operand, operator or command\n";
    let rows: [(&str, &str); 13] = [
        ("", ""),
        ("1\n2\n+\n", "OK\nOK\nRESULT 3\n"),
        ("1\r\n2\r\n+\r\n", "OK\nOK\nRESULT 3\n"),
        ("\t1 \r\n 2\t\n+\n", "OK\nOK\nRESULT 3\n"),
        ("0.1\n0.2\n+\n9\nsqrt\n", "OK\nOK\nRESULT 0.3\nOK\nRESULT 3\n"),
        ("8\n2\n/\n8\n3\n-\n", "OK\nOK\nRESULT 4\nOK\nOK\nRESULT 5\n"),
        (
            "1\n0\n/\n+\n",
            "OK\nOK\nFAIL division-by-zero the divisor is zero\nFAIL missing-operand the operator needs more operands than are held\n",
        ),
        (
            "1\n2\nclear\n+\n",
            "OK\nOK\nOK\nFAIL missing-operand the operator needs more operands than are held\n",
        ),
        ("hello\n", "OK CALC/1 + - * / % ^ neg abs sqrt\n"),
        // The stream ends in the middle of a message, which is not evaluated (FRAME-9).
        ("1\n2\n+", "OK\nOK\n"),
        ("12", ""),
        // Nothing behind QUIT is answered (MSG-8).
        ("1\nQUIT\n2\nx\n", "OK\nOK\n"),
        ("quit\r\n\n\n", "OK\n"),
    ];
    let mut rows = rows.map(|(stream, replies)| (stream.to_owned(), replies.to_owned())).to_vec();
    rows.push(("\n \n\r\n".into(), SYNTAX.repeat(3)));
    let too_long = "FAIL line-too-long a line has at most 256 octets\n";
    for (digits, line_end, reply) in [
        (256, "\n", "OK\n"),
        (256, "\r\n", "OK\n"),
        (257, "\n", too_long),
        (257, "\r\n", too_long),
        (600, "\n", too_long),
    ] {
        rows.push((format!("{}{line_end}1\n", "0".repeat(digits)), format!("{reply}OK\n")));
    }
    rows
}

#[test]
fn streams_are_answered_whole() {
    let server = Server::start(Limits::default());
    for (stream, replies) in table() {
        let mut client = server.connect();
        client.send(stream.as_bytes());
        client.finish_sending();
        assert_eq!(client.until_close(), replies, "to {stream:?}");
    }
}

#[test]
fn streams_are_answered_octet_by_octet() {
    let server = Server::start(Limits::default());
    for (stream, replies) in table() {
        let mut client = server.connect();
        for octet in stream.as_bytes() {
            client.send(&[*octet]);
        }
        client.finish_sending();
        assert_eq!(client.until_close(), replies, "to {stream:?}");
    }
}

#[test]
fn streams_are_answered_cut_anywhere() {
    let server = Server::start_single();
    let mut other = server.connect();
    for (stream, replies) in table() {
        // Of the long lines, the places around the limit tell all.
        for at in (0..stream.len()).filter(|at| *at < 40 || (250..264).contains(at)) {
            let (head, tail) = stream.split_at(at);
            let mut client = server.connect();
            client.send(head.as_bytes());
            // A server of one thread has read the head when it answers what came after it.
            other.exchange("CLEAR\n");
            client.send(tail.as_bytes());
            client.finish_sending();
            assert_eq!(client.until_close(), replies, "to {head:?} and {tail:?}");
        }
    }
}

#[test]
fn a_reply_does_not_wait_for_later_input() {
    let server = Server::start(Limits::default());
    let mut client = server.connect();
    client.send(b"1\n2");
    assert_eq!(client.replies(1), "OK\n");
    client.send(b"\n+\n");
    assert_eq!(client.replies(2), "OK\nRESULT 3\n");
}

#[test]
fn connections_share_no_operand() {
    let server = Server::start(Limits::default());
    let (mut one, mut other) = (server.connect(), server.connect());
    assert_eq!(one.exchange("1\n2\n"), "OK\nOK\n");
    assert_eq!(other.exchange("30\n40\n"), "OK\nOK\n");
    assert_eq!(one.exchange("+\n"), "RESULT 3\n");
    assert_eq!(other.exchange("+\n"), "RESULT 70\n");
}
