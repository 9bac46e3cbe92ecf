//! The progress of a recording: a bar on a terminal, lines in a log.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::diagnostics;
use crate::duration;
use crate::record::RecordingEvent;

/// Progress on standard error.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shorter waits are not worth a line in a log.
    const MIN_LOGGED_WAIT: Duration = Duration::from_secs(5);

    /// A bar where standard error is a terminal.
    pub fn on_standard_error() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{pos} of {len} entries  {bar:30}  {rate}  {eta} left  {wide_msg}");
        let rate = |state: &ProgressState, to: &mut dyn fmt::Write| {
            // A rate that cannot be written is left out.
            let _ = write!(to, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("rate", rate));
        Self { bar }
    }

    pub fn show(&self, event: RecordingEvent<'_>) {
        match event {
            RecordingEvent::Progress { entries, total } => {
                self.bar.set_length(total as u64);
                // Entries of an earlier run say nothing about the speed of this one.
                if self.bar.position() == 0 && entries > 1000 {
                    self.bar.set_position(entries as u64);
                    self.bar.reset_eta();
                }
                self.bar.set_position(entries as u64);
                self.bar.set_message("");
            }
            RecordingEvent::Waiting(wait) => {
                let seconds = Duration::from_secs(wait.length.as_secs().max(1));
                let line = format!("waiting {}: {}", duration::format(seconds), wait.reason);
                if self.bar.is_hidden() && wait.length >= Self::MIN_LOGGED_WAIT {
                    diagnostics::print(&line);
                }
                self.bar.set_message(line);
            }
            RecordingEvent::Restart { pass } => {
                self.bar.set_position(0);
                self.bar.suspend(|| {
                    let told = "the entries changed below what was read; beginning anew";
                    diagnostics::print(format_args!("{told} (pass {pass})"));
                });
            }
        }
    }

    /// Removes the bar.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
