//! The objects that exist, and what can befall them: created once, changed while they live, deleted last.

use super::kind::Kind;
use super::names::Names;
use super::people::STAFF;
use crate::contract::Action;
use crate::seed::Chance;

/// How likely it is, in a hundred, that something is created or deleted; else it is changed.
#[derive(Debug, Clone, Copy)]
pub struct Mix {
    pub create: u64,
    pub delete: u64,
}

/// What is done to what.
pub struct Deed {
    pub action: Action,
    pub kind: Kind,
    /// The object's number among those of its kind.
    pub object: u32,
    /// Whose it is.
    pub owner: usize,
}

/// Who lives, by kind and by owner.
pub struct Life {
    owners: usize,
    /// For each kind, for each owner, the numbers of their objects.
    living: Vec<Vec<u32>>,
    /// For each kind, how many live, how many there must always be, and the number of the next.
    count: Vec<u32>,
    least: Vec<u32>,
    next: Vec<u32>,
    /// For each kind, which of its objects have been deleted.
    dead: Vec<Vec<bool>>,
}

/// What chance is asked for: whose the objects are that were there before.
const OWNERS: u64 = 1 << 46;

impl Life {
    /// A workspace as it is from the start, `scale` times as large as a small one; every object has one of `owners`.
    pub fn new(seed: u64, names: &Names, owners: usize, scale: u32) -> Self {
        let mut life = Self {
            owners,
            living: vec![Vec::new(); names.kinds.len() * owners],
            count: vec![0; names.kinds.len()],
            least: vec![0; names.kinds.len()],
            next: vec![0; names.kinds.len()],
            dead: vec![Vec::new(); names.kinds.len()],
        };
        let mut chance = Chance::of(seed, OWNERS, 0);
        for kind in names.kinds.all() {
            let place = kind.place();
            let standing = names.kinds.standing(kind) * if grows(kind) { scale } else { 1 };
            for object in 0..standing {
                life.living[place * owners + chance.below(owners)].push(object);
            }
            life.count[place] = standing;
            life.next[place] = standing;
            life.least[place] = standing.div_ceil(2);
        }
        life
    }

    /// Something befalls an object of a kind by one of its owners, or by somebody of their team.
    pub fn befall(
        &mut self,
        place: usize,
        kind: Kind,
        mix: Mix,
        who: usize,
        team: &[usize],
        chance: &mut Chance,
    ) -> Deed {
        let roll = chance.number(100);
        if (roll < mix.create || self.count[place] == 0) && self.can_create(kind) {
            return self.create(place, kind, who);
        }
        let owner = self.owner(place, who, team, chance);
        let theirs = &self.living[place * self.owners + owner];
        if theirs.is_empty() {
            // Nothing of it is there, and nothing for it to belong to.
            return self.create(place, kind, who);
        }
        let which = chance.below(theirs.len());
        let object = theirs[which];
        let mortal = self.count[place] > self.least[place] && !is_staff(kind, object);
        // What belongs to something that is gone is cleared away by whoever comes upon it.
        if (roll >= 100 - mix.delete && mortal) || !self.has_parent(kind, object) {
            return self.delete(place, kind, owner, which);
        }
        Deed { action: Action::Update, kind, object, owner }
    }

    fn delete(&mut self, place: usize, kind: Kind, owner: usize, which: usize) -> Deed {
        let object = self.living[place * self.owners + owner].swap_remove(which);
        self.count[place] -= 1;
        let number = object as usize;
        if self.dead[place].len() <= number {
            self.dead[place].resize(number + 1, false);
        }
        self.dead[place][number] = true;
        Deed { action: Action::Delete, kind, object, owner }
    }

    /// Whether what an object belongs to lives, if it belongs to anything.
    fn has_parent(&self, kind: Kind, object: u32) -> bool {
        kind.parent_of(object).is_none_or(|(parent, number)| {
            let place = parent.place();
            number < self.next[place] && !self.dead[place].get(number as usize).copied().unwrap_or_default()
        })
    }

