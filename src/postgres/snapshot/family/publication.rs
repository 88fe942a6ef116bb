//! Publications with what they publish.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Kind, ObjectId, Value, Version};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Publication, Kind::PublicationTable, Kind::PublicationSchema],
    queries: |version, _| queries(version),
    read,
};

fn queries(version: Version) -> Vec<String> {
    let generated = if version.major >= 18 { "CASE pubgencols WHEN 's' THEN 'stored' END" } else { "NULL::text" };
    let (columns, filter) = if version.major >= 15 {
        (
            "ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
                   WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs) ORDER BY a.attnum)",
            "pg_get_expr(r.prqual, r.prrelid)",
        )
    } else {
        ("NULL::text[]", "NULL::text")
    };
    let schemas = if version.major >= 15 {
        "SELECT n.oid, n.pnnspid, p.pubname FROM pg_publication_namespace n JOIN pg_publication p ON p.oid = n.pnpubid"
    } else {
        "SELECT NULL::oid, NULL::oid, NULL::text WHERE false"
    };
    vec![
        format!(
            "SELECT oid, pubname, pubowner, puballtables, pubviaroot, pubinsert, pubupdate, pubdelete, pubtruncate,
                    {generated}
             FROM pg_publication"
        ),
        format!(
            "SELECT r.oid, r.prrelid, p.pubname, {columns}, {filter}
             FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid"
        ),
        schemas.to_owned(),
    ]
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [publications, tables, schemas] = answers.as_slice() else { return Ok(()) };
    for row in publications {
        let mut row = Columns::of(row);
        let (oid, name, owner) = (row.oid()?, row.text()?, row.oid()?);
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        attributes.flag(Attribute::AllTables, row.flag()?);
        attributes.flag(Attribute::ViaRoot, row.flag()?);
        let mut operations = Vec::new();
        for operation in ["insert", "update", "delete", "truncate"] {
            if row.flag()? {
                operations.push(operation);
            }
        }
        if operations.len() < 4 {
            attributes.set(Attribute::Operations, Value::list(operations));
        }
        attributes.some(Attribute::GeneratedColumns, row.optional()?.as_deref());
        reading.add(Address::of(Class::PUBLICATION, oid), ObjectId::global(Kind::Publication, &*name), attributes);
    }
    for row in tables {
        let mut row = Columns::of(row);
        let (oid, relation, name) = (row.oid()?, row.oid()?, row.text()?);
        let Some(id) = reading.names.relation(relation).map(|table| table.id.part(Kind::PublicationTable, &*name))
        else {
            continue;
        };
        let mut attributes = Attributes::new();
        let columns = row.texts()?;
        if !columns.is_empty() {
            attributes.set(Attribute::Columns, Value::set(columns.iter().map(Cow::as_ref)));
        }
        attributes.some(Attribute::Predicate, row.optional()?.as_deref());
        reading.add_part(Address::of(Class::PUBLICATION_RELATION, oid), id, attributes);
    }
    for row in schemas {
        let mut row = Columns::of(row);
        let (oid, schema, name) = (row.oid()?, row.oid()?, row.text()?);
        let Some(id) = reading.id_in(Kind::PublicationSchema, schema, &name) else { continue };
        reading.add(Address::of(Class::PUBLICATION_SCHEMA, oid), id, Attributes::new());
    }
    Ok(())
}
