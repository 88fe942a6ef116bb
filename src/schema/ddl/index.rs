//! Indexes, and what is said of the indexes of constraints.

use super::{Alteration, Family, Pair, common, drop_plain, relation_of};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Index], create, complete: attach_index, alter, drop: drop_plain };

fn create(index: &Object, snapshot: &Snapshot) -> Vec<String> {
    let mut statements = vec![create_index(index, snapshot, false)];
    statements.extend(settings(index));
    statements
}

/// CREATE INDEX, if wanted in the form that lets writers pass; an index of a partitioned table has no such form.
#[must_use]
pub fn create_index(index: &Object, snapshot: &Snapshot, concurrently: bool) -> String {
    let is_partitioned = is_of_partitioned(index, snapshot);
    let unique = if index.flag(Attribute::Unique) { "UNIQUE " } else { "" };
    let concurrently = if concurrently && !is_partitioned { "CONCURRENTLY " } else { "" };
    // The indexes of its partitions are objects of their own, which are attached to it.
    let only = if is_partitioned { "ONLY " } else { "" };
    let table = index.id.whole().unwrap_or_default();
    let mut statement = format!(
        "CREATE {unique}INDEX {concurrently}{} ON {only}{table} USING {} ({})",
        quoted(&index.id.name),
        quoted(index.text(Attribute::AccessMethod).unwrap_or("btree")),
        index.list(Attribute::Keys).join(", ")
    );
    let carried = index.list(Attribute::Include);
    if !carried.is_empty() {
        statement.push_str(&format!(" INCLUDE ({})", carried.join(", ")));
    }
    if index.flag(Attribute::NullsNotDistinct) {
        statement.push_str(" NULLS NOT DISTINCT");
    }
    let options = common::with_options(index.pairs(Attribute::Options), "");
    if !options.is_empty() {
        statement.push_str(&format!(" WITH ({})", options.join(", ")));
    }
    if let Some(tablespace) = index.text(Attribute::Tablespace) {
        statement.push_str(&format!(" TABLESPACE {}", quoted(tablespace)));
    }
    if let Some(predicate) = index.text(Attribute::Predicate) {
        statement.push_str(&format!(" WHERE {predicate}"));
    }
    statement
}

/// Whether an index is that of a partitioned table.
#[must_use]
pub fn is_of_partitioned(index: &Object, snapshot: &Snapshot) -> bool {
    relation_of(&index.id, snapshot).is_some_and(|table| table.get(Attribute::PartitionKey).is_some())
}

/// What makes an index, of a constraint or not, that of a partition.
pub(super) fn attach_index(index: &Object, _: &Snapshot) -> Vec<String> {
    let parent = index.text(Attribute::ParentIndex);
    let name = common::index_name(&index.id);
    parent.map(|parent| format!("ALTER INDEX {parent} ATTACH PARTITION {name}")).into_iter().collect()
}

/// What is said of an index after it has been made.
pub(super) fn settings(index: &Object) -> Vec<String> {
    let table = index.id.whole().unwrap_or_default();
    let name = quoted(&index.id.name);
    let mut statements = Vec::new();
    if index.text(Attribute::ConstraintType) == Some("exclusion") {
        let clauses = common::set_options(&[], index.pairs(Attribute::Options), "");
        statements.extend(
            clauses.into_iter().map(|clause| format!("ALTER INDEX {} {clause}", common::index_name(&index.id))),
        );
    }
    if index.flag(Attribute::Clustered) {
        statements.push(format!("ALTER TABLE {table} CLUSTER ON {name}"));
    }
    if index.get(Attribute::ReplicaIdentity).is_some() {
        statements.push(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {name}"));
    }
    for (number, target) in index.pairs(Attribute::ExpressionStatistics) {
        let index = common::index_name(&index.id);
        statements.push(format!("ALTER INDEX {index} ALTER COLUMN {number} SET STATISTICS {target}"));
    }
    statements
}

/// What changes in an index, of a constraint or not, without making it again.
pub(super) fn alter_settings(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    if pair.differs(Attribute::ParentIndex) && from.get(Attribute::ParentIndex).is_some() {
        return Alteration::remake("An index that is attached to that of a partitioned table stays attached.");
    }
    let table = to.id.whole().unwrap_or_default();
    let (name, index) = (quoted(&to.id.name), common::index_name(&to.id));
    let mut statements = Vec::new();
    let clauses = common::set_options(from.pairs(Attribute::Options), to.pairs(Attribute::Options), "");
    statements.extend(clauses.into_iter().map(|clause| format!("ALTER INDEX {index} {clause}")));
    if pair.differs(Attribute::Tablespace) {
        let tablespace = to.text(Attribute::Tablespace).unwrap_or("pg_default");
        statements.push(format!("ALTER INDEX {index} SET TABLESPACE {}", quoted(tablespace)));
    }
    // Another index may have taken its place, which says so itself.
    let is_taken = |attribute: Attribute| {
        relation_of(&to.id, pair.to_schema).is_some_and(|table| {
            let kinds = [Kind::Index, Kind::Constraint];
            let mut indexes = kinds.iter().flat_map(|kind| pair.to_schema.parts(&table.id, *kind));
            table.get(attribute).is_some() || indexes.any(|index| index.get(attribute).is_some())
        })
    };
    if pair.differs(Attribute::Clustered) && (to.flag(Attribute::Clustered) || !is_taken(Attribute::Clustered)) {
        let clause =
            if to.flag(Attribute::Clustered) { format!("CLUSTER ON {name}") } else { "SET WITHOUT CLUSTER".to_owned() };
        statements.push(format!("ALTER TABLE {table} {clause}"));
    }
    let replica = Attribute::ReplicaIdentity;
    if pair.differs(replica) && (to.get(replica).is_some() || !is_taken(replica)) {
        let clause = if to.get(Attribute::ReplicaIdentity).is_some() {
            format!("USING INDEX {name}")
        } else {
            "DEFAULT".to_owned()
        };
        statements.push(format!("ALTER TABLE {table} REPLICA IDENTITY {clause}"));
    }
    let targets =
        common::changed(from.pairs(Attribute::ExpressionStatistics), to.pairs(Attribute::ExpressionStatistics));
    statements.extend(targets.map(|(number, target)| {
        format!("ALTER INDEX {index} ALTER COLUMN {number} SET STATISTICS {}", target.unwrap_or("-1"))
    }));
    if pair.differs(Attribute::ParentIndex)
        && let Some(parent) = to.text(Attribute::ParentIndex)
    {
        statements.push(format!("ALTER INDEX {parent} ATTACH PARTITION {index}"));
    }
    Alteration::of(statements)
}

fn alter(pair: Pair<'_>) -> Alteration {
    let fixed = [
        Attribute::AccessMethod,
        Attribute::Unique,
        Attribute::NullsNotDistinct,
        Attribute::Keys,
        Attribute::Include,
        Attribute::Predicate,
    ];
    if let Some(remade) = pair.remade_by(&fixed) {
        return remade;
    }
    // That of a partitioned table becomes valid when the last partition has one.
    if pair.differs(Attribute::Invalid) && !is_of_partitioned(pair.to, pair.to_schema) {
        return Alteration::remake("An index that was never finished must be made again.");
    }
    alter_settings(pair)
}
