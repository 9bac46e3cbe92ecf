//! Stories among the entries: what somebody who reads audit logs would look for, and the query that finds it.

use super::actors::Actors;
use super::calendar::HOUR;
use super::identity::Identity;
use super::kind::{OAUTH, ObjectKind};
use super::names::Names;
use super::object_pool::{ObjectPool, Operation};
use super::people::{OFFICES, Person, Role};
use crate::contract::{Action, Entry};
use crate::seed::{Purpose, SeededRng};
use crate::text::word_enum;

word_enum! {
    /// A line of events that is told in one workspace once. Where there is not room for all, the first ones come first.
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

/// Something that happens in a story.
pub struct StoryEvent {
    /// Milliseconds since 1970.
    pub at: i64,
    pub who: Identity,
    pub address: Option<String>,
    pub happening: EventAction,
}

/// What happens.
pub enum EventAction {
    /// To an object that only the story knows.
    Named(Action, &'static str, String),
    /// To some object of the workspace.
    Of(ObjectKind, ObjectChange),
}

/// What happens to some object of the workspace.
#[derive(Debug, Clone, Copy)]
pub enum ObjectChange {
    Change,
    Delete,
    /// The `number`th is changed, if it still lives; else another.
    ChangeOne(u32),
    /// One gets a successor of a new name.
    CreateReplacement,
    /// The one that got a successor goes.
    DeleteReplaced,
}

impl ObjectChange {
    /// What is done, to which object of what name; `replaced` is the one that got a successor.
    pub fn happen(
        self,
        kind: ObjectKind,
        pool: &mut ObjectPool,
        names: &Names,
        replaced: &mut Option<Operation>,
        rng: &mut SeededRng,
    ) -> (Action, String) {
        let place = kind.place();
        let done = match self {
            Self::CreateReplacement => {
                *replaced = pool.delete_any(place, kind, rng);
                let old = replaced.as_ref().map(|old| old.name(names)).unwrap_or_default();
                return (Action::Create, old + "-v2");
            }
            Self::DeleteReplaced => replaced.take(),
            Self::Change => pool.change_any(place, kind, rng),
            Self::ChangeOne(number) => pool.change(place, kind, number).or_else(|| pool.change_any(place, kind, rng)),
            Self::Delete => pool.delete_any(place, kind, rng),
        };
        let operation = done.unwrap_or_else(|| pool.create(place, kind, 0));
        (operation.action, operation.name(names))
    }
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * HOUR;

impl Story {
    /// The query that gives it away: it matches some of the story, and nothing else that is generated.
    #[must_use]
    pub const fn clue(self) -> &'static str {
        match self {
            Self::OffHoursAdmin => "actions=DELETE&objectTypes=ALLOW_LIST_ENTRY",
            Self::LeakedToken => "actorApiKeyIdentifiers=release-laptop",
            Self::SsoRollout => "objectTypes=OAUTH_CONFIGURATION",
            Self::ScriptedMigration => "actorApiKeyIdentifiers=tier-migration",
            Self::MassDeletion => "actions=DELETE&actorApiKeyIdentifiers=jenkins-legacy",
        }
    }

    /// The queries that together match the whole story, and nothing else that is generated.
    #[must_use]
    pub const fn whole(self) -> &'static [&'static str] {
        match self {
            Self::OffHoursAdmin => &["actorIpAddresses=198.18.21.7"],
            Self::LeakedToken => {
                &["actorApiKeyIdentifiers=release-laptop", "objectIdentifiers=release-laptop,backup-reader"]
            }
            Self::SsoRollout => &[
                "objectTypes=OAUTH_CONFIGURATION",
                "actorApiKeyIdentifiers=okta-scim",
                "objectIdentifiers=okta-scim,enforce-sso",
            ],
            Self::ScriptedMigration => &["actorApiKeyIdentifiers=tier-migration", "objectIdentifiers=tier-migration"],
            Self::MassDeletion => &["actorIpAddresses=198.18.66.6"],
        }
    }

    /// What there must be time for.
    #[must_use]
    pub const fn takes(self) -> &'static str {
        match self {
            Self::OffHoursAdmin => "an hour of a night to Sunday",
            Self::LeakedToken => "three hours of an afternoon between Monday and Friday",
            Self::SsoRollout => "the working hours of a Tuesday, a Wednesday and a Thursday",
            Self::ScriptedMigration => "an hour of a morning between Monday and Thursday",
            Self::MassDeletion => "ten minutes of a night to a working day",
        }
    }

    /// What happens in it, at the latest time that there is between two instants; nothing when there is none.
    pub(super) fn script(self, actors: &Actors, seed: u64, from: i64, to: i64) -> Vec<StoryEvent> {
        let mut story = StoryBuilder {
            rng: SeededRng::stream(seed, Purpose::Story, self as u64),
            from,
            to,
            begins: 0,
            events: Vec::new(),
        };
        let told = match self {
            Self::OffHoursAdmin => off_hours_admin(&mut story, actors),
            Self::LeakedToken => leaked_token(&mut story, actors),
            Self::SsoRollout => sso_rollout(&mut story, actors),
            Self::ScriptedMigration => scripted_migration(&mut story, actors),
            Self::MassDeletion => mass_deletion(&mut story),
        };
        told.map_or_else(Vec::new, |()| story.events)
    }
}

