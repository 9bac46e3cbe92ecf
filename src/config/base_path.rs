//! The path below which a server has all its URLs.

use std::str::FromStr;

use super::value_error::ConfigValueError;

/// A path such as `/cortex`, below which a server has all its URLs. The default is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BasePath(String);

impl BasePath {
    /// The path without a trailing slash, such as `/cortex`; empty for none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Accepts what stands unescaped in a URL and in markup: the path is put into both.
impl FromStr for BasePath {
    type Err = ConfigValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_suffix('/').unwrap_or(text);
        let is_segment = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        };
        let is_path = path.strip_prefix('/').is_some_and(|segments| segments.split('/').all(is_segment));
        if is_path || text == "/" {
            Ok(Self(path.to_owned()))
        } else {
            Err(ConfigValueError("a path of letters, digits, - . _ and ~, such as /cortex or /mocks/cortex"))
        }
    }
}
