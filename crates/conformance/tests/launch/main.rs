//! `--exec` from outside: servers as students write them are started, watched, started again, and leave nothing behind.
#![cfg(target_os = "linux")]

mod bench;
mod endings;
mod sandbox;

use std::net::TcpListener;
use std::process::Stdio;

use bench::{Bench, Graded, has_namespaces, has_python, wait_for};

/// Both ways in which servers are started.
const ISOLATIONS: [&str; 2] = ["auto", "off"];

#[test]
fn right_servers_of_every_kind_get_100_and_leave_nothing() {
    if !has_python() {
        return;
    }
    let rows: [(&str, &[&str]); 6] = [
        ("plain {port}", &[]),
        // The port is in the environment too.
        ("plain", &["--port", "0"]),
        ("stubborn {port}", &[]),
        ("forks {port}", &[]),
        ("daemon {port}", &[]),
        ("chatty {port}", &["--restart", "case"]),
    ];
    for (server, arguments) in rows {
        for isolation in ISOLATIONS {
            let bench = Bench::new("right");
            let port = free_port().to_string();
            let arguments: Vec<&str> = arguments
                .iter()
                .map(|argument| if *argument == "0" { port.as_str() } else { argument })
                .collect();
            let command = Bench::server(server);
            let started = [&["--exec", &command, "--isolation", isolation], arguments.as_slice()].concat();
            bench.grade(&started).expect(server, 0, &["Grade: 100 / 100"]);
        }
    }
}

#[test]
fn the_reference_in_python_passes_the_whole_suite() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("witness");
    let witness = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/witnesses/calc.py");
    let command = format!("{} {witness} --port {{port}}", bench::python());
    bench.grade(&["--suite", "calc", "--exec", &command]).expect("witness", 0, &["Grade: 100 / 100"]);
}

#[test]
fn a_unix_socket_is_waited_for_and_removed() {
    if !has_python() {
        return;
    }
    for isolation in ISOLATIONS {
        let bench = Bench::new("unix");
        let command = Bench::server("unix calc.sock");
        let arguments =
            ["--exec", &command, "--target", "unix:calc.sock", "--restart", "case", "--isolation", isolation];
        bench.grade(&arguments).expect(isolation, 0, &["Grade: 100 / 100"]);
        assert!(!bench.path("calc.sock").exists());
    }
}

#[test]
fn a_fixed_port_does_no_harm() {
    if !has_python() || !has_namespaces() {
        return;
    }
    let bench = Bench::new("fixed");
    let command = Bench::server("fixed");
    // The port that everybody has, three graders at once, each with a start per case and without SO_REUSEADDR.
    let arguments = ["--exec", &command, "--restart", "case", "--skip", "long"];
    let start =
        || bench.grader(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let graders = [start(), start(), start()];
    for grader in graders {
        Graded::of(&grader.wait_with_output().expect("it ends")).expect("fixed", 0, &["Grade: 100 / 100"]);
    }
    bench.assert_nothing_left();
}

#[test]
fn where_the_network_is_shared_servers_of_one_port_wait_for_each_other() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("turns");
    let (command, port) = (Bench::server("plain"), free_port().to_string());
    let arguments =
        ["--exec", &command, "--port", &port, "--isolation", "off", "--restart", "case", "--skip", "long"];
    let start =
        || bench.grader(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let graders = [start(), start()];
    for grader in graders {
        Graded::of(&grader.wait_with_output().expect("it ends")).expect("turns", 0, &["Grade: 100 / 100"]);
    }
    bench.assert_nothing_left();
}

/// A connection that the server closes first, as a case asks it to, stays in TIME_WAIT unless the client resets its end of it.
#[test]
fn where_the_network_is_shared_a_port_is_free_again_after_every_case() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("again");
    bench.write_suite(
        r#"{"id": "quit", "title": "quit", "spec": ["R1"], "level": "must", "rows": [{"id": "a"}, {"id": "b"}],
            "steps": [{"say": {"quit": true}}, {"expect": "ok"}, {"expect_close": "any"}]}"#,
    );
    let (command, port) = (Bench::server("plain"), free_port().to_string());
    let arguments = ["--exec", &command, "--port", &port, "--isolation", "off", "--restart", "case"];
    bench.grade(&arguments).expect("quit", 0, &["Grade: 100 / 100"]);
}

