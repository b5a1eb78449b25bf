//! Many transactions on their way at once, without I/O: which replies are awaited, and what those that come mean.
//!
//! Every transaction begins with `CLEAR` (PIPE-2), so that whatever becomes of one changes nothing for the next.

use std::{collections::VecDeque, io, time::Duration};

use calc_proto::{Failure, Line, Number, Reply, ReplyError, Request};

use crate::{
    evaluation::Task,
    fault::{Fault, excerpt},
    wire::LONGEST,
};

/// The transactions that were sent over one connection, and not all of whose replies have come.
#[derive(Debug, Default)]
pub(crate) struct Pipeline {
    /// The oldest first, which the next reply belongs to.
    flights: VecDeque<Flight>,
    /// The start of a reply, never more than [`LONGEST`] octets and one read.
    partial: Vec<u8>,
    /// How many replies have come since the connection was made.
    replies: u64,
    /// How many had come when a transaction was last sent while none was on its way.
    replies_when_idle: u64,
    /// What came while nothing was awaited, escaped.
    unasked: Option<String>,
}

/// A transaction that is on its way.
#[derive(Debug)]
struct Flight {
    line: u64,
    task: Task,
    /// How many of its messages, of which `CLEAR` is the first, have their replies.
    replied: usize,
    /// Boxed, since there are many transactions and few refusals.
    refused: Option<Box<Refused>>,
}

/// What became of a transaction.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) line: u64,
    pub(crate) outcome: Result<Number, Box<Refused>>,
}

/// The first of a task's messages that was refused, and how.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) index: usize,
    pub(crate) message: String,
    pub(crate) code: String,
    pub(crate) text: String,
}

impl Pipeline {
    /// Appends the messages of a line's next transaction to `out`.
    ///
    /// # Errors
    /// The server has spoken unasked.
    pub(crate) fn send(&mut self, line: u64, task: Task, out: &mut Vec<u8>) -> Result<(), Fault> {
        if let Some(came) = self.unasked.take() {
            return Err(Fault::Unasked { message: sent(Request::Clear), came });
        }
        if self.flights.is_empty() {
            self.replies_when_idle = self.replies;
        }
        encode(task, out);
        self.flights.push_back(Flight { line, task, replied: 0, refused: None });
        Ok(())
    }

    /// Takes what the server has sent, and appends what it settles to `settled`.
    ///
    /// # Errors
    /// [`Fault`]: what came is nothing that can be used (REPLY-7). It is about the line that [`awaited`](Self::awaited) tells.
    pub(crate) fn take(&mut self, octets: &[u8], settled: &mut Vec<Settled>) -> Result<(), Fault> {
        let mut rest = octets;
        while let Some(end) = rest.iter().position(|&octet| octet == b'\n') {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            rest = after;
            if self.partial.is_empty() {
                self.reply(line, settled)?;
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                self.reply(&whole, settled)?;
            }
        }
        self.partial.extend_from_slice(rest);
        match self.flights.front() {
            None if self.partial.is_empty() => Ok(()),
            None => {
                let came = std::mem::take(&mut self.partial);
                self.unasked.get_or_insert_with(|| excerpt(&came));
                Ok(())
            }
            Some(flight) if self.partial.len() > LONGEST => Err(Fault::NotAReply {
                message: flight.awaited(),
                came: excerpt(&self.partial),
                source: ReplyError::TooLong,
            }),
            Some(_) => Ok(()),
        }
    }

    /// The line whose reply would be the next.
    pub(crate) fn awaited(&self) -> Option<u64> {
        self.flights.front().map(|flight| flight.line)
    }

    /// How many replies have come since the connection was made.
    pub(crate) const fn replies(&self) -> u64 {
        self.replies
    }

    /// What it means that the connection failed, or that no reply came in time.
    pub(crate) fn fault(&self, error: io::Error, limit: Duration) -> Fault {
        let message = self.flights.front().map(Flight::awaited).unwrap_or_default();
        Fault::of_error(error, message, excerpt(&self.partial), limit)
    }

