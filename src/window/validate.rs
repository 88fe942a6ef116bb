//! The validate step's own checks: the project's `validations/*.sql`, and what every database must satisfy after
//! migrations ran.
//!
//! A validation is a file of SQL that looks for what must not be: each row that a statement of it returns is a failure,
//! and no row is success. Files run in the order of their names, each in a read-only transaction that is rolled back.
//! A `-- Description:` in the file's header is what the operator reads.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::plan::Plan;
use super::step::Direction;
use crate::config::Policy;
use crate::migration::header::Header;
use crate::migration::script::{Script, ScriptOptions};
use crate::migration::text::{printable, printable_lines};
use crate::postgres::checks::{self, CatalogFaults, Fault};
use crate::postgres::history::{self, HistoryRow, HistoryState, HistoryTable};
use crate::postgres::read_only::{ReadOnlyOutcome, run_read_only};
use crate::postgres::{Connection, PgError, store};

/// What one check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValidationResult {
    /// What was checked: the file's `-- Description:`, else its name; or a built-in check's sentence. Printable.
    pub name: String,
    /// The file, for a validation of the project.
    pub file: Option<PathBuf>,
    /// How it came out.
    pub verdict: Verdict,
    /// How long it took.
    pub elapsed: Duration,
}

/// How a check came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// As it must be.
    Passed {
        /// What was seen, in a few words; may be empty.
        detail: String,
    },
    /// Worth a look, no reason to stop.
    Warning {
        /// What was seen.
        detail: String,
    },
    /// A built-in check found something wrong.
    Failed {
        /// What was seen and what to do.
        detail: String,
    },
    /// A validation returned rows: each is something that must not be.
    Rows {
        /// The statement's place in the file, 1-based.
        line: u32,
        /// Column names.
        columns: Vec<String>,
        /// The first rows, each value shortened; `None` is NULL.
        rows: Vec<Vec<Option<String>>>,
        /// Rows in all, as far as they were counted.
        total: u64,
        /// There were more than were counted.
        more: bool,
    },
    /// A validation could not be run: nothing is known about what it checks.
    Error {
        /// Where in the file, 1-based, where that is known.
        line: Option<u32>,
        /// The server's SQLSTATE, where the server refused it.
        sqlstate: Option<String>,
        /// What happened and what to do.
        message: String,
    },
}

impl Verdict {
    /// Whether the window may go on: passed, or only a warning.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Passed { .. } | Self::Warning { .. })
    }

    /// One word: `passed`, `warning`, `failed` or `error`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed { .. } => "passed",
            Self::Warning { .. } => "warning",
            Self::Failed { .. } | Self::Rows { .. } => "failed",
            Self::Error { .. } => "error",
        }
    }
}

/// What is to be validated, and against what.
#[derive(Debug, Clone, Copy)]
pub struct ValidationRequest<'a> {
    /// The folder of the project's validations; one that does not exist holds none.
    pub folder: &'a Path,
    /// The environment's policy: role, `search_path` and time limits.
    pub policy: &'a Policy,
    /// The history table.
    pub history: &'a HistoryTable,
    /// What the window was to do.
    pub plan: &'a Plan,
    /// What was wrong in the catalogs before the window applied anything, where that is known.
    pub before: Option<&'a CatalogFaults>,
}

/// One thing that happened while the checks ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ValidationEvent {
    /// A check began.
    Started {
        /// Its name, as its result will have it.
        name: String,
        /// Its place, from 0.
        index: u32,
        /// How many there are.
        of: u32,
    },
    /// A check ended.
    Finished(ValidationResult),
}

/// Why the checks did not come to their end.
#[derive(Debug, thiserror::Error)]
pub enum ValidateError {
    /// The folder of validations cannot be read.
    #[error("The validations in {} cannot be read: {why}. Check that you may read the folder.", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The server stopped answering.
    #[error("The checks ended early: {0} Validations change nothing; run the step again.")]
    Server(#[from] PgError),
    /// The operator cancelled them.
    #[error("The checks were cancelled. Validations change nothing.")]
    Cancelled,
}

/// A check that Tidegate makes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BuiltIn {
    History,
    Attempts,
    Indexes,
    Constraints,
    Triggers,
}

impl BuiltIn {
    const ALL: [Self; 5] = [Self::History, Self::Attempts, Self::Indexes, Self::Constraints, Self::Triggers];

    fn name(self) -> &'static str {
        match self {
            Self::History => "The history says what the window did",
            Self::Attempts => "No script is left unfinished",
            Self::Indexes => "Every index is valid",
            Self::Constraints => "Every constraint is validated",
            Self::Triggers => "No trigger is switched off",
        }
    }
}

