//! What git and the environments say of a migration's files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::config::{Config, Environment};
use crate::migration::catalogue::{Layout, Migration, MigrationFile};
use crate::migration::git::{self, RealFolders, Unmerged};
use crate::postgres::large;
use crate::review::deed::Object;
use crate::review::examine::{Examined, Rules};
use crate::review::finding::{Finding, Part};
use crate::review::rule::Report;
use crate::review::settings::LargeTable;
use crate::window::board::{Board, Column};
use crate::window::context::{Context, Purpose};
use crate::window::look::LookError;
use crate::window::status::Status;

use super::Request;
use super::mend::Standing;

/// What git says of the files.
#[derive(Debug, Clone, Default)]
pub struct Git {
    /// The repository's folder, without links, where there is one.
    pub root: Option<PathBuf>,
    /// Those that are not committed as they are.
    pub uncommitted: HashSet<PathBuf>,
    /// Those that are not as the main branch has them.
    pub changed: HashSet<PathBuf>,
    /// Whether there is a repository, but no main branch to hold them against.
    pub lacks_branch: bool,
    /// Those that the main branch lacks; none where git cannot say, or was not asked.
    pub unmerged: Option<Unmerged>,
    /// Who works here, as git's `user.name` says, where it was asked.
    pub author: Option<String>,
    /// The main branch.
    pub main_branch: String,
    /// Whether the Supabase CLI reads the folder of migrations, and rollbacks lie in it.
    pub rollbacks_beside: bool,
    /// The project's folders, as the paths here have them.
    pub folders: RealFolders,
}

impl Git {
    /// Asks git; says nothing of files that are in no repository.
    pub fn ask(config: &Config) -> Self {
        let layout = &config.project.layout;
        let below = [layout.migrations.as_path(), layout.rollback_folder()];
        let main_branch = config.review.main_branch.clone();
        let differing = git::differing(&layout.migrations, &main_branch, &below);
        let lacks_branch = differing.as_ref().is_some_and(|differing| !differing.has_branch);
        let root = differing.as_ref().map(|differing| differing.root.clone());
        let differing = differing.unwrap_or_default();
        Git {
            root,
            uncommitted: differing.uncommitted,
            changed: differing.from_branch,
            lacks_branch,
            unmerged: None,
            author: None,
            main_branch,
            rollbacks_beside: is_read_by_supabase(layout),
            folders: RealFolders::of(&below),
        }
    }

    /// A file's path from the repository's folder on, where it lies below.
    pub fn path_in_repository(&self, file: &Path) -> Option<PathBuf> {
        let file = self.folders.named(file);
        file.strip_prefix(self.root.as_ref()?).ok().map(Path::to_owned)
    }

    /// Asks git what has to be known before files are changed, too.
    pub fn ask_for_fixes(config: &Config) -> Self {
        let layout = &config.project.layout;
        let below = [layout.migrations.as_path(), layout.rollback_folder()];
        Git {
            unmerged: git::unmerged(&layout.migrations, &config.review.main_branch, &below),
            author: git::author_name(&layout.migrations),
            ..Git::ask(config)
        }
    }
}

/// The files of migrations and rollbacks that the main branch has and that are gone here, in order.
pub(super) fn gone(git: &Git) -> Vec<PathBuf> {
    let is_sql = |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    let gone = git.changed.iter().filter(|path| is_sql(path) && git.folders.hold(path) && !path.exists());
    let mut gone: Vec<PathBuf> = gone.cloned().collect();
    gone.sort_unstable();
    gone
}

/// Whether the Supabase CLI reads the folder in which rollbacks lie.
fn is_read_by_supabase(layout: &Layout) -> bool {
    let supabase = layout.migrations.parent();
    layout.rollback_folder() == layout.migrations && supabase.is_some_and(|folder| folder.join("config.toml").exists())
}

/// What the environments say of the migrations.
#[derive(Debug, Clone, Default)]
pub struct Environments<'a> {
    board: Option<&'a Board>,
    /// The names of its columns.
    names: Vec<&'a str>,
}

/// The rules that have their findings from environments.
const FROM_ENVIRONMENTS: [&str; 2] = [CHANGED, LATE];
const CHANGED: &str = "changed-after-apply";
const LATE: &str = "out-of-order";

