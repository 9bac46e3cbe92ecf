//! The progress of a recording: a bar on a terminal, lines in a log.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::duration;
use crate::record::RecordingEvent;

/// Shown on standard error.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Waits below this are not worth a line in a log.
    const WORTH_A_LINE: Duration = Duration::from_secs(5);

    /// A bar where standard error is a terminal.
    pub fn on_standard_error() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{pos} of {len} entries  {bar:30}  {rate}  {eta} left  {wide_msg}");
        let rate = |state: &ProgressState, to: &mut dyn fmt::Write| {
            // A rate that cannot be written is not worth an end.
            let _ = write!(to, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("rate", rate));
        Self { bar }
    }

    pub fn show(&self, event: RecordingEvent<'_>) {
        match event {
            RecordingEvent::Progress { held, total } => {
                self.bar.set_length(total as u64);
                // What an earlier run kept says nothing about how fast this one is.
                if self.bar.position() == 0 && held > 1000 {
                    self.bar.set_position(held as u64);
                    self.bar.reset_eta();
                }
                self.bar.set_position(held as u64);
                self.bar.set_message("");
            }
            RecordingEvent::Waiting { wait, why } => {
                // A person needs no milliseconds.
                let whole = Duration::from_secs(wait.as_secs().max(1));
                let line = format!("waiting {}: {why}", duration::format(whole));
                if self.bar.is_hidden() && wait >= Self::WORTH_A_LINE {
                    eprintln!("{line}");
                }
                self.bar.set_message(line);
            }
            RecordingEvent::Restart { pass } => {
                self.bar.set_position(0);
                self.say(&format!("the entries changed below what was read; beginning anew (pass {pass})"));
            }
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }
}
