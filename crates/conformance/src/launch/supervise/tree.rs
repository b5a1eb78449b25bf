//! The processes that come from us.

use std::collections::BTreeSet;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use procfs::process::{Process, Stat};
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
    let parents = parents();
    let mut tree = BTreeSet::from([own.pid]);
    loop {
        let before = tree.len();
        let children = parents.iter().filter(|(_, parent)| tree.contains(parent)).map(|(child, _)| *child);
        tree.extend(children.collect::<Vec<_>>());
        if tree.len() == before {
            break;
        }
    }
    tree.remove(&own.pid);
    let member = |pid| {
        let process = Process::new(pid).ok()?;
        let stat = process.stat().ok()?;
        Some(Member { process, stat })
    };
    tree.into_iter().filter_map(member).collect()
}

/// Every process of the machine and its parent, with as few calls of the system as it takes. (Not every kernel lists a
/// process's children.)
fn parents() -> Vec<(i32, i32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |pid: i32| {
        // The name in brackets may have brackets in it. Behind it stand the state and the parent.
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, rest) = stat.rsplit_once(')')?;
        Some((pid, rest.split_ascii_whitespace().nth(1)?.parse().ok()?))
    };
    entries.filter_map(|entry| parent(entry.file_name().to_str()?.parse().ok()?)).collect()
}

/// The same without what /proc says.
pub(super) fn processes() -> Vec<Process> {
    members().into_iter().map(|member| member.process).collect()
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
