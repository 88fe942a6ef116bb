//! A review of the project's migrations: the rules over all files, with what git and the environments say.

mod again;
mod ahead;
mod alone;
mod checklists;
mod judgement;
pub mod mend;
mod outside;
mod weighed;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Config, Tier};
use crate::migration::catalogue::{Catalogue, FileProblem, Migration, MigrationFile};
use crate::migration::name::MigrationName;
use crate::review::examine::{Examined, Files, Rules, examine};
use crate::review::finding::{Part, Severity};
use crate::review::known::Known;
use crate::review::settings::{LargeTable, Settings};

pub use again::Reviewer;
pub use alone::Alone;
pub use checklists::KnownChecklists;
pub use judgement::{JudgedFile, Judgement, Placed};
pub use outside::{Environments, Git, large_tables};
pub use weighed::{Judged, Weighed};

/// What is to be reviewed.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// The migrations, by name; all of them where nothing is said.
    pub only: Option<HashSet<String>>,
    /// Whether files that are on the main branch and gone here are told, too.
    pub with_gone: bool,
    /// The tier whose levels hold.
    pub tier: Option<Tier>,
    /// What git says of the files.
    pub git: Git,
    /// What the environments say of the migrations.
    pub environments: Environments<'a>,
    /// Tables of which an environment says that they are large.
    pub large_tables: Vec<LargeTable>,
    /// Texts that are looked at in the place of files, by their paths.
    pub texts: HashMap<PathBuf, Arc<str>>,
    /// What earlier reviews under the same settings have made of migrations, and where this one's are kept.
    pub alone: Option<&'a Alone>,
}

/// A review.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// The migrations that were asked for, in their order.
    pub migrations: Vec<Reviewed>,
    /// What is wrong with files that are no migrations.
    pub problems: Vec<Problem>,
}

/// What is wrong with a file that is no migration, or is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The rule.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// The file.
    pub path: PathBuf,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// A migration that was reviewed.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The file that applies it.
    pub up: PathBuf,
    /// The file that rolls it back.
    pub down: Option<PathBuf>,
    /// What was found, or why a file could not be read.
    pub examined: Result<Examined, Unread>,
}

/// A migration of which a file could not be read.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The migration.
    pub name: MigrationName,
    /// Why.
    pub why: String,
}

impl Reviewed {
    /// The migration's name.
    pub fn name(&self) -> &MigrationName {
        match &self.examined {
            Ok(examined) => &examined.name,
            Err(unread) => &unread.name,
        }
    }

    /// One of its files.
    pub fn path(&self, part: Part) -> &Path {
        match part {
            Part::Up => &self.up,
            Part::Down => self.down.as_deref().unwrap_or(&self.up),
        }
    }

    /// Takes out what the files allow, and puts the rest in order.
    fn settle(&mut self, rules: &Rules) {
        if let Ok(examined) = &mut self.examined {
            examined.settle(rules);
        }
    }
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many migrations were reviewed.
    pub migrations: usize,
    /// The findings, the least grave first.
    pub counts: [usize; 3],
    /// What was found and is allowed for a reason.
    pub allowed: usize,
}

impl Tally {
    /// Counts a migration and what was found in it. One that could not be read is an error.
    pub fn add(&mut self, reviewed: &Reviewed) {
        self.migrations += 1;
        match &reviewed.examined {
            Ok(examined) => {
                examined.findings.iter().for_each(|finding| self.add_finding(finding.severity));
                self.allowed += examined.allowed.len();
            }
            Err(_) => self.add_finding(Severity::Error),
        }
    }

    /// Counts a finding.
    pub fn add_finding(&mut self, severity: Severity) {
        self.counts[severity as usize] += 1;
    }

    /// The gravest of all findings.
    pub fn gravest(&self) -> Option<Severity> {
        let grave_first = [Severity::Error, Severity::Warning, Severity::Note];
        grave_first.into_iter().find(|severity| self.counts[*severity as usize] > 0)
    }
}

/// How many migrations are in memory at once, where only what was found is kept.
const AT_ONCE: usize = 64;

/// Reviews migrations on all cores.
pub fn review(config: &Config, catalogue: &Catalogue, request: &Request<'_>) -> Review {
    let mut migrations = Vec::new();
    let problems = review_one_by_one(config, catalogue, request, |reviewed| migrations.push(reviewed));
    Review { migrations, problems }
}

