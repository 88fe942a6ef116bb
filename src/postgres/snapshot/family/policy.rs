//! Row security policies.

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Oid, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::name::quoted;
use crate::schema::{Attribute, Attributes, Kind, Value};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Policy],
    queries: |_, _| {
        vec![
            "SELECT oid, polrelid, polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid),
                    pg_get_expr(polwithcheck, polrelid)
             FROM pg_policy"
                .to_owned(),
        ]
    },
    read,
};

/// The roles of a policy that is for everybody.
const PUBLIC: Oid = 0;

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, relation, name) = (row.oid()?, row.oid()?, row.text()?);
        let name = reading.names.intern(&name);
        let Some(relation) = reading.names.relation(relation) else { continue };
        let id = relation.id.part(Kind::Policy, name);
        let mut attributes = Attributes::new();
        attributes.some(Attribute::Command, command(row.letter()?));
        attributes.flag(Attribute::Restrictive, !row.flag()?);
        let roles = row.oids()?;
        if !roles.contains(&PUBLIC) {
            let roles = roles.into_iter().map(|role| quoted(&reading.names.role(role)).into_owned());
            attributes.set(Attribute::Roles, Value::set(roles));
        }
        for attribute in [Attribute::Using, Attribute::Check] {
            attributes.some(attribute, row.optional()?.map(|text| reading.names.intern(&text)));
        }
        reading.add_part(Address::of(Class::POLICY, oid), id, attributes);
    }
    Ok(())
}

fn command(letter: char) -> Option<&'static str> {
    match letter {
        'r' => Some("select"),
        'a' => Some("insert"),
        'w' => Some("update"),
        'd' => Some("delete"),
        _ => None,
    }
}
