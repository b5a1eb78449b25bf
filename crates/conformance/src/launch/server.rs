//! A server that runs.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::message::{Carrier, Listening};
use super::process::{Mark, Process, Surroundings};
use super::turn::Turn;
use super::{Demise, Incident};
use crate::connection::{Address, Network};

/// A server that was started and has been seen to listen. It ends, with all its processes, when this is dropped.
#[derive(Debug)]
pub struct Server {
    process: Process,
    address: Address,
    surroundings: Surroundings,
    turn: Option<Turn>,
    mark: Mark,
}

/// A process that dies closes its connections first, and what is left of its end takes some milliseconds, or, with the
/// threads of a virtual machine to stop, some more.
const DYING: Duration = Duration::from_millis(500);

impl Server {
    pub(super) fn new(
        process: Process,
        place: &Listening,
        carrier: Carrier,
        surroundings: Surroundings,
    ) -> Self {
        let address = match (place, carrier) {
            (Listening::Port(address), Carrier::Tcp) => Address::Tcp(reachable(*address)),
            (Listening::Port(address), Carrier::Udp) => Address::Udp(reachable(*address)),
            (Listening::Unix(path), Carrier::Tcp | Carrier::Udp) => Address::Unix(path.clone()),
        };
        Self { process, address, surroundings, turn: None, mark: Mark::default() }
    }

    pub(super) fn with_turn(self, turn: Option<Turn>) -> Self {
        Self { turn, ..self }
    }

    /// Ends it, and hands on its right to the port.
    pub(super) fn into_turn(self) -> Option<Turn> {
        let Self { process, turn, .. } = self;
        drop(process);
        turn
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// The network in which that is.
    #[must_use]
    pub fn network(&self) -> Network {
        match self.surroundings {
            Surroundings::Apart => Network::Of(Arc::clone(self.process.link())),
            Surroundings::Shared => Network::Shared,
        }
    }

    /// Its end, if it has come to it.
    pub async fn demise(&self) -> Option<Demise> {
        self.process.link().demise(Duration::ZERO).await
    }

    /// Its end, if it seems to be coming to it.
    pub async fn imminent_demise(&self) -> Option<Demise> {
        self.process.link().demise(DYING).await
    }

    /// From here on, what it prints belongs to the next case.
    pub fn mark(&mut self) {
        self.mark = self.process.mark();
    }

    /// What it printed since it was marked, and its end. One that has ended has printed all that it will.
    pub fn incident(&mut self, demise: Option<Demise>) -> Incident {
        if demise.is_some() {
            self.process.end();
        }
        Incident { demise, printed: self.process.printed_since(self.mark) }
    }
}

/// Where a listener can be reached: one of all addresses on the loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        // One of all IPv6 addresses takes IPv4 as well, unless somebody took pains that it does not.
        ip if ip.is_unspecified() => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()),
        ip => SocketAddr::new(ip.to_canonical(), address.port()),
    }
}
