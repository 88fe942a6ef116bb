//! Rewrite rules. That of a view is the view.

use super::{Family, enabled};
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Kind};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Rule],
    queries: |_, _| {
        vec![
            "SELECT oid, ev_class, rulename, ev_enabled, CASE WHEN rulename <> '_RETURN' THEN pg_get_ruledef(oid) END
             FROM pg_rewrite WHERE ev_class >= 16384"
                .to_owned(),
        ]
    },
    read,
};

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, relation_oid, name) = (row.oid()?, row.oid()?, row.text()?);
        let (address, letter) = (Address::of(Class::REWRITE, oid), row.letter()?);
        let Some(definition) = row.optional()? else {
            reading.stands_for(address, Address::of(Class::RELATION, relation_oid));
            continue;
        };
        let name = reading.names.intern(&name);
        let Some(relation) = reading.names.relation(relation_oid) else { continue };
        let id = relation.id.part(Kind::Rule, name);
        let mut attributes = Attributes::new();
        attributes.some(Attribute::Enabled, enabled(letter));
        attributes.set(Attribute::Definition, definition.trim_end_matches(';'));
        reading.add_part(address, id, attributes);
    }
    Ok(())
}
