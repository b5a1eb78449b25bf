//! One connection as it goes into the capture: segments with the numbers that they would have had.

use std::time::Instant;

use etherparse::{TcpHeader, TcpOptionElement};

use super::packet::Route;
use super::tape::Tape;

/// One connection, or one socket of datagrams; or nothing, where there is no capture.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    flow: Option<Flow>,
}

#[derive(Debug)]
enum Flow {
    Stream(Stream),
    Datagrams(Datagrams),
}

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Side {
    Client,
    Server,
}

impl Conversation {
    /// A connection that was asked for at `asked` and is made now.
    pub(super) fn opened(tape: Tape, route: Route, asked: Instant) -> Self {
        let mut stream = Stream::new(tape, route);
        stream.segment(asked, Side::Client, Kind::Syn, b"");
        let now = Instant::now();
        stream.segment(now, Side::Server, Kind::SynAck, b"");
        stream.segment(now, Side::Client, Kind::Ack, b"");
        Self { flow: Some(Flow::Stream(stream)) }
    }

    /// A connection that was asked for and is refused now.
    pub(super) fn refused(tape: Tape, route: Route, asked: Instant) {
        let mut stream = Stream::new(tape, route);
        stream.segment(asked, Side::Client, Kind::Syn, b"");
        stream.server.next = 0;
        stream.segment(Instant::now(), Side::Server, Kind::Rst, b"");
    }

    /// A connection that was asked for and not answered.
    pub(super) fn unanswered(tape: Tape, route: Route, asked: Instant) {
        Stream::new(tape, route).segment(asked, Side::Client, Kind::Syn, b"");
    }

    pub(super) const fn datagrams(tape: Tape, route: Route) -> Self {
        Self { flow: Some(Flow::Datagrams(Datagrams { tape, route, last: Vec::new() })) }
    }

    /// The system took these octets of ours.
    pub(crate) fn sent(&mut self, octets: &[u8]) {
        match &mut self.flow {
            Some(Flow::Stream(stream)) => stream.say(Side::Client, octets),
            Some(Flow::Datagrams(datagrams)) => datagrams.send(octets),
            None => {}
        }
    }

    /// These octets, or this datagram, were read; of a stream, none means its end.
    pub(crate) fn received(&mut self, octets: &[u8]) {
        match &mut self.flow {
            Some(Flow::Stream(stream)) if octets.is_empty() => stream.finish(Side::Server),
            Some(Flow::Stream(stream)) => stream.say(Side::Server, octets),
            Some(Flow::Datagrams(datagrams)) => datagrams.receive(octets),
            None => {}
        }
    }

    /// We send no more.
    pub(crate) fn half_closed(&mut self) {
        if let Some(Flow::Stream(stream)) = &mut self.flow {
            stream.finish(Side::Client);
        }
    }

    /// The server has reset the connection, or nobody took the last datagram.
    pub(crate) fn broken(&mut self) {
        match &mut self.flow {
            Some(Flow::Stream(stream)) => stream.reset(Side::Server),
            Some(Flow::Datagrams(datagrams)) => datagrams.refuse(),
            None => {}
        }
    }

    /// The system refuses to send. After a half-close of ours that is no news of the server.
    pub(crate) fn unsent(&mut self) {
        match &self.flow {
            Some(Flow::Stream(stream)) if stream.client.finished => {}
            Some(Flow::Stream(_) | Flow::Datagrams(_)) | None => self.broken(),
        }
    }

    /// We have reset the connection.
    pub(crate) fn aborted(mut self) {
        if let Some(Flow::Stream(stream)) = &mut self.flow {
            stream.reset(Side::Client);
        }
    }
}

/// What is dropped is closed, whether the case is over or the run was interrupted.
impl Drop for Conversation {
    fn drop(&mut self) {
        self.half_closed();
    }
}

/// A TCP connection between two sides, each of which acknowledges at once what the other said.
#[derive(Debug)]
struct Stream {
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

/// What a segment is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
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
    fn new(tape: Tape, route: Route) -> Self {
        // The beginning differs from connection to connection, by which an address that is used again is told from a
        // segment that is sent again.
        let first = tape.number().wrapping_mul(0x0001_0001);
        let party = |next| Party { next, finished: false };
        Self { tape, route, client: party(first), server: party(first ^ 0x5555_5555), over: false }
    }

    fn say(&mut self, side: Side, octets: &[u8]) {
        if self.over {
            return;
        }
        let now = Instant::now();
        for flight in octets.chunks(FLIGHT) {
            let segments = flight.chunks(usize::from(FRAME - self.route.headers()));
            let last = segments.len() - 1;
            for (index, octets) in segments.enumerate() {
                let kind = if index == last { Kind::Push } else { Kind::Ack };
                self.segment(now, side, kind, octets);
            }
            self.segment(now, side.other(), Kind::Ack, b"");
        }
    }

    fn finish(&mut self, side: Side) {
        if self.over || self.party(side).finished {
            return;
        }
        let now = Instant::now();
        self.segment(now, side, Kind::Fin, b"");
        self.segment(now, side.other(), Kind::Ack, b"");
        self.party(side).finished = true;
        self.over = self.party(side.other()).finished;
        self.tape.flush();
    }

    fn reset(&mut self, side: Side) {
        if !self.over {
            self.segment(Instant::now(), side, Kind::Rst, b"");
            self.over = true;
            self.tape.flush();
        }
    }

    fn segment(&mut self, at: Instant, side: Side, kind: Kind, payload: &[u8]) {
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

/// A UDP socket that speaks with one address.
#[derive(Debug)]
struct Datagrams {
    tape: Tape,
    route: Route,
    /// The packet sent last, which a refusal quotes.
    last: Vec<u8>,
}

impl Datagrams {
    fn send(&mut self, octets: &[u8]) {
        let packet = self.route.datagram(octets);
        self.last.clear();
        self.last.extend(packet.iter().flatten());
        self.tape.add(Instant::now(), packet);
        self.tape.flush();
    }

    fn receive(&mut self, octets: &[u8]) {
        self.tape.add(Instant::now(), self.route.back().datagram(octets));
    }

    fn refuse(&mut self) {
        self.tape.add(Instant::now(), self.route.back().unreachable(&self.last));
    }
}
