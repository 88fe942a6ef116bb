//! Which tables are large, as the server estimates.

use super::connection::Connection;
use super::error::PgError;
use super::sql::{self, Columns};

/// A table and how many rows it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Large {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Its rows: `pg_class.reltuples`, which VACUUM and ANALYZE keep; of a partitioned table, those of its parts.
    pub rows: u64,
}

/// The tables that have at least so many rows.
///
/// # Errors
/// The catalog could not be read.
pub async fn tables(connection: &Connection, least: u64) -> Result<Vec<Large>, PgError> {
    let question = format!(
        "SELECT n.nspname, c.relname, r.rows::bigint
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL (
           SELECT CASE c.relkind
             WHEN 'p' THEN (SELECT coalesce(sum(greatest(p.reltuples, 0)), 0)
                            FROM pg_catalog.pg_partition_tree(c.oid) t
                            JOIN pg_catalog.pg_class p ON p.oid = t.relid AND p.relkind = 'r')
             ELSE greatest(c.reltuples, 0)
           END AS rows
         ) r
         WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND r.rows >= {least}
         ORDER BY 1, 2"
    );
    let rows = sql::rows(connection, &question).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let (schema, table) = (columns.string()?, columns.string()?);
            let rows = columns.number::<u64>()?.unwrap_or_default();
            Ok(Large { schema, table, rows })
        })
        .collect()
}