/// A story while it is put together.
struct StoryBuilder {
    rng: SeededRng,
    from: i64,
    to: i64,
    begins: i64,
    events: Vec<StoryEvent>,
}

impl StoryBuilder {
    /// Begins at the latest day of the week (Monday is 0) among `days` at `hour:minute` of an office for which there are
    /// `takes` milliseconds left.
    fn set(&mut self, days: std::ops::RangeInclusive<i64>, offset: i64, time: (i64, i64), takes: i64) -> Option<()> {
        let of_day = time.0 * HOUR + time.1 * MINUTE - offset * HOUR;
        let first = (self.from - of_day).div_euclid(DAY);
        let last = (self.to - of_day).div_euclid(DAY);
        let day = (first..=last).rev().find(|day| {
            let begins = day * DAY + of_day;
            // 1970 began on a Thursday.
            days.contains(&(day + 3).rem_euclid(7)) && begins >= self.from && begins + takes <= self.to
        })?;
        self.begins = day * DAY + of_day;
        Some(())
    }

    /// Something happens so many milliseconds after the beginning, give or take a second.
    fn add(&mut self, after: i64, who: &Identity, address: &str, happening: EventAction) {
        let at = self.begins + after + i64::try_from(self.rng.below(997)).unwrap_or_default();
        self.events.push(StoryEvent { at, who: who.clone(), address: Some(address.to_owned()), happening });
    }

    fn named(&mut self, after: i64, who: &Identity, address: &str, action: Action, kind: &'static str, name: &str) {
        self.add(after, who, address, EventAction::Named(action, kind, name.to_owned()));
    }
}

fn offset(person: &Person) -> i64 {
    OFFICES[person.office].offset
}

fn off_hours_admin(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const UNKNOWN: &str = "198.18.21.7";

    let admin = actors.somebody(Role::Admin, 0);
    story.set(6..=6, offset(admin), (3, 12), HOUR)?;
    let who = Identity::person(&admin.email);
    story.named(0, &who, UNKNOWN, Action::Create, "CUSTOM_ROLE", "break-glass");
    story.named(48 * SECOND, &who, UNKNOWN, Action::Create, "API_KEY", "support-export");
    story.named(3 * MINUTE, &who, UNKNOWN, Action::Delete, "ALLOW_LIST_ENTRY", "192.0.2.0/24");
    story.named(6 * MINUTE, &who, UNKNOWN, Action::Update, "ACCOUNT_FLAG", "sign-in-notices");
    let key = Identity::key("support-export");
    for second in [0, 2, 4] {
        story.add(
            9 * MINUTE + second * SECOND,
            &key,
            UNKNOWN,
            EventAction::Of(ObjectKind::Secret, ObjectChange::Change),
        );
    }
    story.named(34 * MINUTE, &who, UNKNOWN, Action::Delete, "API_KEY", "support-export");
    Some(())
}

fn leaked_token(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const ABROAD: &str = "198.19.44.9";
    const TOKEN: &str = "release-laptop";

    let owner = actors.somebody(Role::Engineer, 3);
    story.set(0..=4, offset(owner), (14, 5), 3 * HOUR)?;
    let token = Identity::token(owner, TOKEN);
    for minute in [0, 4, 11, 19, 27] {
        story.add(
            minute * MINUTE,
            &token,
            &owner.home_address,
            EventAction::Of(ObjectKind::Service, ObjectChange::Change),
        );
    }
    for (minute, kind) in
        [(6, ObjectKind::Scorecard), (7, ObjectKind::Secret), (8, ObjectKind::Secret), (14, ObjectKind::Workflow)]
    {
        story.add(minute * MINUTE + 20 * SECOND, &token, ABROAD, EventAction::Of(kind, ObjectChange::Change));
    }
    story.named(16 * MINUTE, &token, ABROAD, Action::Create, "API_KEY", "backup-reader");
    story.add(23 * MINUTE, &token, ABROAD, EventAction::Of(ObjectKind::Secret, ObjectChange::Delete));
    let guard = actors.somebody(Role::Security, 0);
    let who = Identity::person(&guard.email);
    story.named(140 * MINUTE, &who, &guard.home_address, Action::Delete, "PERSONAL_API_KEY", TOKEN);
    story.named(142 * MINUTE, &who, &guard.home_address, Action::Delete, "API_KEY", "backup-reader");
    Some(())
}

