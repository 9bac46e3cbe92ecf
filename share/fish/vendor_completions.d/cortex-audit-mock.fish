# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_cortex_audit_mock_global_optspecs
    string join \n listen= base-path= fixtures= generate= live= max-entries= object-types= now= seed= keys= admin-token= no-admin allow-host= cors= rate-limit= strict offsets= scenario= faults= report= tls-cert= tls-key= tls-self-signed tls-name= tls-write-cert= log= h/help V/version
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

complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l listen -d 'Listen on IP:PORT, NAME:PORT or :PORT' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l base-path -d 'Put all URLs below this path, such as /cortex' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l fixtures -d 'Serve entries from a file or folder [default: the built-in story]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l generate -d 'Serve N generated entries of the last thirty days, such as 5000' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l live -d 'Add new entries over time, such as 6/min [default: none]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l max-entries -d 'Let at most N entries be added to a session' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l object-types -d 'Treat the object types in this file as known [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l now -d 'Start with the clock frozen at TIME [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l seed -d 'Set the random seed: the same seed, the same answers' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l keys -d 'Accept the API keys in this file [default: the built-in test keys]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l admin-token -d 'Require this bearer token for the control plane, /__admin' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l allow-host -d 'Accept this host name, or *.DOMAIN, for /__admin; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l cors -d 'Let web pages of this origin call the API; * for all; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l rate-limit -d 'Limit requests per client, such as to 5/s, or off' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l offsets -d 'Honour, ignore or refuse UTC offsets of times' -r -f -a "honoured\t''
ignored\t''
refused\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l scenario -d 'Start every session with this scenario [default: none]' -r -f -a "insert-between-pages\t'new entries push older ones over a page boundary'
late-arrivals\t'entries arrive late, below what was read'
same-millisecond\t'entries arrive with the newest timestamp that was served'
burst\t'two and a half pages arrive at once'
quota-squeeze\t'two requests a minute are admitted'
flaky\t'one request in three fails'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l faults -d 'Start every session with these fault rules [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l report -d 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-cert -d 'Serve HTTPS with this certificate chain (PEM); needs --tls-key' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-key -d 'Use this private key (PEM) for --tls-cert' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-name -d 'Add a host name or address to that certificate; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-write-cert -d 'Write that certificate to FILE, for clients to trust; - prints it' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l log -d 'Write the log as text, as json, or not at all: off' -r -f -a "text\t''
json\t''
off\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l no-admin -d 'Disable /__admin except health'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l strict -d 'Reject what the contract does not list, such as unknown parameters'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -l tls-self-signed -d 'Serve HTTPS with a certificate made at start'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -s V -l version -d 'Print version'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "serve" -d 'Serve the API (the default)'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "run" -d 'Run a command with a server around it, and judge its clients'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "generate" -d 'Generate entries of a fictional company'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "validate" -d 'Check files of entries and keys, and summarise them'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "record" -d 'Download audit logs from a Cortex API to a file'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "verify" -d 'Check (read-only) how far a Cortex API matches this mock'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "healthcheck" -d 'Check that a server answers; for containers'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l listen -d 'Listen on IP:PORT, NAME:PORT or :PORT' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l base-path -d 'Put all URLs below this path, such as /cortex' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l fixtures -d 'Serve entries from a file or folder [default: the built-in story]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l generate -d 'Serve N generated entries of the last thirty days, such as 5000' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l live -d 'Add new entries over time, such as 6/min [default: none]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l max-entries -d 'Let at most N entries be added to a session' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l object-types -d 'Treat the object types in this file as known [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l now -d 'Start with the clock frozen at TIME [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l seed -d 'Set the random seed: the same seed, the same answers' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l keys -d 'Accept the API keys in this file [default: the built-in test keys]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l admin-token -d 'Require this bearer token for the control plane, /__admin' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l allow-host -d 'Accept this host name, or *.DOMAIN, for /__admin; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l cors -d 'Let web pages of this origin call the API; * for all; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l rate-limit -d 'Limit requests per client, such as to 5/s, or off' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l offsets -d 'Honour, ignore or refuse UTC offsets of times' -r -f -a "honoured\t''
ignored\t''
refused\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l scenario -d 'Start every session with this scenario [default: none]' -r -f -a "insert-between-pages\t'new entries push older ones over a page boundary'
late-arrivals\t'entries arrive late, below what was read'
same-millisecond\t'entries arrive with the newest timestamp that was served'
burst\t'two and a half pages arrive at once'
quota-squeeze\t'two requests a minute are admitted'
flaky\t'one request in three fails'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l faults -d 'Start every session with these fault rules [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l report -d 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-cert -d 'Serve HTTPS with this certificate chain (PEM); needs --tls-key' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-key -d 'Use this private key (PEM) for --tls-cert' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-name -d 'Add a host name or address to that certificate; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-write-cert -d 'Write that certificate to FILE, for clients to trust; - prints it' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l log -d 'Write the log as text, as json, or not at all: off' -r -f -a "text\t''
json\t''
off\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l no-admin -d 'Disable /__admin except health'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l strict -d 'Reject what the contract does not list, such as unknown parameters'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -l tls-self-signed -d 'Serve HTTPS with a certificate made at start'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l listen -d 'Listen on IP:PORT, NAME:PORT or :PORT' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l base-path -d 'Put all URLs below this path, such as /cortex' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l fixtures -d 'Serve entries from a file or folder [default: the built-in story]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l generate -d 'Serve N generated entries of the last thirty days, such as 5000' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l live -d 'Add new entries over time, such as 6/min [default: none]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l max-entries -d 'Let at most N entries be added to a session' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l object-types -d 'Treat the object types in this file as known [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l now -d 'Start with the clock frozen at TIME [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l seed -d 'Set the random seed: the same seed, the same answers' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l keys -d 'Accept the API keys in this file [default: the built-in test keys]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l admin-token -d 'Require this bearer token for the control plane, /__admin' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l allow-host -d 'Accept this host name, or *.DOMAIN, for /__admin; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l cors -d 'Let web pages of this origin call the API; * for all; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l rate-limit -d 'Limit requests per client, such as to 5/s, or off' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l offsets -d 'Honour, ignore or refuse UTC offsets of times' -r -f -a "honoured\t''
ignored\t''
refused\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l scenario -d 'Start every session with this scenario [default: none]' -r -f -a "insert-between-pages\t'new entries push older ones over a page boundary'
late-arrivals\t'entries arrive late, below what was read'
same-millisecond\t'entries arrive with the newest timestamp that was served'
burst\t'two and a half pages arrive at once'
quota-squeeze\t'two requests a minute are admitted'
flaky\t'one request in three fails'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l faults -d 'Start every session with these fault rules [default: none]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l report -d 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-cert -d 'Serve HTTPS with this certificate chain (PEM); needs --tls-key' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-key -d 'Use this private key (PEM) for --tls-cert' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-name -d 'Add a host name or address to that certificate; repeatable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-write-cert -d 'Write that certificate to FILE, for clients to trust; - prints it' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l log -d 'Write the log as text, as json, or not at all: off' -r -f -a "text\t''
json\t''
off\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l expect -d 'Fail unless every session meets these expectations; repeatable' -r -f -a "complete\t''
no-duplicates\t''
no-gaps\t''
polite\t''
delivered\t''
contract\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l no-admin -d 'Disable /__admin except health'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l strict -d 'Reject what the contract does not list, such as unknown parameters'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -l tls-self-signed -d 'Serve HTTPS with a certificate made at start'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l seed -d 'Set the random seed: the same arguments give the same bytes' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l from -d 'Set the earliest timestamp, such as now-30d [default: 30 days before --to]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l to -d 'Set the latest timestamp, such as now' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l story -d 'Include these stories, separated by commas [default: all that fit]' -r -f -a "off-hours-admin\t'an admin weakens the IP allowlist on a Sunday night'
leaked-token\t'a token is used from two countries within half an hour'
sso-rollout\t'single sign-on is rolled out over three days'
scripted-migration\t'a script moves part of the catalog'
mass-deletion\t'an API key deletes one thing after another'
all\t''
none\t''"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l format -d 'Write this format [default: by the extension of --out, else json]' -r -f -a "json\t'An array'
ndjson\t'One entry a line'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -l out -d 'Write to FILE, which appears when it is complete [default: standard output]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand validate" -l keys -d 'Check this file of API keys' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand validate" -l now -d 'Count relative times from TIME, such as now-1d [default: the system clock]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand validate" -s h -l help -d 'Print help'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l url -d 'Ask the Cortex API at this base URL' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l token-env -d 'Read the token from this variable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l from -d 'Record entries from T on, such as now-30d [default: the first]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l to -d 'Record entries up to T [default: now]' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l out -d 'Write to FILE [default: standard output]' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l format -d 'Write this format [default: by the extension of --out, else json]' -r -f -a "json\t'An array'
ndjson\t'One entry a line'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l seed -d 'Make the same pseudonyms each time' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l pseudonymize -d 'Replace names and addresses by pseudonyms'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -l strict -d 'Fail if the API repeats entries or does not answer newest first'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l token-env -d 'Read the token from this variable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l no-permission-token-env -d 'Read a token without the permission from this variable' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l document -d 'Check a published OpenAPI document in place of an API' -r -F
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l format -d 'Write the report in this format' -r -f -a "table\t'For people, one rule a line'
json\t'For programs'
junit\t'For CI services, one test case a rule'"
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -l url -d 'Ask the Cortex API at this base URL' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand healthcheck" -l listen -d 'Ask this server' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand healthcheck" -l base-path -d 'Ask below this path, such as /cortex' -r
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand healthcheck" -s h -l help -d 'Print help'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "serve" -d 'Serve the API (the default)'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "run" -d 'Run a command with a server around it, and judge its clients'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "generate" -d 'Generate entries of a fictional company'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "validate" -d 'Check files of entries and keys, and summarise them'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "record" -d 'Download audit logs from a Cortex API to a file'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "verify" -d 'Check (read-only) how far a Cortex API matches this mock'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "healthcheck" -d 'Check that a server answers; for containers'
complete -c cortex-audit-mock -n "__fish_cortex_audit_mock_using_subcommand help; and not __fish_seen_subcommand_from serve run generate validate record verify healthcheck help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
