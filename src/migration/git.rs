//! What git knows about the project, asked from the `git` program; where there is none, or no repository, the answer is `None`.

use std::path::Path;

use super::checksum::Checksum;

/// The commit that a folder is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its abbreviated hash, `4f2c1ab`.
    pub short: String,
    /// Whether files in the folder differ from it.
    pub dirty: bool,
}

/// The commit that `dir` is at.
pub fn commit_of(dir: &Path) -> Option<Commit> {
    let _ = dir;
    unimplemented!()
}

/// The name of the person who works in `dir`, as `user.name` says.
pub fn author_name(dir: &Path) -> Option<String> {
    let _ = dir;
    unimplemented!()
}

/// The text of the version of the file at `path` whose SHA-256 is `checksum`, searched in the file's git history.
pub fn content_with_checksum(path: &Path, checksum: Checksum) -> Option<String> {
    let _ = (path, checksum);
    unimplemented!()
}
