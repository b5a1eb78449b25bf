//! A TCP connection as it goes into the capture: segments with the numbers that they would have had.

use std::time::Instant;

use etherparse::{TcpHeader, TcpOptionElement};

use super::packet::Route;
use super::tape::Tape;

/// A TCP connection between two sides, each of which acknowledges at once what the other said.
#[derive(Debug)]
pub(super) struct Stream {
    tape: Tape,
    route: Route,
    client: Party,
    server: Party,
    over: bool,
}

#[derive(Debug)]
struct Party {
    /// The sequence number of its next octet.
    next: u32,
    finished: bool,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    Client,
    Server,
}

/// What a segment is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Syn,
    SynAck,
    Ack,
    Push,
    Fin,
    Rst,
}

/// The payload that fits an Ethernet frame with its headers, which is what students will have read about.
const FRAME: u16 = 1500;

/// The largest window that needs no scaling.
const WINDOW: u16 = u16::MAX;

/// So much is on its way before it is acknowledged: less than the window, which therefore is never full.
const FLIGHT: usize = WINDOW as usize / 2;

impl Stream {
    pub(super) fn new(tape: Tape, route: Route) -> Self {
        // The beginning differs from connection to connection, by which an address that is used again is told from a
        // segment that is sent again.
        let first = tape.number().wrapping_mul(0x0001_0001);
        let party = |next| Party { next, finished: false };
        Self { tape, route, client: party(first), server: party(first ^ 0x5555_5555), over: false }
    }

    /// A side says something, which the other acknowledges.
    pub(super) fn say(&mut self, side: Side, octets: &[u8]) {
        if self.over {
            return;
        }
        let now = Instant::now();
        for flight in octets.chunks(FLIGHT) {
            let segments = flight.chunks(usize::from(FRAME - self.route.headers()));
            let last = segments.len() - 1;
            for (index, octets) in segments.enumerate() {
                let kind = if index == last { Kind::Push } else { Kind::Ack };
                self.add(now, side, kind, octets);
            }
            self.add(now, side.other(), Kind::Ack, b"");
        }
    }

    /// A side says that it sends no more.
    pub(super) fn finish(&mut self, side: Side) {
        if self.over || self.party(side).finished {
            return;
        }
        let now = Instant::now();
        self.add(now, side, Kind::Fin, b"");
        self.add(now, side.other(), Kind::Ack, b"");
        self.party(side).finished = true;
        self.over = self.party(side.other()).finished;
        self.tape.flush();
    }

    /// A side breaks the connection off.
    pub(super) fn reset(&mut self, side: Side) {
        if !self.over {
            self.add(Instant::now(), side, Kind::Rst, b"");
            self.over = true;
            self.tape.flush();
        }
    }

    /// The server refuses the connection: its reset has no number of its own.
    pub(super) fn refuse(&mut self) {
        self.server.next = 0;
        self.reset(Side::Server);
    }

    pub(super) const fn has_finished(&self, side: Side) -> bool {
        match side {
            Side::Client => self.client.finished,
            Side::Server => self.server.finished,
        }
    }

    /// Adds one segment.
    pub(super) fn add(&mut self, at: Instant, side: Side, kind: Kind, payload: &[u8]) {
        let largest = FRAME - self.route.headers();
        let route = match side {
            Side::Client => self.route,
            Side::Server => self.route.back(),
        };
        let acknowledgment_number = if kind == Kind::Syn { 0 } else { self.party(side.other()).next };
        let party = self.party(side);
        let mut header = TcpHeader {
            sequence_number: party.next,
            acknowledgment_number,
            ack: kind != Kind::Syn,
            syn: matches!(kind, Kind::Syn | Kind::SynAck),
            psh: kind == Kind::Push,
            fin: kind == Kind::Fin,
            rst: kind == Kind::Rst,
            window_size: WINDOW,
            ..TcpHeader::default()
        };
        if header.syn {
            // One option has room among the options, of which there may be forty octets.
            drop(header.set_options(&[TcpOptionElement::MaximumSegmentSize(largest)]));
        }
        let counted = u32::from(header.syn || header.fin) + payload.len() as u32;
        party.next = party.next.wrapping_add(counted);
        self.tape.add(at, route.segment(header, payload));
    }

    const fn party(&mut self, side: Side) -> &mut Party {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}
