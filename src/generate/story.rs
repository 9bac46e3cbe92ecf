//! Stories among the entries: incidents and projects that a reader of audit logs looks for, and the queries that find them.

use super::actors::Actors;
use super::calendar::HOUR;
use super::identity::Identity;
use super::kind::OAUTH;
use super::people::Role;
use super::story_builder::{DAY, MINUTE, ObjectChange, SECOND, StoryBuilder, StoryEvent};
use crate::contract::{Action, Entry, FilterField};
use crate::text::word_enum;

word_enum! {
    /// A scripted sequence of events, which occurs at most once among the entries. Stories get room in the order of
    /// declaration; one without is left out.
    pub enum Story {
        /// On a Sunday night an admin creates an API key and deletes an entry of the IP allowlist.
        OffHoursAdmin = "off-hours-admin",
        /// A personal token is used from two countries within the same half hour.
        LeakedToken = "leaked-token",
        /// Single sign-on is set up and rolled out over three days.
        SsoRollout = "sso-rollout",
        /// A script moves part of the catalog with a key made for it.
        ScriptedMigration = "scripted-migration",
        /// An API key deletes one thing after another, from an address that nobody has used.
        MassDeletion = "mass-deletion",
    }
}

/// A story as data; the methods of [`Story`] explain the first fields.
struct StoryDefinition {
    clue: &'static str,
    queries: &'static [&'static str],
    time_needed: &'static str,
    /// Values that only entries of the story have. The live feed does not continue an entry with one of them, so the last entry
    /// of every object that is not deleted needs one.
    exclusive_values: &'static [(FilterField, &'static str)],
    /// Adds the events; `None` if there is no time for them.
    script: fn(&mut StoryBuilder, &Actors) -> Option<()>,
}

impl Story {
    const fn definition(self) -> &'static StoryDefinition {
        match self {
            Self::OffHoursAdmin => &OFF_HOURS_ADMIN,
            Self::LeakedToken => &LEAKED_TOKEN,
            Self::SsoRollout => &SSO_ROLLOUT,
            Self::ScriptedMigration => &SCRIPTED_MIGRATION,
            Self::MassDeletion => &MASS_DELETION,
        }
    }

    /// A query that matches some of the story and no other generated entry.
    pub const fn clue(self) -> &'static str {
        self.definition().clue
    }

    /// The queries that together match the whole story and no other generated entry.
    pub const fn queries(self) -> &'static [&'static str] {
        self.definition().queries
    }

    /// The time that the story needs, in words.
    pub const fn time_needed(self) -> &'static str {
        self.definition().time_needed
    }

    /// The events of the story at the latest possible time of a time range; none if it does not fit.
    pub(super) fn events(self, actors: &Actors, seed: u64, from: i64, to: i64) -> Vec<StoryEvent> {
        let mut story = StoryBuilder::new(seed, self as u64, from, to);
        (self.definition().script)(&mut story, actors).map_or_else(Vec::new, |()| story.events)
    }

    /// Whether an entry has a value that only a story has.
    pub(super) fn any_owns(entry: &Entry) -> bool {
        let mut exclusive_values = Self::ALL.into_iter().flat_map(|story| story.definition().exclusive_values);
        exclusive_values.any(|(field, value)| entry.value(*field) == Some(value))
    }
}

const OFF_HOURS_ADMIN: StoryDefinition = StoryDefinition {
    clue: "actions=DELETE&objectTypes=ALLOW_LIST_ENTRY",
    queries: &["actorIpAddresses=198.18.21.7"],
    time_needed: "an hour of a night to Sunday",
    exclusive_values: &[(FilterField::ActorIpAddresses, "198.18.21.7")],
    script: off_hours_admin,
};

