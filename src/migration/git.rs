//! What git knows about the project, asked from the `git` program; where there is none, or no repository, the answer is `None`.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::checksum::Checksum;

/// How long git may take before its answer is done without: a folder on a dead network drive must not hang a window.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many versions of a file are looked through for the one that was applied.
const VERSIONS: usize = 500;

/// The commit that a folder is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its abbreviated hash, `4f2c1ab`.
    pub short: String,
    /// Whether files in the folder differ from it.
    pub dirty: bool,
}

/// The commit that `dir` is at.
pub fn commit_of(dir: &Path) -> Option<Commit> {
    let short = line(dir, ["rev-parse", "--short", "HEAD"])?;
    let changes = ask(dir, ["status", "--porcelain", "--untracked-files=normal", "--", "."])?;
    Some(Commit { short, dirty: !changes.is_empty() })
}

/// The folder of the repository that `dir` is in, without links.
fn root(dir: &Path) -> Option<PathBuf> {
    line(dir, ["rev-parse", "--show-toplevel"]).map(PathBuf::from)
}

/// The name of the person who works in `dir`, as `user.name` says.
pub fn author_name(dir: &Path) -> Option<String> {
    line(dir, ["config", "--get", "user.name"])
}

/// The text of the version of the file at `path` whose SHA-256 is `checksum`, searched in the file's git history. The
/// file may have been moved since, and the version may lie on another branch or in a commit that was amended later.
pub fn content_with_checksum(path: &Path, checksum: Checksum) -> Option<String> {
    let (folder, file) = (path.parent()?, path.file_name()?);
    let mut seen = HashSet::new();
    // git follows a file through its renames on one branch only; so first that, and then every branch and the reflog.
    let searches: [&[&str]; 2] = [&["--follow"], &["--all", "--reflog", "--full-history", "-m", "--no-renames"]];
    searches.into_iter().find_map(|how| {
        // A shallow or odd history is still looked through as far as it goes.
        let log = log_of(folder, file, how).unwrap_or_default();
        blobs(&log).into_iter().filter(|blob| seen.insert(blob.clone())).find_map(|blob| {
            let bytes = ask(folder, ["cat-file", "blob", blob.as_str()])?;
            text_with_checksum(bytes, checksum)
        })
    })
}

/// The files below some folders that differ from a revision, or are not in it; `None` where git cannot say.
pub fn changed_since(dir: &Path, revision: &str, below: &[&Path]) -> Option<Vec<PathBuf>> {
    // A revision that begins like an option is none.
    let revision =
        line(dir, ["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")])?;
    let mut changed = listed(dir, &["diff", "--name-only", "--no-renames", "-z", &revision], below)?;
    changed.extend(untracked(dir, below)?);
    Some(changed)
}

/// Which files below some folders differ from what is committed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differing {
    /// The repository's folder, without links.
    pub root: PathBuf,
    /// Those that are not committed as they are.
    pub uncommitted: HashSet<PathBuf>,
    /// Those that the main branch has, at `origin` or else here, and that are not as they are there. What the branch got
    /// since this one left it is no change of this one's.
    pub from_branch: HashSet<PathBuf>,
    /// Whether there is such a branch, and this one has left it somewhere.
    pub has_branch: bool,
}

