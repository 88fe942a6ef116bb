//! The migration that would end a drift, and its way back.
//!
//! Every selected difference becomes actions (remove, change, make); what stands in the way of one (a view over a column
//! whose type changes) is removed and made again. Actions are put in order by what needs what, in both snapshots.

mod action;
mod along;
mod circles;
mod companions;
mod copies;
mod edges;
mod lookup;
mod order;
mod parts;
mod plan;
mod rebuild;
mod refusal;
mod spread;
mod statement;
mod structure;
mod wanted;

pub use self::refusal::refusals;
use crate::schema::object::ObjectId;
use crate::schema::snapshot::Snapshot;

/// A migration and its way back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// From the left side to the right one.
    pub up: Vec<DraftStatement>,
    /// Back again.
    pub down: Vec<DraftStatement>,
    /// What cannot be drafted, and why.
    pub refused: Vec<(ObjectId, String)>,
}

/// One statement of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftStatement {
    /// The statement, without a semicolon.
    pub sql: String,
    /// The objects that it is about.
    pub objects: Vec<ObjectId>,
    /// What it may do to a database in use.
    pub safety: Safety,
    /// Whether PostgreSQL refuses it inside a transaction.
    pub outside_transaction: bool,
}

/// What a statement may do to a database in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safety {
    /// Nothing that others notice.
    Safe,
    /// Others wait meanwhile; says why.
    Locks(String),
    /// Something is lost; says what.
    Destroys(String),
}

/// Drafts what brings the selected objects of `from` to what they are in `to`, and back.
#[must_use]
pub fn draft(from: &Snapshot, to: &Snapshot, selection: &[ObjectId]) -> Draft {
    let wanted = wanted::wanted(from, to, selection);
    let (up, down) = (plan::statements(from, &wanted), plan::statements(&wanted, from));
    Draft { up, down, refused: refusals(from, to, selection) }
}
