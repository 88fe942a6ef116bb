//! The catalogue: all migrations of the project, read from disk, in order.
//!
//! Reading it never looks at SQL: names, checksums and headers are all that the board needs, and five thousand files must not
//! keep anyone waiting. What is not as it should be is listed as a [`FileProblem`], never dropped.

mod file;
mod folder;
mod problem;

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use file::{MigrationFile, ReadScriptError};
pub use problem::{FileProblem, FileProblemKind};

use super::header::Header;
use super::name::{FileRole, MigrationName, NameError, NameFault};
use super::script::ScriptOptions;
use super::table::TableName;
use folder::{Found, Looked};

/// Where a project keeps its migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The folder of migrations.
    pub migrations: PathBuf,
    /// The folder of rollbacks; `None` when they lie beside their migrations.
    pub rollbacks: Option<PathBuf>,
    /// The history table that the files record themselves in.
    pub history_table: TableName,
}

impl Layout {
    /// What the files of this project are to be parsed with.
    pub fn script_options(&self) -> ScriptOptions {
        ScriptOptions { history_table: self.history_table.clone() }
    }

    /// Whether a path is that of a file in these folders at which nobody looks: editors and git leave some behind.
    pub fn passes_over(&self, path: &Path) -> bool {
        let is_within = |folder: &Path| path.parent() == Some(folder);
        (is_within(&self.migrations) || self.rollbacks.as_deref().is_some_and(is_within))
            && path.file_name().is_some_and(|name| !folder::is_listed(name))
    }

    /// The folder in which a new rollback is put.
    pub fn rollback_folder(&self) -> &Path {
        self.rollbacks.as_deref().unwrap_or(&self.migrations)
    }
}

/// One migration of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: MigrationName,
    /// The file that applies it.
    pub up: MigrationFile,
    /// The file that rolls it back, where there is one.
    pub down: Option<MigrationFile>,
    /// What the file that applies it says at its top.
    pub header: Header,
}

impl Migration {
    /// Its files: the one that applies it and, where there is one, the one that rolls it back.
    pub fn files(&self) -> impl Iterator<Item = &MigrationFile> {
        [Some(&self.up), self.down.as_ref()].into_iter().flatten()
    }
}

/// All migrations of the project, and everything in their folders that is not as it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// The migrations, ascending.
    pub migrations: Vec<Migration>,
    /// What is not as it should be, by path.
    pub problems: Vec<FileProblem>,
}

/// The folder of migrations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The folder does not exist, may not be read, or is no folder.
    #[error(
        "The folder of migrations {} could not be read: {source}. Check `migrations` in the configuration, and that you may \
         read the folder.",
        super::text::printable(&path.to_string_lossy())
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Catalogue {
    /// Reads the folders.
    ///
    /// # Errors
    ///
    /// When the folder of migrations itself cannot be listed. Everything else that is wrong becomes a [`FileProblem`].
    pub fn read(layout: &Layout) -> Result<Catalogue, CatalogueError> {
        Ok(Catalogue::default().look_again(layout, SystemTime::now())?.catalogue)
    }

    /// Looks at the folders again and reads only the files that have changed since. `None` when none has, and none came or went.
    ///
    /// # Errors
    ///
    /// As for [`Catalogue::read`].
    pub fn refresh(&self, layout: &Layout) -> Result<Option<Catalogue>, CatalogueError> {
        if self.is_as_it_was(layout) {
            return Ok(None);
        }
        let look = self.look_again(layout, SystemTime::now())?;
        let same = !look.settled_any && look.catalogue == *self;
        Ok((!same).then_some(look.catalogue))
    }

    /// The catalogue after these files were written, which saves looking at all the others. `None` where that needs a look
    /// at the folders: one of them is not known here, or is gone, or no file any more.
    pub fn rewritten<'p>(&self, files: impl IntoIterator<Item = &'p Path>) -> Option<Catalogue> {
        let mut catalogue = self.clone();
        for path in files {
            let (FileRole::Up(name) | FileRole::Down(name)) = FileRole::of(path.file_name()?.to_str()?).ok()?;
            let migration = &mut catalogue.migrations[self.index_of(name.as_str())?];
            let is_up = migration.up.path == path;
            let down = migration.down.as_mut().filter(|down| down.path == path);
            let known = if is_up { Some(&mut migration.up) } else { down }?;
            let Looked { file, header, .. } = folder::look_at_one(path, SystemTime::now()).ok()?;
            *known = file;
            if is_up {
                migration.header = header;
            }
        }
        Some(catalogue)
    }

    /// The migration of this name.
    pub fn find(&self, name: &str) -> Option<&Migration> {
        self.index_of(name).map(|index| &self.migrations[index])
    }

    /// The place of the migration of this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        // The digits at the front have one length, so the order of the texts is the order of the names.
        self.migrations.binary_search_by(|migration| migration.name.as_str().cmp(name)).ok()
    }

    /// Whether the folders hold what they held, as far as that can be told at once; where something was wrong with a file it
    /// cannot.
    fn is_as_it_was(&self, layout: &Layout) -> bool {
        let rollbacks = layout.rollbacks.as_deref().filter(|rollbacks| *rollbacks != layout.migrations);
        let folders: Vec<&Path> = [layout.migrations.as_path()].into_iter().chain(rollbacks).collect();
        let count = self.migrations.iter().map(|migration| 1 + usize::from(migration.down.is_some())).sum();
        self.problems.is_empty()
            && folder::hold_the_same(&folders, count, |file_name| {
                let stem = file_name.strip_suffix(".sql")?;
                match stem.strip_suffix(".down") {
                    Some(name) => self.find(name)?.down.as_ref(),
                    None => Some(&self.find(stem)?.up),
                }
            })
    }

    fn look_again(&self, layout: &Layout, now: SystemTime) -> Result<Look, CatalogueError> {
        let mut problems = Vec::new();
        let listing = list(layout, &mut problems)?;
        let known = self.known_files();
        let paths: Vec<&Path> = listing.values().flat_map(Listed::paths).collect();
        let mut found = folder::look_at(&paths, now, |path| known.get(path).copied()).into_iter();
        drop(paths);
        let mut look = Look::default();
        for (name, listed) in listing {
            let up = listed.up.map(|path| (path, found.next()));
            let down = listed.down.map(|path| (path, found.next()));
            look.take(name, up, down, &mut problems);
        }
        look.catalogue.migrations.shrink_to_fit();
        duplicate_versions(&look.catalogue.migrations, &mut problems);
        problems.sort_by(|one, other| one.path.cmp(&other.path));
        look.catalogue.problems = problems;
        Ok(look)
    }

    fn known_files(&self) -> HashMap<&Path, (&MigrationFile, Option<&Header>)> {
        let ups = self.migrations.iter().map(|one| (one.up.path.as_path(), (&one.up, Some(&one.header))));
        let downs =
            self.migrations.iter().filter_map(|one| one.down.as_ref()).map(|down| (down.path.as_path(), (down, None)));
        ups.chain(downs).collect()
    }
}

