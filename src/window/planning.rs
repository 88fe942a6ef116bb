//! Draws up a plan: from what an operator wants, the files and the history.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::config::Environment;
use crate::migration::catalogue::{Catalogue, CatalogueError, Layout, Migration, MigrationFile};
use crate::migration::checksum::Checksum;
use crate::migration::script::{Script, ScriptError, ScriptOptions, Statement, StatementKind, Structure};
use crate::postgres::history::{HistoryRow, HistoryState};

use super::board::{Past, judge, latest_in_effect};
use super::plan::{Intent, Plan, PlanItem, Selection};
use super::status::Status;
use super::step::Direction;

/// Why no plan can be drawn up.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is nothing to do.
    #[error("there is nothing to {}: {why}", .direction.verb())]
    Nothing {
        /// What was wanted.
        direction: Direction,
        /// Why it comes to nothing.
        why: String,
    },
    /// A migration that was asked for by name is not known.
    #[error("no migration is called {name}{}", did_you_mean(.nearest))]
    Unknown {
        /// The name that was given.
        name: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// A migration cannot be applied as it stands.
    #[error("{name} cannot be applied here: it is {status}. {advice}")]
    WrongStatus {
        /// The migration.
        name: String,
        /// What it is here.
        status: Status,
        /// What to do instead.
        advice: &'static str,
    },
    /// A migration cannot be rolled back, since nothing says how.
    #[error("{name} cannot be rolled back: {why}. Write its .down.sql, or restore a backup.")]
    NoRollback {
        /// The migration.
        name: String,
        /// Why not.
        why: String,
    },
    /// The reason for a rollback is empty.
    #[error("a rollback is recorded for good, so it needs a reason. Say in a few words why it is done.")]
    NoReason,
    /// A file could not be read.
    #[error("{} cannot be read: {source}. Nothing was done.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file changed on disk while the plan was drawn up.
    #[error("{} was changed while the plan was drawn up. Nothing was done; look at the file and draw up the plan again.", .0.display())]
    JustChanged(PathBuf),
    /// A file cannot be run as it stands.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

fn did_you_mean(name: &Option<String>) -> String {
    name.as_ref().map(|name| format!(". Did you mean {name}?")).unwrap_or_default()
}

/// A migration that a plan takes in.
#[derive(Debug)]
struct Chosen<'a> {
    migration: &'a Migration,
    warnings: Vec<String>,
}

/// What was seen in the environment that a plan is for.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its history and the attempts on record.
    pub past: &'a Past,
    /// Whether there is a history table.
    pub history: &'a HistoryState,
    /// Whether Tidegate's own schema is there.
    pub has_store: bool,
}

/// Draws up a plan: chooses and orders the migrations, reads their files and refuses what could not be run.
///
/// Reads the chosen files and nothing else; says nothing to a server.
pub fn draw_up(
    environment: &Environment,
    layout: &Layout,
    catalogue: &Catalogue,
    seen: Seen<'_>,
    intent: &Intent,
) -> Result<Plan, PlanError> {
    let past = seen.past;
    let mut plan = Plan {
        environment: environment.name.to_string(),
        direction: Direction::Apply,
        reason: None,
        items: Vec::new(),
        creates_history: matches!(seen.history, HistoryState::Absent),
        creates_store: false,
        warnings: Vec::new(),
    };
    let chosen = match intent {
        Intent::Apply(selection) => {
            plan.warnings = left_out(catalogue, past, selection);
            choose_to_apply(catalogue, past, selection)?
        }
        Intent::Rollback { selection, reason } => {
            let reason = reason.trim();
            if reason.is_empty() {
                return Err(PlanError::NoReason);
            }
            plan.direction = Direction::Rollback;
            plan.reason = Some(reason.to_owned());
            choose_to_roll_back(catalogue, past, selection)?
        }
    };
    for one in chosen {
        plan.items.push(item(plan.direction, layout, environment, one)?);
    }
    plan.creates_store = !seen.has_store && plan.items.iter().any(|item| item.stepwise);
    Ok(plan)
}

