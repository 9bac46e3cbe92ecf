//! What a server loads: keys, initial entries, object types and fault rules. Files are read at the start, and again on demand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fault_check;
use crate::config::Config;
use crate::contract::Timestamp;
use crate::fault::{self, FaultRule, RequestMatcher};
use crate::fixture::{self, EntrySource, IgnoredFields, LoadProgress};
use crate::input::{can_be_read_again, display_name};
use crate::json_file::{self, FileError, FileErrors};
use crate::keys::{self, KeySource, Keys};
use crate::object_types;
use crate::store::{BaseSegment, BaseSegmentBuilder};
use crate::text::excerpt;
use crate::world::Faults;

/// Keys, initial entries and fault rules.
#[derive(Debug)]
pub struct ServerData {
    sources: Arc<Sources>,
    pub keys: Arc<Keys>,
    pub base: Arc<BaseSegment>,
    /// The fault rules of every session, beside those of the keys.
    pub faults: Vec<FaultRule>,
}

/// The files that can be read again, and the data from elsewhere that a reload keeps.
#[derive(Debug)]
struct Sources {
    /// The time of `--now`, from which relative times count.
    now: Option<Timestamp>,
    entry_files: Vec<EntrySource>,
    key_file: Option<PathBuf>,
    fault_file: Option<PathBuf>,
    object_type_file: Option<PathBuf>,
    /// The object types, beside those of the contract and of the entries, that are in no file that can be read again.
    other_object_types: BTreeSet<String>,
    /// The entries of other sources, such as a pipe; empty if there are no files of entries.
    other_entries: BaseSegment,
    /// The fault rules that are in no file.
    other_faults: Vec<FaultRule>,
}

impl ServerData {
    /// Reads all that a configuration names; returns the token of the first key that may view audit logs, too.
    ///
    /// # Errors
    /// All errors of all sources.
    pub fn load(config: &Config, progress: &dyn LoadProgress) -> Result<(Self, Option<String>), FileErrors> {
        let now = config.now.unwrap_or_else(Timestamp::now);
        let mut errors = Vec::new();
        let mut note = |of_one: FileErrors| errors.extend(of_one.0);
        let keys = keys::load_with_token(&config.keys, now).map_err(&mut note);
        let known_keys = keys.as_ref().ok().map(|(keys, _)| keys);
        let mut note = |of_one: FileErrors| note(without_tokens(of_one, known_keys));

        let (entry_files, others) = config.sources().into_iter().partition::<Vec<_>, _>(EntrySource::can_be_read_again);
        let other_object_types = config.object_types.iter().cloned().collect();
        let object_types =
            read_object_types(config.object_type_file.as_deref(), &other_object_types).map_err(&mut note);
        // With a wrong file nothing is served, but the entries are read for their errors.
        let known_types = object_types.clone().unwrap_or_default();
        let mut base = BaseSegmentBuilder::with_object_types(&known_types);
        let mut other_entries = BaseSegmentBuilder::default();
        let from_files = load_entries(&mut base, &entry_files, now, progress).map_err(&mut note);
        let mut push = |entry| {
            if !entry_files.is_empty() {
                other_entries.push(Clone::clone(&entry));
            }
            base.push(entry);
        };
        let from_others = fixture::load_into(&mut push, &others, now, progress).map_err(&mut note);

        let fault_file = config.fault_file.clone();
        let mut config_faults = config.faults.clone();
        let of_config = check_start_faults(&mut config_faults, "Config::faults", 0, known_keys).map_err(&mut note);
        let file_faults = read_faults(fault_file.as_deref(), config_faults.len(), known_keys).map_err(&mut note);
        let (Ok((keys, token)), Ok(ignored), Ok(also_ignored), Ok(()), Ok(file_faults), Ok(object_types)) =
            (keys, from_files, from_others, of_config, file_faults, object_types)
        else {
            return Err(FileErrors(errors));
        };
        warn_of_ignored([ignored, also_ignored], &keys);
        let faults = [config_faults.as_slice(), &file_faults].concat();
        progress.start_indexing();
        let fault_file = fault_file.filter(|path| can_be_read_again(path));
        let object_type_file = config.object_type_file.clone().filter(|path| can_be_read_again(path));
        let sources = Sources {
            now: config.now,
            entry_files,
            key_file: match &config.keys {
                KeySource::Path(path) if can_be_read_again(path) => Some(path.clone()),
                KeySource::Path(_) | KeySource::BuiltIn | KeySource::Text(_) => None,
            },
            other_object_types: if object_type_file.is_some() { other_object_types } else { (*object_types).clone() },
            object_type_file,
            other_entries: other_entries.finish(),
            other_faults: if fault_file.is_some() { config_faults } else { faults.clone() },
            fault_file,
        };
        let data = Self { sources: Arc::new(sources), keys: Arc::new(keys), base: Arc::new(base.finish()), faults };
        data.warn_of_gaps();
        Ok((data, token))
    }

