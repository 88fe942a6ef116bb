//! What objects are to one another, told from their names and kinds.

use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// Kinds of types that columns can be brought over to by way of text.
pub(super) fn is_type(kind: Kind) -> bool {
    matches!(kind, Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::Range | Kind::Collation)
}

/// What PostgreSQL refuses to leave in place while a column that it uses gets another type.
pub(super) fn minds_types(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::View
            | Kind::MaterializedView
            | Kind::Rule
            | Kind::Policy
            | Kind::Trigger
            | Kind::Function
            | Kind::Procedure
            | Kind::PublicationTable
    )
}

pub(super) fn is_view(kind: Kind) -> bool {
    matches!(kind, Kind::View | Kind::MaterializedView)
}

/// The relation or domain that an object is a part of, in a snapshot.
pub(super) fn whole<'s>(id: &ObjectId, snapshot: &'s Snapshot) -> Option<&'s ObjectId> {
    let relation = id.relation.clone()?;
    let kinds: &[Kind] = if id.kind == Kind::DomainConstraint {
        &[Kind::Domain]
    } else {
        &[Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView, Kind::CompositeType]
    };
    let mut whole = ObjectId { kind: Kind::Table, schema: id.schema.clone(), relation: None, name: relation };
    kinds.iter().find_map(|kind| {
        whole.kind = *kind;
        snapshot.get(&whole).map(|found| &found.id)
    })
}

/// The parts of a relation or domain, published tables included.
pub(super) fn parts<'s>(id: &'s ObjectId, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s Object> {
    const KINDS: [Kind; 8] = [
        Kind::Column,
        Kind::Constraint,
        Kind::DomainConstraint,
        Kind::Index,
        Kind::Trigger,
        Kind::Rule,
        Kind::Policy,
        Kind::PublicationTable,
    ];
    KINDS.into_iter().flat_map(|kind| snapshot.parts(id, kind))
}

/// Whether the table of a part has the columns of another: a partition, or a table of a type.
pub(super) fn has_columns_of_another(part: &ObjectId, snapshot: &Snapshot) -> bool {
    let table = whole(part, snapshot).and_then(|whole| snapshot.get(whole));
    table
        .is_some_and(|table| [Attribute::PartitionBound, Attribute::OfType].iter().any(|one| table.get(*one).is_some()))
}

/// Whether a constraint or an index is about a column, and cannot be without it.
pub(super) fn stands_on(part: &Object, column: &ObjectId) -> bool {
    let name = quoted(&column.name);
    let texts = [Attribute::Definition, Attribute::Predicate];
    let lists = [Attribute::Keys, Attribute::Include];
    texts.iter().any(|one| part.text(*one).is_some_and(|text| mentions(text, &name)))
        || lists.iter().any(|one| part.list(*one).iter().any(|text| mentions(text, &name)))
}

pub(super) fn is_check(constraint: &Object) -> bool {
    constraint.text(Attribute::ConstraintType) == Some("check")
}

pub(super) fn is_foreign_key(constraint: &Object) -> bool {
    constraint.text(Attribute::ConstraintType) == Some("foreign key")
}

/// Whether a routine can be called with fewer arguments than it has.
pub(super) fn may_be_called_short(routine: &Object) -> bool {
    let arguments = routine.text(Attribute::Arguments).unwrap_or_default();
    arguments.contains(" DEFAULT ") || arguments.contains("VARIADIC ")
}

/// Whether a name occurs in an expression as a word of its own.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    let is_word =
        |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || one == '_' || one == '"');
    text.match_indices(name).any(|(at, _)| {
        !is_word(text[..at].chars().next_back())
            && (name.starts_with('"') || !is_word(text[at + name.len()..].chars().next()))
    })
}