fn choose_to_apply<'a>(
    catalogue: &'a Catalogue,
    past: &Past,
    selection: &Selection,
) -> Result<Vec<Chosen<'a>>, PlanError> {
    let statuses = Statuses::of(catalogue, past);
    let pending = statuses.iter().filter(|(_, status)| status.is_pending());
    let chosen: Vec<(&Migration, Status)> = match selection {
        Selection::All => pending.collect(),
        Selection::Last(count) => {
            // Counted from the oldest: the next so many.
            pending.take(*count as usize).collect()
        }
        Selection::To(version) => {
            let last = find(catalogue, version)?;
            pending.filter(|(migration, _)| migration.name <= last.name).collect()
        }
        Selection::Release(release) => {
            pending.filter(|(migration, _)| migration.header.release.as_deref() == Some(release.as_str())).collect()
        }
        Selection::Only(names) => {
            let wanted = named(catalogue, names)?;
            let chosen: Vec<_> =
                statuses.iter().filter(|(migration, _)| wanted.contains(migration.name.as_str())).collect();
            for (migration, status) in &chosen {
                refuse_to_apply(migration, *status)?;
            }
            chosen
        }
    };
    if chosen.is_empty() {
        let why = match selection {
            Selection::Release(release) => format!("no pending migration belongs to release {release}."),
            Selection::To(version) => format!("nothing up to {version} is pending."),
            _ => "nothing is pending.".to_owned(),
        };
        return Err(PlanError::Nothing { direction: Direction::Apply, why });
    }
    Ok(chosen
        .into_iter()
        .map(|(migration, status)| Chosen {
            migration,
            warnings: warn_of(status).map(str::to_owned).into_iter().collect(),
        })
        .collect())
}

/// The migrations in effect that are chosen, the one applied last first.
fn choose_to_roll_back<'a>(
    catalogue: &'a Catalogue,
    past: &Past,
    selection: &Selection,
) -> Result<Vec<Chosen<'a>>, PlanError> {
    let mut in_effect: Vec<&HistoryRow> = past.rows.iter().filter(|row| !row.rolled_back).collect();
    in_effect.sort_by(|left, right| (right.applied_at, &right.name).cmp(&(left.applied_at, &left.name)));
    let rows: Vec<&HistoryRow> = match selection {
        Selection::All => in_effect.clone(),
        Selection::Last(count) => in_effect.iter().copied().take(*count as usize).collect(),
        Selection::To(version) => {
            let kept = find_on_record(catalogue, &in_effect, version)?;
            in_effect.iter().copied().filter(|row| *row.name > *kept).collect()
        }
        Selection::Release(release) => in_effect
            .iter()
            .copied()
            .filter(|row| {
                catalogue
                    .find(&row.name)
                    .is_some_and(|migration| migration.header.release.as_deref() == Some(release.as_str()))
            })
            .collect(),
        Selection::Only(names) => {
            let mut wanted = HashSet::new();
            for name in names {
                let found = find_on_record(catalogue, &in_effect, name)?;
                if !in_effect.iter().any(|row| *row.name == *found) {
                    let why = format!("{found} is not in effect here.");
                    return Err(PlanError::Nothing { direction: Direction::Rollback, why });
                }
                wanted.insert(found);
            }
            in_effect.iter().copied().filter(|row| wanted.contains(&*row.name)).collect()
        }
    };
    let Some(earliest) = rows.last().copied() else {
        return Err(PlanError::Nothing {
            direction: Direction::Rollback,
            why: "nothing of that is in effect here.".to_owned(),
        });
    };
    let chosen: HashSet<&str> = rows.iter().map(|row| &*row.name).collect();
    let staying =
        in_effect.iter().filter(|row| row.applied_at > earliest.applied_at && !chosen.contains(&*row.name)).count();
    rows.into_iter()
        .map(|row| {
            let migration = catalogue.find(&row.name).ok_or_else(|| PlanError::NoRollback {
                name: row.name.to_string(),
                why: "the project has no such migration".to_owned(),
            })?;
            let mut warnings = Vec::new();
            if staying > 0 && *row.name == *earliest.name {
                warnings
                    .push(format!("{staying} migrations applied after it stay in effect and may need what it made"));
            }
            if judge(Some(migration), Some(row), None, None) == Some((Status::Changed, false)) {
                warnings.push(
                    "its file was changed after it was applied: the rollback may not fit what is there".to_owned(),
                );
            }
            Ok(Chosen { migration, warnings })
        })
        .collect()
}

