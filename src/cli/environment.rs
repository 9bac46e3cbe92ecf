//! Environment variables of flags: an empty one counts as unset, and messages name the variable that a value comes from.

use std::env;
use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command, Error, Parser};

use crate::redact::REDACTED;
use crate::text::{escape_control, nearest};

/// Variable of the secret part of the pseudonyms: a flag would be in the list of processes.
pub const SECRET_VARIABLE: &str = "CORTEX_MOCK_PSEUDONYM_SECRET";

/// The flag whose value no message repeats.
const TOKEN_FLAG: &str = "--admin-token";

/// How the name of each variable of a flag starts.
const PREFIX: &str = "CORTEX_MOCK_";

/// The name of the program, from which a variable of a flag is easily made up.
const PROGRAM_PREFIX: &str = "CORTEX_AUDIT_MOCK_";

/// The variable in which a command of `run` finds the server; it may start another server.
pub const URL_VARIABLE: &str = "CORTEX_AUDIT_MOCK_URL";

/// Parses the command line and the variables of its flags.
pub fn parse<P: Parser>() -> Result<P, Error> {
    let command = without_empty_variables(P::command());
    let command = if own_args().any(|arg| arg == "-h") { summary(command) } else { command };
    let matches = command.try_get_matches();
    matches
        .and_then(|mut matches| P::from_arg_matches_mut(&mut matches))
        .map_err(with_source)
        .map_err(|error| with_tip(error, P::command()))
        .map_err(with_listen_flag)
}

/// The command without the variables that are empty, as Compose makes them of unset ones.
fn without_empty_variables(command: Command) -> Command {
    let unless_empty = |arg: Arg| match arg.get_env().and_then(env::var_os) {
        Some(value) if value.is_empty() => arg.env(Resettable::Reset),
        // The help is the same whatever is set.
        _ => arg.hide_env_values(true),
    };
    command.mut_args(unless_empty).mut_subcommands(without_empty_variables)
}

/// The command with a short help for each flag, as `-h` prints it: its variable is in `--help`.
fn summary(command: Command) -> Command {
    command.mut_args(|arg| arg.hide_env(true)).mut_subcommands(summary)
}

/// The error about an invalid value with the name of the variable that holds the value, and without a token. A word too many
/// may be a part of one, or a URL with one.
fn with_source(mut error: Error) -> Error {
    for context in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(arg)) = error.get(context)
            && !arg.starts_with('-')
            && (arg.contains("://") || own_args().any(|arg| arg == TOKEN_FLAG))
        {
            error.insert(context, ContextValue::String(REDACTED.to_owned()));
        }
    }
    if matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation)
        && let Some(ContextValue::String(arg)) = error.get(ContextKind::InvalidArg)
        && let Some(flag) = arg.split(' ').next()
    {
        let named = variable_of(flag).map(|variable| format!("{variable} ({arg})"));
        if flag == TOKEN_FLAG {
            error.insert(ContextKind::InvalidValue, ContextValue::String(REDACTED.to_owned()));
        }
        if let Some(named) = named {
            error.insert(ContextKind::InvalidArg, ContextValue::String(named));
        }
    }
    error
}

/// The error about a word too many with what is probably meant. clap's own tips are wrong here: a flag that sounds alike, such as
/// `--scenario` for `--cert`, and, but for `run`, to put `--` before the word.
fn with_tip(mut error: Error, mut command: Command) -> Error {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(arg)) = error.get(ContextKind::InvalidArg)
        && let arg = arg.clone()
    {
        error.remove(ContextKind::Suggested);
        if error.remove(ContextKind::SuggestedArg).is_some() {
            // The usage is that of the flag.
            error.remove(ContextKind::Usage);
        }
        command.build();
        let name = own_args().nth(1);
        let name = name.as_ref().and_then(|name| name.to_str()).filter(|name| !name.starts_with('-'));
        let tip = match name {
            Some("run") if !arg.starts_with('-') => Some(format!("put -- before the command: run -- {arg}")),
            Some("generate") if arg == "--count" => Some("the number is an argument: generate 5000".to_owned()),
            None | Some("serve" | "run") if ["--verbose", "-v", "--debug"].contains(&arg.as_str()) => {
                Some("the variable RUST_LOG sets the level of the log: RUST_LOG=debug logs every request".to_owned())
            }
            _ => None,
        };
        if let Some(tip) = tip {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        } else if let Some(word) = arg.strip_prefix("--") {
            let of_name = name.and_then(|name| command.find_subcommand(name)).unwrap_or(&command);
            let known: Vec<&str> = of_name.get_arguments().filter_map(Arg::get_long).collect();
            let similar = similar_flags(word, &known);
            if !similar.is_empty() {
                let similar = similar.iter().map(|flag| format!("--{flag}")).collect();
                error.insert(ContextKind::SuggestedArg, ContextValue::Strings(similar));
            }
        }
    }
    error
}

