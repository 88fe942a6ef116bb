//! Event triggers, default privileges, large objects.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::{Grant, Grantable};
use crate::schema::name::quoted;
use crate::schema::{Attribute, Attributes, Kind, Name, ObjectId, Value};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::EventTrigger, Kind::DefaultPrivileges, Kind::LargeObject],
    queries: |_, _| QUERIES.map(str::to_owned).to_vec(),
    read,
};

const QUERIES: [&str; 3] = [
    "SELECT oid, evtname, evtowner, evtevent, evtfoid::regproc::text, evtenabled, evttags FROM pg_event_trigger",
    "SELECT oid, defaclrole, defaclnamespace, defaclobjtype, defaclacl::text[] FROM pg_default_acl",
    "SELECT oid, lomowner, lomacl::text[] FROM pg_largeobject_metadata",
];

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [event_triggers, default_privileges, large_objects] = answers.as_slice() else { return Ok(()) };
    for row in event_triggers {
        let mut row = Columns::of(row);
        let (oid, name, owner) = (row.oid()?, row.text()?, row.oid()?);
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        attributes.set(Attribute::Event, &*row.text()?);
        attributes.set(Attribute::Function, &*row.text()?);
        attributes.some(Attribute::Enabled, super::enabled(row.letter()?));
        let tags = row.texts()?;
        if !tags.is_empty() {
            attributes.set(Attribute::Tags, Value::set(tags.iter().map(Cow::as_ref)));
        }
        reading.add(Address::of(Class::EVENT_TRIGGER, oid), ObjectId::global(Kind::EventTrigger, &*name), attributes);
    }
    for row in default_privileges {
        let mut row = Columns::of(row);
        let (oid, role, schema, letter, items) = (row.oid()?, row.oid()?, row.oid()?, row.letter()?, row.texts()?);
        let objects = match letter {
            'r' => "TABLES",
            'S' => "SEQUENCES",
            'f' => "FUNCTIONS",
            'T' => "TYPES",
            'n' => "SCHEMAS",
            _ => "LARGE OBJECTS",
        };
        let name: Name = format!("FOR ROLE {} ON {objects}", quoted(&reading.names.role(role))).into();
        let schema = (schema != 0).then(|| reading.names.schema(schema));
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, role);
        let spelled = items
            .iter()
            .map(|item| Name::from(Grant::parse(item).map_or_else(|| item.to_string(), |grant| grant.to_string())));
        attributes.set(Attribute::Grants, Value::set(spelled));
        let id = ObjectId { kind: Kind::DefaultPrivileges, schema, relation: None, name };
        reading.add(Address::of(Class::DEFAULT_PRIVILEGES, oid), id, attributes);
    }
    for row in large_objects {
        let mut row = Columns::of(row);
        let (oid, owner, grants) = (row.oid()?, row.oid()?, row.optional_texts()?);
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::LargeObject, owner, grants);
        let address = Address::of(Class::LARGE_OBJECT, oid);
        // Large objects are data; those that somebody may use, or has said something about, are part of a schema.
        let id = ObjectId::global(Kind::LargeObject, oid.to_string());
        if !reading.facts.says_something(address) && attributes.is_silent(Attribute::Grants) {
            continue;
        }
        reading.add(address, id, attributes);
    }
    Ok(())
}
