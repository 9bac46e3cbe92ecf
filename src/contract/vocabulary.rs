//! The words of the API: closed enums, and open lists of known values.

use std::collections::BTreeSet;

use super::Entry;
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

/// The known values of the two open lists: the published ones and whatever the loaded data holds (ENUM-OPEN).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    object_types: BTreeSet<String>,
    actor_request_types: BTreeSet<String>,
}

impl Vocabulary {
    /// What is known before any data is loaded.
    #[must_use]
    pub fn published() -> Self {
        Self {
            object_types: OBJECT_TYPES.map(String::from).into(),
            actor_request_types: ACTOR_REQUEST_TYPES.map(String::from).into(),
        }
    }

    /// Whether the words of an entry are known.
    #[must_use]
    pub fn knows(&self, entry: &Entry) -> bool {
        let request_type = entry.actor.request_type.as_ref();
        self.object_types.contains(&entry.object_type)
            && request_type.is_none_or(|kind| self.actor_request_types.contains(kind))
    }

    /// Makes the words of an entry known.
    pub fn learn(&mut self, entry: &Entry) {
        if self.knows(entry) {
            return;
        }
        self.object_types.insert(entry.object_type.clone());
        self.actor_request_types.extend(entry.actor.request_type.clone());
    }

    /// Makes words known.
    pub(crate) fn learn_words<'a>(
        &mut self,
        object_types: impl Iterator<Item = &'a str>,
        actor_request_types: impl Iterator<Item = &'a str>,
    ) {
        self.object_types.extend(object_types.map(str::to_owned));
        self.actor_request_types.extend(actor_request_types.map(str::to_owned));
    }

    /// The known object types, in alphabetical order.
    #[must_use]
    pub fn object_types(&self) -> &BTreeSet<String> {
        &self.object_types
    }

    /// The known request types of an actor, in alphabetical order.
    #[must_use]
    pub fn actor_request_types(&self) -> &BTreeSet<String> {
        &self.actor_request_types
    }
}
