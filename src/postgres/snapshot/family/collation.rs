//! Collations and encoding conversions.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Kind, Version};

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Collation, Kind::Conversion], queries: |version, _| queries(version), read };

fn queries(version: Version) -> Vec<String> {
    // The locale of ICU was kept among those of the C library, then beside them, then together with other providers'.
    let locale = match version.major {
        ..=14 => "CASE WHEN c.collprovider = 'i' THEN c.collcollate::text END",
        15 | 16 => "c.colliculocale",
        _ => "c.colllocale",
    };
    let rules = if version.major >= 16 { "c.collicurules" } else { "NULL" };
    vec![
        format!(
            "SELECT c.oid, c.collnamespace, c.collname, c.collowner, c.collversion,
                    array_remove(ARRAY[
                        'PROVIDER=' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin'
                                       WHEN 'd' THEN 'default' ELSE 'libc' END,
                        'LOCALE=' || quote_literal(coalesce({locale}, CASE WHEN c.collcollate = c.collctype
                                                                           THEN c.collcollate::text END)),
                        CASE WHEN {locale} IS NULL AND c.collcollate <> c.collctype
                             THEN 'LC_COLLATE=' || quote_literal(c.collcollate) END,
                        CASE WHEN {locale} IS NULL AND c.collcollate <> c.collctype
                             THEN 'LC_CTYPE=' || quote_literal(c.collctype) END,
                        CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC=false' END,
                        'RULES=' || quote_literal({rules})
                    ]::text[], NULL)
             FROM pg_collation c
             WHERE c.oid >= 16384
               AND c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))"
        ),
        "SELECT oid, connamespace, conname, conowner, condefault,
                ARRAY['FOR=' || quote_literal(pg_encoding_to_char(conforencoding)),
                      'TO=' || quote_literal(pg_encoding_to_char(contoencoding)), 'FROM=' || conproc]
         FROM pg_conversion WHERE oid >= 16384"
            .to_owned(),
    ]
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [collations, conversions] = answers.as_slice() else { return Ok(()) };
    for row in collations {
        let mut row = Columns::of(row);
        let (oid, schema, name, owner) = (row.oid()?, row.oid()?, row.text()?, row.oid()?);
        let Some(id) = reading.id_in(Kind::Collation, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        attributes.unless(Attribute::CollationVersion, &row.text()?, "");
        attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref));
        reading.add(Address::of(Class::COLLATION, oid), id, attributes);
    }
    for row in conversions {
        let mut row = Columns::of(row);
        let (oid, schema, name, owner) = (row.oid()?, row.oid()?, row.text()?, row.oid()?);
        let Some(id) = reading.id_in(Kind::Conversion, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        attributes.flag(Attribute::IsDefault, row.flag()?);
        attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref));
        reading.add(Address::of(Class::CONVERSION, oid), id, attributes);
    }
    Ok(())
}
