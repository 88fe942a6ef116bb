//! The sample project, compiled into the program: the files of `demo/`.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use include_dir::{Dir, File, include_dir};

use super::story::{EDITED, Site, UNMERGED};
use crate::migration::header::Header;
use crate::migration::name::MigrationName;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/demo");

/// What the servers need beside the project; not part of the project's own files.
const SERVERS: &str = "servers";
/// The project's configuration.
pub(super) const CONFIGURATION: &str = "tidegate.toml";
const MIGRATIONS: &str = "supabase/migrations";
const ROLLBACKS: &str = "supabase/rollbacks";

/// One migration of the sample.
#[derive(Debug, Clone)]
pub(super) struct SampleMigration {
    pub(super) name: MigrationName,
    pub(super) header: Header,
    pub(super) up: &'static str,
    /// Its rollback, unless it was never merged.
    pub(super) down: Option<&'static str>,
}

impl SampleMigration {
    /// Its files in the project, that which applies it first: path and content.
    pub(super) fn files(&self) -> Vec<(String, &'static [u8])> {
        let up = (format!("{MIGRATIONS}/{}", self.name.up_file_name()), self.up.as_bytes());
        let down = self.down.map(|down| (format!("{ROLLBACKS}/{}", self.name.down_file_name()), down.as_bytes()));
        [Some(up), down].into_iter().flatten().collect()
    }
}

/// The migrations of the sample, ascending.
pub(super) fn migrations() -> Vec<SampleMigration> {
    let folder = FILES.get_dir(MIGRATIONS).expect("the sample has a folder of migrations");
    let mut migrations: Vec<SampleMigration> = folder
        .files()
        .map(|file| {
            let stem = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let name = named(stem);
            let up = text(&format!("{MIGRATIONS}/{}", name.up_file_name()));
            let down = Some(text(&format!("{ROLLBACKS}/{}", name.down_file_name())));
            SampleMigration { header: Header::parse(up), name, up, down }
        })
        .collect();
    migrations.sort_by(|one, other| one.name.cmp(&other.name));
    migrations
}

/// A file that the servers need beside the project.
pub(super) fn server_file(name: &str) -> &'static str {
    text(&format!("{SERVERS}/{name}"))
}

/// The migration that was tried on staging and never merged.
pub(super) fn unmerged() -> SampleMigration {
    let up = server_file(&format!("{UNMERGED}.sql"));
    SampleMigration { name: named(UNMERGED), header: Header::parse(up), up, down: None }
}

/// What [`EDITED`] said before it was edited, and production applied.
pub(super) fn before_the_edit() -> &'static str {
    server_file(&format!("{EDITED}.sql"))
}

/// The project's configuration, with the environments' URLs filled in.
pub(super) fn configuration(urls: &[(Site, String)]) -> String {
    urls.iter().fold(text(CONFIGURATION).to_owned(), |text, (site, url)| {
        text.replace(&format!("{{{{{}}}}}", site.name()), url)
    })
}

/// The project's files beside its migrations and its configuration, with their paths.
pub(super) fn surroundings() -> Vec<(String, &'static [u8])> {
    let mut files = Vec::new();
    collect(&FILES, &mut files);
    files
        .iter()
        .map(|file| (file.path().to_string_lossy().into_owned(), file.contents()))
        .filter(|(path, _)| {
            !path.starts_with(SERVERS) && !path.starts_with("supabase/") && path.as_str() != CONFIGURATION
        })
        .collect()
}

/// Writes one file of the project; scripts can be executed.
pub(super) fn write(root: &Path, path: &str, content: &[u8]) -> io::Result<()> {
    let file = root.join(path);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, content)?;
    let mode = if is_executable(path) { 0o755 } else { 0o644 };
    fs::set_permissions(&file, fs::Permissions::from_mode(mode))
}

/// Whether a file of the project is a program: what is compiled in has lost its mode.
pub(super) fn is_executable(path: &str) -> bool {
    path.starts_with("scripts/")
}

fn named(name: &str) -> MigrationName {
    name.parse().expect("the sample's names follow the convention")
}

fn collect(folder: &'static Dir<'static>, files: &mut Vec<&'static File<'static>>) {
    files.extend(folder.files());
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

fn text(path: &str) -> &'static str {
    let file = FILES.get_file(path);
    file.and_then(File::contents_utf8).expect("the sample's files are compiled in, and are text")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::migration::name::MigrationType;
    use crate::migration::script::{Record, Script, ScriptOptions, Structure};

    #[test]
    fn every_migration_says_who_why_and_for_which_release() {
        for migration in migrations() {
            let header = &migration.header;
            let said = [&header.author, &header.ticket, &header.description, &header.release];
            assert!(said.iter().all(|field| field.is_some()), "{}: {header:?}", migration.name);
            assert_eq!(header.migration.as_deref(), Some(&*migration.name.up_file_name()));
        }
    }

    #[test]
    fn every_file_records_its_own_name() {
        let recorded = |file: &str, text: &str| -> Vec<Record> {
            let script = Script::parse(Path::new(file), text.as_bytes(), &ScriptOptions::default()).unwrap();
            script.statements().iter().filter_map(|statement| statement.records.clone()).collect()
        };
        for migration in migrations() {
            let name = migration.name.as_str().to_owned();
            let up = recorded(&migration.name.up_file_name(), migration.up);
            assert_eq!(up, [Record::Insert(vec![name.clone()])]);
            let down = recorded(&migration.name.down_file_name(), migration.down.unwrap());
            assert_eq!(down, [Record::Delete(vec![name])]);
        }
    }

    #[test]
    fn the_sample_shows_every_type_and_both_ways_to_run_a_file() {
        let migrations = migrations();
        let types: BTreeSet<MigrationType> = migrations.iter().map(|migration| migration.name.kind()).collect();
        assert_eq!(types, MigrationType::ALL.into());
        let structure = |migration: &SampleMigration| {
            let file = migration.name.up_file_name();
            let script = Script::parse(Path::new(&file), migration.up.as_bytes(), &ScriptOptions::default());
            script.unwrap().structure()
        };
        let stepwise = migrations.iter().filter(|migration| structure(migration) == Structure::Stepwise).count();
        let own = migrations.iter().filter(|migration| structure(migration) == Structure::OwnTransaction).count();
        assert_eq!((own, stepwise), (39, 3));
    }

    #[test]
    fn what_the_servers_need_is_no_part_of_the_project() {
        let paths: Vec<String> = surroundings().into_iter().map(|(path, _)| path).collect();
        assert!(paths.contains(&"scripts/verify-migration.sh".to_owned()), "{paths:?}");
        assert!(!paths.iter().any(|path| path.starts_with(SERVERS)), "{paths:?}");
    }
}
