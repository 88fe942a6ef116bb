//! Columns of tables, foreign tables, views and composite types.

use super::{Alteration, Family, Pair, common, nothing, relation_of};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family { kinds: &[Kind::Column], create, complete: nothing, alter, drop };

/// A column as CREATE TABLE and ADD COLUMN have it. What these cannot say is in [`settings`].
pub(super) fn clause(column: &Object, snapshot: &Snapshot) -> String {
    let mut clause = format!("{} {}", quoted(&column.id.name), column.text(Attribute::DataType).unwrap_or_default());
    clause.push_str(&common::foreign_options(column.pairs(Attribute::ForeignOptions)));
    if let Some(collation) = column.text(Attribute::Collation) {
        clause.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = column.text(Attribute::Default) {
        clause.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some(expression) = column.text(Attribute::Generated) {
        let kept = if column.flag(Attribute::Virtual) { "VIRTUAL" } else { "STORED" };
        clause.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {kept}"));
    }
    if let Some(identity) = column.text(Attribute::Identity) {
        clause.push_str(&format!(" GENERATED {} AS IDENTITY", identity.to_uppercase()));
        clause.push_str(&identity_options(column, snapshot));
    }
    if column.flag(Attribute::NotNull) && !column.flag(Attribute::NotNullUnvalidated) {
        if let Some(name) = column.text(Attribute::NotNullName) {
            clause.push_str(&format!(" CONSTRAINT {}", quoted(name)));
        }
        clause.push_str(" NOT NULL");
        if column.flag(Attribute::NotNullNoInherit) {
            clause.push_str(" NO INHERIT");
        }
    }
    clause
}

/// The sequence of an identity column, in parentheses.
fn identity_options(column: &Object, snapshot: &Snapshot) -> String {
    let name = column.id.to_string();
    let is_of_column = |sequence: &&Object| sequence.text(Attribute::IdentityOf) == Some(name.as_str());
    // It mostly has the name that the server gave it, which saves looking through all of them.
    let usual = format!("{}_{}_seq", column.id.relation.as_deref().unwrap_or_default(), column.id.name);
    let usual = ObjectId { kind: Kind::Sequence, schema: column.id.schema.clone(), relation: None, name: usual.into() };
    let usual = snapshot.get(&usual).filter(is_of_column);
    match usual.or_else(|| snapshot.of_kind(Kind::Sequence).iter().find(is_of_column)) {
        Some(sequence) => format!(" (SEQUENCE NAME {}{})", sequence.id, super::sequence::options(sequence)),
        None => String::new(),
    }
}

/// What is said of a column after it has been made.
pub(super) fn settings(column: &Object, alter_table: &str) -> Vec<String> {
    let name = quoted(&column.id.name);
    let alter = format!("{alter_table} ALTER COLUMN {name}");
    let mut statements = Vec::new();
    if column.flag(Attribute::NotNullUnvalidated) {
        let constraint = column.text(Attribute::NotNullName).map(|name| format!("CONSTRAINT {} ", quoted(name)));
        statements.push(format!("{alter_table} ADD {}NOT NULL {name} NOT VALID", constraint.unwrap_or_default()));
    }
    if let Some(storage) = column.text(Attribute::Storage) {
        statements.push(format!("{alter} SET STORAGE {}", storage.to_uppercase()));
    }
    if let Some(method) = column.text(Attribute::Compression) {
        statements.push(format!("{alter} SET COMPRESSION {method}"));
    }
    if let Some(target) = column.number(Attribute::StatisticsTarget) {
        statements.push(format!("{alter} SET STATISTICS {target}"));
    }
    let options = common::set_options(&[], column.pairs(Attribute::Options), "");
    statements.extend(options.into_iter().map(|clause| format!("{alter} {clause}")));
    statements
}

/// `ALTER TABLE public.orders`, with the word that the relation's kind wants.
fn alter_relation(column: &Object, snapshot: &Snapshot) -> String {
    let table = column.id.whole().unwrap_or_default();
    let word = match relation_of(&column.id, snapshot).map(|relation| relation.id.kind) {
        Some(Kind::ForeignTable) => "FOREIGN TABLE",
        Some(Kind::View) => "VIEW",
        Some(Kind::MaterializedView) => "MATERIALIZED VIEW",
        Some(Kind::CompositeType) => "TYPE",
        _ => "TABLE",
    };
    format!("ALTER {word} {table}")
}

fn is_of_type(alter: &str) -> bool {
    alter.starts_with("ALTER TYPE ")
}

fn create(column: &Object, snapshot: &Snapshot) -> Vec<String> {
    let alter = alter_relation(column, snapshot);
    let word = if is_of_type(&alter) { "ATTRIBUTE" } else { "COLUMN" };
    let mut statements = vec![format!("{alter} ADD {word} {}", clause(column, snapshot))];
    statements.extend(settings(column, &alter));
    statements
}

fn drop(column: &Object) -> Vec<String> {
    let table = column.id.whole().unwrap_or_default();
    vec![format!("ALTER TABLE {table} DROP COLUMN {}", quoted(&column.id.name))]
}

fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let alter = alter_relation(to, pair.to_schema);
    let name = quoted(&to.id.name);
    let unreachable: Vec<Attribute> =
        [Attribute::Position, Attribute::Inherited].into_iter().filter(|attribute| pair.differs(*attribute)).collect();
    if is_of_type(&alter) {
        let mut statements = Vec::new();
        if pair.first_of(&[Attribute::DataType, Attribute::Collation]).is_some() {
            statements.push(format!("{alter} ALTER ATTRIBUTE {name} SET DATA TYPE {}", typed(to)));
        }
        return Alteration { statements, unreachable, remake: None };
    }
    let generated = [Attribute::Generated, Attribute::Virtual];
    if pair.first_of(&generated).is_some() && !stays_generated(pair) && to.get(Attribute::Generated).is_some() {
        return Alteration::remake("A column that is computed must be made again to be computed in another way.");
    }
    let mut statements = Vec::new();
    let mut say = |clause: String| statements.push(format!("{alter} ALTER COLUMN {name} {clause}"));
    let retyped = pair.first_of(&[Attribute::DataType, Attribute::Collation]).is_some();
    if stays_generated(pair) {
        say(format!("SET EXPRESSION AS ({})", to.text(Attribute::Generated).unwrap_or_default()));
    } else if pair.differs(Attribute::Generated) {
        say("DROP EXPRESSION".to_owned());
    }
    if pair.differs(Attribute::Identity) && to.get(Attribute::Identity).is_none() {
        say("DROP IDENTITY".to_owned());
    }
    // A default may have no cast to the new type.
    let drops_default = from.get(Attribute::Default).is_some() && (retyped || to.get(Attribute::Default).is_none());
    if drops_default {
        say("DROP DEFAULT".to_owned());
    }
    if retyped {
        let is_view = alter.contains("VIEW ");
        if !is_view {
            say(format!("SET DATA TYPE {} USING {}", typed(to), super::cast::converted(pair, &name)));
        }
    }
    if let Some(default) = to.text(Attribute::Default)
        && (drops_default || pair.differs(Attribute::Default))
    {
        say(format!("SET DEFAULT {default}"));
    }
    if pair.differs(Attribute::NotNull) {
        say(if to.flag(Attribute::NotNull) { "SET NOT NULL" } else { "DROP NOT NULL" }.to_owned());
    }
    if pair.differs(Attribute::Identity)
        && let Some(identity) = to.text(Attribute::Identity)
    {
        let identity = identity.to_uppercase();
        match from.get(Attribute::Identity) {
            Some(_) => say(format!("SET GENERATED {identity}")),
            None => say(format!("ADD GENERATED {identity} AS IDENTITY{}", identity_options(to, pair.to_schema))),
        }
    }
    if pair.differs(Attribute::Storage) {
        let storage = to.text(Attribute::Storage).unwrap_or_else(|| default_storage(to, pair.from_schema));
        say(format!("SET STORAGE {}", storage.to_uppercase()));
    }
    if pair.differs(Attribute::Compression) {
        say(format!("SET COMPRESSION {}", to.text(Attribute::Compression).unwrap_or("default")));
    }
    if pair.differs(Attribute::StatisticsTarget) {
        say(format!("SET STATISTICS {}", to.number(Attribute::StatisticsTarget).unwrap_or(-1)));
    }
    for clause in common::set_options(from.pairs(Attribute::Options), to.pairs(Attribute::Options), "") {
        say(clause);
    }
    let options =
        common::alter_foreign_options(from.pairs(Attribute::ForeignOptions), to.pairs(Attribute::ForeignOptions));
    if let Some(clause) = options {
        say(clause);
    }
    if from.flag(Attribute::NotNullUnvalidated)
        && to.flag(Attribute::NotNull)
        && !to.flag(Attribute::NotNullUnvalidated)
    {
        let constraint = constraint_name(from);
        statements.push(format!("{alter} VALIDATE CONSTRAINT {}", quoted(&constraint)));
    }
    Alteration { statements, unreachable, remake: None }
}

/// How a column is stored if nothing is said. Servers know from 16 on; until then it is said for them.
fn default_storage(column: &Object, snapshot: &Snapshot) -> &'static str {
    let data_type = column.text(Attribute::DataType).unwrap_or_default();
    if snapshot.server.major >= 16 {
        "default"
    } else if ["numeric", "inet", "cidr"].iter().any(|word| data_type.starts_with(word)) {
        "main"
    } else {
        "extended"
    }
}

/// Whether only the expression of a stored column changes, which servers know how to do from 17 on.
fn stays_generated(pair: Pair<'_>) -> bool {
    pair.differs(Attribute::Generated)
        && !pair.differs(Attribute::Virtual)
        && pair.from.get(Attribute::Generated).is_some()
        && pair.to.get(Attribute::Generated).is_some()
        && pair.from_schema.server.major >= 17
}

fn typed(column: &Object) -> String {
    let data_type = column.text(Attribute::DataType).unwrap_or_default();
    match column.text(Attribute::Collation) {
        Some(collation) => format!("{data_type} COLLATE {collation}"),
        None => data_type.to_owned(),
    }
}

/// The name of a column's NOT NULL constraint (18 and later).
pub(super) fn constraint_name(column: &Object) -> String {
    column.text(Attribute::NotNullName).map_or_else(
        || crate::schema::name::not_null_name(column.id.relation.as_deref().unwrap_or_default(), &column.id.name),
        str::to_owned,
    )
}
