//! The twelve query parameters and their bounds.

/// The page size when none is asked for (PAGE-BOUNDS).
pub const DEFAULT_PAGE_SIZE: u32 = 250;
/// The largest page (PAGE-BOUNDS).
pub const MAX_PAGE_SIZE: u32 = 1000;
/// The largest `page`: an int32 (PAGE-BOUNDS).
pub const MAX_PAGE: u32 = i32::MAX as u32;

/// A query parameter of the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Parameter {
    /// `startTime`
    StartTime,
    /// `endTime`
    EndTime,
    /// `page`
    Page,
    /// `pageSize`
    PageSize,
    /// `actions`
    Actions,
    /// `objectIdentifiers`
    ObjectIdentifiers,
    /// `objectTypes`
    ObjectTypes,
    /// `actorTypes`
    ActorTypes,
    /// `actorApiKeyIdentifiers`
    ActorApiKeyIdentifiers,
    /// `actorEmails`
    ActorEmails,
    /// `actorIpAddresses`
    ActorIpAddresses,
    /// `actorRequestTypes`
    ActorRequestTypes,
}

impl Parameter {
    /// Every parameter, in the published order.
    pub const ALL: [Self; 12] = [
        Self::StartTime,
        Self::EndTime,
        Self::Page,
        Self::PageSize,
        Self::Actions,
        Self::ObjectIdentifiers,
        Self::ObjectTypes,
        Self::ActorTypes,
        Self::ActorApiKeyIdentifiers,
        Self::ActorEmails,
        Self::ActorIpAddresses,
        Self::ActorRequestTypes,
    ];

    /// The name in a query string.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StartTime => "startTime",
            Self::EndTime => "endTime",
            Self::Page => "page",
            Self::PageSize => "pageSize",
            Self::Actions => "actions",
            Self::ObjectIdentifiers => "objectIdentifiers",
            Self::ObjectTypes => "objectTypes",
            Self::ActorTypes => "actorTypes",
            Self::ActorApiKeyIdentifiers => "actorApiKeyIdentifiers",
            Self::ActorEmails => "actorEmails",
            Self::ActorIpAddresses => "actorIpAddresses",
            Self::ActorRequestTypes => "actorRequestTypes",
        }
    }

    /// The parameter of that exact name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }
}
