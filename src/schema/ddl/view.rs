//! Views and materialized views.

use super::{Alteration, Family, Pair, common, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::View, Kind::MaterializedView], create, complete: nothing, alter, drop: drop_plain };

fn word(kind: Kind) -> &'static str {
    if kind == Kind::View { "VIEW" } else { "MATERIALIZED VIEW" }
}

fn statement(view: &Object, verb: &str) -> String {
    let kind = view.id.kind;
    let mut statement = format!("{verb} {} {}", word(kind), view.id);
    if let Some(method) = view.text(Attribute::AccessMethod) {
        statement.push_str(&format!(" USING {}", quoted(method)));
    }
    let options = common::with_options(view.pairs(Attribute::Options), "");
    if !options.is_empty() {
        statement.push_str(&format!(" WITH ({})", options.join(", ")));
    }
    if let Some(tablespace) = view.text(Attribute::Tablespace) {
        statement.push_str(&format!(" TABLESPACE {}", quoted(tablespace)));
    }
    statement.push_str(&format!(" AS\n{}", view.text(Attribute::Query).unwrap_or_default()));
    if kind == Kind::MaterializedView && view.flag(Attribute::Unpopulated) {
        statement.push_str("\nWITH NO DATA");
    }
    statement
}

fn create(view: &Object, snapshot: &Snapshot) -> Vec<String> {
    let mut statements = vec![statement(view, "CREATE")];
    let alter = format!("ALTER {} {}", word(view.id.kind), view.id);
    for column in snapshot.parts(&view.id, Kind::Column) {
        if let Some(default) = column.text(Attribute::Default) {
            statements.push(format!("{alter} ALTER COLUMN {} SET DEFAULT {default}", quoted(&column.id.name)));
        }
        statements.extend(super::column::settings(column, &alter));
        statements.extend(common::create(column, snapshot));
    }
    if let Some(identity) = view.text(Attribute::ReplicaIdentity) {
        statements.push(format!("{alter} REPLICA IDENTITY {}", identity.to_uppercase()));
    }
    statements
}

/// A view's columns as they follow from its query: name and type.
fn shape<'s>(view: &Object, snapshot: &'s Snapshot) -> Vec<(&'s str, Option<&'s str>, Option<&'s str>)> {
    let mut columns: Vec<&Object> = snapshot.parts(&view.id, Kind::Column).iter().collect();
    columns.sort_by_key(|column| column.number(Attribute::Position));
    let said =
        |column: &'s Object| (&*column.id.name, column.text(Attribute::DataType), column.text(Attribute::Collation));
    columns.into_iter().map(said).collect()
}

fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let mut statements = Vec::new();
    if pair.differs(Attribute::Query) {
        if to.id.kind == Kind::MaterializedView {
            return Alteration::remake("The query of a materialized view cannot be altered.");
        }
        let (before, after) = (shape(from, pair.from_schema), shape(to, pair.to_schema));
        // A view may only gain columns, at its end.
        if !after.starts_with(&before) {
            return Alteration::remake("Its columns change, and a view may only gain some at its end.");
        }
        statements.push(statement(to, "CREATE OR REPLACE"));
    }
    let alter = format!("ALTER {} {}", word(to.id.kind), to.id);
    let clauses = common::set_options(from.pairs(Attribute::Options), to.pairs(Attribute::Options), "");
    statements.extend(clauses.into_iter().map(|clause| format!("{alter} {clause}")));
    if pair.differs(Attribute::AccessMethod) {
        let method = to.text(Attribute::AccessMethod).unwrap_or("heap");
        statements.push(format!("{alter} SET ACCESS METHOD {}", quoted(method)));
    }
    if pair.differs(Attribute::Tablespace) {
        let tablespace = to.text(Attribute::Tablespace).unwrap_or("pg_default");
        statements.push(format!("{alter} SET TABLESPACE {}", quoted(tablespace)));
    }
    if pair.differs(Attribute::ReplicaIdentity) {
        let identity = to.text(Attribute::ReplicaIdentity).unwrap_or("default");
        statements.push(format!("{alter} REPLICA IDENTITY {}", identity.to_uppercase()));
    }
    Alteration::of(statements)
}
