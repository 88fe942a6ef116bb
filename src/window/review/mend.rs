//! Fixes made in the files of migrations that are not applied anywhere yet.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::migration::catalogue::{Catalogue, Migration};
use crate::migration::checksum::Checksum;
use crate::migration::text::printable;
use crate::review::examine::Examined;
use crate::review::finding::{Finding, Fix, Part};
use crate::review::sql::Sql;
use crate::window::board::Board;
use crate::window::status::Status;

use super::{Git, Request, review};

/// How often fixes are made that others have made room for.
const PASSES: usize = 10;

/// Why a migration's files stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Frozen {
    /// An environment has it on record.
    #[error("it is on record in {0}")]
    Recorded(String),
    /// The main branch has it.
    #[error("it is on the branch {0}")]
    Merged(String),
    /// It is committed, and there is no main branch that could lack it.
    #[error("it is committed, and git knows no branch {0} that could lack it")]
    Committed(String),
    /// Neither git nor the environments say that it was not applied.
    #[error("nothing says that it was never applied: git does not know it, and not every environment was asked")]
    Unknown,
}

/// What the environments say of one migration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Those that have it on record, whatever became of it.
    pub recorded: Vec<String>,
    /// Whether every environment of the configuration has answered.
    pub all_asked: bool,
}

impl Standing {
    /// What the columns of a board say, of the environments of these names.
    pub fn of<'n>(board: &Board, names: impl Iterator<Item = &'n str>, migration: &str, configured: usize) -> Self {
        let row = board.position(migration);
        let mut standing = Standing::default();
        let mut answered = 0;
        for (column, name) in board.columns.iter().zip(names) {
            answered += usize::from(column.is_known());
            let status = row.and_then(|row| column.cells.get(row)).and_then(|cell| cell.status);
            // Of an attempt that failed nothing was kept; every other one has left something of this very file.
            let is_open = matches!(status, None | Some(Status::Pending | Status::OutOfOrder | Status::Failed));
            if !is_open {
                standing.recorded.push(name.to_owned());
            }
        }
        standing.all_asked = answered == configured;
        standing
    }
}

/// Whether a migration's files may be changed; if not, why.
pub fn frozen(git: &Git, files: &[&Path], standing: &Standing) -> Option<Frozen> {
    if !standing.recorded.is_empty() {
        return Some(Frozen::Recorded(standing.recorded.join(", ")));
    }
    let branch = || git.main_branch.clone();
    let known =
        git.unmerged.as_ref().filter(|unmerged| files.iter().all(|path| unmerged.knows(&git.folders.named(path))));
    match known {
        Some(unmerged) if files.iter().all(|path| unmerged.is_open(&git.folders.named(path))) => None,
        Some(unmerged) if unmerged.has_branch => Some(Frozen::Merged(branch())),
        Some(_) => Some(Frozen::Committed(branch())),
        None if standing.all_asked => None,
        None => Some(Frozen::Unknown),
    }
}

/// A file before and after its fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub before: String,
    /// What it is to hold.
    pub after: String,
    /// What is fixed in it.
    pub fixed: Vec<Fixed>,
}

/// A finding that a change ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The rule.
    pub rule: &'static str,
    /// What the fix does, in a few words.
    pub title: String,
    /// The line of the finding; none where it is about the file as a whole.
    pub line: Option<u32>,
}

/// A file that has fixes and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// How many fixes are left out.
    pub fixes: usize,
    /// Why.
    pub why: String,
}

/// What can be fixed without a look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mending {
    /// The files to be changed, by path.
    pub changes: Vec<Change>,
    /// The files that stay as they are, by path.
    pub kept: Vec<Kept>,
    /// How many further fixes there are in files that may be changed; they want a look.
    pub open: usize,
}

/// Why a file was not changed.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// It is not what was looked at.
    #[error("{} has changed since it was reviewed, and was left as it is", printable(&.0.to_string_lossy()))]
    Changed(PathBuf),
    /// It could not be read or written.
    #[error("{} could not be changed: {source}. It is as it was", printable(&path.to_string_lossy()))]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Works out what the safe fixes make of the files that are asked for. Nothing is written.
pub fn mend(config: &Config, catalogue: &Catalogue, request: &mut Request<'_>) -> Mending {
    let mut work = Work::default();
    for _ in 0..PASSES {
        work.open = 0;
        let reviewed = review(config, catalogue, request);
        let mut texts = Vec::new();
        for reviewed in &reviewed.migrations {
            let Some(migration) = catalogue.find(reviewed.name().as_str()) else { continue };
            let Ok(examined) = &reviewed.examined else { continue };
            for part in [Part::Up, Part::Down] {
                let Some(sql) = examined.file(part) else { continue };
                let path = reviewed.path(part);
                let why_not = |is_changed| why_not(config, migration, part, (&sql.text, is_changed), request);
                let after = work.file(path, sql, fixes(examined, part), why_not);
                texts.extend(after.map(|after| (path.to_owned(), Arc::from(after))));
            }
        }
        if texts.is_empty() {
            break;
        }
        request.texts.extend(texts);
    }
    request.texts.clear();
    Mending { changes: work.changes.into_values().collect(), kept: work.kept.into_values().collect(), open: work.open }
}

