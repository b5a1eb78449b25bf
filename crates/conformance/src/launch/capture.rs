//! What a server prints, read by a thread of its own, so that it is never held up, and kept within bounds.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The beginning and the end that are kept of an output. Each holds the longest traceback that anybody reads.
const KEPT: usize = 16 * 1024;

/// The output of a process so far.
#[derive(Debug)]
pub(super) struct Capture {
    shared: Arc<(Mutex<Kept>, Condvar)>,
}

#[derive(Debug, Default)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: u64,
    ended: bool,
}

impl Capture {
    /// Reads to the end.
    pub(super) fn of(mut source: impl Read + Send + 'static) -> Self {
        let shared = Arc::new((Mutex::new(Kept::default()), Condvar::new()));
        let kept = Arc::clone(&shared);
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                match source.read(&mut buffer) {
                    Ok(count) if count > 0 => lock(&kept.0).push(&buffer[..count]),
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Ok(_) | Err(_) => break,
                }
            }
            lock(&kept.0).ended = true;
            kept.1.notify_all();
        });
        Self { shared }
    }

    /// How much was printed so far.
    pub(super) fn position(&self) -> u64 {
        lock(&self.shared.0).total
    }

    /// What was printed since a position, as far as it is kept.
    pub(super) fn since(&self, position: u64) -> String {
        lock(&self.shared.0).since(position)
    }

    /// Waits for the end of the output, which comes with the end of the last process that has it.
    pub(super) fn wait(&self, patience: Duration) {
        let (kept, changed) = &*self.shared;
        // Whether it ended or not, what there is will be read.
        drop(changed.wait_timeout_while(lock(kept), patience, |kept| !kept.ended));
    }
}

impl Kept {
    fn push(&mut self, octets: &[u8]) {
        self.total += octets.len() as u64;
        let (head, rest) = octets.split_at(octets.len().min(KEPT - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        self.tail.drain(..self.tail.len().saturating_sub(KEPT));
    }

    fn since(&self, position: u64) -> String {
        let head = usize::try_from(position).unwrap_or(usize::MAX).min(self.head.len());
        let tail_begins = self.total - self.tail.len() as u64;
        let dropped = tail_begins.saturating_sub(position.max(self.head.len() as u64));
        let skipped = usize::try_from(position.saturating_sub(tail_begins)).unwrap_or(usize::MAX);
        let tail: Vec<u8> = self.tail.iter().skip(skipped).copied().collect();
        let gap = if dropped > 0 { format!("\n… {dropped} octets …\n") } else { String::new() };
        [&String::from_utf8_lossy(&self.head[head..]), gap.as_str(), &String::from_utf8_lossy(&tail)].concat()
    }
}

/// The octets are in order whoever panicked.
fn lock(kept: &Mutex<Kept>) -> std::sync::MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let mut kept = Kept::default();
        kept.push(b"begin ");
        assert_eq!(
            (kept.since(0).as_str(), kept.since(2).as_str(), kept.since(6).as_str()),
            ("begin ", "gin ", "")
        );
        for _ in 0..100 {
            kept.push(&[b'x'; 5000]);
        }
        let mark = kept.total;
        kept.push(b" end");
        let all = kept.since(0);
        assert!(
            all.starts_with("begin xxx") && all.ends_with("xxx end") && all.contains("… 467242 octets …"),
            "{all}"
        );
        assert!(all.len() < 3 * KEPT);
        assert_eq!(kept.since(mark), " end");
        assert!(!kept.since(mark - 100).contains('…'));
        assert_eq!(kept.since(mark - 100).len(), 104);
    }
}
