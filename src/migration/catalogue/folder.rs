//! The files of a folder: which there are, and what they hold.

use std::fs::{self, File};
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use super::file::MigrationFile;
use super::problem::FileProblemKind;
use crate::migration::checksum::digest;
use crate::migration::header::Header;
use crate::migration::name::{FileRole, NameError, NameFault};

/// From so many files on, a second thread saves more than it costs.
const WORTH_A_THREAD: usize = 400;

/// How much of a file is in memory at once.
const BUFFER: usize = 256 * 1024;

/// The paths in `folder` that end in `.sql`, and what their names say.
///
/// Hidden files are passed over: editors keep their own there, and a folder may keep `.gitkeep`.
pub(super) fn sql_files(folder: &Path) -> io::Result<Vec<(PathBuf, Result<FileRole, NameError>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file_name = entry?.file_name();
        let shown = file_name.to_string_lossy();
        let is_sql = shown.len() >= 4 && shown.as_bytes()[shown.len() - 4..].eq_ignore_ascii_case(b".sql");
        if !is_sql || shown.starts_with('.') {
            continue;
        }
        let role = match file_name.to_str() {
            Some(name) => FileRole::of(name),
            None => Err(NameError::from(NameFault::NotUtf8)),
        };
        files.push((folder.join(&file_name), role));
    }
    Ok(files)
}

/// What lies at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// A file. `was_read` is false when nothing had changed since it was read before.
    File { file: MigrationFile, header: Box<Header>, was_read: bool },
    /// Something else.
    Problem(FileProblemKind),
}

/// What is known about a file from an earlier look.
pub(super) type Known<'a> = (&'a MigrationFile, Option<&'a Header>);

/// Looks at each path; reads those files that have changed since they were `known`. The answers are in the order of the paths.
pub(super) fn look_at<'a>(paths: &[&Path], known: impl Fn(&Path) -> Option<Known<'a>> + Sync) -> Vec<Found> {
    let look = |paths: &[&Path]| {
        let mut buffer = vec![0; BUFFER];
        let now = SystemTime::now();
        paths.iter().map(|path| look_at_one(path, known(path), now, &mut buffer)).collect::<Vec<_>>()
    };
    let has_second_core = || thread::available_parallelism().map_or(1, NonZero::get) > 1;
    if paths.len() < WORTH_A_THREAD || !has_second_core() {
        return look(paths);
    }
    let (here, there) = paths.split_at(paths.len() / 2);
    thread::scope(|scope| {
        let there = scope.spawn(|| look(there));
        let mut found = look(here);
        match there.join() {
            Ok(more) => found.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        found
    })
}

fn look_at_one(path: &Path, known: Option<Known<'_>>, now: SystemTime, buffer: &mut [u8]) -> Found {
    let metadata = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata,
        // Opening a pipe would wait for someone to write into it.
        Ok(_) => return Found::Problem(FileProblemKind::NotAFile),
        Err(error) => return Found::Problem(FileProblemKind::Unreadable(why(path, &error))),
    };
    if let Some((file, header)) = known
        && file.is_unchanged(&metadata)
    {
        return Found::File {
            file: file.clone(),
            header: Box::new(header.cloned().unwrap_or_default()),
            was_read: false,
        };
    }
    let mut header = Header::default();
    let digested =
        File::open(path).and_then(|mut file| digest(&mut file, buffer, |first| header = Header::parse_bytes(first)));
    match digested {
        Ok(digest) => {
            let file = MigrationFile::digested(path.to_owned(), &digest, &metadata, now);
            Found::File { file, header: Box::new(header), was_read: true }
        }
        Err(error) => Found::Problem(FileProblemKind::Unreadable(error.to_string())),
    }
}

fn why(path: &Path, error: &io::Error) -> String {
    let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if is_link && error.kind() == io::ErrorKind::NotFound {
        "it is a link to a file that does not exist".to_owned()
    } else {
        error.to_string()
    }
}
