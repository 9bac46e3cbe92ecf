//! The words of object names. Each list is one part of a name, with the character that joins it to the part before.
//!
//! No word has a comma: a filter could not name the object (LIST-SPLIT).

/// What services are about; the first occurs in every company.
pub const SUBJECTS: &[&str] = &[
    "checkout", "payments", "search", "inventory", "orders", "identity", "pricing", "shipping", "cart", "catalog",
    "notifications", "returns", "fraud", "loyalty", "recommendations", "reviews", "refunds", "invoices", "promotions",
    "gift-cards", "wishlist", "warehouse", "picking", "carrier", "tracking", "delivery", "stores", "customers",
    "sessions", "consent", "addresses", "profiles", "email", "sms", "push", "campaigns", "segments", "analytics",
    "clickstream", "metrics", "forecasting", "risk", "tax", "ledger", "payouts", "vendors", "procurement", "content",
    "images", "media", "localization", "storefront", "mobile", "support", "chat", "scheduling", "billing",
    "subscriptions", "marketplace", "labels", "events", "features", "experiments", "passkeys", "sizing", "bundles",
    "preorders", "couriers", "lockers", "receipts", "vouchers", "waitlist",
];

/// What a service does.
pub const FUNCTIONS: &[&str] = &[
    "-api", "-service", "-worker", "-gateway", "-web", "-scheduler", "-consumer", "-publisher", "-indexer", "-sync",
    "-proxy", "-adapter", "-engine", "-processor", "-importer", "-exporter", "-router", "-relay", "-stream",
    "-validator", "-aggregator", "-bridge", "-console",
];

/// What a resource is.
pub const STORES: &[&str] = &[
    "-postgres", "-redis", "-bucket", "-events-topic", "-dynamodb", "-opensearch", "-mysql", "-queue", "-snowflake",
    "-bigquery", "-memcached", "-lambda", "-cdn", "-dead-letters", "-replica",
];

/// Kinds of teams.
pub const TEAMS: &[&str] = &["", "-platform", "-experience", "-core", "-operations", "-growth", "-reliability"];

/// Areas, and what a domain calls them.
pub const AREAS: &[&str] = &[
    "commerce", "customer", "fulfilment", "finance", "data", "developer", "partner", "marketing", "security",
    "logistics", "merchandising", "retail", "payments", "platform", "mobile", "wholesale",
];
pub const DOMAINS: &[&str] = &["-experience", "-platform", "-foundations", "-services", "-insights", "-operations"];

/// Scorecards.
pub const QUALITIES: &[&str] = &[
    "Production", "Security", "Operational", "API", "Incident", "Cost", "Data", "Documentation", "Cloud", "Delivery",
    "Reliability", "Privacy", "Observability", "Accessibility", "Compliance", "Resilience",
];
pub const MEASURES: &[&str] = &[" Readiness", " Maturity", " Baseline", " Health", " Ownership", " Standards"];

/// Rules of scorecards: the evidence, the demand, the scope.
pub const EVIDENCE: &[&str] = &[
    "Runbook", "README", "Architecture diagram", "Threat model", "On-call rotation", "Escalation policy", "Dashboard",
    "SLO", "Alert policy", "API specification", "Dependency list", "Data classification", "Backup policy",
    "Recovery plan", "Deployment guide", "Changelog", "Cost report", "Licence list", "Base image", "Access review",
    "Load test", "Retention policy", "Capacity plan", "Post-mortem", "Rollback plan", "Error budget",
];
pub const DEMANDS: &[&str] = &[
    " linked", " up to date", " reviewed this quarter", " owned by a team", " approved", " at most 90 days old",
    " published", " checked in CI", " versioned", " complete",
];
pub const SCOPES: &[&str] = &["", " for tier 1", " for public APIs", " for data pipelines", " in every region"];

/// Initiatives.
pub const GOALS: &[&str] = &[
    "Retire Node 16", "Move to Java 21", "Black Friday readiness", "Leave the old data centre", "Rotate all secrets",
    "Passkeys everywhere", "Ownership for every repository", "Halve the alert noise", "Encrypt at rest",
    "One deployment pipeline", "Postgres 16 upgrade", "Drop TLS 1.1", "Runbooks for tier 1", "Green dashboards",
    "Cut the cloud bill", "Faster builds", "Delete dead services", "Adopt OpenTelemetry",
];
pub const WAVES: &[&str] = &[
    "", " (first wave)", " (second wave)", " (checkout)", " (data)", " (mobile)", " (partners)",
];