/// A mending as far as it has got.
#[derive(Default)]
struct Work {
    changes: BTreeMap<PathBuf, Change>,
    kept: BTreeMap<PathBuf, Kept>,
    /// Counted anew by each pass.
    open: usize,
}

impl Work {
    /// Makes the safe fixes of a file; what it is to hold now, where there are any. `why_not` says why the file is to
    /// stay as it is, and is told whether it is already changed here.
    fn file<'f>(
        &mut self,
        path: &Path,
        sql: &Sql,
        fixes: impl Iterator<Item = (&'f Finding, &'f Fix)>,
        why_not: impl FnOnce(bool) -> Option<String>,
    ) -> Option<String> {
        let (safe, others): (Vec<_>, Vec<_>) = fixes.partition(|(_, fix)| fix.safe);
        if safe.is_empty() && others.is_empty() || self.kept.contains_key(path) {
            return None;
        }
        if let Some(why) = why_not(self.changes.contains_key(path)) {
            if !safe.is_empty() {
                let kept = Kept { path: path.to_owned(), fixes: safe.len(), why };
                self.kept.insert(path.to_owned(), kept);
            }
            return None;
        }
        self.open += others.len();
        (!safe.is_empty()).then(|| self.change(path, sql, &safe))
    }

    /// Makes as many of these fixes as do not get in each other's way, and notes them.
    fn change(&mut self, path: &Path, sql: &Sql, safe: &[(&Finding, &Fix)]) -> String {
        let wanted: Vec<&Fix> = safe.iter().map(|(_, fix)| *fix).collect();
        let (after, made) = Fix::together(&wanted, &sql.text);
        let change = self.changes.entry(path.to_owned()).or_insert_with(|| Change {
            path: path.to_owned(),
            before: sql.text.to_string(),
            after: String::new(),
            fixed: Vec::new(),
        });
        let line = |one: &Finding| (!one.is_of_whole_file()).then(|| sql.position(one.range.start).line);
        change.fixed.extend(safe.iter().zip(made).filter(|(_, made)| *made).map(|((one, fix), _)| Fixed {
            rule: one.rule,
            title: fix.title.clone(),
            line: line(one),
        }));
        change.after.clone_from(&after);
        after
    }
}

/// The findings of a file that have a fix.
fn fixes(examined: &Examined, part: Part) -> impl Iterator<Item = (&Finding, &Fix)> {
    let of_part = examined.findings.iter().filter(move |finding| finding.part == part);
    of_part.filter_map(|finding| Some((finding, finding.fix.as_ref()?)))
}

/// Why a file is not to be fixed; `is_changed` where the text has fixes in it already.
fn why_not(
    config: &Config,
    migration: &Migration,
    part: Part,
    (text, is_changed): (&str, bool),
    request: &Request<'_>,
) -> Option<String> {
    let files: Vec<&Path> = migration.files().map(|file| file.path.as_path()).collect();
    let file = match part {
        Part::Up => &migration.up,
        Part::Down => migration.down.as_ref()?,
    };
    let standing = request.environments.standing(migration.name.as_str(), config.environments.len());
    if let Some(why) = frozen(&request.git, &files, &standing) {
        return Some(why.to_string());
    }
    // What is no UTF-8 was read with other characters in its place, which must not be written back.
    let is_whole = is_changed || Checksum::of(text.as_bytes()) == file.checksum;
    (!is_whole).then(|| "it has changed meanwhile, or is no UTF-8".to_owned())
}

impl Change {
    /// What one fix makes of a file, which must be as it was looked at.
    ///
    /// # Errors
    /// The file cannot be read, or is another one now.
    pub fn of(path: &Path, reviewed: Checksum, finding: &Finding, fix: &Fix) -> Result<Self, MendError> {
        let before = read(path)?;
        if Checksum::of(before.as_bytes()) != reviewed {
            return Err(MendError::Changed(path.to_owned()));
        }
        let after = fix.applied(&before);
        let fixed = vec![Fixed { rule: finding.rule, title: fix.title.clone(), line: None }];
        Ok(Change { path: path.to_owned(), before, after, fixed })
    }