    /// Whether there is something for the next object of a kind to belong to; those whose turn was missed never come.
    fn can_create(&mut self, kind: Kind) -> bool {
        let place = kind.place();
        let exists = |life: &Self| {
            kind.parent_of(life.next[place]).is_none_or(|(parent, number)| number < life.next[parent.place()])
        };
        while exists(self) && !self.has_parent(kind, self.next[place]) {
            self.next[place] += 1;
        }
        exists(self)
    }

    /// A new object of a kind, which is whose it is who made it.
    pub fn create(&mut self, place: usize, kind: Kind, who: usize) -> Deed {
        let object = self.next[place];
        self.next[place] += 1;
        self.count[place] += 1;
        self.living[place * self.owners + who].push(object);
        Deed { action: Action::Create, kind, object, owner: who }
    }

    /// Changes the `number`th of a kind, if it still lives.
    pub fn change(&self, place: usize, kind: Kind, number: u32) -> Option<Deed> {
        let owner = (0..self.owners).find(|owner| self.lives(place, number, *owner))?;
        Some(Deed { action: Action::Update, kind, object: number, owner })
    }

    /// Changes one of a kind, whosever it is; `None` when there is none.
    pub fn change_any(&self, place: usize, kind: Kind, chance: &mut Chance) -> Option<Deed> {
        let owner = self.any_owner(place, chance);
        let theirs = &self.living[place * self.owners + owner];
        let object = *theirs.get(chance.below(theirs.len()))?;
        Some(Deed { action: Action::Update, kind, object, owner })
    }

    /// Deletes one of a kind, whosever it is; `None` when none is left.
    pub fn delete_any(&mut self, place: usize, kind: Kind, chance: &mut Chance) -> Option<Deed> {
        if self.count[place] == 0 {
            return None;
        }
        let owner = self.any_owner(place, chance);
        let which = chance.below(self.living[place * self.owners + owner].len());
        Some(self.delete(place, kind, owner, which))
    }

    /// Whether an object still lives and is whose it was.
    pub fn lives(&self, place: usize, object: u32, owner: usize) -> bool {
        self.living[place * self.owners + owner].contains(&object)
    }

    /// Whose object it is that somebody takes up: most often their own, else one of their team's.
    fn owner(&self, place: usize, who: usize, team: &[usize], chance: &mut Chance) -> usize {
        let has = |owner: usize| !self.living[place * self.owners + owner].is_empty();
        let roll = chance.number(100);
        if roll < 70 && has(who) {
            return who;
        }
        if roll < 92
            && !team.is_empty()
            && let Some(mate) = Some(team[chance.below(team.len())]).filter(|mate| has(*mate))
        {
            return mate;
        }
        self.any_owner(place, chance)
    }

    /// Somebody who has an object of a kind of which there is one.
    fn any_owner(&self, place: usize, chance: &mut Chance) -> usize {
        let first = chance.below(self.owners);
        let all = (first..self.owners).chain(0..first);
        all.into_iter().find(|owner| !self.living[place * self.owners + owner].is_empty()).unwrap_or(first)
    }
}

/// Whether it is an account of somebody who acts in the workspace: nobody deletes that.
fn is_staff(kind: Kind, object: u32) -> bool {
    matches!(kind, Kind::User | Kind::UserRoles) && usize::try_from(object).is_ok_and(|object| object < STAFF)
}

/// Whether a larger workspace has more of it.
fn grows(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Service
            | Kind::Catalog
            | Kind::Resource
            | Kind::CustomData
            | Kind::Verification
            | Kind::OpenApi
            | Kind::Secret
            | Kind::Rule
    )
}

impl Deed {
    pub fn name(&self, names: &Names) -> String {
        names.name(self.kind, self.object)
    }
}
