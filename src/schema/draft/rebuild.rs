//! Tables that are made anew with their rows, because no statement brings their columns into order.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use super::plan::{Fate, Plan};
use super::statement::plain;
use super::{DraftStatement, Safety};
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, Pair};
use crate::schema::kind::Kind;
use crate::schema::name::{Name, literal, quoted, without_last};
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

impl<'s> Plan<'s> {
    /// Tables whose columns no statement brings into their order, or into the order in which they are inherited. Not those
    /// that have children or partitions, nor partitions: there it would cost more than it is worth.
    pub(super) fn rebuild(&mut self) -> bool {
        let (left, right) = (self.left, self.right);
        let of_partitions = [Attribute::PartitionKey, Attribute::PartitionBound, Attribute::OfType];
        let mut is_any = false;
        for kind in [Kind::Table, Kind::ForeignTable] {
            for (from, to) in left.of_kind(kind).iter().filter_map(|from| Some((from, right.get(&from.id)?))) {
                if self.goes(&from.id)
                    || of_partitions.iter().any(|one| from.get(*one).is_some() || to.get(*one).is_some())
                {
                    continue;
                }
                let (old, new) = (from.list(Attribute::Inherits), to.list(Attribute::Inherits));
                let parents_stay: Vec<&Name> = old.iter().filter(|parent| new.contains(parent)).collect();
                let parents_move = !new.iter().filter(|parent| old.contains(parent)).eq(parents_stay);
                let inherits_otherwise = left.parts(&from.id, Kind::Column).iter().any(|column| {
                    let other = right.get(&column.id);
                    other.is_some_and(|other| other.get(Attribute::Inherited) != column.get(Attribute::Inherited))
                }) && !new.is_empty();
                // What stores its rows keeps the types of its columns.
                let is_stored = !self.left_names.of_type(&from.id).is_empty()
                    && left.parts(&from.id, Kind::Column).iter().any(|column| self.changes_type(&column.id));
                if (is_stored || parents_move || inherits_otherwise || !self.keeps_order(&from.id))
                    && self.left_names.children(&from.id).is_empty()
                    && self.right_names.children(&from.id).is_empty()
                {
                    self.fates.insert(from.id.clone(), Fate::Remake);
                    if kind == Kind::Table {
                        self.rebuilt.insert(from.id.clone());
                    }
                    is_any = true;
                }
            }
        }
        is_any
    }

    /// Puts a table out of the way, so that it can be made anew.
    pub(super) fn put_aside(&self, id: &ObjectId) -> Vec<DraftStatement> {
        let columns = self.left.parts(id, Kind::Column);
        let identities = columns.iter().filter(|column| column.get(Attribute::Identity).is_some());
        // It keeps what its parents lose.
        let parents = self.left.get(id).map_or(&[][..], |table| table.list(Attribute::Inherits));
        let parents = parents.iter().map(|parent| format!("ALTER TABLE {id} NO INHERIT {parent}"));
        // What they are reckoned by may go before the rows are brought over.
        let reckoned = columns.iter().filter_map(|column| {
            let goes =
                self.left.needs(&column.id).any(|used| matches!(self.fates.get(used), Some(Fate::Drop | Fate::Remake)));
            let what = match (column.get(Attribute::Generated), column.get(Attribute::Default)) {
                (Some(_), _) if column.get(Attribute::Virtual).is_none() => "EXPRESSION",
                (None, Some(_)) => "DEFAULT",
                _ => return None,
            };
            goes.then(|| format!("ALTER TABLE {id} ALTER COLUMN {} DROP {what}", quoted(&column.id.name)))
        });
        identities
            .map(|column| format!("ALTER TABLE {id} ALTER COLUMN {} DROP IDENTITY", quoted(&column.id.name)))
            .chain(parents)
            .chain(reckoned)
            .chain([format!("ALTER TABLE {id} RENAME TO {}", quoted(&old_name(id)))])
            .map(|sql| plain(sql, &[id]))
            .collect()
    }

