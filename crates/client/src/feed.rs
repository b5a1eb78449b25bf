//! The lines of the input, read ahead by a thread of their own, and never further than a window.

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc::SyncSender},
    thread,
};

use crate::{
    batch::Event,
    expression::{ExpressionError, Program},
    results::LineError,
};

/// The most octets that a line of the input may have, its LF not counted: some 100 000 tokens, all held at once.
pub const MAX_INPUT_LINE: usize = 1 << 20;

/// How many octets of the input may be read whose results are not written yet, but for a longer line, which is read alone.
/// Some ten thousand short expressions: more than the socket's buffers hold, so that the server always has one.
const WINDOW: usize = 1 << 16;

/// How many octets are handed over together, if they are there.
const PIECE: usize = 1 << 13;

/// A line of the input.
pub(crate) struct Line {
    /// The line without its end; what is no UTF-8 is replaced.
    pub(crate) text: String,
    /// How many octets of the window it takes.
    pub(crate) octets: usize,
    /// What it asks for, which is nothing where it has no token.
    pub(crate) program: Result<Option<Program>, LineError>,
}

/// Counts the octets of the window that are taken.
#[derive(Default)]
pub(crate) struct Window {
    taken: Mutex<usize>,
    given_back: Condvar,
}

impl Window {
    /// Waits until there is room; where nothing is taken there always is.
    fn take(&self, octets: usize) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self
            .given_back
            .wait_while(taken, |taken| *taken > 0 && *taken + octets > WINDOW)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += octets;
    }

    /// Gives room back.
    pub(crate) fn give_back(&self, octets: usize) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) -= octets;
        self.given_back.notify_one();
    }
}

/// Has the lines of `input` told to `events`, up to [`Event::End`].
pub(crate) fn feed(input: impl Read + Send + 'static, events: SyncSender<Event>) -> Arc<Window> {
    let window = Arc::new(Window::default());
    let taken = Arc::clone(&window);
    thread::spawn(move || {
        let mut input = BufReader::with_capacity(WINDOW, input);
        loop {
            let (lines, end) = piece(&mut input);
            if !lines.is_empty() {
                taken.take(lines.iter().map(|line| line.octets).sum());
                if events.send(Event::Lines(lines)).is_err() {
                    return;
                }
            }
            if let Some(end) = end {
                // Where nobody listens any more, nobody need know.
                let _ = events.send(Event::End(end));
                return;
            }
        }
    });
    window
}

/// One line, and those that are there already; and how the input ended, if it did.
fn piece(input: &mut BufReader<impl Read>) -> (Vec<Line>, Option<io::Result<()>>) {
    let (mut lines, mut octets) = (Vec::new(), 0);
    loop {
        match next_line(input) {
            Ok(Some(line)) => {
                octets += line.octets;
                lines.push(line);
            }
            Ok(None) => return (lines, Some(Ok(()))),
            Err(error) => return (lines, Some(Err(error))),
        }
        if octets >= PIECE || !input.buffer().contains(&b'\n') {
            return (lines, None);
        }
    }
}

/// Reads a line; of one that is too long the rest is skipped.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut octets = Vec::new();
    if input.by_ref().take(MAX_INPUT_LINE as u64 + 1).read_until(b'\n', &mut octets)? == 0 {
        return Ok(None);
    }
    let count = octets.len();
    if count > MAX_INPUT_LINE && !octets.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        return Ok(Some(Line { text: String::new(), octets: 1, program: Err(LineError::TooLong) }));
    }
    Ok(Some(match String::from_utf8(octets) {
        Ok(text) => Line { program: program(&text), text, octets: count },
        Err(error) => {
            let program = Err(LineError::NotUtf8(error.utf8_error().valid_up_to()));
            Line { text: String::from_utf8_lossy(error.as_bytes()).into(), octets: count, program }
        }
    }))
}

fn program(text: &str) -> Result<Option<Program>, LineError> {
    match Program::parse(text) {
        Ok(program) => Ok(Some(program)),
        Err(ExpressionError::Empty) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
