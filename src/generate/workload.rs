//! Who does what, how often, and to what: the themes of people and the workload of machines.

use super::calendar::Schedule;
use super::kind::ObjectKind;
use super::object_pool::OperationMix;
use super::people::Role;
use crate::contract::ActorType;

/// A kind of object, how often it is taken up within its theme, and what befalls it.
pub type Task = (ObjectKind, u64, OperationMix);

const fn mix(create: u64, delete: u64) -> OperationMix {
    OperationMix { create, delete }
}

/// What somebody sits down for.
pub struct Theme {
    /// How often each role does: engineer, lead, platform, security, admin, manager.
    roles: [u64; 6],
    pub tasks: &'static [Task],
    /// How many entries come of it, at least and at most.
    pub size: (u64, u64),
    /// How many seconds lie between two, at most.
    pub gap: u64,
    /// How often, in a hundred, the next entry is about the same object.
    pub focus: u64,
}

impl Theme {
    pub fn weight(&self, role: Role) -> u64 {
        self.roles[role as usize]
    }
}

/// The themes of people at work.
pub const THEMES: &[Theme] = &[
    Theme {
        roles: [52, 30, 12, 3, 0, 3],
        tasks: &[
            (ObjectKind::Service, 46, mix(5, 2)),
            (ObjectKind::Catalog, 32, mix(4, 2)),
            (ObjectKind::OpenApi, 8, mix(15, 2)),
            (ObjectKind::CustomData, 6, mix(25, 5)),
            (ObjectKind::Domain, 4, mix(3, 1)),
        ],
        size: (1, 4),
        gap: 240,
        focus: 45,
    },
    Theme {
        roles: [22, 6, 20, 2, 0, 0],
        tasks: &[(ObjectKind::Resource, 1, mix(14, 10))],
        size: (1, 5),
        gap: 180,
        focus: 30,
    },
    Theme {
        roles: [4, 22, 18, 12, 2, 14],
        tasks: &[
            (ObjectKind::Scorecard, 30, mix(5, 2)),
            (ObjectKind::Rule, 48, mix(16, 8)),
            (ObjectKind::ScorecardFilter, 12, mix(12, 8)),
            (ObjectKind::RuleFilter, 10, mix(15, 10)),
        ],
        size: (2, 7),
        gap: 150,
        focus: 30,
    },
    Theme {
        roles: [0, 14, 4, 3, 0, 38],
        tasks: &[(ObjectKind::Initiative, 1, mix(12, 3))],
        size: (1, 3),
        gap: 300,
        focus: 60,
    },
    Theme {
        roles: [1, 10, 2, 0, 10, 20],
        tasks: &[
            (ObjectKind::Team, 60, mix(4, 1)),
            (ObjectKind::Domain, 15, mix(4, 2)),
            (ObjectKind::TeamRoles, 25, mix(10, 3)),
        ],
        size: (1, 4),
        gap: 120,
        focus: 40,
    },
    Theme {
        roles: [4, 5, 18, 2, 4, 2],
        tasks: &[(ObjectKind::Workflow, 1, mix(10, 4))],
        size: (2, 6),
        gap: 200,
        focus: 75,
    },
    Theme {
        roles: [6, 3, 12, 22, 4, 0],
        tasks: &[(ObjectKind::Secret, 80, mix(22, 18)), (ObjectKind::SecretGroup, 20, mix(10, 4))],
        size: (1, 4),
        gap: 90,
        focus: 25,
    },
    // An integration is set up, or put right, in one go.
    Theme {
        roles: [0, 1, 18, 8, 30, 0],
        tasks: &[(ObjectKind::Integration(0), 1, mix(30, 8))],
        size: (3, 7),
        gap: 60,
        focus: 92,
    },
    Theme {
        roles: [0, 0, 1, 14, 34, 0],
        tasks: &[
            (ObjectKind::User, 22, mix(45, 30)),
            (ObjectKind::UserRoles, 28, mix(8, 2)),
            (ObjectKind::CustomRole, 10, mix(12, 4)),
            (ObjectKind::ApiKey, 20, mix(38, 24)),
            // Nobody takes an address off the list in the course of a working day.
            (ObjectKind::AllowListEntry, 7, mix(40, 0)),
            (ObjectKind::AccountFlag, 3, mix(4, 0)),
            (ObjectKind::EntityType, 5, mix(12, 3)),
        ],
        size: (1, 5),
        gap: 120,
        focus: 20,
    },
    Theme {
        roles: [3, 2, 3, 3, 1, 1],
        tasks: &[(ObjectKind::PersonalApiKey, 1, mix(50, 45))],
        size: (1, 2),
        gap: 60,
        focus: 0,
    },
    Theme {
        roles: [7, 6, 2, 1, 2, 18],
        tasks: &[(ObjectKind::CatalogFilter, 1, mix(30, 22))],
        size: (1, 3),
        gap: 90,
        focus: 50,
    },
    Theme {
        roles: [4, 6, 1, 0, 0, 5],
        tasks: &[(ObjectKind::Verification, 85, mix(15, 0)), (ObjectKind::VerificationPeriod, 15, mix(8, 2))],
        size: (1, 5),
        gap: 60,
        focus: 10,
    },
];

