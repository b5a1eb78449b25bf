//! The processes that come from us.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;
use std::time::Duration;

use procfs::process::{Process, Stat, all_processes};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

use super::is_init;

/// A process and what /proc says of it.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) process: Process,
    pub(super) stat: Stat,
}

/// All that descend from us. (The numbers are those of /proc, which in a namespace are not those of our calls.)
pub(super) fn members() -> Vec<Member> {
    let Ok(own) = Process::myself() else { return Vec::new() };
    let all = all_processes().into_iter().flatten().flatten();
    let with_stat =
        |process: Process| process.stat().ok().map(|stat| (process.pid, Member { process, stat }));
    let mut all: BTreeMap<i32, Member> = all.filter_map(with_stat).collect();
    let mut tree = BTreeSet::from([own.pid]);
    loop {
        let before = tree.len();
        let children =
            all.values().filter(|member| tree.contains(&member.stat.ppid)).map(|member| member.process.pid);
        tree.extend(children.collect::<Vec<_>>());
        if tree.len() == before {
            break;
        }
    }
    tree.remove(&own.pid);
    tree.iter().filter_map(|pid| all.remove(pid)).collect()
}

/// Kills all that descend from us, and waits for it. Orphans come to us, so that none escapes.
pub(super) fn kill_all() {
    /// Whoever forks in a loop forks slower than this kills.
    const MOST_ROUNDS: u32 = 5000;
    // The kernel does it, when we exit, at once and for all.
    if is_init() {
        return;
    }
    for _ in 0..MOST_ROUNDS {
        for member in members() {
            if let Some(pid) = Pid::from_raw(member.process.pid) {
                // It may be dead already.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
        sleep(Duration::from_micros(200));
    }
}
