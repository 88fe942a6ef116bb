//! Which findings are shown, and in which order.

use std::cmp::Reverse;

use crate::console::widget::input::Filter;
use crate::review::finding::Severity;
use crate::window::board::Board;
use crate::window::review::Judgement;
use crate::window::status::Status;

/// A finding of the judgement.
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
    /// Of migrations that are applied everywhere, too.
    pub applied_too: bool,
    /// What is searched for.
    pub query: String,
}

/// The findings that are wanted, the gravest first, and of the same severity those of the latest migration.
pub fn rows(judgement: &Judgement, board: &Board, filter: &Filter, wanted: &Wanted) -> Vec<Row> {
    let mut rows = Vec::new();
    for (migration, judged) in judgement.migrations().iter().enumerate() {
        if !wanted.applied_too && is_applied_everywhere(board, &judged.name) {
            continue;
        }
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