fn item(
    direction: Direction,
    layout: &Layout,
    environment: &Environment,
    chosen: Chosen<'_>,
) -> Result<PlanItem, PlanError> {
    let Chosen { migration, mut warnings } = chosen;
    let file = match direction {
        Direction::Apply => &migration.up,
        Direction::Rollback => migration.down.as_ref().ok_or_else(|| PlanError::NoRollback {
            name: migration.name.to_string(),
            why: "it has no .down.sql".to_owned(),
        })?,
    };
    let script = read(file, layout)?;
    let header = &migration.header;
    match direction {
        Direction::Rollback if does_nothing(&script) => {
            return Err(PlanError::NoRollback {
                name: migration.name.to_string(),
                why: format!("{} is empty but for comments", file.path.display()),
            });
        }
        Direction::Apply if script.is_empty() => warnings.push("the file holds no statement".to_owned()),
        _ => {}
    }
    if direction == Direction::Apply && migration.down.is_none() {
        warnings.push("it has no .down.sql, so it cannot be rolled back from here".to_owned());
    }
    if let Some(warning) = environment.policy.ticket.objection(header.ticket.as_deref()) {
        warnings.push(warning);
    }
    Ok(PlanItem {
        name: migration.name.to_string(),
        file: file.path.display().to_string(),
        checksum: file.checksum.to_string(),
        recorded_checksum: migration.up.checksum.to_string(),
        statements: u32::try_from(script.statements().len()).unwrap_or(u32::MAX),
        stepwise: script.structure() == Structure::Stepwise,
        ticket: header.ticket.clone(),
        author: header.author.clone(),
        description: header.description.clone(),
        release: header.release.clone(),
        dangers: dangers(&script),
        warnings,
    })
}

/// Reads a file and makes sure that it is the one the catalogue knows.
fn read(file: &MigrationFile, layout: &Layout) -> Result<Script, PlanError> {
    let bytes = file.read().map_err(|source| PlanError::Unreadable { path: file.path.clone(), source })?;
    if Checksum::of(&bytes) != file.checksum {
        return Err(PlanError::JustChanged(file.path.clone()));
    }
    Ok(parse(&file.path, &bytes, layout)?)
}

/// Splits a file of the project.
pub fn parse(path: &Path, bytes: &[u8], layout: &Layout) -> Result<Script, ScriptError> {
    Script::parse(path, bytes, &ScriptOptions { history_table: layout.history_table.clone() })
}

/// How many dangers of one migration are named one by one.
const DANGERS_NAMED: usize = 20;

fn dangers(script: &Script) -> Vec<String> {
    let mut dangers: Vec<String> = script
        .statements()
        .iter()
        .filter(|statement| destroys(script, statement))
        .take(DANGERS_NAMED + 1)
        .map(|statement| format!("line {}: {}", statement.position.line, script.summary(statement)))
        .collect();
    if dangers.len() > DANGERS_NAMED {
        dangers[DANGERS_NAMED] = "and more like these".to_owned();
    }
    dangers
}

fn does_nothing(script: &Script) -> bool {
    script.statements().iter().all(|statement| {
        let of_the_transaction = matches!(
            statement.kind,
            StatementKind::Begin
                | StatementKind::Commit
                | StatementKind::Rollback
                | StatementKind::Savepoint
                | StatementKind::Set
        );
        of_the_transaction || statement.records.is_some()
    })
}

/// Whether a statement can destroy data, or rewrites a table: what is worth a second look before saying yes.
fn destroys(script: &Script, statement: &Statement) -> bool {
    let (StatementKind::Ordinary(command) | StatementKind::OutsideTransaction(command)) = statement.kind else {
        return false;
    };
    let in_text = |words: &[&str]| {
        let text = script.text(statement).to_ascii_uppercase();
        let mut tokens = text.split_ascii_whitespace().peekable();
        words.iter().all(|word| tokens.any(|token| token == *word))
    };
    match command {
        "DELETE" => statement.records.is_none(),
        "TRUNCATE" => true,
        "ALTER TABLE" => in_text(&["DROP"]) || in_text(&["ALTER", "TYPE"]),
        "ALTER TYPE" => in_text(&["DROP", "ATTRIBUTE"]),
        command => [
            "DROP TABLE",
            "DROP SCHEMA",
            "DROP MATERIALIZED VIEW",
            "DROP TYPE",
            "DROP DATABASE",
            "DROP EXTENSION",
            "DROP SEQUENCE",
        ]
        .contains(&command),
    }
}

/// Every migration of the catalogue with its status in one environment.
struct Statuses<'a>(Vec<(&'a Migration, Status)>);

