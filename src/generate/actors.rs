//! Who sits down to what: a session is a few entries of one actor that belong together.

use super::calendar::{Hour, Schedule};
use super::identity::Identity;
use super::kind::ObjectKind;
use super::names::Names;
use super::object_pool::{ObjectPool, Operation};
use super::people::{OFFICES, Person, Role};
use super::workload::{self, MACHINES, Machine, THEMES, Task};
use crate::contract::Action;
use crate::seed::SeededRng;

/// How many teams there are.
const TEAMS: usize = 12;

/// Every so many-th of the staff has a token of their own for scripts.
const TOKENS: usize = 5;

/// Everybody who can sit down, and how they are named.
pub struct Actors {
    pub staff: Vec<Person>,
    /// The staff of each team.
    teams: Vec<Vec<usize>>,
    /// Of each person as they signed in; then of each machine; both are numbered as owners are.
    identities: Vec<Identity>,
    chats: Vec<Identity>,
    /// Of those who have a token.
    tokens: Vec<Option<Identity>>,
    /// How often an integration was set up or renewed.
    integration: usize,
    seed: u64,
}

/// A few entries of one actor.
pub struct WorkSession {
    who: usize,
    by: Channel,
    address: Option<String>,
    tasks: &'static [Task],
    focus: u64,
    /// Which integration it is about, if it is about one.
    integration: usize,
    last: Option<(ObjectKind, u32, usize)>,
}

/// How an actor comes in.
#[derive(Debug, Clone, Copy)]
enum Channel {
    Itself,
    Token,
    Chat,
}

impl WorkSession {
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }
}

impl Actors {
    pub fn new(seed: u64, names: &Names) -> Self {
        let staff = names.roster.staff(seed, TEAMS);
        let teams = (0..TEAMS).map(|team| (0..staff.len()).filter(|who| staff[*who].team == team).collect()).collect();
        let people = staff.iter().map(|person| Identity::person(&person.email));
        let identities = people.chain(MACHINES.iter().map(Identity::machine)).collect();
        let chats = staff.iter().map(Identity::chat).collect();
        let has_token = |number: usize| number % TOKENS == 1;
        let token = |(number, person): (usize, &Person)| {
            let device = ["-automation", "-reports", "-terminal"][number / TOKENS % 3];
            has_token(number).then(|| Identity::token(person, &format!("{}{device}", person.first_name)))
        };
        let tokens = staff.iter().enumerate().map(token).collect();
        Self { teams, identities, chats, tokens, staff, integration: 0, seed }
    }

    /// How many can own an object.
    pub fn owners(&self) -> usize {
        self.identities.len()
    }

    pub fn identity(&self, session: &WorkSession) -> &Identity {
        match session.by {
            Channel::Itself => &self.identities[session.who],
            Channel::Chat => &self.chats[session.who],
            Channel::Token => self.tokens[session.who].as_ref().unwrap_or(&self.identities[session.who]),
        }
    }

    /// Somebody sits down in an hour; with how many entries it will be, and the most milliseconds between two.
    pub fn start_session(&mut self, hour: &Hour, names: &Names, rng: &mut SeededRng) -> (WorkSession, u64, u64) {
        /// How many entries a session of each schedule has on average, in tenths.
        const SIZES: [u64; 4] = [26, 27, 20, 50];

        let schedule = rng.weighted_index(hour.weights.iter().zip(SIZES).map(|(weight, size)| weight * 10 / size));
        match Schedule::ALL[schedule] {
            Schedule::Office => self.person(hour, names, rng),
            schedule => self.machine(schedule, names, rng),
        }
    }

