//! Numbers over the wire: what the whole server makes of them, from the octets that arrive to those that leave.

use std::{
    env,
    fmt::Write as _,
    io::{self, Write as _},
    net::Shutdown,
    process::Command,
    thread,
};

use crate::{
    dectest::{self, Case},
    siege::Scale,
    support::Server,
};

#[test]
fn cases_for_decimal128_are_answered_as_they_should() {
    // How many cases a file has for finite operands and half to even: a reader that skipped them would notice nothing.
    let files = [
        ("dqAdd.decTest", "add", "+", 680),
        ("dqSubtract.decTest", "subtract", "-", 330),
        ("dqMultiply.decTest", "multiply", "*", 240),
        ("dqDivide.decTest", "divide", "/", 440),
        ("dqRemainder.decTest", "remainder", "%", 420),
        ("dqAbs.decTest", "abs", "abs", 60),
        ("dqMinus.decTest", "minus", "neg", 29),
    ];
    let Some(directory) = dectest::directory() else { return };
    let server = Server::start(1, ["--host", "127.0.0.1", "--port", "0"]);
    let mut tried = 0;
    for (file, operation, operator, expected) in files {
        let mut cases = dectest::cases(&directory, file);
        cases.retain(|case| case.operation == operation && case.operands.iter().all(|text| is_finite(text)));
        assert!(cases.len() >= expected, "only {} cases of {file}", cases.len());
        tried += cases.len();
        let replies = pipeline(&server, &cases, operator);
        let mut replies = replies.lines();
        for case in &cases {
            for _ in 0..=case.operands.len() {
                assert_eq!(replies.next(), Some("OK"), "{case:?}");
            }
            let reply = replies.next().unwrap_or_default();
            let code = reply.split(' ').take(2).collect::<Vec<_>>().join(" ");
            assert_eq!(code, expectation(case), "{case:?}");
        }
        assert_eq!(replies.next(), None);
    }
    println!("decTest over the wire: {tried} cases");
}

/// Python's decimal is another library by another author. It computes powers to 100 digits, so that a result can be seen to be
/// within one unit of its last place (EXACT-5), and all else as it has to come out.
#[test]
fn random_operations_are_answered_as_python_has_them() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/differential.py");
    let seed = env::var("DIFFERENTIAL_SEED").unwrap_or_else(|_| "1".into());
    let count = Scale::of_this_run().pick("20000", "200000");
    let server = Server::start(1, ["--host", "127.0.0.1", "--port", "0"]);
    let run = Command::new("python3").args([script, &server.addresses[0], &seed, count]).output();
    let Ok(output) = run else {
        assert_ne!(env::var("CI").as_deref(), Ok("true"), "no python3: run scripts/setup");
        eprintln!("no python3 here: nothing was tested");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    print!("{}", String::from_utf8_lossy(&output.stdout));
}

/// What the server answers to all cases, each a transaction, without waiting in between.
fn pipeline(server: &Server, cases: &[Case], operator: &str) -> String {
    let mut messages = String::new();
    for case in cases {
        writeln!(messages, "CLEAR\n{}\n{operator}", case.operands.join("\n")).unwrap();
    }
    let client = server.connect();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = &client;
            writer.write_all(messages.as_bytes()).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        io::read_to_string(&client).unwrap()
    })
}

/// Neither NaN nor Infinity nor a form of storage.
fn is_finite(operand: &str) -> bool {
    operand.bytes().all(|octet| octet.is_ascii_digit() || b"+-.eE".contains(&octet))
}

/// A remainder by zero is a division by zero (§6), which these cases take for an invalid operation.
fn expectation(case: &Case) -> String {
    let raises =
        |condition: &str| case.conditions.iter().any(|raised| raised.eq_ignore_ascii_case(condition));
    let divides = ["divide", "remainder"].contains(&case.operation.as_str());
    if divides && canonical(&case.operands[1]) == "0" {
        "FAIL division-by-zero".into()
    } else if raises("Division_impossible") || raises("Invalid_operation") {
        "FAIL invalid-operation".into()
    } else if raises("Overflow") {
        "FAIL overflow".into()
    } else {
        format!("RESULT {}", canonical(&case.result))
    }
}

/// The text that EXACT-7 asks for, made without the server's own code.
fn canonical(text: &str) -> String {
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(magnitude) => ("-", magnitude),
        None => ("", text.trim_start_matches('+')),
    };
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return "0".into();
    }
    // The first digit counts 10^first.
    let exponent = exponent.parse::<i64>().unwrap() - fraction.len() as i64;
    let first = exponent + digits.len() as i64 - 1;
    let (head, tail) = significant.split_at(1);
    let place = usize::try_from(first + 1).unwrap_or(0);
    match first {
        0..=33 if significant.len() <= place => format!("{sign}{significant:0<place$}"),
        0..=33 => format!("{sign}{}.{}", &significant[..place], &significant[place..]),
        -6..0 => format!("{sign}0.{}{significant}", "0".repeat((-first - 1) as usize)),
        _ if tail.is_empty() => format!("{sign}{head}E{first:+}"),
        _ => format!("{sign}{head}.{tail}E{first:+}"),
    }
}
