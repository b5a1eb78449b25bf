//! The built program from outside: what it prints, and the code with which it exits.

mod asked;

#[cfg(unix)]
use std::io::Read;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;

/// A suite of two cases, against servers that add.
const SUITE: &str = r#"{
    "id": "mini", "title": {"en": "A mini suite", "es": "Una mini prueba"}, "dialect": "calc-1", "document": "SPEC.md",
    "requirements": [{"id": "R1", "level": "must", "section": "4", "text": {"en": "It adds.", "es": "Suma."}}],
    "preflight": [{"calculate": ["17", "25", "+"], "result": "42"}],
    "fence": [{"calculate": ["23", "58", "+"], "result": "81"}],
    "cases": [
        {"id": "sum", "title": {"en": "a sum", "es": "una suma"}, "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["1", "2", "+"], "result": "3"}]},
        {"id": "large", "title": {"en": "a large sum", "es": "una suma grande"}, "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["1000", "2000", "+"], "result": "3000"}]},
        {"id": "nice", "title": "a greeting", "spec": ["R1"], "level": "may", "exchange": [["HELLO", "ok"]]}]}"#;

/// A file of the test's own, removed with it.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("conformance-cli-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("the directory for temporary files can be written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("the path is text")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

/// Adds, as `add` has it; `OK` to a number, `FAIL syntax` to all else.
fn serve(add: fn(i64, i64) -> String) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| drop(thread::spawn(move || converse(stream, add))))
    });
    address
}

fn converse(mut stream: TcpStream, add: fn(i64, i64) -> String) {
    let mut operands = Vec::new();
    let Ok(reading) = stream.try_clone() else { return };
    for line in BufReader::new(reading).lines() {
        let Ok(line) = line else { return };
        let reply = match (line.as_str(), operands.as_slice()) {
            ("QUIT", _) => return,
            ("+", [left, right]) => {
                let reply = add(*left, *right);
                operands.clear();
                reply
            }
            (number, _) => match number.parse() {
                Ok(number) => {
                    operands.push(number);
                    "OK".to_owned()
                }
                Err(_) => "FAIL syntax".to_owned(),
            },
        };
        if stream.write_all(format!("{reply}\n").as_bytes()).is_err() {
            return;
        }
    }
}

fn right(left: i64, right: i64) -> String {
    format!("RESULT {}", left + right)
}

/// Wrong above a thousand, and with an escape sequence that would clear the screen.
fn wrong(left: i64, right: i64) -> String {
    let sum = left + right;
    if sum > 1000 { format!("RESULT \u{1b}[2J{sum}") } else { format!("RESULT {sum}") }
}

fn conformance(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("the program runs")
}

/// The program without anything in its environment that could change what it prints.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    for variable in
        ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"]
    {
        command.env_remove(variable);
    }
    command
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).expect("the report is text")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it exits")
}

#[test]
fn a_right_server_gets_100() {
    let suite = File::new("right.json", SUITE);
    let target = serve(right).to_string();
    let output = conformance(&["--target", &target, "--suite", suite.path()]);
    assert_eq!(
        text(&output.stdout),
        format!(
            "A mini suite, at {target}\n\n\
             A mini suite\n  \
             ✓ pass      sum                                a sum\n  \
             ✓ pass      large                              a large sum\n  \
             ✗ FAIL      nice                               a greeting (not counted)\n\n\
             What went wrong\n\n\
             ✗ nice  a greeting\n    \
             → connected\n    \
             → HELLO\\n\n  \
             ✗ ← FAIL syntax\\n\n    \
             expected   {}\n    \
             actual     FAIL syntax (a reply `fail`)\n    \
             violates   R1 (SPEC.md §4): It adds.\n    \
             again      conformance --target {target} --suite '{}' --only 'nice'\n\n\
             Summary\n  \
             mini             2 of    2     100\n  \
             MUST             2 of    2\n  \
             MAY              0 of    1   not counted\n\n\
             Grade: 100 / 100\n",
            expected_ok(&output),
            suite.path(),
        )
    );
    assert_eq!(code(&output), 0, "a MAY never counts");
}

