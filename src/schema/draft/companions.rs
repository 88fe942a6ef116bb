//! What a selected difference cannot be without.

use std::collections::{HashMap, HashSet};

use super::lookup::{Lookup, column_id, table_id};
use super::parts::{is_check, is_type, is_view, may_be_called_short, minds_types, parts, stands_on, whole};
use super::structure::structure;
use crate::schema::attribute::Attribute;
use crate::schema::ddl::common::index_name;
use crate::schema::ddl::{self, Pair};
use crate::schema::kind::Kind;
use crate::schema::name::dotted;
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
        let differs = |id: &ObjectId| from.get(id) != to.get(id);
        // What stays as it is, and is made again for what changes, needs that as it is to be.
        let mut found = circle.by_need(&id);
        found.extend(circle.by_column(&id));
        found.retain(|id| differs(id) || is_carried(id.kind));
        let mut others = circle.by_table(&id);
        if differs(&id) {
            others.extend(circle.by_name(&id));
            others.extend(circle.by_tree(&id));
            others.extend(circle.by_bound(&id));
            others.extend(circle.by_sequence(&id));
            others.extend(circle.by_owner(&id));
            others.extend(circle.by_overload(&id));
            others.extend(circle.by_persistence(&id));
            all.push(id);
        }
        others.retain(differs);
        work.extend(found.into_iter().chain(others).filter(|id| seen.insert(id.clone())));
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
    /// What comes or goes, by the name that it takes.
    names_taken: HashMap<String, Vec<&'s ObjectId>>,
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
        let mut names_taken: HashMap<String, Vec<&ObjectId>> = HashMap::new();
        for (here, there) in [(from, to), (to, from)] {
            for object in here.objects().iter().filter(|object| there.get(&object.id).is_none()) {
                if let Some(name) = name_taken(&object.id) {
                    names_taken.entry(name).or_default().push(&object.id);
                }
            }
        }
        Self { from, to, names: [Lookup::new(from), Lookup::new(to)], dependents, needs, names_taken }
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
        let mut found: Vec<ObjectId> = Vec::new();
        if self.to.get(id).is_some() {
            let made = if self.from.get(id).is_some() { vec![id.clone()] } else { with_parts(self.to) };
            let used = made.iter().filter_map(|part| self.needs.get(part)).flatten();
            found.extend(used.filter(|used| is_type(used.kind) || self.is_reshaped(used)).map(|used| (*used).clone()));
        }
        if self.is_reshaped(id) {
            let gone = with_parts(self.from);
            found
                .extend(gone.iter().filter_map(|part| self.dependents.get(part)).flatten().map(|user| (*user).clone()));
        }
        found
    }

    /// Whether an object comes, goes, or changes so that what uses it is made again.
    fn is_reshaped(&self, id: &ObjectId) -> bool {
        let (Some(from), Some(to)) = (self.from.get(id), self.to.get(id)) else {
            return self.from.get(id).is_some() || self.to.get(id).is_some();
        };
        let differ = |attributes: &[Attribute]| attributes.iter().any(|one| from.get(*one) != to.get(*one));
        match id.kind {
            Kind::Column => differ(&[Attribute::DataType, Attribute::Collation, Attribute::Generated]),
            Kind::View | Kind::MaterializedView => {
                let columns = |snapshot: &Snapshot| -> Vec<_> {
                    let column = |column: &Object| {
                        (
                            column.id.clone(),
                            column.number(Attribute::Position),
                            column.get(Attribute::DataType).cloned(),
                        )
                    };
                    snapshot.parts(id, Kind::Column).iter().map(column).collect()
                };
                columns(self.from) != columns(self.to)
            }
            _ if from == to => false,
            _ => {
                let pair = Pair { from, to, from_schema: self.from, to_schema: self.to };
                ddl::alter(pair).remake.is_some()
            }
        }
    }

    /// What has its name, or its place as a primary key.
    fn by_name(&self, id: &ObjectId) -> Vec<ObjectId> {
        if self.from.get(id).is_some() == self.to.get(id).is_some() {
            return Vec::new();
        }
        let taken = name_taken(id).and_then(|name| self.names_taken.get(&name)).into_iter().flatten();
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
            // A trigger of a partitioned table is one of its partitions' as well.
            if matches!(id.kind, Kind::Column | Kind::Trigger)
                && let Some(table) = whole(id, snapshot).and_then(|table| snapshot.get(table))
            {
                let above = table.list(Attribute::Inherits).iter().filter_map(|parent| table_id(parent, snapshot));
                let below = names.children(&table.id).iter().map(|child| child.id.clone());
                found.extend(above.chain(below).map(|other| other.part(id.kind, id.name.clone())));
                // One that leaves must have left before something comes down to it.
                let leaves = |child: &&&Object| {
                    let parent = table.id.to_string();
                    let now = self.to.get(&child.id);
                    now.is_some_and(|now| !now.list(Attribute::Inherits).iter().any(|one| **one == *parent))
                };
                found.extend(self.names[0].children(&table.id).iter().filter(leaves).map(|child| child.id.clone()));
                // The columns of a typed table are those of its type.
                let of_type =
                    table.text(Attribute::OfType).map(dotted).and_then(|names| <[_; 2]>::try_from(names).ok());
                let of_type = of_type.map(|[schema, name]| ObjectId::in_schema(Kind::CompositeType, schema, name));
                let typed = names.tables_of(&table.id).iter().map(|table| table.id.clone());
                found.extend(of_type.into_iter().chain(typed).map(|other| other.part(id.kind, id.name.clone())));
            }
            // A CHECK that a child has of its own as well stays as long as its parent's does.
            if is_check(object)
                && self.to.get(id).is_none()
                && let Some(table) = whole(id, snapshot).and_then(|table| snapshot.get(table))
            {
                let above = table.list(Attribute::Inherits).iter().filter_map(|parent| table_id(parent, snapshot));
                found.extend(above.map(|other| other.part(id.kind, id.name.clone())));
            }
            if matches!(id.kind, Kind::Index | Kind::Constraint) {
                let parent = object.text(Attribute::ParentIndex);
                found.extend(parent.and_then(|parent| names.index(parent)).cloned());
                found.extend(names.attached(&index_name(id)).iter().map(|child| (*child).clone()));
                // A partition has one index for that of its table, by whatever name.
                let beside =
                    parent.into_iter().flat_map(|parent| self.names.iter().flat_map(|names| names.attached(parent)));
                let is_of_table = |other: &&&ObjectId| other.schema == id.schema && other.relation == id.relation;
                found.extend(beside.filter(is_of_table).map(|other| (*other).clone()));
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
            }
        }
        found
    }

    /// What stands on a column that comes, goes or gets another type; the keys of one that may become null, or no more;
    /// the view of one.
    fn by_column(&self, id: &ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        for (snapshot, _) in self.sides().into_iter().filter(|_| id.kind == Kind::Column) {
            let (Some(_), Some(table)) = (snapshot.get(id), whole(id, snapshot)) else { continue };
            if is_view(table.kind) {
                found.push(table.clone());
            }
            let users = [Kind::Index, Kind::Constraint].into_iter().flat_map(|kind| snapshot.parts(table, kind));
            let is_meant = |user: &&Object| {
                let is_primary = user.text(Attribute::ConstraintType) == Some("primary key");
                (self.is_reshaped(id) || is_primary && self.differs(id, Attribute::NotNull)) && stands_on(user, id)
            };
            found.extend(users.filter(is_meant).map(|user| user.id.clone()));
        }
        found
    }

    /// Whether an attribute is not the same on both sides.
    fn differs(&self, id: &ObjectId, attribute: Attribute) -> bool {
        let value = |snapshot: &'s Snapshot| snapshot.get(id).and_then(|object| object.get(attribute));
        value(self.from) != value(self.to)
    }

    /// The table of a part, with its other parts and its neighbours, where it joins or leaves another one or is
    /// partitioned otherwise.
    fn by_bound(&self, id: &ObjectId) -> Vec<ObjectId> {
        const JOINS: [Attribute; 3] = [Attribute::Inherits, Attribute::PartitionBound, Attribute::PartitionKey];
        let mut found = Vec::new();
        for (snapshot, names) in self.sides() {
            let table = whole(id, snapshot).unwrap_or(id);
            if !JOINS.iter().any(|attribute| self.differs(table, *attribute)) {
                continue;
            }
            found.push(table.clone());
            if table != id {
                continue;
            }
            let joined = [Kind::Index, Kind::Constraint, Kind::Trigger];
            found.extend(joined.iter().flat_map(|kind| snapshot.parts(table, *kind)).map(|part| part.id.clone()));
            let parents = snapshot.get(table).map_or(&[][..], |table| table.list(Attribute::Inherits));
            for parent in parents.iter().filter_map(|parent| table_id(parent, snapshot)) {
                // A new bound may be where that of a neighbour is until that changes too.
                let neighbours = names.children(&parent).iter().map(|child| &child.id);
                let stays = |one: &&ObjectId| self.from.get(one).is_some() && self.to.get(one).is_some();
                found.extend(neighbours.filter(stays).cloned());
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
            let owners = [Attribute::OwnedBy, Attribute::IdentityOf];
            other.kind == Kind::Column
                || owners.iter().any(|owner| self.differs(other, *owner))
                || self.from.get(other).is_none()
                || self.to.get(other).is_none()
        });
        found
    }
}

