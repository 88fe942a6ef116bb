//! Reviewing again whenever files change, without looking at everything again.
//!
//! What a migration's findings rest on: its own files, what git says of them, and what the migrations before it have
//! made. So where a file changes, nothing before it has to be looked at again. What the others have made is kept for
//! one place near the end: what is written on is mostly among the latest. What is found in those alone is kept too.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::alone::Alone;
use super::judgement::Found;
use super::{Git, Judgement, Request, review_each};
use crate::config::Config;
use crate::migration::catalogue::{Catalogue, Migration, MigrationFile};
use crate::migration::checksum::Checksum;
use crate::review::examine::Rules;
use crate::review::known::Known;

/// How many of the latest migrations are looked at again when one of them changes.
const LATEST: usize = 48;

/// Reviews the same project again and again.
#[derive(Debug, Default)]
pub struct Reviewer {
    last: Option<Last>,
    /// What was found in the latest alone.
    alone: Alone,
}

/// The last review.
#[derive(Debug)]
struct Last {
    project: Project,
    keys: Vec<Key>,
    found: Vec<Arc<Found>>,
    /// Before which place the latest begin, and what those before it have made.
    latest: (usize, Known),
}

/// What all findings rest on.
#[derive(Debug, PartialEq)]
struct Project {
    main_branch: String,
    rollbacks_beside: bool,
}

/// What a migration's own findings rest on.
#[derive(Debug, PartialEq)]
struct Key {
    up: File,
    down: Option<File>,
}

#[derive(Debug, PartialEq)]
struct File {
    path: PathBuf,
    checksum: Checksum,
    uncommitted: bool,
    changed: bool,
}

impl Reviewer {
    /// Reviews the project's migrations, by every rule that is on anywhere: in which tier something counts, and what an
    /// environment says, is weighed when it is shown.
    pub fn review(&mut self, config: &Config, catalogue: &Catalogue, git: Git) -> Judgement {
        let project = Project { main_branch: git.main_branch.clone(), rollbacks_beside: git.rollbacks_beside };
        let keys: Vec<_> = catalogue.migrations.iter().map(|migration| Key::of(migration, &git)).collect();
        let rules = Rules::anywhere(&config.review);
        let mut request = Request { git, ..Request::default() };
        let look = |request: &Request<'_>, some: &[Migration], known: &mut Known| {
            let mut found = Vec::with_capacity(some.len());
            review_each(config, some, (request, &rules), known, |reviewed| found.push(Arc::new(Found::of(&reviewed))));
            found
        };
        let kept = self.last.take().filter(|last| last.project == project && last.holds_for(&keys));
        let (mut found, (place, before)) = match kept {
            Some(mut last) => {
                last.found.truncate(last.latest.0);
                (last.found, last.latest)
            }
            None => {
                let place = keys.len().saturating_sub(LATEST);
                let mut known = Known::default();
                (look(&request, &catalogue.migrations[..place], &mut known), (place, known))
            }
        };
        let latest = &catalogue.migrations[place..];
        request.alone = Some(&self.alone);
        found.extend(look(&request, latest, &mut before.clone()));
        self.alone.retain(latest);
        let judgement = Judgement { migrations: found.clone() };
        self.last = Some(Last { project, keys, found, latest: (place, before) });
        judgement
    }
}

impl Last {
    /// Whether what was found before the latest still holds, and they have not become too many.
    fn holds_for(&self, keys: &[Key]) -> bool {
        let place = self.latest.0;
        keys.get(..place).is_some_and(|earlier| *earlier == self.keys[..place]) && keys.len() - place <= 2 * LATEST
    }
}