/// Which files below some folders differ from what is committed here and on the main branch; `None` where git cannot say.
///
/// Somebody who types waits for the answer: files are looked at once, and git's programs run side by side.
pub fn differing(dir: &Path, branch: &str, below: &[&Path]) -> Option<Differing> {
    // What git is told to ignore is not committed either.
    const STATUS: [&str; 6] =
        ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=traditional", "--no-renames"];
    let look = || ask(dir, within(&STATUS, below));
    let compare = |branch: &String| {
        // From where this branch left that one to its last commit.
        let range = format!("{branch}...HEAD");
        let bytes = ask(dir, within(&["diff", "--name-status", "--no-renames", "-z", &range], below))?;
        Some((branch.clone(), bytes))
    };
    let branches = [format!("refs/remotes/origin/{branch}"), format!("refs/heads/{branch}")];
    let (looked, root, compared) = thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, look);
        let root = root(dir);
        let compared = root.as_ref().and_then(|_| branches.iter().find_map(compare));
        let looked = other.map_or_else(|_| look(), |thread| thread.join().unwrap_or_default());
        (looked, root, compared)
    });
    let (looked, root) = looked.zip(root)?;
    let mut differing = Differing { root: root.clone(), ..Differing::default() };
    let mut known = HashSet::new();
    for entry in looked.split(|byte| *byte == 0) {
        // Two letters for what the index and the folder have made of the last commit's file, and a blank.
        let Some((state, name)) = entry.split_at_checked(3) else { continue };
        let path = root.join(OsStr::from_bytes(name));
        if !state.iter().any(|letter| b"?!A".contains(letter)) {
            known.insert(path.clone());
        }
        differing.uncommitted.insert(path);
    }
    let Some((branch, compared)) = compared else { return Some(differing) };
    differing.has_branch = true;
    let mut words = compared.split(|byte| *byte == 0);
    let (mut twice, mut added) = (HashSet::new(), HashSet::new());
    while let Some((state, name)) = words.next().zip(words.next()) {
        let path = root.join(OsStr::from_bytes(name));
        let changed = match state {
            b"A" => &mut added,
            // The second change may have taken back the first.
            _ if known.remove(&path) => &mut twice,
            _ => &mut differing.from_branch,
        };
        changed.insert(path);
    }
    if !twice.is_empty() {
        let base = line(dir, ["merge-base", "HEAD", &branch])?;
        let twice: Vec<&Path> = twice.iter().map(PathBuf::as_path).collect();
        let words = ["diff", "--name-only", "--no-renames", "--diff-filter=MDT", "-z", &base];
        differing.from_branch.extend(listed(dir, &words, &twice)?);
    }
    differing.from_branch.extend(known.into_iter().filter(|path| !added.contains(path)));
    Some(differing)
}

/// Folders as git's answers name them: without links. Each is looked up once, for a project has many files in few folders.
#[derive(Debug, Clone, Default)]
pub struct RealFolders(Vec<(PathBuf, PathBuf)>);

impl RealFolders {
    /// These folders.
    pub fn of(folders: &[&Path]) -> Self {
        RealFolders(folders.iter().map(|folder| ((*folder).to_owned(), real(folder))).collect())
    }

    /// Whether a file, as git's answers name it, lies in one of them.
    pub fn hold(&self, file: &Path) -> bool {
        self.0.iter().any(|(_, real)| Some(real.as_path()) == file.parent())
    }

