//! Where Tidegate keeps its own files.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::surroundings::Surroundings;

/// Where Tidegate keeps its own files. The folders need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Journals, reports and logs: `TIDEGATE_STATE_DIR`, else `.tidegate/state` of a project that has a `.tidegate`
    /// folder, else the user's state folder.
    pub state: PathBuf,
    /// What can be made again: `TIDEGATE_CACHE_DIR`, else `.tidegate/cache` or the user's cache folder.
    pub cache: PathBuf,
    /// The user's themes and configuration: `TIDEGATE_CONFIG_DIR`, else the user's configuration folder.
    pub config: PathBuf,
}

/// The folder of a project that holds what Tidegate makes there.
pub const PROJECT_FOLDER: &str = ".tidegate";

impl Paths {
    /// The folders of a user, before any project is known.
    pub fn of_user(surroundings: &Surroundings) -> Self {
        Self::of(surroundings, None)
    }

    /// The folders for a project whose root folder is known.
    pub fn of_project(surroundings: &Surroundings, root: &Path) -> Self {
        Self::of(surroundings, Some(root.join(PROJECT_FOLDER)).filter(|folder| folder.is_dir()))
    }

    fn of(surroundings: &Surroundings, project: Option<PathBuf>) -> Self {
        let base = BaseDirs::new();
        let place = |variable: &str, project: Option<&PathBuf>, name: &str, of_user: fn(&BaseDirs) -> &Path| {
            let named = surroundings.variable(variable).map(|path| surroundings.folder.join(path));
            named.or_else(|| project.map(|folder| folder.join(name))).unwrap_or_else(|| match &base {
                Some(base) => of_user(base).join("tidegate"),
                // Without a home folder there is still the folder that the process was started in.
                None => surroundings.folder.join(PROJECT_FOLDER).join(name),
            })
        };
        let project = project.as_ref();
        Self {
            // Only Linux has a folder for state.
            state: place("TIDEGATE_STATE_DIR", project, "state", |base| {
                base.state_dir().unwrap_or_else(|| base.data_local_dir())
            }),
            cache: place("TIDEGATE_CACHE_DIR", project, "cache", BaseDirs::cache_dir),
            config: place("TIDEGATE_CONFIG_DIR", None, "config", BaseDirs::config_dir),
        }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{Paths, Surroundings};

    #[test]
    fn variables_come_first_then_the_project_then_the_user() {
        let project = tempfile::tempdir().expect("a temporary folder");
        let mut surroundings = Surroundings { folder: PathBuf::from("/srv"), ..Surroundings::default() };
        let of_user = Paths::of_user(&surroundings);
        assert_eq!(Paths::of_project(&surroundings, project.path()), of_user);

        fs::create_dir(project.path().join(".tidegate")).expect("creates");
        let of_project = Paths::of_project(&surroundings, project.path());
        assert_eq!(of_project.state, project.path().join(".tidegate/state"));
        assert_eq!(of_project.cache, project.path().join(".tidegate/cache"));
        assert_eq!(of_project.config, of_user.config);

        for (name, value) in [("STATE", "/var/tidegate"), ("CACHE", "here"), ("CONFIG", "/etc/tidegate")] {
            surroundings.variables.insert(format!("TIDEGATE_{name}_DIR"), value.to_owned());
        }
        let of_variables = Paths::of_project(&surroundings, project.path());
        assert_eq!(of_variables.journals(), Path::new("/var/tidegate/windows"));
        assert_eq!(of_variables.cache, Path::new("/srv/here"));
        assert_eq!(of_variables.themes(), Path::new("/etc/tidegate/themes"));
    }
}
