//! Namespaces: a network in which every port is free, and process numbers that end with their init.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitCode, Stdio};

use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};
use rustix::process::{getegid, geteuid};

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
    const NLM_F_REQUEST: u16 = 1;
    const NLM_F_ACK: u16 = 4;
    const IFF_UP: u32 = 1;
    const LENGTH: u32 = 32;
    let mut message = Vec::new();
    // nlmsghdr: length, type, flags, sequence, sender.
    message.extend(LENGTH.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend((NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes());
    message.extend([0; 8]);
    // ifinfomsg: family and padding, type, index, flags, which of them change.
    message.extend([0; 4]);
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    // Without a protocol it is the first one, NETLINK_ROUTE.
    let kernel = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    send(&kernel, &message, SendFlags::empty())?;
    let mut answer = [0; 64];
    let (length, _) = recv(&kernel, &mut answer, RecvFlags::empty())?;
    // nlmsgerr: behind the header stands the negated error, or 0.
    match answer[..length]
        .get(16..20)
        .map(|error| i32::from_ne_bytes([error[0], error[1], error[2], error[3]]))
    {
        Some(0) => Ok(()),
        Some(error) => Err(io::Error::from_raw_os_error(-error)),
        None => Err(io::Error::other("the kernel's answer is too short")),
    }
}