/// What acts without a person at the keyboard.
pub struct Machine {
    /// Its readable identifier; `None` when nobody is named, such as a change by GitOps.
    pub identifier: Option<&'static str>,
    pub kind: ActorType,
    pub request_type: Option<&'static str>,
    pub addresses: &'static [&'static str],
    pub schedule: Schedule,
    /// How much of its schedule's entries it makes.
    pub weight: u64,
    pub tasks: &'static [Task],
    pub size: (u64, u64),
    pub gap: u64,
}

const ENTITY: Option<&str> = Some("API_KEY_ENTITY");

/// Service accounts, webhooks and GitOps.
pub const MACHINES: &[Machine] = &[
    Machine {
        identifier: None,
        kind: ActorType::Anonymous,
        request_type: None,
        addresses: &[],
        schedule: Schedule::Deploys,
        weight: 30,
        tasks: &[
            (ObjectKind::Catalog, 60, mix(6, 2)),
            (ObjectKind::Service, 20, mix(3, 1)),
            (ObjectKind::Scorecard, 8, mix(2, 1)),
            (ObjectKind::Workflow, 6, mix(4, 2)),
            (ObjectKind::Team, 6, mix(1, 0)),
        ],
        size: (1, 4),
        gap: 4,
    },
    Machine {
        identifier: Some("ci-deploy"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["192.0.2.14"],
        schedule: Schedule::Deploys,
        weight: 30,
        tasks: &[(ObjectKind::Service, 55, mix(1, 0)), (ObjectKind::CustomData, 45, mix(4, 0))],
        size: (1, 3),
        gap: 6,
    },
    Machine {
        identifier: Some("terraform-sync"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["192.0.2.31"],
        schedule: Schedule::Deploys,
        weight: 14,
        tasks: &[
            (ObjectKind::Resource, 85, mix(14, 11)),
            (ObjectKind::Secret, 10, mix(10, 8)),
            (ObjectKind::Domain, 5, mix(1, 0)),
        ],
        size: (2, 12),
        gap: 3,
    },
    Machine {
        identifier: Some("openapi-publisher"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["192.0.2.97"],
        schedule: Schedule::Deploys,
        weight: 9,
        tasks: &[(ObjectKind::OpenApi, 1, mix(8, 2))],
        size: (1, 2),
        gap: 10,
    },
    Machine {
        identifier: Some("backstage-plugin"),
        kind: ActorType::Backstage,
        request_type: None,
        addresses: &["192.0.2.46"],
        schedule: Schedule::Deploys,
        weight: 9,
        tasks: &[(ObjectKind::Catalog, 60, mix(3, 1)), (ObjectKind::Service, 40, mix(0, 0))],
        size: (1, 3),
        gap: 8,
    },
    Machine {
        identifier: Some("Atlassian webhook"),
        kind: ActorType::Anonymous,
        request_type: Some("ATLASSIAN_WEBHOOK"),
        addresses: &["192.0.2.201", "192.0.2.202"],
        schedule: Schedule::Deploys,
        weight: 6,
        tasks: &[(ObjectKind::Initiative, 40, mix(0, 0)), (ObjectKind::Service, 60, mix(0, 0))],
        size: (1, 2),
        gap: 20,
    },
    Machine {
        identifier: Some("badge-renderer"),
        kind: ActorType::ApiKey,
        request_type: Some("SCORECARD_BADGES"),
        addresses: &["192.0.2.141"],
        schedule: Schedule::Steady,
        weight: 8,
        tasks: &[(ObjectKind::Scorecard, 1, mix(0, 0))],
        size: (1, 1),
        gap: 1,
    },
    // Credentials of integrations are renewed one by one.
    Machine {
        identifier: Some("credential-keeper"),
        kind: ActorType::ApiKey,
        request_type: None,
        addresses: &["192.0.2.12"],
        schedule: Schedule::Steady,
        weight: 34,
        tasks: &[(ObjectKind::Integration(0), 1, mix(0, 0))],
        size: (1, 1),
        gap: 1,
    },
    Machine {
        identifier: Some("metrics-ingest"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["192.0.2.83"],
        schedule: Schedule::Steady,
        weight: 52,
        tasks: &[(ObjectKind::CustomData, 1, mix(2, 1))],
        size: (1, 4),
        gap: 2,
    },
    Machine {
        identifier: Some("k8s-inventory"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["2001:db8:c1:7::20"],
        schedule: Schedule::Steady,
        weight: 40,
        tasks: &[(ObjectKind::Resource, 70, mix(8, 6)), (ObjectKind::Catalog, 30, mix(1, 1))],
        size: (1, 5),
        gap: 5,
    },
    Machine {
        identifier: Some("vault-rotator"),
        kind: ActorType::ApiKey,
        request_type: None,
        addresses: &["192.0.2.120"],
        schedule: Schedule::Nightly,
        weight: 50,
        tasks: &[(ObjectKind::Secret, 1, mix(2, 1))],
        size: (3, 9),
        gap: 8,
    },
    Machine {
        identifier: Some("catalog-janitor"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["192.0.2.58"],
        schedule: Schedule::Nightly,
        weight: 30,
        tasks: &[
            (ObjectKind::Catalog, 60, mix(0, 12)),
            (ObjectKind::Verification, 20, mix(2, 6)),
            (ObjectKind::CatalogFilter, 20, mix(0, 40)),
        ],
        size: (2, 8),
        gap: 4,
    },
    Machine {
        identifier: Some("plugin-deploy-insights"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["192.0.2.163"],
        schedule: Schedule::Nightly,
        weight: 14,
        tasks: &[(ObjectKind::CustomData, 1, mix(6, 1))],
        size: (2, 6),
        gap: 3,
    },
    Machine {
        identifier: Some("jenkins-legacy"),
        kind: ActorType::ApiKey,
        request_type: ENTITY,
        addresses: &["192.0.2.77"],
        schedule: Schedule::Nightly,
        weight: 6,
        tasks: &[(ObjectKind::Service, 1, mix(0, 0))],
        size: (1, 2),
        gap: 30,
    },
];

/// How many in a hundred of what people do, they do by a script with a token of their own.
pub const BY_TOKEN: u64 = 9;

/// How many in a hundred they do by a command in a chat, which knows them and not their address.
pub const BY_CHAT: u64 = 3;

/// What a command in a chat can be about.
pub const CHAT: &[Task] = &[(ObjectKind::Verification, 60, mix(0, 0)), (ObjectKind::Service, 40, mix(0, 0))];