/// The flag that is misspelt, or else those that share all words of one of the two: `--tls-cert` for `--cert`, `--log` for `--log-level`.
fn similar_flags<'a>(flag: &str, known: &[&'a str]) -> Vec<&'a str> {
    if let Some(nearest) = nearest(flag, known.iter().copied()) {
        return vec![nearest];
    }
    let is_part = |part: &str, whole: &str| part.split('-').all(|word| whole.split('-').any(|other| other == word));
    known.iter().copied().filter(|other| is_part(flag, other) || is_part(other, flag)).collect()
}

/// The error about a flag that other servers have for their port or address, with the flag of this one.
fn with_listen_flag(mut error: Error) -> Error {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg)
        && let flag = flag.clone()
        && ["--port", "-p", "--host", "--bind", "--address"].contains(&flag.as_str())
    {
        let is_port = |value: &String| value.parse::<u16>().is_ok();
        let given = raw_values(&flag).into_iter().find_map(|value| value.into_string().ok().filter(is_port));
        let port = given.as_deref().unwrap_or("8080");
        let tip =
            format!("port and address are one flag: --listen 127.0.0.1:{port}, or --listen :{port} for all addresses");
        // A similar flag, and how that one is used.
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::Usage);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// The variable that holds the value of a flag, unless the command line has the flag.
fn variable_of(flag: &str) -> Option<String> {
    let is_flag = |arg: &str| arg.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    if own_args().any(|arg| arg.to_str().is_some_and(is_flag)) {
        return None;
    }
    let name = PREFIX.to_owned() + &flag.trim_start_matches('-').replace('-', "_").to_ascii_uppercase();
    env::var_os(&name).is_some_and(|value| !value.is_empty()).then_some(name)
}

/// The values that the command line gives to a flag, or else that of its variable. The command line may be invalid.
pub fn raw_values(flag: &str) -> Vec<OsString> {
    let with_equals_sign = flag.to_owned() + "=";
    let mut values = Vec::new();
    let mut args = own_args().peekable();
    while let Some(arg) = args.next() {
        if arg == flag {
            // A value that begins with a hyphen would be a flag.
            values.extend(args.next_if(|value| value == "-" || !value.as_encoded_bytes().starts_with(b"-")));
        } else if let Some(value) = arg.to_str().and_then(|arg| arg.strip_prefix(&with_equals_sign)) {
            values.push(value.into());
        }
    }
    if values.is_empty() {
        values.extend(variable_of(flag).and_then(env::var_os));
    }
    values
}

/// The arguments before `--`: those behind it are of another command.
fn own_args() -> impl Iterator<Item = OsString> {
    env::args_os().take_while(|arg| arg != "--")
}

/// The program of the command behind `--`, if there is one.
pub fn program() -> Option<OsString> {
    env::args_os().skip_while(|arg| arg != "--").nth(1)
}

/// The name of a flag for a message about its value, or of the variable that holds the value.
pub fn source(flag: &str) -> String {
    variable_of(flag).unwrap_or_else(|| flag.to_owned())
}

/// A warning for each variable that is named as those of the flags `A` are, and is none of them.
pub fn warnings<A: Args>() -> Vec<String> {
    let command = A::augment_args(Command::new(""));
    let flags = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
    let known: Vec<&str> = flags.chain([SECRET_VARIABLE]).filter_map(|name| name.strip_prefix(PREFIX)).collect();
    let set = env::vars_os().filter(|(_, value)| !value.is_empty()).filter_map(|(name, _)| name.into_string().ok());
    let warning = |variable: &String| {
        let (prefix, name) = [PREFIX, PROGRAM_PREFIX].iter().find_map(|it| Some((*it, variable.strip_prefix(*it)?)))?;
        let is_read = if prefix == PREFIX { known.contains(&name) } else { variable == URL_VARIABLE };
        if is_read || is_of_kubernetes(name) {
            return None;
        }
        let meant = match nearest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean {PREFIX}{meant}?"),
            None if prefix == PREFIX => "--help lists those that are read".to_owned(),
            // Another program may read it.
            None => return None,
        };
        let variable = escape_control(variable);
        Some(format!("the environment variable {variable} is not known and was ignored; {meant}"))
    };
    let mut warnings: Vec<String> = set.filter_map(|variable| warning(&variable)).collect();
    warnings.sort();
    warnings
}

/// Whether Kubernetes sets a variable of this name for a service named `cortex-mock` or `cortex-audit-mock`, such as `PORT_8080_TCP_ADDR`.
fn is_of_kubernetes(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let is_pair = |pair: &[&str]| match pair {
        ["SERVICE", "HOST" | "PORT"] => true,
        ["PORT", number] => number.parse::<u16>().is_ok(),
        _ => false,
    };
    words.last() == Some(&"PORT") || words.windows(2).any(is_pair)
}
