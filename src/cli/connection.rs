//! The flags with which `record` and `verify` reach an API.

use clap::Args;

use super::diagnostics;
use crate::remote::{ApiUrl, Connection, SetupError, Token};

/// Address and token of an API.
#[derive(Debug, Args)]
pub struct ConnectionArgs {
    /// Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock.
    #[arg(long, value_name = "URL")]
    url: String,
    /// Name of the environment variable that holds the token; its key needs the permission `View audit logs`.
    #[arg(long, value_name = "NAME", default_value = "CORTEX_API_KEY")]
    token_env: String,
}

impl ConnectionArgs {
    /// The address.
    pub fn url(&self) -> Result<ApiUrl, SetupError> {
        ApiUrl::parse(&self.url)
    }

    /// The token.
    pub fn token(&self) -> Result<Token, SetupError> {
        Token::from_environment("--token-env", &self.token_env)
    }
}

/// A connection; warns on standard error when it does not protect the token.
pub fn connect(url: ApiUrl, token: Token) -> Result<Connection, SetupError> {
    if url.exposes_token() {
        diagnostics::print(format_args!("warning: the token travels unencrypted to {url}"));
    }
    Connection::new(url, token)
}
