//! A world on which something happens while a client reads it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::contract::{Action, Entry, Timestamp};
use cortex_audit_mock::world::verdict::{Expectation, Judgement, Scope};
use cortex_audit_mock::{Config, World};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use tokio::runtime::Runtime;

use super::pollers::{Outside, Poller, Reply};
use crate::support::{NOW, TestMock, time};

/// What happens to a world after a request, by the number of that.
type Happening = dyn Fn(&World, u64);

/// A session of a mock, and a client's way to it; something happens to the world at each request.
pub struct Stage {
    mock: Rc<TestMock>,
    token: String,
    pub world: Arc<World>,
    runtime: Runtime,
    happens: Box<Happening>,
    requests: Cell<u64>,
}

impl Stage {
    pub fn new(happens: impl Fn(&World, u64) + 'static) -> Self {
        Self::on(&Rc::new(unlimited()), "only", happens)
    }

    /// A session of a mock that has others.
    pub fn on(mock: &Rc<TestMock>, session: &str, happens: impl Fn(&World, u64) + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        Self {
            token: format!("mock-admin~{session}"),
            world: mock.mock.session(&session.parse().unwrap()),
            mock: Rc::clone(mock),
            runtime,
            happens: Box::new(happens),
            requests: Cell::new(0),
        }
    }

    pub fn ask(&self, query: &str) -> Reply {
        self.ask_as(&self.token, query)
    }

    pub fn ask_as(&self, token: &str, query: &str) -> Reply {
        let (parts, body) = self.runtime.block_on(async {
            let request = Request::get(format!("/api/v1/audit-logs?{query}"));
            let response = self.mock.send_unchecked(request.header("Authorization", format!("Bearer {token}"))).await;
            let (parts, body) = response.into_parts();
            (parts, to_bytes(body, usize::MAX).await)
        });
        let number = self.requests.replace(self.requests.get() + 1);
        (self.happens)(&self.world, number);
        let seconds = parts.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        Reply {
            status: parts.status.as_u16(),
            retry_after: seconds.map(Duration::from_secs),
            body: body.ok().and_then(|body| serde_json::from_slice(&body).ok()),
        }
    }

    /// Polls, and judges what was read.
    pub fn judged(&self, poller: &Poller) -> Judgement {
        let world = &self.world;
        let outside =
            Outside { ask: &|query| self.ask(query), wait: &|length| world.advance(length), now: &|| world.now() };
        poller.poll(&outside, time(NOW));
        world.verdict(&Scope { from: Some(time(NOW)), ..Scope::default() })
    }
}

/// A mock without a limit.
pub fn unlimited() -> TestMock {
    limited_to("off")
}

pub fn limited_to(limit: &str) -> TestMock {
    TestMock::with_config(Config { rate_limit: limit.parse().unwrap(), ..Config::default() })
}

pub fn entry(at: Timestamp, number: u64) -> Entry {
    Entry::new(Action::Update, "SERVICE", format!("object-{number}"), at.trunc_to_millis()).with_actor("ci-deploy")
}

/// Entries come between requests, some of them half a minute late, some of one millisecond.
pub fn moving(seed: u64) -> impl Fn(&World, u64) {
    move |world, number| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(number);
        let mut draw = |bound: u64| random.next_u64() % bound;
        let now = world.now();
        let late = now.saturating_sub(Duration::from_millis(draw(30_000)));
        let same = draw(5);
        let mut entries: Vec<Entry> = (0..draw(12))
            .map(|place| {
                entry(now.saturating_sub(Duration::from_secs(1) * u32::try_from(place).unwrap()), number * 100 + place)
            })
            .collect();
        entries.extend((0..same).map(|place| entry(late, number * 100 + 50 + place)));
        world.append(entries);
    }
}

#[track_caller]
pub fn clean(judgement: &Judgement) {
    for expectation in Expectation::ALL {
        assert_eq!(judgement.failure_message(expectation), None, "{judgement}");
    }
    assert_eq!(judgement.bugs(), [], "{judgement}");
}
