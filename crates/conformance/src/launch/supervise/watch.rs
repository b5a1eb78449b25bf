//! Watching over what was started: until it listens, until it ends, until it takes too much, until nobody wants it any more.

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use rustix::process::{Pid, PidfdFlags, WaitOptions, WaitStatus, pidfd_open, wait};

use super::super::message::{
    Carrier, Family, Listening, News, Order, Packet, Request, SOCKETS, Task, receive, send,
};
use super::super::{Excess, Exit, Place, Spec};
use super::{holder, listening, tree, usage};

/// A supervisor and what it supervises.
pub(super) struct Watch {
    control: OwnedFd,
    order: Order,
    began: Instant,
    /// What was started, until it has ended.
    started: Option<(Pid, OwnedFd)>,
    phase: Phase,
    next_account: Instant,
    /// The Unix socket on which it listened, a file that a server which is killed leaves behind.
    socket: Option<PathBuf>,
}

/// What is waited for.
#[derive(Clone, Debug)]
enum Phase {
    /// That it listens, in steps that grow.
    Start { place: Place, port: u16, carrier: Carrier, patience: Duration, step: Duration },
    /// Its end.
    End,
}

/// Whether to go on.
enum Next {
    GoOn,
    Stop,
}

/// How often the tree is counted: rare enough to cost nothing, often enough that nobody takes all memory in between.
const ACCOUNT: Duration = Duration::from_millis(250);

/// The shortest time that any server takes until it listens, and the longest that it is found late.
const FIRST_STEP: Duration = Duration::from_millis(1);
const LAST_STEP: Duration = Duration::from_millis(10);

impl Watch {
    pub(super) fn new(control: OwnedFd, order: Order) -> Self {
        let began = Instant::now();
        Self {
            control,
            order,
            began,
            started: None,
            phase: Phase::End,
            next_account: began + ACCOUNT,
            socket: None,
        }
    }

    /// Starts the command and stays with it to its end.
    pub(super) fn run(&mut self) -> io::Result<()> {
        let begun = self.begin();
        let watched = match begun {
            Ok(Next::GoOn) => self.watch(),
            Ok(Next::Stop) => Ok(()),
            Err(error) => self.tell(&News::NotStarted(error.to_string())),
        };
        tree::kill_all();
        if let Some(path) = &self.socket {
            // It may have removed the file itself.
            drop(std::fs::remove_file(path));
        }
        watched
    }

    fn begin(&mut self) -> io::Result<Next> {
        let mut command = self.order.command.clone();
        let mut port_of_it = None;
        if let Task::Serve(place, carrier, patience) = &self.order.task {
            let (place, carrier, patience) = (place.clone(), *carrier, *patience);
            let port = listening::port_for(&place)?;
            if let (Place::Port(_), Some(holder)) = (&place, holder::holder_of(port, carrier)) {
                self.tell(&News::Held(port, holder))?;
                return Ok(Next::Stop);
            }
            if let Place::Port(_) | Place::AnyPort = place {
                command = command.replace(Spec::PLACEHOLDER, &port.to_string());
                port_of_it = Some(port);
            }
            self.phase = Phase::Start { place, port, carrier, patience, step: FIRST_STEP };
        }
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(command)
            .stdin(Stdio::null())
            .envs(port_of_it.map(|port| ("PORT", port.to_string())));
        // It is waited for with all the others, by number.
        let pid = i32::try_from(shell.spawn()?.id()).map_err(io::Error::other)?;
        let pid = Pid::from_raw(pid).ok_or_else(|| io::Error::other("a process without a number"))?;
        self.started = Some((pid, pidfd_open(pid, PidfdFlags::empty())?));
        Ok(Next::GoOn)
    }

    fn watch(&mut self) -> io::Result<()> {
        loop {
            if let Next::Stop = self.bury()? {
                return Ok(());
            }
            self.look_whether_it_listens()?;
            if let Some(excess) = self.account() {
                tree::kill_all();
                return self.tell(&News::Gone(Some(excess)));
            }
            if let Next::Stop = self.sleep()? {
                return Ok(());
            }
        }
    }