#[test]
fn a_server_that_does_not_start_is_told_why() {
    if !has_python() {
        return;
    }
    let rows: [(&str, &[&str], i32, &[&str]); 8] = [
        (
            "silent {port}",
            &["--start-timeout", "1", "--lang", "es"],
            3,
            &["El servidor no escucha en el puerto 51216 después de 1.0 s"],
        ),
        ("stillborn {port}", &[], 3, &["exited with code 3", "there is no file of settings"]),
        (
            "silent {port}",
            &["--start-timeout", "3"],
            3,
            &["does not listen on port 51216 after 3.0 s", "thinking"],
        ),
        (
            "plain 4711",
            &["--start-timeout", "5", "--port", "4712"],
            3,
            &["does not listen on port 4712, but on TCP 127.0.0.1:4711"],
        ),
        (
            "plain {port}; nonsense",
            &["--build", "echo compiling; echo 'calc.c:3: no' >&2; exit 2"],
            6,
            &["The build failed: it exited with code 2", "calc.c:3: no"],
        ),
        ("plain {port}", &["--build", "sleep 600 & exit 0"], 0, &["Grade: 100 / 100"]),
        ("plain {port}", &["--dir", "nowhere"], 3, &["there is no directory nowhere"]),
        ("silent {port}", &["--limit-time", "0.5"], 3, &["it ran for more than 500 ms"]),
    ];
    for (server, arguments, code, words) in rows {
        if !has_namespaces() && words[0].contains("51216") {
            continue;
        }
        let bench = Bench::new("start");
        let command = Bench::server(server);
        bench.grade(&[&["--exec", &command], arguments].concat()).expect(server, code, words);
    }
}

#[test]
fn a_port_that_somebody_holds_is_no_failure_of_the_server() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("held");
    let holder = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = holder.local_addr().expect("its address").port().to_string();
    let command = Bench::server("plain");
    let arguments = ["--exec", &command, "--port", &port];
    let name = format!("port {port} is held by process {}: ", std::process::id());
    bench.grade(&[&arguments[..], &["--isolation", "off"]].concat()).expect("shared", 3, &[&name]);
    if has_namespaces() {
        bench.grade(&arguments).expect("apart", 0, &["Grade: 100 / 100"]);
    }
}

#[test]
fn little_of_the_environment_is_passed_on() {
    if !has_python() {
        return;
    }
    let bench = Bench::new("environment");
    let graded = bench.grade(&["--exec", &Bench::server("environment"), "--port", "4711"]);
    let words = ["LC_CONFORMANCE_TEST", "PATH", "PORT", "PYTHONUNBUFFERED"];
    graded.expect("environment", 3, &words);
    assert!(!graded.report.contains("SECRET_TOKEN"), "{}", graded.report);
}

#[test]
fn options_that_contradict_each_other() {
    let bench = Bench::new("usage");
    let rows: [(&[&str], &str); 4] = [
        (&["--exec", "true", "--target", "localhost:1"], "--port says where the server listens"),
        (&["--target", "localhost:1", "--port", "1"], "--exec"),
        (&["--exec", "true", "--limit-memory", "0"], "--limit-memory"),
        (&[], "--exec"),
    ];
    for (arguments, complaint) in rows {
        let graded = bench.grade(arguments);
        assert_eq!(graded.code, Some(2), "{arguments:?}");
        assert!(graded.complaint.contains(complaint), "{arguments:?}: {}", graded.complaint);
    }
}

#[test]
fn an_interrupted_grader_leaves_nothing() {
    if !has_python() {
        return;
    }
    for isolation in ISOLATIONS {
        for (signal, code) in [("INT", Some(130)), ("TERM", Some(130)), ("KILL", None)] {
            let bench = Bench::new("interrupted");
            let command = Bench::server("daemon {port}");
            let arguments = ["--exec", &command, "--isolation", isolation];
            let grader = bench.grader(&arguments).stdout(Stdio::piped()).spawn().expect("it runs");
            wait_for(|| bench.path("reached").exists(), || "the case is not reached".to_owned());
            assert!(bench.is_running());
            let kill = format!("kill -{signal} {}", grader.id());
            assert!(
                std::process::Command::new("sh").args(["-c", &kill]).status().expect("sh runs").success()
            );
            let output = grader.wait_with_output().expect("it ends");
            assert_eq!(output.status.code(), code, "{isolation} {signal}");
            bench.assert_nothing_left();
        }
    }
}

#[test]
fn an_ordinary_user_gets_the_same() {
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    /// `nobody` of most systems; it need not exist.
    const NOBODY: u32 = 65534;
    let bench = Bench::new("nobody");
    let directory = bench.path("");
    let is_root = chown(&directory, Some(NOBODY), Some(NOBODY)).is_ok();
    if !has_python() || !is_root {
        return;
    }
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    // The program and the interpreter may be where only root may go.
    let (program, python) = (env!("CARGO_BIN_EXE_conformance"), "/usr/bin/python3");
    let mut visible = std::process::Command::new(python);
    visible.uid(NOBODY).gid(NOBODY).args(["-c", "open(__import__('sys').argv[1])", program]);
    if !visible.output().is_ok_and(|output| output.status.success()) {
        eprintln!("an ordinary user cannot run {program} with {python}: not tested");
        return;
    }
    for server in ["plain", "fixed", "daemon", "traceback"] {
        let command = format!("{python} server.py {server} {{port}}");
        let mut grader = bench.grader(&["--exec", &command, "--skip", "long", "--skip", "beast"]);
        let output = grader.uid(NOBODY).gid(NOBODY).output().expect("the program runs");
        bench.assert_nothing_left();
        Graded::of(&output).expect(server, 0, &["Grade: 100 / 100"]);
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}
