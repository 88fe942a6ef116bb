//! Handing a target to `pg_dump`, `pg_restore` and `psql` without a secret in an argument.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use tempfile::TempPath;

use super::target::Target;

/// What a PostgreSQL client program needs to reach a target: environment variables and arguments. Secrets are only in
/// the child's environment or in a temporary password file of mode 0600, which is removed when this is dropped: keep
/// it until the program has ended.
#[derive(Debug)]
pub struct ProgramAccess {
    variables: Vec<(&'static str, OsString)>,
    arguments: Vec<OsString>,
    passfile: Option<TempPath>,
}

impl ProgramAccess {
    /// Adds variables and arguments to a command, and takes away every inherited variable that would lead it elsewhere.
    pub fn apply(&self, command: &mut Command) {
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// The environment variables for the child.
    pub fn variables(&self) -> &[(&'static str, OsString)] {
        &self.variables
    }

    /// The arguments, free of secrets: `--no-password` and `--dbname=…`.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }
}

impl Target {
    /// What `pg_dump`, `pg_restore` and `psql` need to reach this target.
    pub fn for_programs(&self) -> io::Result<ProgramAccess> {
        unimplemented!()
    }
}