#[test]
fn rows_are_folded_and_failures_of_one_cause_are_explained_once() {
    let cases = r#"
        {"id": "small", "title": "{a} and 2 are added", "spec": ["R1"], "level": "must", "rows": [{"a": "1"}, {"a": "5"}],
         "exchange": [{"calculate": ["{a}", "2", "+"], "result": "7"}], "wrong": [{"when": {"number": "3"}, "note": "small"}]},
        {"id": "medium", "title": "again", "spec": ["R1"], "level": "must", "rows": [{"id": "x", "a": "3"}, {"id": "y", "a": "4"}],
         "exchange": [{"calculate": ["{a}", "2", "+"], "result": "{a}2"}], "wrong": [{"when": "result", "note": "other"}]},
        {"id": "tiny", "title": "tiny", "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["0", "2", "+"], "result": "7"}], "wrong": [{"when": "result", "note": "other"}]},"#;
    let notes = File::new(
        "notes.json",
        r#"{"notes": [{"id": "small", "title": "Small", "text": "It is small.", "look": "Here."},
                      {"id": "other", "title": "Other", "text": "It is another.", "look": "There."}]}"#,
    );
    let notes_name = notes.path().rsplit('/').next().expect("a file has a name").to_owned();
    let text_of_suite =
        SUITE.replace(r#""cases": ["#, &format!(r#""notes": ["{notes_name}"], "cases": [{cases}"#));
    let suite = File::new("rows.json", &text_of_suite);
    let target = serve(right).to_string();
    let grade = |more: &[&str]| {
        let arguments =
            [&["--target", &target, "--suite", suite.path(), "--lang", "en", "--skip", "nice"], more];
        text(&conformance(&arguments.concat()).stdout)
    };
    let report = grade(&[]);
    for part in [
        "  ✗ FAIL      small                              … and 2 are added (1 of 2 rows passed)\n  \
           ✗ FAIL          #1                             1 and 2 are added\n  \
           ✗ FAIL      medium                             again (2 rows)\n  \
           ✗ FAIL      tiny                               tiny\n  \
           ✓ pass      sum                                a sum\n",
        "    the same   ✗ medium#y                                 → +\\n  ← RESULT 6\\n  (expected: a `result` of 42)\n               \
                        ✗ tiny                                     → +\\n  ← RESULT 2\\n  (expected: a `result` of 7)\n",
        "the most frequent cause first\n    2 cases  Other (medium#x)\n     1 case  Small (small#1)\n",
        "MUST             2 of    5\n",
    ] {
        assert!(report.contains(part), "{part} in {report}");
    }
    assert_eq!(report.matches("It is another.").count(), 1, "{report}");
    let quiet = grade(&["--failures"]);
    assert!(!quiet.contains("pass      sum") && quiet.contains("FAIL      tiny"), "{quiet}");
}

/// What people call the reply `ok` is the dialect's business.
fn expected_ok(output: &Output) -> String {
    let report = text(&output.stdout);
    let line = report
        .lines()
        .find(|line| line.trim_start().starts_with("expected"))
        .expect("something was expected");
    line.trim_start().trim_start_matches("expected").trim_start().to_owned()
}

#[test]
fn a_wrong_server_fails_in_both_languages_and_cannot_touch_the_terminal() {
    let suite = File::new("wrong.json", SUITE);
    let target = serve(wrong).to_string();
    for (language, words) in [
        (
            "en",
            [
                "FAIL      large",
                "a `result` of 3000",
                "RESULT \\x1B[2J3000",
                "in hex     52 45",
                "Grade: 50 / 100",
                "It adds.",
            ],
        ),
        (
            "es",
            [
                "FALLA     large",
                "un `result` de 3000",
                "RESULT \\x1B[2J3000",
                "en hexa    52 45",
                "Nota: 50 / 100",
                "Suma.",
            ],
        ),
    ] {
        let output = conformance(&[
            "--target",
            &target,
            "--suite",
            suite.path(),
            "--lang",
            language,
            "--skip",
            "nice",
        ]);
        let report = text(&output.stdout);
        for word in words {
            assert!(report.contains(word), "{word} in {report}");
        }
        assert!(!report.contains('\u{1b}'), "{report}");
        assert_eq!(code(&output), 1);
    }
    let output = conformance(&["--target", &target, "--suite", suite.path(), "--exit-zero"]);
    assert_eq!(code(&output), 0, "--exit-zero");
}

