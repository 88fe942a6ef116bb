//! What an environment's history says about one migration, as Tidegate would have written it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::environments::OWNER;
use super::sample::{self, SampleMigration};
use super::story::Application;
use crate::migration::checksum::Checksum;
use crate::postgres::furnish::Record;
use crate::window::event::WindowId;

/// The row of a migration; `commit` is that of the files.
pub(super) fn of(migration: &SampleMigration, application: &Application, commit: Option<&str>) -> Record {
    let mut said = said(migration, application, commit);
    if let Some(earlier) = &application.earlier {
        said.insert("rounds".to_owned(), json!([round(migration, earlier, commit)]));
    }
    Record {
        migration_name: migration.name.as_str().to_owned(),
        applied_at: application.at,
        execution_time: application.took,
        checksum: Checksum::of(migration.up.as_bytes()).to_string(),
        rollback_at: application.rollback.as_ref().map(|rollback| rollback.at),
        metadata: json!({ "tidegate": said }),
    }
}

/// Who, for whom and why, with the same of the rollback if there was one.
fn said(migration: &SampleMigration, application: &Application, commit: Option<&str>) -> Map<String, Value> {
    let header = &migration.header;
    let said = |window: &WindowId, reason: Option<&str>| {
        let facts = [
            ("version", Some(env!("CARGO_PKG_VERSION"))),
            ("operator", Some(application.operator)),
            ("window", Some(window.as_str())),
            ("ticket", header.ticket.as_deref()),
            ("author", header.author.as_deref()),
            ("reason", reason),
            ("release", header.release.as_deref()),
            ("commit", commit),
        ];
        let known = facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), json!(fact?))));
        Map::from_iter(known)
    };
    let mut applied = said(&application.window, None);
    if let Some(rollback) = &application.rollback {
        let mut undone = said(&rollback.window, Some(rollback.reason));
        undone.insert("by".to_owned(), json!(OWNER));
        applied.insert("rollback".to_owned(), undone.into());
    }
    applied
}

/// An earlier round: the row as it was, and what it said.
fn round(migration: &SampleMigration, application: &Application, commit: Option<&str>) -> Value {
    let mut round = said(migration, application, commit);
    let row = [
        ("applied_at", json!(application.at)),
        ("applied_by", json!(OWNER)),
        ("execution_time", json!(interval(application.took))),
        ("checksum", json!(Checksum::of(sample::before_the_edit().as_bytes()).to_string())),
        ("rollback_at", json!(application.rollback.as_ref().map(|rollback| rollback.at))),
    ];
    round.extend(row.map(|(column, value)| (column.to_owned(), value)));
    round.into()
}

/// A span of less than a minute as PostgreSQL writes an `interval`.
fn interval(span: Duration) -> String {
    format!("00:00:{:02}.{:06}", span.as_secs(), span.subsec_micros())
}
