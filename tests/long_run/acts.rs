//! What a tester does, each act with what has to come of it.

pub mod appends;
pub mod connections;
pub mod faults;
pub mod journal;
pub mod live;
pub mod question;
pub mod reads;
pub mod refusals;
pub mod sessions;

use std::sync::Arc;

pub use live::Living;

use crate::Result;
use crate::book::Book;
use crate::http::Connection;
use crate::model::Model;
use crate::tester::Tester;

/// Sessions that each tester keeps and adds to.
pub const ROOMS: usize = 3;

/// A session that stands still, and what it has to hold.
pub struct Room {
    pub session: String,
    pub model: Model,
    /// Requests for audit logs that it has had.
    pub asked: u64,
    /// After so many it is left for a new one, so that what it keeps of them is bounded.
    lasts: u64,
}

impl Room {
    /// As every session is at its start.
    pub fn new(tester: &mut Tester<'_>) -> Self {
        let lasts = u64::from(tester.chance.between(200, 600));
        Self { session: tester.name("room"), model: Model::clone(&tester.start), asked: 0, lasts }
    }

    /// How many entries are added to a session at most: few, so that what all sessions hold together is about the same at
    /// all times, and memory tells something.
    const MOST_ADDED: usize = 200;

    fn is_used_up(&self, start: &Arc<Model>) -> bool {
        self.asked >= self.lasts || self.model.entries.len() > start.entries.len() + Self::MOST_ADDED
    }
}

/// A room of a tester, in place of one that is used up: of these some are ended, and some left to be put out.
pub fn room(tester: &mut Tester<'_>) -> Result<usize> {
    let place = tester.chance.below(ROOMS);
    if tester.rooms[place].is_used_up(&tester.start) {
        let new = Room::new(tester);
        let old = std::mem::replace(&mut tester.rooms[place], new);
        if tester.chance.percent(80) {
            tester.steer("DELETE", &format!("/sessions/{}", old.session), "")?;
        }
    }
    Ok(place)
}

/// The session whose journal and verdict are full, so that they are seen to stay as they are.
pub const FULL: &str = "full";

/// What is there before the first tester: as many sessions as there can be, and one with all requests that are kept.
pub fn beforehand(address: &str, book: &Book, sessions: u32, requests: u32) -> Result<()> {
    let mut connection = Connection::open(address)?;
    for number in 0..sessions {
        ask(&mut connection, book, &format!("beforehand-{number}"))?;
    }
    (0..requests).try_for_each(|_| ask(&mut connection, book, FULL))
}

fn ask(connection: &mut Connection, book: &Book, session: &str) -> Result<()> {
    book.request();
    connection.send("GET", "/api/v1/audit-logs?page=0&pageSize=1", &format!("mock-admin~{session}"), "")?;
    match connection.receive()? {
        Some(answer) if answer.status == 200 && answer.whole => Ok(()),
        other => Err(format!("{session}: {other:?}").into()),
    }
}
