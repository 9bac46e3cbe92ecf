//! The query parameters and their bounds.

use super::FilterField;

/// The page size of a request without `pageSize` (PAGE-BOUNDS).
pub const DEFAULT_PAGE_SIZE: u32 = 250;
/// The largest `pageSize` (PAGE-BOUNDS).
pub const MAX_PAGE_SIZE: u32 = 1000;
/// The largest `page`, the largest int32 (PAGE-BOUNDS).
pub const MAX_PAGE: u32 = i32::MAX as u32;

/// A query parameter of the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// `startTime`
    StartTime,
    /// `endTime`
    EndTime,
    /// `page`
    Page,
    /// `pageSize`
    PageSize,
    /// A list filter.
    Filter(FilterField),
}

/// Number of parameters that are not list filters; they come first.
const BEFORE_FILTERS: usize = 4;

impl Parameter {
    /// Every parameter, in the published order.
    pub const ALL: [Self; BEFORE_FILTERS + FilterField::ALL.len()] = {
        let mut all = [Self::StartTime; BEFORE_FILTERS + FilterField::ALL.len()];
        all[1] = Self::EndTime;
        all[2] = Self::Page;
        all[3] = Self::PageSize;
        let mut filter = 0;
        while filter < FilterField::IN_PUBLISHED_ORDER.len() {
            all[BEFORE_FILTERS + filter] = Self::Filter(FilterField::IN_PUBLISHED_ORDER[filter]);
            filter += 1;
        }
        all
    };

    /// The name in a query string.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StartTime => "startTime",
            Self::EndTime => "endTime",
            Self::Page => "page",
            Self::PageSize => "pageSize",
            Self::Filter(field) => field.as_str(),
        }
    }

    /// The parameter of that exact name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }
}
