//! How far the run is, for the person who waits in front of a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::escape::tame;
use crate::run::Event;

/// A bar on the standard error, if that is a terminal, and else nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many cases.
    pub(super) fn new(cases: usize) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        let on = if is_dumb { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(u64::try_from(cases).ok(), on);
        // Without a style of our own the bar is another, and no worse.
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Lets others write about an event, who may write to the same terminal, and shows the bar below.
    pub(super) fn around(&self, event: &Event<'_>, write: impl FnOnce()) {
        if matches!(event, Event::Finished(_)) {
            self.0.finish_and_clear();
        }
        self.0.suspend(write);
        if let Event::Case(result) = event {
            self.0.set_message(tame(&result.id));
            self.0.inc(1);
        }
    }
}
