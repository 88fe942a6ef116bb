//! Tables, partitioned tables and partitions, foreign tables, composite types.

use std::borrow::Cow;

use super::{Alteration, Family, Pair, column, common, drop_plain};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::{Name, dotted, quoted};
use crate::schema::object::{Attributes, Object, ObjectId};
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Table, Kind::ForeignTable, Kind::CompositeType],
    create,
    complete,
    alter,
    drop: drop_plain,
};

/// The columns in their order.
fn columns<'s>(table: &ObjectId, snapshot: &'s Snapshot) -> Vec<&'s Object> {
    let mut columns: Vec<&Object> = snapshot.parts(table, Kind::Column).iter().collect();
    columns.sort_by_key(|column| column.number(Attribute::Position));
    columns
}

/// The word that CREATE and ALTER want.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::ForeignTable => "FOREIGN TABLE",
        Kind::CompositeType => "TYPE",
        _ => "TABLE",
    }
}

fn create(table: &Object, snapshot: &Snapshot) -> Vec<String> {
    let columns = columns(&table.id, snapshot);
    let list = |items: Vec<String>| {
        if items.is_empty() { "()".to_owned() } else { format!("(\n    {}\n)", items.join(",\n    ")) }
    };
    let kind = table.id.kind;
    if kind == Kind::CompositeType {
        let items = columns.iter().map(|column| column::clause(column, snapshot)).collect();
        let mut statements = vec![format!("CREATE TYPE {} AS {}", table.id, list(items))];
        statements.extend(columns.iter().flat_map(|column| common::create(column, snapshot)));
        return statements;
    }
    let is_partition = table.get(Attribute::PartitionBound).is_some();
    let is_child = table.get(Attribute::Inherits).is_some() && !is_partition;
    let of_type = table.text(Attribute::OfType);
    let unlogged = if table.text(Attribute::Persistence) == Some("unlogged") { "UNLOGGED " } else { "" };
    let mut statement = format!("CREATE {unlogged}{} {}", word(kind), table.id);
    match of_type {
        Some(of_type) => {
            statement.push_str(&format!(" OF {of_type}"));
            let items: Vec<String> = columns.iter().filter_map(|column| typed_column(column)).collect();
            if !items.is_empty() {
                statement.push_str(&format!(" {}", list(items)));
            }
        }
        None => {
            let own = columns.iter().filter(|column| !(is_child && column.flag(Attribute::Inherited)));
            let own = own.map(|column| without_inherited_expression(table, column, snapshot));
            let mut items: Vec<String> = own.map(|column| column::clause(&column, snapshot)).collect();
            if is_partition {
                // It must have them before it can be attached.
                items.extend(inherited_checks(table, snapshot));
            }
            statement.push_str(&format!(" {}", list(items)));
        }
    }
    if is_child {
        statement.push_str(&format!("\nINHERITS ({})", table.list(Attribute::Inherits).join(", ")));
    }
    if let Some(key) = table.text(Attribute::PartitionKey) {
        statement.push_str(&format!("\nPARTITION BY {key}"));
    }
    if let Some(server) = table.text(Attribute::Server) {
        let options = common::foreign_options(table.pairs(Attribute::ForeignOptions));
        statement.push_str(&format!("\nSERVER {}{options}", quoted(server)));
    }
    if let Some(method) = table.text(Attribute::AccessMethod) {
        statement.push_str(&format!("\nUSING {}", quoted(method)));
    }
    let mut options = common::with_options(table.pairs(Attribute::Options), "");
    options.extend(common::with_options(table.pairs(Attribute::ToastOptions), "toast."));
    if !options.is_empty() {
        statement.push_str(&format!("\nWITH ({})", options.join(", ")));
    }
    if let Some(tablespace) = table.text(Attribute::Tablespace) {
        statement.push_str(&format!("\nTABLESPACE {}", quoted(tablespace)));
    }
    let mut statements = vec![statement];
    let alter = format!("ALTER {} {}", word(kind), table.id);
    for column in columns {
        if is_child && column.flag(Attribute::Inherited) {
            statements.extend(overridden_default(table, column, snapshot));
        }
        statements.extend(column::settings(column, &alter));
        statements.extend(common::create(column, snapshot));
    }
    statements.extend(switches(None, table));
    statements
}

