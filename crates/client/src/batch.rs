//! One expression a line in, one result a line out, with as many of them on their way at once as a window holds.
//!
//! ```text
//!  input ──▶ feed ──Lines──▶           ──▶ results
//!                             Batch
//!  socket ─▶ Link ─Received─▶          ──▶ Link ──▶ socket
//! ```
//!
//! An expression has one transaction on its way at a time, since the results of some are operands of others; the server is
//! kept busy by the transactions of the other lines.

mod ledger;
mod outcome;

use std::{
    io::{self, Read, Write},
    mem,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    },
    time::{Duration, Instant},
};

use calc_proto::Request;

use crate::{
    calculator::EvaluateError,
    connect::{ConnectError, Server},
    evaluation::Task,
    feed::{Window, feed},
    link::Link,
    piece::Piece,
    pipeline::{Pipeline, Settled},
    progress::Progress,
    results::Writer,
    trace::Trace,
};

use self::ledger::Ledger;
pub use self::outcome::{BatchError, Summary};
pub use crate::feed::MAX_INPUT_LINE;

/// What a batch is evaluated by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who calculates.
    pub server: Server,
    /// How long the connection, and then each next reply, may take to come.
    pub limit: Duration,
    /// What is shown of the conversation.
    pub trace: Trace,
    /// How results are written.
    pub writer: Writer,
}

/// What a batch waits for.
pub(crate) enum Event {
    /// The next lines of the input.
    Lines(Piece),
    /// The input has ended, well or not.
    End(io::Result<()>),
    /// What the server sent.
    Received(Vec<u8>),
    /// The server sends no more.
    Closed(io::Error),
}

