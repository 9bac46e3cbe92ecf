//! A judgement for people.

use std::fmt;

use super::{Client, Expectation, Judgement};

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clients.is_empty() {
            writeln!(f, "nobody has asked for audit logs")?;
        }
        for client in &self.clients {
            client.fmt(f)?;
        }
        if let Some(told) = self.strangers() {
            writeln!(f, "{told}")?;
        }
        if self.not_judged > 0 {
            writeln!(f, "{} further requests were too many to judge", self.not_judged)?;
        }
        for expectation in Expectation::ALL {
            let kept = if self.against(expectation).is_empty() { "yes" } else { "NO" };
            writeln!(f, "{expectation}: {kept}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coverage, paging, windows, manners, .. } = self;
        writeln!(f, "{}: {} requests", self.key, self.requests)?;
        let on_purpose = match coverage.on_purpose {
            0 => String::new(),
            count => format!(" ({count} of them on purpose)"),
        };
        writeln!(
            f,
            "  entries: {}, of which {} were served once, {} more often{on_purpose}, {} never, {} not asked for yet",
            coverage.entries, coverage.once, coverage.several, coverage.never, coverage.pending
        )?;
        writeln!(
            f,
            "  pages: {} of {} queries in {} crawls, {} of these to the end; {} repeated, {} left out",
            paging.pages, paging.queries, paging.crawls, paging.finished, paging.repeated, paging.skipped
        )?;
        writeln!(
            f,
            "  ranges of time: {}, with {} gaps, {} overlaps, {} late arrivals missed",
            windows.count,
            windows.gaps.len(),
            windows.overlaps.len(),
            windows.late_arrivals_missed
        )?;
        writeln!(
            f,
            "  manners: {} answers 429, {} requests too early, {} refused ones again, {} with nothing new, {} a minute at most",
            manners.throttled, manners.too_early, manners.refused_again, manners.nothing_new, manners.peak_per_minute
        )?;
        for finding in &self.findings {
            let rule = finding.rule.map(|rule| format!(" {rule}")).unwrap_or_default();
            writeln!(f, "  {}{rule} ({}): {}", finding.bug.as_str(), finding.count, finding.message)?;
        }
        Ok(())
    }
}
