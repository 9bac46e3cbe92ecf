//! What a file holds, by its first object: entries, API keys and fault rules are easily given to each other's flags.

use serde_json::value::RawValue;

use super::Members;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileContent {
    Entries,
    Keys,
    FaultRules,
}

impl FileContent {
    /// The content of a JSON value, or of a list of them; `None` if its fields do not tell.
    fn of(value: &RawValue) -> Option<Self> {
        if value.get().starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
            return elements.first().filter(|first| first.get().starts_with('{')).and_then(|first| Self::of(first));
        }
        let members: Members = serde_json::from_str(value.get()).ok()?;
        let has = |name| members.get(name).is_some();
        let has_list = |name| members.get(name).is_some_and(|value| value.get().starts_with('['));
        if has_list("keys") || has("token") {
            Some(Self::Keys)
        } else if has_list("logs") || ["action", "objectIdentifier", "objectType", "timestamp"].into_iter().any(has) {
            Some(Self::Entries)
        } else {
            has("type").then_some(Self::FaultRules)
        }
    }

    /// The error of a value that holds something else.
    pub fn mismatch(self, value: &RawValue) -> Option<String> {
        let found = Self::of(value).filter(|found| *found != self)?;
        let (expected, (found, place)) = (self.description().0, found.description());
        Some(format!("holds {found}, not {expected}; {found} belong to {place}"))
    }

    /// What it is called, and where it belongs.
    fn description(self) -> (&'static str, &'static str) {
        match self {
            Self::Entries => ("entries", "--fixtures, or to POST /__admin/audit-logs"),
            Self::Keys => ("API keys", "--keys, and not among entries"),
            Self::FaultRules => ("fault rules", "--faults, or to POST /__admin/faults"),
        }
    }
}
