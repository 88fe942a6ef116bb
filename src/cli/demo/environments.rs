//! What each of the sample's environments is made of: which files it has run, and what its history says about them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::sample::{self, SampleMigration};
use super::story::{self, Application, Clock, Site};
use crate::migration::checksum::Checksum;
use crate::migration::name::MigrationName;
use crate::migration::script::{Script, ScriptError, ScriptOptions};
use crate::migration::table::{TableName, quote_literal};
use crate::postgres::furnish::{Act, Furnishing, Record};
use crate::window::event::WindowId;

/// The database of each environment.
pub(super) const DATABASE: &str = "scout";
/// The role that owns it and runs migrations.
pub(super) const OWNER: &str = "deployer";
/// The last migration before rows arrive.
const LAST_BEFORE_ROWS: &str = "20260721140000_create_reports";

/// Puts together what an environment is made of. `commits` is the commit that added each migration.
///
/// # Errors
/// A file of the sample cannot be split into statements.
pub(super) fn furnishing(
    site: Site,
    migrations: &[SampleMigration],
    clock: Clock,
    commits: &BTreeMap<String, String>,
) -> Result<Furnishing, ScriptError> {
    let had = had(site, migrations);
    let applications = story::applications(site, clock, &had);
    let table = TableName::default();
    let mut acts = vec![Act::AsSuperuser(sample::server_file("platform.sql").to_owned())];
    for (migration, application) in had.iter().zip(&applications) {
        acts.push(Act::Script(script(&migration.name.up_file_name(), migration.up, &table)?));
        if migration.name.as_str() == LAST_BEFORE_ROWS {
            acts.push(Act::AsSuperuser(rows(site)));
        }
        if let (Some(_), Some(down)) = (&application.rollback, migration.down) {
            acts.push(Act::Script(script(&migration.name.down_file_name(), down, &table)?));
            acts.push(Act::AsOwner(put_back(&table, &migration.name)));
        }
    }
    if site == Site::Production {
        acts.push(Act::AsOwner(sample::server_file("hotfix.sql").to_owned()));
    }
    let told = had.iter().zip(&applications);
    let history = told
        .map(|(migration, application)| Record {
            migration_name: migration.name.as_str().to_owned(),
            applied_at: application.at,
            execution_time: application.took,
            checksum: Checksum::of(migration.up.as_bytes()).to_string(),
            rollback_at: application.rollback.as_ref().map(|rollback| rollback.at),
            metadata: json!({ "tidegate": metadata(migration, application, commits.get(migration.name.as_str())) }),
        })
        .collect();
    Ok(Furnishing { database: DATABASE.to_owned(), owner: OWNER.to_owned(), acts, history_table: table, history })
}

/// The migrations that the environment has had, as they were when it had them.
fn had(site: Site, migrations: &[SampleMigration]) -> Vec<SampleMigration> {
    let mut had = migrations[..site.migrations_applied(migrations.len())].to_vec();
    match site {
        Site::Production => {
            for migration in had.iter_mut().filter(|migration| migration.name.as_str() == story::EDITED) {
                migration.up = sample::before_the_edit();
            }
        }
        Site::Staging => {
            had.push(sample::unmerged());
            had.sort_by(|one, other| one.name.cmp(&other.name));
        }
    }
    had
}

fn script(file: &str, text: &str, table: &TableName) -> Result<Script, ScriptError> {
    Script::parse(Path::new(file), text.as_bytes(), &ScriptOptions { history_table: table.clone() })
}

/// The rows that the stores have sent in: staging has fewer.
fn rows(site: Site) -> String {
    let scale = match site {
        Site::Staging => "0.4",
        Site::Production => "1.0",
    };
    format!("SET scout.scale = '{scale}';\n{}", sample::server_file("rows.sql"))
}

/// Puts back the row that a rollback's own DELETE took away, as Tidegate does.
fn put_back(table: &TableName, name: &MigrationName) -> String {
    let name = quote_literal(name.as_str());
    format!(
        "INSERT INTO {table} (migration_name, applied_at, applied_by, rollback_applied) \
         VALUES ({name}, now(), current_user, true)"
    )
}

/// What Tidegate keeps in the `metadata` of a row, under its own name.
fn metadata(migration: &SampleMigration, application: &Application, commit: Option<&String>) -> Value {
    let header = &migration.header;
    let facts = |reason: Option<&str>, window: &WindowId| {
        let facts = [
            ("ticket", header.ticket.as_deref()),
            ("author", header.author.as_deref()),
            ("release", header.release.as_deref()),
            ("operator", Some(application.operator)),
            ("window", Some(window.as_str())),
            ("commit", commit.map(String::as_str)),
            ("reason", reason),
        ];
        let known = facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), json!(fact?))));
        Map::from_iter(known)
    };
    let mut metadata = facts(None, &application.window);
    if let Some(rollback) = &application.rollback {
        metadata.insert("rollback".to_owned(), facts(Some(rollback.reason), &rollback.window).into());
    }
    metadata.into()
}
