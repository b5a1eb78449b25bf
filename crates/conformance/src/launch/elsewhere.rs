//! Where there is neither /proc nor a child subreaper, no server is started.

use std::process::ExitCode;

use super::{Demise, Incident, Spec, StartFailure};
use crate::connection::{Address, Network, Target};
use crate::format::Transport;

/// There is nothing to supervise.
pub(crate) const fn supervise(_apart: bool) -> ExitCode {
    ExitCode::FAILURE
}

/// Says that it cannot start a server here.
#[derive(Debug)]
pub struct Launcher {
    spec: Spec,
}

/// There is none.
#[derive(Debug)]
pub enum Link {}

/// There is none.
#[derive(Debug)]
pub enum Server {}

/// No server is started here, and so none has a network.
pub async fn has_own_networks(_program: &std::path::Path) -> bool {
    false
}

impl Launcher {
    /// A launcher that only refuses.
    #[must_use]
    pub const fn new(spec: Spec) -> Self {
        Self { spec }
    }

    /// What it would start.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Where the server would be.
    #[must_use]
    pub fn target(&self) -> Target {
        Target::Host { host: "127.0.0.1".to_owned(), port: Spec::PORT }
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub async fn build(&self) -> Result<(), StartFailure> {
        Err(StartFailure::Unsupported)
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub async fn start(&self, _: Transport, _: Option<Server>) -> Result<Server, StartFailure> {
        Err(StartFailure::Unsupported)
    }
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> &Address {
        match *self {}
    }

    /// The network in which that is.
    #[must_use]
    pub const fn network(&self) -> Network {
        match *self {}
    }

    /// Its end, if it has come to it.
    pub async fn demise(&self) -> Option<Demise> {
        match *self {}
    }

    /// Its end, if it seems to be coming to it.
    pub async fn imminent_demise(&self) -> Option<Demise> {
        match *self {}
    }

    /// From here on, what it prints belongs to the next case.
    pub const fn mark(&mut self) {
        match *self {}
    }

    /// What it printed since it was marked.
    pub const fn incident(&mut self, _: Option<Demise>) -> Incident {
        match *self {}
    }
}