    fn person(&mut self, hour: &Hour, names: &Names, rng: &mut SeededRng) -> (WorkSession, u64, u64) {
        let office = rng.weighted_index(OFFICES.iter().map(|office| office.busy(hour.number) * office.share));
        let here = |person: &Person| if person.office == office { person.activity } else { 0 };
        let who = rng.weighted_index(self.staff.iter().map(here));
        let person = &self.staff[who];
        let local = hour.number + OFFICES[person.office].offset;
        let address = Some(person.address(self.seed, local.div_euclid(24)).to_owned());
        if rng.percent(workload::BY_CHAT) {
            let session = WorkSession::new(who, Channel::Chat, None, workload::CHAT, 0);
            return (session, 1, 1);
        }
        let by = if self.tokens[who].is_some() && rng.percent(workload::BY_TOKEN * 4) {
            Channel::Token
        } else {
            Channel::Itself
        };
        let theme = &THEMES[rng.weighted_index(THEMES.iter().map(|theme| theme.weight(person.role)))];
        let mut session = WorkSession::new(who, by, address, theme.tasks, theme.focus);
        session.integration = self.next_integration(theme.tasks, names, rng.percent(85));
        // A script does not stop to think.
        let gap = if matches!(by, Channel::Token) { 900 } else { theme.gap * 1000 };
        (session, theme.size.0 + rng.below(theme.size.1 - theme.size.0 + 1), gap)
    }

    fn machine(&mut self, schedule: Schedule, names: &Names, rng: &mut SeededRng) -> (WorkSession, u64, u64) {
        let share = |machine: &Machine| {
            if machine.schedule == schedule { machine.weight * 20 / (machine.size.0 + machine.size.1) } else { 0 }
        };
        let number = rng.weighted_index(MACHINES.iter().map(share));
        let machine = &MACHINES[number];
        let address = match machine.addresses {
            [] => None,
            addresses => Some(addresses[rng.index(addresses.len())].to_owned()),
        };
        let mut session = WorkSession::new(self.staff.len() + number, Channel::Itself, address, machine.tasks, 0);
        session.integration = self.next_integration(machine.tasks, names, true);
        (session, machine.size.0 + rng.below(machine.size.1 - machine.size.0 + 1), machine.gap * 1000)
    }

    /// Integrations take turns, far ones in the list behind each other: most often those that are in use.
    fn next_integration(&mut self, tasks: &[Task], names: &Names, in_use: bool) -> usize {
        if matches!(tasks[0].0, ObjectKind::Integration(_)) {
            self.integration += 1;
        }
        let used = &names.kinds.in_use;
        if in_use {
            used[self.integration * 7 % used.len()]
        } else {
            self.integration * 23 % names.kinds.integrations()
        }
    }

    /// The next entry of a session.
    pub fn next_operation(&self, session: &mut WorkSession, pool: &mut ObjectPool, rng: &mut SeededRng) -> Operation {
        if let Some((kind, object, owner)) = session.last
            && rng.percent(session.focus)
            && pool.lives(kind.place(), object, owner)
        {
            return Operation { action: Action::Update, kind, object, owner };
        }
        let (kind, _, mix) = session.tasks[rng.weighted_index(session.tasks.iter().map(|touch| touch.1))];
        let kind = if matches!(kind, ObjectKind::Integration(_)) {
            ObjectKind::Integration(session.integration)
        } else {
            kind
        };
        let team = self.staff.get(session.who).map_or(&[][..], |person| &self.teams[person.team]);
        let operation = pool.act_on(kind.place(), kind, mix, session.who, team, rng);
        session.last = Some((kind, operation.object, operation.owner));
        operation
    }

    /// Somebody of a role, the `number`th.
    pub fn somebody(&self, role: Role, number: usize) -> &Person {
        let of_role: Vec<&Person> = self.staff.iter().filter(|person| person.role == role).collect();
        of_role[number % of_role.len()]
    }
}

impl WorkSession {
    fn new(who: usize, by: Channel, address: Option<String>, tasks: &'static [Task], focus: u64) -> Self {
        Self { who, by, address, tasks, focus, integration: 0, last: None }
    }
}
