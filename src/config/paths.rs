//! Where Tidegate keeps its own files.

use std::path::{Path, PathBuf};

use super::surroundings::Surroundings;

/// Where Tidegate keeps its own files. The folders need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Journals, reports and logs: `TIDEGATE_STATE_DIR`, else `.tidegate/state` of a project that has a `.tidegate`
    /// folder, else the user's state folder.
    pub state: PathBuf,
    /// What can be made again: `TIDEGATE_CACHE_DIR`, else the project's or the user's.
    pub cache: PathBuf,
    /// The user's themes and configuration: `TIDEGATE_CONFIG_DIR`, else the user's configuration folder.
    pub config: PathBuf,
}

impl Paths {
    /// The folders of a user, before any project is known.
    pub fn of_user(surroundings: &Surroundings) -> Self {
        let _ = surroundings;
        unimplemented!()
    }

    /// The folders for a project whose root folder is known.
    pub fn of_project(surroundings: &Surroundings, root: &Path) -> Self {
        let _ = (surroundings, root);
        unimplemented!()
    }

    /// Where the windows' journals lie.
    pub fn journals(&self) -> PathBuf {
        self.state.join("windows")
    }

    /// Where the log files lie.
    pub fn logs(&self) -> PathBuf {
        self.state.join("logs")
    }

    /// Where the user's own themes lie.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }
}
