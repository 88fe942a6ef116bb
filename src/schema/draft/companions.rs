//! What a selected difference cannot be without.

use std::collections::{HashMap, HashSet};

use super::lookup::{Lookup, column_id, table_id};
use super::parts::{is_type, parts, stands_on, whole};
use super::structure::structure;
use crate::schema::attribute::Attribute;
use crate::schema::ddl::common::index_name;
use crate::schema::kind::Kind;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// The selected objects, with those that differ too and that they cannot be without: what one needs that is not there
/// yet, what cannot stay when one goes, what has its name, what is one with it up and down a tree of tables.
pub(super) fn with_companions(from: &Snapshot, to: &Snapshot, selection: &[ObjectId]) -> Vec<ObjectId> {
    let circle = Circle::new(from, to);
    let mut seen: HashSet<ObjectId> = selection.iter().cloned().collect();
    let mut work: Vec<ObjectId> = selection.to_vec();
    let mut all = Vec::with_capacity(selection.len());
    while let Some(id) = work.pop() {
        let mut found = circle.by_need(&id);
        found.extend(circle.by_name(&id));
        found.extend(circle.by_tree(&id));
        found.extend(circle.by_table(&id));
        found.extend(circle.by_sequence(&id));
        work.extend(found.into_iter().filter(|id| from.get(id) != to.get(id) && seen.insert(id.clone())));
        all.push(id);
    }
    all
}

/// Both schemas, ready to be asked who goes with whom.
struct Circle<'s> {
    from: &'s Snapshot,
    to: &'s Snapshot,
    names: [Lookup<'s>; 2],
    dependents: HashMap<&'s ObjectId, Vec<&'s ObjectId>>,
    needs: HashMap<&'s ObjectId, Vec<&'s ObjectId>>,
    /// What goes, by the name that is free then.
    leaving: HashMap<String, Vec<&'s ObjectId>>,
}

impl<'s> Circle<'s> {
    fn new(from: &'s Snapshot, to: &'s Snapshot) -> Self {
        let mut dependents: HashMap<&ObjectId, Vec<&ObjectId>> = HashMap::new();
        for (needing, needed) in from.dependencies().chain(structure(from)) {
            dependents.entry(needed).or_default().push(needing);
        }
        let mut needs: HashMap<&ObjectId, Vec<&ObjectId>> = HashMap::new();
        for (needing, needed) in to.dependencies().chain(structure(to)) {
            needs.entry(needing).or_default().push(needed);
        }
        let mut leaving: HashMap<String, Vec<&ObjectId>> = HashMap::new();
        for object in from.objects().iter().filter(|object| to.get(&object.id).is_none()) {
            if let Some(name) = name_taken(&object.id) {
                leaving.entry(name).or_default().push(&object.id);
            }
        }
        Self { from, to, names: [Lookup::new(from), Lookup::new(to)], dependents, needs, leaving }
    }

    fn sides(&self) -> [(&'s Snapshot, &Lookup<'s>); 2] {
        [(self.from, &self.names[0]), (self.to, &self.names[1])]
    }

    /// What it needs, or what needs it.
    fn by_need(&self, id: &ObjectId) -> Vec<ObjectId> {
        // A relation stands for its parts.
        let with_parts = |snapshot: &Snapshot| -> Vec<ObjectId> {
            let is_whole = id.kind.is_relation() || id.kind == Kind::Domain;
            let below = is_whole.then(|| parts(id, snapshot)).into_iter().flatten();
            std::iter::once(id.clone()).chain(below.map(|part| part.id.clone())).collect()
        };
        if self.to.get(id).is_none() {
            let gone = with_parts(self.from);
            return gone
                .iter()
                .filter_map(|part| self.dependents.get(part))
                .flatten()
                .map(|id| (*id).clone())
                .collect();
        }
        let made = if self.from.get(id).is_some() { vec![id.clone()] } else { with_parts(self.to) };
        let used = made.iter().filter_map(|part| self.needs.get(part)).flatten();
        used.filter(|used| self.from.get(used).is_none() || is_type(used.kind)).map(|id| (*id).clone()).collect()
    }

    /// What has its name, or its place as a primary key.
    fn by_name(&self, id: &ObjectId) -> Vec<ObjectId> {
        if self.from.get(id).is_some() {
            return Vec::new();
        }
        let taken = name_taken(id).and_then(|name| self.leaving.get(&name)).into_iter().flatten();
        let mut found: Vec<ObjectId> = taken.map(|id| (*id).clone()).collect();
        let is_primary = |key: &Object| key.text(Attribute::ConstraintType) == Some("primary key");
        if self.to.get(id).is_some_and(is_primary)
            && let Some(table) = whole(id, self.from)
        {
            let keys = self.from.parts(table, Kind::Constraint).iter().filter(|key| is_primary(key));
            found.extend(keys.map(|key| key.id.clone()));
        }
        found
    }