#[test]
fn colour_by_choice() {
    let suite = File::new("colour.json", SUITE);
    let target = serve(right).to_string();
    for (choice, coloured) in [("always", true), ("never", false), ("auto", false)] {
        let output = conformance(&["--target", &target, "--suite", suite.path(), "--color", choice]);
        assert_eq!(text(&output.stdout).contains("\u{1b}["), coloured, "{choice}");
    }
}

#[test]
fn a_target_where_nobody_listens_has_a_report_and_a_code_of_its_own() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let target = listener.local_addr().expect("its address").to_string();
    drop(listener);
    let output = conformance(&["--target", &target, "--lang", "en"]);
    assert_eq!(code(&output), 3);
    let report = text(&output.stdout);
    assert!(report.contains("cannot be reached") && report.ends_with("Grade: 0 / 100\n"), "{report}");
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_a_target_too() {
    use std::os::unix::net::UnixListener;
    let path = std::env::temp_dir().join(format!("conformance-cli-{}.sock", std::process::id()));
    let listener = UnixListener::bind(&path).expect("a socket");
    thread::spawn(move || {
        // Only its closing is seen here: that it was reached is what counts.
        listener.incoming().flatten().for_each(|mut stream| drop(stream.read(&mut [0; 16])));
    });
    let target = format!("unix:{}", path.display());
    let output = conformance(&["--target", &target, "--only", "framing"]);
    assert_eq!(code(&output), 1, "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains(&target));
    drop(std::fs::remove_file(path));
}

#[cfg(unix)]
#[test]
fn an_interrupt_reports_what_was_graded_so_far() {
    use std::process::Stdio;
    let suite = File::new("interrupt.json", &SUITE.replace(
        r#""exchange": [{"calculate": ["1000""#,
        r#""steps": [{"connect": "c"}, {"expect_silence": 60000}]}, {"id": "later", "title": "l", "spec": ["R1"], "level": "must", "exchange": [{"calculate": ["1000""#,
    ));
    let target = serve(right).to_string();
    let mut child = command()
        .args(["--target", &target, "--suite", suite.path(), "--lang", "en"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    let mut report = String::new();
    while !report.contains("pass      sum") {
        assert_ne!(out.read_line(&mut report).expect("the report is text"), 0, "{report}");
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    out.read_to_string(&mut report).expect("the report is text");
    assert!(
        report.contains("Interrupted: 1 of 4 cases") && report.ends_with("Grade: 100 / 100\n"),
        "{report}"
    );
    assert_eq!(child.wait().expect("it exits").code(), Some(130));
}

/// What is only recommended stands first in the suite, and is neither told first nor among the ten that are told in full.
#[test]
fn the_causes_of_failures_are_told_by_how_binding_they_are_and_not_all_in_full() {
    let mut suite: serde_json::Value = serde_json::from_str(SUITE).expect("it is JSON");
    let case = |number: u32| {
        let (id, level) = (format!("c{number}"), if number == 0 { "should" } else { "must" });
        let sum = (1000 + number).to_string();
        serde_json::json!({"id": id, "title": id, "spec": ["R1"], "level": level,
            "exchange": [{"calculate": ["1000", number.to_string(), "+"], "result": sum}]})
    };
    suite["cases"] = (0..12).map(case).collect();
    let file = File::new("many.json", &suite.to_string());
    let server = serve(|left, right| format!("RESULT {}", if left < 1000 { left + right } else { 0 }));
    let rows = [
        (&["--lang", "en"][..], "What went wrong", "Further causes: 2.", "What to mend"),
        (&["--lang", "es"], "Qué salió mal", "Otras causas: 2.", "Qué corregir"),
    ];
    for (language, wrong, further, mend) in rows {
        let target = ["--suite", file.path(), "--target", &server.to_string()];
        let told = text(&conformance(&[&target[..], language].concat()).stdout);
        let (_, told) = told.split_once(wrong).unwrap_or_else(|| panic!("{told}"));
        let (explained, listed) = told.split_once(mend).unwrap_or_else(|| panic!("{told}"));
        let ids: Vec<&str> =
            explained.lines().filter_map(|line| line.strip_prefix("✗ ")?.split(' ').next()).collect();
        assert_eq!(ids, ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10"], "{told}");
        assert!(explained.contains(further) && listed.contains("(c11)") && listed.contains("(c0)"), "{told}");
    }
}
