//! Triggers that somebody has made: those of foreign keys, and those that partitions have from their parents, are not.

use super::{Family, enabled};
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Kind};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Trigger],
    // A partition's copy is told where it is switched on or off otherwise than that of its parent.
    queries: |_, _| {
        vec![
            "SELECT t.oid, t.tgrelid, t.tgname, t.tgenabled, p.oid IS NOT NULL,
                    CASE WHEN p.oid IS NULL THEN pg_get_triggerdef(t.oid) END
             FROM pg_trigger t LEFT JOIN pg_trigger p ON p.oid = t.tgparentid
             WHERE CASE WHEN t.tgparentid = 0 THEN NOT t.tgisinternal ELSE t.tgenabled <> p.tgenabled END"
                .to_owned(),
        ]
    },
    read,
};

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, relation, name) = (row.oid()?, row.oid()?, row.text()?);
        let name = reading.names.intern(&name);
        let Some(relation) = reading.names.relation(relation) else { continue };
        let id = relation.id.part(Kind::Trigger, name);
        let mut attributes = Attributes::new();
        let letter = row.letter()?;
        let is_copy = row.flag()?;
        attributes.flag(Attribute::Inherited, is_copy);
        match enabled(letter) {
            None if is_copy => attributes.set(Attribute::Enabled, "origin"),
            word => attributes.some(Attribute::Enabled, word),
        }
        attributes.unless(Attribute::Definition, &row.text()?, "");
        reading.add_part(Address::of(Class::TRIGGER, oid), id, attributes);
    }
    Ok(())
}
