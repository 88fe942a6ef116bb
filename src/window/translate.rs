//! From what the server floor tells to what a window tells.

use jiff::Timestamp;

use crate::migration::script::ScriptError;
use crate::postgres::activity::Blocker;
use crate::postgres::backup::BackupEvent;
use crate::postgres::error::ServerError;
use crate::postgres::run::{DatabaseState, RunError, RunEvent};

use super::event::{Aftermath, Check, Failure, Obstacle, Verdict, WindowEvent};
use super::planning::PlanError;
use super::validate::{self, ValidationResult};

/// A script's event as the window tells it; none where the window has nothing to say of it.
pub fn of_run(event: RunEvent) -> Option<WindowEvent> {
    Some(match event {
        RunEvent::StatementStarted { index, line, summary } => {
            WindowEvent::StatementStarted { index: narrow(index), line, summary }
        }
        RunEvent::StatementFinished { index, elapsed, rows } => WindowEvent::StatementFinished {
            index: narrow(index),
            elapsed_us: u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
            rows: (rows > 0).then_some(rows),
        },
        RunEvent::Notice { notice } => WindowEvent::Notice {
            severity: notice.severity.to_string(),
            message: notice.message.clone(),
            detail: match (&notice.detail, &notice.hint) {
                (None, None) => None,
                (detail, hint) => {
                    Some([detail.as_deref(), hint.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "))
                }
            },
        },
        RunEvent::Waiting { blockers } => WindowEvent::Waiting { obstacles: of_blockers(blockers) },
        RunEvent::Blocking { waiting } => WindowEvent::Blocking { waiting: of_blockers(waiting) },
        RunEvent::Unblocked => WindowEvent::Waiting { obstacles: Vec::new() },
        RunEvent::LockTimeout { attempt, of, retry_in, reason, .. } => WindowEvent::Retrying {
            attempt: attempt + 1,
            of,
            after_ms: u64::try_from(retry_in.as_millis()).unwrap_or(u64::MAX),
            why: reason,
        },
        RunEvent::Resuming { statement, of } => {
            WindowEvent::Output { line: format!("Goes on with statement {} of {of}.", statement + 1) }
        }
        RunEvent::LeftoverDropped { index } => WindowEvent::Output {
            line: format!(
                "Dropped the invalid index {index}, which an interrupted CREATE INDEX CONCURRENTLY had left."
            ),
        },
        RunEvent::TransactionStarted { .. } | RunEvent::Recorded | RunEvent::Committed => return None,
    })
}

/// Other sessions as a window shows them.
pub fn of_blockers(blockers: Vec<Blocker>) -> Vec<Obstacle> {
    let now = Timestamp::now();
    blockers
        .into_iter()
        .map(|blocker| Obstacle {
            pid: blocker.pid,
            open_ms: blocker.since.and_then(|since| u64::try_from(now.duration_since(since).as_millis()).ok()),
            user: blocker.user,
            application: blocker.application,
            query: blocker.query,
            state: blocker.state,
        })
        .collect()
}

/// What is in the database.
pub fn of_state(state: DatabaseState) -> Aftermath {
    match state {
        DatabaseState::Unchanged => Aftermath::Unchanged,
        DatabaseState::RolledBack => Aftermath::RolledBack,
        DatabaseState::Committed => Aftermath::Committed,
        DatabaseState::PartlyApplied { done, of, .. } => {
            Aftermath::PartlyApplied { done: narrow(done), of: narrow(of) }
        }
        DatabaseState::Unknown => Aftermath::Unknown,
    }
}

/// A script's failure.
pub fn of_run_error(error: &RunError) -> Failure {
    let server = error.server();
    Failure {
        message: server.map_or_else(|| error.kind.to_string(), said),
        file: error.file.as_ref().map(|file| file.display().to_string()),
        line: error.place.as_ref().map(|place| place.line),
        column: error.place.as_ref().map(|place| place.column),
        statement: error.place.as_ref().map(|place| narrow(place.statement) + 1),
        sqlstate: server.map(|server| server.sqlstate.clone()),
        detail: server.and_then(|server| server.detail.clone()),
        hint: server.and_then(|server| server.hint.clone()),
        context: server.and_then(|server| server.context.clone()),
        aftermath: Some(of_state(error.state)),
        advice: Some(error.advice().to_owned()),
        refused: false,
    }
}

/// The failure of drawing up a plan.
pub fn of_plan_error(error: &PlanError) -> Failure {
    match error {
        PlanError::Script(error) => of_script_error(error),
        other => Failure::plain(other.to_string()),
    }
}

/// A file that cannot be run as it stands.
pub fn of_script_error(error: &ScriptError) -> Failure {
    Failure {
        file: Some(error.file.display().to_string()),
        line: Some(error.position.line),
        column: Some(error.position.column),
        aftermath: Some(Aftermath::Unchanged),
        advice: Some(error.fault.advice()),
        ..Failure::plain(error.fault.to_string())
    }
}

/// A backup's event as the window tells it.
pub fn of_backup(event: &BackupEvent, seen: &mut BackupSeen) -> Option<WindowEvent> {
    match event {
        BackupEvent::Started { tables, tool, .. } => {
            seen.tables = *tables;
            seen.doing.clone_from(tool);
        }
        BackupEvent::Table { name, done, of } => {
            seen.doing.clone_from(name);
            (seen.done, seen.tables) = (*done, *of);
        }
        BackupEvent::Progress { written, tables_done, tables, .. } => {
            (seen.bytes, seen.done, seen.tables) = (*written, *tables_done, *tables);
        }
        BackupEvent::Hashing { done, of } => {
            seen.doing = format!("hashing, {} %", if *of == 0 { 100 } else { done * 100 / of });
        }
        BackupEvent::Verifying => "verifying with pg_restore --list".clone_into(&mut seen.doing),
        BackupEvent::Waiting { blockers } => {
            return Some(WindowEvent::Waiting { obstacles: of_blockers(blockers.clone()) });
        }
        BackupEvent::Warning { text } => return Some(WindowEvent::Output { line: text.clone() }),
    }
    Some(WindowEvent::BackupProgress {
        doing: seen.doing.clone(),
        tables_done: u32::try_from(seen.done).unwrap_or(u32::MAX),
        tables: u32::try_from(seen.tables).unwrap_or(u32::MAX),
        bytes: seen.bytes,
    })
}

/// A validation's result as a check.
pub fn of_validation(result: &ValidationResult) -> Check {
    let (verdict, detail) = match &result.verdict {
        validate::Verdict::Passed { detail } => (Verdict::Passed, detail.clone()),
        validate::Verdict::Warning { detail } => (Verdict::Warning, detail.clone()),
        validate::Verdict::Failed { detail } => (Verdict::Failed, detail.clone()),
        validate::Verdict::Rows { line, columns, rows, total, more } => {
            let plus = if *more { " or more" } else { "" };
            let counted = if *total == 1 { "1 row".to_owned() } else { format!("{total}{plus} rows") };
            let first = rows.first().map_or_else(String::new, |row| {
                let values = columns
                    .iter()
                    .zip(row)
                    .map(|(column, value)| format!("{column}={}", value.as_deref().unwrap_or("NULL")));
                format!("; the first: {}", values.collect::<Vec<_>>().join(", "))
            });
            (Verdict::Failed, format!("line {line} returned {counted}{first}"))
        }
        validate::Verdict::Error { line, sqlstate, message } => {
            let place = line.map_or_else(String::new, |line| format!("line {line}: "));
            let code = sqlstate.as_ref().map_or_else(String::new, |code| format!(" (SQLSTATE {code})"));
            (Verdict::Failed, format!("{place}{message}{code}"))
        }
    };
    Check {
        name: result.name.clone(),
        verdict,
        detail,
        advice: result.file.as_ref().map(|file| file.display().to_string()).filter(|_| verdict == Verdict::Failed),
    }
}

/// What a running backup has told so far.
#[derive(Debug, Default)]
pub struct BackupSeen {
    doing: String,
    done: u64,
    tables: u64,
    bytes: u64,
}

fn said(error: &ServerError) -> String {
    format!("{}: {}", error.severity, error.message)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
