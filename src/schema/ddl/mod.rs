//! The SQL of objects: what makes one, what makes one into another, what ends one, and what one reads like.
//!
//! A file for each family of kinds knows what is its own; owners, grants, comments and security labels are the same for
//! all and are written here (`common`). Statements name everything with its schema and end without a semicolon. In which
//! order statements of several objects run is not decided here.

pub mod cast;
mod column;
pub mod common;
pub mod constraint;
mod database;
mod foreign;
mod grants;
pub mod index;
mod operators;
mod policy;
mod privileges;
mod publications;
pub(super) mod routines;
mod rule;
mod schema;
mod sequence;
mod settings;
mod statistics;
pub(super) mod table;
mod text_search;
mod trigger;
mod types;
mod view;

use super::attribute::Attribute;
use super::kind::Kind;
use super::object::{Object, ObjectId};
use super::snapshot::Snapshot;

/// What makes one object into another one of the same identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alteration {
    /// What to run, in order.
    pub statements: Vec<String>,
    /// Why the object must be dropped and made again instead; then `statements` are of no use.
    pub remake: Option<String>,
    /// What no statement changes: the place of a column.
    pub unreachable: Vec<Attribute>,
}

impl Alteration {
    fn of(statements: Vec<String>) -> Self {
        Self { statements, ..Self::default() }
    }

    fn remake(reason: impl Into<String>) -> Self {
        Self { remake: Some(reason.into()), ..Self::default() }
    }
}

/// Two states of one object, and the schemas around them.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'s> {
    /// What there is.
    pub from: &'s Object,
    /// What there is to be.
    pub to: &'s Object,
    /// The schema that `from` is in.
    pub from_schema: &'s Snapshot,
    /// The schema that `to` is in.
    pub to_schema: &'s Snapshot,
}

impl Pair<'_> {
    /// Whether an attribute differs.
    #[must_use]
    pub fn differs(&self, attribute: Attribute) -> bool {
        self.from.get(attribute) != self.to.get(attribute)
    }

    /// The first of these attributes that differs.
    fn first_of(&self, attributes: &[Attribute]) -> Option<Attribute> {
        attributes.iter().copied().find(|attribute| self.differs(*attribute))
    }

    /// That the object must be made again if one of these attributes differs: no statement changes them.
    fn remade_by(&self, attributes: &[Attribute]) -> Option<Alteration> {
        let attribute = self.first_of(attributes)?;
        Some(Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")))
    }
}

/// How the kinds of one family are written.
struct Family {
    kinds: &'static [Kind],
    /// What makes the object, without what `common` writes.
    create: fn(&Object, &Snapshot) -> Vec<String>,
    /// What can only be said when everything that the object goes with is there.
    complete: fn(&Object, &Snapshot) -> Vec<String>,
    /// What makes one into the other, without what `common` writes.
    alter: fn(Pair<'_>) -> Alteration,
    /// What ends it.
    drop: fn(&Object) -> Vec<String>,
}

/// All families.
const FAMILIES: &[Family] = &[
    schema::FAMILY,
    table::FAMILY,
    column::FAMILY,
    view::FAMILY,
    sequence::FAMILY,
    constraint::FAMILY,
    index::FAMILY,
    trigger::FAMILY,
    rule::FAMILY,
    policy::FAMILY,
    statistics::FAMILY,
    types::FAMILY,
    routines::FAMILY,
    operators::FAMILY,
    text_search::FAMILY,
    foreign::FAMILY,
    publications::FAMILY,
    privileges::FAMILY,
    database::FAMILY,
];

fn family(kind: Kind) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.kinds.contains(&kind))
}

/// Whether objects of this kind can be written as SQL.
#[must_use]
pub fn is_written(kind: Kind) -> bool {
    family(kind).is_some()
}

/// What makes an object, with its owner, grants, comment and security labels. A relation is made with its columns;
/// its other parts are objects to be made after it.
#[must_use]
pub fn create(object: &Object, snapshot: &Snapshot) -> Vec<String> {
    let Some(family) = family(object.id.kind) else { return Vec::new() };
    let mut statements = (family.create)(object, snapshot);
    statements.extend(common::create(object, snapshot));
    statements
}

/// What makes an object whole when everything that it goes with is there: a sequence owned by its column, a partition
/// attached to its table.
#[must_use]
pub fn complete(object: &Object, snapshot: &Snapshot) -> Vec<String> {
    family(object.id.kind).map(|family| (family.complete)(object, snapshot)).unwrap_or_default()
}

/// What makes one object into another one of the same identity.
#[must_use]
pub fn alter(pair: Pair<'_>) -> Alteration {
    let Some(family) = family(pair.from.id.kind) else {
        return Alteration {
            unreachable: Attribute::ALL.iter().copied().filter(|one| pair.differs(*one)).collect(),
            ..Alteration::default()
        };
    };
    let mut alteration = (family.alter)(pair);
    if alteration.remake.is_none() {
        alteration.statements.extend(common::alter(pair));
    }
    alteration
}

/// What ends an object, without anything that depends on it.
#[must_use]
pub fn drop(object: &Object) -> Vec<String> {
    family(object.id.kind).map(|family| (family.drop)(object)).unwrap_or_default()
}

/// The whole object as SQL for reading: a relation with its parts.
#[must_use]
pub fn definition(object: &Object, snapshot: &Snapshot) -> String {
    const PARTS: [Kind; 6] =
        [Kind::Constraint, Kind::DomainConstraint, Kind::Index, Kind::Trigger, Kind::Rule, Kind::Policy];
    let mut statements = create(object, snapshot);
    let mut completing = complete(object, snapshot);
    if object.id.kind.is_relation() || object.id.kind == Kind::Domain {
        for part in PARTS.iter().flat_map(|kind| snapshot.parts(&object.id, *kind)) {
            statements.extend(create(part, snapshot));
            completing.extend(complete(part, snapshot));
        }
    }
    statements.extend(completing);
    statements.iter().map(|statement| format!("{statement};\n")).collect::<Vec<_>>().join("\n")
}

/// The relation that a part belongs to, whatever kind it is of.
fn relation_of<'s>(part: &ObjectId, snapshot: &'s Snapshot) -> Option<&'s Object> {
    let relation = part.relation.clone()?;
    let mut id = ObjectId { kind: Kind::Table, schema: part.schema.clone(), relation: None, name: relation };
    Kind::ALL.iter().filter(|kind| kind.is_relation()).find_map(|kind| {
        id.kind = *kind;
        snapshot.get(&id)
    })
}

fn nothing(_: &Object, _: &Snapshot) -> Vec<String> {
    Vec::new()
}

/// `DROP kind name`.
fn drop_plain(object: &Object) -> Vec<String> {
    common::reference(&object.id).map(|reference| vec![format!("DROP {reference}")]).unwrap_or_default()
}

#[cfg(test)]
mod tests;
