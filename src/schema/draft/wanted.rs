//! The schema that a selection of differences leads to: selected objects as they are in the one snapshot, all others
//! as they are in the other.

use std::collections::{HashMap, HashSet};

use super::companions::with_companions;
use super::lookup::column_id;
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// `from` with the selected objects as they are in `to`. The parts of a relation or domain that only one of them has
/// go with it, and the sequence of an identity column with its column.
pub fn wanted(from: &Snapshot, to: &Snapshot, selection: &[ObjectId]) -> Snapshot {
    let selection = with_companions(from, to, selection);
    let selected: HashSet<&ObjectId> = selection.iter().collect();
    let wholes: HashSet<(Option<&str>, &str)> = selection
        .iter()
        .filter(|id| id.kind.is_relation() || id.kind == Kind::Domain)
        .filter(|id| from.get(id).is_none() || to.get(id).is_none())
        .map(|id| (id.schema.as_deref(), &*id.name))
        .collect();
    // An identity's sequence may be told for its column, by whatever name.
    let identity_of = |id: &ObjectId| {
        let sequence = from.get(id).or_else(|| to.get(id))?;
        sequence.text(Attribute::IdentityOf).map(str::to_owned)
    };
    let identities: HashSet<String> = selection
        .iter()
        .filter_map(|id| if id.kind == Kind::Column { Some(id.to_string()) } else { identity_of(id) })
        .collect();
    // The columns of a view are what its query says.
    let views: HashSet<(Option<&str>, &str)> = selection
        .iter()
        .filter(|id| matches!(id.kind, Kind::View | Kind::MaterializedView))
        .map(|id| (id.schema.as_deref(), &*id.name))
        .collect();
    // Where one column changes its place, the others that do so too need not be told.
    let position = |id: &ObjectId, snapshot: &Snapshot| snapshot.get(id)?.number(Attribute::Position);
    let reordered: HashSet<(Option<&str>, Option<&str>)> = selection
        .iter()
        .filter(|id| id.kind == Kind::Column && position(id, from) != position(id, to))
        .map(|id| (id.schema.as_deref(), id.relation.as_deref()))
        .collect();
    let is_moved = |id: &ObjectId| {
        id.kind == Kind::Column
            && reordered.contains(&(id.schema.as_deref(), id.relation.as_deref()))
            && from.get(id).zip(to.get(id)).is_some_and(|(from, to)| {
                Attribute::ALL.iter().all(|one| *one == Attribute::Position || from.get(*one) == to.get(*one))
            })
    };
    let is_selected = |object: &Object| {
        let id = &object.id;
        let of_whole = id.relation.as_deref().is_some_and(|whole| {
            let whole = (id.schema.as_deref(), whole);
            wholes.contains(&whole) || id.kind == Kind::Column && views.contains(&whole)
        });
        let of_column = [Attribute::IdentityOf, Attribute::OwnedBy].into_iter().any(|attribute| {
            object.text(attribute).is_some_and(|column| {
                attribute == Attribute::IdentityOf
                    && (identities.contains(column)
                        || column_id(column).is_some_and(|column| {
                            column
                                .relation
                                .as_deref()
                                .is_some_and(|whole| wholes.contains(&(column.schema.as_deref(), whole)))
                        }))
            })
        });
        selected.contains(id) || of_whole || of_column || is_moved(id)
    };
    let mut objects: Vec<Object> = Vec::new();
    let mut places: HashMap<ObjectId, u32> = HashMap::new();
    let mut from_to: HashSet<ObjectId> = HashSet::new();
    let mut push = |object: &Object| {
        places.insert(object.id.clone(), u32::try_from(objects.len()).unwrap_or(u32::MAX));
        objects.push(object.clone());
    };
    for object in from.objects() {
        let other = to.get(&object.id);
        if !is_selected(object) && !other.is_some_and(&is_selected) {
            push(object);
        } else if let Some(other) = other {
            from_to.insert(other.id.clone());
            push(other);
        }
    }
    for object in to.objects() {
        if from.get(&object.id).is_none() && is_selected(object) {
            from_to.insert(object.id.clone());
            push(object);
        }
    }
    let mut dependencies = Vec::new();
    for (snapshot, is_to) in [(from, false), (to, true)] {
        for (needs, needed) in snapshot.dependencies() {
            // What reads the same on both sides may need another one of the same name there.
            let is_same = is_to && from.get(needs).is_some_and(|object| to.get(needs) == Some(object));
            if (from_to.contains(needs) == is_to || is_same)
                && let (Some(needs), Some(needed)) = (places.get(needs), places.get(needed))
            {
                dependencies.push((*needs, *needed));
            }
        }
    }
    Snapshot::new(from.server, from.database.clone(), objects, dependencies, Vec::new())
}