/// Makes Tidegate's own checks, then runs the project's validations, on a session that need not and should not be able
/// to write. Results are returned in the order in which they came.
///
/// # Errors
/// When a check could not be made at all; what a check finds is a result.
pub async fn run(
    connection: &Connection,
    request: &ValidationRequest<'_>,
    events: &mpsc::Sender<ValidationEvent>,
    cancel: &CancellationToken,
) -> Result<Vec<ValidationResult>, ValidateError> {
    let files = validation_files(request.folder)
        .map_err(|error| ValidateError::Folder { folder: request.folder.to_owned(), why: error.to_string() })?;
    // Nothing was done where there is no plan, so there is nothing that the history would have to say.
    let built_ins =
        BuiltIn::ALL.into_iter().filter(|check| *check != BuiltIn::History || !request.plan.items.is_empty());
    let of = u32::try_from(built_ins.clone().count() + files.len()).unwrap_or(u32::MAX);
    let mut results = Vec::new();
    let tell = async |event| {
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            _ = events.send(event) => {}
        }
    };
    for check in built_ins {
        let name = check.name().to_owned();
        let index = u32::try_from(results.len()).unwrap_or(u32::MAX);
        tell(ValidationEvent::Started { name: name.clone(), index, of }).await;
        let begun = Instant::now();
        let verdict = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(ValidateError::Cancelled),
            verdict = built_in(check, connection, request) => verdict?,
        };
        let result = ValidationResult { name, file: None, verdict, elapsed: begun.elapsed() };
        tell(ValidationEvent::Finished(result.clone())).await;
        results.push(result);
    }
    for path in files {
        let index = u32::try_from(results.len()).unwrap_or(u32::MAX);
        let begun = Instant::now();
        let file = Validation::read(&path);
        tell(ValidationEvent::Started { name: file.name.clone(), index, of }).await;
        let verdict = match file.script {
            Err(verdict) => verdict,
            Ok(script) => verdict(run_read_only(connection, &script, request.policy, cancel).await?)
                .ok_or(ValidateError::Cancelled)?,
        };
        let result = ValidationResult { name: file.name, file: Some(path), verdict, elapsed: begun.elapsed() };
        tell(ValidationEvent::Finished(result.clone())).await;
        results.push(result);
    }
    Ok(results)
}

/// The validations of a folder, in the order of their names.
fn validation_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden && path.extension() == Some(OsStr::new("sql")) && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A file of SQL that looks for what must not be.
struct Validation {
    name: String,
    script: Result<Script, Verdict>,
}

impl Validation {
    fn read(path: &Path) -> Self {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("The file cannot be read: {error}. Check that you may read it.");
                return Self {
                    name: printable(&file_name).into_owned(),
                    script: Err(Verdict::Error { line: None, sqlstate: None, message }),
                };
            }
        };
        let described = Header::parse_bytes(&bytes).description.filter(|text| !text.trim().is_empty());
        let script = Script::parse(path, &bytes, &ScriptOptions::default()).map_err(|error| Verdict::Error {
            line: Some(error.position.line),
            sqlstate: None,
            message: printable_lines(&format!("{} {}", error.what(), error.advice())).into_owned(),
        });
        Self { name: printable(described.as_deref().unwrap_or(&file_name)).into_owned(), script }
    }
}

/// What a validation's run says; nothing when the operator cancelled it.
fn verdict(outcome: ReadOnlyOutcome) -> Option<Verdict> {
    Some(match outcome {
        ReadOnlyOutcome::Cancelled => return None,
        ReadOnlyOutcome::Silent { statements: 0 } => {
            Verdict::Warning { detail: "The file holds no statement, so it checks nothing.".to_owned() }
        }
        ReadOnlyOutcome::Silent { .. } => Verdict::Passed { detail: String::new() },
        ReadOnlyOutcome::Rows(found) => Verdict::Rows {
            line: found.position.line,
            columns: found.columns,
            rows: found.rows,
            total: found.total,
            more: found.more,
        },
        ReadOnlyOutcome::Failed { position, error } => Verdict::Error {
            line: Some(position.line),
            sqlstate: error.sqlstate().map(str::to_owned),
            message: printable_lines(&error.to_string()).into_owned(),
        },
    })
}

