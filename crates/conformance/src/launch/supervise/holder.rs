//! Who has a port that a server wants.

use procfs::process::{Process, all_processes};

use super::super::Holder;
use super::super::message::Carrier;
use super::listening::{inodes, on_port};

/// The process that listens on a port, if one does, and who it is, if that can be seen.
pub(super) fn holder_of(port: u16, carrier: Carrier) -> Option<Option<Holder>> {
    let listener = on_port(port, carrier)?;
    let mut processes = all_processes().into_iter().flatten().flatten();
    let holder = processes.find(|process| inodes(std::slice::from_ref(process)).contains(&listener.inode));
    Some(holder.map(|process| Holder { pid: process.pid, command: command(&process) }))
}

fn command(process: &Process) -> String {
    process.cmdline().unwrap_or_default().join(" ")
}
