//! One connection, or one socket of datagrams, as it goes into the capture.

use std::time::Instant;

use super::packet::Route;
use super::stream::{Kind, Side, Stream};
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

impl Conversation {
    /// A connection that was asked for at `asked` and is made now.
    pub(super) fn opened(tape: Tape, route: Route, asked: Instant) -> Self {
        let mut stream = Stream::new(tape, route);
        stream.add(asked, Side::Client, Kind::Syn, b"");
        let now = Instant::now();
        stream.add(now, Side::Server, Kind::SynAck, b"");
        stream.add(now, Side::Client, Kind::Ack, b"");
        Self { flow: Some(Flow::Stream(stream)) }
    }

    /// A connection that was asked for and is refused now.
    pub(super) fn refused(tape: Tape, route: Route, asked: Instant) {
        let mut stream = Stream::new(tape, route);
        stream.add(asked, Side::Client, Kind::Syn, b"");
        stream.refuse();
    }

    /// A connection that was asked for and not answered.
    pub(super) fn unanswered(tape: Tape, route: Route, asked: Instant) {
        Stream::new(tape, route).add(asked, Side::Client, Kind::Syn, b"");
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
            Some(Flow::Stream(stream)) if stream.has_finished(Side::Client) => {}
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
