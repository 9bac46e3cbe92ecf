//! The kinds of objects of a workspace: what Cortex calls them, how many there are from the start, what they are named.

use super::words;
use crate::contract::OBJECT_TYPES;

/// A kind of object: one that has a life of its own here, or an integration, of which there are some fifty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    AccountFlag,
    AllowListEntry,
    ApiKey,
    Catalog,
    CatalogFilter,
    TeamRoles,
    User,
    UserRoles,
    CustomData,
    CustomRole,
    Domain,
    EntityType,
    Verification,
    Initiative,
    OpenApi,
    PersonalApiKey,
    Resource,
    Scorecard,
    ScorecardFilter,
    Rule,
    RuleFilter,
    Secret,
    SecretGroup,
    Service,
    Team,
    VerificationPeriod,
    Workflow,
    /// The `n`th of [`INTEGRATIONS`].
    Integration(usize),
}

/// How an object of a kind gets its name.
pub enum Naming {
    /// A word of each list, one behind the other.
    Words(&'static [&'static [&'static str]]),
    /// As the object of another kind that it belongs to.
    Like(ObjectKind),
    /// As the object that it belongs to, with a word behind it.
    Of(ObjectKind, &'static [&'static str]),
    /// A person's e-mail address.
    Email,
    /// A person's first name with a word behind it.
    FirstName(&'static [&'static str]),
    /// A range of addresses.
    Network,
}

/// The kinds with a life of their own, in the order of [`ObjectKind`]: object type, how many there are from the start, names.
const OWN: &[(ObjectKind, &str, u32, Naming)] = &[
    (ObjectKind::AccountFlag, "ACCOUNT_FLAG", 7, Naming::Words(&[words::FLAGS])),
    (ObjectKind::AllowListEntry, "ALLOW_LIST_ENTRY", 5, Naming::Network),
    (ObjectKind::ApiKey, "API_KEY", 12, Naming::Words(&[words::CALLERS, words::USES])),
    (ObjectKind::Catalog, "CATALOG", 60, Naming::Like(ObjectKind::Service)),
    (ObjectKind::CatalogFilter, "CATALOG_FILTER", 12, Naming::Words(&[words::WHICH, words::WHAT])),
    (ObjectKind::TeamRoles, "CORTEX_TEAM_ROLES", 12, Naming::Like(ObjectKind::Team)),
    (ObjectKind::User, "CORTEX_USER", 48, Naming::Email),
    (ObjectKind::UserRoles, "CORTEX_USER_ROLES", 48, Naming::Like(ObjectKind::User)),
    (ObjectKind::CustomData, "CUSTOM_DATA", 80, Naming::Of(ObjectKind::Service, words::METRICS)),
    (ObjectKind::CustomRole, "CUSTOM_ROLE", 6, Naming::Words(&[words::FOR_WHOM, words::MAY])),
    (ObjectKind::Domain, "DOMAIN", 8, Naming::Words(&[words::AREAS, words::DOMAINS])),
    (ObjectKind::EntityType, "ENTITY_TYPE_DEFINITION", 3, Naming::Words(&[words::ENTITIES, words::SHAPES])),
    (ObjectKind::Verification, "ENTITY_VERIFICATION", 40, Naming::Like(ObjectKind::Service)),
    (ObjectKind::Initiative, "INITIATIVE", 8, Naming::Words(&[words::GOALS, words::WAVES])),
    (ObjectKind::OpenApi, "OPENAPI_DEFINITION", 24, Naming::Like(ObjectKind::Service)),
    (ObjectKind::PersonalApiKey, "PERSONAL_API_KEY", 14, Naming::FirstName(words::DEVICES)),
    (ObjectKind::Resource, "RESOURCE", 90, Naming::Words(&[words::SUBJECTS, words::STORES])),
    (ObjectKind::Scorecard, "SCORECARD", 9, Naming::Words(&[words::QUALITIES, words::MEASURES])),
    (ObjectKind::ScorecardFilter, "SCORECARD_FILTER", 6, Naming::Like(ObjectKind::Scorecard)),
    (ObjectKind::Rule, "SCORECARD_RULE", 48, Naming::Words(&[words::EVIDENCE, words::DEMANDS, words::SCOPES])),
    (ObjectKind::RuleFilter, "SCORECARD_RULE_FILTER", 10, Naming::Like(ObjectKind::Rule)),
    (ObjectKind::Secret, "SECRET", 26, Naming::Words(&[words::PROVIDERS, words::SECRETS, words::STAGES])),
    (ObjectKind::SecretGroup, "SECRET_GROUP", 5, Naming::Words(&[words::PROVIDERS, words::STAGES])),
    (ObjectKind::Service, "SERVICE", 60, Naming::Words(&[words::SUBJECTS, words::FUNCTIONS])),
    (ObjectKind::Team, "TEAM", 12, Naming::Words(&[words::SUBJECTS, words::TEAMS])),
    (ObjectKind::VerificationPeriod, "VERIFICATION_PERIOD", 2, Naming::Words(&[words::PERIODS, words::VERIFIED])),
    (ObjectKind::Workflow, "WORKFLOW", 12, Naming::Words(&[words::VERBS, words::THINGS])),
];

