//! Extended statistics objects. What they have gathered is data.

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Kind};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Statistics],
    queries: |_, _| {
        vec![
            "SELECT oid, stxrelid, stxnamespace, stxname, stxowner, stxstattarget, pg_get_statisticsobjdef(oid)
             FROM pg_statistic_ext"
                .to_owned(),
        ]
    },
    read,
};

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, relation, schema, name) = (row.oid()?, row.oid()?, row.oid()?, row.text()?);
        if reading.names.relation(relation).is_none() {
            continue;
        }
        let Some(id) = reading.id_in(Kind::Statistics, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, row.oid()?);
        attributes.number(Attribute::StatisticsTarget, row.number()?.unwrap_or(-1), -1);
        attributes.set(Attribute::Definition, &*row.text()?);
        reading.add(Address::of(Class::STATISTICS, oid), id, attributes);
    }
    Ok(())
}
