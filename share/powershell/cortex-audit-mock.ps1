
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
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Listen on IP:PORT, NAME:PORT or :PORT')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'Put all URLs below this path, such as /cortex')
            [CompletionResult]::new('--fixtures', '--fixtures', [CompletionResultType]::ParameterName, 'Serve entries from a file or folder [default: the built-in story]')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Serve N generated entries of the last thirty days, such as 5000')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Add new entries over time, such as 6/min [default: none]')
            [CompletionResult]::new('--max-entries', '--max-entries', [CompletionResultType]::ParameterName, 'Let at most N entries be added to a session')
            [CompletionResult]::new('--object-types', '--object-types', [CompletionResultType]::ParameterName, 'Treat the object types in this file as known [default: none]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Start with the clock frozen at TIME [default: the system clock]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Set the random seed: the same seed, the same answers')
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'Accept the API keys in this file [default: the built-in test keys]')
            [CompletionResult]::new('--admin-token', '--admin-token', [CompletionResultType]::ParameterName, 'Require this bearer token for the control plane, /__admin')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'Accept this host name, or *.DOMAIN, for /__admin; repeatable')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Let web pages of this origin call the API; * for all; repeatable')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'Limit requests per client, such as to 5/s, or off')
            [CompletionResult]::new('--offsets', '--offsets', [CompletionResultType]::ParameterName, 'Honour, ignore or refuse UTC offsets of times')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'Start every session with this scenario [default: none]')
            [CompletionResult]::new('--faults', '--faults', [CompletionResultType]::ParameterName, 'Start every session with these fault rules [default: none]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve HTTPS with this certificate chain (PEM); needs --tls-key')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Use this private key (PEM) for --tls-cert')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Add a host name or address to that certificate; repeatable')
            [CompletionResult]::new('--tls-write-cert', '--tls-write-cert', [CompletionResultType]::ParameterName, 'Write that certificate to FILE, for clients to trust; - prints it')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write the log as text, as json, or not at all: off')
            [CompletionResult]::new('--no-admin', '--no-admin', [CompletionResultType]::ParameterName, 'Disable /__admin except health')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject what the contract does not list, such as unknown parameters')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve HTTPS with a certificate made at start')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the API (the default)')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a command with a server around it, and judge its clients')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Generate entries of a fictional company')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check files of entries and keys, and summarise them')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Download audit logs from a Cortex API to a file')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check (read-only) how far a Cortex API matches this mock')
            [CompletionResult]::new('healthcheck', 'healthcheck', [CompletionResultType]::ParameterValue, 'Check that a server answers; for containers')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cortex-audit-mock;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Listen on IP:PORT, NAME:PORT or :PORT')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'Put all URLs below this path, such as /cortex')
            [CompletionResult]::new('--fixtures', '--fixtures', [CompletionResultType]::ParameterName, 'Serve entries from a file or folder [default: the built-in story]')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Serve N generated entries of the last thirty days, such as 5000')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Add new entries over time, such as 6/min [default: none]')
            [CompletionResult]::new('--max-entries', '--max-entries', [CompletionResultType]::ParameterName, 'Let at most N entries be added to a session')
            [CompletionResult]::new('--object-types', '--object-types', [CompletionResultType]::ParameterName, 'Treat the object types in this file as known [default: none]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Start with the clock frozen at TIME [default: the system clock]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Set the random seed: the same seed, the same answers')
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'Accept the API keys in this file [default: the built-in test keys]')
            [CompletionResult]::new('--admin-token', '--admin-token', [CompletionResultType]::ParameterName, 'Require this bearer token for the control plane, /__admin')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'Accept this host name, or *.DOMAIN, for /__admin; repeatable')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Let web pages of this origin call the API; * for all; repeatable')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'Limit requests per client, such as to 5/s, or off')
            [CompletionResult]::new('--offsets', '--offsets', [CompletionResultType]::ParameterName, 'Honour, ignore or refuse UTC offsets of times')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'Start every session with this scenario [default: none]')
            [CompletionResult]::new('--faults', '--faults', [CompletionResultType]::ParameterName, 'Start every session with these fault rules [default: none]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve HTTPS with this certificate chain (PEM); needs --tls-key')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Use this private key (PEM) for --tls-cert')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Add a host name or address to that certificate; repeatable')
            [CompletionResult]::new('--tls-write-cert', '--tls-write-cert', [CompletionResultType]::ParameterName, 'Write that certificate to FILE, for clients to trust; - prints it')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write the log as text, as json, or not at all: off')
            [CompletionResult]::new('--no-admin', '--no-admin', [CompletionResultType]::ParameterName, 'Disable /__admin except health')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject what the contract does not list, such as unknown parameters')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve HTTPS with a certificate made at start')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;run' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Listen on IP:PORT, NAME:PORT or :PORT')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'Put all URLs below this path, such as /cortex')
            [CompletionResult]::new('--fixtures', '--fixtures', [CompletionResultType]::ParameterName, 'Serve entries from a file or folder [default: the built-in story]')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Serve N generated entries of the last thirty days, such as 5000')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Add new entries over time, such as 6/min [default: none]')
            [CompletionResult]::new('--max-entries', '--max-entries', [CompletionResultType]::ParameterName, 'Let at most N entries be added to a session')
            [CompletionResult]::new('--object-types', '--object-types', [CompletionResultType]::ParameterName, 'Treat the object types in this file as known [default: none]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Start with the clock frozen at TIME [default: the system clock]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Set the random seed: the same seed, the same answers')
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'Accept the API keys in this file [default: the built-in test keys]')
            [CompletionResult]::new('--admin-token', '--admin-token', [CompletionResultType]::ParameterName, 'Require this bearer token for the control plane, /__admin')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'Accept this host name, or *.DOMAIN, for /__admin; repeatable')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Let web pages of this origin call the API; * for all; repeatable')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'Limit requests per client, such as to 5/s, or off')
            [CompletionResult]::new('--offsets', '--offsets', [CompletionResultType]::ParameterName, 'Honour, ignore or refuse UTC offsets of times')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'Start every session with this scenario [default: none]')
            [CompletionResult]::new('--faults', '--faults', [CompletionResultType]::ParameterName, 'Start every session with these fault rules [default: none]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve HTTPS with this certificate chain (PEM); needs --tls-key')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Use this private key (PEM) for --tls-cert')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Add a host name or address to that certificate; repeatable')
            [CompletionResult]::new('--tls-write-cert', '--tls-write-cert', [CompletionResultType]::ParameterName, 'Write that certificate to FILE, for clients to trust; - prints it')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write the log as text, as json, or not at all: off')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Fail unless every session meets these expectations; repeatable')
            [CompletionResult]::new('--no-admin', '--no-admin', [CompletionResultType]::ParameterName, 'Disable /__admin except health')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject what the contract does not list, such as unknown parameters')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve HTTPS with a certificate made at start')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;generate' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Set the random seed: the same arguments give the same bytes')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Set the earliest timestamp, such as now-30d [default: 30 days before --to]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Set the latest timestamp, such as now')
            [CompletionResult]::new('--story', '--story', [CompletionResultType]::ParameterName, 'Include these stories, separated by commas [default: all that fit]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Write this format [default: by the extension of --out, else json]')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write to FILE, which appears when it is complete [default: standard output]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;validate' {
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'Check this file of API keys')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Count relative times from TIME, such as now-1d [default: the system clock]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'cortex-audit-mock;record' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Ask the Cortex API at this base URL')
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'Read the token from this variable')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Record entries from T on, such as now-30d [default: the first]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Record entries up to T [default: now]')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write to FILE [default: standard output]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Write this format [default: by the extension of --out, else json]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Make the same pseudonyms each time')
            [CompletionResult]::new('--pseudonymize', '--pseudonymize', [CompletionResultType]::ParameterName, 'Replace names and addresses by pseudonyms')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Fail if the API repeats entries or does not answer newest first')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;verify' {
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'Read the token from this variable')
            [CompletionResult]::new('--no-permission-token-env', '--no-permission-token-env', [CompletionResultType]::ParameterName, 'Read a token without the permission from this variable')
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Check a published OpenAPI document in place of an API')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Write the report in this format')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Ask the Cortex API at this base URL')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cortex-audit-mock;healthcheck' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Ask this server')
            [CompletionResult]::new('--base-path', '--base-path', [CompletionResultType]::ParameterName, 'Ask below this path, such as /cortex')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'cortex-audit-mock;help' {
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the API (the default)')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a command with a server around it, and judge its clients')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Generate entries of a fictional company')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check files of entries and keys, and summarise them')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Download audit logs from a Cortex API to a file')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check (read-only) how far a Cortex API matches this mock')
            [CompletionResult]::new('healthcheck', 'healthcheck', [CompletionResultType]::ParameterValue, 'Check that a server answers; for containers')
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
