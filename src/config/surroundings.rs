//! What a process inherits and resolution depends on, as one value, so that resolution itself stays pure.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Environment variables, home folder and user name of this process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Environment variables whose names and values are UTF-8.
    pub variables: BTreeMap<String, String>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The operating system's name for the user.
    pub user: Option<String>,
}

impl Surroundings {
    /// Those of the running process.
    pub fn of_process() -> Self {
        unimplemented!()
    }

    /// The value of a variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}
