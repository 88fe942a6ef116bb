//! What needs what without the server's telling.

use std::collections::HashMap;

use super::parts::whole;
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::object::ObjectId;
use crate::schema::snapshot::Snapshot;

/// What can be seen without the server's telling: parts need their whole, everything its schema, children their
/// parents.
pub(super) fn structure(snapshot: &Snapshot) -> Vec<(&ObjectId, &ObjectId)> {
    let kinds = [Kind::Table, Kind::ForeignTable, Kind::CompositeType];
    let by_name: HashMap<String, &ObjectId> = kinds
        .iter()
        .flat_map(|kind| snapshot.of_kind(*kind))
        .map(|object| (object.id.to_string(), &object.id))
        .collect();
    let mut needs = Vec::new();
    for object in snapshot.objects() {
        let id = &object.id;
        let schema = id.schema.as_ref().or(match id.kind {
            Kind::Extension => object.get(Attribute::InSchema).and_then(|value| value.as_text()),
            _ => None,
        });
        if let Some(schema) = schema.and_then(|name| snapshot.get(&ObjectId::global(Kind::Schema, name.clone()))) {
            needs.push((id, &schema.id));
        }
        if let Some(whole) = whole(id, snapshot) {
            needs.push((id, whole));
        }
        let others = object.list(Attribute::Inherits).iter().map(|name| &**name).chain(object.text(Attribute::OfType));
        needs.extend(others.filter_map(|name| by_name.get(name)).map(|other| (id, *other)));
        if matches!(id.kind, Kind::PublicationTable | Kind::PublicationSchema)
            && let Some(publication) = snapshot.get(&ObjectId::global(Kind::Publication, id.name.clone()))
        {
            needs.push((id, &publication.id));
        }
        for (attribute, kind) in [
            (Attribute::Server, Kind::Server),
            (Attribute::Wrapper, Kind::ForeignDataWrapper),
            (Attribute::AccessMethod, Kind::AccessMethod),
            (Attribute::Language, Kind::Language),
        ] {
            let named = object.text(attribute).and_then(|name| snapshot.get(&ObjectId::global(kind, name)));
            needs.extend(named.map(|other| (id, &other.id)));
        }
    }
    needs
}
