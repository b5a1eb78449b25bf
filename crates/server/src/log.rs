//! The log on stderr, written by a thread of its own: whoever reads it slowly, or not at all, holds up nobody else.

use std::{
    io::{self, IsTerminal as _, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use tracing::{Level, warn};

use crate::args::LogFormat;

/// How many octets may wait to be written; lines beyond are lost. It holds a few thousand lines about connections or some
/// hundred pieces of their streams, and is little beside what the connections themselves may take.
const MAX_WAITING: usize = 4 * 1024 * 1024;

/// How long the end of the process waits for the last lines to be written: ample for a reader, and short for whoever waits for
/// the process while there is none.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The running log.
pub(crate) struct Log {
    queue: Queue,
    /// Disconnected when the last line is written.
    written: Receiver<()>,
}

impl Log {
    /// Starts to log what the program tells from now on.
    pub(crate) fn start(format: LogFormat, verbosity: u8) -> io::Result<Self> {
        let (entries, received) = mpsc::channel();
        let queue = Queue { entries, backlog: Arc::default() };
        let backlog = Arc::clone(&queue.backlog);
        let (writing, written) = mpsc::channel();
        thread::Builder::new().name("log".into()).spawn(move || {
            write_all(&received, &backlog);
            drop::<Sender<()>>(writing);
        })?;
        subscribe(queue.clone(), format, verbosity);
        Ok(Self { queue, written })
    }

    /// Waits until all is written, `last_words` at the end, but no longer than [`LAST_WORDS`].
    pub(crate) fn close(self, last_words: Option<String>) {
        // Without a writer or a reader nobody misses it.
        let _ = self.queue.entries.send(Entry::End(last_words));
        let _ = self.written.recv_timeout(LAST_WORDS);
    }
}

fn subscribe(queue: Queue, format: LogFormat, verbosity: u8) {
    let level = match verbosity {
        0 => Level::WARN,
        1 => Level::INFO,
        2.. => Level::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_writer(move || queue.clone())
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        // A failure to log would be printed to the same stderr, and a closed one would be a panic.
        .log_internal_errors(false)
        .with_max_level(level);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// What the writing thread is given.
enum Entry {
    Line(Vec<u8>),
    End(Option<String>),
}

/// The way to the writing thread, which never blocks: where there is no room a line is lost.
#[derive(Clone)]
struct Queue {
    entries: Sender<Entry>,
    backlog: Arc<Backlog>,
}

#[derive(Default)]
struct Backlog {
    octets: AtomicUsize,
    /// Whether a line was lost since that was last told.
    lost: AtomicBool,
}

impl Write for Queue {
    /// Takes one line, as the subscriber hands them over.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let before = self.backlog.octets.fetch_add(line.len(), Ordering::Relaxed);
        if before + line.len() > MAX_WAITING {
            self.backlog.octets.fetch_sub(line.len(), Ordering::Relaxed);
            self.backlog.lost.store(true, Ordering::Relaxed);
        } else {
            // The writer ends before the others only at the end of the process.
            let _ = self.entries.send(Entry::Line(line.to_vec()));
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes until the end is asked for. If nobody reads the log any more, the server serves all the same.
fn write_all(entries: &Receiver<Entry>, backlog: &Backlog) {
    let mut stderr = io::stderr();
    for entry in entries {
        match entry {
            Entry::Line(line) => {
                let _ = stderr.write_all(&line);
                backlog.octets.fetch_sub(line.len(), Ordering::Relaxed);
            }
            Entry::End(last_words) => {
                if let Some(words) = last_words {
                    let _ = writeln!(stderr, "{words}");
                }
                return;
            }
        }
        if backlog.lost.swap(false, Ordering::Relaxed) {
            // Where this one is lost too, it is told after the next line.
            warn!("lines of the log are lost: it is read too slowly");
        }
    }
}
