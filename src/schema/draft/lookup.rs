//! What a snapshot says by name, ready to be looked up: who owns a sequence, who inherits from a table, what is of a
//! type.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use super::action::multirange_type;
use crate::schema::attribute::Attribute;
use crate::schema::ddl::common::index_name;
use crate::schema::ddl::routines::routine_name;
use crate::schema::ddl::table::find_table;
use crate::schema::kind::Kind;
use crate::schema::name::{Name, dotted, without_last};
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// The objects of a snapshot by what they say of others.
pub(super) struct Lookup<'s> {
    children: HashMap<&'s str, Vec<&'s Object>>,
    owned: HashMap<&'s str, Vec<&'s Object>>,
    owned_in: HashMap<&'s str, Vec<&'s Object>>,
    identities: HashMap<&'s str, &'s Object>,
    indexes: HashMap<String, &'s ObjectId>,
    attached: HashMap<&'s str, Vec<&'s ObjectId>>,
    typed: HashMap<Cow<'s, str>, Vec<&'s Object>>,
    collated: HashMap<Cow<'s, str>, Vec<&'s Object>>,
    of_types: HashMap<&'s str, Vec<&'s Object>>,
    referred_to: HashSet<&'s str>,
    routines: HashMap<String, Vec<&'s Object>>,
}

