//! The order of columns: compared among those that both sides have, so that one column more moves no other.

use std::collections::HashSet;

use crate::schema::attribute::{Attribute, Weight};
use crate::schema::ddl::table::find_table;
use crate::schema::kind::Kind;
use crate::schema::name::Name;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// How much it weighs that a column, which is on both sides, has another position; `None`: not at all, since it stands
/// between the same ones.
pub(super) fn weight(left: &Snapshot, right: &Snapshot, column: &ObjectId) -> Option<Weight> {
    let relation = column.relation.as_ref()?;
    let whole = ObjectId { kind: Kind::Table, schema: column.schema.clone(), relation: None, name: relation.clone() };
    if moved(left, right, &whole, |_, _| true).contains(&column.name) {
        // A dump writes what a table inherits before what it has of its own, wherever it stood; and what it has of its
        // own that is inherited as well, where the parent has it.
        let inherits = [left, right]
            .iter()
            .filter_map(|side| side.get(&whole))
            .any(|table| table.get(Attribute::Inherits).is_some() && table.get(Attribute::PartitionBound).is_none());
        let is_own = |side: &Snapshot, column: &Object| !is_from_above(side, &whole, column);
        let weighs = !inherits || moved(left, right, &whole, is_own).contains(&column.name);
        return Some(if weighs { Weight::Order } else { Weight::Information });
    }
    None
}

/// Whether a table has a column because a parent has it, be it by itself as well.
fn is_from_above(side: &Snapshot, table: &ObjectId, column: &Object) -> bool {
    let parents = side.get(table).map_or(&[][..], |table| table.list(Attribute::Inherits)).iter();
    let is_there = |parent: &Object| side.get(&parent.id.part(Kind::Column, column.id.name.clone())).is_some();
    column.flag(Attribute::Inherited) || parents.filter_map(|parent| find_table(parent, side)).any(is_there)
}

/// The fewest columns that would have to be moved to make the order the same.
fn moved(
    left: &Snapshot,
    right: &Snapshot,
    whole: &ObjectId,
    counts: impl Fn(&Snapshot, &Object) -> bool,
) -> HashSet<Name> {
    let in_order = |side: &Snapshot| {
        let mut columns: Vec<(i64, Name)> = (side.parts(whole, Kind::Column).iter())
            .filter(|column| counts(side, column))
            .map(|column| (column.number(Attribute::Position).unwrap_or_default(), column.id.name.clone()))
            .collect();
        columns.sort_unstable();
        columns.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    let (left, right) = (in_order(left), in_order(right));
    let places: Vec<usize> = left.iter().filter_map(|name| right.iter().position(|other| other == name)).collect();
    let stay: HashSet<usize> = longest_increasing(&places).into_iter().collect();
    places.into_iter().filter(|place| !stay.contains(place)).map(|place| right[place].clone()).collect()
}

/// The longest part of a sequence that increases.
fn longest_increasing(sequence: &[usize]) -> Vec<usize> {
    // The place of the last element of the best run of each length, and the element before each in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; sequence.len()];
    for (at, value) in sequence.iter().enumerate() {
        let length = ends.partition_point(|end| sequence[*end] < *value);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(place) = at {
        run.push(sequence[place]);
        at = before[place];
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[], 0)]
    #[case(&[0, 1, 2], 3)]
    #[case(&[2, 0, 1], 2)]
    #[case(&[1, 0, 3, 2, 4], 3)]
    fn the_longest_increasing_part_is_found(#[case] sequence: &[usize], #[case] length: usize) {
        let mut run = longest_increasing(sequence);
        run.reverse();
        assert!(run.is_sorted());
        assert_eq!(run.len(), length);
    }
}
