//! How far a recording is: a bar for a person who looks on, lines for a log.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::duration::written;
use crate::record::Event;

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
        let style = ProgressStyle::with_template("{pos} of {len} entries  {bar:30}  {per_sec}  {eta} left  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar }
    }

    pub fn show(&self, event: Event<'_>) {
        match event {
            Event::Progress { held, total } => {
                self.bar.set_length(total as u64);
                // What an earlier run kept says nothing about how fast this one is.
                if self.bar.position() == 0 && held > 1000 {
                    self.bar.set_position(held as u64);
                    self.bar.reset_eta();
                }
                self.bar.set_position(held as u64);
                self.bar.set_message("");
            }
            Event::Waiting { wait, why } => {
                let wait_text = written(wait);
                self.bar.set_message(format!("waiting {wait_text}: {why}"));
                if self.bar.is_hidden() && wait >= Self::WORTH_A_LINE {
                    eprintln!("waiting {wait_text}: {why}");
                }
            }
            Event::Anew { pass } => {
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
