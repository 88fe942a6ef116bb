//! Whether the schema was changed while it was read.
//!
//! The transaction sees one moment, but functions of the server that write a definition look at the catalogs as they are
//! now: of an object that was dropped meanwhile they tell nothing, and of one that was altered the new state. What the
//! transaction still sees although another one has removed or replaced it shows that this may have happened.

use super::columns::{Columns, Rows};
use crate::postgres::error::PgError;

/// The catalogs that such functions look at, in every version, with the column that says whose schema or relation a row is
/// about: temporary ones come and go all the time, and concern nobody.
const CATALOGS: &[(&str, About)] = &[
    ("pg_aggregate", About::Everybody),
    ("pg_am", About::Everybody),
    ("pg_attrdef", About::Relation("adrelid")),
    ("pg_attribute", About::Relation("attrelid")),
    ("pg_collation", About::Everybody),
    ("pg_constraint", About::Schema("connamespace")),
    ("pg_enum", About::Everybody),
    ("pg_index", About::Relation("indrelid")),
    ("pg_language", About::Everybody),
    ("pg_namespace", About::Everybody),
    ("pg_opclass", About::Everybody),
    ("pg_operator", About::Everybody),
    ("pg_opfamily", About::Everybody),
    ("pg_partitioned_table", About::Relation("partrelid")),
    ("pg_proc", About::Schema("pronamespace")),
    ("pg_rewrite", About::Relation("ev_class")),
    ("pg_statistic_ext", About::Everybody),
    ("pg_trigger", About::Relation("tgrelid")),
    ("pg_ts_config", About::Everybody),
    ("pg_ts_dict", About::Everybody),
    ("pg_type", About::Schema("typnamespace")),
];

/// What a row of a catalog is about.
#[derive(Clone, Copy)]
enum About {
    Relation(&'static str),
    Schema(&'static str),
    Everybody,
}

impl About {
    /// The condition that leaves out what is temporary.
    fn condition(self) -> String {
        match self {
            Self::Relation(column) => {
                format!(" AND NOT EXISTS (SELECT FROM pg_class AS r WHERE r.oid = {column} AND r.relpersistence = 't')")
            }
            Self::Schema(column) => format!(
                " AND NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.oid = {column} AND n.nspname ~ '^pg_(toast_)?temp_')"
            ),
            Self::Everybody => String::new(),
        }
    }
}

/// A relation's row is written anew when it is truncated or filled, too: what counts is that it is there by its name.
const RELATIONS: &str = "SELECT c.xmax AS xid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.xmax <> 0 AND c.relpersistence <> 't'
       AND c.oid::regclass::text NOT IN (quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(c.relname))";

/// Whether somebody has committed such a change since the transaction began. A row that is seen and has an `xmax` was
/// removed or replaced later, or by somebody who gave up; that is asked of the few there are.
pub(super) fn question() -> String {
    let rows = CATALOGS
        .iter()
        .map(|(catalog, about)| format!("SELECT xmax AS xid FROM {catalog} WHERE xmax <> 0{}", about.condition()));
    let rows: Vec<String> = rows.chain([RELATIONS.to_owned()]).collect();
    format!(
        "SELECT EXISTS (
             SELECT FROM ({}) AS removed,
                         (SELECT next, age(next::xid) AS age FROM pg_snapshot_xmax(pg_current_snapshot()) AS next) AS now
             WHERE age(removed.xid) >= 0
               AND pg_xact_status((now.next::text::bigint + now.age - age(removed.xid))::text::xid8) = 'committed')",
        rows.join(" UNION ALL ")
    )
}

/// What the answer says.
pub(super) fn is_changed(rows: &Rows) -> Result<bool, PgError> {
    rows.into_iter().next().map_or(Ok(false), |row| Columns::of(row).flag())
}