/// What a typed table says of a column of its type.
fn typed_column(column: &Object) -> Option<String> {
    let mut said = String::new();
    if let Some(default) = column.text(Attribute::Default) {
        said.push_str(&format!(" DEFAULT {default}"));
    }
    if column.flag(Attribute::NotNull) {
        said.push_str(" NOT NULL");
    }
    (!said.is_empty()).then(|| format!("{} WITH OPTIONS{said}", quoted(&column.id.name)))
}

/// The columns of a child's parents that have the name of this one of its own.
fn columns_above<'s>(
    table: &'s Object,
    column: &'s Object,
    snapshot: &'s Snapshot,
) -> impl Iterator<Item = &'s Object> {
    table.list(Attribute::Inherits).iter().filter_map(|parent| {
        let parent = find_table(parent, snapshot)?;
        snapshot.get(&parent.id.part(Kind::Column, column.id.name.clone()))
    })
}

/// A child's own column without the expression that it is generated from, where that comes from above: servers before
/// 16 refuse to have it said again.
fn without_inherited_expression<'s>(table: &'s Object, column: &'s Object, snapshot: &'s Snapshot) -> Cow<'s, Object> {
    let expression = column.get(Attribute::Generated);
    let is_same = |above: &Object| above.get(Attribute::Generated) == expression;
    let is_partition = table.get(Attribute::PartitionBound).is_some();
    if is_partition || expression.is_none() || !columns_above(table, column, snapshot).any(is_same) {
        return Cow::Borrowed(column);
    }
    let attributes = Attributes::without(column.attributes(), Attribute::Generated);
    Cow::Owned(Object::new(column.id.clone(), attributes))
}

/// A default that a child has in another way than its parents.
fn overridden_default(table: &Object, column: &Object, snapshot: &Snapshot) -> Option<String> {
    let mut defaults = columns_above(table, column, snapshot).map(|parent| parent.text(Attribute::Default));
    let own = column.text(Attribute::Default);
    if defaults.all(|default| default == own) {
        return None;
    }
    let name = quoted(&column.id.name);
    let clause = own.map_or_else(|| "DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}"));
    Some(format!("ALTER TABLE {} ALTER COLUMN {name} {clause}", table.id))
}

/// The CHECK constraints that a table has from those above it.
fn inherited_checks(table: &Object, snapshot: &Snapshot) -> Vec<String> {
    let mut checks = Vec::new();
    for parent in table.list(Attribute::Inherits).iter().filter_map(|parent| find_table(parent, snapshot)) {
        for check in snapshot.parts(&parent.id, Kind::Constraint) {
            if check.text(Attribute::ConstraintType) == Some("check") && !check.flag(Attribute::NoInherit) {
                let definition = check.text(Attribute::Definition).unwrap_or_default();
                checks.push(format!("CONSTRAINT {} {definition}", quoted(&check.id.name)));
            }
        }
        checks.extend(inherited_checks(parent, snapshot));
    }
    checks
}

/// The table, foreign or not, of this qualified name.
pub(in crate::schema) fn find_table<'s>(qualified: &str, snapshot: &'s Snapshot) -> Option<&'s Object> {
    let [schema, name] = <[_; 2]>::try_from(dotted(qualified)).ok()?;
    let mut id = ObjectId::in_schema(Kind::Table, schema, name);
    snapshot.get(&id).or_else(|| {
        id.kind = Kind::ForeignTable;
        snapshot.get(&id)
    })
}

fn complete(table: &Object, _: &Snapshot) -> Vec<String> {
    attach(table).into_iter().collect()
}

fn attach(table: &Object) -> Option<String> {
    let bound = table.text(Attribute::PartitionBound)?;
    let parent = table.list(Attribute::Inherits).first()?;
    Some(format!("ALTER TABLE {parent} ATTACH PARTITION {} {bound}", table.id))
}

