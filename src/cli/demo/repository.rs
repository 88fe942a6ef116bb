//! The sample project under version control: who wrote which file, and what was edited afterwards.
//!
//! One `git fast-import` makes all commits at once, in the time that a single `git commit` takes.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;

use super::sample;

/// One commit to be made.
#[derive(Debug)]
pub(super) struct Commit<'a> {
    pub(super) at: Timestamp,
    pub(super) author: String,
    pub(super) message: String,
    /// Paths and contents of what it adds or changes.
    pub(super) files: Vec<(String, &'a [u8])>,
    /// The migration that it adds.
    pub(super) migration: Option<String>,
}

/// How many letters of a commit's hash are shown.
pub(super) const SHORT: usize = 7;

/// Puts the project under version control with these commits, which must be in the order of their moments, and whose
/// last contents must be those on disk. Returns the hash of each commit.
///
/// # Errors
/// Git is missing, or says no. The project works without.
pub(super) fn create(root: &Path, commits: &[Commit<'_>]) -> io::Result<Vec<String>> {
    run(root, &["init", "--quiet", "--template=", "--initial-branch=main"], &[])?;
    let marks = root.join(".git").join("marks");
    let export = format!("--export-marks={}", marks.display());
    run(root, &["fast-import", "--quiet", &export], &stream(commits))?;
    run(root, &["reset", "--quiet"], &[])?;
    let exported = std::fs::read_to_string(&marks)?;
    std::fs::remove_file(&marks)?;
    let mut hashes = vec![String::new(); commits.len()];
    for line in exported.lines() {
        if let Some((number, hash)) = line.trim_start_matches(':').split_once(' ')
            && let Some(place) = number.parse().ok().and_then(|number: usize| hashes.get_mut(number.wrapping_sub(1)))
        {
            *place = hash.to_owned();
        }
    }
    Ok(hashes)
}

/// The commits in the words of `git fast-import`; the mark of each is its number, from 1.
fn stream(commits: &[Commit<'_>]) -> Vec<u8> {
    let mut stream = Vec::new();
    for (number, commit) in commits.iter().enumerate() {
        let who = format!("{0} <{0}@scout.example> {1} +0000", commit.author, commit.at.as_second());
        let mut head = format!("commit refs/heads/main\nmark :{}\nauthor {who}\ncommitter {who}\n", number + 1);
        let _ = write!(head, "data {}\n{}\n", commit.message.len(), commit.message);
        stream.extend_from_slice(head.as_bytes());
        for (path, content) in &commit.files {
            let mode = if sample::is_executable(path) { "100755" } else { "100644" };
            let head = format!("M {mode} inline {path}\ndata {}\n", content.len());
            stream.extend_from_slice(head.as_bytes());
            stream.extend_from_slice(content);
            stream.push(b'\n');
        }
    }
    stream
}

/// Runs git apart from whatever repository and settings surround us.
fn run(root: &Path, arguments: &[&str], input: &[u8]) -> io::Result<()> {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        git.env_remove(name);
    }
    let mut git = git
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .current_dir(root)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = git.stdin.take() {
        // Git says on its standard error why it would not read on.
        let _ = pipe.write_all(input);
    }
    let output = git.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_keep_their_authors_moments_and_contents() {
        let root = tempfile::tempdir().unwrap();
        let commits = [
            Commit {
                at: "2026-07-06T09:00:00Z".parse().unwrap(),
                author: "one-scout".to_owned(),
                migration: None,
                message: "Add a".to_owned(),
                files: vec![("folder/a.sql".to_owned(), b"SELECT 1;\n")],
            },
            Commit {
                at: "2026-07-07T09:00:00Z".parse().unwrap(),
                author: "two-scout".to_owned(),
                migration: None,
                message: "Edit a".to_owned(),
                files: vec![("folder/a.sql".to_owned(), b"SELECT 2;\n")],
            },
        ];
        sample::write(root.path(), "folder/a.sql", b"SELECT 2;\n").unwrap();

        let Ok(hashes) = create(root.path(), &commits) else {
            // Without git there is nothing to promise.
            return;
        };

        let git = |arguments: &[&str]| {
            let output = Command::new("git").current_dir(root.path()).args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        assert_eq!(git(&["status", "--porcelain"]), "");
        assert_eq!(
            git(&["log", "--reverse", "--format=%H %an %at %s"]),
            format!("{} one-scout 1783328400 Add a\n{} two-scout 1783414800 Edit a\n", hashes[0], hashes[1])
        );
        assert_eq!(git(&["show", "HEAD~1:folder/a.sql"]), "SELECT 1;\n");
    }
}
