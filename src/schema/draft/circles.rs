//! What needs itself by way of something else: a view of a function that returns the view's rows, a default that is a
//! function which reads the table. Such a circle is made by way of a form that needs nothing, and undone the same way.

use std::collections::HashMap;

use super::parts::{is_view, whole};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::{Attributes, Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// The objects of a snapshot that need themselves.
pub(super) struct Circles<'s> {
    snapshot: &'s Snapshot,
    /// The circle of each object that is in one; columns are in that of their relation.
    of: HashMap<&'s ObjectId, usize>,
}

impl<'s> Circles<'s> {
    /// Finds them.
    pub(super) fn of(snapshot: &'s Snapshot) -> Self {
        let mut places: HashMap<&ObjectId, usize> = HashMap::new();
        let mut nodes: Vec<&ObjectId> = Vec::new();
        let mut needs: Vec<Vec<usize>> = Vec::new();
        for (user, used) in snapshot.dependencies() {
            let [user, used] = [user, used].map(|id| {
                let id = node(id, snapshot);
                *places.entry(id).or_insert_with(|| {
                    nodes.push(id);
                    needs.push(Vec::new());
                    nodes.len() - 1
                })
            });
            if user != used {
                needs[user].push(used);
            }
        }
        let of = components(&needs).into_iter().zip(nodes).filter_map(|(circle, id)| Some((id, circle?))).collect();
        Self { snapshot, of }
    }

    /// Whether two objects are in the same one.
    pub(super) fn holds(&self, one: &ObjectId, other: &ObjectId) -> bool {
        let circle = |id| self.of.get(node(id, self.snapshot));
        !self.of.is_empty() && circle(one).is_some() && circle(one) == circle(other)
    }

    /// Whether an object is a view in one: it can be there without its query.
    pub(super) fn has_view(&self, id: &ObjectId) -> bool {
        id.kind == Kind::View && self.of.contains_key(id)
    }

    /// Whether an object is a column in one by its default: it can be there without.
    pub(super) fn has_default(&self, id: &ObjectId) -> bool {
        !self.of.is_empty()
            && id.kind == Kind::Column
            && self.snapshot.get(id).is_some_and(|column| column.get(Attribute::Default).is_some())
            && whole(id, self.snapshot).is_some_and(|table| table.kind == Kind::Table)
            && self.snapshot.needs(id).any(|used| used.kind != Kind::Column && self.holds(id, used))
    }

    /// A view with its columns that needs nothing but their types.
    pub(super) fn empty_view(&self, id: &ObjectId) -> String {
        let mut columns: Vec<&Object> = self.snapshot.parts(id, Kind::Column).iter().collect();
        columns.sort_by_key(|column| column.number(Attribute::Position));
        let columns: Vec<String> = columns
            .into_iter()
            .map(|column| {
                let collation =
                    column.text(Attribute::Collation).map(|one| format!(" COLLATE {one}")).unwrap_or_default();
                let data_type = column.text(Attribute::DataType).unwrap_or_default();
                format!("NULL::{data_type}{collation} AS {}", quoted(&column.id.name))
            })
            .collect();
        format!("CREATE OR REPLACE VIEW {id} AS SELECT {}", columns.join(", "))
    }

    /// A table alone, with none of the defaults that are in a circle.
    pub(super) fn without_defaults(&self, table: &ObjectId) -> Option<Snapshot> {
        let columns = self.snapshot.parts(table, Kind::Column);
        if !columns.iter().any(|column| self.has_default(&column.id)) {
            return None;
        }
        let loosened = columns.iter().map(|column| {
            let mut attributes = Attributes::new();
            for (attribute, value) in column.attributes() {
                if *attribute != Attribute::Default || !self.has_default(&column.id) {
                    attributes.some(*attribute, Some(value.clone()));
                }
            }
            Object::new(column.id.clone(), attributes)
        });
        let around = self.snapshot.get(table).into_iter().chain(self.snapshot.of_kind(Kind::Sequence));
        let objects = around.cloned().chain(loosened).collect();
        Some(Snapshot::new(self.snapshot.server, self.snapshot.database.clone(), objects, Vec::new(), Vec::new()))
    }
}

/// Columns stand for their relation.
fn node<'s>(id: &'s ObjectId, snapshot: &'s Snapshot) -> &'s ObjectId {
    let relation = (id.kind == Kind::Column).then(|| whole(id, snapshot)).flatten();
    relation.filter(|relation| relation.kind == Kind::Table || is_view(relation.kind)).unwrap_or(id)
}

/// The circle that each node is in, if it is in one: Tarjan's way, without recursion, for chains may be long.
fn components(needs: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut circles: Vec<Option<usize>> = vec![None; needs.len()];
    let mut numbers: Vec<Option<usize>> = vec![None; needs.len()];
    let mut lowest = vec![0_usize; needs.len()];
    let mut is_open = vec![false; needs.len()];
    let (mut open, mut count) = (Vec::new(), 0);
    for root in 0..needs.len() {
        if numbers[root].is_some() {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                numbers[node] = Some(count);
                lowest[node] = count;
                count += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(&other) = needs[node].get(next) {
                path.push((node, next + 1));
                match numbers[other] {
                    None => path.push((other, 0)),
                    Some(number) if is_open[other] => lowest[node] = lowest[node].min(number),
                    Some(_) => {}
                }
                continue;
            }
            if let Some((parent, _)) = path.last() {
                lowest[*parent] = lowest[*parent].min(lowest[node]);
            }
            if numbers[node] == Some(lowest[node]) {
                let start = open.iter().rposition(|one| *one == node).unwrap_or(0);
                let members = open.split_off(start);
                for member in &members {
                    is_open[*member] = false;
                    circles[*member] = (members.len() > 1).then_some(node);
                }
            }
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_told_from_chains() {
        let circles = components(&[vec![1], vec![2, 3], vec![0], vec![4], vec![]]);
        assert!(circles[0].is_some() && circles[0] == circles[1] && circles[1] == circles[2]);
        assert_eq!(circles[3..], [None, None]);
    }
}
