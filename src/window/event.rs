//! What happens in a window, as a sequence of events.
//!
//! The console and the command line draw them, the journal keeps the lasting ones, and [`super::state`] folds them.
//! Their JSON form is the journal's file format, so it changes only by addition.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{BackupRequirement, Tier};
use crate::postgres::checks::CatalogFaults;
use crate::review::approval::Approval;
use crate::review::checklist::Answers;

use super::plan::Plan;
use super::step::{Direction, Step};

/// Names one window: the moment it was opened and the environment, such as `20260801T213000Z-production`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WindowId(String);

impl WindowId {
    /// The id of a window opened on this environment at this moment. `salt` tells apart what one second opens twice.
    pub fn new(environment: &str, at: Timestamp, salt: u16) -> WindowId {
        let name: String = environment
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' })
            .take(40)
            .collect();
        WindowId(format!("{}-{name}-{salt:04x}", at.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for WindowId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Who runs a window, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The name of the person at the console: `TIDEGATE_OPERATOR`, else the operating system's user.
    pub name: String,
    /// The machine the console runs on.
    pub host: String,
    /// The console's process id.
    pub process: u32,
}

/// How a window began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The window's id.
    pub id: WindowId,
    /// The environment's name.
    pub environment: String,
    /// The environment's tier.
    pub tier: Tier,
    /// Where the environment is, without any secret.
    pub location: String,
    /// What is to be done.
    pub plan: Plan,
    /// Who does it.
    pub operator: Operator,
    /// When it was opened.
    pub at: Timestamp,
    /// The git commit of the project's files, where they are under version control.
    pub commit: Option<String>,
    /// Whether a backup must be taken (`Required`), may be skipped (`Offered`) or is not part of the window (`Off`).
    pub backup: BackupNeed,
    /// Whether the environment has an `announce` hook.
    pub has_announce_hook: bool,
}

/// How much a window needs its backup step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupNeed {
    /// Nothing is applied before a verified backup of this window exists.
    Required,
    /// Offered, and may be skipped with a word.
    Offered,
    /// Not part of the window.
    Off,
}

impl BackupNeed {
    /// What the environment's policy makes of it. What is required before applying is only offered before a rollback:
    /// undoing the last migration at night must not wait for the dump of a large database, and is confirmed by the
    /// environment's name in any tier.
    /// What is offered is required where the plan drops what holds rows.
    pub fn of(requirement: BackupRequirement, plan: &Plan) -> BackupNeed {
        match (requirement, plan.direction) {
            (BackupRequirement::Required, Direction::Apply) => BackupNeed::Required,
            (BackupRequirement::Offered, Direction::Apply) if plan.dropping().is_some() => BackupNeed::Required,
            (BackupRequirement::Required, Direction::Rollback) | (BackupRequirement::Offered, _) => BackupNeed::Offered,
            (BackupRequirement::Off, _) => BackupNeed::Off,
        }
    }
}

/// How one check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It holds with a reservation that the operator should read.
    Warning,
    /// It does not hold; the step fails.
    Failed,
}

/// One check of the preflight or the validation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at, in two or three words.
    pub name: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen, in one line.
    pub detail: String,
    /// What to do about it, where something is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// Which session stands in the way of which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// The server process (`pg_stat_activity.pid`).
    pub pid: i32,
    /// The session's user.
    pub user: String,
    /// The session's `application_name`.
    pub application: String,
    /// What it runs or ran last, in one line.
    pub query: String,
    /// Its state, as `pg_stat_activity.state` says it.
    pub state: String,
    /// For how long its transaction has been open, in milliseconds.
    pub open_ms: Option<u64>,
}

/// What is in the database after something failed, was stopped, or was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Aftermath {
    /// Nothing had been sent: the database is as it was.
    Unchanged,
    /// The transaction was rolled back: the database is as it was.
    RolledBack,
    /// The change and its history row are committed.
    Committed,
    /// A script without a transaction of its own stopped part of the way.
    PartlyApplied {
        /// How many of its statements took effect.
        done: u32,
        /// How many it has.
        of: u32,
    },
    /// Its end was not heard, as when the connection is lost during COMMIT, and the server could not be asked yet or
    /// still runs it.
    Unknown,
}

