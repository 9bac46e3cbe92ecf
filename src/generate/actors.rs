//! The actors of a company, people and machines, and their work sessions: a few entries of one actor that belong together.

use std::sync::Arc;

use super::calendar::{Hour, Schedule};
use super::identity::Identity;
use super::kind::{KINDS, Kind};
use super::names::Names;
use super::object_pool::{ObjectPool, Operation};
use super::offices::OFFICES;
use super::people::{Person, Role};
use super::workload::{Machine, Shape, Task, WORKLOAD};
use crate::contract::Action;
use crate::seed::SeededRng;

const TEAM_COUNT: usize = 12;

/// One person in five has a token for scripts.
const PEOPLE_PER_TOKEN: usize = 5;

/// The people and machines, numbered in this order.
pub struct Actors {
    staff: Vec<Person>,
    /// The members of each team.
    teams: Vec<Vec<usize>>,
    /// How entries name each actor. Shared: a busy hour has tens of thousands of sessions, which should stay in the cache.
    identities: Vec<Arc<Identity>>,
    /// The token of each person, if they have one.
    tokens: Vec<Option<Arc<Identity>>>,
    /// How often an integration was set up or renewed.
    integration_turns: usize,
    seed: u64,
}

/// A few entries of one actor that belong together.
pub struct WorkSession {
    /// The index of the actor.
    actor: usize,
    pub identity: Arc<Identity>,
    pub address: Option<String>,
    tasks: &'static [Task],
    /// The integration that the session is about, if it is about one.
    integration: &'static Kind,
    /// The probability in percent that an entry is about the same object as the one before.
    focus: u64,
    /// The operation of the last entry.
    last: Option<Operation>,
    /// The number of entries.
    pub size: u64,
    /// The largest gap between two entries, in milliseconds.
    pub max_gap: i64,
}

impl WorkSession {
    fn new(actor: usize, identity: Arc<Identity>, tasks: &'static [Task], shape: Shape, size: u64) -> Self {
        let (focus, max_gap) = (shape.focus, shape.max_gap * 1000);
        Self {
            actor,
            identity,
            address: None,
            tasks,
            integration: KINDS.any_integration(0),
            focus,
            last: None,
            size,
            max_gap,
        }
    }
}

impl Actors {
    pub fn new(seed: u64, names: &Names) -> Self {
        let staff = names.roster.staff(seed, TEAM_COUNT);
        let members = |team| (0..staff.len()).filter(|index| staff[*index].team == team).collect();
        let teams = (0..TEAM_COUNT).map(members).collect();
        let people = staff.iter().map(|person| Identity::person(&person.email));
        let identities = people.chain(WORKLOAD.machines.iter().map(Identity::machine)).map(Arc::new).collect();
        let tokens = staff.iter().map(|person| token_of(person).map(Arc::new)).collect();
        Self { teams, identities, tokens, staff, integration_turns: 0, seed }
    }

    /// The number of actors, each of whom can own objects.
    pub fn owner_count(&self) -> usize {
        self.staff.len() + WORKLOAD.machines.len()
    }

    /// The n-th person of a role; after the last the first again.
    pub fn person(&self, role: Role, number: usize) -> &Person {
        let of_role: Vec<&Person> = self.staff.iter().filter(|person| person.role == role).collect();
        of_role[number % of_role.len()]
    }

    /// A work session of an actor who is active in the hour.
    pub fn start_session(&mut self, hour: &Hour, rng: &mut SeededRng) -> WorkSession {
        /// Ten times the mean number of entries of a session, by schedule.
        const SIZES: [u64; 4] = [26, 27, 20, 50];

        let schedule = rng.weighted_index(hour.weights.iter().zip(SIZES).map(|(weight, size)| weight * 10 / size));
        match Schedule::ALL[schedule] {
            Schedule::Office => self.session_of_person(hour, rng),
            schedule => self.session_of_machine(schedule, rng),
        }
    }

    fn session_of_person(&mut self, hour: &Hour, rng: &mut SeededRng) -> WorkSession {
        let office = rng.weighted_index(OFFICES.iter().map(|office| office.activity(hour.number) * office.share));
        let weight = |person: &Person| if person.office == office { person.activity } else { 0 };
        let actor = rng.weighted_index(self.staff.iter().map(weight));
        let person = &self.staff[actor];
        let local_hour = hour.number + person.utc_offset();
        let address = Some(person.address(self.seed, local_hour.div_euclid(24)).to_owned());
        let token = self.tokens[actor].as_ref().filter(|_| rng.percent(WORKLOAD.token_percent));
        let themes = &WORKLOAD.themes;
        let theme = &themes[rng.weighted_index(themes.iter().map(|theme| theme.weight(person.role)))];
        // A script does not pause.
        let max_gap = if token.is_some() { 900 } else { theme.session.max_gap * 1000 };
        let identity = Arc::clone(token.unwrap_or(&self.identities[actor]));
        let turn = self.next_integration_turn(&theme.tasks);
        let integration = if rng.percent(85) { KINDS.integration_in_use(turn) } else { KINDS.any_integration(turn) };
        let size = theme.session.draw_size(rng);
        let session = WorkSession::new(actor, identity, &theme.tasks, theme.session, size);
        WorkSession { address, integration, max_gap, ..session }
    }

    fn session_of_machine(&mut self, schedule: Schedule, rng: &mut SeededRng) -> WorkSession {
        let weight = |machine: &Machine| {
            let (least, most) = machine.session.size;
            if machine.schedule == schedule { machine.weight * 20 / (least + most) } else { 0 }
        };
        let index = rng.weighted_index(WORKLOAD.machines.iter().map(weight));
        let machine = &WORKLOAD.machines[index];
        let address = match machine.addresses.as_slice() {
            [] => None,
            addresses => Some(addresses[rng.index(addresses.len())].clone()),
        };
        let integration = KINDS.integration_in_use(self.next_integration_turn(&machine.tasks));
        let (actor, size) = (self.staff.len() + index, machine.session.draw_size(rng));
        let session =
            WorkSession::new(actor, Arc::clone(&self.identities[actor]), &machine.tasks, machine.session, size);
        WorkSession { address, integration, ..session }
    }

    /// The turn of a session: the integrations take turns among the sessions that are about one.
    fn next_integration_turn(&mut self, tasks: &[Task]) -> usize {
        self.integration_turns += usize::from(tasks[0].kind.is_none());
        self.integration_turns
    }

    /// The operation of the next entry of a session.
    pub fn next_operation(&self, session: &mut WorkSession, pool: &mut ObjectPool, rng: &mut SeededRng) -> Operation {
        if let Some(last) = session.last
            && rng.percent(session.focus)
            && pool.exists(last.kind, last.number)
        {
            return Operation { action: Action::Update, ..last };
        }
        let task = &session.tasks[rng.weighted_index(session.tasks.iter().map(|task| task.weight))];
        let team = self.staff.get(session.actor).map_or(&[][..], |person| &self.teams[person.team]);
        let operation = pool.act_on(task.kind.unwrap_or(session.integration), task, session.actor, team, rng);
        session.last = Some(operation);
        operation
    }
}

/// The token of a person for scripts, if they have one.
fn token_of(person: &Person) -> Option<Identity> {
    let purpose = ["automation", "reports", "terminal"][person.number / PEOPLE_PER_TOKEN % 3];
    let name = (person.number % PEOPLE_PER_TOKEN == 1).then(|| format!("{}-{purpose}", person.first_name))?;
    Some(Identity::token(person, &name))
}
