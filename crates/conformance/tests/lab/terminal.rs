//! A terminal on a machine of its own: a shell as root in new namespaces, with a network where every port is free, a copy of the
//! course's files, and processes that end with it.
//!
//! A command that ends in `&` is waited for until it has printed what it should; one that begins with `kill`, until what it ended
//! has ended. A person at a keyboard is slow enough for both.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use regex::Regex;

/// The namespaces: root needs no user namespace, and may be forbidden one; others get the rest only in one.
const NAMESPACES: [&[&str]; 2] = [
    &["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
    &["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
];

/// Makes a machine of the namespaces: named networks are kept below /run, and must not be those of the real machine.
const BOOT: &str = "ip link set lo up && mount -t tmpfs tmpfs /run && mkdir /run/netns";

/// Longer than any command of the course takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Comes before the exit code of a command; no command prints it.
const MARK: char = '\u{1}';

pub(crate) struct Terminal {
    shell: Child,
    keyboard: ChildStdin,
    screen: Receiver<Vec<u8>>,
    directory: PathBuf,
}

/// Whether there is what the course needs; in CI there must be.
pub(crate) fn is_possible() -> bool {
    let missing = ["python3", "ip", "ss", "tshark", "dumpcap"].into_iter().filter(|tool| {
        let version = if matches!(*tool, "ip" | "ss") { "-V" } else { "--version" };
        Command::new(tool).arg(version).output().is_err()
    });
    let mut missing: Vec<&str> = missing.collect();
    if namespaces().is_none() {
        missing.push("unshare, with the right to make namespaces");
    }
    assert!(missing.is_empty() || std::env::var("CI").as_deref() != Ok("true"), "missing: {missing:?}");
    if !missing.is_empty() {
        eprintln!("the course is not tested; missing: {missing:?}");
    }
    missing.is_empty()
}

/// Those that the kernel grants.
fn namespaces() -> Option<&'static [&'static str]> {
    static GRANTED: OnceLock<Option<&[&str]>> = OnceLock::new();
    *GRANTED.get_or_init(|| {
        NAMESPACES.into_iter().find(|flags| {
            let made = Command::new("unshare").args(*flags).args(["sh", "-c", BOOT]).output();
            made.is_ok_and(|output| output.status.success())
        })
    })
}

impl Terminal {
    /// Opens one in the directory of the programs.
    pub(crate) fn open(name: &str) -> Self {
        let directory =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lab-{name}-{}", std::process::id()));
        for part in ["lab/programs", "wireshark"] {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(part), &directory.join(part));
        }
        let program =
            Path::new(env!("CARGO_BIN_EXE_conformance")).parent().expect("a program is in a directory");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("unshare")
            .args(namespaces().expect("the caller has asked"))
            .args(["bash", "-c", &format!("exec 2>&1; {BOOT} && exec bash")])
            .current_dir(directory.join("lab/programs"))
            .env("PATH", path)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell runs");
        let keyboard = shell.stdin.take().expect("its input is piped");
        let mut output = shell.stdout.take().expect("its output is piped");
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut octets = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut octets)
                && sender.send(octets[..count].to_vec()).is_ok()
            {}
        });
        Self { shell, keyboard, screen, directory }
    }

    /// Types a command and gives what is printed.
    pub(crate) fn run(&mut self, command: &str, expected: &str) -> String {
        let afterwards = match command.strip_prefix("kill ") {
            Some(process) => format!("wait {process}"),
            None => "true".to_owned(),
        };
        writeln!(
            self.keyboard,
            "(exit $code)\n{{ {command}\n}} </dev/null\ncode=$?; {afterwards}; printf '\\001'"
        )
        .expect("the shell reads");
        let is_background = command.ends_with('&');
        let (begun, mut octets) = (Instant::now(), Vec::new());
        loop {
            let text = String::from_utf8_lossy(&octets);
            let printed = text.replace([MARK, '\r'], "");
            if text.contains(MARK) && (!is_background || resembles(&printed, expected)) {
                return printed;
            }
            match self.screen.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
                Ok(more) => octets.extend(more),
                Err(why) => panic!("$ {command}\n{printed}\nand then {why}; expected\n{expected}"),
            }
        }
    }
}

impl Drop for Terminal {
    /// With the first process of its namespace, every other one ends.
    fn drop(&mut self) {
        drop(self.shell.kill());
        drop(self.shell.wait());
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// Whether what was printed is what was expected, where `…` stands for the rest of a line or, alone on one, for any lines.
pub(crate) fn resembles(printed: &str, expected: &str) -> bool {
    let lines = expected.lines().map(|line| match line {
        "…" => "(?s:.*\n)?".to_owned(),
        line => regex::escape(line).replace('…', ".*") + "\n",
    });
    let pattern = format!("^{}$", lines.collect::<String>());
    Regex::new(&pattern).expect("it is escaped").is_match(printed)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the directory for tests can be written");
    for entry in fs::read_dir(from).expect("the files of the course can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().expect("a file has a name"))).expect("it can be copied");
        }
    }
}
