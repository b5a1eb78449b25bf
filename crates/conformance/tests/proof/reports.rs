//! The report of every server of [`crate::bugs`], graded by the cases that cite what it breaks: what a student with that mistake
//! reads, and which cases found it. (By the whole suite, a server that dies early would show nothing else.)
//!
//! After a change of the suite or of the report, `BLESS=1 cargo test -p calc-conformance --test proof reports` writes the files
//! anew; what changed in them is then for a person to judge.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use calc_conformance::language::Language;
use calc_conformance::report::{Detail, Terminal};
use calc_conformance::run::{self, CaseResult, Options, Report};
use regex::Regex;

use crate::after;
use crate::bugs::Bug;
use crate::detection::oversight;
use crate::grading::{SUITE, for_each, is_failed, notes, only};
use crate::server::{Behaviour, Server};

/// One bug, and what came of grading a server with it.
pub(crate) struct Graded {
    pub(crate) bug: Bug,
    pub(crate) report: Report,
    told: String,
}

/// The runs, which all tests that are about them share. A report that is not the one that is kept has more chances, alone: a
/// machine that is busy with the other tests may have made a server look slow, or a slow one have no time to show its mistake.
pub(crate) static GRADED: LazyLock<Vec<Graded>> = LazyLock::new(|| {
    let together = for_each(Bug::ALL, |&bug| graded(bug));
    together.into_iter().map(|first| if is_blessing() { first } else { again(first) }).collect()
});

/// Bugs with which what a client sees hangs on which thread runs first, or on what one read happens to return: those that stop or
/// end the server, and those that confuse reads or clients. Their reports differ from run to run.
const RACY: &[Bug] = &[
    Bug::ReadIsMessage,
    Bug::RestOfReadDropped,
    Bug::BufferShared,
    Bug::OperandsShared,
    Bug::OperandsOutliveConnection,
    Bug::BadInputKills,
    Bug::QuitKills,
    Bug::OneConnectionOnly,
    Bug::EofKills,
    Bug::EofFreezes,
    Bug::ResetKills,
    Bug::BrokenPipeKills,
    Bug::DivisionByZeroKills,
    Bug::PartialMessageBlocks,
    Bug::UnreadRepliesBlock,
];

/// How often a report may be made anew that is not the one that is kept.
const MORE_ATTEMPTS: usize = 3;

#[test]
fn the_reports_are_those_that_were_read_and_found_good() {
    let compared = GRADED.iter().filter(|graded| !RACY.contains(&graded.bug));
    let stale: Vec<String> =
        compared.filter_map(|graded| difference(&golden(graded.bug), &redacted(&graded.told))).collect();
    assert!(stale.is_empty(), "{}\nBLESS=1 writes them anew", stale.join("\n"));
}

#[test]
fn every_report_that_is_kept_is_compared() {
    let compared: BTreeSet<PathBuf> =
        Bug::ALL.iter().filter(|bug| !RACY.contains(bug)).map(|&bug| golden(bug)).collect();
    let files = fs::read_dir(root().join("tests/golden")).expect("tests/golden can be read");
    for file in files {
        let path = file.expect("an entry of tests/golden").path();
        // The other kinds of report have a directory and a test of their own.
        if path.is_dir() {
            continue;
        }
        assert!(compared.contains(&path), "{} is nobody's", path.display());
    }
}

#[test]
fn the_matrix_of_what_was_detected_is_that_of_the_page() {
    let page = root().join("../../docs/DETECTION.md");
    let stale = difference(&page, &(matrix() + &after(&page)));
    assert!(stale.is_none(), "{}\nBLESS=1 writes it anew", stale.unwrap_or_default());
}

/// What follows the matrix on the page; what is kept, where there is no Python to make it anew.
fn after(page: &Path) -> String {
    if let Some(section) = after::section() {
        return section;
    }
    let kept = fs::read_to_string(page).unwrap_or_default();
    kept.find(after::HEADING).map_or_else(String::new, |start| kept[start..].to_owned())
}

fn again(first: Graded) -> Graded {
    let is_kept = |graded: &Graded| match RACY.contains(&graded.bug) {
        true => oversight(graded).is_none(),
        false => difference(&golden(graded.bug), &redacted(&graded.told)).is_none(),
    };
    let mut last = first;
    for _ in 0..MORE_ATTEMPTS {
        if is_kept(&last) {
            break;
        }
        last = graded(last.bug);
    }
    last
}

