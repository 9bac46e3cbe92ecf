//! The kinds of objects in a company: the object type, the number at the start, and how objects are named.

use super::words;
use crate::contract::OBJECT_TYPES;

/// How objects of a kind are named.
pub enum Naming {
    /// A word from each list, joined.
    Words(&'static [&'static [&'static str]]),
    /// The name of the parent, an object of another kind.
    Parent(ObjectKind),
    /// The name of the parent with each of these words; a parent has one object for each word.
    ParentAndWord(ObjectKind, &'static [&'static str]),
    /// The e-mail address of a person.
    Email,
    /// The first name of a person with a word.
    FirstNameAndWord(&'static [&'static str]),
    /// An address range.
    Network,
}

/// The number of objects at the start.
pub enum InitialCount {
    Fixed(u32),
    /// Multiplied by the size of the company.
    Scaled(u32),
}

/// Declares the kinds: object type, number at the start, naming.
macro_rules! object_kinds {
    ($($kind:ident = $object_type:literal, $count:ident($number:literal), $naming:expr;)+) => {
        /// A kind of object. The integrations, about fifty, differ in their object type alone.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ObjectKind {
            $($kind,)+
            /// An integration, by its index among them.
            Integration(usize),
        }

        const TABLE: &[(ObjectKind, &str, InitialCount, Naming)] =
            &[$((ObjectKind::$kind, $object_type, InitialCount::$count($number), $naming),)+];

        impl ObjectKind {
            /// The index of the kind: those of the table in its order, then the integrations.
            pub const fn index(self) -> usize {
                enum Index { $($kind,)+ }
                match self {
                    $(Self::$kind => Index::$kind as usize,)+
                    Self::Integration(number) => TABLE.len() + number,
                }
            }
        }
    };
}

object_kinds! {
    AccountFlag = "ACCOUNT_FLAG", Fixed(7), Naming::Words(&[words::FLAGS]);
    AllowListEntry = "ALLOW_LIST_ENTRY", Fixed(5), Naming::Network;
    ApiKey = "API_KEY", Fixed(12), Naming::Words(&[words::CALLERS, words::USES]);
    Catalog = "CATALOG", Scaled(60), Naming::Parent(ObjectKind::Service);
    CatalogFilter = "CATALOG_FILTER", Fixed(12), Naming::Words(&[words::WHICH, words::WHAT]);
    TeamRoles = "CORTEX_TEAM_ROLES", Fixed(12), Naming::Parent(ObjectKind::Team);
    User = "CORTEX_USER", Fixed(48), Naming::Email;
    UserRoles = "CORTEX_USER_ROLES", Fixed(48), Naming::Parent(ObjectKind::User);
    CustomData = "CUSTOM_DATA", Scaled(80), Naming::ParentAndWord(ObjectKind::Service, words::METRICS);
    CustomRole = "CUSTOM_ROLE", Fixed(6), Naming::Words(&[words::FOR_WHOM, words::MAY]);
    Domain = "DOMAIN", Fixed(8), Naming::Words(&[words::AREAS, words::DOMAINS]);
    EntityType = "ENTITY_TYPE_DEFINITION", Fixed(3), Naming::Words(&[words::ENTITIES, words::SHAPES]);
    Verification = "ENTITY_VERIFICATION", Scaled(40), Naming::Parent(ObjectKind::Service);
    Initiative = "INITIATIVE", Fixed(8), Naming::Words(&[words::GOALS, words::WAVES]);
    OpenApi = "OPENAPI_DEFINITION", Scaled(24), Naming::Parent(ObjectKind::Service);
    PersonalApiKey = "PERSONAL_API_KEY", Fixed(14), Naming::FirstNameAndWord(words::DEVICES);
    Resource = "RESOURCE", Scaled(90), Naming::Words(&[words::SUBJECTS, words::STORES]);
    Scorecard = "SCORECARD", Fixed(9), Naming::Words(&[words::QUALITIES, words::MEASURES]);
    ScorecardFilter = "SCORECARD_FILTER", Fixed(6), Naming::Parent(ObjectKind::Scorecard);
    Rule = "SCORECARD_RULE", Scaled(48), Naming::Words(&[words::EVIDENCE, words::DEMANDS, words::SCOPES]);
    RuleFilter = "SCORECARD_RULE_FILTER", Fixed(10), Naming::Parent(ObjectKind::Rule);
    Secret = "SECRET", Scaled(26), Naming::Words(&[words::PROVIDERS, words::SECRETS, words::STAGES]);
    SecretGroup = "SECRET_GROUP", Fixed(5), Naming::Words(&[words::PROVIDERS, words::STAGES]);
    Service = "SERVICE", Scaled(60), Naming::Words(&[words::SUBJECTS, words::FUNCTIONS]);
    Team = "TEAM", Fixed(12), Naming::Words(&[words::SUBJECTS, words::TEAMS]);
    VerificationPeriod = "VERIFICATION_PERIOD", Fixed(2), Naming::Words(&[words::PERIODS, words::VERIFIED]);
    Workflow = "WORKFLOW", Fixed(12), Naming::Words(&[words::VERBS, words::THINGS]);
}

