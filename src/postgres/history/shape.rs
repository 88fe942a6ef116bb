//! Whether what stands in the history table's place can be used as one, and by whom.

use crate::migration::table::quote_identifier;
use crate::migration::text::printable;
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::sql::{self, Columns};

use super::{HistoryState, HistoryTable};

/// The columns that the governance document defines, and the types in which they may come (`format_type`).
const COLUMNS: [(&str, &[&str]); 9] = [
    ("id", &["integer", "bigint"]),
    ("migration_name", &["text", "character varying"]),
    ("applied_at", &["timestamp with time zone"]),
    ("applied_by", &["text", "character varying"]),
    ("execution_time", &["interval"]),
    ("checksum", &["text", "character varying"]),
    ("rollback_applied", &["boolean"]),
    ("rollback_at", &["timestamp with time zone"]),
    ("metadata", &["jsonb"]),
];

/// What one role may do with the history table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) struct Rights {
    /// Whether it may read all rows.
    pub(in crate::postgres) read: bool,
    /// What it may not do, in words.
    pub(in crate::postgres) missing: Vec<String>,
}

/// A history table as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) struct Shape {
    /// Its oid.
    pub(in crate::postgres) oid: u32,
    /// The columns that a row can be put back into: all but generated ones.
    pub(in crate::postgres) insertable: Vec<String>,
    /// What the login may do.
    pub(in crate::postgres) login: Rights,
    /// What the policy's role may do, if one was asked about and it exists.
    pub(in crate::postgres) role: Option<Rights>,
}

/// What was found in the history table's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) enum Found {
    /// Nothing.
    Nothing,
    /// Something that cannot be used: why not.
    Misshapen(String),
    /// A history table.
    Table(Shape),
}

impl Found {
    /// The same, from the login's point of view.
    pub(super) fn state(self) -> HistoryState {
        match self {
            Found::Nothing => HistoryState::Absent,
            Found::Misshapen(why) => HistoryState::WrongShape(why),
            Found::Table(shape) => HistoryState::Present {
                readable: shape.login.read,
                writable: shape.login.missing.is_empty(),
                missing: shape.login.missing,
            },
        }
    }
}

/// Looks at the history table in the catalog. No lock is taken on it, and no privilege on it is needed.
pub(in crate::postgres) async fn find(
    connection: &Connection,
    table: &HistoryTable,
    role: Option<&str>,
) -> Result<Found, PgError> {
    let (columns, rights) = (columns_question(table), rights_question(table, role));
    let (columns, rights) = tokio::join!(sql::rows(connection, &columns), sql::rows(connection, &rights));
    let (columns, rights) = (columns?, rights?);
    let Some(first) = columns.first() else { return Ok(Found::Nothing) };
    let mut about_table = Columns::of(first);
    let oid = about_table.number()?.unwrap_or_default();
    let kind = about_table.string()?;
    let is_unique = about_table.truth()?;
    let mut found = Vec::with_capacity(columns.len());
    for row in &columns {
        let mut about_column = Columns::of(row).skipping(3);
        found.push(Column {
            name: about_column.string()?,
            type_name: about_column.string()?,
            insertable: about_column.truth()?,
        });
    }
    if let Some(why) = misshapen(table, &kind, is_unique, &found) {
        return Ok(Found::Misshapen(why));
    }
    let (mut login, mut of_role) = (None, None);
    for row in &rights {
        let mut columns = Columns::of(row);
        let is_login = columns.truth()?;
        let rights = read_rights(&mut columns, table)?;
        *(if is_login { &mut login } else { &mut of_role }) = Some(rights);
    }
    let login = login.ok_or_else(|| PgError::Protocol("the login's own role is not in pg_roles.".to_owned()))?;
    let insertable = found.into_iter().filter(|column| column.insertable).map(|column| column.name).collect();
    Ok(Found::Table(Shape { oid, insertable, login, role: of_role }))
}

struct Column {
    name: String,
    type_name: String,
    insertable: bool,
}

fn columns_question(table: &HistoryTable) -> String {
    format!(
        "SELECT c.oid, c.relkind,
                EXISTS (SELECT FROM pg_catalog.pg_index i
                        JOIN pg_catalog.pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
                        WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                          AND i.indpred IS NULL AND i.indnkeyatts = 1 AND k.attname = 'migration_name'),
                a.attname, pg_catalog.format_type(a.atttypid, NULL), a.attgenerated = ''
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE n.nspname = {} AND c.relname = {}
         ORDER BY a.attnum",
        sql::literal(&table.schema),
        sql::literal(&table.table),
    )
}