impl<'s> Lookup<'s> {
    /// Reads through a snapshot once.
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        let mut found = Self {
            children: HashMap::new(),
            owned: HashMap::new(),
            owned_in: HashMap::new(),
            identities: HashMap::new(),
            indexes: HashMap::new(),
            attached: HashMap::new(),
            typed: HashMap::new(),
            collated: HashMap::new(),
            of_types: HashMap::new(),
            referred_to: HashSet::new(),
            routines: HashMap::new(),
        };
        for table in snapshot.of_kind(Kind::Table).iter().chain(snapshot.of_kind(Kind::ForeignTable)) {
            if let Some(of_type) = table.text(Attribute::OfType) {
                found.of_types.entry(of_type).or_default().push(table);
            }
            for parent in table.list(Attribute::Inherits) {
                found.children.entry(parent).or_default().push(table);
            }
        }
        for sequence in snapshot.of_kind(Kind::Sequence) {
            if let Some(column) = sequence.text(Attribute::OwnedBy) {
                found.owned.entry(column).or_default().push(sequence);
            }
            if let Some(column) = sequence.text(Attribute::IdentityOf) {
                found.identities.insert(column, sequence);
            }
            for column in [Attribute::OwnedBy, Attribute::IdentityOf].iter().filter_map(|one| sequence.text(*one)) {
                found.owned_in.entry(without_last(column)).or_default().push(sequence);
            }
        }
        let has_index =
            |constraint: &&Object| !matches!(constraint.text(Attribute::ConstraintType), Some("check" | "foreign key"));
        let keys = snapshot.of_kind(Kind::Constraint).iter().filter(has_index);
        for index in snapshot.of_kind(Kind::Index).iter().chain(keys) {
            found.indexes.insert(index_name(&index.id), &index.id);
            if let Some(parent) = index.text(Attribute::ParentIndex) {
                found.attached.entry(parent).or_default().push(&index.id);
            }
        }
        let keys = snapshot.of_kind(Kind::Constraint).iter();
        found.referred_to.extend(keys.filter_map(|key| key.text(Attribute::References)));
        for column in snapshot.of_kind(Kind::Column) {
            if let Some(data_type) = column.text(Attribute::DataType) {
                found.typed.entry(data_type.trim_end_matches("[]").into()).or_default().push(column);
            }
            if let Some(collation) = column.text(Attribute::Collation) {
                found.collated.entry(collation.into()).or_default().push(column);
            }
        }
        for range in snapshot.of_kind(Kind::Range) {
            // The columns of its multirange are its own.
            let columns = found.typed.remove(&*multirange_type(range)).unwrap_or_default();
            found.typed.entry(range.id.to_string().into()).or_default().extend(columns);
        }
        for routine in
            [Kind::Function, Kind::Procedure, Kind::Aggregate].iter().flat_map(|kind| snapshot.of_kind(*kind))
        {
            found.routines.entry(routine_name(&routine.id)).or_default().push(routine);
        }
        found
    }

    /// The tables that inherit from this one or are its partitions.
    pub(super) fn children(&self, table: &ObjectId) -> &[&'s Object] {
        self.children.get(&*table.to_string()).map_or(&[], Vec::as_slice)
    }

    /// Whether a foreign key refers to a table.
    pub(super) fn is_referred_to(&self, table: &ObjectId) -> bool {
        self.referred_to.contains(&*table.to_string())
    }

    /// The sequences that go with a column, or with any column of a table.
    pub(super) fn owned(&self, owner: &ObjectId) -> &[&'s Object] {
        self.owned.get(&*owner.to_string()).map_or(&[], Vec::as_slice)
    }

    /// The sequences of a table's columns, those of identities among them.
    pub(super) fn sequences_of(&self, table: &ObjectId) -> &[&'s Object] {
        self.owned_in.get(&*table.to_string()).map_or(&[], Vec::as_slice)
    }

    /// The sequence of the identity column of this qualified name.
    pub(super) fn identity(&self, column: &str) -> Option<&'s Object> {
        self.identities.get(column).copied()
    }

    /// The index, of a constraint or not, of this qualified name.
    pub(super) fn index(&self, name: &str) -> Option<&'s ObjectId> {
        self.indexes.get(name).copied()
    }

    /// The indexes that are joined to the one of this qualified name.
    pub(super) fn attached(&self, name: &str) -> &[&'s ObjectId] {
        self.attached.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether there are tables of a composite type.
    pub(super) fn has_tables_of(&self, composite: &ObjectId) -> bool {
        !self.tables_of(composite).is_empty()
    }

    /// The tables of a composite type.
    pub(super) fn tables_of(&self, composite: &ObjectId) -> &[&'s Object] {
        if composite.kind != Kind::CompositeType || self.of_types.is_empty() {
            return &[];
        }
        self.of_types.get(&*composite.to_string()).map_or(&[], Vec::as_slice)
    }

    /// The routines of the same name as this one, itself included; none for what is no routine.
    pub(super) fn overloads(&self, id: &ObjectId) -> &[&'s Object] {
        if !matches!(id.kind, Kind::Function | Kind::Procedure | Kind::Aggregate) {
            return &[];
        }
        self.routines.get(&routine_name(id)).map_or(&[], Vec::as_slice)
    }

    /// The columns of a type, of arrays of it, of its multirange, or of a collation.
    pub(super) fn of_type(&self, id: &ObjectId) -> &[&'s Object] {
        let columns = if id.kind == Kind::Collation { &self.collated } else { &self.typed };
        columns.get(&*id.to_string()).map_or(&[], Vec::as_slice)
    }
}

/// The tables of these qualified names, and all that they inherit from or are partitions of.
pub(super) fn tables_and_above<'s>(
    names: impl IntoIterator<Item = &'s Name>,
    snapshot: &'s Snapshot,
) -> impl Iterator<Item = &'s Object> {
    let mut open: VecDeque<&Name> = names.into_iter().collect();
    std::iter::from_fn(move || {
        let table = std::iter::from_fn(|| open.pop_front()).find_map(|name| find_table(name, snapshot))?;
        open.extend(table.list(Attribute::Inherits));
        Some(table)
    })
}

/// The column of this qualified name.
pub(super) fn column_id(qualified: &str) -> Option<ObjectId> {
    let [schema, relation, name] = <[_; 3]>::try_from(dotted(qualified)).ok()?;
    Some(ObjectId { kind: Kind::Column, schema: Some(schema), relation: Some(relation), name })
}

/// The table, foreign or not, of this qualified name.
pub(super) fn table_id(qualified: &str, snapshot: &Snapshot) -> Option<ObjectId> {
    find_table(qualified, snapshot).map(|table| table.id.clone())
}
