//! A load on a server: the same messages again and again on many connections, each reply compared octet by octet with the one
//! that is due, and the time that it took.
//!
//! ```text
//!   calculations        Spoken           Prepared                     Worker, one a thread
//!  ┌────────────┐   ┌─────────────┐   ┌─────────────┐   ┌───────────────────────────────────────┐
//!  │ 1 2 + = 3  │ → │ turns of a  │ → │ two tapes:  │ → │ Pace: when  →  Client: write, compare │ ◀──▶ the server
//!  └────────────┘   │ dialect     │   │ what is said│   │                   ↓                   │
//!    --send --reply └─ rehearsed ─┘   │ what is due │   │                 Tally                 │
//!  ─────────────────────────────────▶ └─────────────┘   └───────────────────────────────────────┘
//! ```
//!
//! No pattern is looked for under load: the replies of a dialect are learned, octet by octet, in a dialogue before it, in which the
//! dialect's own matchers say whether they are right.
//!
//! In a closed loop every connection has so many messages under way, and asks for more as they are answered; latency is counted
//! from the asking. In an open loop messages are due at a rate, whatever the server does, and latency is counted from when they
//! were due: a server that stops for a second is charged with every message that would have been asked in it, and not only
//! with the one that was waiting (coordinated omission).

mod client;
mod dial;
mod fault;
mod files;
mod pace;
mod script;
mod summary;
mod talk;
mod tally;
mod tape;
mod worker;

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use client::Client;
use dial::Route;
pub use fault::{Blame, Due, Ending, Fault, Wrong};
pub use files::{TooManyFiles, make_room};
use pace::{Pace, Schedule, Supply};
use script::Prepared;
pub use script::{Calculation, Pairs, Script, ScriptError, Spoken};
pub use summary::{Latency, Summary};
use tally::{Span, Tally, Time};
use worker::{Terms, Worker};

use crate::connection::Target;

/// How the load is put on.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the server is.
    pub target: Target,
    /// Our own addresses, which connections take in turn; none where the system may choose.
    pub sources: Vec<IpAddr>,
    /// How many connections; at least one.
    pub connections: usize,
    /// The most messages that are under way on each; at least one.
    pub depth: u64,
    /// How many messages are due in a second, in an open loop; in a closed loop, none is ever due.
    pub rate: Option<f64>,
    /// What goes before the measurement.
    pub warm_up: Duration,
    /// How much is measured.
    pub extent: Extent,
    /// The longest that a connection or a reply is waited for.
    pub patience: Duration,
    /// How many threads share the connections; at least one.
    pub threads: usize,
}

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// What is asked in this time.
    Time(Duration),
    /// So many messages.
    Count(u64),
}

/// How far the load is, and the means to stop it.
#[derive(Debug, Default)]
pub struct Monitor {
    opened: AtomicU64,
    replies: AtomicU64,
    stopped: AtomicBool,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// What was measured, if the load began.
    pub summary: Option<Summary>,
    /// What ended it before its time.
    pub fault: Option<Fault>,
}

impl Monitor {
    /// Connections that have been opened.
    pub fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Replies that have come under load.
    pub fn replies(&self) -> u64 {
        self.replies.load(Ordering::Relaxed)
    }

    /// Ends the load as soon as may be.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn has_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Puts a load on a server. Returns when it is over, which `monitor` can hasten.
#[must_use]
pub fn run(plan: &Plan, script: &Script, monitor: &Monitor) -> Outcome {
    match rehearsed(plan, script) {
        Ok((route, script)) => under_load(plan, &route, &script, monitor),
        Err(fault) => Outcome { summary: None, fault: Some(fault) },
    }
}

/// The route by which the target can be reached, and the octets that it says.
fn rehearsed(plan: &Plan, script: &Script) -> Result<(Route, Prepared), Fault> {
    let mut why = "the name has no address of the same kind as the source addresses".to_owned();
    for route in Route::all(&plan.target, &plan.sources, plan.patience)? {
        match script.prepared(&route, plan.patience) {
            Ok(script) => return Ok((route, script)),
            Err(Fault::Refused { why: refused, .. }) => why = refused,
            Err(fault) => return Err(fault),
        }
    }
    Err(Fault::Unreachable(why))
}

/// Opens the connections, each thread its own, and lets all threads begin at once.
fn under_load(plan: &Plan, route: &Route, script: &Prepared, monitor: &Monitor) -> Outcome {
    let threads = plan.threads.min(plan.connections);
    let (barrier, start) = (Barrier::new(threads), OnceLock::new());
    let opening = Instant::now();
    let thread = |thread: usize| {
        let opened = open(plan, route, script, monitor, thread..plan.connections, threads);
        let worker = opened.and_then(|clients| {
            let pace = pace(plan, thread, threads, clients.len());
            let worker = Worker::new(clients, pace, terms(plan), script, monitor);
            worker.map_err(|error| Fault::Local { connection: thread + 1, why: error.to_string() })
        });
        if worker.is_err() {
            monitor.stop();
        }
        barrier.wait();
        let (tally, fault) = match worker {
            Ok(_) if monitor.has_stopped() => (Tally::new(), None),
            Ok(worker) => worker.run(*start.get_or_init(Instant::now)),
            Err(fault) => (Tally::new(), Some(fault)),
        };
        if fault.is_some() {
            monitor.stop();
        }
        (tally, fault)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|number| scope.spawn(move || thread(number))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut all = Tally::new();
    results.iter().for_each(|(tally, _)| all.add(tally));
    let fault = results.into_iter().find_map(|(_, fault)| fault);
    let summary = start.get().map(|start| {
        let opening = start.duration_since(opening);
        Summary::new(plan, terms(plan).span, &all, opening, fault.is_some() || monitor.has_stopped())
    });
    Outcome { summary, fault }
}

/// The connections of one thread: every so many of all.
fn open(
    plan: &Plan,
    route: &Route,
    script: &Prepared,
    monitor: &Monitor,
    numbers: std::ops::Range<usize>,
    threads: usize,
) -> Result<Vec<Client>, Fault> {
    let mut clients = Vec::new();
    for number in numbers.step_by(threads) {
        if monitor.has_stopped() {
            break;
        }
        let (stream, came) = script.open(route, number, plan.patience)?;
        clients.push(Client::new(stream, number + 1, &came, script)?);
        monitor.opened.fetch_add(1, Ordering::Relaxed);
    }
    Ok(clients)
}

/// From when to when is measured.
fn terms(plan: &Plan) -> Terms {
    let nanos = |duration: Duration| Time::try_from(duration.as_nanos()).unwrap_or(Time::MAX);
    let from = nanos(plan.warm_up);
    let to = match plan.extent {
        Extent::Time(time) => from.saturating_add(nanos(time)),
        Extent::Count(_) => Time::MAX,
    };
    Terms { span: Span { from, to }, depth: plan.depth, patience: plan.patience }
}

/// A thread's share of what is asked.
fn pace(plan: &Plan, thread: usize, threads: usize, clients: usize) -> Pace {
    let span = terms(plan).span;
    let count = match plan.extent {
        Extent::Time(_) => u64::MAX,
        Extent::Count(count) => count / threads as u64 + u64::from((thread as u64) < count % threads as u64),
    };
    match plan.rate {
        None => Pace::Closed(Supply { span, left: count }),
        Some(rate) => {
            let between_all = 1e9 / rate;
            let first = between_all * thread as f64;
            Pace::Open(Schedule::new(first, between_all * threads as f64, clients, span, count))
        }
    }
}
