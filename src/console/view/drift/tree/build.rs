//! The nodes of a tree, from the differences of a comparison.

use crate::schema::{Kind, Name, ObjectId};
use crate::window::drift::Comparison;
use crate::window::drift::standing::Standing;
use crate::window::drift::words::presence;

use super::{Key, Node, Tally};

/// Where a difference belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) difference: u32,
    pub(super) standing: Standing,
    /// The kind under which it stands: of a part, that of its relation.
    pub(super) kind: Kind,
}

/// Every difference in the order of the tree.
pub(super) fn places(comparison: &Comparison) -> Vec<Place> {
    let differences = &comparison.drift.differences;
    // Parts of one relation stand together, so that its kind is mostly the one just found.
    let mut last: Option<(&ObjectId, Kind)> = None;
    let mut places: Vec<Place> = Vec::with_capacity(differences.len());
    for (index, difference) in (0..).zip(differences) {
        let id = &difference.id;
        let kind = match last {
            Some((other, kind)) if id.kind.is_part() && other.relation == id.relation && other.schema == id.schema => {
                kind
            }
            _ if id.kind.is_part() => whole_kind(comparison, id),
            _ => id.kind,
        };
        last = id.kind.is_part().then_some((id, kind));
        places.push(Place { difference: index, standing: comparison.standing(index as usize), kind });
    }
    places.sort_by(|left, right| {
        let key = |place: &Place| {
            let id = &differences[place.difference as usize].id;
            (schema_name(id), place.kind, whole_name(id), id.kind.is_part(), id.kind, &id.name)
        };
        key(left).cmp(&key(right))
    });
    places
}

/// The kind of the relation or domain that a part belongs to.
fn whole_kind(comparison: &Comparison, part: &ObjectId) -> Kind {
    let Some(relation) = &part.relation else { return part.kind };
    let mut whole = ObjectId { kind: Kind::Table, schema: part.schema.clone(), relation: None, name: relation.clone() };
    let kinds = Kind::ALL.iter().copied().filter(|kind| kind.is_relation() || *kind == Kind::Domain);
    let exists =
        |whole: &ObjectId| comparison.left_schema.get(whole).is_some() || comparison.right_schema.get(whole).is_some();
    for kind in kinds {
        whole.kind = kind;
        if exists(&whole) {
            return kind;
        }
    }
    Kind::Table
}

fn schema_name(id: &ObjectId) -> Option<&Name> {
    if id.kind == Kind::Schema { Some(&id.name) } else { id.schema.as_ref() }
}

fn whole_name(id: &ObjectId) -> &Name {
    id.relation.as_ref().filter(|_| id.kind.is_part()).unwrap_or(&id.name)
}

/// What a query looks through.
pub(super) fn searched(comparison: &Comparison, place: Place) -> Box<str> {
    let index = place.difference as usize;
    let difference = &comparison.drift.differences[index];
    let mut text = format!("{} {} {}", difference.id.kind, difference.id, place.standing.word());
    text.push(' ');
    text.push_str(&presence(comparison, difference.presence));
    for change in &difference.changes {
        text.push(' ');
        text.push_str(change.attribute.word());
    }
    for cause in comparison.explanations.get(index).into_iter().flatten().flat_map(|explanation| &explanation.by) {
        text.push(' ');
        text.push_str(&cause.migration);
    }
    text.to_lowercase().into()
}

/// The nodes of a tree, each before what is below it.
pub(super) fn nodes(comparison: &Comparison, places: impl Iterator<Item = Place>) -> Vec<Node> {
    let mut builder = Builder { nodes: Vec::new(), open: Vec::new() };
    builder.enter(0, Key::Everything, None);
    for place in places {
        let id = &comparison.drift.differences[place.difference as usize].id;
        let schema = schema_name(id);
        if !builder.is_in(1, |key| matches!(key, Key::Schema(open) if open.as_ref() == schema)) {
            builder.enter(1, Key::Schema(schema.cloned()), None);
        }
        if !builder.is_in(2, |key| matches!(key, Key::Kind(_, kind) if *kind == place.kind)) {
            builder.enter(2, Key::Kind(schema.cloned(), place.kind), None);
        }
        if !id.kind.is_part() {
            builder.enter(3, Key::Object(id.clone()), Some(place));
            continue;
        }
        let name = whole_name(id);
        if !builder.is_in(3, |key| matches!(key, Key::Object(open) if open.name == *name)) {
            let whole = ObjectId { kind: place.kind, schema: id.schema.clone(), relation: None, name: name.clone() };
            builder.enter(3, Key::Object(whole), None);
        }
        builder.enter(4, Key::Object(id.clone()), Some(place));
    }
    builder.leave(0);
    builder.nodes
}

/// Puts nodes one after another and counts what is below each.
struct Builder {
    nodes: Vec<Node>,
    /// The nodes that are not complete, from the outside in.
    open: Vec<usize>,
}

impl Builder {
    fn is_in(&self, depth: usize, is_it: impl Fn(&Key) -> bool) -> bool {
        self.open.get(depth).is_some_and(|node| is_it(&self.nodes[*node].key))
    }

    fn enter(&mut self, depth: u8, key: Key, place: Option<Place>) {
        self.leave(usize::from(depth));
        let mut tally = Tally::default();
        if let Some(place) = place {
            tally.add(place.standing);
        }
        self.open.push(self.nodes.len());
        self.nodes.push(Node { key, depth, difference: place.map(|place| place.difference), tally, end: 0 });
    }

    /// Completes every open node of this depth and deeper.
    fn leave(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(done) = self.open.pop() else { return };
            self.nodes[done].end = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            let tally = self.nodes[done].tally;
            if let Some(above) = self.open.last() {
                self.nodes[*above].tally.add_all(tally);
            }
        }
    }
}
