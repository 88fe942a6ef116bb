//! What stands in the way of a change, and is removed for it and made again.

use std::collections::{BTreeSet, HashSet};

use super::parts::{
    is_foreign_key, is_type, is_view, may_be_called_short, mentions, minds_types, parts, stands_on, whole,
};
use super::plan::{Fate, Plan};
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, cast::are_comparable};
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

impl<'s> Plan<'s> {
    /// Takes in what stands in the way of what is to be dropped or to change its type.
    pub(super) fn spread(&mut self) {
        let mut work: Vec<ObjectId> = self.fates.keys().cloned().collect();
        let mut seen: HashSet<ObjectId> = HashSet::new();
        while let Some(id) = work.pop() {
            let (goes, changes) = (self.goes(&id), self.changes_type(&id));
            if !(goes || changes) || !seen.insert(id.clone()) {
                continue;
            }
            let is_remade = self.fates.get(&id) == Some(&Fate::Remake);
            // The parts of what is made again are made again.
            if is_remade && !id.kind.is_part() {
                let below: Vec<ObjectId> = parts(&id, self.left).map(|part| part.id.clone()).collect();
                for part in below {
                    let fate = if self.right.get(&part).is_some() { Fate::Remake } else { Fate::Drop };
                    self.fates.insert(part.clone(), fate);
                    seen.remove(&part);
                    work.push(part);
                }
            }
            if goes {
                self.mark_followers(&id, &mut work, &mut seen);
            }
            if changes || (id.kind == Kind::Column && goes) {
                self.mark_generated(&id, &mut work);
            }
            if changes && let Some(table) = whole(&id, self.left) {
                let name = quoted(&id.name);
                let keys = self.left.parts(table, Kind::Constraint).iter().filter(|key| {
                    key.text(Attribute::Definition).is_some_and(|text| mentions(text, &name))
                        && !self.goes(&key.id)
                        && self.right.get(&key.id).is_some()
                        && self.parts_keys(&id, &key.id)
                });
                let keys: Vec<ObjectId> = keys.map(|key| key.id.clone()).collect();
                for key in keys {
                    self.fates.insert(key.clone(), Fate::Remake);
                    work.push(key);
                }
            }
            let brings_columns = is_remade && is_type(id.kind) || self.is_replaced(&id) || self.rebuilt.contains(&id);
            if brings_columns {
                self.mark_columns_of(&id, &mut work, &mut seen);
            }
            for dependent in self.dependents.get(&id).cloned().unwrap_or_default() {
                self.mark_dependent(&id, dependent, changes, is_remade, &mut work, &mut seen);
            }
        }
    }

    /// What goes with something without the server's telling so: partitions and children, owned sequences, the indexes
    /// of partitions, and the index that one of these is joined to.
    pub(super) fn mark_followers(&mut self, id: &ObjectId, work: &mut Vec<ObjectId>, seen: &mut HashSet<ObjectId>) {
        let (left, right) = (self.left, self.right);
        let name = id.to_string();
        let mut followers: Vec<ObjectId> = Vec::new();
        match id.kind {
            // The sequences of a table that keeps its rows go on.
            Kind::Table if self.rebuilt.contains(id) => {}
            Kind::Column if whole(id, left).is_some_and(|table| self.rebuilt.contains(table)) => {}
            Kind::Table | Kind::Column => {
                let names = &self.left_names;
                let owned = if id.kind == Kind::Table { names.sequences_of(id) } else { names.owned(id) };
                let owned = owned.iter().filter(|one| one.get(Attribute::OwnedBy).is_some());
                let stays = |one: &&&Object| {
                    // One that is given to somebody else, or to nobody, is so before.
                    right.get(&one.id).is_some_and(|to| to.text(Attribute::OwnedBy) == one.text(Attribute::OwnedBy))
                };
                followers.extend(owned.filter(stays).map(|one| one.id.clone()));
                if id.kind == Kind::Table {
                    let children = names.children(id).iter();
                    let stays = |one: &&&Object| {
                        right
                            .get(&one.id)
                            .is_some_and(|to| to.list(Attribute::Inherits).iter().any(|parent| **parent == *name))
                    };
                    followers.extend(children.filter(stays).map(|one| one.id.clone()));
                }
            }
            Kind::Index | Kind::Constraint => {
                let index = ddl::common::index_name(id);
                let object = left.get(id);
                let parent = object.and_then(|object| object.text(Attribute::ParentIndex));
                followers.extend(self.left_names.attached(&index).iter().map(|child| (*child).clone()));
                if whole(id, left).is_some_and(|table| !self.goes(table)) {
                    followers.extend(parent.and_then(|parent| self.left_names.index(parent)).cloned());
                }
            }
            _ => {}
        }
        if id.kind == Kind::Column
            && let Some(table) = whole(id, left)
        {
            // What stands on a column goes with it.
            for kind in [Kind::Index, Kind::Constraint] {
                let standing = left.parts(table, kind).iter().filter(|part| stands_on(part, id));
                followers.extend(standing.map(|part| part.id.clone()));
            }
        }
        for follower in followers {
            if !self.goes(&follower) && right.get(&follower).is_some() {
                self.fates.insert(follower.clone(), Fate::Remake);
                seen.remove(&follower);
                work.push(follower);
            }
        }
    }

