//! The people of a workspace: names, roles, where they work, from which addresses, and the hours that they keep.

use deunicode::deunicode;
use fake::Fake;
use fake::faker::name::raw::{FirstName, LastName};
use fake::locales::{DE_DE, EN, FR_FR, IT_IT, NL_NL, PT_BR, TR_TR};

use crate::seed::{Purpose, SeededRng};

/// The invented company's domain; `.example` belongs to nobody (RFC 2606).
pub const DOMAIN: &str = "brightwave.example";

/// How many people work there.
pub const STAFF: usize = 48;

/// A place of work.
pub struct Office {
    /// What to add to UTC, in hours; it stays the same in summer.
    pub offset: i64,
    /// How many in a hundred work there.
    pub share: u64,
    /// The first address of its network; everybody in the office shares a few (RFC 5737).
    pub addresses: &'static [&'static str],
}

/// The offices, from east to west.
pub const OFFICES: &[Office] = &[
    Office { offset: 3, share: 15, addresses: &["203.0.113.17", "203.0.113.18"] },
    Office { offset: 1, share: 40, addresses: &["198.51.100.10", "198.51.100.11", "198.51.100.12"] },
    Office { offset: -3, share: 13, addresses: &["203.0.113.65", "203.0.113.66"] },
    Office { offset: -5, share: 22, addresses: &["198.51.100.130", "198.51.100.131"] },
    Office { offset: -8, share: 10, addresses: &["198.51.100.194"] },
];

/// How busy an office is at each hour of its day, most being 1000.
const HOURS: [u64; 24] =
    [3, 2, 1, 1, 1, 6, 25, 90, 350, 820, 1000, 950, 600, 720, 960, 930, 820, 520, 200, 90, 60, 40, 20, 8];

/// What is left of that on a Saturday or Sunday, in a hundred.
const WEEKEND: u64 = 4;

impl Office {
    /// How busy it is in an hour, counted from 1970 in UTC.
    pub fn busy(&self, hour: i64) -> u64 {
        let local = hour + self.offset;
        let busy = HOURS[usize::try_from(local.rem_euclid(24)).unwrap_or_default()] * 100;
        // 1970 began on a Thursday.
        let weekday = (local.div_euclid(24) + 3).rem_euclid(7);
        if weekday < 5 { busy } else { busy * WEEKEND / 100 }
    }
}

/// What somebody is there for; it decides what they touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Engineer,
    Lead,
    Platform,
    Security,
    Admin,
    Manager,
}

/// Twelve in a row make up a mixture; the first of each office is an engineer.
const ROLES: [Role; 12] = [
    Role::Engineer,
    Role::Lead,
    Role::Engineer,
    Role::Platform,
    Role::Engineer,
    Role::Admin,
    Role::Engineer,
    Role::Manager,
    Role::Engineer,
    Role::Security,
    Role::Engineer,
    Role::Platform,
];

/// Somebody who works there.
pub struct Person {
    number: u64,
    pub first_name: String,
    pub email: String,
    pub role: Role,
    /// Place in [`OFFICES`].
    pub office: usize,
    pub team: usize,
    /// How much they do compared with others of the office.
    pub activity: u64,
    /// Where they are: office, home, on the road.
    office_address: &'static str,
    pub home_address: String,
    road_address: String,
}

impl Person {
    /// Where they are on a day, counted from 1970: nobody is at two places, and few are on the road.
    pub fn address(&self, seed: u64, day: i64) -> &str {
        let mut rng = SeededRng::stream(seed ^ self.number, Purpose::Whereabouts, day.unsigned_abs());
        match rng.below(100) {
            0..58 => self.office_address,
            58..96 => &self.home_address,
            _ => &self.road_address,
        }
    }
}

/// First and last names, of which the staff has the first combinations and newcomers the next.
pub struct Roster {
    first: Vec<String>,
    last: Vec<String>,
}

impl Roster {
    pub fn new(seed: u64) -> Self {
        let mut rng = SeededRng::stream(seed, Purpose::PeopleNames, 0);
        Self { first: distinct(89, || first_name(&mut rng)), last: distinct(149, || last_name(&mut rng)) }
    }

