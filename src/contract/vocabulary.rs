//! The words of the API: closed enums, and open lists of known values.

use std::collections::BTreeSet;

use super::{AcceptedValues, Entry, FilterField};
use crate::text::word_enum;

word_enum! {
    /// What was done to an object (LIST-ACTIONS), in the published order.
    pub enum Action {
        /// `CREATE`
        Create = "CREATE",
        /// `READ`: accepted as a filter, never in an entry.
        Read = "READ",
        /// `UPDATE`
        Update = "UPDATE",
        /// `DELETE`
        Delete = "DELETE",
    }
}

word_enum! {
    /// How an actor authenticated (LIST-ACTOR-TYPES), in the published order.
    pub enum ActorType {
        /// `API_KEY`
        ApiKey = "API_KEY",
        /// `PERSONAL_API_KEY`
        PersonalApiKey = "PERSONAL_API_KEY",
        /// `OAUTH2`: a person in the web application.
        Oauth2 = "OAUTH2",
        /// `BACKSTAGE`
        Backstage = "BACKSTAGE",
        /// `ANONYMOUS`: GitOps, imports, webhooks without an identity.
        Anonymous = "ANONYMOUS",
    }
}

/// The published request types of an actor (LIST-REQUEST-TYPES); the list is open.
pub const ACTOR_REQUEST_TYPES: [&str; 4] = ["API_KEY_ENTITY", "ATLASSIAN_WEBHOOK", "SCORECARD_BADGES", "SLACK_COMMAND"];

/// The object types that Cortex is known to use (LIST-OBJECT-TYPES, LIST-OBJECT-TYPES-KNOWN); the list is open.
pub const OBJECT_TYPES: [&str; 87] = [
    "ACCOUNT_FLAG",
    "ACTIVE_DIRECTORY_CONFIGURATION",
    "ALLOW_LIST_ENTRY",
    "API_KEY",
    "ATLASSIAN_CONFIGURATION",
    "AWS_CONFIGURATION",
    "AZURE_DEVOPS_CONFIGURATION",
    "AZURE_RESOURCES_CONFIGURATION",
    "BAMBOO_HR_CONFIGURATION",
    "BITBUCKET_CONFIGURATION",
    "BITBUCKET_OAUTH_CONFIGURATION",
    "BITBUCKET_OAUTH_REGISTRATION",
    "BITBUCKET_ONPREM_CONFIGURATION",
    "BITBUCKET_ONPREM_WEBHOOK_SECRET",
    "BITBUCKET_PERSONAL_CONFIGURATION",
    "BUGSNAG_CONFIGURATION",
    "BUILDKITE_CONFIGURATION",
    "CATALOG",
    "CATALOG_FILTER",
    "CHECKMARX_SAST_CONFIGURATION",
    "CIRCLE_CI_CONFIGURATION",
    "CLICKUP_CONFIGURATION",
    "CODECOV_CONFIGURATION",
    "CORALOGIX_CONFIGURATION",
    "CORTEX_TEAM_ROLES",
    "CORTEX_USER",
    "CORTEX_USER_ROLES",
    "CUSTOM_DATA",
    "CUSTOM_METRICS_CONFIGURATION",
    "CUSTOM_ROLE",
    "DATADOG_CONFIGURATION",
    "DOMAIN",
    "DYNATRACE_CONFIGURATION",
    "ENTITY_TYPE_DEFINITION",
    "ENTITY_VERIFICATION",
    "FIREHYDRANT_CONFIGURATION",
    "GITHUB_APP_CONFIGURATION",
    "GITHUB_APP_INSTALLATION",
    "GITHUB_PERSONAL_TOKEN",
    "GITHUB_WEBHOOK_SECRET",
    "GITLAB_CONFIGURATION",
    "GOOGLE_CONFIGURATION",
    "INCIDENT_IO_CONFIGURATION",
    "INITIATIVE",
    "INSTANA_CONFIGURATION",
    "JIRA_BASIC_CONFIGURATION",
    "JIRA_CONFIGURATION",
    "JIRA_OAUTH_CONFIGURATION",
    "JIRA_OAUTH_REGISTRATION",
    "JIRA_ONPREM_CONFIGURATION",
    "LAUNCHDARKLY_CONFIGURATION",
    "LIGHTSTEP_CONFIGURATION",
    "MEND_SAST_CONFIGURATION",
    "MEND_SCA_CONFIGURATION",
    "MICROSOFT_TEAMS_CONFIGURATION",
    "NEWRELIC_CONFIGURATION",
    "OAUTH_CONFIGURATION",
    "OKTA_CONFIGURATION",
    "OPENAPI_DEFINITION",
    "OPSGENIE_CONFIGURATION",
    "PAGERDUTY_CONFIGURATION",
    "PERSONAL_API_KEY",
    "PROMETHEUS_CONFIGURATION",
    "RESOURCE",
    "ROLLBAR_CONFIGURATION",
    "SCORECARD",
    "SCORECARD_FILTER",
    "SCORECARD_RULE",
    "SCORECARD_RULE_FILTER",
    "SECRET",
    "SECRET_GROUP",
    "SENTRY_CONFIGURATION",
    "SERVICE",
    "SERVICENOW_CONFIGURATION",
    "SIGNALFX_CONFIGURATION",
    "SLACK_CONFIGURATION",
    "SNYK_CONFIGURATION",
    "SONARQUBE_CONFIGURATION",
    "SUMOLOGIC_CONFIGURATION",
    "TEAM",
    "VERACODE_CONFIGURATION",
    "VERIFICATION_PERIOD",
    "VICTOROPS_CONFIGURATION",
    "WIZ_CONFIGURATION",
    "WORKDAY_CONFIGURATION",
    "WORKFLOW",
    "XMATTERS_CONFIGURATION",
];

/// The known values of each open list: the published ones, and those of the entries that were learned (ENUM-OPEN).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary([BTreeSet<String>; FilterField::ALL.len()]);

impl Vocabulary {
    /// The published values.
    #[must_use]
    pub fn published() -> Self {
        Self(FilterField::ALL.map(|field| match field.accepted() {
            AcceptedValues::Open(words) => words.iter().map(ToString::to_string).collect(),
            AcceptedValues::Closed(_) | AcceptedValues::Text => BTreeSet::new(),
        }))
    }

    /// The known values of a filter with an open list, in alphabetical order; none of any other filter.
    #[must_use]
    pub fn words(&self, field: FilterField) -> &BTreeSet<String> {
        &self.0[field as usize]
    }

    /// Whether the values of an entry are known.
    #[must_use]
    pub fn knows(&self, entry: &Entry) -> bool {
        open_lists().all(|field| entry.value(field).is_none_or(|value| self.words(field).contains(value)))
    }

    /// Adds the values of an entry.
    pub fn learn(&mut self, entry: &Entry) {
        for field in open_lists() {
            self.learn_words(field, entry.value(field));
        }
    }

    /// Adds values of a filter with an open list.
    pub(crate) fn learn_words<'a>(&mut self, field: FilterField, words: impl IntoIterator<Item = &'a str>) {
        self.0[field as usize].extend(words.into_iter().map(str::to_owned));
    }
}

/// The filters with an open list.
pub(crate) fn open_lists() -> impl Iterator<Item = FilterField> {
    FilterField::ALL.into_iter().filter(|field| matches!(field.accepted(), AcceptedValues::Open(_)))
}
