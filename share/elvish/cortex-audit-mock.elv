
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
            cand --listen 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one'
            cand --fixtures 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]'
            cand --generate 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures'
            cand --keys 'API keys, roles and permissions. [default: the built-in test keys]'
            cand --now 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]'
            cand --rate-limit 'How often a client may ask: such as 1000/min, 5/s, or off'
            cand --offsets 'What an offset of a date-time does, unless it is Z: nobody knows of the real API'
            cand --object-types 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]'
            cand --live 'New entries over time, such as 6/min. [default: none]'
            cand --max-entries 'How many entries can be added to a session while the server runs'
            cand --scenario 'Data that changes while a client reads, in every session from its start. [default: none]'
            cand --faults 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]'
            cand --seed 'What decides everything that is left to chance: the same seed, the same answers'
            cand --admin-token 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable'
            cand --allow-host 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable'
            cand --cors 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable'
            cand --base-path 'A path, such as /cortex, below which the server has all its URLs'
            cand --report 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON'
            cand --tls-cert 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key'
            cand --tls-key 'The private key of --tls-cert: a file of PEM'
            cand --tls-name 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable'
            cand --tls-write-cert 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line'
            cand --log 'Form of the log on standard error; RUST_LOG sets its level'
            cand --strict 'Reject what the contract does not list, such as unknown parameters, instead of reporting it'
            cand --no-admin 'Leave out the control plane, but for /__admin/health'
            cand --tls-self-signed 'Serve https with a certificate that is made at start, in place of http'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand serve 'Serve the API (the default)'
            cand run 'Serve as long as a command runs, and exit as it does; the command finds the server in its environment'
            cand generate 'Make entries of an invented company, as many as are asked for and always the same'
            cand validate 'Check files of entries and keys, and say what is in them'
            cand record 'Download audit logs from a Cortex API to a file that --fixtures loads'
            cand verify 'Check (read-only) which rules of this mock a Cortex API, or a published document, keeps'
            cand healthcheck 'Ask a running server whether it answers; for a container''s HEALTHCHECK'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'cortex-audit-mock;serve'= {
            cand --listen 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one'
            cand --fixtures 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]'
            cand --generate 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures'
            cand --keys 'API keys, roles and permissions. [default: the built-in test keys]'
            cand --now 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]'
            cand --rate-limit 'How often a client may ask: such as 1000/min, 5/s, or off'
            cand --offsets 'What an offset of a date-time does, unless it is Z: nobody knows of the real API'
            cand --object-types 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]'
            cand --live 'New entries over time, such as 6/min. [default: none]'
            cand --max-entries 'How many entries can be added to a session while the server runs'
            cand --scenario 'Data that changes while a client reads, in every session from its start. [default: none]'
            cand --faults 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]'
            cand --seed 'What decides everything that is left to chance: the same seed, the same answers'
            cand --admin-token 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable'
            cand --allow-host 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable'
            cand --cors 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable'
            cand --base-path 'A path, such as /cortex, below which the server has all its URLs'
            cand --report 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON'
            cand --tls-cert 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key'
            cand --tls-key 'The private key of --tls-cert: a file of PEM'
            cand --tls-name 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable'
            cand --tls-write-cert 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line'
            cand --log 'Form of the log on standard error; RUST_LOG sets its level'
            cand --strict 'Reject what the contract does not list, such as unknown parameters, instead of reporting it'
            cand --no-admin 'Leave out the control plane, but for /__admin/health'
            cand --tls-self-signed 'Serve https with a certificate that is made at start, in place of http'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'cortex-audit-mock;run'= {
            cand --listen 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one. The environment variable of `serve` does not count'
            cand --expect 'Fail unless the clients of every session met these expectations; separated by commas, repeatable'
            cand --fixtures 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]'
            cand --generate 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures'
            cand --keys 'API keys, roles and permissions. [default: the built-in test keys]'
            cand --now 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]'
            cand --rate-limit 'How often a client may ask: such as 1000/min, 5/s, or off'
            cand --offsets 'What an offset of a date-time does, unless it is Z: nobody knows of the real API'
            cand --object-types 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]'
            cand --live 'New entries over time, such as 6/min. [default: none]'
            cand --max-entries 'How many entries can be added to a session while the server runs'
            cand --scenario 'Data that changes while a client reads, in every session from its start. [default: none]'
            cand --faults 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]'
            cand --seed 'What decides everything that is left to chance: the same seed, the same answers'
            cand --admin-token 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable'
            cand --allow-host 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable'
            cand --cors 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable'
            cand --base-path 'A path, such as /cortex, below which the server has all its URLs'
            cand --report 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON'
            cand --tls-cert 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key'
            cand --tls-key 'The private key of --tls-cert: a file of PEM'
            cand --tls-name 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable'
            cand --tls-write-cert 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line'
            cand --log 'Form of the log on standard error; RUST_LOG sets its level'
            cand --strict 'Reject what the contract does not list, such as unknown parameters, instead of reporting it'
            cand --no-admin 'Leave out the control plane, but for /__admin/health'
            cand --tls-self-signed 'Serve https with a certificate that is made at start, in place of http'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'cortex-audit-mock;generate'= {
            cand --seed 'Random seed: the same arguments give the same bytes'
            cand --from 'Earliest timestamp: an instant, or relative such as now-30d. [default: 30 days before --to]'
            cand --to 'Latest timestamp: an instant, or relative such as now'
            cand --story 'Stories among the entries: one or more names, all, or none. [default: all that fit]'
            cand --format 'Format of the entries. [default: by the extension of --out, else json]'
            cand --out 'File to write; it appears only when it is complete. [default: standard output]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;validate'= {
            cand --keys 'A keys file to check as well'
            cand --now 'The instant that relative times count from. [default: the system clock]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'cortex-audit-mock;record'= {
            cand --url 'Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock'
            cand --token-env 'Name of the environment variable that holds the token; its key needs the permission `View audit logs`'
            cand --from 'Start of the range, such as 2025-05-20T06:00:00Z or now-30d. [default: the first entry]'
            cand --to 'End of the range, in the same forms. [default: now]'
            cand --out 'File to write; after an interruption the same command resumes. [default: standard output]'
            cand --format 'Format of the file. [default: ndjson for .ndjson and .jsonl, else json]'
            cand --seed 'Seed of pseudonyms that are the same each time; set `CORTEX_MOCK_PSEUDONYM_SECRET` too, so that nobody can guess it'
            cand --pseudonymize 'Replace names and addresses by pseudonyms. Without --seed and without the environment variable `CORTEX_MOCK_PSEUDONYM_SECRET` the pseudonyms are random each time, and cannot be turned back'
            cand --strict 'Fail, when the file is written, if the server did not answer newest first or repeated entries'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;verify'= {
            cand --token-env 'Name of the environment variable that holds the token; its key needs the permission `View audit logs`'
            cand --no-permission-token-env 'Name of the environment variable that holds the token of a valid key without that permission. [default: rules about the permission are not checked]'
            cand --document 'Instead of an API, check an OpenAPI document that Cortex publishes, in JSON or YAML: a file, `-` for standard input, or a URL. It needs no token'
            cand --format 'Format of the report'
            cand --url 'Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cortex-audit-mock;healthcheck'= {
            cand --listen 'The address that the server was told to listen on'
            cand --base-path 'The path below which the server was told to have all its URLs'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'cortex-audit-mock;help'= {
            cand serve 'Serve the API (the default)'
            cand run 'Serve as long as a command runs, and exit as it does; the command finds the server in its environment'
            cand generate 'Make entries of an invented company, as many as are asked for and always the same'
            cand validate 'Check files of entries and keys, and say what is in them'
            cand record 'Download audit logs from a Cortex API to a file that --fixtures loads'
            cand verify 'Check (read-only) which rules of this mock a Cortex API, or a published document, keeps'
            cand healthcheck 'Ask a running server whether it answers; for a container''s HEALTHCHECK'
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
