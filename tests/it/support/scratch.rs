//! A project on disk, for one test.

use std::path::{Path, PathBuf};
use std::process::Command;

use tidegate::config::Config;

/// A folder with a project in it, removed at the end of the test. Beside the project lie a home and a state folder
/// of its own, so that the binary sees nothing of the developer's.
pub struct Scratch {
    root: tempfile::TempDir,
}

impl Scratch {
    /// An empty project.
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        for folder in ["project/migrations", "home", "state"] {
            std::fs::create_dir_all(root.path().join(folder)).expect("a folder can be made");
        }
        Self { root }
    }

    /// The project's folder.
    pub fn path(&self) -> PathBuf {
        self.root.path().join("project")
    }

    /// The user's home folder.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// The folder of journals and logs.
    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// Writes a file of the project.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder can be made");
        }
        std::fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// Writes a migration and its rollback.
    pub fn migration(&self, name: &str, up: &str, down: &str) -> PathBuf {
        self.write(format!("migrations/{name}.down.sql"), down);
        self.write(format!("migrations/{name}.sql"), up)
    }

    /// Writes `tidegate.toml` with these environments (name, tier, URL).
    pub fn configure(&self, environments: &[(&str, &str, &str)]) -> PathBuf {
        self.configure_with("", environments)
    }

    /// Writes `tidegate.toml` with these environments (name, tier, URL) and further lines before them.
    pub fn configure_with(&self, more: &str, environments: &[(&str, &str, &str)]) -> PathBuf {
        let mut text = format!("[project]\nname = \"scratch\"\nmigrations = \"migrations\"\n\n{more}\n");
        // What is not about approvals does without them, in every tier.
        if !more.contains("[approvals") {
            text.push_str("[approvals]\ntiers = []\n");
        }
        for (name, tier, url) in environments {
            text.push_str(&format!(
                "\n[[environment]]\nname = \"{name}\"\ntier = \"{tier}\"\nurl = \"{url}\"\nsslmode = \"prefer\"\n"
            ));
        }
        self.write("tidegate.toml", text)
    }

    /// The project's configuration, as the binary would read it.
    pub fn config(&self) -> Config {
        let path = self.path().join("tidegate.toml");
        let text = std::fs::read_to_string(&path).expect("the test has written a configuration");
        Config::parse(&text, &path).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The binary, in the project's folder and with a clean environment.
    pub fn tidegate(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        command.current_dir(self.path()).env_clear().envs(self.variables());
        command
    }

    /// The environment variables that the binary may see.
    pub fn variables(&self) -> Vec<(&'static str, std::ffi::OsString)> {
        let mut variables = vec![
            ("HOME", self.home().into_os_string()),
            ("TIDEGATE_STATE_DIR", self.state().into_os_string()),
            ("TIDEGATE_CACHE_DIR", self.root.path().join("cache").into_os_string()),
            ("TIDEGATE_CONFIG_DIR", self.root.path().join("config").into_os_string()),
            ("LANG", "C.UTF-8".into()),
            ("TZ", "UTC".into()),
            ("TERM", "xterm-256color".into()),
            ("COLORTERM", "truecolor".into()),
        ];
        // Where programs are found.
        for name in ["PATH", "TIDEGATE_PG_BIN", "LD_LIBRARY_PATH"] {
            variables.extend(std::env::var_os(name).map(|value| (name, value)));
        }
        variables
    }
}
