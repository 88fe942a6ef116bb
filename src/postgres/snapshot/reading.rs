//! A snapshot while it is read: the names, the facts, and the objects so far.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::class::{Address, Class};
use super::columns::Oid;
use super::facts::Facts;
use super::names::Names;
use super::scope::Scope;
use crate::schema::grants::{self, Grant, Grantable};
use crate::schema::{Attribute, Attributes, Gap, Kind, Name, Object, ObjectId, Snapshot, Value, Version};

/// A snapshot while it is read. Families of kinds put their objects into it.
pub(super) struct Reading<'s> {
    pub(super) version: Version,
    pub(super) names: Names,
    pub(super) facts: Facts,
    scope: &'s Scope,
    objects: Vec<Object>,
    places: FxHashMap<Address, u32>,
    gaps: Vec<Gap>,
}

impl<'s> Reading<'s> {
    pub(super) fn new(version: Version, names: Names, facts: Facts, scope: &'s Scope) -> Self {
        let (objects, places, gaps) = (Vec::new(), FxHashMap::default(), Vec::new());
        Self { version, names, facts, scope, objects, places, gaps }
    }

    /// Makes room for so many more objects.
    pub(super) fn reserve(&mut self, more: usize) {
        self.objects.reserve(more);
        self.places.reserve(more);
    }

    /// Puts an object in, with its comment and its security labels, unless an extension made it or the scope leaves
    /// it out. Says whether it is in.
    pub(super) fn add(&mut self, address: Address, id: ObjectId, mut attributes: Attributes) -> bool {
        if self.facts.is_member(address.class, address.object) || self.scope.leaves_out(&id) {
            return false;
        }
        self.facts.attach(address, &mut attributes);
        self.push(address, Object::new(id, attributes));
        true
    }

    /// Puts a part of a relation in that is in itself: only that one is asked whether it belongs to the snapshot.
    pub(super) fn add_part(&mut self, address: Address, id: ObjectId, mut attributes: Attributes) {
        if !self.scope.leaves_out_part(&id) {
            self.facts.attach(address, &mut attributes);
            self.push(address, Object::new(id, attributes));
        }
    }

    fn push(&mut self, address: Address, object: Object) {
        self.places.insert(address, u32::try_from(self.objects.len()).unwrap_or(u32::MAX));
        self.objects.push(object);
    }

    /// Lets what refers to one address mean the object at another one: the rule of a view means the view.
    pub(super) fn stands_for(&mut self, address: Address, object: Address) {
        if let Some(place) = self.places.get(&object).copied() {
            self.places.insert(address, place);
        }
    }

    /// The identity of the object at this address, if it is in the snapshot.
    pub(super) fn id(&self, address: Address) -> Option<&ObjectId> {
        self.places.get(&address).map(|place| &self.objects[*place as usize].id)
    }

    /// The identity for an object in this schema, if what is in the schema belongs to a snapshot.
    pub(super) fn id_in(&mut self, kind: Kind, schema: Oid, name: &str) -> Option<ObjectId> {
        let schema = self.names.listed_schema(schema)?;
        Some(ObjectId { kind, schema: Some(schema), relation: None, name: self.names.intern(name) })
    }

    /// Says who owns it.
    pub(super) fn owner(&self, attributes: &mut Attributes, owner: Oid) {
        attributes.set(Attribute::Owner, self.names.role(owner));
    }

    /// Says who may do what with it, unless that is what its owner starts with (`acldefault`).
    pub(super) fn grants(
        &mut self,
        attributes: &mut Attributes,
        grantable: Grantable,
        owner: Oid,
        items: Option<Vec<Cow<'_, str>>>,
    ) {
        let Some(items) = items else { return };
        // Servers differ in when they quote a role here.
        let spell =
            |item: &Cow<'_, str>| Grant::parse(item).map_or_else(|| item.to_string(), |grant| grant.to_string());
        let items: Vec<Name> = items.iter().map(|item| self.names.intern(&spell(item))).collect();
        let granted = Value::set(items);
        if granted != Value::set(grants::default(grantable, &self.names.role(owner), self.version)) {
            attributes.set(Attribute::Grants, granted);
        }
    }

    /// Notes what could not be read.
    pub(super) fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// The snapshot of what was read.
    pub(super) fn finish(self, database: &str) -> Snapshot {
        let Self { version, facts, objects, places, gaps, names, .. } = self;
        // A column may stand for no object of its own; then its relation is meant. An array is of its elements' type.
        let place = |address: &Address| {
            let element = || {
                let array = names.type_of(address.object).filter(|_| address.class == Class::TYPE)?;
                places.get(&Address::of(Class::TYPE, array.element()?))
            };
            let found = places.get(address).or_else(|| places.get(&Address { part: 0, ..*address }));
            found.or_else(element).copied()
        };
        // Who needs what an extension made needs the extension.
        let needed_place = |address: &Address| {
            place(address).or_else(|| facts.extension(address).and_then(|extension| place(&extension)))
        };
        let dependencies = facts
            .dependencies
            .iter()
            .filter_map(|(needs, needed)| Some((place(needs)?, needed_place(needed)?)))
            .collect();
        Snapshot::new(version, database, objects, dependencies, gaps)
    }
}
