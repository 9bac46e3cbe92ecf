//! The progress of a command: one line on standard error, rewritten in place, where that is a terminal.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::diagnostics;
use crate::fixture::LoadProgress;
use crate::system::stderr_columns;
use crate::text::{escape_control, truncate};

/// The progress line. It appears when the work takes a second, and dropping it removes it.
pub struct Progress {
    /// `None` where standard error is no terminal.
    line: Option<RefCell<Line>>,
}

struct Line {
    task: Task,
    created: Instant,
    /// The time of the last update on the terminal.
    drawn: Option<Instant>,
}

/// A step of the work.
pub struct Task {
    label: String,
    started: Instant,
    /// Where the step began; nonzero where an earlier run left off, which says nothing about the speed of this one.
    initial: u64,
    /// How far it is, in the unit of `total`.
    pub done: u64,
    /// The size of the whole step, such as the bytes of a file, if it is known.
    pub total: Option<u64>,
    pub entries: u64,
    /// What is shown in place of the time left, such as the reason of a wait.
    pub note: Option<String>,
}

impl Progress {
    /// Shorter work has no line.
    const DELAY: Duration = Duration::from_secs(1);
    /// Time between two updates: numbers that change faster cannot be read.
    const INTERVAL: Duration = Duration::from_millis(250);
    /// Entries between two looks at the clock, which take longer than counting an entry.
    const ENTRIES_PER_LOOK: u64 = 16;

    /// A line where standard error is a terminal.
    pub fn on_standard_error() -> Self {
        let now = Instant::now();
        let line = Line { task: Task::new(String::new(), None, 0, now), created: now, drawn: None };
        Self { line: io::stderr().is_terminal().then(|| RefCell::new(line)) }
    }

    /// No line at all.
    pub const fn hidden() -> Self {
        Self { line: None }
    }

    pub fn is_hidden(&self) -> bool {
        self.line.is_none()
    }

    /// Begins a step, which stands at `done` already. The entries of the steps before still count.
    pub fn start(&self, label: impl Display, total: Option<u64>, done: u64) {
        if let Some(line) = &self.line {
            let mut line = line.borrow_mut();
            let entries = line.task.entries;
            let task = Task::new(escape_control(&label.to_string()), total, done, Instant::now());
            line.task = Task { entries, ..task };
            if line.drawn.is_some() {
                line.draw(Duration::ZERO);
            }
        }
    }

    /// Changes the step.
    pub fn update(&self, change: impl FnOnce(&mut Task)) {
        if let Some(line) = &self.line {
            let mut line = line.borrow_mut();
            change(&mut line.task);
            line.draw(Self::INTERVAL);
        }
    }

    /// Counts an entry of the step, which then stands at `done`.
    pub fn count_entry(&self, done: u64) {
        let Some(line) = &self.line else { return };
        let mut line = line.borrow_mut();
        line.task.done = done;
        line.task.entries += 1;
        if line.task.entries.is_multiple_of(Self::ENTRIES_PER_LOOK) {
            line.draw(Self::INTERVAL);
        }
    }

    /// Shows a note at once, until the next change removes it.
    pub fn note(&self, note: String) {
        if let Some(line) = &self.line {
            let mut line = line.borrow_mut();
            line.task.note = Some(note);
            if line.drawn.is_none() {
                line.drawn = Some(line.created);
            }
            line.draw(Duration::ZERO);
        }
    }

    /// Prints a message above the line.
    pub fn print(&self, message: impl Display) {
        self.clear();
        diagnostics::print(message);
    }

    /// Removes the line until the next update.
    pub fn clear(&self) {
        if self.line.as_ref().is_some_and(|line| line.borrow().drawn.is_some()) {
            write("\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

impl LoadProgress for Progress {
    fn start_reading(&self, source: &str, bytes: Option<u64>) {
        let name = Path::new(source).file_name().map_or(source.into(), OsStr::to_string_lossy);
        self.start(format_args!("reading {name}"), bytes, 0);
    }

    fn start_generating(&self, entries: u64) {
        self.start("generating", Some(entries), 0);
    }

    fn count_entry(&self, position: u64) {
        self.count_entry(position);
    }

    fn start_indexing(&self) {
        self.start("indexing", None, 0);
    }
}

impl Line {
    /// Draws the step if the last time is at least so long ago.
    fn draw(&mut self, interval: Duration) {
        let now = Instant::now();
        let due = self.drawn.map_or(self.created + Progress::DELAY, |drawn| drawn + interval);
        if now < due {
            return;
        }
        self.drawn = Some(now);
        // The cursor waits at the start of the line, so that a line of a log replaces this one.
        write(&format!("{}\x1b[K\r", self.task.line(now - self.task.started, stderr_columns())));
    }
}

/// Writes to the terminal; an error is ignored, as for every message.
fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

impl Task {
    const fn new(label: String, total: Option<u64>, done: u64, now: Instant) -> Self {
        Self { label, started: now, initial: done, done, total, entries: 0, note: None }
    }

    /// The line after this time: `reading logs.ndjson  41 %  3.2 M entries  12 s left`. A line that fills the width would wrap,
    /// so the name of a file, or else a note, is cut.
    fn line(&self, elapsed: Duration, columns: usize) -> String {
        let percent = self.total.filter(|total| *total > 0).map(|total| {
            let percent = u128::from(self.done.min(total)) * 100 / u128::from(total);
            format!("{percent} %")
        });
        let entries = (self.entries > 0).then(|| format!("{} entries", abbreviated(self.entries)));
        let end = self.note.clone().or_else(|| self.time_left(elapsed).map(|left| format!("{} left", rounded(left))));
        let rest: String =
            percent.into_iter().chain(entries).chain(end).flat_map(|part| ["  ".to_owned(), part]).collect();
        let max_chars = columns.saturating_sub(1);
        // With its ellipsis.
        let room = max_chars.saturating_sub(rest.chars().count() + 1).max(Self::MIN_LABEL_CHARS);
        let line = format!("{}{rest}", truncate(&self.label, room));
        if line.chars().count() > max_chars { truncate(&line, max_chars.saturating_sub(1)).into_owned() } else { line }
    }

    /// The shortest label that a long note leaves.
    const MIN_LABEL_CHARS: usize = 10;

    /// The time that the rest takes at the average speed of this step; `None` until that speed says something.
    fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        const SETTLED_AFTER: Duration = Duration::from_secs(2);

        let rest = self.total?.checked_sub(self.done).filter(|rest| *rest > 0)?;
        let done = self.done.checked_sub(self.initial).filter(|done| *done > 0)?;
        (elapsed >= SETTLED_AFTER)
            .then(|| elapsed.as_millis() * u128::from(rest) / u128::from(done))
            .map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)))
    }
}

