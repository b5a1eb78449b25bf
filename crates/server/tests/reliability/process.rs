//! What the system tells about a running server, and how its limits and those of the test are set.

use std::{fs, process::Child, time::Duration};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

/// The memory that a process occupies, and the most that it ever did, in octets.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) now: usize,
    pub(crate) most: usize,
}

pub(crate) fn memory(process: &Child) -> Memory {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let octets = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
        value.trim().strip_suffix(" kB").expect("kB").parse::<usize>().unwrap() * 1024
    };
    Memory { now: octets("VmRSS:"), most: octets("VmHWM:") }
}

/// How many descriptors it has open.
pub(crate) fn descriptors(process: &Child) -> usize {
    fs::read_dir(format!("/proc/{}/fd", process.id())).unwrap().count()
}

/// The processor time that it has used.
pub(crate) fn processor_time(process: &Child) -> Duration {
    /// In what /proc counts it on every Linux.
    const TICK: Duration = Duration::from_millis(10);
    let fields = fields_of_stat(process);
    let ticks: u32 = fields[11..13].iter().map(|ticks| ticks.parse::<u32>().unwrap()).sum();
    TICK * ticks
}

/// Whether SIGSTOP has stopped it.
pub(crate) fn is_stopped(process: &Child) -> bool {
    fields_of_stat(process)[0] == "T"
}

/// Lets the test itself have as many connections as the system allows it, and tells how many descriptors that are.
pub(crate) fn raise_own_limit() -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    maximum.map_or(usize::MAX, |maximum| usize::try_from(maximum).unwrap())
}

/// How many descriptors a process may have from now on, as far as its hard limit goes.
pub(crate) fn limit_descriptors(process: &Child, count: usize) {
    let pid = Pid::from_child(process);
    let maximum = getrlimit(Resource::Nofile).maximum;
    prlimit(Some(pid), Resource::Nofile, Rlimit { current: Some(count as u64), maximum }).unwrap();
}

/// From the state on, which follows the name in brackets.
fn fields_of_stat(process: &Child) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    fields.split(' ').map(str::to_owned).collect()
}