impl Key {
    fn of(migration: &Migration, git: &Git) -> Key {
        let among = |files: &HashSet<PathBuf>, file: &MigrationFile| {
            !files.is_empty() && files.contains(&git.folders.named(&file.path))
        };
        let file = |file: &MigrationFile| File {
            path: file.path.clone(),
            checksum: file.checksum,
            uncommitted: among(&git.uncommitted, file),
            changed: among(&git.changed, file),
        };
        Key { up: file(&migration.up), down: migration.down.as_ref().map(file) }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use rstest::rstest;

    use super::*;
    use crate::window::review::{Environments, Judged};

    const NUMBER: usize = 60;

    /// A project in which each migration makes a table, and the policy of the last is what the rules ask for.
    fn project() -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("migrations")).expect("a folder");
        for number in 0..NUMBER {
            write(folder.path(), number, &format!("CREATE TABLE t{number} (id bigint PRIMARY KEY, parent bigint);\n"));
        }
        let text = "[project]\nname = \"p\"\nmigrations = \"migrations\"\n\n\
                    [[environment]]\nname = \"e\"\ntier = \"development\"\nurl = \"postgresql:///p\"\n";
        let config = Config::parse(text, &folder.path().join("tidegate.toml")).expect("valid");
        (folder, config)
    }

    fn write(folder: &Path, number: usize, text: &str) {
        let name = format!("202601010000{number:02}_create_t{number}.sql");
        fs::write(folder.join("migrations").join(name), text).expect("written");
    }

    fn review(reviewer: &mut Reviewer, config: &Config, git: &Git) -> Judgement {
        let catalogue = Catalogue::read(&config.project.layout).expect("readable");
        reviewer.review(config, &catalogue, git.clone())
    }

    #[rstest]
    #[case::nothing(None, "", true)]
    #[case::the_last(Some(NUMBER - 1), "CREATE INDEX i ON t0 (parent);\n", true)]
    #[case::a_new_one(Some(NUMBER), "DROP TABLE t3;\n", true)]
    #[case::an_early_one(Some(1), "CREATE TABLE u ();\n", false)]
    fn what_is_found_again_is_what_is_found_anew(#[case] place: Option<usize>, #[case] text: &str, #[case] kept: bool) {
        let (folder, config) = project();
        let (mut reviewer, git) = (Reviewer::default(), Git::default());
        let before = review(&mut reviewer, &config, &git);
        if let Some(place) = place {
            write(folder.path(), place, text);
        }
        let again = review(&mut reviewer, &config, &git);
        let anew = review(&mut Reviewer::default(), &config, &git);
        assert_eq!(format!("{again:?}"), format!("{anew:?}"));
        assert_eq!(Arc::ptr_eq(&before.migrations[0], &again.migrations[0]), kept);
    }

    #[test]
    fn what_a_file_held_when_it_was_read_is_never_taken_for_what_it_holds_now() {
        let (folder, config) = project();
        let (mut reviewer, git) = (Reviewer::default(), Git::default());
        let (before, after) = ("SELECT 1;\n", "DROP TABLE t3;\n");
        write(folder.path(), NUMBER - 1, before);
        let listed = Catalogue::read(&config.project.layout).expect("readable");
        // Written again before it is looked at, and then as it was listed.
        write(folder.path(), NUMBER - 1, after);
        reviewer.review(&config, &listed, git.clone());
        write(folder.path(), NUMBER - 1, before);
        let again = review(&mut reviewer, &config, &git);
        let anew = review(&mut Reviewer::default(), &config, &git);
        assert_eq!(format!("{again:?}"), format!("{anew:?}"));
    }

    #[test]
    fn what_git_says_of_an_early_one_is_told() {
        let (folder, config) = project();
        let mut reviewer = Reviewer::default();
        review(&mut reviewer, &config, &Git::default());
        let path = folder.path().join("migrations/20260101000001_create_t1.sql").canonicalize().expect("is there");
        let git = Git { uncommitted: HashSet::from([path]), ..Git::default() };
        let again = review(&mut reviewer, &config, &git);
        let weighed = again.weighed(&config.review, None, Environments::default());
        let is_told = |judged: &Judged| judged.findings.iter().any(|placed| placed.finding.rule == "uncommitted");
        let told = weighed.names().filter_map(|name| weighed.find(name)).position(|judged| is_told(&judged));
        assert_eq!(told, Some(1));
    }

    #[test]
    fn the_latest_do_not_become_too_many() {
        let (folder, config) = project();
        let (mut reviewer, git) = (Reviewer::default(), Git::default());
        review(&mut reviewer, &config, &git);
        for number in 0..LATEST {
            let name = format!("2026010200{number:02}00_create_u{number}.sql");
            fs::write(folder.path().join("migrations").join(name), "SELECT 1;\n").expect("written");
        }
        review(&mut reviewer, &config, &git);
        let last = reviewer.last.as_ref().expect("a review");
        assert_eq!(last.keys.len() - last.latest.0, 2 * LATEST);
        fs::write(folder.path().join("migrations/20260103000000_create_v.sql"), "SELECT 1;\n").expect("written");
        review(&mut reviewer, &config, &git);
        let last = reviewer.last.as_ref().expect("a review");
        assert_eq!(last.keys.len() - last.latest.0, LATEST);
    }
}
