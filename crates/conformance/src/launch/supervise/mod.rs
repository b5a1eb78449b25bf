//! `conformance supervise`: the process that starts a server, watches it, and leaves nothing of it behind.

mod apart;
mod holder;
mod listening;
mod netlink;
mod tables;
mod tree;
mod usage;
mod watch;

use std::io;
use std::os::fd::OwnedFd;
use std::process::ExitCode;

use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{
    Resource, Rlimit, Signal, getpid, set_child_subreaper, set_parent_process_death_signal, setrlimit,
};

use super::message::{News, Packet, receive, send};
use super::process::Surroundings;
use watch::Watch;

/// Supervises what the grader orders on the standard input, a Unix socket, until that ends.
pub(crate) fn main(apart: bool) -> ExitCode {
    let surroundings = if apart { Surroundings::Apart } else { Surroundings::Shared };
    match supervise(surroundings) {
        Ok(code) => code,
        // The standard error is the server's. The grader sees that the socket ends.
        Err(_) => ExitCode::FAILURE,
    }
}

fn supervise(surroundings: Surroundings) -> io::Result<ExitCode> {
    // Not inherited by what is started, and apart from the standard input, which is.
    let control = fcntl_dupfd_cloexec(io::stdin(), 3)?;
    match surroundings {
        Surroundings::Shared => watch(control),
        Surroundings::Apart => match apart::enter() {
            Ok(()) => apart::run_init(&control),
            Err(why) => {
                send(&control, &News::NotApart(why.to_string()), &[])?;
                Ok(ExitCode::FAILURE)
            }
        },
    }
}

fn watch(control: OwnedFd) -> io::Result<ExitCode> {
    if is_init() {
        // With its parent the namespace would lose the one who waits for it. (Elsewhere the parent is a thread of the
        // grader, which may end before the grader does.)
        set_parent_process_death_signal(Some(Signal::KILL))?;
    }
    set_child_subreaper(Some(getpid()))?;
    // A server that crashes forty times leaves no core behind.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // Where the memory of the machine runs out, it is the server that has to go, and not the grader.
    drop(std::fs::write("/proc/self/oom_score_adj", "1000"));
    if let Some((order, _)) = receive(&control, &mut Packet::new())? {
        Watch::new(control, order).run()?;
    }
    // The kernel ends a PID namespace with its init. Elsewhere the tree has been killed by now.
    Ok(ExitCode::SUCCESS)
}

/// Whether we are the first process of a namespace.
fn is_init() -> bool {
    std::process::id() == 1
}
