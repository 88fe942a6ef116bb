//! What was found in migrations alone, kept for the next review: reading one takes far longer than anything that rests on
//! the others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::migration::catalogue::Migration;
use crate::migration::checksum::Checksum;
use crate::migration::name::MigrationName;
use crate::review::examine::Examined;

/// Longer files are not kept.
const LONGEST: u64 = 256 * 1024;

/// What was found in migrations alone, by what their files held.
#[derive(Debug, Default)]
pub struct Alone(Mutex<HashMap<MigrationName, (Files, Examined)>>);

/// The checksums of a migration's files.
type Files = (Checksum, Option<Checksum>);

fn files(migration: &Migration) -> Files {
    (migration.up.checksum, migration.down.as_ref().map(|down| down.checksum))
}

impl Alone {
    /// What was found in a migration whose files held what they hold now.
    pub(super) fn of(&self, migration: &Migration) -> Option<Examined> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, examined) = kept.get(&migration.name)?;
        (*then == files(migration)).then(|| examined.clone())
    }

    /// Keeps what was found in these bytes, where they are what the migration's files are said to hold.
    pub(super) fn keep(&self, migration: &Migration, (up, down): (&[u8], Option<&[u8]>), examined: &Examined) {
        if migration.files().any(|file| file.bytes > LONGEST) {
            return;
        }
        let files = files(migration);
        if (Checksum::of(up), down.map(Checksum::of)) == files {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(migration.name.clone(), (files, examined.clone()));
        }
    }

    /// Lets go of all but these.
    pub(super) fn retain(&self, migrations: &[Migration]) {
        let is_one = |name: &MigrationName| migrations.iter().any(|migration| migration.name == *name);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|name, _| is_one(name));
    }
}
