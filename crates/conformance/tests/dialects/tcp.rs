//! Servers over TCP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;

use calc_proto::{BinaryOp, Line, LineDecoder, Request, RequestError};
use serde_json::{Value, json};

use crate::arithmetic::{Arithmetic, infix, of_words, prefix};
use crate::server::serve;

/// Answers every line with what `answer` makes of it; nothing means goodbye.
fn lines<A: FnMut(&str) -> Option<String>>(
    greeting: &'static str,
    answerer: impl Fn() -> A + Send + Sync + 'static,
    goodbye: &'static str,
) -> SocketAddr {
    serve(move |mut stream| {
        stream.write_all(greeting.as_bytes())?;
        let mut answer = answerer();
        let mut input = BufReader::new(stream.try_clone()?);
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            let text = String::from_utf8_lossy(&line);
            let reply = answer(text.trim_end_matches('\n').trim_end_matches('\r'));
            stream.write_all(reply.as_deref().unwrap_or(goodbye).as_bytes())?;
            if reply.is_none() {
                break;
            }
            line.clear();
        }
        Ok(())
    })
}

/// `ADD 10 20` → `200 OK 30`.
pub(crate) fn add(arithmetic: Arithmetic) -> SocketAddr {
    let value = move |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, a, b] = words.as_slice() else { return None };
        let operator = match *name {
            "ADD" => '+',
            "SUB" => '-',
            "MUL" => '*',
            "DIV" => '/',
            _ => return None,
        };
        arithmetic(operator, a.parse().ok()?, b.parse().ok()?)
    };
    let answer = move |line: &str| match line {
        "QUIT" => None,
        line => {
            Some(value(line).map_or_else(|| "400 ERR\r\n".to_owned(), |value| format!("200 OK {value}\r\n")))
        }
    };
    lines("200 calculator ready\r\n", move || answer, "200 BYE\r\n")
}

/// CALC/1 in binary64 and with the four operators that it must offer, in Spanish.
pub(crate) fn spanish(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |mut stream| {
        let (mut decoder, mut operands) = (LineDecoder::new(), Vec::new());
        let mut buffer = [0; 4096];
        loop {
            let count = stream.read(&mut buffer)?;
            let mut piece = &buffer[..count];
            if count == 0 {
                return Ok(());
            }
            while let Some(line) = decoder.next_line(&mut piece) {
                if line == Line::Complete(b"ADIOS") {
                    return stream.write_all(b"OK\n");
                }
                let reply = spanish_reply(line, &mut operands, arithmetic);
                stream.write_all(format!("{reply}\n").as_bytes())?;
            }
        }
    })
}

fn spanish_reply(line: Line<'_>, operands: &mut Vec<f64>, arithmetic: Arithmetic) -> String {
    if line == Line::Complete(b"BORRAR") {
        operands.clear();
        return "OK".to_owned();
    }
    match Request::parse(line) {
        Ok(Request::Operand(_)) | Err(RequestError::OutOfRange) if operands.len() == 2 => {
            "FALLO sobra".to_owned()
        }
        Ok(Request::Operand(number)) => {
            operands.extend(number.to_string().parse::<f64>());
            "OK".to_owned()
        }
        Ok(Request::Binary(operator)) if !matches!(operator, BinaryOp::Remainder | BinaryOp::Power) => {
            let [a, b] = operands[..] else { return "FALLO falta".to_owned() };
            operands.clear();
            let result = arithmetic(operator.symbol().chars().next().unwrap_or_default(), a, b);
            match result.filter(|result| result.is_finite()) {
                Some(result) => format!("RESULTADO {result:e}"),
                None => "FALLO sin resultado".to_owned(),
            }
        }
        Ok(_) | Err(_) => "FALLO".to_owned(),
    }
}

/// `HELLO`, `SOLVE (+ 1 2)` → `RESULT 3`, `BYE`.
pub(crate) fn ipk(arithmetic: Arithmetic) -> SocketAddr {
    ipk_greeted(false, arithmetic)
}

/// The same, but it knows no `HELLO`.
pub(crate) fn ipk_without_hello(arithmetic: Arithmetic) -> SocketAddr {
    ipk_greeted(true, arithmetic)
}

fn ipk_greeted(from_the_start: bool, arithmetic: Arithmetic) -> SocketAddr {
    let answerer = move || {
        let mut greeted = from_the_start;
        move |line: &str| match line.strip_prefix("SOLVE ") {
            None if line == "HELLO" && !greeted => {
                greeted = true;
                Some("HELLO\n".to_owned())
            }
            Some(expression) if greeted => {
                let value = prefix(expression, arithmetic).filter(|value| *value >= 0.0)?;
                Some(format!("RESULT {}\n", value.trunc()))
            }
            Some(_) | None => None,
        }
    };
    lines("", answerer, "BYE\n")
}