    /// Brings the rows over from where they were put aside, and what counts on from them.
    pub(super) fn bring_rows(&self, id: &ObjectId) -> Vec<DraftStatement> {
        let mut columns: Vec<&Object> = self.right.parts(id, Kind::Column).iter().collect();
        columns.retain(|column| column.get(Attribute::Generated).is_none() && self.left.get(&column.id).is_some());
        columns.sort_by_key(|column| column.number(Attribute::Position));
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.id.name).into_owned()).collect();
        let values: Vec<String> = columns
            .iter()
            .zip(&names)
            .map(|(column, name)| {
                let Some(before) = self.left.get(&column.id) else { return name.clone() };
                let pair = Pair { from: before, to: column, from_schema: self.left, to_schema: self.right };
                if pair.differs(Attribute::DataType) { ddl::cast::converted(pair, name) } else { name.clone() }
            })
            .collect();
        let mut statements = Vec::new();
        if !names.is_empty() {
            statements.push(format!(
                "INSERT INTO {id} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM ONLY {}",
                names.join(", "),
                values.join(", "),
                old_id(id)
            ));
        }
        for sequence in self.right_names.sequences_of(id) {
            let of_column =
                |attribute: Attribute| sequence.text(attribute).map(|column| &column[without_last(column).len() + 1..]);
            if let Some(column) = of_column(Attribute::IdentityOf) {
                statements.push(format!(
                    "SELECT pg_catalog.setval({}, pg_catalog.max({column})) FROM {id} HAVING pg_catalog.max({column}) IS NOT NULL",
                    literal(&sequence.id.to_string())
                ));
            } else if of_column(Attribute::OwnedBy).is_some() && !self.comes(&sequence.id) {
                statements.extend(ddl::complete(sequence, self.right));
            }
        }
        let safety =
            || Safety::Locks("Every row is copied into a new table, and nobody can use it meanwhile.".to_owned());
        let written =
            |sql| DraftStatement { sql, objects: vec![id.clone()], safety: safety(), outside_transaction: false };
        statements.into_iter().map(written).collect()
    }

    /// Whether the columns that stay, and behind them the new ones, are in the order that they are to have.
    pub(super) fn keeps_order(&self, relation: &ObjectId) -> bool {
        let names = |snapshot: &'s Snapshot| {
            let mut columns: Vec<&Object> = snapshot.parts(relation, Kind::Column).iter().collect();
            columns.sort_by_key(|column| column.number(Attribute::Position));
            columns.into_iter().map(|column| &column.id.name).collect::<Vec<_>>()
        };
        let (before, after) = (names(self.left), names(self.right));
        let (was_there, is_there) = (before.iter().collect::<HashSet<_>>(), after.iter().collect::<HashSet<_>>());
        let stays = |name: &Name| {
            was_there.contains(&name)
                && self.fates.get(&relation.part(Kind::Column, name.clone())) != Some(&Fate::Remake)
        };
        let kept = before.iter().filter(|name| is_there.contains(name) && stays(name));
        let new = after.iter().filter(|name| !stays(name));
        kept.chain(new).eq(after.iter())
    }
}

/// The name that a type or a table has until its columns or rows are brought over.
///
/// It ends with what the whole name comes to, so that it is no name that is there already, and long ones that begin alike
/// do not get the same.
pub(super) fn old_name(id: &ObjectId) -> String {
    let sum = Sha256::digest(id.name.as_bytes());
    let ending = format!("_before_{:02x}{:02x}", sum[0], sum[1]);
    let mut name = id.name.to_string();
    while name.len() + ending.len() > LONGEST_NAME {
        name.pop();
    }
    name + &ending
}

/// How many bytes a name can have.
const LONGEST_NAME: usize = 63;

pub(super) fn old_id(id: &ObjectId) -> ObjectId {
    ObjectId { name: old_name(id).into(), ..id.clone() }
}
