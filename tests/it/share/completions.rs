//! Shell completions.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use clap_complete::{Shell, generate};

use super::{commands, generated, share};
use crate::support::external_tools;

const PROGRAM: &str = "cortex-audit-mock";

/// The path where each shell searches, below a prefix such as `/usr/local/share`; the last two have none.
fn place(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "bash-completion/completions/cortex-audit-mock",
        Shell::Zsh => "zsh/site-functions/_cortex-audit-mock",
        Shell::Fish => "fish/vendor_completions.d/cortex-audit-mock.fish",
        Shell::PowerShell => "powershell/cortex-audit-mock.ps1",
        Shell::Elvish => "elvish/cortex-audit-mock.elv",
        other => unreachable!("{other} is not one of the shells"),
    }
}

const SHELLS: [Shell; 5] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish];

/// Every script, by its path in the folder.
pub fn scripts() -> Vec<(PathBuf, String)> {
    SHELLS
        .into_iter()
        .map(|shell| {
            let mut script = Vec::new();
            generate(shell, &mut cortex_audit_mock::internal::cli::command(), PROGRAM, &mut script);
            let script = String::from_utf8(script).unwrap();
            // For bash, clap_complete 4.6 has two different names for a program with hyphens: one to find a command,
            // another for its flags.
            let script = script.replace("cortex__subcmd__audit__subcmd__mock", "cortex__audit__mock");
            (PathBuf::from(place(shell)), script)
        })
        .collect()
}

#[test]
fn every_script_has_every_command_and_flag() {
    for shell in SHELLS {
        let script = &generated()[&PathBuf::from(place(shell))];
        let words: BTreeSet<&str> =
            script.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).collect();
        for command in commands() {
            assert!(words.contains(command.get_name()), "{} in {shell}", command.get_name());
            for long in command.get_arguments().filter_map(clap::Arg::get_long) {
                let (whole, fish) = (format!("--{long}"), long);
                let known = words.contains(whole.as_str()) || (shell == Shell::Fish && words.contains(fish));
                assert!(known, "--{long} in {shell}");
            }
        }
    }
}

/// Runs a script in a shell, with the path of its completions in `$1`; returns its output, or `None` with a message.
#[track_caller]
fn prints(shell: Shell, options: &[&str], script: &str) -> Option<String> {
    let name = shell.to_string();
    let mut command = Command::new(&name);
    // Without the configuration of the user.
    let home = tempfile::tempdir().unwrap();
    command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path()).env("XDG_DATA_HOME", home.path());
    command.args(options).args(["-c", script]);
    if shell != Shell::Fish {
        command.arg(&name);
    }
    let output = command.arg(share().join(place(shell))).output().map_err(|error| format!("{name}: {error}"));
    let output = external_tools::require(&name, &output)?;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && error.is_empty(), "{name}: {error}");
    Some(String::from_utf8(output.stdout.clone()).unwrap())
}

/// The completions of bash after these words, the last of which is incomplete.
fn bash_completions(words: &[&str]) -> Option<String> {
    let script = format!(
        r#"source "$1"
        COMP_WORDS=(cortex-audit-mock {})
        COMP_CWORD={}
        function=$(complete -p cortex-audit-mock | sed -E 's/.* -F ([^ ]+) .*/\1/')
        "$function" cortex-audit-mock "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
        printf '%s\n' "${{COMPREPLY[@]}}""#,
        words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
        words.len(),
    );
    prints(Shell::Bash, &["--norc"], &script)
}

#[test]
fn bash_completes_commands_flags_and_values() {
    for (words, offered) in [
        (&["ser"][..], "serve\n"),
        (&["--rep"], "--report\n"),
        (&["serve", "--no-"], "--no-admin\n"),
        (&["serve", "--log", "js"], "json\n"),
        (&["verify", "--format", "ta"], "table\n"),
        (&["generate", "--story", "leaked"], "leaked-token\n"),
    ] {
        let Some(printed) = bash_completions(words) else { return };
        assert_eq!(printed, offered, "{words:?}");
    }
}

#[test]
fn fish_completes_commands_flags_and_values() {
    for (line, offered) in [
        ("ser", "serve"),
        ("--rep", "--report"),
        ("serve --no-", "--no-admin"),
        ("serve --log js", "json"),
        ("verify --format ta", "table"),
        ("generate --story leaked", "leaked-token"),
    ] {
        let script = format!("source $argv[1]; complete --do-complete='cortex-audit-mock {line}'");
        let Some(printed) = prints(Shell::Fish, &["--no-config"], &script) else { return };
        let words: Vec<&str> = printed.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(words, [offered], "{line}");
    }
}

#[test]
fn zsh_finds_the_script_in_its_folder() {
    let script = r#"fpath=("${1:h}" $fpath)
        autoload -U compinit && compinit -u -D
        print -r -- "$_comps[cortex-audit-mock]"
        zsh -n "$1""#;
    let Some(printed) = prints(Shell::Zsh, &["-f"], script) else { return };
    assert_eq!(printed, "_cortex-audit-mock\n");
}
