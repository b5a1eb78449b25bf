//! `conformance load` from outside: what it counts, what it notices, and the code with which it exits.

mod server;

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use server::{Server, calc, echo, nothing, right, serve_lines};

fn command(target: SocketAddr, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.args(["load", "--target", &target.to_string()]).args(arguments);
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG");
    command
}

fn load(target: SocketAddr, arguments: &[&str]) -> Output {
    ended(
        command(target, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs"),
    )
}

/// Many times what any of these runs takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a run, which is ended here if it does not end by itself.
fn ended(mut child: Child) -> Output {
    let deadline = Instant::now() + PATIENCE;
    let outputs = [read(child.stdout.take()), read(child.stderr.take())];
    let [Ok(stdout), Ok(stderr)] =
        outputs.map(|output| output.recv_timeout(deadline.saturating_duration_since(Instant::now())))
    else {
        child.kill().and_then(|()| child.wait()).expect("it is a child of ours");
        panic!("it does not end within {PATIENCE:?}");
    };
    Output { status: child.wait().expect("it is a child of ours"), stdout, stderr }
}

/// All that comes out of a pipe, when that has ended.
fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    let mut pipe = pipe.expect("the output is piped");
    thread::spawn(move || {
        let mut octets = Vec::new();
        pipe.read_to_end(&mut octets).expect("a pipe can be read");
        // Nobody waits for it any more when it comes too late.
        drop(sender.send(octets));
    });
    receiver
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it exits")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("what it complains of is text")
}

#[test]
fn every_message_is_counted_once() {
    for arguments in [
        &["-c", "1", "-P", "1"][..],
        &["-c", "7", "-P", "4"],
        &["-c", "7", "-P", "40", "--threads", "3"],
        &["-c", "3", "-P", "1", "--rate", "5000"],
        &["-c", "1", "-P", "500"],
    ] {
        let server = right();
        let output = load(server.address, &[arguments, &["-n", "400", "--json"]].concat());
        assert_eq!(code(&output), 0, "{arguments:?}: {output:?}");
        let report = json(&output);
        let result = &report["result"];
        assert_eq!(result["messages"], 400, "{arguments:?}");
        assert_eq!(result["warm_up_messages"], 0);
        assert_eq!(result["unsent"], 0);
        // The three messages of the rehearsal were said twice, on a connection of their own.
        assert_eq!(server.messages(), 400 + 6, "{arguments:?}");
        assert_eq!(Some(server.connections() - 1), result["connections"].as_u64());
        let latency = |name: &str| result["latency_ns"][name].as_u64().expect(name);
        let latencies = ["min", "p50", "p90", "p99", "p999", "max"].map(latency);
        assert!(latencies[0] > 0 && latencies.is_sorted(), "{latencies:?}");
        let (seconds, rate) = (result["seconds"].as_f64(), result["per_second"].as_f64());
        let replies = seconds.zip(rate).map(|(seconds, rate)| seconds * rate);
        assert!(replies.is_some_and(|replies| (replies - 400.0).abs() < 0.5), "{replies:?}");
        assert_eq!(report["fault"], Value::Null);
    }
}

