//! What is shown beside results, and in which form and language.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    run::{Client, client, client_fed, command},
    server::{Server, Then},
};

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn each_call_is_traced_with_what_was_said() {
    let server = Server::right();
    let outcome = client(&server.args(&["--trace", "1", "2", "+"]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "3\n"));
    let calls: Vec<(&str, &str)> = outcome
        .stderr
        .lines()
        .map(|line| {
            let (time, rest) = line.trim_start().split_once("  ").expect("a time");
            assert!(time.parse::<f64>().is_ok(), "{line}");
            let (call, about) = rest.split_once(' ').expect("a call");
            (call, about.trim())
        })
        .collect();
    let address = format!("127.0.0.1:{}", server.port);
    assert_eq!(calls[0], ("getaddrinfo", address.as_str()));
    assert_eq!(calls[1], ("socket", "AF_INET, SOCK_STREAM"));
    assert!(
        calls[2].0 == "connect" && calls[2].1.starts_with(&format!("{address} ⇐ 127.0.0.1:")),
        "{calls:?}"
    );
    assert_eq!(
        calls[3..],
        [
            ("send", r#"→ "1\n""#),
            ("recv", r#"← "OK\n""#),
            ("send", r#"→ "2\n""#),
            ("recv", r#"← "OK\n""#),
            ("send", r#"→ "+\n""#),
            ("recv", r#"← "RESULT 3\n""#),
            ("send", r#"→ "QUIT\n""#),
            ("recv", r#"← "OK\n""#),
            ("shutdown", "SHUT_WR"),
            ("recv", r#"← "" (FIN)"#),
            ("close", ""),
        ]
    );
}

#[test]
fn a_trace_for_programs_is_an_object_a_call() {
    let server = Server::scripted(&[b"OK\n", b"\x1b[2J\xff\n"], Then::Mute);
    let outcome = client(&server.args(&["--trace=json", "1", "2", "+"]));
    let (message, trace) = {
        let mut lines: Vec<&str> = outcome.stderr.lines().collect();
        (lines.pop().expect("a message"), lines.join("\n"))
    };
    assert!(message.starts_with("calc-client: the server broke the protocol"), "{message}");
    assert!(!outcome.stderr.contains('\x1b'), "{:?}", outcome.stderr);
    let calls = objects(&trace);
    let said = |call: &Value| (call["call"].clone(), call["octets"].clone(), call["data"].clone());
    let spoken: Vec<_> = calls.iter().filter(|call| call["octets"].is_u64()).map(said).collect();
    let expected = [
        (json!("send"), json!(2), json!(r"1\n")),
        (json!("recv"), json!(3), json!(r"OK\n")),
        (json!("send"), json!(2), json!(r"2\n")),
        (json!("recv"), json!(6), json!(r"\x1b[2J\xff\n")),
    ];
    assert_eq!(spoken, expected);
    let times: Vec<u64> = calls.iter().map(|call| call["at_us"].as_u64().expect("a time")).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn what_goes_wrong_is_traced_too() {
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    listener
        .bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().expect("an address").into())
        .expect("a port");
    let port = listener.local_addr().expect("an address").as_socket().expect("an address").port().to_string();
    let outcome = client(&["--port", &port, "--trace", "1"]);
    assert!(outcome.stderr.contains("connect     127.0.0.1:"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(" Connection refused"), "{}", outcome.stderr);
}

#[test]
fn a_batch_is_traced_in_pieces() {
    let server = Server::right();
    let outcome = client_fed(&server.args(&["--trace"]), b"1 2 +\n");
    assert_eq!(outcome.stdout, "3\n");
    for part in [r#"send        → "CLEAR\n1\n2\n+\n""#, "RESULT 3\\n\"", r#"→ "QUIT\n""#] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}

#[test]
fn results_are_objects_for_programs() {
    let server = Server::right();
    let input = b"1 2 +\n1 0 /\n\nfoo\n2e9999\n1 2\n\xff\n";
    let outcome = client_fed(&server.args(&["--json"]), input);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let lines = objects(&outcome.stdout);
    let fields = |line: &Value| {
        let error = &line["error"];
        (error["kind"].clone(), error["code"].clone(), error["token"].clone(), error["position"].clone())
    };
    assert_eq!(lines[0], json!({"line": 1, "expression": "1 2 +", "result": "3"}));
    assert_eq!(lines[2], json!({"line": 3, "expression": "", "result": null}));
    let null = Value::Null;
    let table = [
        (1, (json!("refused"), json!("division-by-zero"), json!("/"), json!(3))),
        (3, (json!("expression"), null.clone(), json!("foo"), json!(1))),
        (4, (json!("expression"), null.clone(), json!("2e9999"), json!(1))),
        (5, (json!("expression"), null.clone(), json!("2"), json!(2))),
        (6, (json!("input"), null.clone(), null.clone(), null)),
    ];
    for (index, expected) in table {
        assert_eq!(fields(&lines[index]), expected, "{}", lines[index]);
        assert_eq!(lines[index]["line"], json!(index + 1));
        assert!(lines[index]["error"]["message"].is_string());
    }
}

#[test]
fn one_result_is_an_object_too() {
    let table: [(&[&str], i32, Value); 3] = [
        (&["1", "2", "+"], 0, json!({"expression": "1 2 +", "result": "3"})),
        (&["1", "0", "/"], 1, {
            json!({"expression": "1 0 /", "error": {
                "kind": "refused", "code": "division-by-zero", "token": "/", "position": 3,
                "message": "division-by-zero at token 3 '/': the divisor is zero"
            }})
        }),
        (&["1", "+"], 2, {
            json!({"expression": "1 +", "error": {
                "kind": "expression", "token": "+", "position": 2,
                "message": "token 2 '+' needs 2 operands before it and has 1"
            }})
        }),
    ];
    for (args, code, object) in table {
        let outcome = client(&Server::right().args(&[args, &["--json"]].concat()));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (code, ""), "{args:?}");
        assert_eq!(objects(&outcome.stdout), [object]);
    }
    let lost = client(&Server::scripted(&[], Then::Close).args(&["--json", "1"]));
    assert_eq!((lost.code, &objects(&lost.stdout)[0]["error"]["kind"]), (4, &json!("lost")));
}

#[test]
fn lines_come_from_a_file() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-lines", std::process::id()));
    fs::write(&path, "1 2 +\n8 3 -").expect("a file");
    let name = path.to_str().expect("UTF-8");
    let outcome = client(&Server::right().args(&["--file", name]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "3\n5\n"), "{}", outcome.stderr);
    let both = client(&["--file", name, "1", "2", "+"]);
    assert!(both.code == 2 && both.stderr.contains("cannot be used with"), "{}", both.stderr);
    fs::remove_file(&path).expect("it is there");
    let missing = client(&["--file", name]);
    assert!(missing.stderr.starts_with("calc-client: cannot open '"), "{}", missing.stderr);
    assert_eq!(missing.code, 2);
}

#[test]
fn messages_are_in_the_language_of_the_locale_or_the_one_asked_for() {
    let spanish = "calc-client: el símbolo 2 ('+') necesita 2 operandos antes y tiene 1\n";
    let english = "calc-client: token 2 '+' needs 2 operands before it and has 1\n";
    type Environment = &'static [(&'static str, &'static str)];
    let table: [(Environment, &[&str], &str); 5] = [
        (&[], &[], english),
        (&[("LANG", "es_AR.UTF-8")], &[], spanish),
        (&[("LANG", "es_AR.UTF-8"), ("LC_ALL", "en_GB.UTF-8")], &[], english),
        (&[("LANG", "es_AR.UTF-8")], &["--lang=en"], english),
        (&[], &["--lang", "es"], spanish),
    ];
    for (environment, args, message) in table {
        let output =
            command(args).args(["1", "+"]).envs(environment.iter().copied()).output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{environment:?} {args:?}");
    }
}

/// But for what clap says of a wrong command line, and for the manual.
#[test]
fn help_is_in_the_language_of_messages() {
    type Words = [&'static str; 6];
    let english: Words = ["Usage:", "Options:", "Arguments:", "[default:", "ossible values:", "Exit codes:"];
    let spanish: Words =
        ["Uso:", "Opciones:", "Argumentos:", "[por omisión:", "alores posibles:", "Códigos de salida:"];
    let table: [(&str, &[&str], Words, Words); 5] = [
        ("C", &["-h"], english, spanish),
        ("es_AR.UTF-8", &["-h"], spanish, english),
        ("es_AR.UTF-8", &["--help"], spanish, english),
        ("C", &["--help", "--lang", "es"], spanish, english),
        ("es_AR.UTF-8", &["--lang=en", "-h"], english, spanish),
    ];
    for (locale, args, there, absent) in table {
        let output = command(args).env("LC_ALL", locale).output().expect("it ends");
        let told = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(there.iter().all(|words| told.contains(words)), "{locale} {args:?}: {told}");
        assert!(!absent.iter().any(|words| told.contains(words)), "{locale} {args:?}: {told}");
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    }
    let manual = command(&["--manual"]).env("LC_ALL", "es").output().expect("it ends");
    assert!(String::from_utf8_lossy(&manual.stdout).contains("Connect to this Unix socket"));
}

#[test]
fn a_fault_is_told_in_spanish_too() {
    let server = Server::scripted(&[b"\x1b[2J\n"], Then::Mute);
    let outcome = client(&server.args(&["--lang=es", "1"]));
    let message = r"calc-client: el servidor violó el protocolo: respondió a '1' con '\x1b[2J': la respuesta tiene octetos que no son ASCII imprimible";
    assert_eq!(outcome.stderr, format!("{message}\n"));
}

#[test]
fn the_program_prints_its_manual_and_completions() {
    for (args, part) in [
        (&["--manual"][..], ".TH calc-client 1"),
        (&["--completions", "bash"], " calc-client\n"),
        (&["--completions=fish"], "complete -c calc-client"),
    ] {
        let outcome = Client::start(args, std::process::Stdio::null()).finish();
        assert!(outcome.code == 0 && outcome.stdout.contains(part), "{args:?}: {}", outcome.stdout);
    }
}
