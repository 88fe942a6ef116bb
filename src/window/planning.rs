//! Draws up a plan: from what an operator wants, the files and the history.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::config::{BackupRequirement, Environment};
use crate::migration::catalogue::{Catalogue, Layout, Migration, MigrationFile};
use crate::migration::checksum::Checksum;
use crate::migration::script::{Script, ScriptError, ScriptOptions, Statement, StatementKind, Structure};
use crate::postgres::history::{HistoryRow, HistoryState};
use crate::review::sql::Sql;

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
        drops: match (direction, environment.policy.backup) {
            (Direction::Apply, BackupRequirement::Offered) => drops(&file.path, &script, layout),
            _ => Vec::new(),
        },
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

/// What a script drops with the rows that are in it.
fn drops(path: &Path, script: &Script, layout: &Layout) -> Vec<String> {
    let text = script.source();
    let may_drop = text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"drop"));
    if !may_drop {
        return Vec::new();
    }
    let (sql, _) = Sql::read(path, text.as_bytes(), &ScriptOptions { history_table: layout.history_table.clone() });
    let mut drops: Vec<String> = sql.drops_rows().map(|(_, what)| what).collect();
    drops.dedup();
    drops
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
pub fn find<'a>(catalogue: &'a Catalogue, wanted: &str) -> Result<&'a Migration, PlanError> {
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

