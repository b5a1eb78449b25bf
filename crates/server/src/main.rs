//! The `calc-server` binary: arguments, log, signals and exit codes around [`calc_server::run`].

mod args;
mod log;
mod page;
mod signals;
#[cfg(target_os = "linux")]
mod supervisor;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use calc_server::{Address, Host, Limits, ListenError, Listener};
use clap::Parser as _;
use tokio::{select, sync::oneshot};
use tracing::warn;

use crate::{args::Args, log::Log, signals::Signals};

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(page) = args.page() {
        return match page.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(Failure::Print(error)),
        };
    }
    // Before there is a second thread, which might read the environment at the same time.
    #[cfg(unix)]
    let passed = calc_server::inherited();
    #[cfg(not(unix))]
    let passed = Ok(Vec::new());
    let log = match Log::start(args.log_format, args.verbose) {
        Ok(log) => log,
        Err(error) => return complain(Failure::Start(error)),
    };
    #[cfg(unix)]
    raise_descriptor_limit(args.max_connections);
    match serve(&args, passed) {
        Ok(end) => {
            log.close(None);
            end.into()
        }
        Err(failure) => {
            log.close(Some(failure.last_words()));
            failure.into()
        }
    }
}

/// Tells on stderr what failed before there was a log.
fn complain(failure: Failure) -> ExitCode {
    // If nobody reads the errors, the exit code still tells.
    let _ = writeln!(io::stderr(), "{}", failure.last_words());
    failure.into()
}

/// How the server was stopped.
enum End {
    Graceful,
    AtOnce,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
    #[error("cannot write to standard output: {0}")]
    Print(io::Error),
    #[error("the server itself failed: {0}")]
    Fault(#[from] tokio::task::JoinError),
}

impl Failure {
    fn last_words(&self) -> String {
        format!("calc-server: {self}")
    }
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        match end {
            End::Graceful => Self::SUCCESS,
            End::AtOnce => Self::from(4),
        }
    }
}

impl From<Failure> for ExitCode {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Start(_) | Failure::Print(_) | Failure::Fault(_) => Self::from(1),
            Failure::Listen(_) => Self::from(3),
        }
    }
}

fn serve(args: &Args, passed: Result<Vec<Listener>, ListenError>) -> Result<End, Failure> {
    let mut listeners = passed?;
    if listeners.is_empty() {
        listeners = bind(args)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let end = runtime.block_on(run(listeners, args.limits()));
    // What is still running after a second signal is not waited for.
    runtime.shutdown_background();
    end
}

fn bind(args: &Args) -> Result<Vec<Listener>, ListenError> {
    #[cfg(unix)]
    if let Some(path) = &args.unix {
        return Ok(vec![Listener::unix(path)?]);
    }
    let hosts = match args.hosts.as_slice() {
        [] => vec![Host::loopback()],
        names => names.iter().map(|name| Host::resolve(name)).collect::<Result<_, _>>()?,
    };
    calc_server::listen(&hosts, args.port)
}

async fn run(listeners: Vec<Listener>, limits: Limits) -> Result<End, Failure> {
    // Caught before anybody is told that the server is there.
    let mut signals = Signals::catch()?;
    announce(&listeners);
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    // A task of its own, so that clients are accepted by the workers that serve them, and not by this thread.
    let mut server = tokio::spawn(calc_server::run(listeners, limits, shutdown));
    select! {
        outcome = &mut server => return ended(outcome?),
        () = signals.next() => drop(stop),
    }
    #[cfg(target_os = "linux")]
    supervisor::tell(supervisor::Stage::Stopping);
    select! {
        outcome = &mut server => ended(outcome?),
        () = signals.next_request() => Ok(End::AtOnce),
    }
}

fn ended(outcome: io::Result<()>) -> Result<End, Failure> {
    outcome?;
    Ok(End::Graceful)
}

/// Tells whoever started the server where it listens. If nobody reads it, the server serves all the same.
fn announce(listeners: &[Listener]) {
    let mut stdout = io::stdout();
    for address in listeners.iter().map(Listener::address) {
        let _ = writeln!(stdout, "listening on {address}");
        if let Address::Tcp(address) = address
            && !address.ip().is_loopback()
        {
            warn!(%address, "open to the network: whoever can reach it can calculate, and whoever is on the way can read and change it");
        }
    }
    let _ = stdout.flush();
    #[cfg(target_os = "linux")]
    supervisor::tell(supervisor::Stage::Serving);
}

/// Has the system allow as many descriptors as the connections need, as far as it lets us. That it falls short is worth a warning
/// only where somebody has asked for that many connections.
#[cfg(unix)]
fn raise_descriptor_limit(asked_for: Option<std::num::NonZeroUsize>) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// What a process has open beside its connections: standard streams, listeners, the runtime's own.
    const OTHERS: u64 = 32;
    let max_connections = asked_for.unwrap_or_else(|| Limits::default().max_connections);
    let wanted = (max_connections.get() as u64).saturating_add(OTHERS);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let allowed = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if current.is_some_and(|current| current < allowed) {
        let raised = Rlimit { current: Some(allowed), maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            warn!(%error, allowed, "cannot raise the limit of open files");
        }
    }
    if allowed < wanted {
        const SHORT: &str = "the limit of open files is below the connections to be served; others will wait";
        match asked_for {
            Some(_) => warn!(allowed, max_connections, "{SHORT}"),
            None => tracing::info!(allowed, max_connections, "{SHORT}"),
        }
    }
}
