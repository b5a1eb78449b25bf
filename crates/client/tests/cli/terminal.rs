//! The calculator at a terminal, driven through a pseudo-terminal.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Stdio},
    time::Instant,
};

use crate::{
    run::{Client, Outcome, PATIENCE, command},
    screen::Screen,
    server::{Server, Then, converse_in_silence},
};

/// The client at a terminal.
struct Terminal {
    child: Child,
    screen: Screen,
}

impl Terminal {
    fn start(args: &[&str], environment: &[(&str, &str)]) -> Self {
        let screen = Screen::open();
        let mut command = command(args);
        command.env("TERM", "xterm").env_remove("HOME").env_remove("XDG_STATE_HOME");
        // A terminal of continuous integration is taken for one with colours, whatever TERM says.
        for name in ["CI", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied());
        let child = command.stdin(screen.side()).stdout(screen.side()).stderr(screen.side()).spawn();
        let mut terminal = Self { child: child.expect("the client starts"), screen };
        terminal.shows("> ");
        terminal
    }

    fn types(&mut self, line: &str) {
        self.screen.types(line);
    }

    fn shows(&mut self, text: &str) -> String {
        self.screen.shows(text)
    }

    /// Types a line at the prompt, and waits for an answer and for the next prompt. What is typed before a prompt would be
    /// read by the terminal and not by the client.
    fn says(&mut self, line: &str, answer: &str) {
        self.types(&format!("{line}\r"));
        self.shows(answer);
        self.shows("> ");
    }

