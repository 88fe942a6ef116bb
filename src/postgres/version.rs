//! Which PostgreSQL a server or a program is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A PostgreSQL version such as 15.18, as a server or one of its programs reports it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServerVersion {
    /// The major version: what decides which features there are and which `pg_dump` fits.
    pub major: u32,
    /// The minor version; 0 for a beta or a development build.
    pub minor: u32,
    /// The text reported, such as `15.18 (Debian 15.18-0+deb12u1)` or `18beta1`.
    pub display: String,
}

impl ServerVersion {
    /// The oldest major version that Tidegate works with.
    pub const OLDEST_MAJOR: u32 = 13;

    /// Makes a version of `server_version_num` (such as 150018) and `server_version`.
    #[must_use]
    pub fn from_number(number: u32, display: impl Into<String>) -> Self {
        Self { major: number / 10_000, minor: number % 10_000, display: display.into() }
    }

    /// The version in digits, as `server_version_num` has it: 150018 for 15.18.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.major * 10_000 + self.minor
    }

    /// The version without the packager's remark: `15.18`, `18beta1`.
    #[must_use]
    pub fn short(&self) -> &str {
        self.display.split_whitespace().next().unwrap_or_default()
    }

    /// Whether Tidegate works with this version.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        self.major >= Self::OLDEST_MAJOR
    }
}

impl PartialOrd for ServerVersion {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ServerVersion {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.major, self.minor, &self.display).cmp(&(other.major, other.minor, &other.display))
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.short())
    }
}

/// The text is not a PostgreSQL version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a PostgreSQL version.")]
pub struct VersionError(String);

impl FromStr for ServerVersion {
    type Err = VersionError;

    /// Reads what `server_version` or `postgres --version` says: `15.18 (Debian …)`, `18beta1`,
    /// `postgres (PostgreSQL) 15.18 (Debian …)`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let display = text.find("(PostgreSQL)").map_or(text, |at| &text[at + "(PostgreSQL)".len()..]).trim();
        let digits_end = |text: &str| text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (major, rest) = display.split_at(digits_end(display));
        let major: u32 = major.parse().map_err(|_| VersionError(text.to_owned()))?;
        let minor = rest
            .strip_prefix('.')
            .map(|rest| &rest[..digits_end(rest)])
            .and_then(|minor| minor.parse().ok())
            .unwrap_or(0);
        Ok(Self { major, minor, display: display.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("15.18 (Debian 15.18-0+deb12u1)", 15, 18, "15.18")]
    #[case("postgres (PostgreSQL) 17.5 (Homebrew)", 17, 5, "17.5")]
    #[case("pg_dump (PostgreSQL) 13.23", 13, 23, "13.23")]
    #[case("18beta1", 18, 0, "18beta1")]
    #[case("19devel", 19, 0, "19devel")]
    #[case("9.6.24", 9, 6, "9.6.24")]
    fn reads_what_servers_and_programs_say(
        #[case] text: &str,
        #[case] major: u32,
        #[case] minor: u32,
        #[case] short: &str,
    ) {
        let version: ServerVersion = text.parse().unwrap();
        assert_eq!((version.major, version.minor), (major, minor));
        assert_eq!(version.to_string(), short);
    }

    #[test]
    fn refuses_what_is_no_version() {
        assert!("PostgreSQL".parse::<ServerVersion>().is_err());
    }

    #[test]
    fn newer_is_greater() {
        let older: ServerVersion = "9.6.24".parse().unwrap();
        let newer: ServerVersion = "15.2".parse().unwrap();
        let newest: ServerVersion = "15.18".parse().unwrap();
        assert!(older < newer && newer < newest);
        assert!(!older.is_supported());
        assert_eq!(newest.number(), 150_018);
    }
}
