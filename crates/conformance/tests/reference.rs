//! The reference server has full marks by the whole suite.
//!
//! A target of its own that needs little to be built: `scripts/mutants` builds and runs it once for each mutant.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anstream::StripStream;
use calc_conformance::language::Language;
use calc_conformance::report::Terminal;
use calc_conformance::run::{Event, Options, grade_blocking};
use calc_conformance::suite;
use calc_server::{Address, Limits, Listener};
use tokio::sync::oneshot;

/// As often as in `tests/proof/fairness.rs`.
const RUNS: usize = 3;

#[test]
fn the_reference_server_gets_full_marks() {
    let suite = suite::load("calc").unwrap_or_else(|problems| panic!("{problems}"));
    let (address, running) = reference_server();
    let target = address.to_string().parse().expect("a socket address is a target");
    for _ in 0..RUNS {
        let report =
            grade_blocking(&suite, &target, &Options::default()).expect("the system gives a runtime");
        let flaws = report.results.iter().filter(|result| result.is_flaw());
        let flaws: Vec<_> = flaws.map(|flaw| (&flaw.id, &flaw.verdict)).collect();
        assert!(flaws.is_empty(), "{flaws:#?}");
        assert_eq!(report.grade().out_of_100(), Some(100.0));
    }
    drop(running);
}

/// From `Summary` to the grade, word for word.
#[test]
fn the_readme_shows_its_grade() {
    let suite = suite::load("calc").unwrap_or_else(|problems| panic!("{problems}"));
    let (address, running) = reference_server();
    let target = address.to_string().parse().expect("a socket address is a target");
    let report = grade_blocking(&suite, &target, &Options::default()).expect("the system gives a runtime");
    drop(running);
    let mut out = StripStream::new(Vec::new());
    let mut terminal = Terminal::new(&mut out, &suite, Language::En, String::new());
    terminal.on(&Event::Finished(&report)).expect("memory takes it");
    let told = String::from_utf8(out.into_inner()).expect("a report is text");
    let told: Vec<_> = told.lines().filter(|line| !line.is_empty()).collect();
    let page = include_str!("../../../README.md");
    let shown = page.lines().skip_while(|line| *line != "Summary").take_while(|line| !line.starts_with('('));
    assert_eq!(shown.collect::<Vec<_>>(), told);
}

/// The cases wait and pause for half of these two seconds. The rest is work, of which an unoptimised build has more and a busy
/// machine gets less done; so the best of several attempts counts, and three seconds are granted where assertions slow it down.
#[test]
fn the_reference_server_is_graded_in_two_seconds() {
    let bound = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 2 });
    let suite = suite::load("calc").unwrap_or_else(|problems| panic!("{problems}"));
    let (address, running) = reference_server();
    let target = address.to_string().parse().expect("a socket address is a target");
    let mut times = Vec::new();
    while times.len() < 5 && times.iter().all(|took| *took >= bound) {
        let began = Instant::now();
        drop(grade_blocking(&suite, &target, &Options::default()).expect("the system gives a runtime"));
        times.push(began.elapsed());
    }
    drop(running);
    assert!(times.iter().any(|took| *took < bound), "{times:?}");
}

/// The reference server on a free port; it stops when the sender is dropped.
fn reference_server() -> (SocketAddr, oneshot::Sender<()>) {
    let (stop, stopped) = oneshot::channel();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = Listener::tcp((Ipv4Addr::LOCALHOST, 0).into()).expect("loopback has a free port");
            let Address::Tcp(address) = listener.address() else {
                panic!("a TCP listener has a TCP address")
            };
            tell.send(*address).expect("the test waits for the address");
            let stopped = async { drop(stopped.await) };
            calc_server::run(vec![listener], Limits::default(), stopped).await
        })
    });
    (told.recv().expect("the server starts"), stop)
}
