//! The progress of a server that loads many entries: a bar where standard error is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The entries that are loaded.
pub struct LoadingProgress {
    bar: ProgressBar,
    loaded: u64,
    /// The number of all entries, where it is known before.
    total: Option<u64>,
}

impl LoadingProgress {
    /// The entries between two updates. Fewer are loaded before a bar could be read.
    const STEP: u64 = 50_000;

    /// No entry is loaded yet.
    pub fn new(total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match total {
            Some(_) => "{bar:40} {human_pos} of {human_len} entries, {eta} left {msg}",
            None => "{spinner} {human_pos} entries",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: bar.with_style(style), loaded: 0, total }
    }

    /// Counts an entry.
    pub fn count(&mut self) {
        self.loaded += 1;
        if self.loaded == Self::STEP {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if self.loaded.is_multiple_of(Self::STEP) {
            self.bar.set_position(self.loaded);
        }
        if self.total == Some(self.loaded) {
            self.bar.set_message("(indexing)");
        }
    }

    /// Removes the bar.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
