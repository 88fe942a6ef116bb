//! How this machine's package manager installs PostgreSQL.

use std::path::{Path, PathBuf};

/// The command, word by word, with which this machine's package manager installs a PostgreSQL server; `None` where
/// none is known. Begins with `sudo` (or `doas`) where the caller lacks the right to install.
#[must_use]
pub fn install_command() -> Option<Vec<String>> {
    command(|manager| manager.server.to_owned())
}

/// The command that installs the client programs of at least one major version.
pub(super) fn client_command(major: u32) -> Option<Vec<String>> {
    command(|manager| manager.client.replace("{major}", &major.to_string()))
}

struct Manager {
    program: &'static str,
    words: &'static [&'static str],
    server: &'static str,
    client: &'static str,
    /// Whether only the superuser may install.
    privileged: bool,
}

const MANAGERS: &[Manager] = &[
    Manager {
        program: "apt-get",
        words: &["install", "--yes"],
        server: "postgresql",
        client: "postgresql-client-{major}",
        privileged: true,
    },
    Manager {
        program: "dnf",
        words: &["install", "--assumeyes"],
        server: "postgresql-server",
        client: "postgresql",
        privileged: true,
    },
    Manager {
        program: "yum",
        words: &["install", "--assumeyes"],
        server: "postgresql-server",
        client: "postgresql",
        privileged: true,
    },
    Manager {
        program: "apk",
        words: &["add"],
        server: "postgresql",
        client: "postgresql{major}-client",
        privileged: true,
    },
    Manager {
        program: "pacman",
        words: &["--sync", "--noconfirm"],
        server: "postgresql",
        client: "postgresql",
        privileged: true,
    },
    Manager {
        program: "zypper",
        words: &["--non-interactive", "install"],
        server: "postgresql-server",
        client: "postgresql{major}",
        privileged: true,
    },
    Manager {
        program: "xbps-install",
        words: &["--yes"],
        server: "postgresql17",
        client: "postgresql{major}-client",
        privileged: true,
    },
    Manager {
        program: "brew",
        words: &["install"],
        server: "postgresql@17",
        client: "postgresql@{major}",
        privileged: false,
    },
    Manager {
        program: "pkg",
        words: &["install", "--yes"],
        server: "postgresql17-server",
        client: "postgresql{major}-client",
        privileged: true,
    },
];

fn command(package: impl Fn(&Manager) -> String) -> Option<Vec<String>> {
    let is_root = rustix::process::geteuid().is_root();
    compose(is_root, |program| on_path(program).is_some(), package)
}

fn compose(is_root: bool, exists: impl Fn(&str) -> bool, package: impl Fn(&Manager) -> String) -> Option<Vec<String>> {
    let manager = MANAGERS.iter().find(|manager| exists(manager.program))?;
    let mut words = Vec::new();
    if manager.privileged && !is_root {
        let helper = ["sudo", "doas"].into_iter().find(|program| exists(program));
        words.push(helper.unwrap_or("sudo").to_owned());
    }
    words.push(manager.program.to_owned());
    words.extend(manager.words.iter().map(|&word| word.to_owned()));
    words.push(package(manager));
    Some(words)
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|program: &PathBuf| Path::is_file(program))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::debian(&["apt-get", "sudo"], false, Some("sudo apt-get install --yes postgresql"))]
    #[case::debian_as_root(&["apt-get"], true, Some("apt-get install --yes postgresql"))]
    #[case::alpine(&["apk", "doas"], false, Some("doas apk add postgresql"))]
    #[case::homebrew(&["brew", "sudo"], false, Some("brew install postgresql@17"))]
    #[case::unknown(&["sudo"], false, None)]
    fn the_command_fits_the_machine(#[case] programs: &[&str], #[case] is_root: bool, #[case] expected: Option<&str>) {
        let exists = |program: &str| programs.contains(&program);
        let words = compose(is_root, exists, |manager| manager.server.to_owned());
        assert_eq!(words.map(|words| words.join(" ")).as_deref(), expected);
    }
}
