//! Which findings are shown, and in which order.

use std::cmp::Reverse;

use crate::console::widget::input::Filter;
use crate::review::finding::Severity;
use crate::window::board::Board;
use crate::window::review::{Judged, Weighed};
use crate::window::status::Status;

/// A finding of those that were weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The place of its migration.
    pub migration: usize,
    /// Its place among the findings of that.
    pub finding: usize,
    /// How grave it is.
    pub severity: Severity,
}

/// Which findings are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of one severity only.
    pub severity: Option<Severity>,
    /// What is searched for.
    pub query: String,
}

/// What is found in the migrations that are not applied everywhere, or in all.
pub fn judged(weighed: &Weighed<'_>, board: &Board, applied_too: bool) -> Vec<Judged> {
    let wanted = weighed.names().filter(|name| applied_too || !is_applied_everywhere(board, name));
    wanted.filter_map(|name| weighed.find(name)).collect()
}

/// The findings that are wanted, the gravest first, and of the same severity those of the latest migration.
pub fn rows(judged: &[Judged], filter: &Filter, wanted: &Wanted) -> Vec<Row> {
    let mut rows = Vec::new();
    for (migration, judged) in judged.iter().enumerate() {
        for (place, placed) in judged.findings.iter().enumerate() {
            let finding = &placed.finding;
            let searched = || format!("{} {} {} {}", judged.name, finding.severity, finding.rule, finding.message);
            if wanted.severity.is_none_or(|only| only == finding.severity) && filter.matches(&searched()) {
                rows.push(Row { migration, finding: place, severity: finding.severity });
            }
        }
    }
    rows.sort_by_key(|row| (Reverse(row.severity), Reverse(row.migration), row.finding));
    rows
}

/// Whether every environment that answers has applied it; where none does, nothing is known to be.
fn is_applied_everywhere(board: &Board, name: &str) -> bool {
    let Some(row) = board.position(name) else { return false };
    let known: Vec<_> = board.columns.iter().filter(|column| column.is_known()).collect();
    let applied = |status: Option<Status>| matches!(status, Some(Status::Applied));
    !known.is_empty() && known.iter().all(|column| column.cells.get(row).is_some_and(|cell| applied(cell.status)))
}
