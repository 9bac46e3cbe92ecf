//! The flags with which `record` and `verify` reach an API.

use clap::Args;

use super::diagnostics;
use crate::remote::{ApiUrl, Connection, SetupError, Token};

/// Address and token of an API.
#[derive(Debug, Args)]
pub struct ConnectionArgs {
    #[arg(
        long,
        value_name = "URL",
        required = true,
        help = "Ask the Cortex API at this base URL",
        long_help = "Ask the Cortex API at this base URL, such as https://api.getcortexapp.com"
    )]
    url: Option<String>,
    /// Read the token from this variable
    ///
    /// The environment has it; its key needs the permission View audit logs.
    #[arg(long, value_name = "NAME", default_value = "CORTEX_API_KEY")]
    token_env: String,
}

impl ConnectionArgs {
    /// The address, which must not contain the token, and the token.
    pub fn url_and_token(&self) -> Result<(ApiUrl, Token), SetupError> {
        let text = self.url.as_deref().unwrap_or_default();
        let url = ApiUrl::parse(text)?;
        let token = Token::from_environment("--token-env", &self.token_env)?;
        if token.is_in(text) {
            return Err(SetupError(format!(
                "--url contains the token of {}, which is sent in a header; accepted: a base URL without it",
                token.name()
            )));
        }
        Ok((url, token))
    }
}

/// A connection; warns on standard error when it does not protect the token.
pub fn connect(url: ApiUrl, token: Token) -> Result<Connection, SetupError> {
    if url.exposes_token() {
        diagnostics::print(format_args!("warning: the token travels unencrypted to {url}"));
    }
    Connection::new(url, token)
}
