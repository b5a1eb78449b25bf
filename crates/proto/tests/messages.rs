//! `PROTOCOL.md` §4 and §5: messages and replies, read and written.

use calc_proto::{
    BinaryOp, Code, ErrorCode, Failure, GREETING, Line, MAX_LINE, Number, Reply, ReplyError, Request,
    RequestError, Session, UnaryOp,
};
use regex::bytes::Regex;

fn number(text: &str) -> Number {
    text.parse().expect("a number")
}

fn request(line: &[u8]) -> Result<Request, RequestError> {
    Request::parse(Line::Complete(line))
}

#[test]
fn requests_are_read_and_written_alike() {
    let table = [
        (Request::Operand(number("-1.5")), "-1.5\n", &["-1.5", "-1.50", "-15e-1", "\t -0.15E+1 "][..]),
        (Request::Operand(number("5")), "5\n", &["5", "5.", "+5", "005", "0.5e1", "50E-1"]),
        (Request::Operand(number("0")), "0\n", &["0", "-0", ".0", "0E99999999", "1E-99999999"]),
        (Request::Binary(BinaryOp::Add), "+\n", &["+", " + "]),
        (Request::Binary(BinaryOp::Subtract), "-\n", &["-", "\t-"]),
        (Request::Binary(BinaryOp::Multiply), "*\n", &["*"]),
        (Request::Binary(BinaryOp::Divide), "/\n", &["/"]),
        (Request::Binary(BinaryOp::Remainder), "%\n", &["%"]),
        (Request::Binary(BinaryOp::Power), "^\n", &["^"]),
        (Request::Unary(UnaryOp::Negate), "neg\n", &["neg", "NEG"]),
        (Request::Unary(UnaryOp::AbsoluteValue), "abs\n", &["abs", "Abs"]),
        (Request::Unary(UnaryOp::SquareRoot), "sqrt\n", &["sqrt", "sQRt"]),
        (Request::Clear, "CLEAR\n", &["CLEAR", "clear", "Clear\t"]),
        (Request::Hello, "HELLO\n", &["HELLO", "hello"]),
        (Request::Quit, "QUIT\n", &["QUIT", "quit", "qUIT"]),
    ];
    for (expected, written, spellings) in table {
        for spelling in spellings {
            assert_eq!(request(spelling.as_bytes()), Ok(expected), "{spelling:?}");
        }
        let mut out = Vec::new();
        expected.encode(&mut out);
        assert_eq!(out, written.as_bytes());
    }
}

#[test]
fn what_is_no_message_is_refused() {
    let syntax = [
        "", " ", ".", "e5", "1e", "1e+", "1.e", "--1", "+-1", "+ 1", "1 2", "1 2 +", "1_000", "1,5", "0x10",
        "NaN", "inf", "Infinity", "1e5.0", "1f", "++", "CLEAR!", "CLEAR 1", "QUIT\0", "1\r", "1\t2",
        "\u{b}1", "\u{a0}1", "١", "１", "²", "exit", "sqrt 4", "sqrt4", "mod", "1e5e5", "1.2.3",
    ];
    for text in syntax {
        assert_eq!(request(text.as_bytes()), Err(RequestError::Syntax), "{text:?}");
    }
    for text in ["1E6145", "-1e99999999999999999999", "99999999999999999999999999999999999E6111"] {
        assert_eq!(request(text.as_bytes()), Err(RequestError::OutOfRange), "{text:?}");
    }
    assert_eq!(Request::parse(Line::TooLong), Err(RequestError::TooLong));
}

/// Every line of up to five octets over an alphabet that has one of each kind.
#[test]
fn short_lines_never_panic_and_are_numbers_exactly_when_the_grammar_says_so() {
    let alphabet = b"05.eE+-_ \t\r\0n\xd9";
    let operand = Regex::new(r"(?i-u)\A[ \t]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?[ \t]*\z")
        .expect("a pattern");
    let mut lines = vec![Vec::new()];
    let mut session = Session::new();
    for _ in 0..5 {
        lines = lines
            .iter()
            .flat_map(|line| alphabet.iter().map(move |&octet| [&line[..], &[octet]].concat()))
            .collect();
        for line in &lines {
            let request = request(line);
            let is_operand = matches!(request, Ok(Request::Operand(_)) | Err(RequestError::OutOfRange));
            assert_eq!(is_operand, operand.is_match(line), "{}", line.escape_ascii());
            assert!(session.handle(request).is_some(), "no reply to {}", line.escape_ascii());
        }
    }
}

#[test]
fn replies_are_read_and_written_alike() {
    let fail = |code, text| Reply::Fail(Failure { code, text });
    let table = [
        (Reply::OK, "OK"),
        (Reply::Ok(GREETING), "OK CALC/1 + - * / % ^ neg abs sqrt"),
        (Reply::Result(number("-0.25")), "RESULT -0.25"),
        (fail(Code::Known(ErrorCode::Syntax), ""), "FAIL syntax"),
        (fail(Code::Known(ErrorCode::Overflow), "too  large "), "FAIL overflow too  large "),
        (fail(Code::Unknown("out-of-paper"), "sorry"), "FAIL out-of-paper sorry"),
    ];
    for (reply, text) in table {
        let mut out = Vec::new();
        reply.encode(&mut out);
        assert_eq!(out, format!("{text}\n").as_bytes());
        assert_eq!(Reply::parse(Line::Complete(text.as_bytes())), Ok(reply));
    }
    for code in ErrorCode::ALL {
        let mut out = Vec::new();
        Reply::from(code).encode(&mut out);
        let line = out.strip_suffix(b"\n").expect("a line");
        assert!(line.len() <= MAX_LINE, "REPLY-3");
        assert_eq!(Reply::parse(Line::Complete(line)), Ok(Reply::from(code)));
    }
}

#[test]
fn what_is_no_reply_is_refused() {
    let malformed = [
        "",
        " OK",
        "ok",
        "OK.",
        "OKAY",
        "Ok",
        "RESULT",
        "RESULT ",
        "RESULT  3",
        "RESULT 3 ",
        "RESULT x",
        "RESULT NaN",
        "result 3",
        "3",
        "FAIL",
        "FAIL ",
        "FAIL  syntax",
        "FAIL Syntax",
        "FAIL -",
        "FAIL 7",
        "ERROR syntax",
    ];
    for text in malformed {
        assert_eq!(Reply::parse(Line::Complete(text.as_bytes())), Err(ReplyError::Malformed), "{text:?}");
    }
    for octets in [&b"OK\r"[..], b"OK\0", b"OK \x1b[2J", b"OK \xc3\xb1", b"\x7f"] {
        assert_eq!(
            Reply::parse(Line::Complete(octets)),
            Err(ReplyError::NotPrintable),
            "{}",
            octets.escape_ascii()
        );
    }
    assert_eq!(Reply::parse(Line::Complete(b"RESULT 1E6145")), Err(ReplyError::OutOfRange));
    assert_eq!(Reply::parse(Line::TooLong), Err(ReplyError::TooLong));
}

#[test]
fn the_greeting_names_every_operator() {
    let symbols = BinaryOp::ALL.map(BinaryOp::symbol).into_iter().chain(UnaryOp::ALL.map(UnaryOp::symbol));
    let announced: String = symbols.map(|symbol| format!(" {symbol}")).collect();
    assert_eq!(GREETING, format!("CALC/1{announced}"));
}
