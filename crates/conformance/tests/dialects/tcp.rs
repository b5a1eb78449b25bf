//! Servers over TCP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;

use calc_proto::{BinaryOp, Line, LineDecoder, Request, RequestError};

use crate::arithmetic::Arithmetic;
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
