//! Where servers share a network, those with the same fixed port run one after another, whoever grades them.

use std::fs::{File, OpenOptions};
use std::io;

/// The right to a port of this machine, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _lock: File,
}

impl Turn {
    /// Waits for it. The lock is the kernel's: it ends with the process that has it.
    pub(super) async fn take(port: u16) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("conformance-port-{port}.lock"));
        let wait = move || {
            let file = OpenOptions::new().append(true).create(true).open(&path);
            // Another user's file can be locked as well, but not written.
            let file = file.or_else(|_| File::open(&path))?;
            file.lock()?;
            Ok(Self { _lock: file })
        };
        tokio::task::spawn_blocking(wait).await.map_err(io::Error::other)?
    }
}
