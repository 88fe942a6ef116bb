//! The bytes of a backup's files: which there are, and the SHA-256 of each.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::BackupFile;

/// How much is read at once.
const CHUNK: usize = 1 << 18;

/// Hashes every file below `archive` (a file, or a folder without folders in it), which lies in `folder`. Tells
/// `progress` how many bytes are done after each chunk; stops with [`io::ErrorKind::Interrupted`] when that says
/// `false`.
pub(super) fn hash(folder: &Path, archive: &str, mut progress: impl FnMut(u64) -> bool) -> io::Result<Vec<BackupFile>> {
    let mut done = 0;
    let mut files = Vec::new();
    for path in relative_paths(folder, archive)? {
        let (bytes, sha256) = hash_file(&folder.join(&path), |chunk| {
            done += chunk;
            progress(done)
        })?;
        files.push(BackupFile { path, bytes, sha256 });
    }
    Ok(files)
}

/// The size and the SHA-256 of one file.
pub(super) fn hash_file(path: &Path, mut progress: impl FnMut(u64) -> bool) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
        bytes += read as u64;
        if !progress(read as u64) {
            return Err(io::ErrorKind::Interrupted.into());
        }
    }
    Ok((bytes, hex(&hash.finalize())))
}

/// The files of the archive, relative to the backup's folder, in order of their names.
pub(super) fn relative_paths(folder: &Path, archive: &str) -> io::Result<Vec<String>> {
    let path: PathBuf = folder.join(archive);
    if !path.is_dir() {
        return Ok(vec![archive.to_owned()]);
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&path)? {
        // pg_dump names its files by numbers; anything else in there is not its own, and would be seen by the check.
        paths.push(format!("{archive}/{}", entry?.file_name().to_string_lossy()));
    }
    paths.sort_unstable();
    Ok(paths)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
