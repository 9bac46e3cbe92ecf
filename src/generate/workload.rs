//! The work of people and machines, which `workload.json` lists: which kinds of objects they change, how often, and in sessions
//! of which size.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::calendar::Schedule;
use super::kind::{KINDS, Kind};
use super::people::Role;
use crate::contract::ActorType;
use crate::seed::SeededRng;

/// The workload of the company.
pub static WORKLOAD: LazyLock<Workload> =
    LazyLock::new(|| serde_json::from_str(include_str!("workload.json")).expect("the work of people and machines"));

/// What people and machines work on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// The themes of people.
    pub themes: Vec<Theme>,
    /// Service accounts, webhooks, GitOps and the automatic import of entities.
    pub machines: Vec<Machine>,
    /// The share of scripts among the sessions of a person with a token, in percent.
    pub token_percent: u64,
}

/// A kind of object within a workload.
#[derive(Deserialize)]
pub struct Task {
    /// Absent for the integration that the session is about.
    #[serde(default, deserialize_with = "kind")]
    pub kind: Option<&'static Kind>,
    /// How often it is picked, compared with the other tasks.
    pub weight: u64,
    /// The share of creations among the operations, in percent.
    #[serde(default)]
    pub create: u64,
    /// The share of deletions; the other operations are updates.
    #[serde(default)]
    pub delete: u64,
}

/// The kind with an object type.
fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static Kind>, D::Error> {
    let object_type = <&str>::deserialize(deserializer)?;
    let unknown = || D::Error::custom(format!("there is no kind {object_type}"));
    KINDS.find(object_type).map(Some).ok_or_else(unknown)
}

/// The shape of work sessions.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    /// The least and the most entries.
    pub size: (u64, u64),
    /// The most seconds between two entries.
    pub max_gap: i64,
    /// The probability in percent that an entry is about the same object as the one before.
    #[serde(default)]
    pub focus: u64,
}

impl Shape {
    pub fn draw_size(&self, rng: &mut SeededRng) -> u64 {
        let (least, most) = self.size;
        least + rng.below(most - least + 1)
    }
}

/// The subject of a work session of a person.
#[derive(Deserialize)]
pub struct Theme {
    /// How often each role has it.
    weights: BTreeMap<Role, u64>,
    pub tasks: Vec<Task>,
    pub session: Shape,
}

impl Theme {
    pub fn weight(&self, role: Role) -> u64 {
        self.weights.get(&role).copied().unwrap_or_default()
    }
}

/// An actor that is not a person.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// The readable identifier; absent for GitOps and the automatic import of entities.
    pub identifier: Option<String>,
    pub actor_type: ActorType,
    /// Of `ANONYMOUS` actors alone.
    pub request_type: Option<String>,
    pub addresses: Vec<String>,
    pub schedule: Schedule,
    /// Its share of the entries of its schedule, compared with the other machines.
    pub weight: u64,
    pub tasks: Vec<Task>,
    pub session: Shape,
}
