//! How texts and numbers are written, and what it costs to write them otherwise than the dialect says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;

use calc_conformance::run::Report;
use serde_json::{Value, json};

use crate::arithmetic::{infix, right, swapped};
use crate::grading::{flaws, grade, note_of, passed, told, write};
use crate::server::serve;

/// Text to octets and back.
#[derive(Clone, Copy)]
pub(crate) struct Codec {
    encode: fn(&str) -> Vec<u8>,
    decode: fn(&[u8]) -> String,
}

pub(crate) const UTF_8: Codec = Codec {
    encode: |text| text.as_bytes().to_vec(),
    decode: |octets| String::from_utf8_lossy(octets).into_owned(),
};
const LATIN_1: Codec = Codec {
    encode: |text| text.chars().map(|c| c as u8).collect(),
    decode: |octets| octets.iter().map(|octet| char::from(*octet)).collect(),
};
const UTF_16_LE: Codec = Codec {
    encode: |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    decode: |octets| {
        char::decode_utf16(octets.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])))
            .flatten()
            .collect()
    },
};
const UTF_16_BE: Codec = Codec {
    encode: |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    decode: |octets| {
        char::decode_utf16(octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])))
            .flatten()
            .collect()
    },
};

/// `1+2` and a semicolon → `Año: 3;`, in an encoding, and with this sign before the fraction.
pub(crate) fn calculator(codec: Codec, sign: &'static str) -> SocketAddr {
    let end = (codec.encode)(";");
    serve(move |mut stream| {
        let mut input = BufReader::new(stream.try_clone()?);
        loop {
            let mut message = Vec::new();
            while !message.ends_with(&end) {
                if input.read_until(*end.last().unwrap_or(&0), &mut message)? == 0 {
                    return Ok(());
                }
            }
            message.truncate(message.len() - end.len());
            let value = infix(&(codec.decode)(&message).replace(sign, "."), right);
            let reply = value.map_or_else(
                || "operación no válida;".to_owned(),
                |value| format!("Año: {value};").replace('.', sign),
            );
            stream.write_all(&(codec.encode)(&reply))?;
        }
    })
}

pub(crate) fn dialect(encoding: &str, delimiter: &str, decimal: &str) -> Value {
    json!({
        "id": "own", "title": "own", "encoding": encoding,
        "framing": {"send": {"delimiter": {"hex": delimiter}}, "receive": {"delimiter": {"hex": delimiter}}},
        "messages": {"calculate": "{a}{operator}{b}"},
        "numbers": {"operands": "[0-9]{1,15}(?:[.][0-9]{1,15})?", "decimal": decimal},
        "replies": {"result": {"regex": "Año: (?<number>.+)"}, "fail": {"regex": "operación no .álida"}},
        "facts": ["pipelining", "segments", "half-close"]
    })
}

#[test]
fn text_in_other_encodings_and_numbers_with_a_comma() {
    let rows = [
        ("utf-8", "3B", ",", UTF_8),
        ("latin-1", "3B", ".", LATIN_1),
        ("utf-16le", "3B 00", ".", UTF_16_LE),
        ("utf-16be", "00 3B", ",", UTF_16_BE),
    ];
    for (encoding, delimiter, decimal, codec) in rows {
        let file = write(encoding, &dialect(encoding, delimiter, decimal));
        let report = grade(file.to_str().expect("a path of text"), calculator(codec, decimal));
        assert_eq!(flaws(&report), "", "{encoding}");
        assert!(passed(&report) >= 30, "{encoding}: {}", passed(&report));
        std::fs::remove_file(file).expect("the file is there");
    }
}

/// Where the protocol has a comma, a point is wrong: once.
#[test]
fn the_wrong_sign_before_the_fraction_costs_once() {
    let file = write("comma", &dialect("utf-8", "3B", ","));
    let report = grade(
        file.to_str().expect("a path of text"),
        serve(|mut stream| {
            for message in BufReader::new(stream.try_clone()?).split(b';') {
                let message = String::from_utf8_lossy(&message?).replace(',', ".");
                let value = infix(&message, right)
                    .map_or_else(|| "operación no válida;".to_owned(), |value| format!("Año: {value};"));
                stream.write_all(value.as_bytes())?;
            }
            Ok(())
        }),
    );
    std::fs::remove_file(file).expect("the file is there");
    assert_is_the_only_cause(&report, "decimal-sign");
}

/// Where the fields have network order, that of the processor is wrong: once.
#[test]
fn the_wrong_order_of_octets_costs_once() {
    let words = |operator: u16| json!({"pack": [{"text": "CALC"}, {"u16": operator}, {"f64": "{a}"}, {"f64": "{b}"}]});
    let dialect = json!({
        "id": "binary", "title": "binary", "framing": {"send": {"fixed": 22}, "receive": {"fixed": 14}},
        "messages": {"calculate": {"+": words(1), "-": words(2), "*": words(3), "/": words(4)}},
        "replies": {
            "result": {"pack": [{"text": "CALC"}, {"u16": 0}, {"number": "f64"}]},
            "fail": {"pack": [{"text": "CALC"}, {"code": "u16"}, {"any": 8}]}
        },
        "codes": {"syntax": "1", "division-by-zero": "2"},
        "facts": ["pipelining", "segments", "half-close"]
    });
    let file = write("byte-order", &dialect);
    let name = file.to_str().expect("a path of text");
    let right_order = grade(name, binary(right, f64::to_be_bytes, u16::to_be_bytes));
    assert_eq!(flaws(&right_order), "");
    assert_is_the_only_cause(&grade(name, binary(right, f64::to_le_bytes, u16::to_le_bytes)), "byte-order");
    let (swaps, words) = told(name, binary(swapped, f64::to_be_bytes, u16::to_be_bytes));
    std::fs::remove_file(file).expect("the file is there");
    assert_eq!(note_of(&swaps, "session/operand-order#subtraction"), Some("operands-swapped"));
    assert!(words.contains("(a reply `result` with the number -5)"), "{words}");
    assert!(words.contains("(the number -5)"), "{words}");
}

/// `CALC`, an operator and two doubles → `CALC`, a status and a double.
fn binary(
    arithmetic: crate::arithmetic::Arithmetic,
    double: fn(f64) -> [u8; 8],
    status: fn(u16) -> [u8; 2],
) -> SocketAddr {
    serve(move |mut stream| {
        let mut message = [0; 22];
        while stream.read_exact(&mut message).is_ok() {
            let number = |at: usize| f64::from_be_bytes(std::array::from_fn(|index| message[at + index]));
            let operator = ['?', '+', '-', '*', '/'].get(usize::from(message[5])).copied().unwrap_or('?');
            let result = arithmetic(operator, number(6), number(14)).filter(|result| result.is_finite());
            let refusal = if operator == '?' { 1 } else { 2 };
            let code = if result.is_some() { 0 } else { refusal };
            let reply = [&b"CALC"[..], &status(code), &double(result.unwrap_or_default())].concat();
            stream.write_all(&reply)?;
        }
        Ok(())
    })
}

/// The server is graded in spite of its deviation, and that is named in every case that it costs.
fn assert_is_the_only_cause(report: &Report, note: &str) {
    let failed: Vec<_> = report.results.iter().filter(|result| result.is_flaw()).collect();
    assert!(!failed.is_empty(), "the deviation costs nothing");
    assert!(failed.iter().all(|result| result.note() == Some(note)), "{}", flaws(report));
    let grade = report.grade().out_of_100().expect("a grade");
    assert!((90.0..100.0).contains(&grade), "{grade}\n{}", flaws(report));
}
