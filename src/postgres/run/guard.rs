//! What is checked about a run before anything is sent.

use crate::migration::script::{Record, StatementKind};
use crate::postgres::grant::WriteGrant;

use super::{Direction, RunErrorKind, ScriptRun};

/// Why a run may not even begin: no leave to write there, or a script that says it records another migration.
///
/// What a script computes only when it runs is found out in its transaction.
pub(super) fn objection(grant: &WriteGrant, run: &ScriptRun<'_>) -> Option<(RunErrorKind, Option<usize>)> {
    if grant.environment() != run.environment {
        let (granted, asked) = (grant.environment().to_owned(), run.environment.to_owned());
        return Some((RunErrorKind::NotGranted { granted, asked }, None));
    }
    for (index, statement) in run.script.statements().iter().enumerate() {
        let Some(record) = &statement.records else { continue };
        if let Some(other) = record.names().iter().find(|name| *name != run.name.as_str()) {
            let (recorded, expected) = (other.clone(), run.name.as_str().to_owned());
            return Some((RunErrorKind::RecordsAnotherName { recorded, expected }, Some(index)));
        }
    }
    None
}

/// How many rows of the history a script may write by what it says: its own row, once a statement.
pub(super) fn expected_writes(run: &ScriptRun<'_>) -> usize {
    let records_itself = |record: &Record| match (record, run.direction) {
        (Record::Insert(names) | Record::Update(names), Direction::Up)
        | (Record::Delete(names) | Record::Update(names), Direction::Down) => !names.is_empty(),
        _ => false,
    };
    let records = run.script.statements().iter().filter_map(|statement| statement.records.as_ref());
    records.filter(|record| records_itself(record)).count()
}

/// Whether a script gives up what the session has prepared.
pub(super) fn forgets_prepared(run: &ScriptRun<'_>) -> bool {
    has_command(run, "DEALLOCATE")
}

/// Whether a script prepares statements, which would stay for the scripts after it.
pub(super) fn prepares(run: &ScriptRun<'_>) -> bool {
    has_command(run, "PREPARE")
}

fn has_command(run: &ScriptRun<'_>, wanted: &str) -> bool {
    let statements = run.script.statements();
    statements.iter().any(|statement| matches!(statement.kind, StatementKind::Ordinary(command) if command == wanted))
}
