//! A judgement for people.

use std::fmt;

use super::{ClientVerdict, Judgement, PagingOfQuery};
use crate::text::{counted, escape_control, plural};

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for client in &self.clients {
            client.fmt(f)?;
        }
        // Without clients the first sentence contains the second.
        let unknown_clients = self.unknown_clients().filter(|_| !self.clients.is_empty());
        for told in self.nothing_to_judge().into_iter().chain(unknown_clients) {
            writeln!(f, "{told}")?;
        }
        if self.not_judged > 0 {
            writeln!(f, "{} further requests were too many to judge", self.not_judged)?;
        }
        if let Some(delivered) = &self.delivered {
            delivered.fmt(f)?;
        }
        for (expectation, verdict) in &self.expectations {
            writeln!(f, "{expectation}: {}", if verdict.kept { "yes" } else { "NO" })?;
        }
        Ok(())
    }
}

impl fmt::Display for ClientVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coverage, paging, rereads, windows, politeness, .. } = self;
        writeln!(f, "{}: {}", self.key, counted(self.requests, "request", "requests"))?;
        let how = match coverage.several {
            0 => String::new(),
            _ => format!(" ({} in one crawl, {} by several)", coverage.doubled, rereads.entries),
        };
        let of_other_keys = match coverage.other_keys {
            0 => String::new(),
            count => format!(", {count} left to other keys"),
        };
        let behind = match coverage.behind_seconds {
            Some(seconds) if coverage.pending > 0 => format!(": it asks up to {seconds:.1} s before now at most"),
            _ => String::new(),
        };
        writeln!(
            f,
            "  entries: {}, of which {} were served once, {} more often{how}, {} never{of_other_keys}, {} pending{behind}",
            coverage.entries, coverage.once, coverage.several, coverage.never, coverage.pending
        )?;
        if let Some(largest) = &rereads.largest {
            let [one, other] = &largest.requests;
            writeln!(
                f,
                "  read again by another crawl: {}, {:.1} % of those served; requests {one} and {other} share {}",
                counted(rereads.entries, "entry", "entries"),
                rereads.share * 100.0,
                largest.entries
            )?;
        }
        writeln!(
            f,
            "  pages: {} of {} in {}, {} of these to the end; {} repeated, {} retried, {} left out",
            paging.pages,
            counted(paging.queries, "query", "queries"),
            counted(paging.crawls, "crawl", "crawls"),
            paging.finished,
            paging.repeated,
            paging.retried,
            paging.skipped
        )?;
        for query in &paging.per_query {
            query.fmt(f)?;
        }
        writeln!(
            f,
            "  ranges of time: {}, with {}, {} missed",
            windows.count,
            counted(windows.gap_count, "gap", "gaps"),
            counted(windows.late_arrivals_missed, "late arrival", "late arrivals")
        )?;
        for (status, count) in politeness.statuses.iter().filter(|(status, _)| is_refusal(**status)) {
            let why = match status {
                401 => ": this key is not valid",
                403 if !self.may_view => ": this key lacks View audit logs",
                _ => "",
            };
            let (requests, were) = (counted(*count, "request", "requests"), plural(*count, "was", "were"));
            writeln!(f, "  {requests} {were} refused with {status}{why}")?;
        }
        writeln!(
            f,
            "  manners: {} 429, {} too early, {} again, {} with nothing new, {} a minute at most",
            counted(politeness.throttled, "answer", "answers"),
            counted(politeness.too_early, "request", "requests"),
            counted(politeness.refused_again, "refused one", "refused ones"),
            politeness.nothing_new,
            politeness.peak_per_minute
        )?;
        for finding in &self.findings {
            let rule = finding.rule.map(|rule| format!(" {rule}")).unwrap_or_default();
            writeln!(f, "  {}{rule} ({}): {}", finding.bug.as_str(), finding.count, finding.message)?;
            if let Some(advice) = finding.advice {
                writeln!(f, "    {advice}")?;
            }
        }
        Ok(())
    }
}

/// A line, if there is something to say of the query.
impl fmt::Display for PagingOfQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = Vec::new();
        if !self.skipped.is_empty() {
            told.push(format!("left out {}", pages(&self.skipped)));
        }
        if !self.repeated.is_empty() {
            told.push(format!("repeated {}", pages(&self.repeated)));
        }
        if !self.finished {
            told.push("not to the end".to_owned());
        }
        if told.is_empty() { Ok(()) } else { writeln!(f, "    ?{}: {}", escape_control(&self.query), told.join("; ")) }
    }
}

fn pages(numbers: &[u32]) -> String {
    let shown: Vec<String> = numbers.iter().map(u32::to_string).collect();
    format!("{} {}", plural(numbers.len(), "page", "pages"), shown.join(", "))
}

/// Whether a request that was answered so was wrong.
fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && status != 429
}
