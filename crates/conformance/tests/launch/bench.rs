//! A directory and a mark of the test's own: everything that a grader starts has the mark in its environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Passed on to what is started, since it begins with `LC_`.
const MARK: &str = "LC_CONFORMANCE_TEST";

/// What servers that add can be asked.
const SUITE: &str = r#"{
    "id": "mini", "title": "mini", "dialect": "calc-1", "document": "SPEC.md",
    "requirements": [{"id": "R1", "level": "must", "section": "4", "text": "It adds."}],
    "preflight": [{"calculate": ["17", "25", "+"], "result": "42"}],
    "fence": [{"calculate": ["23", "58", "+"], "result": "81"}],
    "cases": [CASES]}"#;

/// Three sums, of which the second is one that servers die of, and the third one in which a test interrupts the grader.
const CASES: &str = r#"
        {"id": "before", "title": "before", "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["1", "2", "+"], "result": "3"}]},
        {"id": "beast", "title": "beast", "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["666", "2", "+"], "result": "668"}]},
        {"id": "hunger", "title": "hunger", "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["777", "2", "+"], "result": "779"}]},
        {"id": "after", "title": "after", "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["3", "2", "+"], "result": "5"}]},
        {"id": "long", "title": "long", "spec": ["R1"], "level": "may",
         "steps": [{"say": "999"}, {"expect": "ok"}, {"wait_ms": 60000}]}"#;

pub(crate) struct Bench {
    directory: PathBuf,
    mark: String,
}

impl Bench {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("mark-{}-{count}-{name}", std::process::id());
        let directory = std::env::temp_dir().join(format!("conformance-launch-{mark}"));
        fs::create_dir_all(&directory).expect("the directory for temporary files can be written");
        fs::write(directory.join("server.py"), include_str!("server.py")).expect("a file");
        let bench = Self { directory, mark };
        bench.write_suite(CASES);
        bench
    }

    /// Puts these cases into the suite, in place of those that it has.
    pub(crate) fn write_suite(&self, cases: &str) {
        fs::write(self.path("suite.json"), SUITE.replace("CASES", cases)).expect("a file");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A command line that starts the server in one of its flavours.
    pub(crate) fn server(flavour: &str) -> String {
        format!("{} server.py {flavour}", python())
    }

    /// The grader with the short suite, without the long case, in the bench's directory.
    pub(crate) fn grader(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
        if !arguments.contains(&"--suite") {
            command.args(["--suite", "suite.json"]);
        }
        command.args(arguments);
        command
            .current_dir(&self.directory)
            .env(MARK, &self.mark)
            .env("SECRET_TOKEN", "x")
            .env("LC_ALL", "C");
        command.stdin(Stdio::null());
        command
    }

    /// Grades, and sees that afterwards nothing is left.
    pub(crate) fn grade(&self, arguments: &[&str]) -> Graded {
        let output =
            self.grader(&[arguments, &["--skip", "long"]].concat()).output().expect("the program runs");
        self.assert_nothing_left();
        Graded::of(&output)
    }

    /// What was started and lives, by its command line.
    fn survivors(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.mark);
        let marked = |process: &Path| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment.split(|octet| *octet == 0).any(|variable| variable == mark.as_bytes())
        };
        let processes = fs::read_dir("/proc").expect("there is /proc").flatten().map(|entry| entry.path());
        let marked = processes.filter(|process| marked(process));
        marked
            .map(|process| fs::read_to_string(process.join("cmdline")).unwrap_or_default().replace('\0', " "))
            .collect()
    }

    pub(crate) fn assert_nothing_left(&self) {
        wait_for(|| self.survivors().is_empty(), || format!("left behind: {:?}", self.survivors()));
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.survivors().is_empty()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// What a run of the grader printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Graded {
    pub(crate) code: Option<i32>,
    pub(crate) report: String,
    pub(crate) complaint: String,
}

impl Graded {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).expect("the report is text");
        Self { code: output.status.code(), report: text(&output.stdout), complaint: text(&output.stderr) }
    }

    /// Demands an exit code, and some words in the report.
    pub(crate) fn expect(&self, what: &str, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{what}: {}{}", self.report, self.complaint);
        for word in words {
            assert!(self.report.contains(word), "{what}: {word:?} is not in {}", self.report);
        }
    }
}

/// Waits until something is so, for as long as a busy machine may need.
pub(crate) fn wait_for(is_so: impl Fn() -> bool, otherwise: impl Fn() -> String) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{}", otherwise());
        sleep(Duration::from_millis(5));
    }
}

/// The interpreter itself: what stands for it in the path may be a script that starts fifty processes first.
pub(crate) fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        let output = asked.expect("python3 runs");
        String::from_utf8(output.stdout).expect("a path is text").trim().to_owned()
    })
}

/// Whether this system has what the tests need; in CI it must.
pub(crate) fn has_python() -> bool {
    let has = Command::new("python3").arg("--version").output().is_ok();
    assert!(has || std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs python3");
    if !has {
        eprintln!("no python3: launching is not tested");
    }
    has
}

/// Whether the kernel gives a process of ours a network of its own.
pub(crate) fn has_namespaces() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| {
        let flags: &[&[&str]] = &[&["--net", "--pid", "--fork"], &["--user", "--net", "--pid", "--fork"]];
        let works = |flags: &&[&str]| {
            let made = Command::new("unshare").args(*flags).args(["ip", "link", "set", "lo", "up"]).output();
            made.is_ok_and(|output| output.status.success())
        };
        let has = flags.iter().any(works);
        if !has {
            eprintln!("no namespaces here: servers share the network in these tests");
        }
        has
    })
}
