//! Running the binary, and never longer than [`PATIENCE`].

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long anything may take that is not stuck.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a run of the client left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A client that is running.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: JoinHandle<String>,
}

/// Runs the client without anything on its standard input.
pub(crate) fn client(args: &[&str]) -> Outcome {
    Client::start(args, Stdio::null()).finish()
}

/// Runs the client with `input` on its standard input.
pub(crate) fn client_fed(args: &[&str], input: &[u8]) -> Outcome {
    let mut client = Client::start(args, Stdio::piped());
    client.feed(input);
    client.finish()
}

/// The client's command, which speaks English wherever the tests run.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = in_english(env!("CARGO_BIN_EXE_calc-client"));
    command.args(args);
    command
}

/// The same from a shell that redirects what the client has open, such as `>&-`.
#[cfg(target_os = "linux")]
pub(crate) fn redirected(args: &[&str], redirection: &str) -> Command {
    let mut command = in_english("sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" {redirection}"), env!("CARGO_BIN_EXE_calc-client")]);
    command.args(args);
    command
}

fn in_english(program: &str) -> Command {
    let mut command = Command::new(program);
    for variable in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

impl Client {
    pub(crate) fn start(args: &[&str], stdin: Stdio) -> Self {
        Self::spawn(command(args).stdin(stdin))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the client starts");
        let (sender, lines) = channel();
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        thread::spawn(move || {
            let mut line = String::new();
            while stdout.read_line(&mut line).expect("UTF-8") > 0 && sender.send(line.split_off(0)).is_ok() {}
        });
        let mut pipe = child.stderr.take().expect("piped");
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).expect("UTF-8");
            text
        });
        Self { stdin: child.stdin.take(), child, lines, stderr }
    }

    /// Writes to the client's standard input. A client that has ended takes nothing any more, which is no failure.
    pub(crate) fn feed(&mut self, input: &[u8]) {
        let stdin = self.stdin.as_mut().expect("piped");
        let _ = stdin.write_all(input).and_then(|()| stdin.flush());
    }

    /// Waits for the next line of output.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line of output")
    }

    /// Closes the client's input, and waits for its end.
    pub(crate) fn finish(mut self) -> Outcome {
        drop(self.stdin.take());
        let mut stdout = String::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => stdout.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().expect("it is running");
                    panic!("the client does not end");
                }
            }
        }
        let code = self.child.wait().expect("it ends").code().expect("an exit code");
        Outcome { code, stdout, stderr: self.stderr.join().expect("stderr") }
    }
}
