//! The limit of open files, of which every connection takes one.

/// More connections than this system lets one program have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{connections} connections need {needed} open files, and this system allows {most} (`ulimit -Hn`)")]
pub struct TooManyFiles {
    connections: usize,
    needed: u64,
    most: u64,
}

/// What a program has open beside the connections: the three standard streams, and those of the event loops.
#[cfg(unix)]
const OTHER_FILES: u64 = 64;

/// Raises the limit of open files as far as so many connections need.
///
/// # Errors
/// The system does not allow so many.
#[cfg(unix)]
pub fn make_room(connections: usize) -> Result<(), TooManyFiles> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let needed = connections as u64 + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|_| TooManyFiles {
        connections,
        needed,
        most: limit.maximum.or(limit.current).unwrap_or_default(),
    })
}

/// This system has no such limit.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn make_room(_connections: usize) -> Result<(), TooManyFiles> {
    Ok(())
}