/// Evaluates each line of `input` and writes its result, or `error: …`, as the same line of `output`.
///
/// A line without a token has an empty line for its result. When the connection is lost, no further line is sent, and each has its
/// `error: …`, so that the lines of input and output stay aligned. The last line counts with and without its LF. What is
/// written is flushed as soon as there is something to wait for. A reader of `output` who leaves ends the batch, as in
/// `calc-client - | head`.
///
/// # Errors
/// [`BatchError`] says why not all of the input was evaluated.
pub fn run(
    input: impl Read + Send + 'static,
    output: impl Write,
    settings: Settings,
) -> Result<Summary, BatchError> {
    /// A piece of the input or of the replies each: a megabyte at most.
    const WAITING: usize = 16;
    let (sender, events) = sync_channel(WAITING);
    let mut batch = Batch {
        window: feed(input, sender.clone()),
        settings,
        output,
        results: Vec::new(),
        progress: Progress::new(),
        summary: Summary::AllEvaluated,
        events,
        sender,
        link: None,
        pipeline: Pipeline::default(),
        out: Vec::new(),
        settled: Vec::new(),
        waited: Duration::ZERO,
        ledger: Ledger::default(),
        end: None,
        lost: None,
    };
    let done = batch.run();
    batch.quit();
    match done {
        Err(BatchError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(batch.summary),
        done => done.map(|()| batch.summary),
    }
}

struct Batch<W: Write> {
    settings: Settings,
    output: W,
    /// What is to be written before anything is waited for.
    results: Vec<u8>,
    progress: Progress,
    summary: Summary,
    window: Arc<Window>,
    events: Receiver<Event>,
    sender: SyncSender<Event>,
    link: Option<Link>,
    pipeline: Pipeline,
    /// What is to be sent before anything is waited for.
    out: Vec<u8>,
    /// What the last replies have settled: empty between two events.
    settled: Vec<Settled>,
    /// How long the next reply has been waited for. Time in which this client did something else does not count.
    waited: Duration,
    ledger: Ledger,
    end: Option<io::Result<()>>,
    lost: Option<(u64, Arc<EvaluateError>)>,
}

impl<W: Write> Batch<W> {
    fn run(&mut self) -> Result<(), BatchError> {
        while self.end.is_none() || !self.ledger.is_empty() {
            match self.next_event()? {
                Some(Event::Lines(piece)) => self.admit(piece),
                Some(Event::End(end)) => self.end = Some(end),
                Some(Event::Received(octets)) => self.take(&octets),
                Some(Event::Closed(error)) => self.closed(error),
                None => self.closed(io::ErrorKind::TimedOut.into()),
            }
            self.send();
            self.write().map_err(BatchError::Output)?;
        }
        self.flush().map_err(BatchError::Output)?;
        match (self.lost.take(), self.end.take()) {
            (Some((line, source)), _) => Err(BatchError::Lost { line, source }),
            (None, Some(Err(error))) => Err(BatchError::Input(error)),
            (None, Some(Ok(())) | None) => Ok(()),
        }
    }

    /// What happens next, or nothing where a reply does not come in time.
    fn next_event(&mut self) -> Result<Option<Event>, BatchError> {
        match self.events.try_recv() {
            Ok(event) => return Ok(Some(event)),
            // It is never disconnected: this side has a sender too.
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
        }
        self.flush().map_err(BatchError::Output)?;
        if self.pipeline.awaited().is_none() {
            return Ok(self.events.recv().ok());
        }
        let start = Instant::now();
        let event = self.events.recv_timeout(self.settings.limit.saturating_sub(self.waited));
        self.waited += start.elapsed();
        match event {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
        }
    }

    fn admit(&mut self, piece: Piece) {
        self.ledger.admit(piece);
        while let Some((line, task)) = self.ledger.begin(self.lost.as_ref().map(|(at, _)| *at)) {
            self.advance(line, task);
        }
    }

    /// Begins the next transaction of a line, if there is one.
    fn advance(&mut self, line: u64, task: Option<Task>) {
        let Some(task) = task else { return };
        if self.pipeline.awaited().is_none() {
            self.waited = Duration::ZERO;
        }
        let sent = match self.link {
            Some(_) => Ok(()),
            None => self.connect().map_err(EvaluateError::from),
        };
        let sent = sent.and_then(|()| Ok(self.pipeline.send(line, task, &mut self.out)?));
        if let Err(error) = sent {
            self.lose(line, error);
        }
    }

    fn connect(&mut self) -> Result<(), ConnectError> {
        let connection = self.settings.server.connect(self.settings.limit, &self.settings.trace)?;
        self.link = Some(Link::new(connection, self.sender.clone()));
        Ok(())
    }

    fn take(&mut self, octets: &[u8]) {
        if self.link.is_none() {
            return; // the last of a connection that was given up
        }
        let before = self.pipeline.replies();
        let mut settled = mem::take(&mut self.settled);
        let taken = self.pipeline.take(octets, &mut settled);
        if self.pipeline.replies() > before {
            self.waited = Duration::ZERO;
        }
        settled.drain(..).for_each(|settled| self.settle(settled));
        self.settled = settled;
        if let (Err(fault), Some(line)) = (taken, self.pipeline.awaited()) {
            self.lose(line, fault.into());
        }
    }

    fn settle(&mut self, settled: Settled) {
        let line = settled.line;
        let task = self.ledger.settle(settled);
        self.advance(line, task);
    }

    /// The connection has ended, or no reply came in time.
    fn closed(&mut self, error: io::Error) {
        if self.link.is_none() {
            return; // it was given up before
        }
        let late = error.kind() == io::ErrorKind::TimedOut;
        let Some(line) = self.pipeline.awaited() else {
            self.link = None;
            self.pipeline = Pipeline::default();
            return;
        };
        if late || !self.pipeline.is_between() {
            let fault = self.pipeline.fault(error, self.settings.limit);
            self.lose(line, fault.into());
            return;
        }
        self.out.clear();
        self.pipeline.send_again(&mut self.out);
        if let Err(error) = self.connect() {
            self.lose(line, error.into());
        }
    }

    /// Gives the connection up, and every line with it that has no result.
    fn lose(&mut self, line: u64, error: EvaluateError) {
        let error = Arc::new(error);
        drop(self.link.take().map(Link::finish));
        self.pipeline = Pipeline::default();
        self.out.clear();
        self.ledger.give_up(line, &error);
        self.lost = Some((line, error));
    }

    fn send(&mut self) {
        if let Some(link) = &self.link
            && !self.out.is_empty()
        {
            link.send(mem::take(&mut self.out));
        }
    }

    /// Writes the results that are there, in order.
    fn write(&mut self) -> io::Result<()> {
        /// As much as is worth a call of the system.
        const MANY: usize = 1 << 13;
        while let Some(done) = self.ledger.first_done() {
            if done.outcome.is_err() {
                self.summary = Summary::SomeFailed;
            }
            self.settings.writer.append(Some(done.number), done.text, done.outcome, &mut self.results);
            self.progress.line();
            if let Some(piece) = self.ledger.take_out_first() {
                self.window.give_back(piece.octets());
            }
            if self.results.len() >= MANY {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.write_all(&self.results)?;
        self.results.clear();
        self.output.flush()
    }

    /// Takes leave of the server, if there is a connection. How it answers changes nothing of the results.
    fn quit(&mut self) {
        /// Nothing depends on this answer but good manners.
        const PATIENCE: Duration = Duration::from_secs(1);
        let Some(link) = self.link.take() else { return };
        let mut quit = Vec::new();
        Request::Quit.encode(&mut quit);
        link.send(quit);
        let closing = link.finish();
        let start = Instant::now();
        while let Some(left) = PATIENCE.checked_sub(start.elapsed())
            && let Ok(event) = self.events.recv_timeout(left)
        {
            match event {
                Event::Closed(_) => break,
                Event::Lines(_) | Event::End(_) | Event::Received(_) => {}
            }
        }
        drop(closing);
    }
}
