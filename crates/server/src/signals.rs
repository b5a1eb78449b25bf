//! The signals that ask the server to stop.

use std::{io, time::Duration};

use tokio::time::{Instant, timeout_at};

/// How long further signals count as the same request to stop. One request often arrives twice: GNU `timeout` signals its
/// child and then the whole group, and an impatient Ctrl-C bounces. Nobody who waits for a server to end decides sooner that
/// it takes too long.
const SAME_REQUEST: Duration = Duration::from_secs(1);

/// SIGINT and SIGTERM; on Windows, Ctrl-C.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// Waits for the next signal that is a request of its own, and not the one that has just been heard once more.
    pub(crate) async fn next_request(&mut self) {
        let deadline = Instant::now() + SAME_REQUEST;
        while timeout_at(deadline, self.next()).await.is_ok() {}
        self.next().await;
    }
}

#[cfg(unix)]
impl Signals {
    /// From now on the signals no longer end the process.
    pub(crate) fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
impl Signals {
    /// From now on the signal no longer ends the process.
    pub(crate) fn catch() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) {
        self.interrupt.recv().await;
    }
}