impl<'a> Statuses<'a> {
    fn of(catalogue: &'a Catalogue, past: &Past) -> Statuses<'a> {
        let rows: std::collections::HashMap<&str, &HistoryRow> =
            past.rows.iter().map(|row| (&*row.name, row)).collect();
        let attempts: std::collections::HashMap<&str, _> =
            past.attempts.iter().map(|attempt| (&*attempt.name, attempt)).collect();
        let latest = latest_in_effect(&past.rows);
        let statuses = catalogue.migrations.iter().filter_map(|migration| {
            let name = migration.name.as_str();
            let (status, _) = judge(Some(migration), rows.get(name).copied(), attempts.get(name).copied(), latest)?;
            Some((migration, status))
        });
        Statuses(statuses.collect())
    }

    fn iter(&self) -> impl Iterator<Item = (&'a Migration, Status)> + '_ {
        self.0.iter().copied()
    }
}

fn left_out(catalogue: &Catalogue, past: &Past, selection: &Selection) -> Vec<String> {
    if matches!(selection, Selection::Only(_)) {
        return Vec::new();
    }
    let rolled_back: Vec<&str> = past
        .rows
        .iter()
        .filter(|row| row.rolled_back && catalogue.find(&row.name).is_some())
        .map(|row| &*row.name)
        .collect();
    match rolled_back.as_slice() {
        [] => Vec::new(),
        names => vec![format!(
            "not included, because rolled back here before: {}. Ask for it by name to apply it again.",
            names.join(", ")
        )],
    }
}

fn warn_of(status: Status) -> Option<&'static str> {
    match status {
        Status::OutOfOrder => Some("a later migration has been applied here already"),
        Status::RolledBack => Some("it was rolled back here before"),
        Status::Failed => Some("its last attempt here failed"),
        Status::Interrupted => Some("part of it is in the database; it goes on where it stopped"),
        _ => None,
    }
}

fn refuse_to_apply(migration: &Migration, status: Status) -> Result<(), PlanError> {
    let advice = match status {
        Status::Applied | Status::Unverified => "Roll it back first if it is to run again.",
        Status::Changed => {
            "Put the change into a new migration, or roll this one back with the file it was applied from and apply it again."
        }
        _ => return Ok(()),
    };
    Err(PlanError::WrongStatus { name: migration.name.to_string(), status, advice })
}

fn named(catalogue: &Catalogue, names: &[String]) -> Result<HashSet<String>, PlanError> {
    names.iter().map(|name| find(catalogue, name).map(|migration| migration.name.to_string())).collect()
}

/// Finds a migration by its name, its version, or the beginning of either where only one fits.
fn find<'a>(catalogue: &'a Catalogue, wanted: &str) -> Result<&'a Migration, PlanError> {
    if let Some(migration) = catalogue.find(wanted) {
        return Ok(migration);
    }
    let mut fitting = catalogue.migrations.iter().filter(|migration| migration.name.as_str().starts_with(wanted));
    match (fitting.next(), fitting.next()) {
        (Some(migration), None) if !wanted.is_empty() => Ok(migration),
        _ => Err(unknown(wanted, catalogue.migrations.iter().map(|migration| migration.name.as_str()))),
    }
}

/// Finds a name among the rows in effect, by itself, by its version, or by a beginning that only one has. A version
/// that the catalogue knows will do too, so that "roll back to" can name a migration that was never applied here.
fn find_on_record(catalogue: &Catalogue, rows: &[&HistoryRow], wanted: &str) -> Result<String, PlanError> {
    if let Some(row) = rows.iter().find(|row| *row.name == *wanted) {
        return Ok(row.name.to_string());
    }
    let mut fitting = rows.iter().filter(|row| row.name.starts_with(wanted));
    match (fitting.next(), fitting.next()) {
        (Some(row), None) if !wanted.is_empty() => Ok(row.name.to_string()),
        _ => find(catalogue, wanted)
            .map(|migration| migration.name.to_string())
            .map_err(|_| unknown(wanted, rows.iter().map(|row| &*row.name))),
    }
}

fn unknown<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> PlanError {
    let nearest = names
        .map(|name| {
            (strsim::jaro_winkler(name, wanted).max(strsim::jaro_winkler(name.get(15..).unwrap_or(name), wanted)), name)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name.to_owned());
    PlanError::Unknown { name: wanted.to_owned(), nearest }
}

/// The migrations in effect whose files were changed after they were applied. Reads the project's files.
pub fn changed_since_applied(layout: &Layout, past: &Past) -> Result<Vec<String>, CatalogueError> {
    let catalogue = Catalogue::read(layout)?;
    let statuses = Statuses::of(&catalogue, past);
    let changed = statuses.iter().filter(|(_, status)| *status == Status::Changed);
    Ok(changed.map(|(migration, _)| migration.name.to_string()).collect())
}