    /// Reads the files again. What comes from elsewhere stays: the built-in data, generated entries, standard input, pipes.
    ///
    /// # Errors
    /// All errors of all files.
    pub fn reload(&self) -> Result<Self, FileErrors> {
        let sources = &self.sources;
        let now = sources.now.unwrap_or_else(Timestamp::now);
        let mut errors = Vec::new();
        let mut note = |of_one: FileErrors| errors.extend(of_one.0);
        let keys = sources.key_file.clone().map(|path| keys::load(&KeySource::Path(path), now));
        let keys = keys.transpose().map_err(&mut note);
        let keys = keys.map(|keys| keys.map_or_else(|| Arc::clone(&self.keys), Arc::new));
        let known_keys = keys.as_deref().ok();
        let mut note = |of_one: FileErrors| note(without_tokens(of_one, known_keys));
        let object_types =
            read_object_types(sources.object_type_file.as_deref(), &sources.other_object_types).map_err(&mut note);
        let known_types = object_types.clone().unwrap_or_default();
        let base = (!sources.entry_files.is_empty()).then(|| {
            let mut base = BaseSegmentBuilder::with_object_types(&known_types);
            let ignored = load_entries(&mut base, &sources.entry_files, now, &())?;
            warn_of_ignored([ignored], known_keys.unwrap_or(&self.keys));
            sources.other_entries.entries().for_each(|entry| base.push(entry));
            Ok(base.finish())
        });
        let base = base.transpose().map_err(&mut note);
        let file_faults =
            read_faults(sources.fault_file.as_deref(), sources.other_faults.len(), known_keys).map_err(&mut note);
        let (Ok(keys), Ok(base), Ok(file_faults), Ok(object_types)) = (keys, base, file_faults, object_types) else {
            return Err(FileErrors(errors));
        };
        let data = Self {
            sources: Arc::clone(sources),
            keys,
            base: match base {
                Some(base) => Arc::new(base),
                None if sources.object_type_file.is_some() => Arc::new(self.base.with_object_types(&object_types)),
                None => Arc::clone(&self.base),
            },
            faults: [sources.other_faults.as_slice(), &file_faults].concat(),
        };
        data.warn_of_gaps();
        Ok(data)
    }

    /// The names of the files that can be read again.
    pub fn files(&self) -> Vec<String> {
        let Sources { entry_files, key_file, fault_file, object_type_file, .. } = &*self.sources;
        let others =
            [key_file, fault_file, object_type_file].into_iter().flatten().map(|path| path.display().to_string());
        entry_files.iter().map(EntrySource::to_string).chain(others).collect()
    }

    /// The fault rules of all keys, of which each matches only its own key.
    pub fn key_faults(&self) -> Vec<FaultRule> {
        let of_key = |rule: &FaultRule, name: &str| FaultRule {
            matcher: RequestMatcher { key: Some(name.to_owned()), ..rule.matcher.clone() },
            ..rule.clone()
        };
        let keys = self.keys.list().iter();
        keys.flat_map(|key| key.faults.iter().map(move |rule| of_key(rule, &key.name))).collect()
    }

    /// Logs why every answer would be empty or refused.
    fn warn_of_gaps(&self) {
        if self.base.is_empty() {
            tracing::warn!("there are no entries: every answer is empty until some are added");
        }
        if !self.keys.list().iter().any(|key| key.has_permission(keys::VIEW_AUDIT_LOGS)) {
            tracing::warn!("no key may view audit logs: every answer is a 401 or 403");
        }
    }
}

fn load_entries(
    base: &mut BaseSegmentBuilder,
    sources: &[EntrySource],
    now: Timestamp,
    progress: &dyn LoadProgress,
) -> Result<IgnoredFields, FileErrors> {
    fixture::load_into(&mut |entry| base.push(entry), sources, now, progress)
}

fn warn_of_ignored(fields: impl IntoIterator<Item = IgnoredFields>, keys: &Keys) {
    for (field, count) in fields.into_iter().flatten() {
        let field = excerpt(&keys.redact(&field));
        tracing::warn!("the entries have a field \"{field}\" that this version does not know; ignored in {count}");
    }
}

/// The errors without tokens of keys.
fn without_tokens(mut errors: FileErrors, keys: Option<&Keys>) -> FileErrors {
    if let Some(keys) = keys {
        errors.redact(|text| keys.redact(text).into_owned());
    }
    errors
}

/// Reads the file of fault rules, if there is one; `others` is the number of rules from elsewhere. Keys that could not be
/// loaded are no reason for further errors.
fn read_faults(path: Option<&Path>, others: usize, keys: Option<&Keys>) -> Result<Vec<FaultRule>, FileErrors> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let text = json_file::read_text(path).map_err(|error| FileErrors(vec![error]))?;
    let name = display_name(path);
    let mut rules = fault::read_all(&name, &text)?;
    check_start_faults(&mut rules, &name, others, keys)?;
    Ok(rules)
}

/// The object types of the file, if there is one, and these.
fn read_object_types(path: Option<&Path>, others: &BTreeSet<String>) -> Result<Arc<BTreeSet<String>>, FileErrors> {
    let mut object_types = path.map(object_types::read_file).transpose()?.unwrap_or_default();
    object_types.extend(others.iter().cloned());
    Ok(Arc::new(object_types))
}

fn check_start_faults(
    rules: &mut [FaultRule],
    file: &str,
    others: usize,
    keys: Option<&Keys>,
) -> Result<(), FileErrors> {
    let count = others + rules.len();
    if count > Faults::MAX_RULES {
        let reason = format!("makes {count} rules; a session can have {} beside those of keys", Faults::MAX_RULES);
        return Err(FileErrors(vec![FileError::whole_file(file, reason)]));
    }
    keys.map_or(Ok(()), |keys| fault_check::check(rules, file, keys))
}
