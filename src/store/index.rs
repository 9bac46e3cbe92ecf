//! From filters to the places of the entries that pass them.

use super::dictionary::Dictionary;
use super::places::{all_of, any_of};
use super::postings::Postings;
use super::recent::{Passing, Recent};
use super::words::{Id, Words};
use crate::contract::{Action, ActorType, Filters};

/// The places of every value of the eight attributes that filters know.
#[derive(Debug, Default)]
pub struct Index {
    actions: Postings,
    actor_types: Postings,
    request_types: Postings,
    emails: Postings,
    api_keys: Postings,
    addresses: Postings,
    object_types: Postings,
    object_identifiers: Postings,
    recent: Recent,
}

impl Index {
    /// Of entries as their deeds and objects.
    pub fn of(
        dictionary: &Dictionary,
        deeds: &(impl Iterator<Item = Id> + Clone),
        objects: &(impl Iterator<Item = Id> + Clone),
    ) -> Self {
        // An attribute of a deed or object is looked up once, not once an entry.
        let by_deed = |count, value: &dyn Fn(Id) -> Option<usize>| {
            let known: Vec<Option<usize>> = dictionary.deeds.ids().map(value).collect();
            Postings::of(count, deeds.clone().map(|deed| known[deed.place()]))
        };
        let by_object = |count, value: &dyn Fn(Id) -> usize| {
            let known: Vec<usize> = dictionary.objects.ids().map(value).collect();
            Postings::of(count, objects.clone().map(|object| Some(known[object.place()])))
        };
        let actor = |deed| dictionary.actors.get(dictionary.deeds.get(deed).actor);
        Self {
            actions: by_deed(Action::ALL.len(), &|deed| place(&Action::ALL, &dictionary.deeds.get(deed).action)),
            actor_types: by_deed(ActorType::ALL.len(), &|deed| place(&ActorType::ALL, &actor(deed).kind)),
            request_types: by_deed(dictionary.request_types.len(), &|deed| actor(deed).request_type.map(Id::place)),
            emails: by_deed(dictionary.emails.len(), &|deed| actor(deed).email.map(Id::place)),
            api_keys: by_deed(dictionary.api_keys.len(), &|deed| actor(deed).api_key.map(Id::place)),
            addresses: by_deed(dictionary.addresses.len(), &|deed| dictionary.deeds.get(deed).address.map(Id::place)),
            object_types: by_object(dictionary.object_types.len(), &|object| {
                dictionary.objects.get(object).kind.place()
            }),
            object_identifiers: by_object(dictionary.object_identifiers.len(), &|object| {
                dictionary.objects.get(object).identifier.place()
            }),
            recent: Recent::default(),
        }
    }

    /// The places of all entries that pass (FILTER-LOGIC); `None` when nothing is asked for.
    pub fn places(&self, dictionary: &Dictionary, filters: &Filters) -> Option<Passing<'_>> {
        let mut asked = Vec::new();
        let mut ask = |postings, values: Option<Vec<usize>>| asked.extend(values.map(|values| (postings, values)));
        ask(&self.actions, known(&filters.actions, &Action::ALL));
        ask(&self.actor_types, known(&filters.actor_types, &ActorType::ALL));
        ask(&self.request_types, found(&filters.actor_request_types, &dictionary.request_types));
        ask(&self.emails, found(&filters.actor_emails, &dictionary.emails));
        ask(&self.api_keys, found(&filters.actor_api_key_identifiers, &dictionary.api_keys));
        ask(&self.addresses, found(&filters.actor_ip_addresses, &dictionary.addresses));
        ask(&self.object_types, found(&filters.object_types, &dictionary.object_types));
        ask(&self.object_identifiers, found(&filters.object_identifiers, &dictionary.object_identifiers));
        let together = || {
            let sets = asked.iter().map(|(postings, values)| {
                let mut values = values.clone();
                values.sort_unstable();
                values.dedup();
                any_of(values.into_iter().map(|value| postings.get(value)).collect())
            });
            all_of(sets.collect())
        };
        match asked.as_slice() {
            [] => None,
            [(postings, values)] if values.len() == 1 => Some(Passing::Indexed(postings.get(values[0]))),
            // Where one of them has nothing, there is nothing to put together.
            some if some.iter().any(|(_, values)| values.is_empty()) => together().map(Passing::Indexed),
            _ => self.recent.get(filters, together),
        }
    }
}

fn place<T: PartialEq>(all: &[T], value: &T) -> Option<usize> {
    all.iter().position(|known| known == value)
}

/// The numbers of the values asked for; `None` when none is.
fn known<T: PartialEq>(asked: &[T], all: &[T]) -> Option<Vec<usize>> {
    (!asked.is_empty()).then(|| asked.iter().filter_map(|value| place(all, value)).collect())
}

/// The numbers of the words asked for, as far as any entry has them; `None` when none is asked for.
fn found(asked: &[String], words: &Words) -> Option<Vec<usize>> {
    (!asked.is_empty()).then(|| asked.iter().filter_map(|word| words.find(word).map(Id::place)).collect())
}