    /// How many people there can be.
    pub fn emails(&self) -> usize {
        self.first.len() * self.last.len()
    }

    pub fn first_names(&self) -> &[String] {
        &self.first
    }

    pub fn email(&self, number: usize) -> String {
        let (first, last) = self.name(number);
        format!("{first}.{last}@{DOMAIN}")
    }

    fn name(&self, number: usize) -> (&str, &str) {
        let first = self.first_names();
        // Each time the first names are through, the last names have moved on.
        let last = (number + number / first.len()) % self.last.len();
        (&first[number % first.len()], &self.last[last])
    }

    /// The staff.
    pub fn staff(&self, seed: u64, teams: usize) -> Vec<Person> {
        let mut rng = SeededRng::stream(seed, Purpose::Staff, 0);
        let person = |number: usize| {
            let (first, last) = self.name(number);
            // No office is without anybody.
            let drawn = rng.weighted_index(OFFICES.iter().map(|office| office.share));
            let office = if number < OFFICES.len() { number } else { drawn };
            let addresses = OFFICES[office].addresses;
            Person {
                number: number as u64,
                first_name: first.to_owned(),
                email: format!("{first}.{last}@{DOMAIN}"),
                role: ROLES[number % ROLES.len()],
                office,
                team: number % teams,
                activity: 300 + rng.below(700) + if rng.percent(15) { 1500 } else { 0 },
                office_address: addresses[rng.index(addresses.len())],
                home_address: home(number, office, &mut rng),
                road_address: format!("2001:db8:ffff:{:x}::{:x}", office + 1, 0x1000 + rng.below(0xe000)),
            }
        };
        (0..STAFF).map(person).collect()
    }
}

/// An address at home, from a range that documentation has (RFC 5737, RFC 3849), and never that of an office.
fn home(number: usize, office: usize, rng: &mut SeededRng) -> String {
    if rng.percent(45) {
        format!("2001:db8:{:x}:{:x}::{:x}", 0x40 + office, 0x10 + number, 0x100 + rng.below(0xfe00))
    } else {
        format!("203.0.113.{}", 80 + number * 3)
    }
}

fn first_name(rng: &mut SeededRng) -> String {
    let locale = rng.below(10);
    let stream = rng.inner();
    let name: &str = match locale {
        0..3 => FirstName(DE_DE).fake_with_rng(stream),
        3..5 => FirstName(EN).fake_with_rng(stream),
        5 => FirstName(PT_BR).fake_with_rng(stream),
        6 => FirstName(TR_TR).fake_with_rng(stream),
        7 => FirstName(NL_NL).fake_with_rng(stream),
        8 => FirstName(IT_IT).fake_with_rng(stream),
        _ => FirstName(FR_FR).fake_with_rng(stream),
    };
    plain(name)
}

fn last_name(rng: &mut SeededRng) -> String {
    let locale = rng.below(10);
    let stream = rng.inner();
    let name: &str = match locale {
        0..3 => LastName(DE_DE).fake_with_rng(stream),
        3..5 => LastName(EN).fake_with_rng(stream),
        5 => LastName(PT_BR).fake_with_rng(stream),
        6 => LastName(TR_TR).fake_with_rng(stream),
        7 => LastName(NL_NL).fake_with_rng(stream),
        8 => LastName(IT_IT).fake_with_rng(stream),
        _ => LastName(FR_FR).fake_with_rng(stream),
    };
    plain(name)
}

/// As it stands in an e-mail address.
fn plain(name: &str) -> String {
    let ascii = deunicode(name).to_lowercase();
    let joined = ascii.split(|c: char| !c.is_ascii_alphabetic()).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    joined.join("-")
}

fn distinct(count: usize, mut draw: impl FnMut() -> String) -> Vec<String> {
    let mut drawn: Vec<String> = Vec::with_capacity(count);
    while drawn.len() < count {
        let name = draw();
        if name.len() > 2 && !drawn.contains(&name) {
            drawn.push(name);
        }
    }
    drawn
}
