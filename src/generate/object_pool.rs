//! The objects that exist, and what can act_on them: created once, changed while they live, deleted last.

use super::kind::ObjectKind;
use super::names::Names;
use super::people::STAFF;
use crate::contract::Action;
use crate::seed::{Purpose, SeededRng};

/// How likely it is, in a hundred, that something is created or deleted; else it is changed.
#[derive(Debug, Clone, Copy)]
pub struct OperationMix {
    pub create: u64,
    pub delete: u64,
}

/// What is done to what.
pub struct Operation {
    pub action: Action,
    pub kind: ObjectKind,
    /// The object's number among those of its kind.
    pub object: u32,
    /// Whose it is.
    pub owner: usize,
}

/// Who lives, by kind and by owner.
pub struct ObjectPool {
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

impl ObjectPool {
    /// A workspace as it is from the start, `scale` times as large as a small one; every object has one of `owners`.
    pub fn new(seed: u64, names: &Names, owners: usize, scale: u32) -> Self {
        let mut pool = Self {
            owners,
            living: vec![Vec::new(); names.kinds.len() * owners],
            count: vec![0; names.kinds.len()],
            least: vec![0; names.kinds.len()],
            next: vec![0; names.kinds.len()],
            dead: vec![Vec::new(); names.kinds.len()],
        };
        let mut rng = SeededRng::stream(seed, Purpose::InitialOwners, 0);
        for kind in names.kinds.all() {
            let place = kind.place();
            let standing = names.kinds.standing(kind) * if grows(kind) { scale } else { 1 };
            for object in 0..standing {
                pool.living[place * owners + rng.index(owners)].push(object);
            }
            pool.count[place] = standing;
            pool.next[place] = standing;
            pool.least[place] = standing.div_ceil(2);
        }
        pool
    }

    /// Something befalls an object of a kind by one of its owners, or by somebody of their team.
    pub fn act_on(
        &mut self,
        place: usize,
        kind: ObjectKind,
        mix: OperationMix,
        who: usize,
        team: &[usize],
        rng: &mut SeededRng,
    ) -> Operation {
        let roll = rng.below(100);
        if (roll < mix.create || self.count[place] == 0) && self.can_create(kind) {
            return self.create(place, kind, who);
        }
        let owner = self.owner(place, who, team, rng);
        let theirs = &self.living[place * self.owners + owner];
        if theirs.is_empty() {
            // Nothing of it is there, and nothing for it to belong to.
            return self.create(place, kind, who);
        }
        let which = rng.index(theirs.len());
        let object = theirs[which];
        let mortal = self.count[place] > self.least[place] && !is_staff(kind, object);
        // What belongs to something that is gone is cleared away by whoever comes upon it.
        if (roll >= 100 - mix.delete && mortal) || !self.has_parent(kind, object) {
            return self.delete(place, kind, owner, which);
        }
        Operation { action: Action::Update, kind, object, owner }
    }

    fn delete(&mut self, place: usize, kind: ObjectKind, owner: usize, which: usize) -> Operation {
        let object = self.living[place * self.owners + owner].swap_remove(which);
        self.count[place] -= 1;
        let number = object as usize;
        if self.dead[place].len() <= number {
            self.dead[place].resize(number + 1, false);
        }
        self.dead[place][number] = true;
        Operation { action: Action::Delete, kind, object, owner }
    }

    /// Whether what an object belongs to lives, if it belongs to anything.
    fn has_parent(&self, kind: ObjectKind, object: u32) -> bool {
        kind.parent_of(object).is_none_or(|(parent, number)| {
            let place = parent.place();
            number < self.next[place] && !self.dead[place].get(number as usize).copied().unwrap_or_default()
        })
    }

    /// Whether there is something for the next object of a kind to belong to; those whose turn was missed never come.
    fn can_create(&mut self, kind: ObjectKind) -> bool {
        let place = kind.place();
        let exists = |pool: &Self| {
            kind.parent_of(pool.next[place]).is_none_or(|(parent, number)| number < pool.next[parent.place()])
        };
        while exists(self) && !self.has_parent(kind, self.next[place]) {
            self.next[place] += 1;
        }
        exists(self)
    }

    /// A new object of a kind, which is whose it is who made it.
    pub fn create(&mut self, place: usize, kind: ObjectKind, who: usize) -> Operation {
        let object = self.next[place];
        self.next[place] += 1;
        self.count[place] += 1;
        self.living[place * self.owners + who].push(object);
        Operation { action: Action::Create, kind, object, owner: who }
    }

    /// Changes the `number`th of a kind, if it still lives.
    pub fn change(&self, place: usize, kind: ObjectKind, number: u32) -> Option<Operation> {
        let owner = (0..self.owners).find(|owner| self.lives(place, number, *owner))?;
        Some(Operation { action: Action::Update, kind, object: number, owner })
    }

    /// Changes one of a kind, whosever it is; `None` when there is none.
    pub fn change_any(&self, place: usize, kind: ObjectKind, rng: &mut SeededRng) -> Option<Operation> {
        let owner = self.any_owner(place, rng);
        let theirs = &self.living[place * self.owners + owner];
        let object = *theirs.get(rng.index(theirs.len()))?;
        Some(Operation { action: Action::Update, kind, object, owner })
    }

    /// Deletes one of a kind, whosever it is; `None` when none is left.
    pub fn delete_any(&mut self, place: usize, kind: ObjectKind, rng: &mut SeededRng) -> Option<Operation> {
        if self.count[place] == 0 {
            return None;
        }
        let owner = self.any_owner(place, rng);
        let which = rng.index(self.living[place * self.owners + owner].len());
        Some(self.delete(place, kind, owner, which))
    }

    /// Whether an object still lives and is whose it was.
    pub fn lives(&self, place: usize, object: u32, owner: usize) -> bool {
        self.living[place * self.owners + owner].contains(&object)
    }

    /// Whose object it is that somebody takes up: most often their own, else one of their team's.
    fn owner(&self, place: usize, who: usize, team: &[usize], rng: &mut SeededRng) -> usize {
        let has = |owner: usize| !self.living[place * self.owners + owner].is_empty();
        let roll = rng.below(100);
        if roll < 70 && has(who) {
            return who;
        }
        if roll < 92
            && !team.is_empty()
            && let Some(mate) = Some(team[rng.index(team.len())]).filter(|mate| has(*mate))
        {
            return mate;
        }
        self.any_owner(place, rng)
    }

    /// Somebody who has an object of a kind of which there is one.
    fn any_owner(&self, place: usize, rng: &mut SeededRng) -> usize {
        let first = rng.index(self.owners);
        let all = (first..self.owners).chain(0..first);
        all.into_iter().find(|owner| !self.living[place * self.owners + owner].is_empty()).unwrap_or(first)
    }
}

/// Whether it is an account of somebody who acts in the workspace: nobody deletes that.
fn is_staff(kind: ObjectKind, object: u32) -> bool {
    matches!(kind, ObjectKind::User | ObjectKind::UserRoles)
        && usize::try_from(object).is_ok_and(|object| object < STAFF)
}

/// Whether a larger workspace has more of it.
fn grows(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Service
            | ObjectKind::Catalog
            | ObjectKind::Resource
            | ObjectKind::CustomData
            | ObjectKind::Verification
            | ObjectKind::OpenApi
            | ObjectKind::Secret
            | ObjectKind::Rule
    )
}

impl Operation {
    pub fn name(&self, names: &Names) -> String {
        names.name(self.kind, self.object)
    }
}