/// A count of at most five characters: `950`, `64 k`, `3.2 M`.
fn abbreviated(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{} k", count / 1000),
        1_000_000.. => format!("{}.{} M", count / 1_000_000, count / 100_000 % 10),
    }
}

/// A time rounded up to what an estimate can know: `8 s`, `35 s`, `4 min`, `2 h 20 min`.
fn rounded(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match seconds {
        0..=10 => format!("{seconds} s"),
        11..=55 => format!("{} s", seconds.next_multiple_of(5)),
        56..=3540 => format!("{} min", seconds.div_ceil(60)),
        3541.. => {
            let minutes = seconds.div_ceil(60).next_multiple_of(10);
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEGABYTE: u64 = 1_000_000;

    fn task(label: &str, total: Option<u64>, done: u64, entries: u64) -> Task {
        Task { done, entries, ..Task::new(label.to_owned(), total, 0, Instant::now()) }
    }

    fn after(seconds: u64, task: &Task) -> String {
        task.line(Duration::from_secs(seconds), 80)
    }

    #[test]
    fn a_line_has_what_is_known() {
        let file = task("reading audit.ndjson", Some(1000 * MEGABYTE), 410 * MEGABYTE, 3_280_000);
        assert_eq!(after(8, &file), "reading audit.ndjson  41 %  3.2 M entries  15 s left");
        assert_eq!(after(1, &file), "reading audit.ndjson  41 %  3.2 M entries", "too early for an estimate");
        assert_eq!(after(8, &task("reading standard input", None, 0, 9_999)), "reading standard input  9999 entries");
        assert_eq!(
            after(8, &task("generating", Some(20_000_000), 64_000, 64_000)),
            "generating  0 %  64 k entries  42 min left"
        );
        assert_eq!(after(8, &task("recording", Some(500), 500, 500)), "recording  100 %  500 entries");
        // More than was expected, and nothing at all.
        assert_eq!(after(8, &task("recording", Some(500), 700, 700)), "recording  100 %  700 entries");
        assert_eq!(after(8, &task("reading empty.json", Some(0), 0, 0)), "reading empty.json");
        let waiting = Task { note: Some("waiting 30s: 429".to_owned()), ..task("recording", Some(500), 100, 100) };
        assert_eq!(after(8, &waiting), "recording  20 %  100 entries  waiting 30s: 429");
    }

    #[test]
    fn entries_of_an_earlier_run_do_not_count_as_fast() {
        let task = Task { done: 1000, ..Task::new("recording".to_owned(), Some(2000), 900, Instant::now()) };
        assert_eq!(after(5, &task), "recording  50 %  50 s left");
    }

    /// Within a step at a constant speed, with reads that come in bursts.
    #[test]
    fn the_time_left_settles_and_does_not_jump() {
        let mut left = Vec::new();
        for second in 2..60_u64 {
            let burst = if second % 2 == 0 { 0 } else { MEGABYTE / 2 };
            let task = task("reading", Some(60 * MEGABYTE), second * MEGABYTE - burst, 1);
            left.push(task.time_left(Duration::from_secs(second)).unwrap().as_secs());
        }
        let off = left.iter().zip(2..).map(|(left, second)| left.abs_diff(60 - second)).skip(8).max();
        assert!(off <= Some(3), "{left:?}");
    }

    #[test]
    fn a_line_is_shorter_than_the_terminal_is_wide() {
        let long = "long ".repeat(40);
        let tasks = [
            task(&format!("reading {long}.json"), Some(100), 41, 3_200_000),
            Task { note: Some(long.clone()), ..task("recording", Some(100), 41, 3_200_000) },
        ];
        for task in &tasks {
            for columns in 1..200 {
                let line = task.line(Duration::from_secs(9), columns);
                assert!(line.chars().count() < columns.max(2), "{columns}: {line}");
            }
        }
        assert_eq!(
            tasks[0].line(Duration::from_secs(9), 60),
            "reading long long long lon…  41 %  3.2 M entries  15 s left"
        );
    }

    #[test]
    fn times_are_rounded_up() {
        let rounded = |seconds: u64| rounded(Duration::from_millis(seconds * 1000 - 1));
        let texts = [1, 10, 11, 54, 56, 61, 3540, 3541, 8_400].map(rounded);
        assert_eq!(texts, ["1 s", "10 s", "15 s", "55 s", "1 min", "2 min", "59 min", "1 h 0 min", "2 h 20 min"]);
    }
}