/// `1+2` → `3`: what one read gives is one message.
pub(crate) fn unframed(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |mut stream| {
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            let value = infix(&String::from_utf8_lossy(&buffer[..count]), arithmetic);
            let reply = value.map_or_else(|| "error".to_owned(), |value| value.to_string());
            stream.write_all(reply.as_bytes())?;
        }
    })
}

/// `1 + 2` → `= 3`, each behind its length in two octets.
pub(crate) fn length_prefixed(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |mut stream| {
        loop {
            let mut length = [0; 2];
            stream.read_exact(&mut length)?;
            let mut message = vec![0; u16::from_be_bytes(length).into()];
            stream.read_exact(&mut message)?;
            let reply = counted_reply(&message, arithmetic);
            stream.write_all(&(reply.len() as u16).to_be_bytes())?;
            stream.write_all(reply.as_bytes())?;
            if reply == "bye" {
                return Ok(());
            }
        }
    })
}

/// The same, each behind a line `Content-Length: 5` and an empty one.
pub(crate) fn content_length(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |stream| {
        let (mut input, mut output) = (BufReader::new(stream.try_clone()?), stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some((_, said)) = line.split_once(':') {
                length = said.trim().parse().unwrap_or_default();
                continue;
            }
            let mut message = vec![0; length];
            input.read_exact(&mut message)?;
            let reply = counted_reply(&message, arithmetic);
            output.write_all(format!("Content-Length: {}\r\n\r\n{reply}", reply.len()).as_bytes())?;
            if reply == "bye" {
                return Ok(());
            }
        }
    })
}

fn counted_reply(message: &[u8], arithmetic: Arithmetic) -> String {
    let text = String::from_utf8_lossy(message);
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["quit"] => "bye".to_owned(),
        [a, operator, b] => of_words(operator, a, b, arithmetic)
            .map_or_else(|| "! no result".to_owned(), |value| format!("= {value}")),
        _ => "! what?".to_owned(),
    }
}

/// `1 2 +` → `3`, and the connection is closed.
pub(crate) fn one_shot(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |mut stream| {
        let mut line = String::new();
        BufReader::new(stream.try_clone()?).read_line(&mut line)?;
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let value = match words.as_slice() {
            [a, b, operator] => of_words(operator, a, b, arithmetic),
            _ => None,
        };
        stream.write_all(value.map_or_else(|| "error\n".to_owned(), |value| format!("{value}\n")).as_bytes())
    })
}

/// A menu, and a question for each number.
pub(crate) fn menu(arithmetic: Arithmetic) -> SocketAddr {
    const MENU: &str = "1) add\n2) subtract\n3) multiply\n4) divide\n5) quit\nchoice> ";
    serve(move |mut stream| {
        let mut input = BufReader::new(stream.try_clone()?).lines();
        let mut ask = |question: &str| {
            stream.write_all(question.as_bytes())?;
            input.next().unwrap_or_else(|| Err(std::io::ErrorKind::UnexpectedEof.into()))
        };
        let mut said = String::new();
        loop {
            let choice = ask(&(said + MENU))?;
            let operator = match choice.as_str() {
                "1" => "+",
                "2" => "-",
                "3" => "*",
                "4" => "/",
                "5" => break,
                _ => {
                    said = "Error: no such choice\n".to_owned();
                    continue;
                }
            };
            let (a, b) = (ask("first number: ")?, ask("second number: ")?);
            said = of_words(operator, &a, &b, arithmetic)
                .map_or_else(|| "Error: no result\n".to_owned(), |value| format!("Result: {value}\n"));
        }
        stream.write_all(b"Bye\n")
    })
}

/// `1+2` and a NUL → a float of 4 octets.
pub(crate) fn nul_float(arithmetic: Arithmetic) -> SocketAddr {
    serve(move |mut stream| {
        let mut input = BufReader::new(stream.try_clone()?);
        let mut message = Vec::new();
        while input.read_until(0, &mut message)? > 0 && message.pop() == Some(0) {
            let value = infix(&String::from_utf8_lossy(&message), arithmetic).unwrap_or(f64::NAN);
            stream.write_all(&(value as f32).to_be_bytes())?;
            message.clear();
        }
        Ok(())
    })
}

/// `{"op":"+","a":1,"b":2}` → `{"result":3}`.
pub(crate) fn json(arithmetic: Arithmetic) -> SocketAddr {
    let value = move |document: &Value| {
        let mut operator = document["op"].as_str()?.chars();
        arithmetic(operator.next()?, document["a"].as_f64()?, document["b"].as_f64()?)
    };
    let answer = move |line: &str| {
        let reply = match serde_json::from_str::<Value>(line) {
            Err(_) => json!({"error": "syntax"}),
            Ok(document) => match value(&document) {
                Some(value) => json!({"result": value}),
                None => json!({"error": "division by zero"}),
            },
        };
        Some(format!("{reply}\n"))
    };
    lines("", move || answer, "")
}
