//! What comes and goes with something else, without a statement of its own.

use std::collections::HashSet;

use super::lookup::{column_id, table_id};
use super::parts::{has_columns_of_another, is_foreign_key, is_view, whole};
use super::plan::Plan;
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::dotted;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// What a statement on a column changes in those below it as well.
pub(super) const COMING_DOWN: [Attribute; 6] = [
    Attribute::DataType,
    Attribute::Collation,
    Attribute::Default,
    Attribute::NotNull,
    Attribute::Storage,
    Attribute::StatisticsTarget,
];

impl<'s> Plan<'s> {
    /// Whether an object comes and goes with its whole, or with what owns it, without a statement of its own.
    pub(super) fn is_dropped_along(&self, id: &ObjectId) -> bool {
        if let Some(whole) = whole(id, self.left) {
            let is_foreign_key = self.left.get(id).is_some_and(is_foreign_key);
            // One that is only put aside takes the names of its indexes along: they go by themselves.
            let keeps_parts = self.rebuilt.contains(whole) && id.kind != Kind::Column;
            if self.goes(whole) && !is_foreign_key && !keeps_parts && !self.is_circular(id, whole) {
                return true;
            }
            if id.kind == Kind::Column && is_view(whole.kind) {
                return true;
            }
        }
        let Some(object) = self.left.get(id) else { return false };
        if self.goes_with_original(object) {
            return true;
        }
        // The functions that read and write a base type go with it.
        if matches!(id.kind, Kind::Function)
            && self.left.needs(id).any(|needed| {
                needed.kind == Kind::BaseType && self.goes(needed) && self.left.needs(needed).any(|other| other == id)
            })
        {
            return true;
        }
        if object.get(Attribute::IdentityOf).is_some() {
            return true;
        }
        if object.text(Attribute::OwnedBy).is_some_and(|column| self.column_goes(column)) {
            return true;
        }
        if matches!(id.kind, Kind::PublicationTable | Kind::PublicationSchema) {
            return self.goes(&ObjectId::global(Kind::Publication, id.name.clone()));
        }
        let comes_down = object.flag(Attribute::Inherited) && matches!(id.kind, Kind::Column | Kind::Trigger)
            || id.kind == Kind::Column && has_columns_of_another(id, self.left);
        if comes_down && self.parent_part(id, self.left).is_some_and(|parent| self.goes(&parent)) {
            return true;
        }
        // That of a partition goes with that of its table, unless the partition has left.
        let has_left = || {
            let table = whole(id, self.left).and_then(|table| self.left.get(table));
            table.is_some_and(|table| {
                table.list(Attribute::Inherits).iter().any(|parent| !self.keeps_parent(&table.id, parent))
            })
        };
        object.text(Attribute::ParentIndex).is_some_and(|parent| self.index_goes(parent) && !has_left())
    }

    pub(super) fn is_created_along(&self, id: &ObjectId) -> bool {
        if id.kind == Kind::Column
            && let Some(whole) = whole(id, self.right)
            && (self.comes(whole) || is_view(whole.kind))
        {
            return true;
        }
        let Some(object) = self.right.get(id) else { return false };
        let comes_down =
            id.kind == Kind::Column && (object.flag(Attribute::Inherited) || has_columns_of_another(id, self.right));
        if comes_down && self.parent_part(id, self.right).is_some_and(|parent| self.comes(&parent)) {
            return true;
        }
        object.get(Attribute::IdentityOf).is_some()
    }

    /// Whether a part uses a function that goes and that needs the part's whole, for it takes its rows: then the part
    /// must go before the function, and the function before the whole.
    fn is_circular(&self, part: &ObjectId, whole: &ObjectId) -> bool {
        if part.kind == Kind::Column {
            return false;
        }
        let is_routine = |id: &&ObjectId| matches!(id.kind, Kind::Function | Kind::Aggregate | Kind::Operator);
        let mut work: Vec<&ObjectId> = self.left.needs(part).filter(is_routine).filter(|id| self.goes(id)).collect();
        let mut seen: HashSet<&ObjectId> = work.iter().copied().collect();
        while let Some(used) = work.pop() {
            for needed in self.left.needs(used) {
                if needed == whole {
                    return true;
                }
                if needed.relation.is_none() && seen.insert(needed) {
                    work.push(needed);
                }
            }
        }
        false
    }

    /// Whether the column of this qualified name goes, with its table or alone.
    pub(super) fn column_goes(&self, column: &str) -> bool {
        column_id(column)
            .is_some_and(|column| self.goes(&column) || whole(&column, self.left).is_some_and(|table| self.goes(table)))
    }

    /// Whether the index of this qualified name goes.
    pub(super) fn index_goes(&self, name: &str) -> bool {
        self.left_names.index(name).is_some_and(|index| self.goes(index))
    }

    /// Whether a table is joined to a parent in the same way before and after.
    pub(super) fn keeps_parent(&self, table: &ObjectId, parent: &str) -> bool {
        let inherits = |table: &Object| table.list(Attribute::Inherits).iter().any(|one| **one == *parent);
        self.left.get(table).zip(self.right.get(table)).is_some_and(|(left, right)| {
            inherits(left)
                && inherits(right)
                && left.get(Attribute::PartitionBound) == right.get(Attribute::PartitionBound)
        })
    }

    /// The column above this one whose value of an attribute comes down to it, for it or one further up changes.
    pub(super) fn comes_down(&self, column: &ObjectId, attribute: Attribute) -> Option<&'s Object> {
        if !COMING_DOWN.contains(&attribute) {
            return None;
        }
        let parent = self.parent_part(column, self.right)?;
        let (before, after) = (self.left.get(&parent)?, self.right.get(&parent)?);
        let stays = !self.goes(&parent) && !whole(&parent, self.left).is_some_and(|table| self.goes(table));
        let changes = before.get(attribute) != after.get(attribute) && stays;
        (changes || self.comes_down(&parent, attribute).is_some()).then_some(after)
    }

    /// The same part of a table that this one inherits from or is a partition of, before and after.
    pub(super) fn parent_part(&self, id: &ObjectId, snapshot: &Snapshot) -> Option<ObjectId> {
        let table = whole(id, snapshot).and_then(|whole| snapshot.get(whole))?;
        let of_type = table.text(Attribute::OfType).filter(|of_type| {
            [self.left, self.right]
                .iter()
                .all(|side| side.get(&table.id).is_some_and(|table| table.text(Attribute::OfType) == Some(of_type)))
        });
        if let Some([schema, name]) = of_type.and_then(|of_type| <[_; 2]>::try_from(dotted(of_type)).ok()) {
            let part = ObjectId::in_schema(Kind::CompositeType, schema, name).part(id.kind, id.name.clone());
            return snapshot.get(&part).map(|part| part.id.clone());
        }
        let stays = table.list(Attribute::Inherits).iter().filter(|parent| self.keeps_parent(&table.id, parent));
        stays.into_iter().find_map(|parent| {
            let parent = table_id(parent, snapshot)?;
            snapshot.get(&parent.part(id.kind, id.name.clone())).map(|part| part.id.clone())
        })
    }
}
