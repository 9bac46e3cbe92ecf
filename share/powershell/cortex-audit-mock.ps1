
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'cortex-audit-mock' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'cortex-audit-mock'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'cortex-audit-mock' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one')
            [CompletionResult]::new('--fixtures', '--fixtures', [CompletionResultType]::ParameterName, 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures')
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'API keys, roles and permissions. [default: the built-in test keys]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'How often a client may ask: such as 1000/min, 5/s, or off')
            [CompletionResult]::new('--offsets', '--offsets', [CompletionResultType]::ParameterName, 'What an offset of a date-time does, unless it is Z: nobody knows of the real API')
            [CompletionResult]::new('--object-types', '--object-types', [CompletionResultType]::ParameterName, 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'New entries over time, such as 6/min. [default: none]')
            [CompletionResult]::new('--max-entries', '--max-entries', [CompletionResultType]::ParameterName, 'How many entries can be added to a session while the server runs')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'Data that changes while a client reads, in every session from its start. [default: none]')
            [CompletionResult]::new('--faults', '--faults', [CompletionResultType]::ParameterName, 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What decides everything that is left to chance: the same seed, the same answers')
            [CompletionResult]::new('--admin-token', '--admin-token', [CompletionResultType]::ParameterName, 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'A path, such as /cortex, below which the server has all its URLs')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'The private key of --tls-cert: a file of PEM')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable')
            [CompletionResult]::new('--tls-write-cert', '--tls-write-cert', [CompletionResultType]::ParameterName, 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Form of the log on standard error; RUST_LOG sets its level')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject what the contract does not list, such as unknown parameters, instead of reporting it')
            [CompletionResult]::new('--no-admin', '--no-admin', [CompletionResultType]::ParameterName, 'Leave out the control plane, but for /__admin/health')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve https with a certificate that is made at start, in place of http')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the API (the default)')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Serve as long as a command runs, and exit as it does; the command finds the server in its environment')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Make entries of an invented company, as many as are asked for and always the same')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check files of entries and keys, and say what is in them')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Download audit logs from a Cortex API to a file that --fixtures loads')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check (read-only) which rules of this mock a Cortex API, or a published document, keeps')
            [CompletionResult]::new('healthcheck', 'healthcheck', [CompletionResultType]::ParameterValue, 'Ask a running server whether it answers; for a container''s HEALTHCHECK')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cortex-audit-mock;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one')
            [CompletionResult]::new('--fixtures', '--fixtures', [CompletionResultType]::ParameterName, 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures')
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'API keys, roles and permissions. [default: the built-in test keys]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'How often a client may ask: such as 1000/min, 5/s, or off')
            [CompletionResult]::new('--offsets', '--offsets', [CompletionResultType]::ParameterName, 'What an offset of a date-time does, unless it is Z: nobody knows of the real API')
            [CompletionResult]::new('--object-types', '--object-types', [CompletionResultType]::ParameterName, 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'New entries over time, such as 6/min. [default: none]')
            [CompletionResult]::new('--max-entries', '--max-entries', [CompletionResultType]::ParameterName, 'How many entries can be added to a session while the server runs')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'Data that changes while a client reads, in every session from its start. [default: none]')
            [CompletionResult]::new('--faults', '--faults', [CompletionResultType]::ParameterName, 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What decides everything that is left to chance: the same seed, the same answers')
            [CompletionResult]::new('--admin-token', '--admin-token', [CompletionResultType]::ParameterName, 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'A path, such as /cortex, below which the server has all its URLs')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'The private key of --tls-cert: a file of PEM')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable')
            [CompletionResult]::new('--tls-write-cert', '--tls-write-cert', [CompletionResultType]::ParameterName, 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Form of the log on standard error; RUST_LOG sets its level')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject what the contract does not list, such as unknown parameters, instead of reporting it')
            [CompletionResult]::new('--no-admin', '--no-admin', [CompletionResultType]::ParameterName, 'Leave out the control plane, but for /__admin/health')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve https with a certificate that is made at start, in place of http')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'cortex-audit-mock;run' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on: IP:PORT, NAME:PORT, or :PORT for all addresses; port 0 picks a free one. The environment variable of `serve` does not count')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Fail unless the clients of every session met these expectations; separated by commas, repeatable')
            [CompletionResult]::new('--fixtures', '--fixtures', [CompletionResultType]::ParameterName, 'Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures')
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'API keys, roles and permissions. [default: the built-in test keys]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Start with the clock frozen at this time, such as 2025-05-20T06:00:00Z or now-1d. [default: the system clock]')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'How often a client may ask: such as 1000/min, 5/s, or off')
            [CompletionResult]::new('--offsets', '--offsets', [CompletionResultType]::ParameterName, 'What an offset of a date-time does, unless it is Z: nobody knows of the real API')
            [CompletionResult]::new('--object-types', '--object-types', [CompletionResultType]::ParameterName, 'Object types known beside those of the contract and of the entries: one name a line, or a JSON array. [default: none]')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'New entries over time, such as 6/min. [default: none]')
            [CompletionResult]::new('--max-entries', '--max-entries', [CompletionResultType]::ParameterName, 'How many entries can be added to a session while the server runs')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'Data that changes while a client reads, in every session from its start. [default: none]')
            [CompletionResult]::new('--faults', '--faults', [CompletionResultType]::ParameterName, 'Fault rules of every session from its start: a file of one rule, an array, or several of these. [default: none]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What decides everything that is left to chance: the same seed, the same answers')
            [CompletionResult]::new('--admin-token', '--admin-token', [CompletionResultType]::ParameterName, 'Guard the control plane: it then asks for this as a bearer token. Others see arguments, so prefer the variable')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'A host name, or *.DOMAIN, that the control plane accepts beside those of this machine and its network; repeatable')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Let web pages of this origin, such as http://localhost:5173, call the API; * for all; repeatable')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'A path, such as /cortex, below which the server has all its URLs')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve https with this certificate, or chain, in place of http: a file of PEM; with --tls-key')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'The private key of --tls-cert: a file of PEM')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'A host name or address of that certificate beside localhost, the loopback addresses and --listen; repeatable')
            [CompletionResult]::new('--tls-write-cert', '--tls-write-cert', [CompletionResultType]::ParameterName, 'Write that certificate there as PEM, for clients to trust; - prints it behind the start-up line')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Form of the log on standard error; RUST_LOG sets its level')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject what the contract does not list, such as unknown parameters, instead of reporting it')
            [CompletionResult]::new('--no-admin', '--no-admin', [CompletionResultType]::ParameterName, 'Leave out the control plane, but for /__admin/health')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve https with a certificate that is made at start, in place of http')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'cortex-audit-mock;generate' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Random seed: the same arguments give the same bytes')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Earliest timestamp: an instant, or relative such as now-30d. [default: 30 days before --to]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Latest timestamp: an instant, or relative such as now')
            [CompletionResult]::new('--story', '--story', [CompletionResultType]::ParameterName, 'Stories among the entries: one or more names, all, or none. [default: all that fit]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of the entries. [default: by the extension of --out, else json]')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'File to write; it appears only when it is complete. [default: standard output]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;validate' {
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'A keys file to check as well')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The instant that relative times count from. [default: the system clock]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'cortex-audit-mock;record' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock')
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'Name of the environment variable that holds the token; its key needs the permission `View audit logs`')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Start of the range, such as 2025-05-20T06:00:00Z or now-30d. [default: the first entry]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'End of the range, in the same forms. [default: now]')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'File to write; after an interruption the same command resumes. [default: standard output]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of the file. [default: ndjson for .ndjson and .jsonl, else json]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of pseudonyms that are the same each time; set `CORTEX_MOCK_PSEUDONYM_SECRET` too, so that nobody can guess it')
            [CompletionResult]::new('--pseudonymize', '--pseudonymize', [CompletionResultType]::ParameterName, 'Replace names and addresses by pseudonyms. Without --seed and without the environment variable `CORTEX_MOCK_PSEUDONYM_SECRET` the pseudonyms are random each time, and cannot be turned back')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Fail, when the file is written, if the server did not answer newest first or repeated entries')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;verify' {
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'Name of the environment variable that holds the token; its key needs the permission `View audit logs`')
            [CompletionResult]::new('--no-permission-token-env', '--no-permission-token-env', [CompletionResultType]::ParameterName, 'Name of the environment variable that holds the token of a valid key without that permission. [default: rules about the permission are not checked]')
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Instead of an API, check an OpenAPI document that Cortex publishes, in JSON or YAML: a file, `-` for standard input, or a URL. It needs no token')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of the report')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;healthcheck' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'The address that the server was told to listen on')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'The path below which the server was told to have all its URLs')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'cortex-audit-mock;help' {
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the API (the default)')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Serve as long as a command runs, and exit as it does; the command finds the server in its environment')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Make entries of an invented company, as many as are asked for and always the same')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check files of entries and keys, and say what is in them')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Download audit logs from a Cortex API to a file that --fixtures loads')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check (read-only) which rules of this mock a Cortex API, or a published document, keeps')
            [CompletionResult]::new('healthcheck', 'healthcheck', [CompletionResultType]::ParameterValue, 'Ask a running server whether it answers; for a container''s HEALTHCHECK')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cortex-audit-mock;help;serve' {
            break
        }
        'cortex-audit-mock;help;run' {
            break
        }
        'cortex-audit-mock;help;generate' {
            break
        }
        'cortex-audit-mock;help;validate' {
            break
        }
        'cortex-audit-mock;help;record' {
            break
        }
        'cortex-audit-mock;help;verify' {
            break
        }
        'cortex-audit-mock;help;healthcheck' {
            break
        }
        'cortex-audit-mock;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
