//! How schema drift is looked for: what is left out, what is ignored and why, where shadows are made.

use std::time::Duration;

use super::source::ConnectionSource;
use crate::schema::Pattern;
use crate::schema::diff::IgnoreRule;

/// How schema drift is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftSettings {
    /// Patterns of what is no part of any snapshot, such as `audit.*`.
    pub exclude: Vec<Pattern>,
    /// Schemas that the platform provides, not the project's files: a shadow takes them over from the environment.
    pub platform: Vec<String>,
    /// Whether roles, memberships and their settings are compared as well: what lies outside of the database.
    pub roles: bool,
    /// What counts as no drift everywhere.
    pub indifferent: Indifferent,
    /// What counts as no drift for a reason, in the order of the file.
    pub ignore: Vec<IgnoreRule>,
    /// How often the console looks for drift; zero never does.
    pub refresh: Duration,
    /// The longest that one statement may run in a shadow; zero sets no limit.
    pub statement_timeout: Duration,
    /// The server on which shadows are made; `None` starts throwaway clusters of this machine's PostgreSQL.
    pub shadow: Option<ConnectionSource>,
}

impl Default for DriftSettings {
    fn default() -> Self {
        Self {
            exclude: Vec::new(),
            platform: SUPABASE_SCHEMAS.map(str::to_owned).to_vec(),
            roles: false,
            indifferent: Indifferent::default(),
            ignore: Vec::new(),
            refresh: Duration::from_secs(300),
            statement_timeout: Duration::from_secs(60),
            shadow: None,
        }
    }
}

/// The schemas that Supabase provides.
pub(super) const SUPABASE_SCHEMAS: [&str; 16] = [
    "_analytics",
    "_realtime",
    "auth",
    "cron",
    "extensions",
    "graphql",
    "graphql_public",
    "net",
    "pgbouncer",
    "pgmq",
    "pgsodium",
    "realtime",
    "storage",
    "supabase_functions",
    "supabase_migrations",
    "vault",
];

/// What counts as no drift, wherever it differs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indifferent {
    /// The order of a table's columns.
    pub column_order: bool,
    /// Who owns an object.
    pub owners: bool,
    /// Who may do what with an object.
    pub grants: bool,
    /// Comments.
    pub comments: bool,
    /// The tablespaces in which tables and indexes lie.
    pub tablespaces: bool,
}
