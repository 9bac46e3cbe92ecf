# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_cortex_audit_mock_global_optspecs
    string join \n listen= fixtures= generate= keys= now= rate-limit= strict offsets= object-types= live= max-entries= scenario= faults= seed= admin-token= no-admin allow-host= cors= base-path= report= tls-cert= tls-key= tls-self-signed tls-name= tls-write-cert= log= h/help V/version
end

function __fish_cortex_audit_mock_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_cortex_audit_mock_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_cortex_audit_mock_using_subcommand
    set -l cmd (__fish_cortex_audit_mock_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l listen -d 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l fixtures -d 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l generate -d 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l keys -d 'API keys, roles and permissions. [default: the built-in test keys]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l now -d 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l rate-limit -d 'How often a client may ask: such as 1000/min, 5/s, or off' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l offsets -d 'What an offset of a date-time does, unless it is Z: nobody knows of the real API' -r -f -a "honoured\t''
ignored\t''
refused\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l object-types -d 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l live -d 'New entries over time, such as 6/min. [default: none]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l max-entries -d 'How many entries can be added to a session while the server runs' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l scenario -d 'Data that changes while a client reads, in every session from its start. [default: none]' -r -f -a "insert-between-pages\t''
late-arrivals\t''
same-millisecond\t''
burst\t''
quota-squeeze\t''
flaky\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l faults -d 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l seed -d 'What decides everything that is left to chance: the same seed, the same answers' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l admin-token -d 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l allow-host -d 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l cors -d 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l base-path -d 'A path, such as /cortex, below which the server has all its URLs' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l report -d 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-cert -d 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-key -d 'The private key of --tls-cert: a file of PEM' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-name -d 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-write-cert -d 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l log -d 'Form of the log on standard error; RUST_LOG sets its level' -r -f -a "text\t''
json\t''
off\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l strict -d 'Reject what the contract does not list, such as unknown parameters, instead of reporting it'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l no-admin -d 'Leave out the control plane, but for /__admin/health'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-self-signed -d 'Serve https with a certificate that is made at start, in place of http'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -s V -l version -d 'Print version'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "serve" -d 'Serve the API (the default)'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "run" -d 'Serve as long as a command runs, and exit as it does; the command finds the server in its environment'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "generate" -d 'Make entries of an invented company, as many as are asked for and always the same'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "validate" -d 'Check files of entries and keys, and say what is in them'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "record" -d 'Download audit logs from a Cortex API to a file that --fixtures loads'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "verify" -d 'Check (read-only) which rules of this mock a Cortex API, or a published document, keeps'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "healthcheck" -d 'Ask a running server whether it answers; for a container\'s HEALTHCHECK'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l listen -d 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l fixtures -d 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l generate -d 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l keys -d 'API keys, roles and permissions. [default: the built-in test keys]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l now -d 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l rate-limit -d 'How often a client may ask: such as 1000/min, 5/s, or off' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l offsets -d 'What an offset of a date-time does, unless it is Z: nobody knows of the real API' -r -f -a "honoured\t''
ignored\t''
refused\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l object-types -d 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l live -d 'New entries over time, such as 6/min. [default: none]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l max-entries -d 'How many entries can be added to a session while the server runs' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l scenario -d 'Data that changes while a client reads, in every session from its start. [default: none]' -r -f -a "insert-between-pages\t''
late-arrivals\t''
same-millisecond\t''
burst\t''
quota-squeeze\t''
flaky\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l faults -d 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l seed -d 'What decides everything that is left to chance: the same seed, the same answers' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l admin-token -d 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l allow-host -d 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l cors -d 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l base-path -d 'A path, such as /cortex, below which the server has all its URLs' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l report -d 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-cert -d 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-key -d 'The private key of --tls-cert: a file of PEM' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-name -d 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-write-cert -d 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l log -d 'Form of the log on standard error; RUST_LOG sets its level' -r -f -a "text\t''
json\t''
off\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l strict -d 'Reject what the contract does not list, such as unknown parameters, instead of reporting it'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l no-admin -d 'Leave out the control plane, but for /__admin/health'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-self-signed -d 'Serve https with a certificate that is made at start, in place of http'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -s h -l help -d 'Print help'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l listen -d 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one. The environment variable of `serve` does not count' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l expect -d 'Fail unless the clients of every session met these expectations; separated by commas, repeatable' -r -f -a "complete\t''
no-duplicates\t''
no-gaps\t''
polite\t''
delivered\t''
contract\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l fixtures -d 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l generate -d 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l keys -d 'API keys, roles and permissions. [default: the built-in test keys]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l now -d 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l rate-limit -d 'How often a client may ask: such as 1000/min, 5/s, or off' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l offsets -d 'What an offset of a date-time does, unless it is Z: nobody knows of the real API' -r -f -a "honoured\t''
ignored\t''
refused\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l object-types -d 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l live -d 'New entries over time, such as 6/min. [default: none]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l max-entries -d 'How many entries can be added to a session while the server runs' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l scenario -d 'Data that changes while a client reads, in every session from its start. [default: none]' -r -f -a "insert-between-pages\t''
late-arrivals\t''
same-millisecond\t''
burst\t''
quota-squeeze\t''
flaky\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l faults -d 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l seed -d 'What decides everything that is left to chance: the same seed, the same answers' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l admin-token -d 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l allow-host -d 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l cors -d 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l base-path -d 'A path, such as /cortex, below which the server has all its URLs' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l report -d 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-cert -d 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-key -d 'The private key of --tls-cert: a file of PEM' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-name -d 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-write-cert -d 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l log -d 'Form of the log on standard error; RUST_LOG sets its level' -r -f -a "text\t''
json\t''
off\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l strict -d 'Reject what the contract does not list, such as unknown parameters, instead of reporting it'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l no-admin -d 'Leave out the control plane, but for /__admin/health'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-self-signed -d 'Serve https with a certificate that is made at start, in place of http'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -s h -l help -d 'Print help'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l seed -d 'Random seed: the same arguments give the same bytes' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l from -d 'Earliest timestamp: an instant, or relative such as now-30d. [default: 30 days before --to]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l to -d 'Latest timestamp: an instant, or relative such as now' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l story -d 'Stories among the entries: one or more names, all, or none. [default: all that fit]' -r -f -a "off-hours-admin\t''
leaked-token\t''
sso-rollout\t''
scripted-migration\t''
mass-deletion\t''
all\t''
none\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l format -d 'Format of the entries. [default: by the extension of --out, else json]' -r -f -a "json\t'An array, an entry a line'
ndjson\t'An entry a line'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l out -d 'File to write; it appears only when it is complete. [default: standard output]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand validate" -l keys -d 'A keys file to check as well' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand validate" -l now -d 'The instant that relative times count from. [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand validate" -s h -l help -d 'Print help'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l url -d 'Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l token-env -d 'Name of the environment variable that holds the token; its key needs the permission `View audit logs`' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l from -d 'Start of the range, such as 2025-05-20T06:00:00Z or now-30d. [default: the first entry]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l to -d 'End of the range, in the same forms. [default: now]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l out -d 'File to write; after an interruption the same command resumes. [default: standard output]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l format -d 'Format of the file. [default: ndjson for .ndjson and .jsonl, else json]' -r -f -a "json\t'An array, an entry a line'
ndjson\t'An entry a line'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l seed -d 'Seed of pseudonyms that are the same each time; set `CORTEX_MOCK_PSEUDONYM_SECRET` too, so that nobody can guess it' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l pseudonymize -d 'Replace names and addresses by pseudonyms. Without --seed and without the environment variable `CORTEX_MOCK_PSEUDONYM_SECRET` the pseudonyms are random each time, and cannot be turned back'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l strict -d 'Fail, when the file is written, if the server did not answer newest first or repeated entries'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l token-env -d 'Name of the environment variable that holds the token; its key needs the permission `View audit logs`' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l no-permission-token-env -d 'Name of the environment variable that holds the token of a valid key without that permission. [default: rules about the permission are not checked]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l document -d 'Instead of an API, check an OpenAPI document that Cortex publishes, in JSON or YAML: a file, `-` for standard input, or a URL. It needs no token' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l format -d 'Format of the report' -r -f -a "table\t'For people'
json\t'JSON, for programs'
junit\t'JUnit, for CI services: one test case per rule'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l url -d 'Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand healthcheck" -l listen -d 'The address that the server was told to listen on' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand healthcheck" -l base-path -d 'The path below which the server was told to have all its URLs' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand healthcheck" -s h -l help -d 'Print help'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "serve" -d 'Serve the API (the default)'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "run" -d 'Serve as long as a command runs, and exit as it does; the command finds the server in its environment'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "generate" -d 'Make entries of an invented company, as many as are asked for and always the same'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "validate" -d 'Check files of entries and keys, and say what is in them'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "record" -d 'Download audit logs from a Cortex API to a file that --fixtures loads'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "verify" -d 'Check (read-only) which rules of this mock a Cortex API, or a published document, keeps'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "healthcheck" -d 'Ask a running server whether it answers; for a container\'s HEALTHCHECK'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
