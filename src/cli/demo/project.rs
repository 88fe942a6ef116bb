//! The sample project as a folder: its files, and the git history that led to them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::repository::{self, Commit};
use super::sample::{self, SampleMigration};
use super::story::{self, Clock};

/// Who set the project up.
const FOUNDER: &str = "mreyes-scout";

/// The project as it lies in its folder.
#[derive(Debug)]
pub(super) struct Project {
    /// Its configuration file.
    pub(super) config: PathBuf,
    /// The commit that added each migration, abbreviated; empty where there is no git.
    pub(super) commits: BTreeMap<String, String>,
}

/// Writes the project into a new folder.
///
/// # Errors
/// A file could not be written. That git is missing is none.
pub(super) fn create(
    root: &Path,
    configuration: &str,
    migrations: &[SampleMigration],
    clock: Clock,
) -> io::Result<Project> {
    let mut founding: Vec<(String, &[u8])> = sample::surroundings();
    founding.push((sample::CONFIGURATION.to_owned(), configuration.as_bytes()));
    for (path, content) in &founding {
        sample::write(root, path, content)?;
    }
    for migration in migrations {
        for (path, content) in migration.files() {
            sample::write(root, &path, content)?;
        }
    }
    // Tidegate keeps a project's journals here, so that they go where the project goes.
    std::fs::create_dir_all(root.join(".tidegate"))?;

    let commits = commits(founding, migrations, clock);
    let hashes = repository::create(root, &commits).unwrap_or_else(|error| {
        tracing::info!(%error, "the sample project is not under version control");
        Vec::new()
    });
    let named = commits.iter().zip(hashes).filter_map(|(commit, hash)| {
        let short = hash.get(..repository::SHORT)?.to_owned();
        Some((commit.migration.clone()?, short))
    });
    Ok(Project { config: root.join(sample::CONFIGURATION), commits: named.collect() })
}

/// How the project came about: first what surrounds the migrations, then each of them, and the edit of one.
fn commits<'a>(founding: Vec<(String, &'a [u8])>, migrations: &'a [SampleMigration], clock: Clock) -> Vec<Commit<'a>> {
    let mut commits: Vec<Commit<'a>> = Vec::with_capacity(migrations.len() + 2);
    for migration in migrations {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let (subject, ticket) = (text(&migration.header.description), text(&migration.header.ticket));
        let mut files = migration.files();
        if migration.name.as_str() == story::EDITED {
            let edited = files[0].clone();
            files[0].1 = sample::before_the_edit().as_bytes();
            commits.push(Commit {
                at: clock.moment(story::edited()),
                author: text(&migration.header.author),
                message: "Let a campaign outlive its owner's account\n\nClosing an account failed on staging."
                    .to_owned(),
                files: vec![edited],
                migration: None,
            });
        }
        commits.push(Commit {
            at: clock.moment(migration.name.version().timestamp()),
            author: text(&migration.header.author),
            message: format!("{ticket}: {}\n\n{subject}", migration.name.description().replace('_', " ")),
            files,
            migration: Some(migration.name.as_str().to_owned()),
        });
    }
    commits.sort_by_key(|commit| commit.at);
    let began = commits.first().map_or(jiff::Timestamp::UNIX_EPOCH, |first| first.at);
    commits.insert(
        0,
        Commit {
            at: began,
            author: FOUNDER.to_owned(),
            message: "Begin the dashboard's database".to_owned(),
            files: founding,
            migration: None,
        },
    );
    commits
}
