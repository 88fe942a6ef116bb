//! Sequences, with the column that they go with. Their values are data.

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::{Attribute, Attributes, Kind};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Sequence],
    queries: |_, _| {
        let queries = [
            "SELECT d.objid, d.refobjid, d.refobjsubid, d.deptype
             FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
             WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
               AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0",
            "SELECT c.oid, c.relnamespace, c.relname, c.relowner, c.relacl::text[], c.relpersistence, s.seqtypid,
                    s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, s.seqcycle
             FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid",
        ];
        queries.map(str::to_owned).to_vec()
    },
    read,
};

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [owned, sequences] = answers.as_slice() else { return Ok(()) };
    let mut columns = FxHashMap::with_capacity_and_hasher(owned.len(), FxBuildHasher);
    for row in owned {
        let mut row = Columns::of(row);
        columns.insert(row.oid()?, (row.oid()?, row.integer()?, row.letter()?));
    }
    for row in sequences {
        let mut row = Columns::of(row);
        let (oid, schema, name) = (row.oid()?, row.oid()?, row.text()?);
        let Some(id) = reading.id_in(Kind::Sequence, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        if let Some((relation, number, dependency)) = columns.get(&oid) {
            // What goes with a table that is left out is left out.
            let Some(relation) = reading.names.relation(*relation) else { continue };
            let Some(column) = relation.column(*number) else { continue };
            let column = relation.id.part(Kind::Column, column.name.clone()).to_string();
            let attribute = if *dependency == 'i' { Attribute::IdentityOf } else { Attribute::OwnedBy };
            attributes.set(attribute, column);
        }
        let (owner, grants) = (row.oid()?, row.optional_texts()?);
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::Sequence, owner, grants);
        if row.letter()? == 'u' {
            attributes.set(Attribute::Persistence, "unlogged");
        }
        let data_type = reading.names.formatted_type(row.oid()?);
        attributes.unless(Attribute::DataType, &data_type, "bigint");
        let increment = row.integer()?;
        attributes.number(Attribute::Increment, increment, 1);
        let (least, greatest) = limits(&data_type, increment > 0);
        let (minimum, maximum, start) = (row.integer()?, row.integer()?, row.integer()?);
        attributes.number(Attribute::Minimum, minimum, least);
        attributes.number(Attribute::Maximum, maximum, greatest);
        attributes.number(Attribute::Start, start, if increment > 0 { minimum } else { maximum });
        attributes.number(Attribute::Cache, row.integer()?, 1);
        attributes.flag(Attribute::Cycle, row.flag()?);
        let _ = reading.add(Address::of(Class::RELATION, oid), id, attributes);
    }
    Ok(())
}

/// The least and the greatest value of a sequence that sets none.
fn limits(data_type: &str, ascends: bool) -> (i64, i64) {
    let (least, greatest) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if ascends { (1, greatest) } else { (least, -1) }
}