fn sso_rollout(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const DIRECTORY: &str = "192.0.2.22";
    const KEY: &str = "okta-scim";

    let admin = actors.somebody(Role::Admin, 1);
    story.set(1..=1, offset(admin), (10, 0), 2 * DAY + 8 * HOUR)?;
    let who = Identity::person(&admin.email);
    let at = admin.home_address.as_str();
    story.named(0, &who, at, Action::Create, OAUTH, "sso");
    for minute in [4, 9, 22] {
        story.named(minute * MINUTE, &who, at, Action::Update, OAUTH, "sso");
    }
    story.named(31 * MINUTE, &who, at, Action::Create, "API_KEY", KEY);
    let directory = Identity::key(KEY);
    let mut next = 0;
    for (begins, size) in [(4 * HOUR, 6), (DAY, 8), (2 * DAY, 10)] {
        for number in 0..size {
            // A team, then two people.
            let (kind, which) =
                if next % 3 == 0 { (ObjectKind::TeamRoles, next / 3) } else { (ObjectKind::UserRoles, next) };
            let happening = EventAction::Of(kind, ObjectChange::ChangeOne(which));
            story.add(begins + number * 3 * SECOND, &directory, DIRECTORY, happening);
            next += 1;
        }
    }
    story.named(2 * DAY + 5 * HOUR, &who, at, Action::Update, OAUTH, "sso");
    story.named(2 * DAY + 5 * HOUR + MINUTE, &who, at, Action::Create, "ACCOUNT_FLAG", "enforce-sso");
    Some(())
}

fn scripted_migration(story: &mut StoryBuilder, actors: &Actors) -> Option<()> {
    const RUNNER: &str = "192.0.2.250";
    const KEY: &str = "tier-migration";

    let engineer = actors.somebody(Role::Platform, 1);
    story.set(0..=3, offset(engineer), (10, 30), HOUR)?;
    let who = Identity::person(&engineer.email);
    story.named(0, &who, &engineer.home_address, Action::Create, "API_KEY", KEY);
    let key = Identity::key(KEY);
    for number in 0..20 {
        let after = 9 * MINUTE + number * 2 * SECOND;
        story.add(after, &key, RUNNER, EventAction::Of(ObjectKind::Resource, ObjectChange::CreateReplacement));
        story.add(after + SECOND, &key, RUNNER, EventAction::Of(ObjectKind::Resource, ObjectChange::DeleteReplaced));
    }
    story.named(40 * MINUTE, &who, &engineer.home_address, Action::Delete, "API_KEY", KEY);
    Some(())
}

fn mass_deletion(story: &mut StoryBuilder) -> Option<()> {
    const UNKNOWN: &str = "198.18.66.6";

    story.set(0..=4, 0, (4, 21), 10 * MINUTE)?;
    let key = Identity::key("jenkins-legacy");
    for number in 0..36 {
        let kind = match number % 9 {
            0 | 4 => ObjectKind::Catalog,
            7 => ObjectKind::Secret,
            _ => ObjectKind::Resource,
        };
        story.add(number * 9 * SECOND, &key, UNKNOWN, EventAction::Of(kind, ObjectChange::Delete));
    }
    Some(())
}

impl Story {
    /// Whether an entry has in it what only a story knows: a key made for it, an address that nobody else has, an object.
    pub(super) fn owns(entry: &Entry) -> bool {
        let key = entry.actor.api_key_identifier.as_deref();
        let object = entry.object_identifier.as_str();
        let prop = entry.object_type == OAUTH || ["enforce-sso", "sign-in-notices", "break-glass"].contains(&object);
        let stranger =
            entry.ip_address.as_deref().is_some_and(|ip| ip.starts_with("198.18.") || ip.starts_with("198.19."));
        prop || stranger || key.is_some_and(|key| ["release-laptop", "okta-scim", "tier-migration"].contains(&key))
    }
}