fn off_hours_admin(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const ABROAD: &str = "198.18.21.7";
    const KEY: &str = "support-export";

    let admin = actors.person(Role::Admin, 0);
    story.start(6..=6, admin.utc_offset(), (3, 12), HOUR)?;
    let identity = Identity::person(&admin.email);
    for (after, action, object_type, name) in [
        (0, Action::Create, "CUSTOM_ROLE", "break-glass"),
        (48 * SECOND, Action::Create, "API_KEY", KEY),
        (3 * MINUTE, Action::Delete, "ALLOW_LIST_ENTRY", "192.0.2.0/24"),
        (6 * MINUTE, Action::Update, "ACCOUNT_FLAG", "sign-in-notices"),
    ] {
        story.add(after, &identity, ABROAD, ObjectChange::Named(action, object_type, name));
    }
    for second in [0, 2, 4] {
        let after = 9 * MINUTE + second * SECOND;
        story.add(after, &Identity::key(KEY), ABROAD, ObjectChange::Update("SECRET"));
    }
    story.add(34 * MINUTE, &identity, ABROAD, ObjectChange::Named(Action::Delete, "API_KEY", KEY));
    Some(())
}

const LEAKED_TOKEN: StoryDefinition = StoryDefinition {
    clue: "actorApiKeyIdentifiers=release-laptop",
    queries: &["actorApiKeyIdentifiers=release-laptop", "objectIdentifiers=release-laptop,backup-reader"],
    time_needed: "three hours of an afternoon between Monday and Friday",
    exclusive_values: &[(FilterField::ActorApiKeyIdentifiers, "release-laptop")],
    script: leaked_token,
};

fn leaked_token(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const ABROAD: &str = "198.19.44.9";
    const TOKEN: &str = "release-laptop";
    const KEY: &str = "backup-reader";

    let owner = actors.person(Role::Engineer, 3);
    story.start(0..=4, owner.utc_offset(), (14, 5), 3 * HOUR)?;
    let token = Identity::token(owner, TOKEN);
    for minute in [0, 4, 11, 19, 27] {
        story.add(minute * MINUTE, &token, &owner.home_address, ObjectChange::Update("SERVICE"));
    }
    for (minute, object_type) in [(6, "SCORECARD"), (7, "SECRET"), (8, "SECRET"), (14, "WORKFLOW")] {
        story.add(minute * MINUTE + 20 * SECOND, &token, ABROAD, ObjectChange::Update(object_type));
    }
    story.add(16 * MINUTE, &token, ABROAD, ObjectChange::Named(Action::Create, "API_KEY", KEY));
    story.add(23 * MINUTE, &token, ABROAD, ObjectChange::Delete("SECRET"));
    let guard = actors.person(Role::Security, 0);
    let identity = Identity::person(&guard.email);
    for (minute, object_type, name) in [(140, "PERSONAL_API_KEY", TOKEN), (142, "API_KEY", KEY)] {
        let change = ObjectChange::Named(Action::Delete, object_type, name);
        story.add(minute * MINUTE, &identity, &guard.home_address, change);
    }
    Some(())
}

const SSO_ROLLOUT: StoryDefinition = StoryDefinition {
    clue: "objectTypes=OAUTH_CONFIGURATION",
    queries: &[
        "objectTypes=OAUTH_CONFIGURATION",
        "actorApiKeyIdentifiers=okta-scim",
        "objectIdentifiers=okta-scim,enforce-sso",
    ],
    time_needed: "the working hours of a Tuesday, a Wednesday and a Thursday",
    exclusive_values: &[
        (FilterField::ObjectTypes, OAUTH),
        (FilterField::ActorApiKeyIdentifiers, "okta-scim"),
        (FilterField::ObjectIdentifiers, "okta-scim"),
        (FilterField::ObjectIdentifiers, "enforce-sso"),
    ],
    script: sso_rollout,
};

