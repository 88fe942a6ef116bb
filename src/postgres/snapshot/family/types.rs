//! Enums, domains with their constraints, ranges, base types, shell types.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::{Attribute, Attributes, Kind, Value, Version};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Enum, Kind::Domain, Kind::DomainConstraint, Kind::Range, Kind::BaseType, Kind::ShellType],
    queries: |version, _| queries(version),
    read,
};

fn queries(version: Version) -> Vec<String> {
    // What the multirange is called unless something is said: the word in the range's name, or an ending.
    let multirange = if version.major >= 14 {
        "(SELECT 'MULTIRANGE_TYPE_NAME=' || quote_ident(n.nspname) || '.' || quote_ident(m.typname)
          FROM pg_type m JOIN pg_namespace n ON n.oid = m.typnamespace
          WHERE m.oid = r.rngmultitypid
            AND (m.typnamespace <> t.typnamespace
                 OR m.typname <> CASE WHEN strpos(t.typname, 'range') > 0
                                      THEN overlay(t.typname::text PLACING 'multirange'
                                                   FROM strpos(t.typname, 'range') FOR 5)
                                      ELSE t.typname || '_multirange' END))"
    } else {
        "NULL"
    };
    let multirange_oid = if version.major >= 14 { "r.rngmultitypid" } else { "0::oid" };
    let subscript = if version.major >= 14 {
        "CASE WHEN t.typsubscript <> 0 THEN 'SUBSCRIPT=' || t.typsubscript END"
    } else {
        "NULL"
    };
    vec![
        "SELECT t.oid, t.typnamespace, t.typname, t.typowner, t.typacl::text[],
                ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder)
         FROM pg_type t WHERE t.typtype = 'e' AND t.oid >= 16384"
            .to_owned(),
        "SELECT t.oid, t.typnamespace, t.typname, t.typowner, t.typacl::text[], format_type(t.typbasetype, t.typtypmod),
                t.typnotnull, pg_get_expr(t.typdefaultbin, 0),
                CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation END
         FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd' AND t.oid >= 16384"
            .to_owned(),
        "SELECT c.oid, c.contypid, c.conname, pg_get_constraintdef(c.oid), c.convalidated
         FROM pg_constraint c WHERE c.contypid >= 16384 AND c.contype = 'c'"
            .to_owned(),
        format!(
            "SELECT t.oid, t.typnamespace, t.typname, t.typowner, t.typacl::text[],
                    array_remove(ARRAY[
                        'SUBTYPE=' || format_type(r.rngsubtype, NULL),
                        (SELECT 'SUBTYPE_OPCLASS=' || quote_ident(n.nspname) || '.' || quote_ident(o.opcname)
                         FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace
                         WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
                        (SELECT 'COLLATION=' || quote_ident(n.nspname) || '.' || quote_ident(c.collname)
                         FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
                         WHERE c.oid = r.rngcollation AND c.oid <> b.typcollation),
                        CASE WHEN r.rngcanonical <> 0 THEN 'CANONICAL=' || r.rngcanonical END,
                        CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF=' || r.rngsubdiff END,
                        {multirange}
                    ]::text[], NULL),
                    {multirange_oid}
             FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_type b ON b.oid = r.rngsubtype
             WHERE t.oid >= 16384"
        ),
        // An array type is the one that its elements' type names.
        format!(
            "SELECT t.oid, t.typnamespace, t.typname, t.typowner, t.typacl::text[], t.typisdefined,
                    CASE WHEN t.typisdefined THEN array_remove(ARRAY[
                        'INPUT=' || t.typinput, 'OUTPUT=' || t.typoutput,
                        CASE WHEN t.typreceive <> 0 THEN 'RECEIVE=' || t.typreceive END,
                        CASE WHEN t.typsend <> 0 THEN 'SEND=' || t.typsend END,
                        CASE WHEN t.typmodin <> 0 THEN 'TYPMOD_IN=' || t.typmodin END,
                        CASE WHEN t.typmodout <> 0 THEN 'TYPMOD_OUT=' || t.typmodout END,
                        CASE WHEN t.typanalyze <> 0 THEN 'ANALYZE=' || t.typanalyze END,
                        {subscript},
                        'INTERNALLENGTH=' || CASE WHEN t.typlen = -1 THEN 'VARIABLE' ELSE t.typlen::text END,
                        CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,
                        'ALIGNMENT=' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4'
                                        ELSE 'double' END,
                        'STORAGE=' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                                      WHEN 'x' THEN 'extended' ELSE 'main' END,
                        CASE WHEN t.typcategory <> 'U' THEN 'CATEGORY=' || quote_literal(t.typcategory::text) END,
                        CASE WHEN t.typispreferred THEN 'PREFERRED=true' END,
                        'DEFAULT=' || quote_literal(t.typdefault),
                        CASE WHEN t.typelem <> 0 THEN 'ELEMENT=' || format_type(t.typelem, NULL) END,
                        CASE WHEN t.typdelim <> ',' THEN 'DELIMITER=' || quote_literal(t.typdelim::text) END,
                        CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE=true' END
                    ]::text[], NULL) END
             FROM pg_type t
             WHERE t.oid >= 16384
               AND (t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
                    OR t.typtype = 'p')"
        ),
    ]
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [enums, domains, constraints, ranges, base_types] = answers.as_slice() else { return Ok(()) };
    for (kind, rows) in
        [(Kind::Enum, enums), (Kind::Domain, domains), (Kind::Range, ranges), (Kind::BaseType, base_types)]
    {
        for row in rows {
            let mut row = Columns::of(row);
            let (oid, schema, name) = (row.oid()?, row.oid()?, row.text()?);
            let (owner, grants) = (row.oid()?, row.optional_texts()?);
            let mut attributes = Attributes::new();
            reading.owner(&mut attributes, owner);
            reading.grants(&mut attributes, Grantable::Type, owner, grants);
            let mut kind = kind;
            match kind {
                Kind::Enum => attributes.set(Attribute::Labels, Value::list(row.texts()?.iter().map(Cow::as_ref))),
                Kind::Domain => {
                    let base = row.text()?;
                    attributes.set(Attribute::DataType, reading.names.intern(&base));
                    attributes.flag(Attribute::NotNull, row.flag()?);
                    attributes.some(Attribute::Default, row.optional()?.as_deref());
                    let collation = row.oid()?;
                    if collation != 0 {
                        attributes.set(Attribute::Collation, reading.names.collation(collation));
                    }
                }
                Kind::BaseType => {
                    if !row.flag()? {
                        kind = Kind::ShellType;
                    }
                    attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref));
                }
                _ => attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref)),
            }
            let Some(id) = reading.id_in(kind, schema, &name) else { continue };
            let address = Address::of(Class::TYPE, oid);
            if reading.add(address, id, attributes) && kind == Kind::Range {
                // Whoever needs the multirange needs its range.
                reading.stands_for(Address::of(Class::TYPE, row.oid()?), address);
            }
        }
    }
    for row in constraints {
        let mut row = Columns::of(row);
        let (oid, domain, name) = (row.oid()?, row.oid()?, row.text()?);
        let address = Address::of(Class::TYPE, domain);
        let Some(id) = reading.id(address).map(|domain| domain.part(Kind::DomainConstraint, &*name)) else { continue };
        let mut attributes = Attributes::new();
        attributes.set(Attribute::Definition, &*row.text()?);
        attributes.flag(Attribute::Unvalidated, !row.flag()?);
        reading.add_part(Address::of(Class::CONSTRAINT, oid), id, attributes);
    }
    Ok(())
}