    /// Whether a connection that has ended here was closed between two transactions, which a server may when nothing was
    /// said for long (CONN-9): there were replies, and none since the first of the transactions on their way was sent.
    pub(crate) fn is_between(&self) -> bool {
        self.replies > 0
            && self.partial.is_empty()
            && (self.flights.is_empty() || self.replies == self.replies_when_idle)
    }

    /// Begins anew on a new connection, for which all that is on its way is appended to `out` again.
    pub(crate) fn send_again(&mut self, out: &mut Vec<u8>) {
        *self = Self { flights: std::mem::take(&mut self.flights), ..Self::default() };
        for flight in &mut self.flights {
            (flight.replied, flight.refused) = (0, None);
            encode(flight.task, out);
        }
    }

    /// Takes a line, which is given without its LF.
    fn reply(&mut self, line: &[u8], settled: &mut Vec<Settled>) -> Result<(), Fault> {
        let Some(flight) = self.flights.front_mut() else {
            self.unasked.get_or_insert_with(|| excerpt(line));
            return Ok(());
        };
        let reply = Reply::parse(Line::of(line))
            .map_err(|source| Fault::of_reply(source, flight.awaited(), excerpt(line)))?;
        self.replies += 1;
        if let Some(outcome) = flight.accept(reply, line)? {
            settled.push(Settled { line: flight.line, outcome });
            self.flights.pop_front();
        }
        Ok(())
    }
}

impl Flight {
    /// Takes the next reply, and gives the outcome with the last one.
    fn accept(
        &mut self,
        reply: Reply<'_>,
        line: &[u8],
    ) -> Result<Option<Result<Number, Box<Refused>>>, Fault> {
        let message = self.message();
        let mut value = None;
        match (message, reply) {
            (Request::Clear | Request::Operand(_), Reply::Ok(_)) => {}
            (Request::Unary(_) | Request::Binary(_), Reply::Result(number)) => value = Some(number),
            (Request::Operand(_) | Request::Unary(_) | Request::Binary(_), Reply::Fail(failure)) => {
                self.refused.get_or_insert_with(|| Refused::new(self.replied - 1, message, failure).into());
            }
            (
                Request::Clear | Request::Operand(_) | Request::Hello | Request::Quit,
                Reply::Ok(_) | Reply::Result(_) | Reply::Fail(_),
            )
            | (Request::Unary(_) | Request::Binary(_), Reply::Ok(_)) => {
                return Err(Fault::Unfit { message: sent(message), came: excerpt(line) });
            }
        }
        if self.task.message(self.replied).is_some() {
            self.replied += 1;
            return Ok(None);
        }
        Ok(match (self.refused.take(), value, self.task) {
            (Some(refused), _, _) => Some(Err(refused)),
            (None, Some(value), _) | (None, None, Task::Take(value)) => Some(Ok(value)),
            // An operator's last reply is a result or a refusal.
            (None, None, Task::Unary(..) | Task::Binary(..)) => None,
        })
    }

    /// The message whose reply is the next.
    fn message(&self) -> Request {
        let index = self.replied.checked_sub(1);
        index.and_then(|index| self.task.message(index)).unwrap_or(Request::Clear)
    }

    fn awaited(&self) -> String {
        sent(self.message())
    }
}

impl Refused {
    fn new(index: usize, message: Request, failure: Failure<'_>) -> Self {
        let (code, text) = (failure.code.to_string(), failure.text.to_owned());
        Self { index, message: sent(message), code, text }
    }
}

fn encode(task: Task, out: &mut Vec<u8>) {
    Request::Clear.encode(out);
    task.messages().for_each(|message| message.encode(out));
}

/// A message, for people.
fn sent(message: Request) -> String {
    let mut line = Vec::new();
    message.encode(&mut line);
    excerpt(&line)
}
