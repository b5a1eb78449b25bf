//! The lines of the input, read ahead by a thread of their own, and never further than a window.

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc::SyncSender},
    thread,
};

use crate::{batch::Event, piece::Piece};

/// The most octets that a line of the input may have, its LF not counted: some 100 000 tokens, all held at once.
pub const MAX_INPUT_LINE: usize = 1 << 20;

/// How many octets of the input may be read whose results are not written yet, but for a longer line, which is read alone.
/// Some ten thousand short expressions: more than the socket's buffers hold, so that the server always has one.
const WINDOW: usize = 1 << 16;

/// How many octets are handed over together, if they are there, but for a longer line.
const PIECE: usize = 1 << 13;

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
        let mut next = 1;
        let end = loop {
            match read(&mut input, next) {
                Ok(Some(piece)) => {
                    next = piece.end();
                    taken.take(piece.octets());
                    if events.send(Event::Lines(piece)).is_err() {
                        return;
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        // Where nobody listens any more, nobody need know.
        let _ = events.send(Event::End(end));
    });
    window
}

/// One line, and those that are there already; none at the end. The first one has the number `first`.
fn read(input: &mut BufReader<impl Read>, first: u64) -> io::Result<Option<Piece>> {
    let mut piece = Piece::new(first);
    if !read_line(input, &mut piece)? {
        return Ok(None);
    }
    let here = input.buffer();
    let here = &here[..here.len().min(PIECE)];
    let whole = here.iter().rposition(|&octet| octet == b'\n').map_or(0, |end| end + 1);
    here[..whole].split_inclusive(|&octet| octet == b'\n').for_each(|line| piece.push(line));
    input.consume(whole);
    Ok(Some(piece))
}

/// Reads a line, if there is one; of one that is too long the rest is skipped.
fn read_line(input: &mut impl BufRead, piece: &mut Piece) -> io::Result<bool> {
    let mut line = Vec::new();
    input.by_ref().take(MAX_INPUT_LINE as u64 + 1).read_until(b'\n', &mut line)?;
    if line.len() > MAX_INPUT_LINE && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        piece.push_too_long();
    } else if !line.is_empty() {
        piece.push(&line);
    }
    Ok(!line.is_empty())
}