async fn built_in(
    check: BuiltIn,
    connection: &Connection,
    request: &ValidationRequest<'_>,
) -> Result<Verdict, ValidateError> {
    Ok(match check {
        BuiltIn::History => match history::probe(connection, request.history).await? {
            HistoryState::Absent => {
                Verdict::Failed { detail: format!("There is no history table {}.", request.history) }
            }
            HistoryState::WrongShape(what) => Verdict::Failed { detail: printable(&what).into_owned() },
            state if !state.is_readable() => Verdict::Failed {
                detail: format!("The role {} may not read {}.", connection.info().user, request.history),
            },
            HistoryState::Present { .. } => {
                let rows = history::read(connection, request.history).await?;
                history_agrees(request.plan, &rows)
            }
        },
        BuiltIn::Attempts => {
            let attempts = store::attempts(connection).await?;
            let left: Vec<String> = attempts
                .iter()
                .map(|attempt| match &attempt.error {
                    _ if attempt.resumable => {
                        format!("{} ({} of {} statements are done)", attempt.name, attempt.done, attempt.of)
                    }
                    Some(error) => format!("{} ({error})", attempt.name),
                    None => format!("{} (cut off)", attempt.name),
                })
                .collect();
            match left.as_slice() {
                [] => Verdict::Passed { detail: String::new() },
                left => Verdict::Failed {
                    detail: printable(&format!("Begun and not ended: {}.", left.join(", "))).into_owned(),
                },
            }
        }
        BuiltIn::Indexes => {
            let now = checks::catalog_faults(connection).await?;
            indexes(request.before.map(|before| before.invalid_indexes.as_slice()), &now.invalid_indexes)
        }
        BuiltIn::Constraints => {
            let now = checks::catalog_faults(connection).await?;
            let before = request.before.map(|before| before.unvalidated_constraints.as_slice());
            left_behind(
                before,
                &now.unvalidated_constraints,
                "NOT VALID, so that older rows may violate it (ALTER TABLE … VALIDATE CONSTRAINT)",
            )
        }
        BuiltIn::Triggers => {
            let now = checks::catalog_faults(connection).await?;
            let before = request.before.map(|before| before.disabled_triggers.as_slice());
            left_behind(before, &now.disabled_triggers, "switched off (ALTER TABLE … ENABLE TRIGGER)")
        }
    })
}

/// Whether the history says that everything in the plan was done, with the right files.
fn history_agrees(plan: &Plan, rows: &[HistoryRow]) -> Verdict {
    let mut problems = Vec::new();
    let rows: HashMap<&str, &HistoryRow> = rows.iter().map(|row| (&*row.name, row)).collect();
    for item in &plan.items {
        let problem = match (plan.direction, rows.get(item.name.as_str()).copied()) {
            (Direction::Apply, None) => "is not recorded",
            (Direction::Apply, Some(row)) if row.rolled_back => "is recorded as rolled back",
            (Direction::Apply, Some(row)) if row.checksum.is_none() => "is recorded without a checksum",
            (Direction::Apply, Some(row)) if row.checksum.as_deref() != Some(item.recorded_checksum.as_str()) => {
                "is recorded with another checksum than its file has"
            }
            (Direction::Rollback, None) => "has left no trace in the history",
            (Direction::Rollback, Some(row)) if !row.rolled_back => "is still recorded as applied",
            (Direction::Apply | Direction::Rollback, Some(_)) => continue,
        };
        problems.push(format!("{} {problem}", item.name));
    }
    match problems.as_slice() {
        [] => Verdict::Passed { detail: format!("{} recorded", plan.items.len()) },
        problems => Verdict::Failed { detail: printable(&format!("{}.", problems.join("; "))).into_owned() },
    }
}

fn named(faults: &[&Fault]) -> String {
    let names: Vec<String> = faults.iter().map(|fault| format!("{} on {}", fault.name, fault.table)).collect();
    printable(&names.join(", ")).into_owned()
}

/// An invalid index is never right; one that was invalid before the window is not the window's fault.
fn indexes(before: Option<&[Fault]>, now: &[Fault]) -> Verdict {
    let compared = checks::compare(before.unwrap_or_default(), now);
    let advice = "PostgreSQL does not use it. Drop it and build it again, unless somebody is building it right now";
    if !compared.new.is_empty() {
        let since = if before.is_some() { "" } else { " Whether it was so before the window is not known." };
        Verdict::Failed { detail: format!("Invalid: {}. {advice}.{since}", named(&compared.new)) }
    } else if !compared.old.is_empty() {
        Verdict::Warning { detail: format!("Invalid since before the window: {}. {advice}.", named(&compared.old)) }
    } else {
        Verdict::Passed { detail: String::new() }
    }
}

