//! A record as it is kept: half as large, for each is written and dropped again in the time of a request.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{AnsweredBy, JournalRecord};
use crate::contract::{QueryIssue, Timestamp};
use crate::keys::Key;

#[derive(Debug)]
pub struct Kept {
    id: Uuid,
    time: Timestamp,
    line: Line,
    query: Arc<str>,
    key: Option<Arc<Key>>,
    status: u16,
    from_page: bool,
    nanoseconds: u64,
    aside: Option<Box<Aside>>,
}

/// Method and path.
#[derive(Debug)]
enum Line {
    Known(&'static str, &'static str),
    Other(Box<[Cow<'static, str>; 2]>),
}

/// What most records do not have.
#[derive(Debug)]
struct Aside {
    findings: Vec<QueryIssue>,
    problem: Option<String>,
    answered_by: Option<AnsweredBy>,
}

impl Kept {
    pub fn record(&self) -> JournalRecord {
        let (method, path) = match &self.line {
            Line::Known(method, path) => (Cow::Borrowed(*method), Cow::Borrowed(*path)),
            Line::Other(line) => (line[0].clone(), line[1].clone()),
        };
        let aside = self.aside.as_deref();
        JournalRecord {
            id: self.id,
            time: self.time,
            method,
            path,
            query: Arc::clone(&self.query),
            key: self.key.clone(),
            status: self.status,
            duration: Duration::from_nanos(self.nanoseconds),
            findings: aside.map(|aside| aside.findings.clone()).unwrap_or_default(),
            problem: aside.and_then(|aside| aside.problem.clone()),
            answered_by: aside.and_then(|aside| aside.answered_by.clone()),
            from_page: self.from_page,
        }
    }
}

impl From<JournalRecord> for Kept {
    fn from(record: JournalRecord) -> Self {
        let line = match (record.method, record.path) {
            (Cow::Borrowed(method), Cow::Borrowed(path)) => Line::Known(method, path),
            (method, path) => Line::Other(Box::new([method, path])),
        };
        let nothing = record.findings.is_empty() && record.problem.is_none() && record.answered_by.is_none();
        let JournalRecord { findings, problem, answered_by, .. } = record;
        let aside = (!nothing).then(|| Box::new(Aside { findings, problem, answered_by }));
        Self {
            id: record.id,
            time: record.time,
            line,
            query: record.query,
            key: record.key,
            status: record.status,
            from_page: record.from_page,
            // In 584 years at most.
            nanoseconds: u64::try_from(record.duration.as_nanos()).unwrap_or(u64::MAX),
            aside,
        }
    }
}
