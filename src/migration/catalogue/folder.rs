//! The files of a folder: which there are, and what they hold.

use std::ffi::{OsStr, OsString};
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
pub(super) fn sql_files(folder: &Path) -> io::Result<Vec<(PathBuf, Result<FileRole, NameError>)>> {
    sql_names(folder)?
        .map(|file_name| {
            let file_name = file_name?;
            let role = match file_name.to_str() {
                Some(name) => FileRole::of(name),
                None => Err(NameError::from(NameFault::NotUtf8)),
            };
            Ok((folder.join(&file_name), role))
        })
        .collect()
}

/// The names in `folder` that end in `.sql`, in any case.
fn sql_names(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<OsString>>> {
    let names = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name()));
    Ok(names.filter(|name| name.as_ref().map_or(true, |name| is_listed(name))))
}

/// Whether a file of this name counts: it ends in `.sql`, in any case.
///
/// Hidden files are passed over: editors keep their own there, and a folder may keep `.gitkeep`.
pub(super) fn is_listed(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.len() >= 4 && bytes[bytes.len() - 4..].eq_ignore_ascii_case(b".sql") && bytes[0] != b'.'
}

/// Whether the folders hold exactly the files that `file_of` knows by name, `count` in all, and none has changed.
///
/// Far quicker than looking at them anew, which this is there to save: a console that looks again and again mostly finds
/// everything as it was.
pub(super) fn hold_the_same<'a>(
    folders: &[&Path],
    count: usize,
    file_of: impl Fn(&str) -> Option<&'a MigrationFile>,
) -> bool {
    let mut files = Vec::with_capacity(count);
    for folder in folders {
        let Ok(names) = sql_names(folder) else { return false };
        for name in names {
            let Some(file) = name.ok().and_then(|name| file_of(name.to_str()?)) else { return false };
            if file.path.parent() != Some(*folder) {
                return false;
            }
            files.push(file);
        }
    }
    files.len() == count && halves(&files, unchanged).into_iter().all(|same| same)
}

fn unchanged(files: &[&MigrationFile]) -> bool {
    files.iter().all(|file| fs::metadata(&file.path).is_ok_and(|metadata| file.is_unchanged(&metadata)))
}

/// What `work` makes of the items: of all at once, or of each half on a thread of its own where that pays.
fn halves<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let has_second_core = || thread::available_parallelism().map_or(1, NonZero::get) > 1;
    if items.len() < WORTH_A_THREAD || !has_second_core() {
        return vec![work(items)];
    }
    let (here, there) = items.split_at(items.len() / 2);
    thread::scope(|scope| {
        let there = scope.spawn(|| work(there));
        let here = work(here);
        match there.join() {
            Ok(there) => vec![here, there],
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// A file and what its beginning says. `was_read` is false when nothing had changed since it was read before.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) file: MigrationFile,
    pub(super) header: Header,
    pub(super) was_read: bool,
}

/// What lies at a path: a file, or what is wrong with it.
pub(super) type Found = Result<Looked, FileProblemKind>;

/// What is known about a file from an earlier look.
pub(super) type Known<'a> = (&'a MigrationFile, Option<&'a Header>);

/// Looks at each path; reads those files that have changed since they were `known`. The answers are in the order of the paths.
pub(super) fn look_at<'a>(
    paths: &[&Path],
    now: SystemTime,
    known: impl Fn(&Path) -> Option<Known<'a>> + Sync,
) -> Vec<Found> {
    let look = |paths: &[&Path]| {
        let mut buffer = vec![0; BUFFER];
        paths.iter().map(|path| look_again(path, known(path), now, &mut buffer)).collect::<Vec<_>>()
    };
    halves(paths, look).into_iter().flatten().collect()
}

/// Looks at one path, and reads the file.
pub(super) fn look_at_one(path: &Path, now: SystemTime) -> Found {
    look_again(path, None, now, &mut vec![0; BUFFER])
}

fn look_again(path: &Path, known: Option<Known<'_>>, now: SystemTime, buffer: &mut [u8]) -> Found {
    let metadata = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata,
        // Opening a pipe would wait for someone to write into it.
        Ok(_) => return Err(FileProblemKind::NotAFile),
        Err(error) => return Err(FileProblemKind::Unreadable(why(path, &error))),
    };
    if let Some((file, header)) = known
        && file.is_unchanged(&metadata)
    {
        let header = header.cloned().unwrap_or_default();
        return Ok(Looked { file: file.clone(), header, was_read: false });
    }
    let mut header = Header::default();
    let digested = File::open(path)
        .and_then(|mut file| digest(&mut file, metadata.len(), buffer, |first| header = Header::parse_bytes(first)));
    let digest = digested.map_err(|error| FileProblemKind::Unreadable(error.to_string()))?;
    let file = MigrationFile::digested(path.to_owned(), &digest, &metadata, now);
    Ok(Looked { file, header, was_read: true })
}

fn why(path: &Path, error: &io::Error) -> String {
    let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if is_link && error.kind() == io::ErrorKind::NotFound {
        "it is a link to a file that does not exist".to_owned()
    } else {
        error.to_string()
    }
}
