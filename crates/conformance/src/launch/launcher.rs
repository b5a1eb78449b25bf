//! Starting a server: once it listens, it can be graded.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::message::{Carrier, News, Order, Task};
use super::process::{Mark, Process, Surroundings};
use super::turn::Turn;
use super::{Demise, Exit, Isolation, Limits, Place, Server, Spec, StartFailure};
use crate::connection::Target;
use crate::format::Transport;

/// Starts one server as often as it is wanted.
#[derive(Debug)]
pub struct Launcher {
    spec: Spec,
    /// The program that is the supervisor when it is called with `supervise`.
    program: PathBuf,
    /// Why there are no namespaces, once that is known.
    not_apart: OnceLock<String>,
}

impl Launcher {
    /// A launcher within the program `conformance`, which is its own supervisor.
    #[must_use]
    pub fn new(spec: Spec) -> Self {
        // Not by its name: the file may be replaced while we run.
        Self::supervised_by(spec, PathBuf::from("/proc/self/exe"))
    }

    /// A launcher within another program, with the path of `conformance`.
    #[must_use]
    pub const fn supervised_by(spec: Spec, program: PathBuf) -> Self {
        Self { spec, program, not_apart: OnceLock::new() }
    }

    /// What it starts.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Where the server will be, as far as that is known before it runs.
    #[must_use]
    pub fn target(&self) -> Target {
        let port = match &self.spec.place {
            Place::Unix(path) => return Target::Unix(path.clone()),
            Place::Port(port) => *port,
            Place::AnyPort => Spec::PORT,
        };
        Target::Host { host: "127.0.0.1".to_owned(), port }
    }

    /// Runs the command that comes before the server, if there is one.
    ///
    /// # Errors
    /// It fails, or it cannot be run.
    pub async fn build(&self) -> Result<(), StartFailure> {
        let Some(command) = self.spec.build.clone() else { return Ok(()) };
        let order = Order { command, task: Task::Build, limits: self.spec.limits };
        // A build may have to fetch something.
        let mut process = self.spawn(Surroundings::Shared, &order).await?;
        while let Some(news) = process.link().news().await {
            if let News::NotStarted(why) = news {
                return Err(StartFailure::System(why));
            }
        }
        process.end();
        let demise = process.link().exit().await;
        if demise == (Demise { exit: Some(Exit::Code(0)), excess: None }) {
            Ok(())
        } else {
            Err(StartFailure::Build(demise, process.printed_since(Mark::default())))
        }
    }

    /// Starts the server and waits until it listens. The one before, if there was one, is ended first.
    ///
    /// # Errors
    /// It does not listen, or cannot be started.
    pub async fn start(&self, transport: Transport, before: Option<Server>) -> Result<Server, StartFailure> {
        let mut turn = before.and_then(Server::into_turn);
        if self.spec.isolation == Isolation::Auto && self.not_apart.get().is_none() {
            match self.attempt(Surroundings::Apart, transport).await? {
                Attempt::Listens(server) => return Ok(server),
                Attempt::NotApart(why) => drop(self.not_apart.set(why)),
            }
        }
        if let (Place::Port(port), None) = (&self.spec.place, &turn) {
            turn = Some(Turn::take(*port).await.map_err(|error| system("cannot wait for the port", &error))?);
        }
        match self.attempt(Surroundings::Shared, transport).await? {
            Attempt::Listens(server) => Ok(server.with_turn(turn)),
            Attempt::NotApart(why) => Err(StartFailure::System(why)),
        }
    }

    async fn attempt(
        &self,
        surroundings: Surroundings,
        transport: Transport,
    ) -> Result<Attempt, StartFailure> {
        let Spec { command, place, patience, limits, .. } = self.spec.clone();
        let carrier = match transport {
            Transport::Tcp => Carrier::Tcp,
            Transport::Udp => Carrier::Udp,
        };
        let order = Order { command, task: Task::Serve(place, carrier, patience), limits };
        let mut process = self.spawn(surroundings, &order).await?;
        while let Some(news) = process.link().news().await {
            let failure = match news {
                News::Listening(place) => {
                    return Ok(Attempt::Listens(Server::new(process, &place, carrier, surroundings)));
                }
                News::NotApart(why) => return Ok(Attempt::NotApart(why)),
                News::Held(port, holder) => StartFailure::Held { port, holder },
                News::NotStarted(why) => StartFailure::System(why),
                News::Silent(place, elsewhere) => {
                    process.end();
                    let printed = process.printed_since(Mark::default());
                    StartFailure::Silent { place, waited: patience, elsewhere, printed }
                }
                News::Exited(_) | News::Gone(_) | News::Sockets(_) | News::NoSocket(..) => continue,
            };
            return Err(failure);
        }
        process.end();
        let demise = process.link().exit().await;
        Err(StartFailure::Died(demise, process.printed_since(Mark::default())))
    }

    async fn spawn(&self, surroundings: Surroundings, order: &Order) -> Result<Process, StartFailure> {
        let directory = &self.spec.directory;
        if !directory.is_dir() {
            return Err(StartFailure::System(format!("there is no directory {}", directory.display())));
        }
        let spawned = Process::spawn(&self.program, directory, surroundings, order).await;
        spawned.map_err(|error| system("cannot start a process", &error))
    }
}

/// Whether this system gives each server a network of its own. `program` is that of the supervisor.
pub async fn has_own_networks(program: &Path) -> bool {
    let order = Order { command: "true".to_owned(), task: Task::Build, limits: Limits::default() };
    let Ok(process) = Process::spawn(program, Path::new("."), Surroundings::Apart, &order).await else {
        return false;
    };
    while let Some(news) = process.link().news().await {
        if let News::NotApart(_) = news {
            return false;
        }
    }
    true
}

/// What came of a start in some surroundings.
enum Attempt {
    Listens(Server),
    NotApart(String),
}

fn system(what: &str, error: &io::Error) -> StartFailure {
    StartFailure::System(format!("{what}: {error}"))
}
