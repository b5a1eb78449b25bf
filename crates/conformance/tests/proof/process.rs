//! Servers in processes of their own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// Whether there is such a program. Elsewhere than in CI it may be missing, and what needs it is left out.
pub(crate) fn is_installed(tool: &str) -> bool {
    let version = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(version.is_ok() || std::env::var("CI").as_deref() != Ok("true"), "`{tool}` is not installed");
    version.is_ok()
}

/// A server in a process of its own that runs until it is dropped.
pub(crate) struct Running {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Running {
    /// Starts it; it says on its first line where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let output = BufReader::new(process.stdout.take().expect("its output is piped"));
        let line = output.lines().next().expect("it says where it listens").expect("in UTF-8");
        let address = line.strip_prefix("listening on ").and_then(|address| address.parse().ok());
        Self { process, address: address.unwrap_or_else(|| panic!("{command:?}: {line}")) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