    fn ends(mut self, keys: &str) -> i32 {
        self.types(keys);
        self.screen.rest();
        self.child.wait().expect("it ends").code().expect("an exit code")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended, unless the test failed or has seen enough.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn lines_and_single_tokens_work_on_one_stack() {
    let server = Server::right();
    let mut terminal = Terminal::start(&server.args(&[]), &[("NO_COLOR", "1")]);
    let table = [
        ("1 2 +", "\r\n3\r\n"),
        ("4", "\r\n4\r\n"),
        ("*", "\r\n12\r\n"),
        ("0 5", "\r\n5\r\n"),
        (":stack", "\r\n12 0 5\r\n"),
        // What fails leaves the stack as it was.
        ("0 /", "\r\nerror: division-by-zero at token 2 '/': the divisor is zero\r\n"),
        ("7 foo", "\r\nerror: token 2 'foo' is neither an operand"),
        ("+ + +", "\r\nerror: token 3 '+' needs 2 operands before it and has 1\r\n"),
        ("1e9999", "\r\nerror: token 1 '1e9999' is beyond the largest number"),
        (":stack", "\r\n12 0 5\r\n"),
        (":nonsense", "\r\nerror: no such command: ':nonsense'; the commands are :help, :stack"),
        (":help", "Operators: + - * / % ^ neg abs sqrt\r\n"),
        // Completed to the one word that begins so.
        ("ne\t", "\r\n-5\r\n"),
        (":clear", "\r\n(the stack is empty)\r\n"),
        ("neg", "needs 1 operand before it and has 0\r\n"),
    ];
    for (line, answer) in table {
        terminal.says(line, answer);
    }
    assert_eq!(terminal.ends(":quit\r"), 0);
    assert_eq!(server.heard(), "1 2 + 3 4 * 5 0 / CLEAR 5 neg");
}

#[test]
fn the_end_of_input_ends_it_and_an_interrupt_does_not() {
    let server = Server::right();
    let mut terminal = Terminal::start(&server.args(&[]), &[]);
    terminal.types("1 2\x03");
    terminal.shows("> ");
    assert_eq!(terminal.ends("\x04"), 0);
}

#[test]
fn a_trace_is_switched_on_and_off() {
    let server = Server::right();
    let mut terminal = Terminal::start(&server.args(&[]), &[("NO_COLOR", "1")]);
    terminal.says("1 2 +", "\r\n3\r\n");
    terminal.says(":trace on", "\r\n");
    terminal.types("4 +\r");
    terminal.shows("→ \"4\\n\"");
    terminal.shows("← \"RESULT 7\\n\"");
    terminal.shows("> ");
    terminal.says(":trace off", "\r\n");
    terminal.types("8 +\r");
    assert!(!terminal.shows("\r\n15\r\n").contains('→'));
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    for (environment, result) in [
        (&[][..], "\x1b[1m3\x1b[0m\r\n"),
        (&[("NO_COLOR", "1")], "\r\n3\r\n"),
        (&[("TERM", "dumb")], "\r\n3\r\n"),
    ] {
        let server = Server::right();
        let mut terminal = Terminal::start(&server.args(&[]), environment);
        terminal.says("1 2 +", result);
    }
}

/// One server is mute, the next does not speak the protocol and has escape sequences for the terminal.
#[test]
fn a_lost_connection_is_told_and_the_stack_is_kept() {
    let mute: &[&[u8]] = &[b"OK\n"];
    let hostile: &[&[u8]] = &[b"\x1b]0;owned\x07\n"];
    for (script, told) in [
        (mute, "error: timed out: no reply to '5' within 1s"),
        (
            hostile,
            r"it answered '4' with '\x1b]0;owned\x07': the reply has octets that are not printable ASCII",
        ),
    ] {
        let server = Server::scripted(script, Then::Mute);
        let mut terminal = Terminal::start(&server.args(&["--timeout=1"]), &[("NO_COLOR", "1")]);
        terminal.says("3 4 5", "\r\n5\r\n");
        // Each operator connects anew.
        for _ in 0..2 {
            terminal.types("+\r");
            let shown = terminal.shows(told);
            assert!(!shown.contains("\x1b]"), "{shown:?}");
            terminal.shows("the stack is kept, and the next operator connects anew");
            terminal.shows("> ");
            terminal.says(":stack", "\r\n3 4 5\r\n");
        }
        assert_eq!(terminal.ends(":quit\r"), 0);
    }
}

#[test]
fn a_connection_that_the_server_closed_meanwhile_is_made_anew() {
    let server = Server::scripted(&[b"OK\n", b"OK\n", b"RESULT 3\n"], Then::Close);
    let mut terminal = Terminal::start(&server.args(&[]), &[("NO_COLOR", "1")]);
    terminal.says("1 2 +", "\r\n3\r\n");
    terminal.says("0 +", "(the server had closed the connection; a new one was made)\r\n3\r\n");
}

#[test]
fn lines_are_remembered_from_one_time_to_the_next() {
    let state = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-state", std::process::id()));
    let environment = [("XDG_STATE_HOME", state.to_str().expect("UTF-8")), ("NO_COLOR", "1")];
    let mut first = Terminal::start(&Server::right().args(&[]), &environment);
    first.says("41 1", "\r\n1\r\n");
    assert_eq!(first.ends("\x04"), 0);
    let mut second = Terminal::start(&Server::right().args(&[]), &environment);
    second.types("\x1b[A");
    second.shows("41 1");
    second.says("", "\r\n1\r\n");
    assert_eq!(second.ends("\x04"), 0);
    std::fs::remove_dir_all(state).expect("it is there");
}

#[test]
fn it_speaks_spanish_too() {
    let server = Server::right();
    let mut terminal = Terminal::start(&server.args(&[]), &[("NO_COLOR", "1"), ("LANG", "es_AR.UTF-8")]);
    terminal.says(":stack", "(la pila está vacía)");
}

/// Three batches that go on until one of them, whose results go elsewhere, shows on its terminal how far it is.
#[test]
fn a_long_batch_shows_its_progress_where_nothing_else_is_shown() {
    let servers = [(); 3].map(|()| Server::start(|stream, _| converse_in_silence(&stream)));
    let [mut watched, mut busy] = [(); 2].map(|()| Screen::open());
    let batch = |server: &Server, stdout: Stdio, screen: &Screen| {
        let mut command = command(&server.args(&[]));
        command.env("TERM", "xterm").stdin(Stdio::piped()).stdout(stdout).stderr(screen.side());
        command.spawn().expect("the client starts")
    };
    let mut beside = batch(&servers[0], Stdio::piped(), &watched);
    let mut onto = batch(&servers[1], busy.side().into(), &busy);
    let mut away = Client::start(&servers[2].args(&[]), Stdio::piped());

    let mut results = BufReader::new(beside.stdout.take().expect("piped"));
    let mut inputs = [&mut beside, &mut onto].map(|child| child.stdin.take().expect("piped"));
    let start = Instant::now();
    while !watched.has_shown("/s, ") {
        assert!(start.elapsed() < PATIENCE, "nothing is shown: {:?}", watched.so_far());
        for input in &mut inputs {
            input.write_all(b"1 2 +\n").expect("it reads");
        }
        away.feed(b"1 2 +\n");
        let mut line = String::new();
        results.read_line(&mut line).expect("UTF-8");
        assert_eq!((line.as_str(), away.line().as_str()), ("3\n", "3\n"));
    }
    drop(inputs);

    assert_eq!(away.finish(), Outcome { code: 0, stdout: String::new(), stderr: String::new() });
    let cleared = watched.rest();
    assert!(cleared.ends_with("\x1b[2K"), "{cleared:?}");
    let shown = busy.rest();
    assert!(shown.starts_with("3\r\n3\r\n") && !shown.contains("/s, "), "{shown:?}");
    for mut child in [beside, onto] {
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
}