    /// Writes the file anew, all of it or nothing.
    ///
    /// # Errors
    /// The file is not what it was, or cannot be written; then it stays as it is.
    pub fn write(&self) -> Result<(), MendError> {
        if read(&self.path)? != self.before {
            return Err(MendError::Changed(self.path.clone()));
        }
        self.put().map_err(|source| MendError::File { path: self.path.clone(), source })?;
        tracing::info!(file = %self.path.display(), fixes = self.fixed.len(), "fixed a file");
        Ok(())
    }

    fn put(&self) -> io::Result<()> {
        // A link stays one.
        let path = self.path.canonicalize()?;
        let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
        let mut file = tempfile::Builder::new().prefix(".tidegate-").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(self.after.as_bytes())?;
        file.as_file().set_permissions(path.metadata()?.permissions())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    }

    /// What changes, as programs that patch read it; `path` is what the file is called there.
    pub fn patch(&self, path: &str) -> String {
        let diff = similar::TextDiff::from_lines(&self.before, &self.after);
        diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string()
    }
}

fn read(path: &Path) -> Result<String, MendError> {
    std::fs::read_to_string(path).map_err(|source| MendError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rstest::rstest;

    use super::*;
    use crate::migration::git::Unmerged;
    use crate::review::finding::Severity;

    /// What git says: the files that it knows, and those of them that are still open.
    fn git(known: &[&str], open: &[&str], has_branch: bool) -> Git {
        let set = |names: &[&str]| names.iter().map(PathBuf::from).collect();
        let unmerged = Unmerged { known: set(known), open: set(open), new: set(&[]), has_branch };
        Git { unmerged: Some(unmerged), main_branch: "main".to_owned(), ..Git::default() }
    }

    const PAIR: [&str; 2] = ["/p/x.sql", "/p/x.down.sql"];

    #[rstest]
    #[case::in_work(git(&PAIR, &PAIR, true), &[], false, None)]
    #[case::merged(git(&PAIR, &[], true), &[], true, Some(Frozen::Merged("main".into())))]
    #[case::half_merged(git(&PAIR, &PAIR[..1], true), &[], true, Some(Frozen::Merged("main".into())))]
    #[case::no_branch(git(&PAIR, &[], false), &[], true, Some(Frozen::Committed("main".into())))]
    #[case::recorded(git(&PAIR, &PAIR, true), &["staging"], true, Some(Frozen::Recorded("staging".into())))]
    #[case::ignored(git(&[], &[], true), &[], false, Some(Frozen::Unknown))]
    #[case::ignored_and_asked(git(&[], &[], true), &[], true, None)]
    #[case::no_git(Git::default(), &[], false, Some(Frozen::Unknown))]
    #[case::no_git_and_asked(Git::default(), &[], true, None)]
    fn what_may_have_been_applied_is_never_changed(
        #[case] git: Git,
        #[case] recorded: &[&str],
        #[case] all_asked: bool,
        #[case] expected: Option<Frozen>,
    ) {
        let standing = Standing { recorded: recorded.iter().map(ToString::to_string).collect(), all_asked };
        assert_eq!(frozen(&git, &PAIR.map(Path::new), &standing), expected);
    }

    fn finding() -> Finding {
        let (rule, severity) = ("if-exists", Severity::Note);
        Finding { rule, severity, part: Part::Up, range: 0..0, message: String::new(), help: None, fix: None }
    }

    #[test]
    fn a_file_is_written_anew_with_its_permissions_and_only_as_it_was_looked_at() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, path) = (folder.path().join("real.sql"), folder.path().join("x.sql"));
        fs::write(&real, "DROP TABLE t;").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &path).unwrap();
        let fix = Fix::insert("add IF EXISTS", 10, " IF EXISTS");
        let checksum = Checksum::of(b"DROP TABLE t;");
        let change = Change::of(&path, checksum, &finding(), &fix).unwrap();
        change.write().unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "DROP TABLE IF EXISTS t;");
        assert!(path.is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");
        assert!(matches!(change.write(), Err(MendError::Changed(_))));
        assert!(matches!(Change::of(&path, checksum, &finding(), &fix), Err(MendError::Changed(_))));
        assert_eq!(fs::read_to_string(&real).unwrap(), "DROP TABLE IF EXISTS t;");
    }

    #[test]
    fn a_change_is_shown_as_a_patch() {
        let change = Change {
            path: "x.sql".into(),
            before: "a\nDROP TABLE t;".into(),
            after: "a\nDROP TABLE IF EXISTS t;".into(),
            fixed: Vec::new(),
        };
        let patch = change.patch("m/x.sql");
        assert!(patch.starts_with("--- a/m/x.sql\n+++ b/m/x.sql\n@@ -1,2 +1,2 @@\n a\n-DROP TABLE t;\n"), "{patch}");
        assert!(patch.contains("+DROP TABLE IF EXISTS t;\n\\ No newline at end of file\n"), "{patch}");
    }
}
