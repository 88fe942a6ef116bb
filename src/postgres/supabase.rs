//! Keeping Supabase's own record of migrations in step: `supabase_migrations.schema_migrations`.
//!
//! Where that table exists, the Supabase CLI believes it and nothing else. So a migration that is applied or rolled back
//! here is entered or removed there, in the same transaction.

use super::connection::Connection;
use super::error::PgError;
use super::sql::{self, Columns};
use crate::migration::name::MigrationName;
use crate::migration::script::Script;

/// Longer scripts are entered without their text, which the CLI only needs to write a missing file again.
const LONGEST_TEXT: usize = 1024 * 1024;

/// The table as it is here: it gained columns over the years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Supabase {
    has_name: bool,
    has_statements: bool,
    /// What the roles asked about may not do, in words.
    pub(super) missing: Vec<String>,
}

/// Looks for the table, and whether `writer` (none is the login) may keep it.
pub(super) async fn find(connection: &Connection, writer: Option<&str>) -> Result<Option<Supabase>, PgError> {
    let writer = writer.map_or_else(|| "session_user".to_owned(), sql::literal);
    let has = |privilege: &str| format!("pg_catalog.has_table_privilege(w.oid, c.oid, '{privilege}')");
    let column = |name: &str| {
        format!(
            "EXISTS (SELECT FROM pg_catalog.pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attname = '{name}' AND NOT a.attisdropped)"
        )
    };
    let question = format!(
        "SELECT {}, {}, {}, pg_catalog.has_schema_privilege(w.oid, n.oid, 'USAGE'), {}, {}, {}
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_catalog.pg_roles w ON w.rolname = {writer}
         WHERE n.nspname = 'supabase_migrations' AND c.relname = 'schema_migrations' AND c.relkind = 'r'",
        column("version"),
        column("name"),
        column("statements"),
        has("SELECT"),
        has("INSERT"),
        has("DELETE"),
    );
    let rows = sql::rows(connection, &question).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut columns = Columns::of(row);
    if !columns.truth()? {
        return Ok(None);
    }
    let (has_name, has_statements) = (columns.truth()?, columns.truth()?);
    let mut missing = Vec::new();
    for what in [
        "USAGE on the schema supabase_migrations",
        "SELECT on supabase_migrations.schema_migrations",
        "INSERT on supabase_migrations.schema_migrations",
        "DELETE on supabase_migrations.schema_migrations",
    ] {
        if !columns.truth()? {
            missing.push(what.to_owned());
        }
    }
    Ok(Some(Supabase { has_name, has_statements, missing }))
}

impl Supabase {
    /// The statement that enters a migration.
    pub(super) fn enter(&self, name: &MigrationName, script: &Script) -> String {
        let version = sql::literal(&name.version().to_string());
        let mut columns = vec!["version"];
        let mut values = vec![version];
        if self.has_name {
            let rest = name.as_str().split_once('_').map_or("", |(_, rest)| rest);
            columns.push("name");
            values.push(sql::literal(rest));
        }
        if self.has_statements && script.source().len() <= LONGEST_TEXT {
            let texts: Vec<String> =
                script.statements().iter().map(|statement| sql::literal(script.text(statement))).collect();
            columns.push("statements");
            values.push(format!("ARRAY[{}]::pg_catalog.text[]", texts.join(", ")));
        }
        format!(
            "INSERT INTO supabase_migrations.schema_migrations ({}) SELECT {} WHERE NOT EXISTS \
             (SELECT FROM supabase_migrations.schema_migrations s WHERE s.version = {})",
            columns.join(", "),
            values.join(", "),
            values[0]
        )
    }

    /// The statement that removes one.
    pub(super) fn remove(&self, name: &MigrationName) -> String {
        let version = sql::literal(&name.version().to_string());
        format!("DELETE FROM supabase_migrations.schema_migrations WHERE version = {version}")
    }
}
