//! Sequences. One of an identity column comes and goes with its column.

use super::table::find_table;
use super::{Alteration, Family, Pair, drop_plain};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::without_last;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family { kinds: &[Kind::Sequence], create, complete, alter, drop };

/// What is said of a sequence beyond its name, as CREATE SEQUENCE has it, with a blank before each.
pub(super) fn options(sequence: &Object) -> String {
    let mut said = String::new();
    for (attribute, words) in [
        (Attribute::Increment, "INCREMENT BY"),
        (Attribute::Minimum, "MINVALUE"),
        (Attribute::Maximum, "MAXVALUE"),
        (Attribute::Start, "START WITH"),
        (Attribute::Cache, "CACHE"),
    ] {
        if let Some(number) = sequence.number(attribute) {
            said.push_str(&format!(" {words} {number}"));
        }
    }
    if sequence.flag(Attribute::Cycle) {
        said.push_str(" CYCLE");
    }
    said
}

fn create(sequence: &Object, snapshot: &Snapshot) -> Vec<String> {
    if let Some(column) = sequence.text(Attribute::IdentityOf) {
        return persistence_of_its_own(sequence, column, snapshot).into_iter().collect();
    }
    let unlogged = if sequence.get(Attribute::Persistence).is_some() { "UNLOGGED " } else { "" };
    let data_type = sequence.text(Attribute::DataType).map(|data_type| format!(" AS {data_type}")).unwrap_or_default();
    vec![format!("CREATE {unlogged}SEQUENCE {}{data_type}{}", sequence.id, options(sequence))]
}

/// From 15 on the sequence of an identity is made as its table is, unlogged or not, and may be otherwise afterwards.
fn persistence_of_its_own(sequence: &Object, column: &str, snapshot: &Snapshot) -> Option<String> {
    let table = find_table(without_last(column), snapshot)?;
    let differs = table.get(Attribute::Persistence) != sequence.get(Attribute::Persistence);
    (differs && snapshot.server.major >= 15).then(|| set_persistence(sequence))
}

fn set_persistence(sequence: &Object) -> String {
    let word = if sequence.get(Attribute::Persistence).is_some() { "UNLOGGED" } else { "LOGGED" };
    format!("ALTER SEQUENCE {} SET {word}", sequence.id)
}

fn complete(sequence: &Object, _: &Snapshot) -> Vec<String> {
    let owned = sequence.text(Attribute::OwnedBy);
    owned.map(|column| format!("ALTER SEQUENCE {} OWNED BY {column}", sequence.id)).into_iter().collect()
}

fn drop(sequence: &Object) -> Vec<String> {
    if sequence.get(Attribute::IdentityOf).is_some() { Vec::new() } else { drop_plain(sequence) }
}

fn alter(pair: Pair<'_>) -> Alteration {
    let to = pair.to;
    if let Some(remade) = pair.remade_by(&[Attribute::IdentityOf]) {
        return remade;
    }
    let alter = format!("ALTER SEQUENCE {}", to.id);
    let mut clauses = String::new();
    // The limits that it has by itself depend on its direction.
    let turns = ascends(pair.from) != ascends(to);
    // A new type brings new limits, and each of them the start.
    if pair.differs(Attribute::DataType) {
        clauses.push_str(&format!(" AS {}", to.text(Attribute::DataType).unwrap_or("bigint")));
    }
    for (attribute, words, default) in [
        (Attribute::Increment, "INCREMENT BY", Some("1")),
        (Attribute::Minimum, "MINVALUE", None),
        (Attribute::Maximum, "MAXVALUE", None),
        (Attribute::Cache, "CACHE", Some("1")),
    ] {
        let is_limit = matches!(attribute, Attribute::Minimum | Attribute::Maximum);
        if pair.differs(attribute) || is_limit && turns {
            match (to.number(attribute), default) {
                (Some(number), _) => clauses.push_str(&format!(" {words} {number}")),
                (None, Some(default)) => clauses.push_str(&format!(" {words} {default}")),
                // Together with a new type, NO MAXVALUE may be that of the type though the sequence counts down.
                (None, None) => match near_limit(attribute, to) {
                    Some(number) => clauses.push_str(&format!(" {words} {number}")),
                    None => clauses.push_str(&format!(" NO {words}")),
                },
            }
        }
    }
    let start = [Attribute::Start, Attribute::Minimum, Attribute::Maximum, Attribute::Increment, Attribute::DataType];
    if pair.first_of(&start).is_some() {
        clauses.push_str(&format!(" START WITH {}", first_value(to)));
        // One that stands where it may not any more begins anew.
        let first = first_value(pair.from);
        let (least, greatest) = (to.number(Attribute::Minimum), to.number(Attribute::Maximum));
        if turns || least.is_some_and(|least| first < least) || greatest.is_some_and(|greatest| first > greatest) {
            clauses.push_str(" RESTART");
        }
    }
    if pair.differs(Attribute::Cycle) {
        clauses.push_str(if to.flag(Attribute::Cycle) { " CYCLE" } else { " NO CYCLE" });
    }
    let mut statements = Vec::new();
    if !clauses.is_empty() {
        statements.push(format!("{alter}{clauses}"));
    }
    if pair.differs(Attribute::Persistence) {
        statements.push(set_persistence(to));
    }
    if pair.differs(Attribute::OwnedBy) {
        statements.push(format!("{alter} OWNED BY {}", to.text(Attribute::OwnedBy).unwrap_or("NONE")));
    }
    Alteration::of(statements)
}

fn ascends(sequence: &Object) -> bool {
    sequence.number(Attribute::Increment).is_none_or(|increment| increment > 0)
}

/// The limit that a sequence has by itself on the side where it begins.
fn near_limit(attribute: Attribute, sequence: &Object) -> Option<i64> {
    match (attribute, ascends(sequence)) {
        (Attribute::Minimum, true) => Some(1),
        (Attribute::Maximum, false) => Some(-1),
        _ => None,
    }
}

/// The value that a sequence begins with.
fn first_value(sequence: &Object) -> i64 {
    let ascends = ascends(sequence);
    let limit = if ascends { Attribute::Minimum } else { Attribute::Maximum };
    let default = if ascends { 1 } else { -1 };
    sequence.number(Attribute::Start).or(sequence.number(limit)).unwrap_or(default)
}