    pub(super) fn mark_dependent(
        &mut self,
        id: &ObjectId,
        dependent: &ObjectId,
        changes: bool,
        is_remade: bool,
        work: &mut Vec<ObjectId>,
        seen: &mut HashSet<ObjectId>,
    ) {
        if changes && !minds_types(dependent.kind) && !self.parts_keys(id, dependent) {
            return;
        }
        if self.goes(dependent) || self.right.get(dependent).is_none() {
            return;
        }
        // What is changed so that it needs it no more is changed before.
        let needs_still = self.right.needs(dependent).any(|needed| needed == id);
        let is_remade = is_remade || self.gives_way(id);
        if !changes && !is_remade && !needs_still && matches!(self.fates.get(dependent), Some(Fate::Alter(_))) {
            if dependent.kind == Kind::Column {
                self.released.insert(dependent.clone());
            }
            return;
        }
        match dependent.kind {
            Kind::Column => {
                let is_generated =
                    self.left.get(dependent).is_some_and(|column| column.get(Attribute::Generated).is_some());
                if is_type(id.kind) {
                    return;
                }
                if is_generated {
                    self.fates.insert(dependent.clone(), Fate::Remake);
                } else {
                    self.released.insert(dependent.clone());
                    self.fates.entry(dependent.clone()).or_insert_with(|| Fate::Alter(Vec::new()));
                }
            }
            kind if kind == Kind::Sequence || matches!(kind, Kind::Table | Kind::CompositeType) => return,
            _ => drop(self.fates.insert(dependent.clone(), Fate::Remake)),
        }
        seen.remove(dependent);
        work.push(dependent.clone());
    }

    /// Whether a routine that goes could be taken for one that comes: it has the same name, and one of the two can be
    /// called with fewer arguments than it has. Calls of it would be ambiguous as long as both are there.
    pub(super) fn gives_way(&self, id: &ObjectId) -> bool {
        self.left.get(id).is_some_and(|old| {
            self.right_names.overloads(id).iter().any(|new| {
                self.left.get(&new.id).is_none()
                    && new.id != *id
                    && (may_be_called_short(old) || may_be_called_short(new))
            })
        })
    }

    /// Whether a foreign key cannot stay while one of the columns that it is about gets its new type.
    fn parts_keys(&self, column: &ObjectId, key: &ObjectId) -> bool {
        let data_type =
            |snapshot: &'s Snapshot| snapshot.get(column).and_then(|column| column.text(Attribute::DataType));
        column.kind == Kind::Column
            && self.left.get(key).is_some_and(is_foreign_key)
            && data_type(self.left)
                .zip(data_type(self.right))
                .is_some_and(|(from, to)| !are_comparable(from, to, self.left, self.right))
    }

    /// Columns that are computed from one that goes or changes its type.
    pub(super) fn mark_generated(&mut self, id: &ObjectId, work: &mut Vec<ObjectId>) {
        let Some(table) = whole(id, self.left) else { return };
        let name = quoted(&id.name).into_owned();
        let computed: Vec<ObjectId> = self
            .left
            .parts(table, Kind::Column)
            .iter()
            .filter(|column| column.text(Attribute::Generated).is_some_and(|text| mentions(text, &name)))
            .map(|column| column.id.clone())
            .collect();
        for column in computed {
            if self.right.get(&column).is_some_and(|column| column.get(Attribute::Generated).is_some()) {
                self.fates.insert(column.clone(), Fate::Remake);
                work.push(column);
            }
        }
    }

    /// Columns of a type that is made anew: they are brought over.
    pub(super) fn mark_columns_of(&mut self, id: &ObjectId, work: &mut Vec<ObjectId>, seen: &mut HashSet<ObjectId>) {
        let name = id.to_string();
        let columns = self.left_names.of_type(id).to_vec();
        let tables: BTreeSet<&ObjectId> = columns.iter().filter_map(|column| whole(&column.id, self.left)).collect();
        for column in columns {
            if let Some(composite) = self.stored_type_of(&column.id).filter(|composite| !self.goes(composite)) {
                self.fates.insert(composite.clone(), Fate::Remake);
                seen.remove(composite);
                work.push(composite.clone());
                continue;
            }
            if let Some(table) = self.partitioned_by(&column.id).filter(|table| !self.goes(table)) {
                self.fates.insert(table.clone(), Fate::Remake);
                seen.remove(table);
                work.push(table.clone());
                continue;
            }
            let is_stored = whole(&column.id, self.left).is_some_and(|whole| !is_view(whole.kind));
            if is_stored && self.right.get(&column.id).is_some() && !self.goes(&column.id) {
                self.retyped.insert(column.id.clone());
                if column.get(Attribute::Default).is_some() {
                    self.released.insert(column.id.clone());
                }
                self.fates.entry(column.id.clone()).or_insert_with(|| Fate::Alter(Vec::new()));
                seen.remove(&column.id);
                work.push(column.id.clone());
            }
        }
        // Whatever stands on a table may use its columns of that type.
        // An expression may compare two of them, which for a while are of different types.
        for table in tables {
            let names: Vec<String> = (self.left_names.of_type(id).iter())
                .filter(|column| column.id.schema == table.schema && column.id.relation.as_ref() == Some(&table.name))
                .map(|column| quoted(&column.id.name).into_owned())
                .collect();
            for object in [Kind::Constraint, Kind::Index].iter().flat_map(|kind| self.left.parts(table, *kind)) {
                let texts =
                    [Attribute::Definition, Attribute::Predicate].map(|one| object.text(one).unwrap_or_default());
                let is_key = matches!(object.text(Attribute::ConstraintType), Some("primary key" | "unique"));
                let compares = |text: &str| !is_key && names.iter().any(|column| mentions(text, column));
                let casts = texts.iter().any(|text| text.contains(&name) || compares(text))
                    || object
                        .list(Attribute::Keys)
                        .iter()
                        .any(|key| key.contains(&name) || key.contains('(') && compares(key));
                if casts && !self.goes(&object.id) && self.right.get(&object.id).is_some() {
                    self.fates.insert(object.id.clone(), Fate::Remake);
                    work.push(object.id.clone());
                }
            }
        }
    }
}
