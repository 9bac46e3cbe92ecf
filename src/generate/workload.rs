//! The work of people and machines: which kinds of objects they change, how often, and in sessions of which size.

use super::calendar::Schedule;
use super::kind::ObjectKind;
use super::object_pool::OperationMix;
use super::people::Role;
use crate::contract::ActorType;
use crate::seed::SeededRng;

/// A kind of object within a workload.
pub struct Task {
    pub kind: ObjectKind,
    /// How often it is picked, compared with the other tasks.
    pub weight: u64,
    pub mix: OperationMix,
}

/// A task with the share of creations and deletions in percent.
const fn task(kind: ObjectKind, weight: u64, create: u64, delete: u64) -> Task {
    Task { kind, weight, mix: OperationMix { create, delete } }
}

/// The shape of work sessions.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The least and the most entries.
    pub size: (u64, u64),
    /// The most seconds between two entries.
    pub max_gap: i64,
    /// The probability in percent that an entry is about the same object as the one before.
    pub focus: u64,
}

impl Shape {
    pub const SINGLE_ENTRY: Self = Self { size: (1, 1), max_gap: 1, focus: 0 };

    pub fn draw_size(&self, rng: &mut SeededRng) -> u64 {
        let (least, most) = self.size;
        least + rng.below(most - least + 1)
    }
}

/// The subject of a work session of a person.
pub struct Theme {
    /// How often each role has it: engineer, lead, platform, security, admin, manager.
    weights: [u64; 6],
    pub tasks: &'static [Task],
    pub shape: Shape,
}

impl Theme {
    pub fn weight(&self, role: Role) -> u64 {
        self.weights[role as usize]
    }
}

/// The themes of people.
pub const THEMES: &[Theme] = &[
    Theme {
        weights: [52, 30, 12, 3, 0, 3],
        tasks: &[
            task(ObjectKind::Service, 46, 5, 2),
            task(ObjectKind::Catalog, 32, 4, 2),
            task(ObjectKind::OpenApi, 8, 15, 2),
            task(ObjectKind::CustomData, 6, 25, 5),
            task(ObjectKind::Domain, 4, 3, 1),
        ],
        shape: Shape { size: (1, 4), max_gap: 240, focus: 45 },
    },
    Theme {
        weights: [22, 6, 20, 2, 0, 0],
        tasks: &[task(ObjectKind::Resource, 1, 14, 10)],
        shape: Shape { size: (1, 5), max_gap: 180, focus: 30 },
    },
    Theme {
        weights: [4, 22, 18, 12, 2, 14],
        tasks: &[
            task(ObjectKind::Scorecard, 30, 5, 2),
            task(ObjectKind::Rule, 48, 16, 8),
            task(ObjectKind::ScorecardFilter, 12, 12, 8),
            task(ObjectKind::RuleFilter, 10, 15, 10),
        ],
        shape: Shape { size: (2, 7), max_gap: 150, focus: 30 },
    },
    Theme {
        weights: [0, 14, 4, 3, 0, 38],
        tasks: &[task(ObjectKind::Initiative, 1, 12, 3)],
        shape: Shape { size: (1, 3), max_gap: 300, focus: 60 },
    },
    Theme {
        weights: [1, 10, 2, 0, 10, 20],
        tasks: &[
            task(ObjectKind::Team, 60, 4, 1),
            task(ObjectKind::Domain, 15, 4, 2),
            task(ObjectKind::TeamRoles, 25, 10, 3),
        ],
        shape: Shape { size: (1, 4), max_gap: 120, focus: 40 },
    },
    Theme {
        weights: [4, 5, 18, 2, 4, 2],
        tasks: &[task(ObjectKind::Workflow, 1, 10, 4)],
        shape: Shape { size: (2, 6), max_gap: 200, focus: 75 },
    },
    Theme {
        weights: [6, 3, 12, 22, 4, 0],
        tasks: &[task(ObjectKind::Secret, 80, 22, 18), task(ObjectKind::SecretGroup, 20, 10, 4)],
        shape: Shape { size: (1, 4), max_gap: 90, focus: 25 },
    },
    // An integration is set up or repaired in one session.
    Theme {
        weights: [0, 1, 18, 8, 30, 0],
        tasks: &[task(ObjectKind::Integration(0), 1, 30, 8)],
        shape: Shape { size: (3, 7), max_gap: 60, focus: 92 },
    },
    Theme {
        weights: [0, 0, 1, 14, 34, 0],
        tasks: &[
            task(ObjectKind::User, 22, 45, 30),
            task(ObjectKind::UserRoles, 28, 8, 2),
            task(ObjectKind::CustomRole, 10, 12, 4),
            task(ObjectKind::ApiKey, 20, 38, 24),
            // Nobody deletes an allowlist entry during the day: the story of the admin at night does.
            task(ObjectKind::AllowListEntry, 7, 40, 0),
            task(ObjectKind::AccountFlag, 3, 4, 0),
            task(ObjectKind::EntityType, 5, 12, 3),
        ],
        shape: Shape { size: (1, 5), max_gap: 120, focus: 20 },
    },
    Theme {
        weights: [3, 2, 3, 3, 1, 1],
        tasks: &[task(ObjectKind::PersonalApiKey, 1, 50, 45)],
        shape: Shape { size: (1, 2), max_gap: 60, focus: 0 },
    },
    Theme {
        weights: [7, 6, 2, 1, 2, 18],
        tasks: &[task(ObjectKind::CatalogFilter, 1, 30, 22)],
        shape: Shape { size: (1, 3), max_gap: 90, focus: 50 },
    },
    Theme {
        weights: [4, 6, 1, 0, 0, 5],
        tasks: &[task(ObjectKind::Verification, 85, 15, 0), task(ObjectKind::VerificationPeriod, 15, 8, 2)],
        shape: Shape { size: (1, 5), max_gap: 60, focus: 10 },
    },
];

