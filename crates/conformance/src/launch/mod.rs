//! The server under test as a process of ours: it is started on a port, watched, and started again where it dies.
//!
//! ```text
//!  Launcher ── start ──▶ Server                     the grader's process
//!                          │ control: orders, news, sockets (Unix socket)    ▲ stdout, stderr (two pipes)
//!  ────────────────────────┼─────────────────────────────────────────────────┼──────────────────────────
//!                   `conformance supervise --apart`  makes the namespaces    │
//!                   `conformance supervise`          init of its PID namespace, or child subreaper
//!                          └── sh -c COMMAND ── whatever it starts ──────────┘
//! ```
//!
//! A process of its own looks after the server, because only a process with one thread can enter a user namespace, because
//! orphans are given to a process and not to a thread, and because it notices when the grader has been killed: the control
//! socket ends then, and so does all that was started. The grader connects with sockets that the supervisor makes within the
//! server's network and hands over, so that no thread of the grader ever changes its own.
//!
//! This is hygiene, not a sandbox: the server reads and writes the files of the user who grades it.

mod args;
#[cfg(target_os = "linux")]
mod capture;
mod demise;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod environment;
mod failure;
#[cfg(target_os = "linux")]
mod launcher;
#[cfg(target_os = "linux")]
mod link;
#[cfg(target_os = "linux")]
mod message;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod supervise;
#[cfg(target_os = "linux")]
mod turn;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use args::{LaunchArgs, LaunchTerms};
pub use demise::{Demise, Excess, Exit, Incident, Printed};
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::supervise;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{Launcher, Link, Server, has_own_networks};
pub use failure::{Holder, StartFailure};
#[cfg(target_os = "linux")]
pub use launcher::{Launcher, has_own_networks};
#[cfg(target_os = "linux")]
pub use link::Link;
#[cfg(target_os = "linux")]
pub use server::Server;
#[cfg(target_os = "linux")]
pub(crate) use supervise::main as supervise;

/// What is started, and how.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The command, for `sh -c`; `{port}` in it is replaced.
    pub command: String,
    /// The directory in which it runs.
    pub directory: PathBuf,
    /// What is run once before it.
    pub build: Option<String>,
    /// Where it is going to listen.
    pub place: Place,
    /// When it is started again.
    pub restart: Restart,
    /// Whether it gets a network and process numbers of its own.
    pub isolation: Isolation,
    /// What it may use.
    pub limits: Limits,
    /// How long it may take until it listens.
    pub patience: Duration,
}

impl Spec {
    /// The port that a server has which does not say otherwise, the one of CALC/1.
    pub const PORT: u16 = 51216;

    /// What stands in a command for the port.
    pub const PLACEHOLDER: &str = "{port}";

    /// Java compiles a source file for some seconds before it runs it, and the machine may be busy.
    pub const PATIENCE: Duration = Duration::from_secs(15);
}

/// Where a server is going to listen. The dialect says whether a port is one of TCP or of UDP.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Place {
    /// On this port.
    Port(u16),
    /// On the one that its command is given.
    AnyPort,
    /// On a Unix socket.
    Unix(PathBuf),
}

/// When a server is started again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum Restart {
    /// When it has died or gone mute, so that this costs the case at fault and not those after it
    #[default]
    Died,
    /// Before every case
    Case,
    /// Never: a server that dies loses all that comes after
    Never,
}

/// Whether a server gets namespaces of its own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum Isolation {
    /// A network and process numbers of its own, where the kernel allows it
    #[default]
    Auto,
    /// The grader's network: for a server that needs another one, such as a database
    Off,
}

/// What the processes of a server may use together.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Limits {
    /// Processor time.
    pub cpu: Duration,
    /// Resident memory in octets.
    pub memory: u64,
    /// Time from its start to its end.
    pub wall: Duration,
}

impl Limits {
    /// A server that spins on two processors while it is graded uses less; one that is left alone for an hour uses it up.
    pub const CPU: Duration = Duration::from_secs(120);

    /// Java with its defaults takes a quarter of this for a small server.
    pub const MEMORY: u64 = 1024 * 1024 * 1024;

    /// No suite takes so long.
    pub const WALL: Duration = Duration::from_secs(600);
}

impl Default for Limits {
    fn default() -> Self {
        Self { cpu: Self::CPU, memory: Self::MEMORY, wall: Self::WALL }
    }
}