/// Asks for the privileges of the login and of `role`, which is another row unless it is the login itself.
fn rights_question(table: &HistoryTable, role: Option<&str>) -> String {
    let privilege = |name: &str| format!("pg_catalog.has_table_privilege(w.oid, c.oid, '{name}')");
    format!(
        "SELECT w.rolname = session_user,
                pg_catalog.has_schema_privilege(w.oid, n.oid, 'USAGE'), {}, {}, {}, {},
                coalesce((SELECT pg_catalog.has_sequence_privilege(w.oid, q.oid, 'USAGE')
                          FROM pg_catalog.pg_depend d
                          JOIN pg_catalog.pg_class q ON q.oid = d.objid AND q.relkind = 'S'
                          JOIN pg_catalog.pg_attribute k ON k.attrelid = c.oid AND k.attnum = d.refobjsubid
                          WHERE d.refobjid = c.oid AND k.attname = 'id' AND d.deptype = 'a' LIMIT 1), true),
                c.relrowsecurity AND NOT (w.rolsuper OR w.rolbypassrls)
                    AND (c.relforcerowsecurity OR NOT pg_catalog.pg_has_role(w.oid, c.relowner, 'USAGE'))
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_catalog.pg_roles w ON w.rolname IN (session_user, {})
         WHERE n.nspname = {} AND c.relname = {}",
        privilege("SELECT"),
        privilege("INSERT"),
        privilege("UPDATE"),
        privilege("DELETE"),
        sql::optional_literal(role),
        sql::literal(&table.schema),
        sql::literal(&table.table),
    )
}

fn read_rights(columns: &mut Columns<'_>, table: &HistoryTable) -> Result<Rights, PgError> {
    let mut missing = Vec::new();
    let schema = columns.truth()?;
    if !schema {
        missing.push(format!("USAGE on the schema {}", quote_identifier(&table.schema)));
    }
    let mut read = schema;
    for privilege in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
        if !columns.truth()? {
            missing.push(format!("{privilege} on {table}"));
            read &= privilege != "SELECT";
        }
    }
    if !columns.truth()? {
        missing.push(format!("USAGE on the sequence of {table}.id"));
    }
    if columns.truth()? {
        missing.push(format!("seeing all rows of {table}: its row-level security may hide some"));
        read = false;
    }
    Ok(Rights { read, missing })
}

/// Why a relation cannot be used as history, if it cannot.
fn misshapen(table: &HistoryTable, kind: &str, is_unique: bool, columns: &[Column]) -> Option<String> {
    match kind {
        "r" | "p" => {}
        "v" => return Some(format!("{table} is a view, not a table.")),
        "m" => return Some(format!("{table} is a materialized view, not a table.")),
        "f" => return Some(format!("{table} is a foreign table.")),
        _ => return Some(format!("{table} is not a table.")),
    }
    let mut faults = Vec::new();
    for (name, types) in COLUMNS {
        match columns.iter().find(|column| column.name == name) {
            None => faults.push(format!("it has no column {name}")),
            Some(column) if !types.contains(&column.type_name.as_str()) => {
                faults.push(format!("its column {name} is of type {}, not {}", printable(&column.type_name), types[0]));
            }
            Some(_) => {}
        }
    }
    if faults.is_empty() && !is_unique {
        faults.push("its column migration_name is not unique".to_owned());
    }
    (!faults.is_empty()).then(|| format!("{table} is not a history table: {}.", faults.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn columns(change: impl Fn(&str) -> Option<&'static str>) -> Vec<Column> {
        let column = |(name, types): &(&str, &[&str])| Column {
            name: (*name).to_owned(),
            type_name: change(name).unwrap_or(types[0]).to_owned(),
            insertable: true,
        };
        COLUMNS.iter().map(column).filter(|column| column.type_name != "gone").collect()
    }

    #[rstest]
    #[case::as_defined("r", true, "", "", None)]
    #[case::wide_id("r", true, "id", "bigint", None)]
    #[case::view("v", true, "", "", Some("public.migrations_history is a view, not a table."))]
    #[case::no_checksum(
        "r",
        true,
        "checksum",
        "gone",
        Some("public.migrations_history is not a history table: it has no column checksum.")
    )]
    #[case::other_type(
        "r",
        true,
        "applied_at",
        "timestamp without time zone",
        Some(
            "public.migrations_history is not a history table: its column applied_at is of type timestamp without \
             time zone, not timestamp with time zone."
        )
    )]
    #[case::twice(
        "r",
        false,
        "",
        "",
        Some("public.migrations_history is not a history table: its column migration_name is not unique.")
    )]
    fn only_a_table_of_the_right_shape_is_a_history(
        #[case] kind: &str,
        #[case] is_unique: bool,
        #[case] changed: &str,
        #[case] type_name: &'static str,
        #[case] expected: Option<&str>,
    ) {
        let columns = columns(|name| (name == changed).then_some(type_name));
        assert_eq!(misshapen(&HistoryTable::default(), kind, is_unique, &columns).as_deref(), expected);
    }
}