/// The files that the folders hold for one migration.
#[derive(Debug, Default)]
struct Listed {
    up: Option<PathBuf>,
    down: Option<PathBuf>,
}

impl Listed {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.up.iter().chain(&self.down).map(PathBuf::as_path)
    }
}

/// What a look at the folders has found.
#[derive(Debug, Default)]
struct Look {
    catalogue: Catalogue,
    /// A file that was read need not be read again until it changes; before, it would have been.
    settled_any: bool,
}

impl Look {
    fn take(
        &mut self,
        name: MigrationName,
        up: Option<(PathBuf, Option<Found>)>,
        down: Option<(PathBuf, Option<Found>)>,
        problems: &mut Vec<FileProblem>,
    ) {
        let has_up = up.is_some();
        let mut file = |place: Option<(PathBuf, Option<Found>)>| {
            let (path, found) = place?;
            match found? {
                Ok(Looked { file, header, was_read }) => {
                    self.settled_any |= was_read && file.is_settled();
                    Some((file, header))
                }
                Err(kind) => {
                    problems.push(FileProblem { path, kind });
                    None
                }
            }
        };
        let up = file(up);
        let down = file(down).map(|(down, _)| down);
        match (up, down) {
            (Some((up, header)), down) => self.catalogue.migrations.push(Migration { name, up, down, header }),
            (None, Some(down)) if !has_up => {
                problems.push(FileProblem { path: down.path, kind: FileProblemKind::OrphanRollback });
            }
            (None, _) => {}
        }
    }
}

/// The files of both folders by migration.
fn list(layout: &Layout, problems: &mut Vec<FileProblem>) -> Result<BTreeMap<MigrationName, Listed>, CatalogueError> {
    let migrations = &layout.migrations;
    let mut listing: BTreeMap<MigrationName, Listed> = BTreeMap::new();
    let files =
        folder::sql_files(migrations).map_err(|source| CatalogueError::Folder { path: migrations.clone(), source })?;
    for (path, role) in files {
        match role {
            Ok(FileRole::Up(name)) => listing.entry(name).or_default().up = Some(path),
            Ok(FileRole::Down(name)) => listing.entry(name).or_default().down = Some(path),
            Err(error) => problems.push(FileProblem { path, kind: FileProblemKind::BadName(error) }),
        }
    }
    let Some(rollbacks) = layout.rollbacks.as_ref().filter(|rollbacks| !is_same_folder(rollbacks, migrations)) else {
        return Ok(listing);
    };
    match folder::sql_files(rollbacks) {
        Ok(files) => {
            for (path, role) in files {
                take_rollback(path, role, &mut listing, problems);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            problems.push(FileProblem { path: rollbacks.clone(), kind: FileProblemKind::FolderMissing });
        }
        Err(error) => {
            let kind = FileProblemKind::Unreadable(error.to_string());
            problems.push(FileProblem { path: rollbacks.clone(), kind });
        }
    }
    Ok(listing)
}

fn take_rollback(
    path: PathBuf,
    role: Result<FileRole, NameError>,
    listing: &mut BTreeMap<MigrationName, Listed>,
    problems: &mut Vec<FileProblem>,
) {
    let error = match role {
        Ok(FileRole::Down(name)) => {
            // The folder of rollbacks is where the project says that they are, so it wins over one beside the migration.
            let place = &mut listing.entry(name).or_default().down;
            if let Some(other) = place.replace(path.clone()) {
                problems.push(FileProblem { path: other, kind: FileProblemKind::DuplicateRollback { kept: path } });
            }
            return;
        }
        Ok(FileRole::Up(name)) => NameError { fault: NameFault::NotARollback, proposal: Some(name.down_file_name()) },
        Err(error) => error,
    };
    problems.push(FileProblem { path, kind: FileProblemKind::BadName(error) });
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().is_some_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

fn duplicate_versions(migrations: &[Migration], problems: &mut Vec<FileProblem>) {
    for same in migrations.chunk_by(|one, next| one.name.version() == next.name.version()) {
        let first = &same[0].name;
        problems.extend(same[1..].iter().map(|later| FileProblem {
            path: later.up.path.clone(),
            kind: FileProblemKind::DuplicateVersion { other: first.clone() },
        }));
    }
}

#[cfg(test)]
mod tests;
