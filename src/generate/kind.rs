//! The kinds of objects of a workspace: what Cortex calls them, how many there are from the start, what they are named.

use super::words;
use crate::contract::OBJECT_TYPES;

/// A kind of object: one that has a life of its own here, or an integration, of which there are some fifty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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
    Like(Kind),
    /// As the object that it belongs to, with a word behind it.
    Of(Kind, &'static [&'static str]),
    /// A person's e-mail address.
    Email,
    /// A person's first name with a word behind it.
    FirstName(&'static [&'static str]),
    /// A range of addresses.
    Network,
}

/// The kinds with a life of their own, in the order of [`Kind`]: object type, how many there are from the start, names.
const OWN: &[(Kind, &str, u32, Naming)] = &[
    (Kind::AccountFlag, "ACCOUNT_FLAG", 7, Naming::Words(&[words::FLAGS])),
    (Kind::AllowListEntry, "ALLOW_LIST_ENTRY", 5, Naming::Network),
    (Kind::ApiKey, "API_KEY", 12, Naming::Words(&[words::CALLERS, words::USES])),
    (Kind::Catalog, "CATALOG", 60, Naming::Like(Kind::Service)),
    (Kind::CatalogFilter, "CATALOG_FILTER", 12, Naming::Words(&[words::WHICH, words::WHAT])),
    (Kind::TeamRoles, "CORTEX_TEAM_ROLES", 12, Naming::Like(Kind::Team)),
    (Kind::User, "CORTEX_USER", 48, Naming::Email),
    (Kind::UserRoles, "CORTEX_USER_ROLES", 48, Naming::Like(Kind::User)),
    (Kind::CustomData, "CUSTOM_DATA", 80, Naming::Of(Kind::Service, words::METRICS)),
    (Kind::CustomRole, "CUSTOM_ROLE", 6, Naming::Words(&[words::FOR_WHOM, words::MAY])),
    (Kind::Domain, "DOMAIN", 8, Naming::Words(&[words::AREAS, words::DOMAINS])),
    (Kind::EntityType, "ENTITY_TYPE_DEFINITION", 3, Naming::Words(&[words::ENTITIES, words::SHAPES])),
    (Kind::Verification, "ENTITY_VERIFICATION", 40, Naming::Like(Kind::Service)),
    (Kind::Initiative, "INITIATIVE", 8, Naming::Words(&[words::GOALS, words::WAVES])),
    (Kind::OpenApi, "OPENAPI_DEFINITION", 24, Naming::Like(Kind::Service)),
    (Kind::PersonalApiKey, "PERSONAL_API_KEY", 14, Naming::FirstName(words::DEVICES)),
    (Kind::Resource, "RESOURCE", 90, Naming::Words(&[words::SUBJECTS, words::STORES])),
    (Kind::Scorecard, "SCORECARD", 9, Naming::Words(&[words::QUALITIES, words::MEASURES])),
    (Kind::ScorecardFilter, "SCORECARD_FILTER", 6, Naming::Like(Kind::Scorecard)),
    (Kind::Rule, "SCORECARD_RULE", 48, Naming::Words(&[words::EVIDENCE, words::DEMANDS, words::SCOPES])),
    (Kind::RuleFilter, "SCORECARD_RULE_FILTER", 10, Naming::Like(Kind::Rule)),
    (Kind::Secret, "SECRET", 26, Naming::Words(&[words::PROVIDERS, words::SECRETS, words::STAGES])),
    (Kind::SecretGroup, "SECRET_GROUP", 5, Naming::Words(&[words::PROVIDERS, words::STAGES])),
    (Kind::Service, "SERVICE", 60, Naming::Words(&[words::SUBJECTS, words::FUNCTIONS])),
    (Kind::Team, "TEAM", 12, Naming::Words(&[words::SUBJECTS, words::TEAMS])),
    (Kind::VerificationPeriod, "VERIFICATION_PERIOD", 2, Naming::Words(&[words::PERIODS, words::VERIFIED])),
    (Kind::Workflow, "WORKFLOW", 12, Naming::Words(&[words::VERBS, words::THINGS])),
];

/// Only the roll-out of single sign-on touches it.
pub const OAUTH: &str = "OAUTH_CONFIGURATION";

/// The object types that are integrations: all that Cortex is known to use and that are none of the others.
fn integrations() -> impl Iterator<Item = &'static str> {
    let own = |name: &&str| !OWN.iter().any(|(_, own, ..)| own == name);
    OBJECT_TYPES.iter().copied().filter(own).filter(|name| *name != OAUTH)
}

/// Every kind, and how to tell and to find it.
pub struct Kinds {
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

impl Kinds {
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

    /// Every kind, in the order of [`Kind::place`].
    pub fn all(&self) -> impl Iterator<Item = Kind> {
        OWN.iter().map(|(kind, ..)| *kind).chain((0..self.integrations.len()).map(Kind::Integration))
    }

    /// The kind of an object type, if it is one of a workspace.
    pub fn find(&self, object_type: &str) -> Option<Kind> {
        self.all().find(|kind| self.object_type(*kind) == object_type)
    }

    pub fn object_type(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Integration(number) => self.integrations[number],
            own => OWN[own.place()].1,
        }
    }

    /// How many of it a workspace has from the start. Of the integrations it has one account each of those it uses.
    pub fn standing(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Integration(number) => u32::from(self.in_use.contains(&number)),
            own => OWN[own.place()].2,
        }
    }

    pub fn naming(kind: Kind) -> &'static Naming {
        match kind {
            Kind::Integration(_) => &Naming::Words(&[words::ALIASES]),
            own => &OWN[own.place()].3,
        }
    }
}

impl Kind {
    /// The object that an object of this kind belongs to, by its name: it cannot live without that.
    pub fn parent_of(self, number: u32) -> Option<(Self, u32)> {
        match Kinds::naming(self) {
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