    /// The same column, or the same index, above and below in a tree of tables; what a partition must fit.
    fn by_tree(&self, id: &ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        for (snapshot, names) in self.sides() {
            let Some(object) = snapshot.get(id) else { continue };
            if id.kind == Kind::Column
                && let Some(table) = whole(id, snapshot).and_then(|table| snapshot.get(table))
            {
                let above = table.list(Attribute::Inherits).iter().filter_map(|parent| table_id(parent, snapshot));
                let below = names.children(&table.id).iter().map(|child| child.id.clone());
                found.extend(above.chain(below).map(|other| other.part(Kind::Column, id.name.clone())));
            }
            if matches!(id.kind, Kind::Index | Kind::Constraint) {
                found.extend(object.text(Attribute::ParentIndex).and_then(|parent| names.index(parent)).cloned());
                found.extend(names.attached(&index_name(id)).iter().map(|child| (*child).clone()));
            }
            for parent in object.list(Attribute::Inherits).iter().filter_map(|parent| table_id(parent, snapshot)) {
                found.extend(snapshot.parts(&parent, Kind::Column).iter().map(|column| column.id.clone()));
                if object.get(Attribute::PartitionBound).is_some() {
                    found.push(parent);
                }
            }
            if object.get(Attribute::PartitionKey).is_some() {
                found.extend(names.children(id).iter().map(|child| child.id.clone()));
            }
        }
        found
    }

    /// The columns that a constraint or an index is about, and what is about a column.
    fn by_table(&self, id: &ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        for (snapshot, _) in self.sides() {
            let (Some(object), Some(table)) = (snapshot.get(id), whole(id, snapshot)) else { continue };
            let standing = [Kind::Index, Kind::Constraint];
            if standing.contains(&id.kind) {
                let referred = object.text(Attribute::References).and_then(|name| table_id(name, snapshot));
                for table in std::iter::once(table).chain(&referred) {
                    let columns = snapshot.parts(table, Kind::Column).iter();
                    found
                        .extend(columns.filter(|column| stands_on(object, &column.id)).map(|column| column.id.clone()));
                }
                let keys = referred.iter().flat_map(|table| snapshot.parts(table, Kind::Constraint));
                let is_key = |key: &&Object| key.get(Attribute::References).is_none();
                found.extend(keys.filter(is_key).map(|key| key.id.clone()));
            } else if id.kind == Kind::Column && self.is_retyped(id) {
                let users = standing.iter().flat_map(|kind| snapshot.parts(table, *kind));
                found.extend(users.filter(|user| stands_on(user, id)).map(|user| user.id.clone()));
            }
        }
        found
    }

    /// The sequences of a column or a table, and the column of a sequence.
    fn by_sequence(&self, id: &ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        for (snapshot, names) in self.sides() {
            let Some(object) = snapshot.get(id) else { continue };
            match id.kind {
                Kind::Sequence => {
                    let owners = [Attribute::OwnedBy, Attribute::IdentityOf];
                    found.extend(owners.iter().filter_map(|one| column_id(object.text(*one)?)));
                }
                Kind::Column => {
                    found.extend(names.owned(id).iter().map(|sequence| sequence.id.clone()));
                    found.extend(names.identity(&id.to_string()).map(|sequence| sequence.id.clone()));
                }
                Kind::Table if self.from.get(id).is_none() || self.to.get(id).is_none() => {
                    found.extend(names.sequences_of(id).iter().map(|sequence| sequence.id.clone()));
                }
                _ => {}
            }
        }
        // What is on both sides may stay as it is.
        found.retain(|other| {
            other.kind == Kind::Column || self.from.get(other).is_none() || self.to.get(other).is_none()
        });
        found
    }

    /// Whether a column comes, goes, or gets another type.
    fn is_retyped(&self, column: &ObjectId) -> bool {
        let data_type = |snapshot: &'s Snapshot| snapshot.get(column).map(|column| column.get(Attribute::DataType));
        data_type(self.from) != data_type(self.to)
    }
}

/// The name that an object takes from all others of its space.
fn name_taken(id: &ObjectId) -> Option<String> {
    match id.kind {
        Kind::Function | Kind::Procedure | Kind::Aggregate => Some(format!("routine {id}")),
        Kind::Index | Kind::Constraint => Some(index_name(id)),
        kind if kind.is_relation() || is_type(kind) || kind == Kind::Sequence => Some(index_name(id)),
        _ => None,
    }
}
