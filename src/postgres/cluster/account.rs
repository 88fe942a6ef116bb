//! Who runs a throwaway server: PostgreSQL refuses to run as root.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::{ClusterError, at};

/// An unprivileged user of this machine that runs a server on behalf of root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAccount {
    /// The user's name.
    pub name: String,
    user_id: u32,
    group_id: u32,
}

impl ServerAccount {
    /// The user to run a server as; `None` when this process is not root's and runs it itself.
    pub(in crate::postgres) fn needed() -> Result<Option<Self>, ClusterError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self::of_users(&users).map(Some).ok_or(ClusterError::NoAccount)
    }

    fn of_users(users: &str) -> Option<Self> {
        let find = |name: &str| users.lines().find_map(|line| Self::of_line(line, name));
        find("postgres").or_else(|| find("nobody"))
    }

    fn of_line(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let mut numbers = fields.skip(1).map(str::parse);
        let account = Self { name: name.to_owned(), user_id: numbers.next()?.ok()?, group_id: numbers.next()?.ok()? };
        (account.user_id != 0).then_some(account)
    }

    /// The user's number.
    pub(super) fn user_id(&self) -> u32 {
        self.user_id
    }

    /// Gives a file or folder to the user.
    pub(super) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        std::os::unix::fs::lchown(path, Some(self.user_id), Some(self.group_id))
            .map_err(at("Giving a file to the server's user", path))
    }

    /// Lets a command run as the user, without root's groups.
    pub(super) fn run_as(&self, command: &mut Command) {
        command.uid(self.user_id).gid(self.group_id);
    }

    /// Whether the user may enter every folder on the way to a program, and run it.
    pub(in crate::postgres) fn may_run(&self, program: &Path) -> bool {
        program.ancestors().all(|part| {
            part.metadata().is_ok_and(|data| {
                let bit = if data.uid() == self.user_id {
                    0o100
                } else if data.gid() == self.group_id {
                    0o010
                } else {
                    0o001
                };
                data.mode() & bit != 0
            })
        })
    }

    /// The words that make a command run as the user when root types it.
    pub(super) fn prefix(&self) -> Vec<String> {
        ["runuser", "-u", &self.name, "--"].map(str::to_owned).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use rstest::rstest;

    #[test]
    fn a_program_in_somebodys_private_folder_is_out_of_reach() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let program = folder.path().join("postgres");
        std::fs::write(&program, "").unwrap();
        let stranger = ServerAccount { name: "stranger".to_owned(), user_id: 64_000, group_id: 64_000 };
        for (folder_mode, program_mode, expected) in
            [(0o755, 0o755, true), (0o700, 0o755, false), (0o755, 0o750, false)]
        {
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(program_mode)).unwrap();
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(folder_mode)).unwrap();
            assert_eq!(stranger.may_run(&program), expected, "{folder_mode:o} {program_mode:o}");
        }
    }

    const NOBODY: &str = "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";
    const POSTGRES: &str = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[rstest]
    #[case::its_own(&[NOBODY, POSTGRES], Some(("postgres", 101, 104)))]
    #[case::nobody(&["root:x:0:0:root:/root:/bin/sh\n", NOBODY], Some(("nobody", 65534, 65533)))]
    #[case::none(&["root:x:0:0:root:/root:/bin/sh\n"], None)]
    #[case::never_root(&["postgres:x:0:0::/:/bin/sh\n"], None)]
    #[case::broken(&["postgres:x:::\n"], None)]
    fn the_server_runs_as(#[case] users: &[&str], #[case] expected: Option<(&str, u32, u32)>) {
        let found = ServerAccount::of_users(&users.concat());
        let found = found.as_ref().map(|account| (account.name.as_str(), account.user_id, account.group_id));
        assert_eq!(found, expected);
    }
}
