//! How far a batch has come, on standard error where that is a terminal.

use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Counts lines, and shows their number and speed when the batch is a long one.
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    wanted: bool,
}

impl Progress {
    /// Results that are written to the terminal themselves need no other sign of progress.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {human_pos} ({per_sec}, {elapsed})");
        Self {
            bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())),
            start: Instant::now(),
            wanted: io::stderr().is_terminal() && !io::stdout().is_terminal(),
        }
    }

    /// Counts a line.
    pub(crate) fn line(&self) {
        /// What takes less is over before it is read.
        const LONG: Duration = Duration::from_secs(1);
        if !self.wanted {
            return;
        }
        if self.bar.is_hidden() && self.start.elapsed() > LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        }
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