impl Aftermath {
    /// What is true of the database now, in one sentence.
    pub fn words(&self) -> String {
        match self {
            Aftermath::Unchanged => "Nothing of it ran; the database is as it was.".to_owned(),
            Aftermath::RolledBack => "Its transaction was rolled back; the database is as it was.".to_owned(),
            Aftermath::Committed => "It is committed, together with its history row.".to_owned(),
            Aftermath::PartlyApplied { done, of } => format!(
                "{done} of its {of} statements took effect and stay; it resumes at statement {}.",
                (done + 1).min(*of)
            ),
            Aftermath::Unknown => {
                "Its end was not heard; whether it took effect is not known until the server has been asked.".to_owned()
            }
        }
    }
}

/// Why something failed, with all that the operator needs to act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened, in one sentence.
    pub message: String,
    /// The file it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in the line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The statement's number in the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<u32>,
    /// The server's SQLSTATE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// The server's DETAIL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The server's HINT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The server's CONTEXT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// What is in the database now, where something was to be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aftermath: Option<Aftermath>,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Whether a gate refused it, rather than something going wrong.
    #[serde(default)]
    pub refused: bool,
}

impl Failure {
    /// A failure that is all said in one sentence.
    pub fn plain(message: impl Into<String>) -> Failure {
        Failure {
            message: message.into(),
            file: None,
            line: None,
            column: None,
            statement: None,
            sqlstate: None,
            detail: None,
            hint: None,
            context: None,
            aftermath: None,
            advice: None,
            refused: false,
        }
    }

    /// The same failure on the heap, for results that mostly hold something else.
    pub fn boxed(self) -> Box<Failure> {
        Box::new(self)
    }

    /// The same failure with what to do next.
    pub fn advising(mut self, advice: impl Into<String>) -> Failure {
        self.advice = Some(advice.into());
        self
    }

    /// Where it happened, as `file:line:column`, where that is known.
    pub fn place(&self) -> Option<String> {
        let file = self.file.as_deref()?;
        Some(match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            (Some(line), None) => format!("{file}:{line}"),
            _ => file.to_owned(),
        })
    }

    /// Everything it says, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.message.clone()];
        if let Some(place) = self.place() {
            lines.push(match self.statement {
                Some(statement) => format!("at {place} (statement {statement})"),
                None => format!("at {place}"),
            });
        }
        let named =
            [("SQLSTATE", &self.sqlstate), ("detail", &self.detail), ("hint", &self.hint), ("context", &self.context)];
        lines.extend(named.into_iter().filter_map(|(name, text)| text.as_ref().map(|text| format!("{name}: {text}"))));
        lines.extend(self.aftermath.as_ref().map(Aftermath::words));
        lines.extend(self.advice.clone());
        lines
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum StepOutcome {
    /// It did what it promised.
    Done {
        /// What it did, in one line.
        summary: String,
    },
    /// The operator passed it over.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It failed.
    Failed {
        /// Why.
        failure: Box<Failure>,
    },
    /// The operator stopped it.
    Stopped {
        /// Where it was when it stopped, in one line.
        summary: String,
    },
}

/// How a migration of the plan ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum MigrationOutcome {
    /// Done, and read back from the history.
    Done {
        /// How long the server took, in microseconds.
        elapsed_us: u64,
        /// How many statements ran.
        statements: u32,
    },
    /// The history had it already when its turn came.
    AlreadyDone,
    /// It failed.
    Failed {
        /// Why, and what is in the database now.
        failure: Box<Failure>,
    },
    /// The operator stopped it.
    Stopped {
        /// What is in the database now.
        aftermath: Aftermath,
    },
}

/// What the backup step yielded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupTaken {
    /// The backup's id.
    pub id: String,
    /// Its folder.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// How it was verified, in words.
    pub verified: String,
}

/// The approvals that let a migration pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedMigration {
    /// The migration.
    pub name: String,
    /// Who approved it.
    pub approvals: Vec<Approver>,
    /// The entries of its checklist that nobody had to answer, since rules have proved them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proved: Vec<Proved>,
}

/// An entry of a checklist that rules have proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proved {
    /// The entry.
    pub entry: String,
    /// The rules that looked and found nothing.
    pub rules: Vec<String>,
    /// What a comment in the file allows of that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowed>,
}

/// A finding that a comment in the file allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The rule.
    pub rule: String,
    /// Why it is allowed, in the comment's words.
    pub reason: String,
}

/// An approval that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approver {
    /// Which.
    pub approval: Approval,
    /// The role that logged in to give it.
    pub role: String,
    /// The person, as their own Tidegate named them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What they had to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub given_at: Timestamp,
    /// What they answered to the questions of the checklist.
    #[serde(default)]
    pub answers: Answers,
}

