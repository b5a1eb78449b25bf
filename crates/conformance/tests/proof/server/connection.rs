//! One connection from its first octet to its close (§9).

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::framing::{Framer, Line};
use super::session::{Answer, Session};
use super::{Delivery, LineEnd, Shared, lock};
use crate::bugs::Bug;

/// What one read takes.
const CHUNK: usize = 16 * 1024;
/// How long a server that closes first goes on reading (CONN-6).
const DRAIN: Duration = Duration::from_secs(1);
/// How long [`Bug::HalfCloseDropsReplies`] looks for the end of the stream before it answers.
const GLANCE: Duration = Duration::from_millis(3);

/// How a connection goes on.
enum Then {
    GoOn,
    Close,
    Mute,
    Die,
}

/// Serves one client until it or the server closes.
pub(super) fn serve(stream: TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut connection = Connection { stream, shared, session: Session::new(shared), outgoing: Vec::new() };
    let end = connection.run();
    connection.session.end();
    match end {
        Ok(Then::GoOn | Then::Close) => connection.close(),
        Ok(Then::Mute) => connection.drain(None),
        Ok(Then::Die) => shared.die(),
        Err(Broken::Reading) if shared.has(Bug::ResetKills) => shared.die(),
        Err(Broken::Writing) if shared.has(Bug::BrokenPipeKills) => shared.die(),
        Err(Broken::Reading | Broken::Writing) => {}
    }
}

/// The client went away without a close while the server did this.
enum Broken {
    Reading,
    Writing,
}

type Result<T> = std::result::Result<T, Broken>;

struct Connection<'s> {
    stream: TcpStream,
    shared: &'s Shared,
    session: Session<'s>,
    /// Replies that have not yet been sent.
    outgoing: Vec<u8>,
}

