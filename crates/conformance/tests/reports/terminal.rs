//! What happens on a terminal: a bar while it runs, colours, and a report that neither harms.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread;

use regex::Regex;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::program::{RUN, conformance};

#[test]
fn the_bar_is_on_the_terminal_and_nowhere_else() {
    let piped = grade().output().expect("the program runs");
    assert_eq!(piped.stderr, b"", "without a terminal there is none");
    let (told, shown) = on_a_terminal(&mut grade(), Out::Piped);
    assert_eq!(untimed(&told), untimed(&String::from_utf8(piped.stdout).expect("text")));
    assert!(shown.contains("/6 "), "{shown:?}");
    let (_, shown) = on_a_terminal(grade().env("TERM", "dumb"), Out::Piped);
    assert_eq!(shown, "", "a terminal that cannot move its cursor");
}

#[test]
fn report_and_bar_share_a_terminal() {
    let plainly = String::from_utf8(grade().output().expect("the program runs").stdout).expect("text");
    let colour = Regex::new("\u{1b}\\[[0-9;]*[1-9]m").expect("a pattern");
    for (color, variable, coloured) in [
        ("auto", None, true),
        ("auto", Some(("NO_COLOR", "1")), false),
        ("never", None, false),
        ("always", Some(("NO_COLOR", "1")), true),
    ] {
        let mut command = grade();
        command.args(["--color", color]).envs(variable);
        let (_, shown) = on_a_terminal(&mut command, Out::Terminal);
        assert_eq!(colour.is_match(&shown), coloured, "{color} {variable:?}: {shown:?}");
        let shown = untimed(&plain(&shown));
        let mut rest = shown.lines();
        for line in untimed(&plainly).lines().filter(|line| !line.is_empty()) {
            assert!(rest.any(|on_screen| on_screen == line), "{line:?} in {shown:?}");
        }
    }
}

fn grade() -> Command {
    let target = RUN.address.to_string();
    let mut command = conformance(&["--suite", "suite.json", "--lang", "en", "--target", &target]);
    command
        .args(["sum", "large", "after", "nice", "goodbye"].map(|case| format!("--only={case}")))
        .env("TERM", "xterm")
        .stdin(Stdio::null());
    command
}

/// Where the standard output goes.
enum Out {
    Piped,
    Terminal,
}

/// Runs a command whose standard error is a terminal: what went to the pipe, and what the terminal was sent.
fn on_a_terminal(command: &mut Command, out: Out) -> (String, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&master).and_then(|()| unlockpt(&master)).expect("it is ours");
    let name = ptsname(&master, Vec::new()).expect("its name").into_string().expect("it is text");
    let terminal = || OpenOptions::new().read(true).write(true).open(&name).expect("it opens");
    command.stderr(terminal());
    match out {
        Out::Piped => command.stdout(Stdio::piped()),
        Out::Terminal => command.stdout(terminal()),
    };
    let mut child = command.spawn().expect("the program runs");
    // Only the child has it open now, so that its end is the end of what can be read.
    command.stderr(Stdio::null()).stdout(Stdio::null());
    let reader = thread::spawn(move || {
        let mut shown = Vec::new();
        // The end of the last writer is an error, and not an end of file.
        drop(File::from(master).read_to_end(&mut shown));
        String::from_utf8(shown).expect("text").replace("\r\n", "\n")
    });
    let mut told = String::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut told).expect("text");
    }
    child.wait().expect("it ends");
    (told, reader.join().expect("the reader ends"))
}

/// Without what moves the cursor and changes colours, and without what was written over.
fn plain(shown: &str) -> String {
    let sequences = Regex::new("\u{1b}\\[[0-9;?]*[A-Za-z]").expect("a pattern");
    let text = sequences.replace_all(shown, "").into_owned();
    text.lines().map(|line| line.rsplit('\r').next().unwrap_or_default().to_owned() + "\n").collect()
}

fn untimed(text: &str) -> String {
    Regex::new(r"\b[0-9]+(\.[0-9])? m?s\b").expect("a pattern").replace_all(text, "TIME").into_owned()
}
