
use builtin;
use str;

set edit:completion:arg-completer[cortex-audit-mock] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'cortex-audit-mock'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'cortex-audit-mock'= {
            cand --listen 'Listen on IP:PORT, NAME:PORT or :PORT'
            cand --base-path 'Put all URLs below this path, such as /cortex'
            cand --fixtures 'Serve entries from a file or folder [default: the built-in story]'
            cand --generate 'Serve N generated entries of the last thirty days, such as 5000'
            cand --live 'Add new entries over time, such as 6/min [default: none]'
            cand --max-entries 'Let at most N entries be added to a session'
            cand --object-types 'Treat the object types in this file as known [default: none]'
            cand --now 'Start with the clock frozen at TIME [default: the system clock]'
            cand --seed 'Set the random seed: the same seed, the same answers'
            cand --keys 'Accept the API keys in this file [default: the built-in test keys]'
            cand --admin-token 'Require this bearer token for the control plane, /__admin'
            cand --allow-host 'Accept this host name, or *.DOMAIN, for /__admin; repeatable'
            cand --cors 'Let web pages of this origin call the API; * for all; repeatable'
            cand --rate-limit 'Limit requests per client, such as to 5/s, or off'
            cand --offsets 'Honour, ignore or refuse UTC offsets of times'
            cand --scenario 'Start every session with this scenario [default: none]'
            cand --faults 'Start every session with these fault rules [default: none]'
            cand --report 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)'
            cand --tls-cert 'Serve HTTPS with this certificate chain (PEM); needs --tls-key'
            cand --tls-key 'Use this private key (PEM) for --tls-cert'
            cand --tls-name 'Add a host name or address to that certificate; repeatable'
            cand --tls-write-cert 'Write that certificate to FILE, for clients to trust; - prints it'
            cand --log 'Write the log as text, as json, or not at all: off'
            cand --no-admin 'Disable /__admin except health'
            cand --strict 'Reject what the contract does not list, such as unknown parameters'
            cand --tls-self-signed 'Serve HTTPS with a certificate made at start'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand serve 'Serve the API (the default)'
            cand run 'Run a command with a server around it, and judge its clients'
            cand generate 'Generate entries of a fictional company'
            cand validate 'Check files of entries and keys, and summarise them'
            cand record 'Download audit logs from a Cortex API to a file'
            cand verify 'Check (read-only) how far a Cortex API matches this mock'
            cand healthcheck 'Check that a server answers; for containers'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'cortex-audit-mock;serve'= {
            cand --listen 'Listen on IP:PORT, NAME:PORT or :PORT'
            cand --base-path 'Put all URLs below this path, such as /cortex'
            cand --fixtures 'Serve entries from a file or folder [default: the built-in story]'
            cand --generate 'Serve N generated entries of the last thirty days, such as 5000'
            cand --live 'Add new entries over time, such as 6/min [default: none]'
            cand --max-entries 'Let at most N entries be added to a session'
            cand --object-types 'Treat the object types in this file as known [default: none]'
            cand --now 'Start with the clock frozen at TIME [default: the system clock]'
            cand --seed 'Set the random seed: the same seed, the same answers'
            cand --keys 'Accept the API keys in this file [default: the built-in test keys]'
            cand --admin-token 'Require this bearer token for the control plane, /__admin'
            cand --allow-host 'Accept this host name, or *.DOMAIN, for /__admin; repeatable'
            cand --cors 'Let web pages of this origin call the API; * for all; repeatable'
            cand --rate-limit 'Limit requests per client, such as to 5/s, or off'
            cand --offsets 'Honour, ignore or refuse UTC offsets of times'
            cand --scenario 'Start every session with this scenario [default: none]'
            cand --faults 'Start every session with these fault rules [default: none]'
            cand --report 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)'
            cand --tls-cert 'Serve HTTPS with this certificate chain (PEM); needs --tls-key'
            cand --tls-key 'Use this private key (PEM) for --tls-cert'
            cand --tls-name 'Add a host name or address to that certificate; repeatable'
            cand --tls-write-cert 'Write that certificate to FILE, for clients to trust; - prints it'
            cand --log 'Write the log as text, as json, or not at all: off'
            cand --no-admin 'Disable /__admin except health'
            cand --strict 'Reject what the contract does not list, such as unknown parameters'
            cand --tls-self-signed 'Serve HTTPS with a certificate made at start'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;run'= {
            cand --listen 'Listen on IP:PORT, NAME:PORT or :PORT'
            cand --base-path 'Put all URLs below this path, such as /cortex'
            cand --fixtures 'Serve entries from a file or folder [default: the built-in story]'
            cand --generate 'Serve N generated entries of the last thirty days, such as 5000'
            cand --live 'Add new entries over time, such as 6/min [default: none]'
            cand --max-entries 'Let at most N entries be added to a session'
            cand --object-types 'Treat the object types in this file as known [default: none]'
            cand --now 'Start with the clock frozen at TIME [default: the system clock]'
            cand --seed 'Set the random seed: the same seed, the same answers'
            cand --keys 'Accept the API keys in this file [default: the built-in test keys]'
            cand --admin-token 'Require this bearer token for the control plane, /__admin'
            cand --allow-host 'Accept this host name, or *.DOMAIN, for /__admin; repeatable'
            cand --cors 'Let web pages of this origin call the API; * for all; repeatable'
            cand --rate-limit 'Limit requests per client, such as to 5/s, or off'
            cand --offsets 'Honour, ignore or refuse UTC offsets of times'
            cand --scenario 'Start every session with this scenario [default: none]'
            cand --faults 'Start every session with these fault rules [default: none]'
            cand --report 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)'
            cand --tls-cert 'Serve HTTPS with this certificate chain (PEM); needs --tls-key'
            cand --tls-key 'Use this private key (PEM) for --tls-cert'
            cand --tls-name 'Add a host name or address to that certificate; repeatable'
            cand --tls-write-cert 'Write that certificate to FILE, for clients to trust; - prints it'
            cand --log 'Write the log as text, as json, or not at all: off'
            cand --expect 'Fail unless every session meets these expectations; repeatable'
            cand --no-admin 'Disable /__admin except health'
            cand --strict 'Reject what the contract does not list, such as unknown parameters'
            cand --tls-self-signed 'Serve HTTPS with a certificate made at start'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;generate'= {
            cand --seed 'Set the random seed: the same arguments give the same bytes'
            cand --from 'Set the earliest timestamp, such as now-30d [default: 30 days before --to]'
            cand --to 'Set the latest timestamp, such as now'
            cand --story 'Include these stories, separated by commas [default: all that fit]'
            cand --format 'Write this format [default: by the extension of --out, else json]'
            cand --out 'Write to FILE, which appears when it is complete [default: standard output]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;validate'= {
            cand --keys 'Check this file of API keys'
            cand --now 'Count relative times from TIME, such as now-1d [default: the system clock]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'cortex-audit-mock;record'= {
            cand --url 'Ask the Cortex API at this base URL'
            cand --token-env 'Read the token from this variable'
            cand --from 'Record entries from T on, such as now-30d [default: the first]'
            cand --to 'Record entries up to T [default: now]'
            cand --out 'Write to FILE [default: standard output]'
            cand --format 'Write this format [default: by the extension of --out, else json]'
            cand --seed 'Make the same pseudonyms each time'
            cand --pseudonymize 'Replace names and addresses by pseudonyms'
            cand --strict 'Fail if the API repeats entries or does not answer newest first'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;verify'= {
            cand --token-env 'Read the token from this variable'
            cand --no-permission-token-env 'Read a token without the permission from this variable'
            cand --document 'Check a published OpenAPI document in place of an API'
            cand --format 'Write the report in this format'
            cand --url 'Ask the Cortex API at this base URL'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;healthcheck'= {
            cand --listen 'Ask this server'
            cand --base-path 'Ask below this path, such as /cortex'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'cortex-audit-mock;help'= {
            cand serve 'Serve the API (the default)'
            cand run 'Run a command with a server around it, and judge its clients'
            cand generate 'Generate entries of a fictional company'
            cand validate 'Check files of entries and keys, and summarise them'
            cand record 'Download audit logs from a Cortex API to a file'
            cand verify 'Check (read-only) how far a Cortex API matches this mock'
            cand healthcheck 'Check that a server answers; for containers'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'cortex-audit-mock;help;serve'= {
        }
        &'cortex-audit-mock;help;run'= {
        }
        &'cortex-audit-mock;help;generate'= {
        }
        &'cortex-audit-mock;help;validate'= {
        }
        &'cortex-audit-mock;help;record'= {
        }
        &'cortex-audit-mock;help;verify'= {
        }
        &'cortex-audit-mock;help;healthcheck'= {
        }
        &'cortex-audit-mock;help;help'= {
        }
    ]
    $completions[$command]
}