fn sso_rollout(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const DIRECTORY: &str = "192.0.2.22";
    const KEY: &str = "okta-scim";
    const UPDATE: ObjectChange = ObjectChange::Named(Action::Update, OAUTH, "sso");

    let admin = actors.person(Role::Admin, 1);
    story.start(1..=1, admin.utc_offset(), (10, 0), 2 * DAY + 8 * HOUR)?;
    let identity = Identity::person(&admin.email);
    let home = admin.home_address.as_str();
    story.add(0, &identity, home, ObjectChange::Named(Action::Create, OAUTH, "sso"));
    for minute in [4, 9, 22] {
        story.add(minute * MINUTE, &identity, home, UPDATE);
    }
    story.add(31 * MINUTE, &identity, home, ObjectChange::Named(Action::Create, "API_KEY", KEY));
    let directory = Identity::key(KEY);
    let waves = [(4 * HOUR, 6), (DAY, 8), (2 * DAY, 10)];
    let times = waves.into_iter().flat_map(|(start, size)| (0..size).map(move |n| start + n * 3 * SECOND));
    for (number, after) in (0..).zip(times) {
        // A team, then two people.
        let change = if number % 3 == 0 {
            ObjectChange::UpdateNth("CORTEX_TEAM_ROLES", number / 3)
        } else {
            ObjectChange::UpdateNth("CORTEX_USER_ROLES", number)
        };
        story.add(after, &directory, DIRECTORY, change);
    }
    story.add(2 * DAY + 5 * HOUR, &identity, home, UPDATE);
    let enforce = ObjectChange::Named(Action::Create, "ACCOUNT_FLAG", "enforce-sso");
    story.add(2 * DAY + 5 * HOUR + MINUTE, &identity, home, enforce);
    Some(())
}

const SCRIPTED_MIGRATION: StoryDefinition = StoryDefinition {
    clue: "actorApiKeyIdentifiers=tier-migration",
    queries: &["actorApiKeyIdentifiers=tier-migration", "objectIdentifiers=tier-migration"],
    time_needed: "an hour of a morning between Monday and Thursday",
    exclusive_values: &[(FilterField::ActorApiKeyIdentifiers, "tier-migration")],
    script: scripted_migration,
};

fn scripted_migration(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const RUNNER: &str = "192.0.2.250";
    const KEY: &str = "tier-migration";

    let engineer = actors.person(Role::Platform, 1);
    story.start(0..=3, engineer.utc_offset(), (10, 30), HOUR)?;
    let identity = Identity::person(&engineer.email);
    story.add(0, &identity, &engineer.home_address, ObjectChange::Named(Action::Create, "API_KEY", KEY));
    let key = Identity::key(KEY);
    for number in 0..20 {
        let after = 9 * MINUTE + number * 2 * SECOND;
        story.add(after, &key, RUNNER, ObjectChange::CreateReplacement("RESOURCE"));
        story.add(after + SECOND, &key, RUNNER, ObjectChange::DeleteReplaced("RESOURCE"));
    }
    story.add(40 * MINUTE, &identity, &engineer.home_address, ObjectChange::Named(Action::Delete, "API_KEY", KEY));
    Some(())
}

const MASS_DELETION: StoryDefinition = StoryDefinition {
    clue: "actions=DELETE&actorApiKeyIdentifiers=jenkins-legacy",
    queries: &["actorIpAddresses=198.18.66.6"],
    time_needed: "ten minutes of a night to a working day",
    exclusive_values: &[(FilterField::ActorIpAddresses, "198.18.66.6")],
    script: mass_deletion,
};

fn mass_deletion(story: &mut StoryBuilder, _: &Actors) -> Option<()> {
    const ABROAD: &str = "198.18.66.6";

    story.start(0..=4, 0, (4, 21), 10 * MINUTE)?;
    let key = Identity::key("jenkins-legacy");
    for number in 0..36 {
        let object_type = match number % 9 {
            0 | 4 => "CATALOG",
            7 => "SECRET",
            _ => "RESOURCE",
        };
        story.add(number * 9 * SECOND, &key, ABROAD, ObjectChange::Delete(object_type));
    }
    Some(())
}
