//! What was replayed before, kept by what went into it.
//!
//! The key is a checksum of everything that a replay depends on, so that what is found is right, and what is no longer
//! right is never found. Files that nobody has asked for in a while are removed.

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// How long what nobody asks for is kept.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// A folder of results.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// Under what a result is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Key(String);

impl Key {
    /// The key of everything that a result depends on.
    pub(super) fn of(ingredients: &impl Serialize) -> Self {
        let text = serde_json::to_vec(&(env!("CARGO_PKG_VERSION"), FORMAT, ingredients)).unwrap_or_default();
        let sum: [u8; 32] = Sha256::digest(text).into();
        Self(sum.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Changed whenever results are made in another way.
const FORMAT: u32 = 1;

impl Cache {
    /// In Tidegate's folder of what can be made again.
    pub(super) fn below(cache: &Path) -> Self {
        Self { folder: cache.join("drift") }
    }

    /// The result that is kept, if it can be read.
    pub(super) fn get<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        let path = self.path(key);
        let found = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        // So that what is used is not removed.
        if let Ok(file) = std::fs::File::options().append(true).open(&path) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(found)
    }

    /// Keeps a result. Where that cannot be, it only takes longer the next time.
    pub(super) fn put<T: Serialize>(&self, key: &Key, value: &T) {
        if let Err(error) = self.try_put(key, value) {
            tracing::info!(%error, "a replay cannot be kept");
        }
    }

    fn try_put<T: Serialize>(&self, key: &Key, value: &T) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        self.remove_old();
        // Renamed into place, so that nobody reads half of it.
        let mut file = BufWriter::new(tempfile::NamedTempFile::new_in(&self.folder)?);
        serde_json::to_writer(&mut file, value)?;
        file.into_inner()?.persist(self.path(key))?;
        Ok(())
    }

    fn remove_old(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > KEPT) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.json", key.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_found_by_what_went_into_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::below(folder.path());
        let key = Key::of(&("a", 1));
        assert_eq!(cache.get::<String>(&key), None);
        cache.put(&key, &"result");
        assert_eq!(cache.get::<String>(&key).as_deref(), Some("result"));
        assert_eq!(cache.get::<String>(&Key::of(&("a", 2))), None);
        assert_eq!(cache.get::<u32>(&key), None, "what is of another form is made again");
    }
}
