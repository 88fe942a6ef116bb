//! The schema of one database at one moment.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::attribute::Attribute;
use super::kind::Kind;
use super::name::Name;
use super::object::{Object, ObjectId};

/// The schema of one database at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which PostgreSQL it was read from.
    pub server: Version,
    /// The database's name.
    pub database: Name,
    /// Sorted, each identity once.
    objects: Vec<Object>,
    /// Places in `objects`: the first needs the second. Sorted, each once.
    dependencies: Vec<(u32, u32)>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// A server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// The major version, such as 15.
    pub major: u32,
    /// The minor version, such as 18.
    pub minor: u32,
}

/// Something that could not be read. What may be there is unknown: no comparison may call it equal or missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// The kinds concerned.
    pub kinds: Vec<Kind>,
    /// The attribute concerned; `None`: nothing at all is known of objects of these kinds.
    pub attribute: Option<Attribute>,
    /// Why, in a sentence.
    pub reason: String,
}

impl Gap {
    /// Whether it leaves unknown what an object of this kind is like, in this attribute (`None`: whether it is there).
    #[must_use]
    pub fn covers(&self, kind: Kind, attribute: Option<Attribute>) -> bool {
        self.kinds.contains(&kind) && (self.attribute.is_none() || self.attribute == attribute)
    }
}

/// A checksum of a snapshot's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl fmt::Display for Digest {
    /// In hex.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl Snapshot {
    /// A snapshot of these objects, in any order; dependencies name places in `objects` as they are given, the first
    /// needs the second. Of objects with the same identity the last one stays.
    #[must_use]
    pub fn new(
        server: Version,
        database: impl Into<Name>,
        objects: Vec<Object>,
        dependencies: Vec<(u32, u32)>,
        gaps: Vec<Gap>,
    ) -> Self {
        let mut order: Vec<u32> = (0..).take(objects.len()).collect();
        order.sort_by(|left, right| objects[*left as usize].id.cmp(&objects[*right as usize].id));
        let mut places = vec![0_u32; objects.len()];
        let mut given: Vec<Option<Object>> = objects.into_iter().map(Some).collect();
        let mut sorted: Vec<Object> = Vec::with_capacity(given.len());
        for at in order {
            let Some(object) = given[at as usize].take() else { continue };
            match sorted.last_mut() {
                Some(last) if last.id == object.id => *last = object,
                _ => sorted.push(object),
            }
            places[at as usize] = u32::try_from(sorted.len() - 1).unwrap_or(u32::MAX);
        }
        let mut dependencies: Vec<(u32, u32)> = dependencies
            .into_iter()
            .map(|(needs, needed)| (places[needs as usize], places[needed as usize]))
            .filter(|(needs, needed)| needs != needed)
            .collect();
        dependencies.sort_unstable();
        dependencies.dedup();
        Self { server, database: database.into(), objects: sorted, dependencies, gaps }
    }

    /// Every object, in the order of [`ObjectId`].
    #[must_use]
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The object of this identity.
    #[must_use]
    pub fn get(&self, id: &ObjectId) -> Option<&Object> {
        Some(&self.objects[self.place(id)?])
    }

    /// Every object of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> &[Object] {
        let start = self.objects.partition_point(|object| object.id.kind < kind);
        let end = self.objects.partition_point(|object| object.id.kind <= kind);
        &self.objects[start..end]
    }

    /// The parts of this kind that a relation or domain has, by name.
    #[must_use]
    pub fn parts(&self, whole: &ObjectId, kind: Kind) -> &[Object] {
        let of_kind = self.of_kind(kind);
        let key = |object: &Object| {
            (object.id.schema.as_ref(), object.id.relation.as_ref()).cmp(&(whole.schema.as_ref(), Some(&whole.name)))
        };
        let start = of_kind.partition_point(|object| key(object).is_lt());
        let end = of_kind.partition_point(|object| key(object).is_le());
        &of_kind[start..end]
    }

    /// What an object needs, as far as the server keeps track of it (`pg_depend`) and it cannot be seen from the
    /// object itself. A part stands for itself, not for its relation.
    pub fn needs(&self, id: &ObjectId) -> impl Iterator<Item = &ObjectId> {
        let place = self.place(id).and_then(|place| u32::try_from(place).ok());
        let start = place.map_or(0, |place| self.dependencies.partition_point(|(needs, _)| *needs < place));
        let end = place.map_or(0, |place| self.dependencies.partition_point(|(needs, _)| *needs <= place));
        self.dependencies[start..end].iter().map(|(_, needed)| &self.objects[*needed as usize].id)
    }

    /// Every dependency: the first needs the second.
    pub fn dependencies(&self) -> impl Iterator<Item = (&ObjectId, &ObjectId)> {
        let id = |place: &u32| &self.objects[*place as usize].id;
        self.dependencies.iter().map(move |(needs, needed)| (id(needs), id(needed)))
    }

    /// A checksum of everything but the database's name and the server's minor version: two snapshots with the same
    /// one are the same schema.
    #[must_use]
    pub fn digest(&self) -> Digest {
        struct Sink(Sha256);
        impl std::io::Write for Sink {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.update(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut sink = std::io::BufWriter::with_capacity(1 << 16, Sink(Sha256::new()));
        let content = (self.server.major, &self.objects, &self.dependencies, &self.gaps);
        serde_json::to_writer(&mut sink, &content).expect("neither the content nor a checksum can fail to be written");
        let Ok(Sink(sum)) = sink.into_inner() else { unreachable!("a checksum takes every byte") };
        Digest(sum.finalize().into())
    }

    fn place(&self, id: &ObjectId) -> Option<usize> {
        self.objects.binary_search_by(|object| object.id.cmp(id)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::object::Attributes;

    fn object(id: ObjectId) -> Object {
        Object::new(id, Attributes::new())
    }

    #[test]
    fn objects_parts_and_needs_are_found_by_identity() {
        let table = ObjectId::in_schema(Kind::Table, "public", "t");
        let other = ObjectId::in_schema(Kind::Table, "public", "t2");
        let view = ObjectId::in_schema(Kind::View, "public", "v");
        let objects = vec![
            object(view.clone()),
            object(other.part(Kind::Column, "x")),
            object(table.part(Kind::Column, "b")),
            object(table.part(Kind::Column, "a")),
            object(other.clone()),
            object(table.clone()),
        ];
        let version = Version { major: 15, minor: 1 };
        let snapshot = Snapshot::new(version, "db", objects, vec![(0, 2), (0, 5), (0, 2), (1, 1)], Vec::new());
        let names: Vec<&str> = snapshot.parts(&table, Kind::Column).iter().map(|part| &*part.id.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(snapshot.of_kind(Kind::Table).len(), 2);
        let needs: Vec<String> = snapshot.needs(&view).map(ToString::to_string).collect();
        assert_eq!(needs, ["public.t", "public.t.b"]);
        assert_eq!(snapshot.needs(&table).count(), 0);
        assert!(snapshot.get(&other).is_some() && snapshot.get(&ObjectId::global(Kind::Schema, "t")).is_none());
    }

    #[test]
    fn the_digest_is_of_the_content() {
        let of = |database: &str, minor, name: &str| {
            let objects = vec![object(ObjectId::global(Kind::Schema, name))];
            Snapshot::new(Version { major: 15, minor }, database, objects, Vec::new(), Vec::new()).digest()
        };
        assert_eq!(of("a", 1, "s"), of("b", 2, "s"));
        assert_ne!(of("a", 1, "s"), of("a", 1, "t"));
        assert_eq!(of("a", 1, "s").to_string().len(), 64);
    }
}
