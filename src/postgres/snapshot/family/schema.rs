//! Schemas.

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::{Attributes, Kind, ObjectId};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Schema],
    queries: |_, _| vec!["SELECT oid, nspname, nspowner, nspacl::text[] FROM pg_namespace".to_owned()],
    read,
};

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, name, owner, grants) = (row.oid()?, row.text()?, row.oid()?, row.optional_texts()?);
        if reading.names.listed_schema(oid).is_none() {
            continue;
        }
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::Schema, owner, grants);
        reading.add(Address::of(Class::NAMESPACE, oid), ObjectId::global(Kind::Schema, &*name), attributes);
    }
    Ok(())
}