/// Reviews migrations on all cores, and hands each over as soon as it and those before it are done, so that not all of
/// them are in memory. Returns what is wrong with files that are no migrations.
pub fn review_one_by_one(
    config: &Config,
    catalogue: &Catalogue,
    request: &Request<'_>,
    mut take: impl FnMut(Reviewed),
) -> Vec<Problem> {
    let rules = request.rules(&config.review);
    review_each(config, request.reach(catalogue), (request, &rules), &mut Known::default(), |mut reviewed| {
        reviewed.settle(&rules);
        take(reviewed);
    });
    let mut problems = Vec::new();
    if let Some((rule, severity)) = rules.of_name("file-name").filter(|_| request.only.is_none()) {
        let problem = |problem: &FileProblem| {
            let message = problem.kind.to_string();
            Problem { rule: rule.name, severity, path: problem.path.clone(), message }
        };
        problems.extend(catalogue.problems.iter().map(problem));
    }
    if let Some((rule, severity)) = rules.of_name("changed-after-merge").filter(|_| request.with_gone) {
        let branch = &request.git.main_branch;
        let message = format!(
            "The file is on {branch} and is gone here. It may have been applied, and what was applied cannot be told from \
             then on: bring it back, and undo it by a new migration."
        );
        let problem = |path| Problem { rule: rule.name, severity, path, message: message.clone() };
        problems.extend(outside::gone(&request.git).into_iter().map(problem));
    }
    problems
}

impl Request<'_> {
    /// The rules that are on in the tier that is asked about.
    fn rules(&self, settings: &Settings) -> Rules {
        self.environments.heard(Rules::of(settings, self.tier.map(Tier::word)))
    }

    fn wants(&self, migration: &Migration) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(migration.name.as_str()))
    }

    /// Those that are asked for, and all before them: later ones tell nothing about them.
    fn reach<'c>(&self, catalogue: &'c Catalogue) -> &'c [Migration] {
        let end = catalogue.migrations.iter().rposition(|migration| self.wants(migration)).map_or(0, |last| last + 1);
        &catalogue.migrations[..end]
    }
}

/// Reviews migrations on all cores, and hands those that are asked for over one after the other in their order, with all
/// that these rules find: nothing is settled yet. `known` is what the migrations before them have made, and then these too.
fn review_each(
    config: &Config,
    migrations: &[Migration],
    (request, rules): (&Request<'_>, &Rules),
    known: &mut Known,
    mut take: impl FnMut(Reviewed),
) {
    let settings = &Settings {
        large_tables: request.large_tables.clone(),
        author: request.git.author.clone(),
        ..config.review.clone()
    };
    let rules_for = |migration: &Migration| if request.wants(migration) { rules } else { &NOTHING };
    let alone = |migration: &Migration| match request.alone.and_then(|alone| alone.of(migration)) {
        Some(examined) => Ok(examined),
        None => read(migration, settings, rules_for(migration), request),
    };
    ahead::in_order(migrations, AT_ONCE, alone, |migration, examined| {
        let is_wanted = request.wants(migration);
        let examined = examined.map(|mut examined| {
            examined.follow(known, settings, rules_for(migration));
            if is_wanted {
                outside::add(&mut examined, migration, request, rules);
            }
            examined
        });
        if is_wanted {
            let down = migration.down.as_ref().map(|down| down.path.clone());
            take(Reviewed { up: migration.up.path.clone(), down, examined });
        }
    });
}

/// No rule, for migrations that are only read for what they make.
static NOTHING: Rules = Rules::none();

fn read(migration: &Migration, settings: &Settings, rules: &Rules, request: &Request<'_>) -> Result<Examined, Unread> {
    let bytes = |file: &MigrationFile| {
        if let Some(text) = request.texts.get(&file.path) {
            return Ok(text.as_bytes().to_vec());
        }
        let unread = |why: String| Unread { name: migration.name.clone(), why };
        file.read().map_err(|error| unread(format!("{} could not be read: {error}.", file.path.display())))
    };
    let up = bytes(&migration.up)?;
    let down = migration.down.as_ref().map(bytes).transpose()?;
    let down = migration.down.as_ref().zip(down.as_ref()).map(|(file, bytes)| (file.path.as_path(), bytes.as_slice()));
    let files = Files { name: &migration.name, up: (&migration.up.path, &up), down };
    let examined = examine(files, settings, rules);
    if let Some(alone) = request.alone {
        alone.keep(migration, (&up, down.map(|(_, bytes)| bytes)), &examined);
    }
    Ok(examined)
}
