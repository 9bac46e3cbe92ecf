//! Who sits down to what: a sitting is a few entries of one actor that belong together.

use super::calendar::{Hour, Pace};
use super::habits::{self, MACHINES, Machine, THEMES, Touch};
use super::identity::Identity;
use super::kind::Kind;
use super::life::{Deed, Life};
use super::names::Names;
use super::people::{OFFICES, Person, Role};
use crate::contract::Action;
use crate::seed::Chance;

/// How many teams there are.
const TEAMS: usize = 12;

/// Every so many-th of the staff has a token of their own for scripts.
const TOKENS: usize = 5;

/// Everybody who can sit down, and how they are named.
pub struct Desk {
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
pub struct Sitting {
    who: usize,
    by: By,
    address: Option<String>,
    touches: &'static [Touch],
    focus: u64,
    /// Which integration it is about, if it is about one.
    integration: usize,
    last: Option<(Kind, u32, usize)>,
}

/// How an actor comes in.
#[derive(Debug, Clone, Copy)]
enum By {
    Itself,
    Token,
    Chat,
}

impl Sitting {
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }
}

impl Desk {
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

    pub fn identity(&self, sitting: &Sitting) -> &Identity {
        match sitting.by {
            By::Itself => &self.identities[sitting.who],
            By::Chat => &self.chats[sitting.who],
            By::Token => self.tokens[sitting.who].as_ref().unwrap_or(&self.identities[sitting.who]),
        }
    }

    /// Somebody sits down in an hour; with how many entries it will be, and the most milliseconds between two.
    pub fn sit(&mut self, hour: &Hour, names: &Names, chance: &mut Chance) -> (Sitting, u64, u64) {
        /// How many entries a sitting of each pace has on average, in tenths.
        const SIZES: [u64; 4] = [26, 27, 20, 50];

        let pace = chance.weighted(hour.weights.iter().zip(SIZES).map(|(weight, size)| weight * 10 / size));
        match Pace::ALL[pace] {
            Pace::Office => self.person(hour, names, chance),
            pace => self.machine(pace, names, chance),
        }
    }

    fn person(&mut self, hour: &Hour, names: &Names, chance: &mut Chance) -> (Sitting, u64, u64) {
        let office = chance.weighted(OFFICES.iter().map(|office| office.busy(hour.number) * office.share));
        let here = |person: &Person| if person.office == office { person.activity } else { 0 };
        let who = chance.weighted(self.staff.iter().map(here));
        let person = &self.staff[who];
        let local = hour.number + OFFICES[person.office].offset;
        let address = Some(person.address(self.seed, local.div_euclid(24)).to_owned());
        if chance.percent(habits::BY_CHAT) {
            let sitting = Sitting::new(who, By::Chat, None, habits::CHAT, 0);
            return (sitting, 1, 1);
        }
        let by =
            if self.tokens[who].is_some() && chance.percent(habits::BY_TOKEN * 4) { By::Token } else { By::Itself };
        let theme = &THEMES[chance.weighted(THEMES.iter().map(|theme| theme.weight(person.role)))];
        let mut sitting = Sitting::new(who, by, address, theme.touches, theme.focus);
        sitting.integration = self.next_integration(theme.touches, names, chance.percent(85));
        // A script does not stop to think.
        let gap = if matches!(by, By::Token) { 900 } else { theme.gap * 1000 };
        (sitting, theme.size.0 + chance.number(theme.size.1 - theme.size.0 + 1), gap)
    }

    fn machine(&mut self, pace: Pace, names: &Names, chance: &mut Chance) -> (Sitting, u64, u64) {
        let share = |machine: &Machine| {
            if machine.pace == pace { machine.weight * 20 / (machine.size.0 + machine.size.1) } else { 0 }
        };
        let number = chance.weighted(MACHINES.iter().map(share));
        let machine = &MACHINES[number];
        let address = match machine.addresses {
            [] => None,
            addresses => Some(addresses[chance.below(addresses.len())].to_owned()),
        };
        let mut sitting = Sitting::new(self.staff.len() + number, By::Itself, address, machine.touches, 0);
        sitting.integration = self.next_integration(machine.touches, names, true);
        (sitting, machine.size.0 + chance.number(machine.size.1 - machine.size.0 + 1), machine.gap * 1000)
    }

    /// Integrations take turns, far ones in the list behind each other: most often those that are in use.
    fn next_integration(&mut self, touches: &[Touch], names: &Names, in_use: bool) -> usize {
        if matches!(touches[0].0, Kind::Integration(_)) {
            self.integration += 1;
        }
        let used = &names.kinds.in_use;
        if in_use {
            used[self.integration * 7 % used.len()]
        } else {
            self.integration * 23 % names.kinds.integrations()
        }
    }

    /// The next entry of a sitting.
    pub fn go_on(&self, sitting: &mut Sitting, life: &mut Life, chance: &mut Chance) -> Deed {
        if let Some((kind, object, owner)) = sitting.last
            && chance.percent(sitting.focus)
            && life.lives(kind.place(), object, owner)
        {
            return Deed { action: Action::Update, kind, object, owner };
        }
        let (kind, _, mix) = sitting.touches[chance.weighted(sitting.touches.iter().map(|touch| touch.1))];
        let kind = if matches!(kind, Kind::Integration(_)) { Kind::Integration(sitting.integration) } else { kind };
        let team = self.staff.get(sitting.who).map_or(&[][..], |person| &self.teams[person.team]);
        let deed = life.befall(kind.place(), kind, mix, sitting.who, team, chance);
        sitting.last = Some((kind, deed.object, deed.owner));
        deed
    }

    /// Somebody of a role, the `number`th.
    pub fn somebody(&self, role: Role, number: usize) -> &Person {
        let of_role: Vec<&Person> = self.staff.iter().filter(|person| person.role == role).collect();
        of_role[number % of_role.len()]
    }
}

impl Sitting {
    fn new(who: usize, by: By, address: Option<String>, touches: &'static [Touch], focus: u64) -> Self {
        Self { who, by, address, touches, focus, integration: 0, last: None }
    }
}
