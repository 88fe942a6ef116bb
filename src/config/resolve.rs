//! From what an environment says to where it leads: precedence and defaults as in libpq.

use std::path::Path;

use super::environment::Environment;
use super::error::ConfigError;
use super::surroundings::Surroundings;
use super::target::Target;

/// Where an environment leads, and what an operator should know about how that came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// Where and how to connect.
    pub target: Target,
    /// Where the password comes from.
    pub password: PasswordOrigin,
    /// What was ignored or is weaker than it should be, as full sentences without secrets.
    pub warnings: Vec<String>,
}

/// Where a password comes from, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordOrigin {
    /// None is at hand; the console asks when the server wants one.
    None,
    /// In words: `the configuration`, `the variable PGPASSWORD`, `/home/me/.pgpass` …
    From(String),
}

impl Environment {
    /// Works out where this environment leads, from the configuration, environment variables, service and password
    /// files, with libpq's precedence: what the configuration says wins, then the service, then `PG…` variables,
    /// then defaults. Runs `url_command` and `password_command` in `root` and waits for them, so call it where
    /// blocking is allowed.
    pub fn resolve(
        &self,
        root: &Path,
        surroundings: &Surroundings,
    ) -> Result<Resolution, ConfigError> {
        let _ = (root, surroundings);
        unimplemented!()
    }
}
