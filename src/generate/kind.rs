//! The kinds of objects in a company. `kinds.json` has the object type, the number at the start and the naming of each, and
//! `words.json` the lists of words of the names, and the
//! integrations in use.
//!
//! Each list of words is one part of a name; its words begin with the character that joins them to the part before. No word has a comma:
//! a filter could not name the object (LIST-SPLIT).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::contract::OBJECT_TYPES;

/// The object type that only the story of single sign-on uses.
pub const OAUTH: &str = "OAUTH_CONFIGURATION";

/// All kinds.
pub static KINDS: LazyLock<Kinds> = LazyLock::new(Kinds::load);

static WORDS: LazyLock<HashMap<&str, Vec<&str>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("words.json")).expect("lists of words"));

/// A kind of object.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kind {
    /// The index among all kinds: those of `kinds.json`, then the integrations.
    #[serde(skip)]
    pub index: usize,
    pub object_type: &'static str,
    /// The number of objects at the start, in a small company.
    count: u32,
    /// Whether a larger company has more at the start.
    #[serde(default)]
    scales: bool,
    pub naming: Naming,
}

/// How objects of a kind are named.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Naming {
    /// A word from each list, joined.
    Words(Vec<WordList>),
    /// The name of the parent, an object of another type.
    Parent(&'static str),
    /// The name of the parent with each of these words; a parent has one object for each word.
    ParentAndWord(&'static str, WordList),
    /// The e-mail address of a person.
    Email,
    /// The first name of a person with a word.
    FirstNameAndWord(WordList),
    /// An address range.
    Network,
}

/// A list of `words.json`, which `kinds.json` names.
#[derive(Debug)]
pub struct WordList(pub &'static [&'static str]);

impl<'de> Deserialize<'de> for WordList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <&str>::deserialize(deserializer)?;
        WORDS.get(name).map(|words| Self(words)).ok_or_else(|| D::Error::custom(format!("there are no words {name}")))
    }
}

impl Kind {
    /// The number of objects at the start, in a company that is `scale` times as large as a small one.
    pub fn initial_count(&self, scale: u32) -> u32 {
        if self.scales { self.count * scale } else { self.count }
    }

    /// Kind and number of the parent of an object. The object is named after its parent and cannot exist without it.
    pub fn parent(&self, number: u32) -> Option<(&'static Self, u32)> {
        let (parent, number) = match &self.naming {
            Naming::Parent(parent) => (parent, number),
            Naming::ParentAndWord(parent, words) => (parent, number / u32::try_from(words.0.len()).unwrap_or(1)),
            Naming::Words(_) | Naming::Email | Naming::FirstNameAndWord(_) | Naming::Network => return None,
        };
        Some((KINDS.find(parent)?, number))
    }
}

/// All kinds: those of `kinds.json`, then the integrations, which are the object types that Cortex is known to use and no other
/// kind has. The integrations differ in their object type alone.
pub struct Kinds {
    all: Vec<Kind>,
    first_integration: usize,
    /// The indices of the integrations in use. The others are tried now and then.
    integrations_in_use: Vec<usize>,
}

impl Kinds {
    fn load() -> Self {
        let mut all: Vec<Kind> = serde_json::from_str(include_str!("kinds.json")).expect("kinds of objects");
        let in_use = &WORDS["integrationsInUse"];
        let first_integration = all.len();
        for object_type in OBJECT_TYPES {
            if object_type != OAUTH && all.iter().all(|kind| kind.object_type != object_type) {
                let count = u32::from(in_use.contains(&object_type));
                let naming = Naming::Words(vec![WordList(&WORDS["integrationAliases"])]);
                all.push(Kind { index: 0, object_type, count, scales: false, naming });
            }
        }
        all.iter_mut().enumerate().for_each(|(index, kind)| kind.index = index);
        let index = |name: &&str| all.iter().position(|kind| kind.object_type == *name);
        let integrations_in_use = in_use.iter().filter_map(index).collect();
        Self { all, first_integration, integrations_in_use }
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Kind> {
        self.all.iter()
    }

    /// The kind with an object type; `None` for a type that the company does not use.
    pub fn find(&self, object_type: &str) -> Option<&Kind> {
        self.iter().find(|kind| kind.object_type == object_type)
    }

    /// The integration of a turn. Consecutive turns are far apart in the list.
    pub fn any_integration(&self, turn: usize) -> &Kind {
        let integrations = &self.all[self.first_integration..];
        &integrations[turn * 23 % integrations.len()]
    }

    /// Like [`Self::any_integration`], of those in use.
    pub fn integration_in_use(&self, turn: usize) -> &Kind {
        &self.all[self.integrations_in_use[turn * 7 % self.integrations_in_use.len()]]
    }
}
