//! Which server a shadow stands on.

use std::io;
use std::path::{Path, PathBuf};

use super::super::cluster::{Cluster, ClusterError, ClusterOptions, SUPERUSER, Template};
use super::super::programs::{Programs, find_servers};
use super::super::version::ServerVersion;
use super::{ShadowError, ShadowServer};
use crate::config::{Access, ConnectionSource, Environment, Policy, Surroundings, Target, Tier};

/// The server that a shadow stands on.
#[derive(Debug)]
pub(super) struct Place {
    target: Box<Target>,
    /// Our own server, stopped when this is dropped; `None` for one that the configuration names.
    cluster: Option<Box<Cluster>>,
}

impl Place {
    /// Finds the configured server, or starts our own.
    pub(super) async fn find(server: &ShadowServer, wanted: &ServerVersion, cache: &Path) -> Result<Self, ShadowError> {
        match server {
            ShadowServer::At(target) => Ok(Self { target: target.clone(), cluster: None }),
            ShadowServer::Own => {
                let (major, cache) = (wanted.major, cache.to_owned());
                let started = tokio::task::spawn_blocking(move || start(major, &cache)).await;
                match started {
                    Ok(started) => started,
                    Err(panic) => std::panic::resume_unwind(panic.into_panic()),
                }
            }
        }
    }

    pub(super) fn is_own(&self) -> bool {
        self.cluster.is_some()
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Stops our own server.
    pub(super) async fn stop(self) {
        // Stopping waits for processes to end.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}

/// Starts a cluster of this major version, or of the nearest one that can be run.
fn start(major: u32, cache: &Path) -> Result<Place, ShadowError> {
    let mut programs = find_servers();
    programs.sort_by_key(|found| distance(found.version.major, major));
    let mut last = None;
    for programs in programs {
        let mut options = ClusterOptions::new(programs.clone());
        options.settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        options.template = template(&programs, cache);
        match Cluster::start(options) {
            Ok(cluster) => {
                let target = Box::new(target(&cluster.url("postgres")));
                return Ok(Place { target, cluster: Some(Box::new(cluster)) });
            }
            // Installed where only root may look, say: another installation may do.
            Err(error @ ClusterError::OutOfReach { .. }) => last = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(last.map_or(ShadowError::NoPrograms, ShadowError::Cluster))
}

/// How far a version is from the one that is wanted; of two equally far, the newer one knows what both know.
fn distance(found: u32, wanted: u32) -> (u32, bool) {
    (found.abs_diff(wanted), found < wanted)
}

/// For databases that live for seconds, and for nobody else.
const SETTINGS: [(&str, &str); 6] = [
    ("autovacuum", "off"),
    ("max_connections", "20"),
    ("shared_buffers", "32MB"),
    ("max_wal_senders", "0"),
    ("wal_level", "minimal"),
    // Nothing of a subscription may begin to work here.
    ("max_logical_replication_workers", "0"),
];

/// A data directory to copy, kept from an earlier start: `initdb` takes ten times as long. `None` where none can be
/// kept, which costs time and nothing else.
fn template(programs: &Programs, cache: &Path) -> Option<PathBuf> {
    let parent = cache.join("clusters");
    let kept = parent.join(format!("{}-{}", programs.version.number(), name_of(&programs.bin)));
    if kept.join("PG_VERSION").is_file() {
        return Some(kept);
    }
    let made = (|| {
        std::fs::create_dir_all(&parent)?;
        let fresh = Template::create(programs).map_err(io::Error::other)?;
        let folder = tempfile::Builder::new().prefix("new-").tempdir_in(&parent)?;
        copy(&fresh.data(), folder.path())?;
        // Somebody else may have been faster; theirs is as good.
        match std::fs::rename(folder.path(), &kept) {
            Ok(()) => drop(folder.keep()),
            Err(error) if kept.is_dir() => tracing::debug!(%error, "another process keeps a data directory"),
            Err(error) => return Err(error),
        }
        Ok::<_, io::Error>(())
    })();
    match made {
        Ok(()) => Some(kept),
        Err(error) => {
            tracing::info!(%error, "no data directory can be kept for later shadows");
            None
        }
    }
}

/// A folder's path as a file's name.
fn name_of(folder: &Path) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    folder.to_string_lossy().chars().map(plain).collect()
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Where a URL of our own leads, whatever the shell's variables say.
fn target(url: &str) -> Target {
    let environment = Environment {
        name: "shadow".parse().expect("is a name"),
        tier: Tier::Development,
        access: Access::ReadWrite,
        connection: ConnectionSource::of_url(url).expect("our own URL is one"),
        policy: Policy::of_tier(Tier::Development),
        hooks: crate::config::Hooks::default(),
        notes: None,
        compare_with: None,
    };
    let surroundings = Surroundings { user: Some(SUPERUSER.to_owned()), ..Surroundings::default() };
    environment.resolve(Path::new("/"), &surroundings).expect("our own URL is complete").target
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_same(15, &[13, 15, 17], 15)]
    #[case::the_newer_of_two(15, &[14, 16], 16)]
    #[case::the_nearest(13, &[15, 18], 15)]
    fn the_nearest_version_is_taken(#[case] wanted: u32, #[case] found: &[u32], #[case] expected: u32) {
        assert_eq!(found.iter().copied().min_by_key(|found| distance(*found, wanted)), Some(expected));
    }

    #[test]
    fn a_url_of_our_own_is_complete() {
        let target = target("postgresql://postgres@/postgres?host=/dev/shm/x&port=5555");
        assert_eq!((target.user.as_str(), target.database.as_str()), ("postgres", "postgres"));
    }
}
