//! Whether there is a standard output. A module of the binary's alone, so that what runs before `main` is always linked.
//!
//! Where a process is started without one (`calc-client 1 2 + >&-`), Rust's runtime opens `/dev/null` in its place, lest the next
//! file or socket be taken for it, and what is printed is lost without a word. After that nothing tells it from a `/dev/null` that
//! somebody wanted, so it is looked at before.

use std::io;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(unix)]
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Runs before Rust's runtime is there, and needs nothing of it: it asks the system once.
#[cfg(unix)]
#[ctor::ctor]
fn look() {
    CLOSED.store(rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err(), Ordering::Relaxed);
}

/// The standard output.
///
/// # Errors
/// The process was started without one.
pub(crate) fn stdout() -> io::Result<io::Stdout> {
    #[cfg(unix)]
    if CLOSED.load(Ordering::Relaxed) {
        return Err(rustix::io::Errno::BADF.into());
    }
    Ok(io::stdout())
}
