//! What is graded: a server that is there, or one that is started for it.

use crate::connection::{Network, Target};
use crate::format::Transport;
use crate::launch::{Launcher, Restart, Server, StartFailure};

/// What is graded.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A server that somebody else has started.
    At(&'a Target),
    /// One that we start, and start again where it dies.
    Launched(&'a Launcher),
}

impl<'a> From<&'a Target> for Subject<'a> {
    fn from(target: &'a Target) -> Self {
        Self::At(target)
    }
}

impl Subject<'_> {
    /// Where it is, as far as that is known before it runs.
    #[must_use]
    pub fn target(self) -> Target {
        match self {
            Self::At(target) => target.clone(),
            Self::Launched(launcher) => launcher.target(),
        }
    }
}

/// A launched server in the course of a run.
#[derive(Debug)]
pub(super) struct Launched<'a> {
    launcher: &'a Launcher,
    transport: Transport,
    server: Option<Server>,
    wear: Wear,
}

/// Whether the server that runs has been spoken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wear {
    Unused,
    Used,
}

impl<'a> Launched<'a> {
    pub(super) const fn new(launcher: &'a Launcher, transport: Transport) -> Self {
        Self { launcher, transport, server: None, wear: Wear::Unused }
    }

    pub(super) const fn policy(&self) -> Restart {
        self.launcher.spec().restart
    }

    pub(super) const fn running(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    pub(super) const fn server(&mut self) -> Option<&mut Server> {
        self.server.as_mut()
    }

    /// Builds it and starts it for the first time, for the preflight.
    pub(super) async fn first_start(&mut self) -> Result<&Server, StartFailure> {
        self.launcher.build().await?;
        let server = self.launcher.start(self.transport, None).await?;
        self.wear = Wear::Used;
        Ok(self.server.insert(server))
    }

    /// Starts it, in place of the one that runs, if one does.
    pub(super) async fn start(&mut self) -> Result<&Server, StartFailure> {
        let server = self.launcher.start(self.transport, self.server.take()).await?;
        self.wear = Wear::Unused;
        Ok(self.server.insert(server))
    }

    /// From here on, what it is told and what it prints belongs to the next case.
    pub(super) fn begin_use(&mut self) {
        self.wear = Wear::Used;
        if let Some(server) = &mut self.server {
            server.mark();
        }
    }

    /// Whether it runs and nobody has spoken to it.
    pub(super) fn is_unused(&self) -> bool {
        self.server.is_some() && self.wear == Wear::Unused
    }

    pub(super) fn network(&self) -> Network {
        self.server.as_ref().map_or_else(Network::default, Server::network)
    }
}
