//! What each of the sample's environments is made of: which files it has run, and what its history says about them.

use std::collections::BTreeMap;
use std::path::Path;

use super::record;
use super::sample::{self, SampleMigration};
use super::story::{self, Clock, Site};
use crate::migration::name::MigrationName;
use crate::migration::script::{Script, ScriptError, ScriptOptions};
use crate::migration::table::{TableName, quote_literal};
use crate::postgres::furnish::{Act, Furnishing};

/// The database of each environment.
pub(super) const DATABASE: &str = "scout";
/// The role that owns it and runs migrations.
pub(super) const OWNER: &str = "deployer";
/// The role that approves what reaches production.
pub(super) const REVIEWER: &str = "reviewer";
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
    let mut history = Vec::with_capacity(had.len());
    for (migration, application) in had.iter().zip(&applications) {
        let commit = commits.get(migration.name.as_str()).map(String::as_str);
        history.push(record::of(migration, application, commit));
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
