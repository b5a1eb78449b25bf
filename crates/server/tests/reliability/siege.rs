//! An attack on a server, and a polite client beside it that must not notice.

use std::{
    env, fmt,
    io::{Read as _, Write as _},
    iter::successors,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::{
    process::{descriptors, memory, raise_own_limit},
    support::{PATIENCE, Server, answer},
};

/// A transaction of the polite client, and its replies.
pub(crate) const CYCLE: [(&str, &str); 4] =
    [("CLEAR\n", "OK\n"), ("1\n", "OK\n"), ("2\n", "OK\n"), ("+\n", "RESULT 3\n")];

/// What the server may take whoever connects: itself, its threads and what the allocator keeps.
const MEMORY: usize = 32 << 20;

/// How much longer than from an idle server a reply may take, for 99 of 100.
const DELAY: Duration = Duration::from_millis(50);

/// How often the polite client speaks.
const PACE: Duration = Duration::from_millis(1);

/// How much of everything there is.
#[derive(Clone, Copy)]
pub(crate) enum Scale {
    /// What CI has time for.
    Short,
    /// What `scripts/soak` asks for.
    Long,
}

impl Scale {
    pub(crate) fn of_this_run() -> Self {
        match env::var("RELIABILITY").as_deref() {
            Ok("long") => Self::Long,
            Ok(other) => panic!("RELIABILITY is long or not set, and not {other}"),
            Err(_) => Self::Short,
        }
    }

    pub(crate) fn pick<T>(self, short: T, long: T) -> T {
        match self {
            Self::Short => short,
            Self::Long => long,
        }
    }
}

/// What is done to the server.
pub(crate) struct Siege<'a> {
    pub(crate) name: &'a str,
    /// Arguments of the server, beside where it listens.
    pub(crate) args: &'a [&'a str],
    /// How many connections the attack has at the same time, and what the server may take for each.
    pub(crate) connections: usize,
    pub(crate) memory_each: usize,
}

impl Siege<'_> {
    /// Attacks a new server, once or for as long as the run is to last. Beside it a client that has connected before gets every
    /// reply, the memory stays within its bounds, and afterwards newcomers are served and nothing of the attack is left open.
    ///
    /// How long that client waits is held against one of an idle server at the same time, which has the same noise of the machine
    /// and the same attack beside it.
    pub(crate) fn lay(&self, attack: impl Fn(&Server) + Sync) {
        raise_own_limit();
        let scale = Scale::of_this_run();
        let args = ["--host", "127.0.0.1", "--port", "0"];
        let server = Server::start(1, args.iter().chain(self.args).copied());
        let idle_server = Server::start(1, args);
        let mut polite = Polite::connect(&server);
        let mut elsewhere = Polite::connect(&idle_server);
        polite.talk(|| false); // so that it is accepted, and not only in the queue
        let open = descriptors(&server.child);
        let start = Instant::now();
        let (besieged, idle) = thread::scope(|scope| {
            let attack = scope.spawn(|| {
                yield_to_others();
                attack(&server);
                while start.elapsed() < scale.pick(Duration::ZERO, Duration::from_secs(15)) {
                    attack(&server);
                }
            });
            let latencies = thread::scope(|scope| {
                let idle = scope.spawn(|| elsewhere.talk(|| !attack.is_finished()));
                (polite.talk(|| !attack.is_finished()), idle.join().unwrap())
            });
            attack.join().unwrap();
            latencies
        });
        let cycle = CYCLE.map(|(message, _)| message).concat();
        assert_eq!(answer(&server.addresses[0], &cycle), CYCLE.map(|(_, reply)| reply).concat());
        let start = Instant::now();
        while descriptors(&server.child) > open {
            assert!(start.elapsed() < PATIENCE, "{}: connections are kept", self.name);
            thread::sleep(Duration::from_millis(10));
        }
        let most = memory(&server.child).most;
        println!("{}: {} KiB at most; besieged {besieged}; idle {idle}", self.name, most >> 10);
        let allowed = MEMORY + self.connections * self.memory_each;
        assert!(most <= allowed, "{}: {most} octets of memory, and {allowed} are allowed", self.name);
        if let Scale::Long = scale {
            let bound = idle.percentile(99) + DELAY;
            assert!(besieged.percentile(99) <= bound, "{}: {besieged}, and idle {idle}", self.name);
        }
    }
}

/// Has this thread, and those that it starts, run when nobody else wants to: attackers come with processors of their own, and theirs
/// are not to be taken from the server.
fn yield_to_others() {
    const NICEST: i32 = 19;
    rustix::process::setpriority_process(None, NICEST).unwrap();
}

/// A client that waits for each reply before it sends the next message.
pub(crate) struct Polite(TcpStream);

impl Polite {
    pub(crate) fn connect(server: &Server) -> Self {
        Self(server.connect())
    }

    /// Sends a message, each [`PACE`] after the last reply, for at least a few transactions and as long as it is told to.
    ///
    /// A long wait counts as often as messages would have been sent in it: otherwise the longer a wait, the less it would
    /// weigh.
    pub(crate) fn talk(&mut self, go_on: impl Fn() -> bool) -> Latencies {
        const LEAST: usize = 25 * CYCLE.len();
        let mut latencies = Vec::new();
        while latencies.len() < LEAST || go_on() {
            for (message, reply) in CYCLE {
                thread::sleep(PACE);
                let sent = Instant::now();
                self.0.write_all(message.as_bytes()).unwrap();
                let mut received = vec![0; reply.len()];
                self.0.read_exact(&mut received).expect("a reply to the polite client");
                assert_eq!(String::from_utf8_lossy(&received), reply, "to {message:?}");
                latencies.extend(successors(Some(sent.elapsed()), |wait| wait.checked_sub(PACE)));
            }
        }
        latencies.sort_unstable();
        Latencies(latencies)
    }
}

/// How long replies took, in ascending order.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    fn percentile(&self, percent: usize) -> Duration {
        self.0[(self.0.len() - 1) * percent / 100]
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, p99, longest] = [50, 99, 100].map(|percent| self.percentile(percent));
        write!(f, "median {median:.1?}, p99 {p99:.1?}, longest {longest:.1?} of {}", self.0.len())
    }
}
