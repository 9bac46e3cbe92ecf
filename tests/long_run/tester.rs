//! One of those who use the server side by side: it acts by chance, and knows what has to come of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::Result;
use crate::acts::{self, Living, Room};
use crate::book::Book;
use crate::chance::Chance;
use crate::http::{Answer, Connection};
use crate::model::Model;
use crate::pace::Pace;

pub struct Tester<'a> {
    pub number: u32,
    pub address: &'a str,
    pub start: Arc<Model>,
    pub book: &'a Book,
    pub chance: Chance,
    /// Sessions that stand still but for what this tester adds to them.
    pub rooms: Vec<Room>,
    /// A session with live activity.
    pub living: Living,
    /// Connections that nothing is asked over for a while.
    pub idle: Vec<Connection>,
    /// Names that were used for sessions.
    pub names: u64,
    connection: Option<Connection>,
    sent: u32,
}

/// An act, and how often it comes among all.
type Act = for<'a, 'b> fn(&'a mut Tester<'b>) -> Result<()>;
const ACTS: [(u32, Act); 13] = [
    (46, acts::reads::page),
    (4, acts::reads::crawl),
    (10, acts::appends::add),
    (1, acts::appends::begin_anew),
    (5, acts::live::advance),
    (4, acts::faults::fire),
    (8, acts::refusals::refused),
    (2, acts::refusals::throttled),
    (20, acts::sessions::brief),
    (3, acts::journal::count),
    (1, acts::journal::verdict),
    (3, acts::reads::others),
    (3, acts::connections::drop_one),
];

impl<'a> Tester<'a> {
    pub fn new(number: u32, address: &'a str, start: Arc<Model>, book: &'a Book) -> Self {
        let mut tester = Self {
            number,
            address,
            start,
            book,
            chance: Chance::new(number.into()),
            rooms: Vec::new(),
            living: Living::default(),
            idle: Vec::new(),
            names: 0,
            connection: None,
            sent: 0,
        };
        for _ in 0..acts::ROOMS {
            let room = Room::new(&mut tester);
            tester.rooms.push(room);
        }
        tester
    }

    /// Acts until then, or until something is not as it has to be anywhere.
    pub fn act_until(&mut self, ends: Instant, rate: f64) {
        let mut pace = Pace::new(rate);
        let all: u32 = ACTS.iter().map(|(weight, _)| weight).sum();
        while Instant::now() < ends && self.book.wrong().is_none() {
            let mut drawn = self.chance.between(1, all);
            let act = ACTS.iter().find(|(weight, _)| {
                let here = drawn <= *weight;
                drawn = drawn.saturating_sub(*weight);
                here
            });
            self.sent = 0;
            if let Some((_, act)) = act
                && let Err(error) = act(self)
            {
                self.book.note(format!(
                    "tester {} after {} requests: {error}",
                    self.number,
                    self.book.requests.load(Ordering::Relaxed)
                ));
            }
            pace.wait(self.sent.max(1));
        }
    }

    /// A name that no session of any tester has had.
    pub fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}-{}-{}", self.number, self.names)
    }

    /// Sends a request over the connection of this tester; there has to be a whole answer.
    pub fn ask(&mut self, method: &str, target: &str, token: &str, body: &str) -> Result<Answer> {
        let answer = self.try_ask(method, target, token, body)?;
        answer.filter(|answer| answer.whole).ok_or_else(|| format!("{method} {target}: no whole answer").into())
    }

    /// The same, where the connection may break.
    pub fn try_ask(&mut self, method: &str, target: &str, token: &str, body: &str) -> Result<Option<Answer>> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address)?,
        };
        self.sent += 1;
        self.book.request();
        let asked = connection.send(method, target, token, body).and_then(|()| connection.receive());
        let answer = asked.map_err(|error| format!("{method} {target}: {error}"))?;
        let goes_on =
            answer.as_ref().is_some_and(|answer| answer.whole && answer.header("connection") != Some("close"));
        self.connection = goes_on.then_some(connection);
        Ok(answer)
    }

    /// A call of the control plane that has to be carried out.
    pub fn steer(&mut self, method: &str, path: &str, body: &str) -> Result<serde_json::Value> {
        let answer = self.ask(method, &format!("/__admin{path}"), "", body)?;
        match answer.status {
            200 | 201 => answer.json(),
            status => Err(format!("{method} {path} {body}: {status} {}", answer.text()).into()),
        }
    }

    /// The audit logs of a session with the key `mock-admin`: the body of a 200.
    pub fn logs(&mut self, session: &str, query: &str) -> Result<Vec<u8>> {
        let answer = self.ask("GET", &format!("/api/v1/audit-logs?{query}"), &format!("mock-admin~{session}"), "")?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(format!("{session}: {query}: {status} {}", answer.text()).into()),
        }
    }
}
