//! Namespaces: a network in which every port is free, and process numbers that end with their init.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitCode, Stdio};

use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use rustix::process::{getegid, geteuid};

use super::netlink::{Wanted, ask};

/// Enters namespaces of our own: as root at once, otherwise by a user namespace in which we are who we were.
pub(super) fn enter() -> io::Result<()> {
    let own = CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWPID;
    match unshare(own) {
        Ok(()) => {}
        Err(Errno::EPERM) => {
            let (user, group) = (geteuid().as_raw(), getegid().as_raw());
            unshare(own | CloneFlags::CLONE_NEWUSER)?;
            fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
            // The kernel demands this before an ordinary user maps a group.
            fs::write("/proc/self/setgroups", "deny")?;
            fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
        }
        Err(error) => return Err(error.into()),
    }
    // Some systems grant a user namespace and nothing within it; that shows here.
    raise_loopback()
}

/// Runs the supervisor itself as the first process of the PID namespace, and waits for its end.
pub(super) fn run_init(control: &OwnedFd) -> io::Result<ExitCode> {
    let mut init = Command::new("/proc/self/exe");
    init.arg("supervise").stdin(Stdio::from(control.try_clone()?));
    let status = init.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The loopback interface, which is always the first.
const LOOPBACK: i32 = 1;

/// What `ip link set lo up` does: one message to the kernel (rtnetlink(7)) and its answer.
fn raise_loopback() -> io::Result<()> {
    const RTM_NEWLINK: u16 = 16;
    const IFF_UP: u32 = 1;
    // ifinfomsg: family and padding, type, index, flags, which of them change.
    let mut body = vec![0; 4];
    body.extend(LOOPBACK.to_ne_bytes());
    body.extend(IFF_UP.to_ne_bytes());
    body.extend(IFF_UP.to_ne_bytes());
    ask(None, RTM_NEWLINK, Wanted::Deed, &body).map(drop)
}