/// An actor that is not a person.
pub struct Machine {
    /// The readable identifier; `None` for changes that name nobody, such as those by GitOps.
    pub identifier: Option<&'static str>,
    pub actor_type: ActorType,
    pub request_type: Option<&'static str>,
    pub addresses: &'static [&'static str],
    pub schedule: Schedule,
    /// Its share of the entries of its schedule, compared with the other machines.
    pub weight: u64,
    pub tasks: &'static [Task],
    pub shape: Shape,
}

/// The defaults of a machine with an API key.
const fn api_key(identifier: &'static str, addresses: &'static [&'static str]) -> Machine {
    Machine {
        identifier: Some(identifier),
        actor_type: ActorType::ApiKey,
        request_type: Some("API_KEY_ENTITY"),
        addresses,
        schedule: Schedule::Steady,
        weight: 0,
        tasks: &[],
        shape: Shape::SINGLE_ENTRY,
    }
}

/// The machines: service accounts, webhooks and GitOps.
pub const MACHINES: &[Machine] = &[
    Machine {
        identifier: None,
        actor_type: ActorType::Anonymous,
        request_type: None,
        addresses: &[],
        schedule: Schedule::Deploys,
        weight: 30,
        tasks: &[
            task(ObjectKind::Catalog, 60, 6, 2),
            task(ObjectKind::Service, 20, 3, 1),
            task(ObjectKind::Scorecard, 8, 2, 1),
            task(ObjectKind::Workflow, 6, 4, 2),
            task(ObjectKind::Team, 6, 1, 0),
        ],
        shape: Shape { size: (1, 4), max_gap: 4, focus: 0 },
    },
    Machine {
        schedule: Schedule::Deploys,
        weight: 30,
        tasks: &[task(ObjectKind::Service, 55, 1, 0), task(ObjectKind::CustomData, 45, 4, 0)],
        shape: Shape { size: (1, 3), max_gap: 6, focus: 0 },
        ..api_key("ci-deploy", &["192.0.2.14"])
    },
    Machine {
        schedule: Schedule::Deploys,
        weight: 14,
        tasks: &[
            task(ObjectKind::Resource, 85, 14, 11),
            task(ObjectKind::Secret, 10, 10, 8),
            task(ObjectKind::Domain, 5, 1, 0),
        ],
        shape: Shape { size: (2, 12), max_gap: 3, focus: 0 },
        ..api_key("terraform-sync", &["192.0.2.31"])
    },
    Machine {
        schedule: Schedule::Deploys,
        weight: 9,
        tasks: &[task(ObjectKind::OpenApi, 1, 8, 2)],
        shape: Shape { size: (1, 2), max_gap: 10, focus: 0 },
        ..api_key("openapi-publisher", &["192.0.2.97"])
    },
    Machine {
        identifier: Some("backstage-plugin"),
        actor_type: ActorType::Backstage,
        request_type: None,
        addresses: &["192.0.2.46"],
        schedule: Schedule::Deploys,
        weight: 9,
        tasks: &[task(ObjectKind::Catalog, 60, 3, 1), task(ObjectKind::Service, 40, 0, 0)],
        shape: Shape { size: (1, 3), max_gap: 8, focus: 0 },
    },
    Machine {
        identifier: Some("Atlassian webhook"),
        actor_type: ActorType::Anonymous,
        request_type: Some("ATLASSIAN_WEBHOOK"),
        addresses: &["192.0.2.201", "192.0.2.202"],
        schedule: Schedule::Deploys,
        weight: 6,
        tasks: &[task(ObjectKind::Initiative, 40, 0, 0), task(ObjectKind::Service, 60, 0, 0)],
        shape: Shape { size: (1, 2), max_gap: 20, focus: 0 },
    },
    Machine {
        request_type: Some("SCORECARD_BADGES"),
        schedule: Schedule::Steady,
        weight: 8,
        tasks: &[task(ObjectKind::Scorecard, 1, 0, 0)],
        ..api_key("badge-renderer", &["192.0.2.141"])
    },
    // Renews the credentials of one integration at a time.
    Machine {
        request_type: None,
        schedule: Schedule::Steady,
        weight: 34,
        tasks: &[task(ObjectKind::Integration(0), 1, 0, 0)],
        ..api_key("credential-keeper", &["192.0.2.12"])
    },
    Machine {
        schedule: Schedule::Steady,
        weight: 52,
        tasks: &[task(ObjectKind::CustomData, 1, 2, 1)],
        shape: Shape { size: (1, 4), max_gap: 2, focus: 0 },
        ..api_key("metrics-ingest", &["192.0.2.83"])
    },
    Machine {
        schedule: Schedule::Steady,
        weight: 40,
        tasks: &[task(ObjectKind::Resource, 70, 8, 6), task(ObjectKind::Catalog, 30, 1, 1)],
        shape: Shape { size: (1, 5), max_gap: 5, focus: 0 },
        ..api_key("k8s-inventory", &["2001:db8:c1:7::20"])
    },
    Machine {
        request_type: None,
        schedule: Schedule::Nightly,
        weight: 50,
        tasks: &[task(ObjectKind::Secret, 1, 2, 1)],
        shape: Shape { size: (3, 9), max_gap: 8, focus: 0 },
        ..api_key("vault-rotator", &["192.0.2.120"])
    },
    Machine {
        schedule: Schedule::Nightly,
        weight: 30,
        tasks: &[
            task(ObjectKind::Catalog, 60, 0, 12),
            task(ObjectKind::Verification, 20, 2, 6),
            task(ObjectKind::CatalogFilter, 20, 0, 40),
        ],
        shape: Shape { size: (2, 8), max_gap: 4, focus: 0 },
        ..api_key("catalog-janitor", &["192.0.2.58"])
    },
    Machine {
        schedule: Schedule::Nightly,
        weight: 14,
        tasks: &[task(ObjectKind::CustomData, 1, 6, 1)],
        shape: Shape { size: (2, 6), max_gap: 3, focus: 0 },
        ..api_key("plugin-deploy-insights", &["192.0.2.163"])
    },
    Machine {
        schedule: Schedule::Nightly,
        weight: 6,
        tasks: &[task(ObjectKind::Service, 1, 0, 0)],
        shape: Shape { size: (1, 2), max_gap: 30, focus: 0 },
        ..api_key("jenkins-legacy", &["192.0.2.77"])
    },
];

/// The share of scripts among the sessions of a person with a token, in percent.
pub const TOKEN_PERCENT: u64 = 36;

/// The share of commands in a chat among the sessions of people, in percent. The chat knows the person but no address.
pub const CHAT_PERCENT: u64 = 3;

/// The tasks of commands in a chat.
pub const CHAT_TASKS: &[Task] = &[task(ObjectKind::Verification, 60, 0, 0), task(ObjectKind::Service, 40, 0, 0)];