/// What a window leaves behind on purpose more often than not: worth a word when it is new.
fn left_behind(before: Option<&[Fault]>, now: &[Fault], what: &str) -> Verdict {
    let compared = checks::compare(before.unwrap_or_default(), now);
    match (before, compared.new.as_slice(), compared.old.len()) {
        (_, [], 0) => Verdict::Passed { detail: String::new() },
        (_, [], old) => Verdict::Passed { detail: format!("{old} since before the window") },
        (Some(_), new, _) => Verdict::Warning { detail: format!("New, and {what}: {}.", named(new)) },
        (None, new, _) => Verdict::Warning {
            detail: format!("{}: {}. Whether it was so before the window is not known.", capitalised(what), named(new)),
        },
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::window::plan::PlanItem;

    fn plan(direction: Direction) -> Plan {
        let item = PlanItem {
            name: "20260801093000_create_metrics".to_owned(),
            file: "f.sql".to_owned(),
            checksum: "down".to_owned(),
            recorded_checksum: "up".to_owned(),
            statements: 1,
            stepwise: false,
            ticket: None,
            author: None,
            description: None,
            release: None,
            dangers: Vec::new(),
            drops: Vec::new(),
            warnings: Vec::new(),
        };
        Plan {
            environment: "staging".to_owned(),
            direction,
            reason: None,
            items: vec![item],
            creates_history: false,
            creates_store: false,
            warnings: Vec::new(),
        }
    }

    fn row(rolled_back: bool, checksum: Option<&str>) -> HistoryRow {
        HistoryRow {
            id: 1,
            name: "20260801093000_create_metrics".into(),
            applied_at: jiff::Timestamp::UNIX_EPOCH,
            applied_by: "deployer".into(),
            execution_time: None,
            checksum: checksum.map(Into::into),
            rolled_back,
            rollback_at: None,
            facts: None,
        }
    }

    #[rstest]
    #[case::applied(Direction::Apply, Some(row(false, Some("up"))), None)]
    #[case::absent(Direction::Apply, None, Some("is not recorded"))]
    #[case::undone(Direction::Apply, Some(row(true, Some("up"))), Some("is recorded as rolled back"))]
    #[case::unverified(Direction::Apply, Some(row(false, None)), Some("is recorded without a checksum"))]
    #[case::other(Direction::Apply, Some(row(false, Some("x"))), Some("another checksum"))]
    #[case::rolled_back(Direction::Rollback, Some(row(true, Some("up"))), None)]
    #[case::erased(Direction::Rollback, None, Some("has left no trace"))]
    #[case::still_there(Direction::Rollback, Some(row(false, Some("up"))), Some("still recorded as applied"))]
    fn the_history_must_say_what_the_window_did(
        #[case] direction: Direction,
        #[case] row: Option<HistoryRow>,
        #[case] problem: Option<&str>,
    ) {
        let rows: Vec<HistoryRow> = row.into_iter().collect();
        let verdict = history_agrees(&plan(direction), &rows);
        match (problem, verdict) {
            (None, Verdict::Passed { .. }) => {}
            (Some(problem), Verdict::Failed { detail }) => assert!(detail.contains(problem), "{detail}"),
            (problem, verdict) => panic!("{problem:?} expected, {verdict:?} found"),
        }
    }

    fn fault(oid: u32) -> Fault {
        Fault { oid, name: format!("public.i{oid}"), table: "public.t\u{1b}[31m".to_owned() }
    }

    #[rstest]
    #[case::healthy(Some(&[][..]), &[], "passed")]
    #[case::new(Some(&[][..]), &[1], "failed")]
    #[case::old(Some(&[1][..]), &[1], "warning")]
    #[case::unknown(None, &[1], "failed")]
    fn an_invalid_index_is_the_windows_fault_only_when_it_is_new(
        #[case] before: Option<&[u32]>,
        #[case] now: &[u32],
        #[case] word: &str,
    ) {
        let faults = |oids: &[u32]| oids.iter().copied().map(fault).collect::<Vec<_>>();
        let before = before.map(faults);
        let verdict = indexes(before.as_deref(), &faults(now));
        assert_eq!(verdict.word(), word);
    }

    #[test]
    fn names_from_the_catalogs_are_made_printable() {
        let Verdict::Warning { detail } = left_behind(None, &[fault(1)], "switched off") else {
            panic!("a warning was expected");
        };
        assert_eq!(
            detail,
            "Switched off: public.i1 on public.t\\x1b[31m. Whether it was so before the window is not known."
        );
    }

    #[test]
    fn files_are_sorted_and_others_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.sql", "a.sql", ".hidden.sql", "notes.md", "c.sql~"] {
            fs::write(folder.path().join(name), "select 1 where false").unwrap();
        }
        fs::create_dir(folder.path().join("d.sql")).unwrap();
        let files = validation_files(folder.path()).unwrap();
        assert_eq!(files, [folder.path().join("a.sql"), folder.path().join("b.sql")]);
        assert_eq!(validation_files(&folder.path().join("absent")).unwrap(), Vec::<PathBuf>::new());
    }

    #[test]
    fn the_header_names_a_validation_else_its_file_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orphans.sql");
        fs::write(&path, "-- Description: No order without its customer\nselect 1;").unwrap();
        assert_eq!(Validation::read(&path).name, "No order without its customer");
        fs::write(&path, "select 1;").unwrap();
        assert_eq!(Validation::read(&path).name, "orphans.sql");
        fs::write(&path, b"select \xff;").unwrap();
        assert!(matches!(Validation::read(&path).script, Err(Verdict::Error { line: Some(1), .. })));
    }
}
