//! How a status, a migration's type and an environment's tier look.

use crate::config::Environment;
use crate::console::layer::Subject;
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::widget::paint::{Piece, piece};
use crate::console::words::{age, took};
use crate::migration::name::MigrationType;
use crate::postgres::history::HistoryRow;
use crate::postgres::store::approvals::GivenApproval;
use crate::window::approval::{Standing, Void};
use crate::window::board::Cell;
use crate::window::status::Status;

/// The mark and the style of a status.
#[must_use]
pub fn mark(status: Status, glyphs: &Glyphs) -> (Role, &'static str) {
    match status {
        Status::Pending => (Role::StatusPending, glyphs.pending),
        Status::OutOfOrder => (Role::StatusOutOfOrder, glyphs.out_of_order),
        Status::Applied => (Role::StatusApplied, glyphs.applied),
        Status::Changed => (Role::StatusChanged, glyphs.changed),
        Status::Unverified => (Role::StatusUnverified, glyphs.unverified),
        Status::RolledBack => (Role::StatusRolledBack, glyphs.rolled_back),
        Status::MissingFile => (Role::StatusMissingFile, glyphs.missing_file),
        Status::Failed => (Role::StatusFailed, glyphs.failed),
        Status::Interrupted => (Role::StatusInterrupted, glyphs.interrupted),
    }
}

/// The style of a migration's type.
#[must_use]
pub fn type_role(kind: MigrationType) -> Role {
    match kind {
        MigrationType::Create => Role::TypeCreate,
        MigrationType::Alter => Role::TypeAlter,
        MigrationType::Drop => Role::TypeDrop,
        MigrationType::Seed => Role::TypeSeed,
        MigrationType::Fix => Role::TypeFix,
    }
}

/// The environment at a place of the configuration, as a screen's subject.
#[must_use]
pub fn subject_of(world: &World, environment: usize) -> Option<Subject> {
    world.config.environments.get(environment).map(subject)
}

/// An environment as a screen's subject.
#[must_use]
pub fn subject(environment: &Environment) -> Subject {
    Subject { environment: environment.name.to_string(), tier: environment.tier, access: environment.access }
}

/// The approvals that were given for what a migration lacks and that do not count, each with why.
pub fn void_words(standing: &Standing) -> impl Iterator<Item = String> {
    let words =
        |one: &GivenApproval, why: &Void| format!("{} by {} does not count: {}", one.approval, one.role, why.words());
    standing.in_vain().map(move |(one, why)| words(one, why))
}

/// One migration in one environment, in so many columns: its mark, and what fits of age, duration or word. What is pending
/// and `lacks_approval` says so instead.
#[must_use]
pub fn cell(
    cell: Cell,
    known: bool,
    row: Option<&HistoryRow>,
    world: &World,
    glyphs: &'static Glyphs,
    (width, lacks_approval): (u16, bool),
) -> Vec<Piece> {
    let Some(status) = cell.status else {
        // Unknown where the environment does not answer; nothing at all where it never heard of the migration.
        return if known { Vec::new() } else { vec![piece(Role::Faint, glyphs.unknown)] };
    };
    let (role, glyph) = mark(status, glyphs);
    if lacks_approval && status == Status::Pending {
        return vec![piece(Role::Bad, format!("{} approval", glyphs.failed))];
    }
    let mut pieces = vec![piece(role, glyph), piece(Role::Text, " ")];
    if status != Status::Applied {
        pieces.push(piece(role, status.words()));
        if lacks_approval {
            pieces.push(piece(Role::Bad, format!(" {}", glyphs.failed)));
        }
        return pieces;
    }
    let Some(row) = row else { return pieces };
    pieces.push(piece(Role::Dim, format!("{:<7}", age(row.applied_at, world.moment.now))));
    // A difference in line endings alone is worth more than a duration, and less than a status.
    match (cell.line_endings_only, row.execution_time) {
        (true, _) => pieces.push(piece(Role::Info, "eol")),
        (false, Some(duration)) if width >= 18 => pieces.push(piece(Role::Faint, format!("{:>9}", took(duration)))),
        _ => {}
    }
    pieces
}