    /// Waits for those that have ended.
    fn bury(&mut self) -> io::Result<Next> {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status)))
                    if self.started.as_ref().is_some_and(|(started, _)| *started == pid) =>
                {
                    self.started = None;
                    self.tell(&News::Exited(exit_of(status)))?;
                    if let Task::Build = self.order.task {
                        tree::kill_all();
                        self.tell(&News::Gone(None))?;
                        return Ok(Next::Stop);
                    }
                }
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => return Ok(Next::GoOn),
                // Nobody is left.
                Err(_) => {
                    self.tell(&News::Gone(None))?;
                    return Ok(Next::Stop);
                }
            }
        }
    }

    fn look_whether_it_listens(&mut self) -> io::Result<()> {
        let Phase::Start { place, port, carrier, patience, step } = &mut self.phase else { return Ok(()) };
        *step = (*step * 2).min(LAST_STEP);
        if let Some(found) = listening::of_tree(place, *port, *carrier) {
            self.phase = Phase::End;
            if let Listening::Unix(path) = &found {
                self.socket = Some(path.clone());
            }
            self.tell(&News::Listening(found))
        } else if self.began.elapsed() > *patience {
            let place = match place {
                Place::Unix(path) => Place::Unix(path.clone()),
                Place::Port(_) | Place::AnyPort => Place::Port(*port),
            };
            self.phase = Phase::End;
            self.tell(&News::Silent(place, listening::elsewhere()))
        } else {
            Ok(())
        }
    }

    fn account(&mut self) -> Option<Excess> {
        if Instant::now() < self.next_account {
            return None;
        }
        self.next_account = Instant::now() + ACCOUNT;
        usage::excess(&self.order.limits, &tree::members(), self.began)
    }

    /// Until something is to be done.
    fn sleep(&self) -> io::Result<Next> {
        let time = match (&self.phase, &self.started) {
            (Phase::Start { step, .. }, _) => *step,
            // Nothing wakes us at the end of an orphan.
            (Phase::End, None) => LAST_STEP,
            (Phase::End, Some(_)) => self.next_account.saturating_duration_since(Instant::now()),
        };
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        let control = PollFd::new(&self.control, PollFlags::IN);
        let mut awaited = match &self.started {
            Some((_, end)) => vec![control, PollFd::new(end, PollFlags::IN)],
            None => vec![control],
        };
        match poll(&mut awaited, Some(&time)) {
            Ok(_) if !awaited[0].revents().is_empty() => self.serve(),
            Ok(_) | Err(Errno::INTR) => Ok(Next::GoOn),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes sockets for the grader, or sees that it is no more.
    fn serve(&self) -> io::Result<Next> {
        let Some((Request { number, carrier, family }, _)) = receive(&self.control, &mut Packet::new())?
        else {
            return Ok(Next::Stop);
        };
        let family = match family {
            Family::V4 => AddressFamily::INET,
            Family::V6 => AddressFamily::INET6,
        };
        let kind = match carrier {
            Carrier::Tcp => SocketType::STREAM,
            Carrier::Udp => SocketType::DGRAM,
        };
        let socket = || socket_with(family, kind, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK, None);
        match socket() {
            Ok(first) => {
                // Where the system has no more, it is told when the next is asked for.
                let others = (1..SOCKETS).map_while(|_| socket().ok());
                let sockets: Vec<_> = std::iter::once(first).chain(others).collect();
                send(&self.control, &News::Sockets(number), &sockets)?;
            }
            Err(error) => self.tell(&News::NoSocket(number, error.raw_os_error()))?,
        }
        Ok(Next::GoOn)
    }

    fn tell(&self, news: &News) -> io::Result<()> {
        send(&self.control, news, &[])
    }
}

/// How the command ended. A shell that started it as a child of its own tells a signal by a code.
fn exit_of(status: WaitStatus) -> Exit {
    const SHELL: i32 = 128;
    let name = |signal: i32| Signal::try_from(signal).map(|signal| signal.as_str().to_owned()).ok();
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => name(code - SHELL).map_or(Exit::Code(code), Exit::Signal),
        (None, Some(signal)) => Exit::Signal(name(signal).unwrap_or_else(|| format!("signal {signal}"))),
        (None, None) => Exit::Code(0),
    }
}
