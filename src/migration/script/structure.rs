//! How the statements of a file and its transactions go together: see [`Structure`](super::Structure).
//!
//! What is held to here is one promise: *the change and its row in the history commit together*. A file with a `BEGIN` of its
//! own keeps it only if it has exactly one `BEGIN … COMMIT`, and if nothing that changes the database stands outside. So:
//!
//! - before `BEGIN`: `SET`, `RESET`, `SHOW`, and what may only look (`SELECT`, `VALUES`, a `DO` block such as the template's
//!   pre-check). That a `DO` block or a function called by `SELECT` does not write is not for a parser to know; it is the
//!   server's to say, when these statements are run in a read-only transaction.
//! - after `COMMIT`: `SET`, `RESET` and `SHOW`.

use std::ops::Range;

use super::{Fault, Statement, StatementKind, Structure};

/// A file's structure, and where its own transaction lies.
type Shape = (Structure, Option<Range<usize>>);

/// The structure of a file and, where it has a transaction of its own, the indices of its `BEGIN` and `COMMIT`; or the index of
/// the statement that must not stand where it does.
pub(super) fn structure(statements: &[Statement]) -> Result<Shape, (usize, Fault)> {
    let controls = |statement: &Statement| matches!(statement.kind, StatementKind::Begin | StatementKind::Commit);
    if statements.iter().any(controls) {
        return own_transaction(statements).map(|transaction| (Structure::OwnTransaction, Some(transaction)));
    }
    let stepwise = statements.iter().any(|statement| matches!(statement.kind, StatementKind::OutsideTransaction(_)));
    for (index, statement) in statements.iter().enumerate() {
        match statement.kind {
            StatementKind::Rollback => return Err((index, Fault::RollsBack)),
            StatementKind::Savepoint if stepwise => return Err((index, Fault::SavepointOutside)),
            _ => {}
        }
    }
    Ok((if stepwise { Structure::Stepwise } else { Structure::Wrapped }, None))
}

/// Where the walk through a file with its own transaction is.
enum Place {
    Before,
    Inside { begin: usize },
    After { begin: usize, commit: usize },
}

fn own_transaction(statements: &[Statement]) -> Result<Range<usize>, (usize, Fault)> {
    let line = |index: usize| statements[index].position.line;
    let mut place = Place::Before;
    for (index, statement) in statements.iter().enumerate() {
        let fault = match (statement.kind, &place) {
            (StatementKind::Set, _) => continue,
            (StatementKind::Begin, Place::Before) => {
                place = Place::Inside { begin: index };
                continue;
            }
            (StatementKind::Commit, Place::Inside { begin }) => {
                place = Place::After { begin: *begin, commit: index };
                continue;
            }
            (StatementKind::Ordinary(_) | StatementKind::Savepoint, Place::Inside { .. }) => continue,
            (StatementKind::Ordinary(command), Place::Before) if may_only_look(command) => continue,
            (StatementKind::Begin, Place::Inside { begin }) => Fault::NestedBegin { since: line(*begin) },
            (StatementKind::Begin, Place::After { commit, .. }) => {
                Fault::SecondTransaction { committed: line(*commit) }
            }
            (StatementKind::Commit, _) => Fault::CommitWithoutBegin,
            (StatementKind::Rollback, _) => Fault::RollsBack,
            (StatementKind::Savepoint, _) => Fault::SavepointOutside,
            (StatementKind::OutsideTransaction(command), Place::Inside { begin }) => {
                Fault::OutsideInTransaction { command, since: line(*begin) }
            }
            (StatementKind::OutsideTransaction(command), _) => Fault::MixedTransaction { command },
            (StatementKind::Ordinary(command), Place::Before) => Fault::BeforeBegin { command },
            (StatementKind::Ordinary(command), Place::After { .. }) => Fault::AfterCommit { command },
        };
        return Err((index, fault));
    }
    match place {
        Place::After { begin, commit } => Ok(begin..commit),
        Place::Inside { begin } => Err((begin, Fault::BeginWithoutCommit)),
        Place::Before => Err((0, Fault::CommitWithoutBegin)),
    }
}

/// Whether a command need not change the database.
fn may_only_look(command: &str) -> bool {
    matches!(command, "DO" | "SELECT" | "VALUES" | "TABLE")
}