impl<'a> Environments<'a> {
    /// What a board says, whose columns have these names.
    pub fn of(board: &'a Board, names: impl IntoIterator<Item = &'a str>) -> Self {
        Environments { board: Some(board), names: names.into_iter().collect() }
    }

    /// The rules, where some environments may say more than they have yet.
    pub(super) fn heard(&self, rules: Rules) -> Rules {
        let all = self.board.is_some_and(|board| board.columns.iter().all(Column::is_known));
        if all { rules } else { rules.half_told(&FROM_ENVIRONMENTS) }
    }

    /// How a migration stands in them, of so many that the configuration has.
    pub(super) fn standing(&self, migration: &str, configured: usize) -> Standing {
        let standing = |board| Standing::of(board, self.names.iter().copied(), migration, configured);
        self.board.map(standing).unwrap_or_default()
    }

    /// What they say of a migration.
    pub(super) fn findings(&self, migration: &str, rules: &Rules) -> Vec<Finding> {
        let Some((board, row)) = self.board.and_then(|board| Some((board, board.position(migration)?))) else {
            return Vec::new();
        };
        let standing = |status: Status| {
            let cells = board.columns.iter().map(|column| column.cells.get(row).and_then(|cell| cell.status));
            let found = cells.zip(&self.names).filter(|(found, _)| *found == Some(status)).map(|(_, name)| *name);
            let names = found.collect::<Vec<_>>().join(", ");
            (!names.is_empty()).then_some(names)
        };
        let mut findings = Vec::new();
        if let Some((names, severity)) = standing(Status::Changed).zip(rules.severity(CHANGED)) {
            let mut report = Report::new(CHANGED, severity);
            report
                .up(0..0, format!("The file is not what was applied in {names}."))
                .help("The console shows the difference, where git still has what was applied.");
            findings.extend(report.into_findings());
        }
        if let Some((names, severity)) = standing(Status::OutOfOrder).zip(rules.severity(LATE)) {
            let mut report = Report::new(LATE, severity);
            report.up(0..0, format!("In {names}, a later migration is applied already."));
            findings.extend(report.into_findings());
        }
        findings
    }
}

/// From how many rows on a table is large.
const LARGE: u64 = 100_000;

/// The tables of an environment that are large, asked over a connection of its own.
///
/// # Errors
/// The environment could not be connected to, or did not answer.
pub async fn large_tables(context: &Context, environment: &Environment) -> Result<Vec<LargeTable>, LookError> {
    let connection = context.connect(environment, Purpose::Board).await?;
    let found = large::tables(&connection, LARGE).await?;
    let named = |one: large::Large| LargeTable {
        table: Object { schema: Some(one.schema), name: one.table },
        rows: one.rows,
        environment: environment.name.to_string(),
    };
    Ok(found.into_iter().map(named).collect())
}

/// Adds to a migration's findings what was not found in its text.
pub(super) fn add(examined: &mut Examined, migration: &Migration, request: &Request<'_>, rules: &Rules) {
    let git = &request.git;
    let is_silent = git.changed.is_empty() && git.uncommitted.is_empty();
    let mut file = |part: Part, file: &MigrationFile| {
        if is_silent {
            return;
        }
        let path = git.folders.named(&file.path);
        if git.changed.contains(&path) {
            let message = format!("The file is not as the branch {} has it.", git.main_branch);
            examined.add(rules, "changed-after-merge", part, message);
        }
        if git.uncommitted.contains(&path) {
            examined.add(rules, "uncommitted", part, "The file is not committed as it is.".to_owned());
        }
    };
    file(Part::Up, &migration.up);
    if let Some(down) = &migration.down {
        file(Part::Down, down);
        if git.rollbacks_beside {
            let message = "The Supabase CLI would run this rollback as a migration.".to_owned();
            examined.add(rules, "rollback-beside", Part::Down, message);
        }
    }
    if git.unmerged.as_ref().is_some_and(|unmerged| unmerged.new.contains(&git.folders.named(&migration.up.path))) {
        // Nobody else can have written what was never committed.
        let authors = examined.findings.iter_mut().filter(|finding| finding.rule == "missing-author");
        authors.filter_map(|finding| finding.fix.as_mut()).for_each(|fix| fix.safe = true);
    }
    let found = request.environments.findings(migration.name.as_str(), rules);
    examined.findings.extend(found);
}