/// Something that happened in a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum WindowEvent {
    /// The window was opened.
    Opened(Box<Opened>),
    /// Another console took the window over after the first one was gone.
    Resumed {
        /// Who goes on.
        operator: Operator,
        /// When.
        at: Timestamp,
        /// What was found to be true, a line each.
        findings: Vec<String>,
    },
    /// A step began.
    StepStarted {
        /// Which.
        step: Step,
        /// When.
        at: Timestamp,
        /// How it was confirmed, where it had to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmed: Option<String>,
    },
    /// A check came out.
    Checked(Check),
    /// Right before the first script ran, each of these had all the approvals that it needed.
    Approved {
        /// The migrations that were still to run, and who approved them.
        migrations: Vec<ApprovedMigration>,
    },
    /// What was wrong in the catalogs before the window changed anything.
    Surveyed {
        /// What there was.
        faults: CatalogFaults,
    },
    /// A hook or a program printed a line.
    Output {
        /// The line, without its newline.
        line: String,
    },
    /// The backup goes on.
    BackupProgress {
        /// What it is doing now, such as the table's name.
        doing: String,
        /// Tables begun so far.
        tables_done: u32,
        /// Tables in all, where that is known.
        tables: u32,
        /// Bytes written so far.
        bytes: u64,
    },
    /// The backup is complete and verified.
    BackupTaken(BackupTaken),
    /// A migration's turn came.
    MigrationStarted {
        /// Its name.
        name: String,
        /// Its place in the plan, from 0.
        index: u32,
        /// When.
        at: Timestamp,
        /// How many statements it has.
        statements: u32,
        /// The server process that runs it: who is asked for when the console is gone before it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        backend_pid: Option<i32>,
    },
    /// A statement is running.
    StatementStarted {
        /// Its number in the file, from 0.
        index: u32,
        /// Its line in the file, from 1.
        line: u32,
        /// What it is, such as `CREATE TABLE app.users`.
        summary: String,
    },
    /// A statement ended well.
    StatementFinished {
        /// Its number in the file, from 0.
        index: u32,
        /// How long it took, in microseconds.
        elapsed_us: u64,
        /// How many rows it touched, where it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rows: Option<u64>,
    },
    /// The server said something.
    Notice {
        /// `NOTICE`, `WARNING` and the like.
        severity: String,
        /// What it said.
        message: String,
        /// Its DETAIL and HINT, where there are any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// The running statement waits for these; none of them means that it waits no longer.
    Waiting {
        /// Who holds what it wants.
        obstacles: Vec<Obstacle>,
    },
    /// These wait for us; none of them means that nobody does any more.
    Blocking {
        /// Who waits.
        waiting: Vec<Obstacle>,
    },
    /// A lock could not be had in time; the transaction was rolled back and will be tried again.
    Retrying {
        /// Which try comes next, from 2.
        attempt: u32,
        /// How many there are at the most.
        of: u32,
        /// When it comes, in milliseconds from now.
        after_ms: u64,
        /// Why, with SQLSTATE.
        why: String,
    },
    /// A migration of the plan ended.
    MigrationFinished {
        /// Its name.
        name: String,
        /// How.
        outcome: MigrationOutcome,
        /// When.
        at: Timestamp,
    },
    /// A step ended.
    StepFinished {
        /// Which.
        step: Step,
        /// How.
        outcome: StepOutcome,
        /// When.
        at: Timestamp,
    },
    /// The report was written.
    ReportWritten {
        /// The files.
        paths: Vec<String>,
    },
    /// The window was closed; nothing follows.
    Closed {
        /// Whether every step of the plan was done.
        complete: bool,
        /// When.
        at: Timestamp,
    },
}

impl WindowEvent {
    /// Whether the journal keeps it. What only moves a progress line is not kept.
    pub fn is_lasting(&self) -> bool {
        !matches!(
            self,
            WindowEvent::BackupProgress { .. }
                | WindowEvent::StatementStarted { .. }
                | WindowEvent::StatementFinished { .. }
                | WindowEvent::Waiting { .. }
                | WindowEvent::Blocking { .. }
        )
    }

    /// Whether the journal must have reached the disk before the window goes on.
    pub fn is_boundary(&self) -> bool {
        matches!(
            self,
            WindowEvent::Opened(_)
                | WindowEvent::Resumed { .. }
                | WindowEvent::StepStarted { .. }
                | WindowEvent::StepFinished { .. }
                | WindowEvent::BackupTaken(_)
                | WindowEvent::Closed { .. }
        )
    }
}
