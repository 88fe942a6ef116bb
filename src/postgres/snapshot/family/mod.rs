//! The kinds of objects, in families that are read together: one file each, and one line here.

mod cluster;
mod collation;
mod column;
mod constraint;
mod extension;
mod foreign;
mod index;
mod operator;
mod other;
mod policy;
mod publication;
mod relation;
mod routine;
mod rule;
mod schema;
mod sequence;
mod statistics;
mod subscription;
mod text_search;
mod trigger;
mod types;

use super::columns::Rows;
use super::reading::Reading;
use super::scope::Scope;
use crate::postgres::error::PgError;
use crate::schema::{Kind, Version};

/// Kinds of objects that are read together.
pub(super) struct Family {
    /// The kinds: what is unknown where the role may not read them. Kinds that a role may be denied belong to a family
    /// of their own.
    pub(super) kinds: &'static [Kind],
    /// What to ask a server of this version. Catalogs need no schema, everything else does; nothing may be locked or
    /// written.
    pub(super) queries: fn(Version, &Scope) -> Vec<String>,
    /// Puts what the answers tell into the reading. There is an answer to each question, in their order.
    pub(super) read: fn(&mut Reading<'_>, Vec<Rows>) -> Result<(), PgError>,
}

/// All families, in the order in which they are read: what others refer to comes before them. Relations are first, then
/// their columns; parts of relations are after these.
pub(super) const FAMILIES: &[Family] = &[
    cluster::DATABASE,
    cluster::CLUSTER,
    schema::FAMILY,
    extension::FAMILY,
    types::FAMILY,
    relation::FAMILY,
    column::FAMILY,
    sequence::FAMILY,
    index::FAMILY,
    constraint::FAMILY,
    trigger::FAMILY,
    rule::FAMILY,
    policy::FAMILY,
    statistics::FAMILY,
    routine::FAMILY,
    operator::FAMILY,
    collation::FAMILY,
    text_search::FAMILY,
    foreign::FAMILY,
    publication::FAMILY,
    subscription::FAMILY,
    other::FAMILY,
];

/// When a trigger or a rule is at work, unless that is always but on a replica (`tgenabled`, `ev_enabled`,
/// `evtenabled`).
fn enabled(letter: char) -> Option<&'static str> {
    match letter {
        'D' => Some("disabled"),
        'R' => Some("replica"),
        'A' => Some("always"),
        _ => None,
    }
}