    /// A file's path as git's answers name it. What is in none of these folders is looked up.
    pub fn named(&self, file: &Path) -> PathBuf {
        let known = self.0.iter().find(|(folder, _)| Some(folder.as_path()) == file.parent());
        match known.zip(file.file_name()) {
            Some(((_, folder), name)) => folder.join(name),
            None => real(file),
        }
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Which files below some folders are still in work, as git knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unmerged {
    /// The files that git knows, or would take: not those that it is told to ignore.
    pub known: HashSet<PathBuf>,
    /// Those of them that the main branch lacks, here and at `origin`; without such a branch, those that are not committed.
    pub open: HashSet<PathBuf>,
    /// Those that are not in the last commit.
    pub new: HashSet<PathBuf>,
    /// Whether there is such a branch.
    pub has_branch: bool,
}

impl Unmerged {
    /// Whether git knows the file.
    pub fn knows(&self, path: &Path) -> bool {
        self.known.contains(path)
    }

    /// Whether the main branch lacks it.
    pub fn is_open(&self, path: &Path) -> bool {
        self.open.contains(path)
    }
}

/// Which files below some folders a branch lacks; `None` where git cannot say.
pub fn unmerged(dir: &Path, branch: &str, below: &[&Path]) -> Option<Unmerged> {
    let words = ["ls-files", "--cached", "--others", "--exclude-standard", "--full-name", "-z"];
    let known: HashSet<PathBuf> = listed(dir, &words, below)?.into_iter().collect();
    let root = root(dir)?;
    let commit = |name: &str| line(dir, ["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
    let tree = |commit: &str| -> Option<HashSet<PathBuf>> {
        let mut files = HashSet::new();
        for folder in below.iter().filter(|folder| folder.is_dir()) {
            let bytes = ask(folder, ["ls-tree", "-r", "-z", "--name-only", "--full-name", commit])?;
            files.extend(paths(&root, &bytes));
        }
        Some(files)
    };
    // Before the first commit there is none.
    let last = commit("HEAD").map_or_else(|| Some(HashSet::new()), |commit| tree(&commit))?;
    let branches = [format!("refs/remotes/origin/{branch}"), format!("refs/heads/{branch}")];
    let branches: Vec<HashSet<PathBuf>> =
        branches.iter().filter_map(|name| commit(name)).map(|commit| tree(&commit)).collect::<Option<_>>()?;
    let without = |trees: &[&HashSet<PathBuf>]| -> HashSet<PathBuf> {
        known.iter().filter(|path| trees.iter().all(|tree| !tree.contains(*path))).cloned().collect()
    };
    let new = without(&[&last]);
    let open = if branches.is_empty() { new.clone() } else { without(&branches.iter().collect::<Vec<_>>()) };
    Some(Unmerged { open, new, has_branch: !branches.is_empty(), known })
}

fn untracked(dir: &Path, below: &[&Path]) -> Option<Vec<PathBuf>> {
    listed(dir, &["ls-files", "--others", "--exclude-standard", "--full-name", "-z"], below)
}

/// The paths that a command of git prints with `-z`, absolute.
fn listed(dir: &Path, arguments: &[&str], below: &[&Path]) -> Option<Vec<PathBuf>> {
    let root = root(dir)?;
    let bytes = ask(dir, within(arguments, below))?;
    Some(paths(&root, &bytes).collect())
}

/// A command of git, about some folders or files.
fn within<'a>(words: &[&'a str], below: &[&'a Path]) -> impl Iterator<Item = &'a OsStr> {
    let words = words.iter().map(|word| OsStr::new(*word)).chain([OsStr::new("--")]);
    words.chain(below.iter().map(|path| path.as_os_str())).collect::<Vec<_>>().into_iter()
}

/// The paths that git lists with `-z`.
fn paths(root: &Path, bytes: &[u8]) -> impl Iterator<Item = PathBuf> {
    let names = bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| root.join(OsStr::from_bytes(name)))
}

fn log_of(folder: &Path, file: &OsStr, how: &[&str]) -> Option<Vec<u8>> {
    let count = format!("--max-count={VERSIONS}");
    let fixed = ["log", "--format=", "--raw", "--no-abbrev", "-z", &count];
    let arguments = fixed.into_iter().chain(how.iter().copied()).chain(["--"]);
    ask(folder, arguments.map(OsStr::new).chain([file]))
}

/// The text, if it has this checksum as it is, or as git writes it to disk where line endings are CRLF.
fn text_with_checksum(bytes: Vec<u8>, checksum: Checksum) -> Option<String> {
    let text = String::from_utf8_lossy(&bytes);
    if Checksum::of(&bytes) == checksum {
        return Some(text.into_owned());
    }
    let on_windows = text.replace('\n', "\r\n");
    (Checksum::of(on_windows.as_bytes()) == checksum).then_some(on_windows)
}

/// The hashes of the contents before and after each change that `git log --raw` tells of, latest first.
fn blobs(log: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(log);
    text.split('\0')
        .filter_map(|entry| entry.trim_start_matches('\n').strip_prefix(':'))
        .flat_map(|entry| {
            // `:mode mode hash hash status`
            let mut words = entry.split(' ').skip(2);
            let (before, after) = (words.next(), words.next());
            [after, before].into_iter().flatten().map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|hash| hash.bytes().any(|byte| byte != b'0'))
        .collect()
}

fn line<const N: usize>(dir: &Path, arguments: [&str; N]) -> Option<String> {
    let bytes = ask(dir, arguments)?;
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// What git prints; none where it fails, is not there, or takes too long.
fn ask<Word: AsRef<OsStr>>(dir: &Path, arguments: impl IntoIterator<Item = Word>) -> Option<Vec<u8>> {
    let mut child = Command::new("git")
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        // A repository's own configuration must not make looking at it run programs.
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .current_dir(dir)
        // Set where git runs us from a hook: they would lead to another repository than the folder's.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut output = child.stdout.take()?;
    let (sender, answer) = mpsc::channel();
    let read = move || {
        let mut bytes = Vec::new();
        let read = output.read_to_end(&mut bytes);
        // Nobody waits any longer where it took too long.
        let _ = sender.send(read.map(|_| bytes));
    };
    let reader = thread::Builder::new().spawn(read);
    // It ends when all is said.
    let bytes = reader.ok().and_then(|_| answer.recv_timeout(PATIENCE).ok()?.ok());
    if bytes.is_none() {
        let _ = child.kill();
    }
    child.wait().ok()?.success().then_some(bytes)?
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rstest::rstest;

    use super::*;

    /// A repository, or nothing where there is no git to make one.
    fn repository() -> Option<tempfile::TempDir> {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q"])?;
        git(folder.path(), &["config", "user.name", "Ana"])?;
        git(folder.path(), &["config", "user.email", "ana@example.test"])?;
        Some(folder)
    }

    fn git(folder: &Path, arguments: &[&str]) -> Option<()> {
        let done = Command::new("git").args(arguments).current_dir(folder).stdout(Stdio::null()).status().ok()?;
        done.success().then_some(())
    }

    fn commit(folder: &Path) -> Option<()> {
        git(folder, &["add", "-A"])?;
        git(folder, &["commit", "-q", "-m", "change"])
    }

    #[test]
    fn outside_a_repository_nothing_is_known() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(commit_of(folder.path()), None);
        assert_eq!(content_with_checksum(&folder.path().join("x.sql"), Checksum::of(b"")), None);
        assert_eq!(commit_of(Path::new("/nonexistent")), None);
    }

    #[test]
    fn a_commit_says_whether_files_differ_from_it() {
        let Some(folder) = repository() else { return };
        fs::write(folder.path().join("a.sql"), "one").unwrap();
        commit(folder.path()).unwrap();
        let clean = commit_of(folder.path()).unwrap();
        assert!(!clean.dirty && clean.short.len() >= 7);
        fs::write(folder.path().join("b.sql"), "new").unwrap();
        assert!(commit_of(folder.path()).unwrap().dirty);
        assert_eq!(author_name(folder.path()).as_deref(), Some("Ana"));
    }

    #[test]
    fn what_differs_from_a_branch_a_revision_or_the_last_commit_is_told() {
        let Some(folder) = repository() else { return };
        let root = folder.path().canonicalize().unwrap();
        let path = |name: &str| root.join("m").join(name);
        fs::create_dir(root.join("m")).unwrap();
        for name in ["kept.sql", "mended.sql", "gone.sql"] {
            fs::write(path(name), name).unwrap();
        }
        commit(&root).unwrap();
        git(&root, &["branch", "-M", "trunk"]).unwrap();
        git(&root, &["checkout", "-q", "-b", "work"]).unwrap();
        fs::write(path("mended.sql"), "mended").unwrap();
        fs::write(path("added.sql"), "added").unwrap();
        commit(&root).unwrap();
        fs::remove_file(path("gone.sql")).unwrap();
        fs::write(path("new.sql"), "new").unwrap();
        let below = root.join("m");
        let sorted = |mut paths: Vec<PathBuf>| {
            paths.sort();
            paths
        };
        let sorted_set = |paths: HashSet<PathBuf>| sorted(paths.into_iter().collect());
        let found = differing(&root, "trunk", &[&below]).unwrap();
        assert_eq!(sorted_set(found.from_branch), [path("gone.sql"), path("mended.sql")]);
        assert_eq!(sorted_set(found.uncommitted), [path("gone.sql"), path("new.sql")]);
        let since = changed_since(&root, "trunk", &[&below]).map(sorted);
        assert_eq!(since, Some(["added.sql", "gone.sql", "mended.sql", "new.sql"].map(path).to_vec()));
        let found = differing(&root, "nothing", &[&below]).unwrap();
        assert_eq!((found.from_branch.len(), found.uncommitted.len(), found.has_branch), (0, 2, false));
        assert_eq!(changed_since(&root, "--output=x", &[&below]), None);
    }

    #[rstest]
    #[case::as_it_is_there("mended.sql", Some("mended.sql"), false, true)]
    #[case::changed_in_a_commit("mended.sql", None, true, false)]
    #[case::changed_since_then("mended.sql", Some("changed"), true, true)]
    #[case::changed_in_the_folder_alone("kept.sql", Some("changed"), true, true)]
    #[case::not_there("added.sql", Some("changed"), false, true)]
    #[case::not_changed("kept.sql", None, false, false)]
    fn a_file_is_held_against_where_this_branch_left_the_main_one(
        #[case] name: &str,
        #[case] text: Option<&str>,
        #[case] from_branch: bool,
        #[case] uncommitted: bool,
    ) {
        let Some(folder) = repository() else { return };
        let root = folder.path().canonicalize().unwrap();
        for name in ["kept.sql", "mended.sql"] {
            fs::write(root.join(name), name).unwrap();
        }
        commit(&root).unwrap();
        git(&root, &["branch", "-M", "trunk"]).unwrap();
        git(&root, &["checkout", "-q", "-b", "work"]).unwrap();
        fs::write(root.join("mended.sql"), "mended").unwrap();
        fs::write(root.join("added.sql"), "added").unwrap();
        commit(&root).unwrap();
        // What the main branch got since is not looked at.
        git(&root, &["checkout", "-q", "trunk"]).unwrap();
        fs::write(root.join("kept.sql"), "later").unwrap();
        commit(&root).unwrap();
        git(&root, &["checkout", "-q", "work"]).unwrap();
        let path = root.join(name);
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let found = differing(&root, "trunk", &[&root]).unwrap();
        assert_eq!((found.from_branch.contains(&path), found.uncommitted.contains(&path)), (from_branch, uncommitted));
    }

    #[test]
    fn before_the_first_commit_every_file_is_uncommitted() {
        let Some(folder) = repository() else { return };
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join("a.sql"), "x").unwrap();
        let found = differing(&root, "main", &[&root]).unwrap();
        assert_eq!((found.uncommitted, found.from_branch), ([root.join("a.sql")].into(), HashSet::new()));
        assert_eq!(differing(Path::new("/nonexistent"), "main", &[]), None);
    }

    #[test]
    fn what_the_main_branch_lacks_is_in_work() {
        let Some(folder) = repository() else { return };
        let root = folder.path().canonicalize().unwrap();
        let path = |name: &str| root.join("m").join(name);
        fs::create_dir(root.join("m")).unwrap();
        fs::write(path("first.sql"), "x").unwrap();
        git(&root, &["branch", "-M", "trunk"]);
        let below = root.join("m");
        let asked = |branch: &str| unmerged(&root, branch, &[&below, &root.join("gone")]).unwrap();
        assert!(asked("trunk").is_open(&path("first.sql")), "nothing is committed yet");
        commit(&root).unwrap();
        git(&root, &["branch", "-M", "trunk"]).unwrap();
        git(&root, &["checkout", "-q", "-b", "work"]).unwrap();
        fs::write(path("second.sql"), "x").unwrap();
        commit(&root).unwrap();
        fs::write(path("first.sql"), "changed").unwrap();
        for name in ["third.sql", "hidden.sql"] {
            fs::write(path(name), "x").unwrap();
        }
        fs::write(root.join(".gitignore"), "hidden.sql\n").unwrap();
        let open = |branch: &str| {
            let mut open: Vec<PathBuf> = asked(branch).open.into_iter().collect();
            open.sort();
            (open, asked(branch).has_branch)
        };
        assert_eq!(open("trunk"), (vec![path("second.sql"), path("third.sql")], true));
        assert_eq!(open("nothing"), (vec![path("third.sql")], false), "what is committed may be anywhere");
        assert!(asked("trunk").knows(&path("first.sql")) && !asked("trunk").knows(&path("hidden.sql")));
        assert_eq!(asked("trunk").new, [path("third.sql")].into());
        assert_eq!(unmerged(Path::new("/nonexistent"), "trunk", &[&below]), None);
    }

    #[test]
    fn the_applied_version_is_found_in_the_history_of_a_file_with_a_hostile_name() {
        let Some(folder) = repository() else { return };
        let path = folder.path().join("-- a\n[b]*.sql");
        for content in ["one", "two", "three"] {
            fs::write(&path, content).unwrap();
            commit(folder.path()).unwrap();
        }
        for content in ["one", "two", "three"] {
            let found = content_with_checksum(&path, Checksum::of(content.as_bytes()));
            assert_eq!(found.as_deref(), Some(content));
        }
        assert_eq!(content_with_checksum(&path, Checksum::of(b"never committed")), None);
    }

    #[test]
    fn a_version_is_found_after_a_rename_on_another_branch_and_with_other_line_endings() {
        let Some(folder) = repository() else { return };
        let (before, path) = (folder.path().join("a.sql"), folder.path().join("b.sql"));
        let lines = "select 1;\n".repeat(20);
        fs::write(&before, lines.clone() + "first").unwrap();
        commit(folder.path()).unwrap();
        git(folder.path(), &["mv", "a.sql", "b.sql"]).unwrap();
        commit(folder.path()).unwrap();
        git(folder.path(), &["checkout", "-q", "-b", "elsewhere"]).unwrap();
        fs::write(&path, "elsewhere").unwrap();
        commit(folder.path()).unwrap();
        git(folder.path(), &["checkout", "-q", "-"]).unwrap();
        fs::write(&path, "now").unwrap();
        commit(folder.path()).unwrap();
        fs::remove_file(&path).unwrap();
        for content in
            [lines.clone() + "first", "elsewhere".into(), "now".into(), lines.replace('\n', "\r\n") + "first"]
        {
            assert_eq!(content_with_checksum(&path, Checksum::of(content.as_bytes())), Some(content));
        }
    }
}