/// Workflows.
pub const VERBS: &[&str] = &[
    "request-", "create-", "rotate-", "archive-", "approve-", "provision-", "offboard-", "onboard-", "promote-",
    "restore-", "audit-",
];
pub const THINGS: &[&str] = &[
    "database", "repository", "service", "namespace", "queue", "secret", "feature-flag", "environment", "dashboard",
    "on-call-shift", "domain-name", "data-export", "engineer", "incident", "goodwill-refund",
];

/// Secrets: the provider, the secret, the environment. Plugins occur only here and as API keys.
pub const PROVIDERS: &[&str] = &[
    "datadog", "github", "stripe", "tax-provider", "carrier", "pagerduty", "buildkite", "snowflake", "twilio",
    "sendgrid", "plugin-deploy-insights", "plugin-oncall-board", "plugin-cost-explorer", "okta", "sonarqube", "jira",
    "maps", "translation", "kafka", "vault",
];
pub const SECRETS: &[&str] = &["-api-key", "-token", "-webhook-hmac", "-password", "-signing-key", "-client-secret"];
pub const STAGES: &[&str] = &["", "-sandbox", "-staging", "-eu", "-us"];

/// Saved views of the catalog.
pub const WHICH: &[&str] = &[
    "Tier 1", "My team's", "Customer-facing", "Untiered", "Recently created", "Unverified", "Deprecated", "Java", "Go",
    "Python", "On-call", "Public", "Critical", "Orphaned",
];
pub const WHAT: &[&str] = &[
    " services", " resources", " without an owner", " failing security", " by domain", " with open incidents",
];

/// API keys.
pub const CALLERS: &[&str] = &[
    "grafana", "jenkins", "audit-siem", "hackday", "billing-report", "mobile-release", "data-lake", "chatops",
    "onboarding", "status-page", "plugin-deploy-insights", "plugin-oncall-board", "dependency-bot", "compliance",
];
pub const USES: &[&str] = &["-reader", "-sync", "-export", "-bot", "-annotations", "-dashboard", "-ci"];

/// Personal tokens, after the first name of their owner.
pub const DEVICES: &[&str] = &["-laptop", "-cli", "-notebook", "-scripts", "-local-dev", "-workstation", "-vscode"];

/// Custom roles.
pub const FOR_WHOM: &[&str] = &[
    "audit", "incident", "scorecard", "team", "catalog", "workflow", "contractor", "partner", "finance", "support",
];
pub const MAY: &[&str] = &["-reader", "-maintainer", "-author", "-commander", "-approver", "-admin"];

/// Custom entity types.
pub const ENTITIES: &[&str] = &["mobile", "ml", "data", "edge", "batch", "vendor", "design", "firmware", "web"];
pub const SHAPES: &[&str] = &["-app", "-model", "-pipeline", "-function", "-integration", "-component", "-library"];

/// Custom data of a service, after its name.
pub const METRICS: &[&str] = &[":deploy-frequency", ":lead-time", ":change-failure-rate", ":test-coverage", ":cost"];

/// Verification periods.
pub const PERIODS: &[&str] = &["quarterly", "monthly", "yearly", "half-yearly", "weekly"];
pub const VERIFIED: &[&str] = &["-tier-1-services", "-data-stores", "-public-apis", "-teams", "-domains", "-on-call"];

/// Account flags.
pub const FLAGS: &[&str] = &[
    "enforce-ip-allow-list", "allow-self-service-onboarding", "hide-unverified-entities", "require-verification",
    "weekly-digest", "beta-workflows", "slack-reminders", "public-badges", "dark-launch",
];

/// Accounts of an integration; most have the first alone.
pub const ALIASES: &[&str] = &[
    "default", "prod", "eu", "us", "sandbox", "staging", "legacy", "trial", "mobile", "data",
];

/// The integrations that the company uses; the others are tried now and then.
pub const INTEGRATIONS_IN_USE: &[&str] = &[
    "GITHUB_APP_CONFIGURATION", "GITHUB_APP_INSTALLATION", "GITHUB_WEBHOOK_SECRET", "BITBUCKET_CONFIGURATION",
    "JIRA_OAUTH_CONFIGURATION", "SLACK_CONFIGURATION", "PAGERDUTY_CONFIGURATION", "DATADOG_CONFIGURATION",
    "SENTRY_CONFIGURATION", "SONARQUBE_CONFIGURATION", "SNYK_CONFIGURATION", "AWS_CONFIGURATION", "OKTA_CONFIGURATION",
    "LAUNCHDARKLY_CONFIGURATION", "BUILDKITE_CONFIGURATION", "WORKDAY_CONFIGURATION",
];
