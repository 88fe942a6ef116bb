//! Schemas.

use super::{Alteration, Family, drop_plain, nothing};
use crate::schema::kind::Kind;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Schema], create, complete: nothing, alter: |_| Alteration::default(), drop: drop_plain };

fn create(schema: &Object, _: &Snapshot) -> Vec<String> {
    vec![format!("CREATE SCHEMA {}", schema.id)]
}
