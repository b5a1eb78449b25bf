//! The stream cut into lines (§3).

use super::Behaviour;
use crate::bugs::Bug;

/// A line without its line end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Text(Vec<u8>),
    TooLong,
}

/// The octets of a line, its line end not counted (FRAME-4).
const LIMIT: usize = 256;
/// What [`Bug::BufferOverflowDropped`] reads at once.
const SMALL_BUFFER: usize = 1024;

/// Puts lines together from what arrives.
#[derive(Default)]
pub(super) struct Framer {
    line: Vec<u8>,
    /// The line goes on after its place in memory was full.
    overflow: bool,
}

impl Framer {
    /// The lines that end in `chunk`.
    pub(super) fn push(&mut self, mut chunk: &[u8], behaviour: &Behaviour) -> Vec<Line> {
        if behaviour.has(Bug::ReadIsMessage) {
            return vec![Line::Text(without_line_end(chunk).to_vec())];
        }
        if behaviour.has(Bug::BufferOverflowDropped) {
            chunk = &chunk[..chunk.len().min(SMALL_BUFFER)];
        }
        let mut lines = Vec::new();
        for &octet in chunk {
            if octet == b'\n' {
                lines.push(self.end(behaviour));
                if behaviour.has(Bug::RestOfReadDropped) {
                    break;
                }
            } else {
                lines.extend(self.take(octet, behaviour));
            }
        }
        lines
    }

    /// Whether a line has begun and not ended.
    pub(super) fn is_partial(&self) -> bool {
        !self.line.is_empty() || self.overflow
    }

    /// What was begun when the stream ended (FRAME-9).
    pub(super) fn tail(self) -> Vec<u8> {
        self.line
    }

    fn take(&mut self, octet: u8, behaviour: &Behaviour) -> Option<Line> {
        let counted_late = [Bug::NoLineLimit, Bug::LimitIgnoresBlanks, Bug::LimitInCharacters];
        let unlimited = counted_late.iter().any(|&bug| behaviour.has(bug));
        // One octet more than a line may have is its CR, if a LF follows.
        if self.line.len() <= LIMIT || unlimited {
            self.line.push(octet);
        } else if behaviour.has(Bug::LongLineAnsweredEarly) && !self.overflow {
            self.overflow = true;
            return Some(Line::TooLong);
        } else {
            self.overflow = true;
        }
        (behaviour.has(Bug::LongLineInPieces) && self.line.len() == LIMIT)
            .then(|| Line::Text(std::mem::take(&mut self.line)))
    }

    fn end(&mut self, behaviour: &Behaviour) -> Line {
        let mut line = std::mem::take(&mut self.line);
        let overflow = std::mem::take(&mut self.overflow);
        if behaviour.has(Bug::LimitCountsLineEnd) && line.len() >= LIMIT {
            return Line::TooLong;
        }
        if line.ends_with(b"\r") && !behaviour.has(Bug::CrKept) {
            line.pop();
        }
        if behaviour.has(Bug::EveryCrIgnored) {
            line.retain(|&octet| octet != b'\r');
        }
        let counted = if behaviour.has(Bug::LimitIgnoresBlanks) {
            line.trim_ascii().len()
        } else if behaviour.has(Bug::LimitInCharacters) {
            String::from_utf8_lossy(&line).chars().count()
        } else {
            line.len()
        };
        if (overflow || counted > LIMIT) && !behaviour.has(Bug::NoLineLimit) {
            return Line::TooLong;
        }
        Line::Text(line)
    }
}

fn without_line_end(chunk: &[u8]) -> &[u8] {
    let chunk = chunk.strip_suffix(b"\n").unwrap_or(chunk);
    chunk.strip_suffix(b"\r").unwrap_or(chunk)
}