/// What takes a partition out of its table.
pub fn detach(table: &Object) -> Option<String> {
    table.get(Attribute::PartitionBound)?;
    let parent = table.list(Attribute::Inherits).first()?;
    Some(format!("ALTER TABLE {parent} DETACH PARTITION {}", table.id))
}

/// Row security and replica identity.
fn switches(from: Option<&Object>, table: &Object) -> Vec<String> {
    let mut clauses = Vec::new();
    for (attribute, on, off) in [
        (Attribute::RowSecurity, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
        (Attribute::ForcedRowSecurity, "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
    ] {
        if from.is_some_and(|from| from.flag(attribute)) != table.flag(attribute) {
            clauses.push(if table.flag(attribute) { on.to_owned() } else { off.to_owned() });
        }
    }
    let identity = |table: &Object| table.text(Attribute::ReplicaIdentity).map(str::to_uppercase);
    if from.and_then(identity) != identity(table) {
        clauses.push(format!("REPLICA IDENTITY {}", identity(table).as_deref().unwrap_or("DEFAULT")));
    }
    clauses.into_iter().map(|clause| format!("ALTER TABLE {} {clause}", table.id)).collect()
}

fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let kind = to.id.kind;
    if let Some(remade) = pair.remade_by(&[Attribute::PartitionKey, Attribute::Server]) {
        return remade;
    }
    let mut statements = Vec::new();
    let parents = [Attribute::PartitionBound, Attribute::Inherits];
    if pair.first_of(&parents).is_some() {
        statements.extend(detach(from));
        if from.get(Attribute::PartitionBound).is_none() {
            let gone =
                from.list(Attribute::Inherits).iter().filter(|parent| !to.list(Attribute::Inherits).contains(parent));
            statements.extend(gone.map(|parent| format!("ALTER TABLE {} NO INHERIT {parent}", to.id)));
        }
        if to.get(Attribute::PartitionBound).is_none() {
            let before: &[Name] =
                if from.get(Attribute::PartitionBound).is_none() { from.list(Attribute::Inherits) } else { &[] };
            let new = to.list(Attribute::Inherits).iter().filter(|parent| !before.contains(parent));
            statements.extend(new.map(|parent| format!("ALTER TABLE {} INHERIT {parent}", to.id)));
        }
        statements.extend(attach(to));
    }
    let alter = format!("ALTER {} {}", word(kind), to.id);
    if pair.differs(Attribute::OfType) {
        let clause = to.text(Attribute::OfType).map_or_else(|| "NOT OF".to_owned(), |of_type| format!("OF {of_type}"));
        statements.push(format!("{alter} {clause}"));
    }
    if pair.differs(Attribute::Persistence) {
        let clause = if to.get(Attribute::Persistence).is_some() { "SET UNLOGGED" } else { "SET LOGGED" };
        statements.push(format!("{alter} {clause}"));
    }
    if pair.differs(Attribute::AccessMethod) {
        let method = to.text(Attribute::AccessMethod).unwrap_or("heap");
        statements.push(format!("{alter} SET ACCESS METHOD {}", quoted(method)));
    }
    for (attribute, prefix) in [(Attribute::Options, ""), (Attribute::ToastOptions, "toast.")] {
        let clauses = common::set_options(from.pairs(attribute), to.pairs(attribute), prefix);
        statements.extend(clauses.into_iter().map(|clause| format!("{alter} {clause}")));
    }
    let options =
        common::alter_foreign_options(from.pairs(Attribute::ForeignOptions), to.pairs(Attribute::ForeignOptions));
    statements.extend(options.map(|clause| format!("{alter} {clause}")));
    if pair.differs(Attribute::Tablespace) {
        let tablespace = to.text(Attribute::Tablespace).unwrap_or("pg_default");
        statements.push(format!("{alter} SET TABLESPACE {}", quoted(tablespace)));
    }
    statements.extend(switches(Some(from), to));
    Alteration::of(statements)
}