/// Only the roll-out of single sign-on tasks it.
pub const OAUTH: &str = "OAUTH_CONFIGURATION";

/// The object types that are integrations: all that Cortex is known to use and that are none of the others.
fn integrations() -> impl Iterator<Item = &'static str> {
    let own = |name: &&str| !OWN.iter().any(|(_, own, ..)| own == name);
    OBJECT_TYPES.iter().copied().filter(own).filter(|name| *name != OAUTH)
}

/// Every kind, and how to tell and to find it.
pub struct ObjectKinds {
    integrations: Vec<&'static str>,
    /// Of the integrations, those that the company works with; the others are looked at now and then.
    pub in_use: Vec<usize>,
}

/// What the company works with.
const IN_USE: [&str; 16] = [
    "GITHUB_APP_CONFIGURATION",
    "GITHUB_APP_INSTALLATION",
    "GITHUB_WEBHOOK_SECRET",
    "BITBUCKET_CONFIGURATION",
    "JIRA_OAUTH_CONFIGURATION",
    "SLACK_CONFIGURATION",
    "PAGERDUTY_CONFIGURATION",
    "DATADOG_CONFIGURATION",
    "SENTRY_CONFIGURATION",
    "SONARQUBE_CONFIGURATION",
    "SNYK_CONFIGURATION",
    "AWS_CONFIGURATION",
    "OKTA_CONFIGURATION",
    "LAUNCHDARKLY_CONFIGURATION",
    "BUILDKITE_CONFIGURATION",
    "WORKDAY_CONFIGURATION",
];

impl ObjectKinds {
    pub fn new() -> Self {
        let integrations: Vec<_> = integrations().collect();
        let place = |name: &&str| integrations.iter().position(|listed| listed == name);
        Self { in_use: IN_USE.iter().filter_map(place).collect(), integrations }
    }

    pub fn len(&self) -> usize {
        OWN.len() + self.integrations.len()
    }

    /// How many of them are integrations.
    pub fn integrations(&self) -> usize {
        self.integrations.len()
    }

    /// Every kind, in the order of [`ObjectKind::place`].
    pub fn all(&self) -> impl Iterator<Item = ObjectKind> {
        OWN.iter().map(|(kind, ..)| *kind).chain((0..self.integrations.len()).map(ObjectKind::Integration))
    }

    /// The kind of an object type, if it is one of a workspace.
    pub fn find(&self, object_type: &str) -> Option<ObjectKind> {
        self.all().find(|kind| self.object_type(*kind) == object_type)
    }

    pub fn object_type(&self, kind: ObjectKind) -> &'static str {
        match kind {
            ObjectKind::Integration(number) => self.integrations[number],
            own => OWN[own.place()].1,
        }
    }

    /// How many of it a workspace has from the start. Of the integrations it has one account each of those it uses.
    pub fn standing(&self, kind: ObjectKind) -> u32 {
        match kind {
            ObjectKind::Integration(number) => u32::from(self.in_use.contains(&number)),
            own => OWN[own.place()].2,
        }
    }

    pub fn naming(kind: ObjectKind) -> &'static Naming {
        match kind {
            ObjectKind::Integration(_) => &Naming::Words(&[words::ALIASES]),
            own => &OWN[own.place()].3,
        }
    }
}

impl ObjectKind {
    /// The object that an object of this kind belongs to, by its name: it cannot live without that.
    pub fn parent_of(self, number: u32) -> Option<(Self, u32)> {
        match ObjectKinds::naming(self) {
            Naming::Like(parent) => Some((*parent, number)),
            Naming::Of(parent, words) => Some((*parent, number / u32::try_from(words.len()).unwrap_or(1))),
            _ => None,
        }
    }

    /// A number for each kind, from 0 without a gap.
    pub fn place(self) -> usize {
        match self {
            Self::Integration(number) => OWN.len() + number,
            own => OWN.iter().position(|(listed, ..)| *listed == own).unwrap_or_default(),
        }
    }
}