impl Connection<'_> {
    fn has(&self, bug: Bug) -> bool {
        self.shared.has(bug)
    }

    fn run(&mut self) -> Result<Then> {
        if self.has(Bug::Greeting) {
            self.outgoing.extend_from_slice(b"OK welcome to the calculator\n");
            self.flush()?;
        }
        let mut framer = Framer::default();
        let mut chunk = vec![0; CHUNK];
        let mut turn = None;
        loop {
            let count = self.stream.read(&mut chunk).map_err(|_| Broken::Reading)?;
            if self.shared.is_frozen() {
                return Ok(Then::Mute);
            }
            if count == 0 {
                return self.end_of_stream(framer);
            }
            if self.has(Bug::HalfCloseDropsReplies) && self.has_ended() {
                return Ok(Then::Close);
            }
            if turn.is_none() && (self.has(Bug::PartialMessageBlocks) || self.has(Bug::UnreadRepliesBlock)) {
                turn = Some(lock(&self.shared.turn));
            }
            let lines = match self.has(Bug::BufferShared) {
                true => lock(&self.shared.framer).push(&chunk[..count], &self.shared.behaviour),
                false => framer.push(&chunk[..count], &self.shared.behaviour),
            };
            match self.answer_all(lines)? {
                Then::GoOn => {}
                end @ (Then::Close | Then::Mute | Then::Die) => return Ok(end),
            }
            if !(self.has(Bug::PartialMessageBlocks) && framer.is_partial()) {
                turn = None;
            }
        }
    }

    /// The replies to what was read leave together, unless each is sent by itself.
    fn answer_all(&mut self, lines: Vec<Line>) -> Result<Then> {
        let then = self.handle_all(lines)?;
        if !self.has(Bug::RepliesHeldBack) {
            self.flush()?;
        }
        Ok(then)
    }

    fn handle_all(&mut self, lines: Vec<Line>) -> Result<Then> {
        let mut then = Then::GoOn;
        for line in lines {
            match self.session.handle(line) {
                Answer::Reply(reply) => {
                    self.reply(&reply)?;
                    if reply.starts_with("FAIL") && self.has(Bug::RestOfReadDroppedAfterFail) {
                        break;
                    }
                }
                Answer::Nothing => {}
                Answer::Last(reply) => {
                    self.reply(&reply)?;
                    then = Then::Close;
                    if !self.has(Bug::AnswersAfterQuit) {
                        break;
                    }
                }
                Answer::Close => return Ok(Then::Close),
                Answer::Mute => return Ok(Then::Mute),
                Answer::Die => return Ok(Then::Die),
            }
        }
        Ok(then)
    }

    fn reply(&mut self, reply: &str) -> Result<()> {
        let end: &[u8] = match self.shared.behaviour.line_end {
            LineEnd::Lf if self.has(Bug::NoLineEnd) => b"",
            LineEnd::Lf if self.has(Bug::NulAfterReply) => b"\n\0",
            LineEnd::Lf if self.has(Bug::Prompt) => b"\n> ",
            LineEnd::Lf if self.has(Bug::EmptyLineAfterReply) => b"\n\n",
            LineEnd::Lf => b"\n",
            LineEnd::CrLf => b"\r\n",
        };
        let lower = reply.to_ascii_lowercase();
        let reply = if self.has(Bug::LowerCaseReplies) { &lower } else { reply };
        self.outgoing.extend_from_slice(reply.as_bytes());
        self.outgoing.extend_from_slice(end);
        let complete = reply != "OK" && self.has(Bug::RepliesHeldBack);
        let alone = self.shared.behaviour.delivery != Delivery::Whole || self.has(Bug::BrokenPipeKills);
        if complete || alone { self.flush() } else { Ok(()) }
    }

    /// Sends what has been collected.
    fn flush(&mut self) -> Result<()> {
        let octets = std::mem::take(&mut self.outgoing);
        let written = match self.shared.behaviour.delivery {
            Delivery::Whole => self.stream.write_all(&octets),
            Delivery::ByteByByte => octets.iter().try_for_each(|&octet| self.stream.write_all(&[octet])),
            Delivery::After(pause) => {
                if !octets.is_empty() {
                    thread::sleep(pause);
                }
                self.stream.write_all(&octets)
            }
        };
        written.map_err(|_| Broken::Writing)
    }

    fn end_of_stream(&mut self, framer: Framer) -> Result<Then> {
        let tail = framer.tail();
        if self.has(Bug::TailEvaluated) && !tail.is_empty() {
            self.answer_all(vec![Line::Text(tail)])?;
        }
        if self.has(Bug::HalfCloseStaysOpen) {
            self.shared.wait_for_the_end();
        }
        if self.has(Bug::EofKills) {
            return Ok(Then::Die);
        }
        if self.has(Bug::EofFreezes) {
            self.shared.freeze();
        }
        Ok(Then::Close)
    }

    /// Whether the client has already ended its stream.
    fn has_ended(&self) -> bool {
        let _ = self.stream.set_read_timeout(Some(GLANCE));
        let ended = matches!(self.stream.peek(&mut [0]), Ok(0));
        let _ = self.stream.set_read_timeout(None);
        ended
    }

    /// A server that closes first shuts down its sending side and drops what still arrives (CONN-6).
    fn close(&mut self) {
        if self.has(Bug::CloseWithoutDrain) {
            return;
        }
        let _ = self.stream.shutdown(Shutdown::Write);
        self.drain(Some(DRAIN));
    }

    /// Reads and drops until the client closes or the time is over.
    fn drain(&mut self, limit: Option<Duration>) {
        let end = limit.map(|limit| Instant::now() + limit);
        let mut dropped = [0; CHUNK];
        loop {
            let rest = end.map(|end| end.saturating_duration_since(Instant::now()));
            if rest.is_some_and(|rest| rest.is_zero()) {
                return;
            }
            let _ = self.stream.set_read_timeout(rest);
            if !matches!(self.stream.read(&mut dropped), Ok(1..)) {
                return;
            }
        }
    }
}