/// The migrations in effect whose files were changed after they were applied.
pub fn changed_since_applied(catalogue: &Catalogue, past: &Past) -> Vec<String> {
    let statuses = Statuses::of(catalogue, past);
    let changed = statuses.iter().filter(|(_, status)| *status == Status::Changed);
    changed.map(|(migration, _)| migration.name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use rstest::rstest;
    use tempfile::TempDir;

    use super::*;
    use crate::config::{Access, BackupRequirement, ConnectionSource, Hooks, Policy, Tier};

    const A: &str = "20260101000000_create_a";
    const B: &str = "20260102000000_alter_b";
    const C: &str = "20260103000000_drop_c";

    struct Project {
        _folder: TempDir,
        layout: Layout,
        catalogue: Catalogue,
        environment: Environment,
    }

    fn project(down_of_b: Option<&str>) -> Project {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(&format!("{A}.sql"), "-- Ticket: T-1\n-- Release: 1.0\nBEGIN;\nCREATE TABLE a ();\nCOMMIT;\n");
        write(&format!("{A}.down.sql"), "BEGIN;\nDROP TABLE a;\nCOMMIT;\n");
        write(&format!("{B}.sql"), "-- Ticket: T-2\nCREATE INDEX CONCURRENTLY b ON a (x);\n");
        if let Some(text) = down_of_b {
            write(&format!("{B}.down.sql"), text);
        }
        write(&format!("{C}.sql"), "-- Release: 1.0\nDROP TABLE c;\nALTER TABLE d DROP COLUMN e;\n");
        write(&format!("{C}.down.sql"), "CREATE TABLE c ();\n");
        let layout =
            Layout { migrations: folder.path().to_owned(), rollbacks: None, history_table: Default::default() };
        let catalogue = Catalogue::read(&layout).unwrap();
        let environment = Environment {
            name: "staging".parse().unwrap(),
            tier: Tier::Staging,
            access: Access::ReadWrite,
            connection: ConnectionSource::of_url("postgresql://localhost/app").unwrap(),
            policy: Policy { backup: BackupRequirement::Off, ..Policy::of_tier(Tier::Staging) },
            hooks: Hooks::default(),
            notes: None,
            compare_with: None,
        };
        Project { _folder: folder, layout, catalogue, environment }
    }

    impl Project {
        fn plan(&self, past: &Past, intent: &Intent) -> Result<Plan, PlanError> {
            let history = HistoryState::Absent;
            let seen = Seen { past, history: &history, has_store: false };
            draw_up(&self.environment, &self.layout, &self.catalogue, seen, intent)
        }

        /// The past in which these were applied, a second apart, in this order.
        fn applied(&self, names: &[&str]) -> Past {
            self.past(names.iter().map(|name| (*name, false)))
        }

        fn past<'a>(&self, names: impl IntoIterator<Item = (&'a str, bool)>) -> Past {
            let rows: Vec<HistoryRow> = (0..)
                .zip(names)
                .map(|(index, (name, rolled_back))| HistoryRow {
                    id: index,
                    name: name.into(),
                    applied_at: Timestamp::from_second(index).unwrap(),
                    applied_by: "ana".into(),
                    execution_time: None,
                    checksum: self.catalogue.find(name).map(|one| one.up.checksum.to_string().into()),
                    rolled_back,
                    rollback_at: None,
                    facts: None,
                })
                .collect();
            Past { rows: rows.into(), attempts: Arc::default() }
        }
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.items.iter().map(|item| item.name.as_str()).collect()
    }

    fn rollback(selection: Selection) -> Intent {
        Intent::Rollback { selection, reason: "it broke the login".into() }
    }

    #[rstest]
    #[case::everything(Selection::All, &[], &[A, B, C])]
    #[case::what_is_left(Selection::All, &[A], &[B, C])]
    #[case::up_to_a_version(Selection::To("20260102000000".into()), &[], &[A, B])]
    #[case::a_release(Selection::Release("1.0".into()), &[], &[A, C])]
    #[case::the_next_two(Selection::Last(2), &[], &[A, B])]
    #[case::by_name_in_their_own_order(Selection::Only(vec![C.into(), A.into()]), &[], &[A, C])]
    #[case::by_the_beginning_of_a_name(Selection::Only(vec!["20260103".into()]), &[], &[C])]
    fn what_is_applied(#[case] selection: Selection, #[case] applied: &[&str], #[case] expected: &[&str]) {
        let project = project(None);
        let plan = project.plan(&project.applied(applied), &Intent::Apply(selection)).unwrap();
        assert_eq!(names(&plan), expected);
    }

    #[rstest]
    #[case::the_last(Selection::Last(1), &[C])]
    #[case::the_last_two_latest_first(Selection::Last(2), &[C, B])]
    #[case::back_to_a_version(Selection::To(A.into()), &[C, B])]
    #[case::everything(Selection::All, &[C, B, A])]
    #[case::by_name(Selection::Only(vec![A.into()]), &[A])]
    #[case::a_release(Selection::Release("1.0".into()), &[C, A])]
    fn what_is_rolled_back(#[case] selection: Selection, #[case] expected: &[&str]) {
        let project = project(Some("DROP INDEX CONCURRENTLY b;\n"));
        let plan = project.plan(&project.applied(&[A, B, C]), &rollback(selection)).unwrap();
        assert_eq!(names(&plan), expected);
        assert_eq!(plan.direction, Direction::Rollback);
    }

    #[test]
    fn the_last_one_is_the_one_applied_last_not_the_one_with_the_highest_version() {
        let project = project(Some("DROP INDEX CONCURRENTLY b;\n"));
        let plan = project.plan(&project.applied(&[A, C, B]), &rollback(Selection::Last(1))).unwrap();
        assert_eq!(names(&plan), [B]);
    }

    #[rstest]
    #[case::no_down_file(None, "it has no .down.sql")]
    #[case::an_empty_one(Some("-- nothing\n"), "is empty but for comments")]
    #[case::one_that_only_forgets(
        Some("BEGIN;\nDELETE FROM migrations_history WHERE migration_name = '20260102000000_alter_b';\nCOMMIT;\n"),
        "is empty but for comments"
    )]
    fn a_rollback_that_undoes_nothing_is_refused(#[case] down: Option<&str>, #[case] words: &str) {
        let project = project(down);
        let error = project.plan(&project.applied(&[A, B]), &rollback(Selection::Last(1))).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }

    #[rstest]
    #[case::applied_already(Intent::Apply(Selection::Only(vec![A.into()])), "it is applied. Roll it back first")]
    #[case::unknown(Intent::Apply(Selection::Only(vec!["20260101000000_create_aa".into()])), "Did you mean 20260101000000_create_a?")]
    #[case::no_such_release(Intent::Apply(Selection::Release("9".into())), "no pending migration belongs to release 9")]
    #[case::not_in_effect(rollback(Selection::Only(vec![C.into()])), "is not in effect here")]
    #[case::no_reason(Intent::Rollback { selection: Selection::Last(1), reason: "  ".into() }, "needs a reason")]
    fn what_cannot_be_planned_is_said(#[case] intent: Intent, #[case] words: &str) {
        let project = project(None);
        let error = project.plan(&project.applied(&[A]), &intent).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }

    #[test]
    fn what_was_rolled_back_comes_again_only_when_asked_for() {
        let project = project(None);
        let past = project.past([(A, true)]);
        let plan = project.plan(&past, &Intent::Apply(Selection::All)).unwrap();
        assert_eq!(names(&plan), [B, C]);
        assert!(plan.warnings[0].contains(A), "{:?}", plan.warnings);
        let plan = project.plan(&past, &Intent::Apply(Selection::Only(vec![A.into()]))).unwrap();
        assert_eq!(names(&plan), [A]);
    }

    #[test]
    fn a_plan_says_what_is_dangerous_and_what_it_will_create() {
        let project = project(None);
        let plan = project.plan(&Past::default(), &Intent::Apply(Selection::All)).unwrap();
        assert!(plan.creates_history && plan.creates_store, "a stepwise script needs the store");
        let dangers: Vec<(&str, &str)> = plan.dangers().collect();
        assert_eq!(dangers.len(), 2, "{dangers:?}");
        assert!(dangers[0].1.starts_with("line 2: DROP TABLE") && dangers[1].1.starts_with("line 3: ALTER TABLE"));
        assert!(plan.items[1].stepwise && !plan.items[0].stepwise);
    }

    #[test]
    fn another_file_makes_another_fingerprint() {
        let project = project(None);
        let plan = project.plan(&Past::default(), &Intent::Apply(Selection::All)).unwrap();
        let mut other = plan.clone();
        other.items[0].checksum.replace_range(0..1, "z");
        assert_ne!(plan.fingerprint(), other.fingerprint());
        assert_eq!(plan.fingerprint(), plan.clone().fingerprint());
    }

    #[test]
    fn a_file_changed_under_the_plan_is_noticed() {
        let project = project(None);
        std::fs::write(project.layout.migrations.join(format!("{A}.sql")), "SELECT 1;").unwrap();
        let error = project.plan(&Past::default(), &Intent::Apply(Selection::All)).unwrap_err();
        assert!(matches!(error, PlanError::JustChanged(_)), "{error}");
    }
}