#[test]
fn what_is_asked_in_the_warm_up_is_not_measured() {
    let server = right();
    let output = load(server.address, &["-c", "2", "-d", "0.3", "-w", "0.2", "--json"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let result = &json(&output)["result"];
    let count = |name: &str| result[name].as_u64().expect(name);
    assert!(count("warm_up_messages") > 0 && count("messages") > 0, "{result}");
    assert_eq!(server.messages(), count("warm_up_messages") + count("messages") + 6);
    assert_eq!(result["seconds"], 0.3);
}

#[test]
fn dialects_with_greetings_prompts_and_whole_calculations() {
    let greeting = |number| format!("220 hello, you are number {number}\n");
    let add: Server = serve_lines(greeting, |_, line, _| {
        let operands = line.strip_prefix("ADD ")?.split(' ').map(str::parse::<i64>);
        Some(format!("200 OK {}\n", operands.sum::<Result<i64, _>>().ok()?))
    });
    let documents: Server = serve_lines(nothing, |_, line, _| {
        let message: Value = serde_json::from_str(line).ok()?;
        let result = message["a"].as_i64()? + message["b"].as_i64()?;
        Some(format!("{}\n", serde_json::json!({"result": result})))
    });
    let menu = "1) add\n2) subtract\nchoice> ";
    let menus: Server = serve_lines(
        |_| "1) add\n2) subtract\nchoice> ".to_owned(),
        move |held, line, _| {
            held.push(line.parse().ok()?);
            Some(match held.as_slice() {
                [_] => "first number: ".to_owned(),
                [_, _] => "second number: ".to_owned(),
                _ => {
                    let result = held[1] + held[2];
                    held.clear();
                    format!("Result: {result}\n{menu}")
                }
            })
        },
    );
    for (server, dialect, calculation) in [
        (right(), "calc-1", "20 22 + = 42"),
        (add, "add", "1 2 + = 3"),
        (documents, "json", "1 2 + = 3.0"),
        (menus, "menu", "1 2 + = 3"),
    ] {
        let arguments = ["--dialect", dialect, "--calculate", calculation, "-c", "3", "-P", "5", "-n", "90"];
        let output = load(server.address, &[&arguments[..], &["--json"]].concat());
        assert_eq!(code(&output), 0, "{dialect}: {output:?}");
        let report = json(&output);
        assert_eq!((&report["dialect"], &report["result"]["messages"]), (&dialect.into(), &90.into()));
    }
}

#[test]
fn octets_instead_of_a_dialect() {
    let pairs = [r"\x00\xff-\\ñ", r"\x00\xff-\\ñ", r"PING\r\n", r"PING\r\n"];
    let [send, reply, ping, pong] = pairs;
    let arguments = ["--send", send, "--reply", reply, "--send", ping, "--reply", pong, "-n", "50", "--json"];
    let output = load(echo().address, &[&arguments[..], &["-c", "2", "-P", "3"]].concat());
    assert_eq!(code(&output), 0, "{output:?}");
    assert_eq!(json(&output)["result"]["messages"], 50);
    assert_eq!(json(&output)["dialect"], Value::Null);
}

#[test]
fn an_open_loop_keeps_its_rate() {
    let server = right();
    let arguments = ["--rate", "500", "-c", "5", "-d", "1", "-w", "0.2", "--json"];
    let output = load(server.address, &arguments);
    assert_eq!(code(&output), 0, "{output:?}");
    let result = &json(&output)["result"];
    let count = |name: &str| result[name].as_u64().expect(name);
    assert_eq!((count("warm_up_messages"), count("messages") + count("unsent")), (100, 500));
    assert!(count("messages") > 250, "{result}");
}

/// A server that stops once for 400 ms keeps 80 of 200 messages waiting, and not one.
#[test]
fn a_pause_is_charged_with_all_that_was_due_in_it() {
    const PAUSE: Duration = Duration::from_millis(400);
    for (rate, is_charged) in [(&["--rate", "200"][..], true), (&[], false)] {
        let server = serve_lines(nothing, |held, line, message| {
            if message == 46 {
                thread::sleep(PAUSE);
            }
            Some(calc(held, line))
        });
        let output = load(server.address, &[rate, &["-n", "200", "--json"]].concat());
        let p90 = &json(&output)["result"]["latency_ns"]["p90"];
        let is_slow = p90.as_u64().is_some_and(|nanos| nanos > 150_000_000);
        assert_eq!(is_slow, is_charged, "{rate:?}: {}", json(&output));
    }
}

#[test]
fn a_wrong_reply_is_noticed_whenever_it_comes() {
    // The third message is the first calculation, before the load; the 123rd is one in the middle of it.
    for (wrong_at, depth, is_under_load) in [(3, "1", false), (123, "1", true), (123, "7", true)] {
        let server = serve_lines(nothing, move |held, line, message| {
            let reply = calc(held, line);
            Some(if message >= wrong_at { reply.replace("RESULT 3", "RESULT 4") } else { reply })
        });
        let output = load(server.address, &["-n", "3000", "-P", depth, "--json"]);
        assert_eq!(code(&output), 1, "{output:?}");
        let report = json(&output);
        assert_eq!(report["fault"]["kind"], "wrong-reply");
        let due = if is_under_load { r"`RESULT 3\n`" } else { "a `result` of 3" };
        let said = format!(r"connection 1: `+\n` was answered `RESULT 4\n` and not {due}");
        assert_eq!(stderr(&output), format!("conformance: {said}\n"));
        assert_eq!(report["fault"]["text"], said);
        match &report["result"] {
            Value::Null => assert!(!is_under_load),
            result => assert_eq!((&result["messages"], is_under_load), (&(123 - 6 - 1).into(), true)),
        }
    }
}

/// Whatever goes wrong under load, what was measured by then is told.
#[test]
fn a_server_that_fails_under_load() {
    type Misbehaviour = fn(&mut Vec<i64>, &str) -> Option<String>;
    let rows: [(Misbehaviour, i32, &str, &str); 4] = [
        (|held, line| Some(calc(held, line).repeat(2)), 1, "unsolicited", r"`RESULT 3\n` came"),
        (|_, _| Some("RESULT".to_owned()), 3, "timeout", r"no reply to `+\n` within 0.3 s"),
        (|_, _| Some(String::new()), 3, "timeout", r"no reply to `+\n` within 0.3 s"),
        (|_, _| None, 3, "closed", "the server closed it"),
    ];
    for (misbehaviour, exit, kind, said) in rows {
        let server = serve_lines(nothing, move |held, line, message| match message {
            99 => misbehaviour(held, line),
            _ => Some(calc(held, line)),
        });
        let output = load(server.address, &["-n", "3000", "--timeout", "0.3", "--json"]);
        assert_eq!(code(&output), exit, "{output:?}");
        assert_eq!(json(&output)["fault"]["kind"], kind);
        assert!(json(&output)["result"]["messages"].as_u64() >= Some(92), "{output:?}");
        assert!(stderr(&output).contains(said), "{output:?}");
    }
}

/// The reply that is one too many is the very one that will be due next.
#[test]
fn a_reply_that_nothing_asked_for() {
    let server = serve_lines(nothing, |_, _, message| Some("OK\n".repeat(if message == 50 { 2 } else { 1 })));
    let output = load(server.address, &["--send", r"1\n", "--reply", r"OK\n", "-n", "300", "--json"]);
    assert_eq!(code(&output), 1, "{output:?}");
    assert_eq!(json(&output)["fault"]["kind"], "unsolicited");
    assert!(stderr(&output).contains(r"`OK\n` came, which nothing had asked for"), "{output:?}");
}

#[test]
fn nobody_is_there() {
    let address = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    let output = load(address.expect("a port that was free"), &["--json"]);
    assert_eq!(code(&output), 3, "{output:?}");
    assert_eq!(json(&output)["fault"]["kind"], "unreachable");
    assert_eq!(json(&output)["result"], Value::Null);
}

/// Other systems have one loopback address, unless they are told to have more.
#[cfg(target_os = "linux")]
#[test]
fn connections_come_from_each_source_in_turn() {
    let server = right();
    let arguments = ["--source", "127.0.0.1", "--source", "127.0.0.2", "-c", "6", "-n", "60"];
    let output = load(server.address, &arguments);
    assert_eq!(code(&output), 0, "{output:?}");
    let sources = [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2)].map(IpAddr::V4);
    assert_eq!(*server.seen.peers.lock().expect("no test fails there"), sources.into());
}

#[test]
fn what_cannot_be_loaded_is_refused() {
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let rows: [(&[&str], &str); 9] = [
        (&["--send", "a"], "--reply"),
        (&["--send", "a", "--reply", "b", "--send", "c"], "every --send has its --reply: here are 2 and 1"),
        (&["--send", "a", "--reply", ""], "at least one octet"),
        (&["--send", r"\q", "--reply", "b"], "is no escape"),
        (&["--calculate", "1 2 +"], "is no calculation"),
        (&["--dialect", "add", "--calculate", "2 3 ^ = 8"], "cannot say it"),
        (&["--dialect", "nonsense"], "no dialect of that name"),
        (&["--dialect", "ipk-udp"], "no conversation on a TCP connection"),
        (&["--dialect", "unframed", "-P", "2"], "has not the fact `pipelining`"),
    ];
    for (arguments, said) in rows {
        let output = load(nowhere, arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {output:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {output:?}");
    }
}

#[test]
fn people_read_it_in_their_language() {
    for (language, label) in [("en", "latency p99.9"), ("es", "latencia p99.9")] {
        let output = load(right().address, &["-n", "30", "--lang", language]);
        let text = String::from_utf8(output.stdout).expect("the report is text");
        assert!(text.lines().any(|line| line.trim().starts_with(label) && line.ends_with(" ms")), "{text}");
    }
}

#[test]
fn the_page_names_every_option_exit_code_and_field() {
    let page = include_str!("../../../../docs/bench/README.md");
    let help = Command::new(env!("CARGO_BIN_EXE_conformance")).args(["load", "--help"]).output();
    let help = String::from_utf8(help.expect("the program runs").stdout).expect("the help is text");
    let (options, codes) = help.split_once("Exit codes:\n").expect("the help lists the exit codes");
    let options: Vec<&str> = options
        .split_whitespace()
        .filter(|word| word.starts_with("--") && *word != "--help")
        .map(|word| word.trim_end_matches(['.', ',', ';', ')', ']']))
        .collect();
    assert!(options.len() > 14, "{options:?}");
    for option in options {
        assert!(page.contains(&format!("`{option}")), "{option}");
    }
    for line in codes.lines() {
        let (code, meaning) = line.trim().split_once(' ').expect("a code and its meaning");
        let meaning = meaning.trim().split([';', ',']).next().unwrap_or_default();
        assert!(page.contains(&format!("| {code} | {meaning}")), "{code} {meaning}");
    }
    let report = json(&load(right().address, &["-n", "3", "--json"]));
    let keys = [&report, &report["result"], &report["result"]["latency_ns"]]
        .map(|object| object.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()));
    for key in keys.into_iter().flatten().flatten() {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_what_was_measured_is_told() {
    use rustix::process::{Pid, Signal, kill_process};

    let server = right();
    let mut child = command(server.address, &["-d", "60", "-w", "0", "--json"]);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let deadline = Instant::now() + PATIENCE;
    while server.messages() < 100 {
        assert!(Instant::now() < deadline, "it sends nothing");
        thread::yield_now();
    }
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a child has a number");
    kill_process(pid, Signal::INT).expect("it still runs");
    let output = ended(child);
    assert_eq!(code(&output), 130, "{output:?}");
    let report = json(&output);
    assert_eq!(report["interrupted"], true);
    assert!(report["result"]["messages"].as_u64() > Some(0), "{report}");
}