impl Circle<'_> {
    /// The table of a sequence that changes hands, which takes it along; and the other way round.
    fn by_owner(&self, id: &ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        if !self.differs(id, Attribute::Owner) {
            return found;
        }
        for (snapshot, names) in self.sides() {
            let Some(object) = snapshot.get(id) else { continue };
            if id.kind == Kind::Sequence {
                let owners = [Attribute::OwnedBy, Attribute::IdentityOf].iter().filter_map(|one| object.text(*one));
                let columns = owners.filter_map(column_id);
                found.extend(columns.filter_map(|column| whole(&column, snapshot).cloned()));
            } else if id.kind == Kind::Table {
                found.extend(names.sequences_of(id).iter().map(|sequence| sequence.id.clone()));
            }
        }
        found.retain(|other| self.differs(other, Attribute::Owner));
        found
    }

    /// The routines of its name that it could be taken for: calls of either are ambiguous as long as both are there.
    fn by_overload(&self, id: &ObjectId) -> Vec<ObjectId> {
        let is_there = |id: &ObjectId| [self.from, self.to].map(|snapshot| snapshot.get(id).is_some());
        let (Some(one), [before, after]) = (self.from.get(id).or_else(|| self.to.get(id)), is_there(id)) else {
            return Vec::new();
        };
        if before == after {
            return Vec::new();
        }
        let others = &self.names[usize::from(before)];
        let is_meant = |other: &&&Object| {
            is_there(&other.id) == [after, before] && (may_be_called_short(one) || may_be_called_short(other))
        };
        others.overloads(id).iter().filter(is_meant).map(|other| other.id.clone()).collect()
    }

    /// The tables that must be kept over a crash, or not, as this one is: what is kept never refers to what is not. With
    /// the sequences that a table takes along.
    fn by_persistence(&self, id: &ObjectId) -> Vec<ObjectId> {
        if id.kind != Kind::Table || !self.differs(id, Attribute::Persistence) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (snapshot, names) in self.sides() {
            let Some(table) = snapshot.get(id) else { continue };
            found.extend(names.sequences_of(id).iter().map(|sequence| sequence.id.clone()));
            if self.to.get(id).is_some_and(|table| table.get(Attribute::Persistence).is_none()) {
                let keys = snapshot.parts(&table.id, Kind::Constraint).iter();
                let referred = keys.filter_map(|key| table_id(key.text(Attribute::References)?, snapshot));
                found.extend(referred);
            } else {
                let name = id.to_string();
                let keys = snapshot.of_kind(Kind::Constraint).iter();
                let keys = keys.filter(|key| key.text(Attribute::References) == Some(name.as_str()));
                found.extend(keys.filter_map(|key| whole(&key.id, snapshot).cloned()));
            }
        }
        found.retain(|other| self.differs(other, Attribute::Persistence));
        found
    }
}

/// Kinds that are made again for what they use, and stay what they are.
fn is_carried(kind: Kind) -> bool {
    minds_types(kind)
        || matches!(kind, Kind::Aggregate | Kind::Operator | Kind::Constraint | Kind::Index | Kind::Statistics)
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
