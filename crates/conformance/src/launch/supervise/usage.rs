//! What the processes of a server use together.

use std::time::{Duration, Instant};

use procfs::process::Process;

use super::super::{Excess, Limits};
use super::tree::Member;

/// No student's server needs more processes; whoever has them forks in a loop.
const MOST_PROCESSES: usize = 500;

/// The limit that is passed, if one is.
pub(super) fn excess(limits: &Limits, tree: &[Member], began: Instant) -> Option<Excess> {
    if tree.len() > MOST_PROCESSES {
        Some(Excess::Processes(MOST_PROCESSES))
    } else if began.elapsed() > limits.wall {
        Some(Excess::Wall(limits.wall))
    } else if cpu(tree) > limits.cpu {
        Some(Excess::Cpu(limits.cpu))
    // What processes share is counted once, but that is dearer to find out.
    } else if resident(tree) > limits.memory && proportional(tree) > limits.memory {
        Some(Excess::Memory(limits.memory))
    } else {
        None
    }
}

/// The time of those that live, and of those that have ended, which their parents account for.
fn cpu(tree: &[Member]) -> Duration {
    let waited_for = |cutime: i64, cstime: i64| u64::try_from(cutime + cstime).unwrap_or_default();
    let living =
        tree.iter().map(|Member { stat, .. }| stat.utime + stat.stime + waited_for(stat.cutime, stat.cstime));
    let own = Process::myself().and_then(|process| process.stat());
    let orphans = own.map(|stat| waited_for(stat.cutime, stat.cstime)).unwrap_or_default();
    Duration::from_millis((living.sum::<u64>() + orphans) * 1000 / procfs::ticks_per_second())
}

fn resident(tree: &[Member]) -> u64 {
    tree.iter().map(|member| member.stat.rss * procfs::page_size()).sum()
}

fn proportional(tree: &[Member]) -> u64 {
    let of = |member: &Member| {
        let rollup = member.process.smaps_rollup().ok()?;
        rollup.memory_map_rollup.0.first()?.extension.map.get("Pss").copied()
    };
    tree.iter().map(|member| of(member).unwrap_or_else(|| member.stat.rss * procfs::page_size())).sum()
}
