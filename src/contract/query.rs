//! The parsed query of a request, and the issues that were found while it was parsed.

mod issue;
mod parse;

use serde::{Serialize, Serializer};

use super::{Entry, FilterField, Timestamp};

pub use issue::{QueryIssue, Severity};
pub use parse::{Offsets, ParsedQuery, QueryRejection, Strictness, first_value, parse};
pub(crate) use parse::{decoded, has_name, known_parameters, reparse};

/// A parsed query: which entries, and which page of them.
///
/// Serialises to an object of the query parameters, without absent times and empty filters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// The first instant of the range, inclusive (TIME-RANGE).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// The last instant of the range, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// The page, counted from 0.
    pub page: u32,
    /// Entries per page, 1 to 1000.
    pub page_size: u32,
    /// The list filters.
    #[serde(flatten)]
    pub filters: Filters,
}

/// The values of each list filter: values of one are alternatives, filters combine (FILTER-LOGIC).
///
/// ```
/// use cortex_audit_mock::contract::{Action, FilterField, Filters};
///
/// let filters = Filters::default()
///     .with(FilterField::Actions, [Action::Create, Action::Delete])
///     .with(FilterField::ObjectTypes, ["TEAM"]);
/// assert_eq!(filters.values(FilterField::Actions), ["CREATE", "DELETE"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Filters([Vec<String>; FilterField::ALL.len()]);

/// The range and filters of a query, whatever its page: queries of one selection match the same entries. A key for maps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selection {
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    filters: Filters,
}

impl Default for Query {
    /// The query of a request without parameters.
    fn default() -> Self {
        Self {
            start_time: None,
            end_time: None,
            page: 0,
            page_size: super::DEFAULT_PAGE_SIZE,
            filters: Filters::default(),
        }
    }
}

impl Query {
    /// The range and filters, in a form that is equal for queries that match the same entries.
    pub fn selection(&self) -> Selection {
        Selection { start_time: self.start_time, end_time: self.end_time, filters: self.filters.sorted() }
    }
}

impl Filters {
    /// These filters with more values of one of them.
    #[must_use]
    pub fn with<T: ToString>(mut self, field: FilterField, values: impl IntoIterator<Item = T>) -> Self {
        self.0[field as usize].extend(values.into_iter().map(|value| value.to_string()));
        self
    }

    /// These filters without the values of one of them.
    #[must_use]
    pub fn without(mut self, field: FilterField) -> Self {
        self.0[field as usize].clear();
        self
    }

    /// The values of a filter; empty when every entry passes it (FILTER-EMPTY).
    pub fn values(&self, field: FilterField) -> &[String] {
        &self.0[field as usize]
    }

    /// The filters that have values, in the published order.
    pub fn iter(&self) -> impl Iterator<Item = (FilterField, &[String])> {
        let all = FilterField::IN_PUBLISHED_ORDER.into_iter().map(|field| (field, self.values(field)));
        all.filter(|(_, values)| !values.is_empty())
    }

    /// Whether every entry passes.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// Whether an entry passes every filter.
    pub fn matches(&self, entry: &Entry) -> bool {
        let passes = |(field, values): (FilterField, &[String])| {
            entry.value(field).is_some_and(|actual| values.iter().any(|value| value == actual))
        };
        self.iter().all(passes)
    }

    /// The values of each filter in alphabetical order: equal for filters that match the same entries. A key for maps.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.0.iter_mut().for_each(|values| values.sort_unstable());
        sorted
    }
}

/// A list for each filter that has values.
impl Serialize for Filters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(field, values)| (field.as_str(), values)))
    }
}
