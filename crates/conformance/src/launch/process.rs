//! A supervisor as a process of the grader's, with all that it supervises.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, Shutdown, SocketFlags, SocketType, shutdown, socketpair};

use super::capture::Capture;
use super::environment::environment;
use super::message::Order;
use super::{Link, Printed};

/// All that was started for one start of a server. It ends with this value.
#[derive(Debug)]
pub(super) struct Process {
    supervisor: Child,
    link: Arc<Link>,
    /// The same socket as the link's, which others may hold longer.
    hangup: OwnedFd,
    stdout: Capture,
    stderr: Capture,
}

/// Where the supervisor runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Surroundings {
    /// In namespaces of its own.
    Apart,
    /// In those of the grader.
    Shared,
}

/// How much of both outputs was there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    stdout: u64,
    stderr: u64,
}

/// To kill what is left takes the kernel milliseconds; on a machine that swaps, more.
const LAST_RITES: Duration = Duration::from_secs(5);

impl Process {
    /// Starts a supervisor in a directory and gives it its order.
    pub(super) async fn spawn(
        program: &Path,
        directory: &Path,
        surroundings: Surroundings,
        order: &Order,
    ) -> io::Result<Self> {
        let pair = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        let (ours, theirs) = pair;
        let mut command = Command::new(program);
        command.arg("supervise");
        match surroundings {
            Surroundings::Apart => drop(command.arg("--apart")),
            Surroundings::Shared => {}
        }
        // A process group of its own: an interrupt at the terminal is the grader's, which then ends the rest in order.
        command.env_clear().envs(environment()).current_dir(directory).process_group(0);
        command.stdin(Stdio::from(theirs)).stdout(Stdio::piped()).stderr(Stdio::piped());
        let hangup = ours.try_clone()?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        let link = Arc::new(Link::new(ours)?);
        let mut supervisor = command.spawn()?;
        drop(command);
        let (Some(stdout), Some(stderr)) = (supervisor.stdout.take(), supervisor.stderr.take()) else {
            return Err(io::Error::other("a pipe that was asked for is not there"));
        };
        let (stdout, stderr) = (Capture::of(stdout), Capture::of(stderr));
        let process = Self { supervisor, link, hangup, stdout, stderr };
        process.link.order(order).await?;
        Ok(process)
    }

    pub(super) const fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// The place in the outputs where they stand now.
    pub(super) fn mark(&self) -> Mark {
        Mark { stdout: self.stdout.position(), stderr: self.stderr.position() }
    }

    /// What was printed since then.
    pub(super) fn printed_since(&self, mark: Mark) -> Printed {
        Printed { stdout: self.stdout.since(mark.stdout), stderr: self.stderr.since(mark.stderr) }
    }

    /// Ends all of it, if it has not ended, and waits until it has, with the last of what it printed.
    pub(super) fn end(&mut self) {
        // The other end may be gone already.
        let _ = shutdown(&self.hangup, Shutdown::Both);
        let deadline = Instant::now() + LAST_RITES;
        while let Ok(None) = self.supervisor.try_wait() {
            if Instant::now() > deadline {
                drop(self.supervisor.kill());
                drop(self.supervisor.wait());
                break;
            }
            sleep(Duration::from_micros(500));
        }
        self.stdout.wait(LAST_RITES);
        self.stderr.wait(LAST_RITES);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
