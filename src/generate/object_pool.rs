//! The objects that exist in the company, their owners, and the operations on them: create, update, delete.

use super::kind::{KINDS, Kind};
use super::names::{Names, Object};
use super::people::STAFF_COUNT;
use super::workload::Task;
use crate::contract::Action;
use crate::seed::{Purpose, SeededRng};

/// An action on an object.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub action: Action,
    pub kind: &'static Kind,
    /// The number of the object within its kind.
    pub number: u32,
}

impl Operation {
    pub fn object(&self, names: &Names) -> Object {
        names.object(self.kind, self.number)
    }
}

/// The objects that exist.
pub struct ObjectPool {
    /// By the index of the kind.
    kinds: Vec<KindPool>,
}

/// The objects of one kind.
struct KindPool {
    /// For each owner, the numbers of their objects.
    by_owner: Vec<Vec<u32>>,
    count: u32,
    /// The number of objects that work sessions leave: a further deletion becomes an update. Stories may delete more.
    min_count: u32,
    /// The number of the next object.
    next: u32,
    /// By the number of an object; shorter than `next` when later ones were not deleted.
    deleted: Vec<bool>,
}

impl ObjectPool {
    /// The objects at the start, each with a random owner, for a company that is `scale` times as large as a small one.
    pub fn new(seed: u64, owner_count: usize, scale: u32) -> Self {
        let mut rng = SeededRng::stream(seed, Purpose::InitialOwners, 0);
        let kinds = KINDS.iter().map(|kind| {
            let count = kind.initial_count(scale);
            let mut by_owner = vec![Vec::new(); owner_count];
            for number in 0..count {
                by_owner[rng.index(owner_count)].push(number);
            }
            KindPool { by_owner, count, min_count: count.div_ceil(2), next: count, deleted: Vec::new() }
        });
        Self { kinds: kinds.collect() }
    }

    /// A random operation of an actor on an object of the kind: most often their own, else one of their team.
    pub fn act_on(
        &mut self,
        kind: &'static Kind,
        task: &Task,
        actor: usize,
        team: &[usize],
        rng: &mut SeededRng,
    ) -> Operation {
        let roll = rng.below(100);
        let pool = &self.kinds[kind.index];
        if (roll < task.create || pool.count == 0) && self.can_create(kind) {
            return self.create(kind, actor);
        }
        let pool = &self.kinds[kind.index];
        let owner = pool.draw_owner(actor, team, rng);
        let owned = &pool.by_owner[owner];
        if owned.is_empty() {
            // There is no object of the kind, and no parent for a new one.
            return self.create(kind, actor);
        }
        let index = rng.index(owned.len());
        let number = owned[index];
        let may_delete = pool.count > pool.min_count && !is_account_of_staff(kind, number);
        // An object whose parent was deleted is deleted by the first who finds it.
        if (roll >= 100 - task.delete && may_delete) || !self.has_parent(kind, number) {
            return self.delete(kind, owner, index);
        }
        Operation { action: Action::Update, kind, number }
    }

    /// Creates an object, which belongs to the actor.
    pub fn create(&mut self, kind: &'static Kind, actor: usize) -> Operation {
        let pool = &mut self.kinds[kind.index];
        let number = pool.next;
        pool.next += 1;
        pool.count += 1;
        pool.by_owner[actor].push(number);
        Operation { action: Action::Create, kind, number }
    }

    /// Updates an object; `None` if it was deleted.
    pub fn update(&self, kind: &'static Kind, number: u32) -> Option<Operation> {
        self.exists(kind, number).then_some(Operation { action: Action::Update, kind, number })
    }

    /// Updates an object of any owner; `None` if there is none.
    pub fn update_any(&self, kind: &'static Kind, rng: &mut SeededRng) -> Option<Operation> {
        let pool = &self.kinds[kind.index];
        let owner = pool.draw_any_owner(rng);
        let owned = &pool.by_owner[owner];
        let number = *owned.get(rng.index(owned.len()))?;
        Some(Operation { action: Action::Update, kind, number })
    }

    /// Deletes an object of any owner; `None` if there is none.
    pub fn delete_any(&mut self, kind: &'static Kind, rng: &mut SeededRng) -> Option<Operation> {
        let pool = &self.kinds[kind.index];
        if pool.count == 0 {
            return None;
        }
        let owner = pool.draw_any_owner(rng);
        let index = rng.index(pool.by_owner[owner].len());
        Some(self.delete(kind, owner, index))
    }

    fn delete(&mut self, kind: &'static Kind, owner: usize, index: usize) -> Operation {
        let pool = &mut self.kinds[kind.index];
        let number = pool.by_owner[owner].swap_remove(index);
        pool.count -= 1;
        let deleted = number as usize;
        pool.deleted.resize(pool.deleted.len().max(deleted + 1), false);
        pool.deleted[deleted] = true;
        Operation { action: Action::Delete, kind, number }
    }

    /// Whether an object was created and not deleted.
    pub fn exists(&self, kind: &Kind, number: u32) -> bool {
        let pool = &self.kinds[kind.index];
        number < pool.next && !pool.is_deleted(number)
    }

    /// Whether the parent of an object exists, if the kind has parents.
    fn has_parent(&self, kind: &Kind, number: u32) -> bool {
        kind.parent(number).is_none_or(|(parent, number)| self.exists(parent, number))
    }

    /// Whether the next object of a kind has a parent, if the kind has parents. Objects whose parent was deleted before they
    /// could be created are skipped.
    fn can_create(&mut self, kind: &Kind) -> bool {
        loop {
            let next = self.kinds[kind.index].next;
            let Some((parent, number)) = kind.parent(next) else { return true };
            let parents = &self.kinds[parent.index];
            if number >= parents.next {
                return false;
            }
            if !parents.is_deleted(number) {
                return true;
            }
            self.kinds[kind.index].next += 1;
        }
    }
}

impl KindPool {
    fn is_deleted(&self, number: u32) -> bool {
        self.deleted.get(number as usize).copied().unwrap_or_default()
    }

    fn has_objects(&self, owner: usize) -> bool {
        !self.by_owner[owner].is_empty()
    }

    /// The owner of the object that an actor works on.
    fn draw_owner(&self, actor: usize, team: &[usize], rng: &mut SeededRng) -> usize {
        let roll = rng.below(100);
        if roll < 70 && self.has_objects(actor) {
            return actor;
        }
        if roll < 92 && !team.is_empty() {
            let mate = team[rng.index(team.len())];
            if self.has_objects(mate) {
                return mate;
            }
        }
        self.draw_any_owner(rng)
    }

    /// An owner with an object, if any has one.
    fn draw_any_owner(&self, rng: &mut SeededRng) -> usize {
        let count = self.by_owner.len();
        let first = rng.index(count);
        (first..count).chain(0..first).find(|owner| self.has_objects(*owner)).unwrap_or(first)
    }
}

/// Whether an object is the account of a person who acts in the company, which nobody deletes.
fn is_account_of_staff(kind: &Kind, number: u32) -> bool {
    matches!(kind.object_type, "CORTEX_USER" | "CORTEX_USER_ROLES") && (number as usize) < STAFF_COUNT
}