/// The object type that only the story of single sign-on uses.
pub const OAUTH: &str = "OAUTH_CONFIGURATION";

/// All kinds, with the integrations.
pub struct ObjectKinds {
    /// The object types of the integrations: those that Cortex is known to use and no other kind has.
    integrations: Vec<&'static str>,
    /// The indices of the integrations in use.
    in_use: Vec<usize>,
}

impl ObjectKinds {
    pub fn new() -> Self {
        let has_kind = |name: &str| name == OAUTH || TABLE.iter().any(|(_, object_type, ..)| *object_type == name);
        let integrations: Vec<_> = OBJECT_TYPES.into_iter().filter(|name| !has_kind(name)).collect();
        let index = |name: &&str| integrations.iter().position(|listed| listed == name);
        Self { in_use: words::INTEGRATIONS_IN_USE.iter().filter_map(index).collect(), integrations }
    }

    /// All kinds, in the order of [`ObjectKind::index`].
    pub fn all(&self) -> impl Iterator<Item = ObjectKind> + use<> {
        TABLE.iter().map(|(kind, ..)| *kind).chain((0..self.integrations.len()).map(ObjectKind::Integration))
    }

    /// The index of the integration of a turn. Consecutive turns are far apart in the list.
    pub fn any_integration(&self, turn: usize) -> usize {
        turn * 23 % self.integrations.len()
    }

    /// Like [`Self::any_integration`], of those in use.
    pub fn integration_in_use(&self, turn: usize) -> usize {
        self.in_use[turn * 7 % self.in_use.len()]
    }

    /// The kind with an object type; `None` for a type that the company does not use.
    pub fn find(&self, object_type: &str) -> Option<ObjectKind> {
        self.all().find(|kind| self.object_type(*kind) == object_type)
    }

    pub fn object_type(&self, kind: ObjectKind) -> &'static str {
        match kind {
            ObjectKind::Integration(number) => self.integrations[number],
            other => TABLE[other.index()].1,
        }
    }

    /// The number of objects at the start, in a company that is `scale` times as large as a small one.
    pub fn initial_count(&self, kind: ObjectKind, scale: u32) -> u32 {
        match kind {
            ObjectKind::Integration(number) => u32::from(self.in_use.contains(&number)),
            other => match TABLE[other.index()].2 {
                InitialCount::Fixed(count) => count,
                InitialCount::Scaled(count) => count * scale,
            },
        }
    }
}

impl ObjectKind {
    pub fn naming(self) -> &'static Naming {
        match self {
            Self::Integration(_) => &Naming::Words(&[words::ALIASES]),
            other => &TABLE[other.index()].3,
        }
    }

    /// Kind and number of the parent of an object. The object is named after its parent and cannot exist without it.
    pub fn parent(self, number: u32) -> Option<(Self, u32)> {
        match self.naming() {
            Naming::Parent(parent) => Some((*parent, number)),
            Naming::ParentAndWord(parent, words) => Some((*parent, number / u32::try_from(words.len()).unwrap_or(1))),
            Naming::Words(_) | Naming::Email | Naming::FirstNameAndWord(_) | Naming::Network => None,
        }
    }
}