fn graded(bug: Bug) -> Graded {
    let server = Server::start(Behaviour::with_bugs(&[bug]));
    let target = server.address().to_string().parse().expect("a socket address is a target");
    let mut told = Vec::new();
    let out = anstream::StripStream::new(&mut told);
    let command = format!("conformance --target {target}");
    let mut terminal = Terminal::new(out, &SUITE, Language::En, command).showing(Detail::Failures);
    let cites = |spec: &[String]| spec.iter().any(|id| bug.breaks().contains(&id.as_str()));
    let ids = SUITE.cases().filter(|case| cites(&case.spec)).map(|case| case.id.clone());
    let options = Options { selection: only(ids), ..Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let report = runtime.block_on(run::grade(&SUITE, &target, &options, std::future::pending(), |event| {
        terminal.on(&event).expect("a vector takes everything");
    }));
    drop(terminal);
    Graded { bug, report, told: String::from_utf8(told).expect("the report is text") }
}

/// The page of all bugs with the cases that fail and the notes that are earned.
fn matrix() -> String {
    let mut page = INTRODUCTION.to_owned();
    for Graded { bug, report, .. } in GRADED.iter() {
        let name = kebab(*bug);
        let breaks = bug.breaks().join(", ");
        if RACY.contains(bug) {
            let _ = writeln!(page, "| {name} | {breaks} | **{}** | differs from run to run |", bug.earns());
            continue;
        }
        let failed = report.results.iter().filter(|result| is_failed(result));
        let cases: BTreeSet<&str> = failed.map(CaseResult::stem).collect();
        let earned: BTreeSet<&str> = notes(report).into_iter().collect();
        let marked = |note: &str| if note == bug.earns() { format!("**{note}**") } else { note.to_owned() };
        let earned: Vec<String> = earned.into_iter().map(marked).collect();
        let cases = cases.into_iter().collect::<Vec<_>>().join(", ");
        let _ = writeln!(page, "| {name} | {breaks} | {} | {cases} |", earned.join(", "));
    }
    page
}

const INTRODUCTION: &str = "\
# What the suite `calc` detects

One row for each deliberately wrong server of `crates/conformance/tests/proof/bugs.rs`: the requirements that its mistake violates and, from
a run of all cases that cite one of them, the notes that the report shows (the one that names the mistake in bold) and the cases that
fail. A test writes this page (`BLESS=1 cargo test -p calc-conformance --test proof reports`) and keeps it true.

| mistake | violates | notes | failed cases |
| --- | --- | --- | --- |
";

/// What is wrong with a file that should have this content; with `BLESS` it is written.
fn difference(path: &Path, content: &str) -> Option<String> {
    if is_blessing() {
        fs::write(path, content).expect("the files of the project can be written");
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    let mut lines = kept.lines().zip(content.lines()).enumerate();
    match lines.find(|(_, (kept, now))| kept != now) {
        Some((line, (kept, now))) => {
            Some(format!("{}:{}: {kept:?} is now {now:?}", path.display(), line + 1))
        }
        None if kept.len() != content.len() => Some(format!("{}: the end differs", path.display())),
        None => None,
    }
}

fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

fn golden(bug: Bug) -> PathBuf {
    root().join(format!("tests/golden/{}.txt", kebab(bug)))
}

/// The report without what differs from run to run: ports and times.
fn redacted(report: &str) -> String {
    static VOLATILE: LazyLock<[(Regex, &str); 2]> = LazyLock::new(|| {
        [(r"127\.0\.0\.1:[0-9]+", "HOST:PORT"), (r"\b[0-9]+(\.[0-9])? m?s\b", "TIME")]
            .map(|(pattern, stand_in)| (Regex::new(pattern).expect("a pattern"), stand_in))
    });
    VOLATILE.iter().fold(report.to_owned(), |text, (pattern, stand_in)| {
        pattern.replace_all(&text, *stand_in).into_owned()
    })
}

/// `ReadIsMessage` as `read-is-message`.
fn kebab(bug: Bug) -> String {
    let mut name = String::new();
    for letter in format!("{bug:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
