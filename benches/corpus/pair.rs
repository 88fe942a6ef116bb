//! Finding the pairs in a folder tree.

use std::io;
use std::path::{Path, PathBuf};

/// Two schemas to be told apart, or not.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Its path below the folder that was looked through.
    pub name: String,
    /// The left schema's script.
    pub a: PathBuf,
    /// The right schema's script.
    pub b: PathBuf,
}

/// Every pair in a folder and below, by name.
pub fn find(folder: &Path) -> io::Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let (a, b) = (next.join("a.sql"), next.join("b.sql"));
        if a.is_file() && b.is_file() {
            let below = next.strip_prefix(folder).unwrap_or(&next).display().to_string();
            let name = if below.is_empty() { next.display().to_string() } else { below };
            pairs.push(Pair { name, a, b });
        }
        for entry in std::fs::read_dir(&next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    pairs.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(pairs)
}
