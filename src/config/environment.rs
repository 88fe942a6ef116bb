//! An environment: one database that the configuration names, how dangerous it is, and what is allowed there.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::hooks::Hooks;
use super::policy::Policy;
use super::source::ConnectionSource;

/// One database that the configuration names.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// What operators call it, and type to confirm a write.
    pub name: EnvironmentName,
    /// How dangerous a mistake is there.
    pub tier: Tier,
    /// Whether Tidegate may ever write there.
    pub access: Access,
    /// How to find the server.
    pub connection: ConnectionSource,
    /// Under which conditions migrations run there.
    pub policy: Policy,
    /// The project's own commands for this environment.
    pub hooks: Hooks,
    /// Free text for the operators, shown beside the environment.
    pub notes: Option<String>,
    /// What its schema is compared with unless an operator says otherwise: another environment's name, or `files`.
    pub compare_with: Option<String>,
}

/// The name of an environment: letters, digits, `-`, `_` and `.`, beginning with a letter or digit, at most 40
/// characters, so that it can be typed to confirm, be a file name and stand in a column heading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(Arc<str>);

/// Why a text is no environment name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an environment's name is made of letters, digits, `-`, `_` and `.`, begins with a letter or digit and has at \
     most 40 characters"
)]
pub struct InvalidEnvironmentName;

impl EnvironmentName {
    /// The longest name, in characters.
    pub const MAXIMUM_LENGTH: usize = 40;

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EnvironmentName {
    type Err = InvalidEnvironmentName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        let plain = text.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character));
        if begins_well && plain && text.len() <= Self::MAXIMUM_LENGTH {
            Ok(Self(text.into()))
        } else {
            Err(InvalidEnvironmentName)
        }
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = InvalidEnvironmentName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EnvironmentName> for String {
    fn from(name: EnvironmentName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl AsRef<str> for EnvironmentName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// How dangerous a mistake is in an environment. Confirmations, defaults and colours follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// A database that its owner may lose.
    Development,
    /// A database that others rely on for tests.
    Staging,
    /// The database that the business runs on.
    Production,
}

impl Tier {
    /// All tiers, from harmless to dangerous.
    pub const ALL: [Self; 3] = [Self::Development, Self::Staging, Self::Production];

    /// The word as configured: `development`, `staging`, `production`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// The word as screens show it: `DEVELOPMENT`, `STAGING`, `PRODUCTION`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Development => "DEVELOPMENT",
            Self::Staging => "STAGING",
            Self::Production => "PRODUCTION",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// Whether Tidegate may ever write to an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Writes are possible once every gate is met.
    ReadWrite,
    /// No write grant can come about, and sessions set `default_transaction_read_only = on`.
    ReadOnly,
}

impl Access {
    /// Whether this is [`Access::ReadOnly`].
    pub fn is_read_only(self) -> bool {
        self == Self::ReadOnly
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::EnvironmentName;

    #[rstest]
    #[case::plain("production", true)]
    #[case::digits("eu-1.prod_a", true)]
    #[case::empty("", false)]
    #[case::blank("my prod", false)]
    #[case::option("-production", false)]
    #[case::parent("../production", false)]
    #[case::escape("prod\u{1b}[31m", false)]
    #[case::emoji("🔥", false)]
    #[case::long("a23456789012345678901234567890123456789012", false)]
    fn a_name_can_be_typed_and_be_a_file_name(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(text.parse::<EnvironmentName>().is_ok(), valid);
    }
}
