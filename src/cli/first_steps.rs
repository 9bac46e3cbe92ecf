//! What a person on a terminal can do with a server that has started: open the web UI, send a request.

use crate::contract::AUDIT_LOGS;

/// Two lines: the URL of the web UI, and a command that gets a page of audit logs with this token. `tls_option` is the option by
/// which curl accepts the certificate of an HTTPS server.
pub fn first_steps(url: &str, token: Option<&str>, tls_option: Option<String>) -> String {
    let request = match token {
        Some(token) => {
            let tls_option = tls_option.map(|option| option + " ").unwrap_or_default();
            let header = shell_quoted(&format!("Authorization: Bearer {token}"));
            let url = shell_quoted(&format!("{url}{AUDIT_LOGS}?page=0&pageSize=10"));
            format!("try it: curl {tls_option}-H {header} {url}")
        }
        None => "every request is refused: no key of --keys may view audit logs".to_owned(),
    };
    format!("web UI: {url}/\n{request}\n")
}

/// A text as one word for a shell.
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
