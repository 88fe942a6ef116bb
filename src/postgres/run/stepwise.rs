//! Scripts with statements that PostgreSQL refuses in a transaction block: each statement runs by itself.
//!
//! What may run in a transaction does, together with the note that it is done. What may not is announced before it
//! runs and noted after: if the run breaks in between, a resumed one looks whether the statement's index is there,
//! drops what an interrupted build left behind, and runs the statement again. So a broken run resumes at the statement
//! that failed. Statements that record the migration itself are put off to the last transaction, which writes the
//! history row and removes the notes: the history never says "applied" of something half done.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::migration::checksum::Checksum;
use crate::migration::script::{Script, StatementKind};
use crate::postgres::error::{PgError, ServerError};
use crate::postgres::notice::{Notice, Severity};
use crate::postgres::sql::{Columns, literal, optional_literal};
use crate::postgres::store::Attempt;

use super::concurrent::{Building, INVALID};
use super::line::{Answer, Line, Whose};
use super::transaction::{Cause, Failure};
use super::{DatabaseState, Direction, RunErrorKind, RunEvent, ScriptRun};

/// A script run statement by statement.
pub(super) struct Steps<'a> {
    run: ScriptRun<'a>,
    /// The statements, by index, but those that record the migration.
    steps: Vec<usize>,
    /// For each number of steps, a checksum of so many: what has been done may not be changed, what comes may.
    checksums: Vec<Checksum>,
    /// How long to wait before a statement is tried again, and how often at the most.
    backoff: Duration,
    attempts: u32,
    /// The message that makes the session's settings afresh.
    settings: &'a str,
}

/// The statements that record the migration: they belong to the last transaction.
pub(super) fn recording_statements(script: &Script) -> Vec<usize> {
    let statements = script.statements().iter().enumerate();
    statements.filter(|(_, statement)| statement.records.is_some()).map(|(index, _)| index).collect()
}

fn steps(script: &Script) -> Vec<usize> {
    let statements = script.statements().iter().enumerate();
    statements.filter(|(_, statement)| statement.records.is_none()).map(|(index, _)| index).collect()
}

/// The statement (from 0) that is up when so many steps are done.
pub(super) fn statement_of_step(script: &Script, done: usize) -> usize {
    steps(script).get(done).copied().unwrap_or(script.statements().len().saturating_sub(1))
}

/// The statement that removes the notes of a run.
pub(super) fn forget(name: &str) -> String {
    format!("SET LOCAL ROLE NONE; DELETE FROM tidegate.progress WHERE migration = {}", literal(name))
}

impl<'a> Steps<'a> {
    pub(super) fn new(run: ScriptRun<'a>, settings: &'a str, attempts: u32, backoff: Duration) -> Steps<'a> {
        let steps = steps(run.script);
        let mut checksums = vec![Checksum::of(b"")];
        for &index in &steps {
            let text = run.script.text(&run.script.statements()[index]);
            let chained = format!("{}\n{}", checksums[checksums.len() - 1], Checksum::of(text.as_bytes()));
            checksums.push(Checksum::of(chained.as_bytes()));
        }
        Steps { run, steps, checksums, backoff, attempts, settings }
    }

    fn text(&self, index: usize) -> &'a str {
        self.run.script.text(&self.run.script.statements()[index])
    }

    fn kind(&self, index: usize) -> StatementKind {
        self.run.script.statements()[index].kind
    }

    /// What is true when so many steps are done and no more.
    pub(super) fn state(&self, done: usize) -> DatabaseState {
        let of = self.run.script.statements().len();
        DatabaseState::PartlyApplied { done, of, resume_at: statement_of_step(self.run.script, done) }
    }

    /// How many steps there are.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Runs all steps that are not done yet. `earlier` is the note of an earlier run. Returns the time that all steps
    /// took on the server's clock, those of the earlier run included.
    pub(super) async fn run(&self, line: &mut Line<'_>, earlier: Option<&Attempt>) -> Result<Duration, Failure> {
        let first = self.first_step(earlier)?;
        let broken = earlier.is_some_and(|earlier| earlier.resumable);
        let before = self.ask_invalid(line).await.map_err(|error| self.note_failed(error, first))?;
        if broken {
            self.resume(line, first).await?;
        }
        self.note_start(line, first).await?;
        for step in first..self.steps.len() {
            if line.is_stopping() {
                return Err(Failure::stopped(line, self.state_before(step, None)));
            }
            self.one(line, step, broken && step == first).await.map_err(|failure| failure.by_operator(line))?;
        }
        if line.is_stopping() {
            return Err(Failure::stopped(line, self.state(self.steps.len())));
        }
        self.check_indexes(line, &before).await?;
        self.spent(line).await.map_err(|error| self.note_failed(error, self.steps.len()))
    }

    /// Reads how long the steps took.
    async fn spent(&self, line: &mut Line<'_>) -> Result<Duration, PgError> {
        let name = literal(self.run.name.as_str());
        let question = format!(
            "SELECT pg_catalog.date_part('epoch', spent) FROM tidegate.progress \
             WHERE migration OPERATOR(pg_catalog.=) {name}"
        );
        let answer = line.tidy(&as_login(&question)).await?;
        let seconds = answer.rows.first().map(|row| Columns::of(row).number::<f64>()).transpose()?.flatten();
        Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_default())
    }

    /// The step to begin with.
    fn first_step(&self, earlier: Option<&Attempt>) -> Result<usize, Failure> {
        let Some(earlier) = earlier.filter(|earlier| earlier.resumable) else { return Ok(0) };
        let refuse = |kind| Err(Failure::lasting(kind, None, self.state(earlier.done)));
        if earlier.done > 0 && earlier.direction != self.run.direction {
            let what = match earlier.direction {
                Direction::Up => "it is being applied, and that has to come to its end first.",
                Direction::Down => "it is being rolled back, and that has to come to its end first.",
            };
            return refuse(RunErrorKind::NotDue(what.to_owned()));
        }
        if earlier.done > self.steps.len() {
            let what = format!("{} statements are done, and it has {} now.", earlier.done, self.steps.len());
            return refuse(RunErrorKind::ChangedSinceInterrupted(what));
        }
        let done_checksum = earlier.done_checksum.as_deref().unwrap_or_default();
        if earlier.done > 0 && self.checksums[earlier.done].to_string() != done_checksum {
            let what = format!("one of the first {} statements is not what was run.", earlier.done);
            return refuse(RunErrorKind::ChangedSinceInterrupted(what));
        }
        Ok(earlier.done)
    }

    /// Makes the session what it was when the run broke: the script's settings up to there.
    async fn resume(&self, line: &mut Line<'_>, first: usize) -> Result<(), Failure> {
        let statement = statement_of_step(self.run.script, first);
        line.tell(RunEvent::Resuming { statement, of: self.run.script.statements().len() }).await;
        for &index in self.steps[..first].iter().filter(|&&index| self.kind(index) == StatementKind::Set) {
            let answer = line.ask(self.text(index), Whose::Scripts).await;
            answer.map_err(|error| self.failed(error, index, self.state(first)))?;
        }
        Ok(())
    }

    /// Notes that the script is being run, and by which session.
    async fn note_start(&self, line: &mut Line<'_>, first: usize) -> Result<(), Failure> {
        let run = &self.run;
        let direction = match run.direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        let note = format!(
            "INSERT INTO tidegate.progress AS p (migration, direction, checksum, statements, done, done_checksum, \
                 resumable, operator, window_id, backend_pid) \
             VALUES ({}, '{direction}', '{}', {}, {first}, '{}', true, {}, {}, pg_catalog.pg_backend_pid()) \
             ON CONFLICT (migration) DO UPDATE SET direction = excluded.direction, checksum = excluded.checksum, \
                 statements = excluded.statements, done = excluded.done, done_checksum = excluded.done_checksum, \
                 resumable = true, error = NULL, sqlstate = NULL, operator = excluded.operator, \
                 window_id = excluded.window_id, backend_pid = excluded.backend_pid, updated_at = pg_catalog.now(), \
                 spent = CASE WHEN excluded.done > 0 THEN p.spent ELSE excluded.spent END",
            literal(run.name.as_str()),
            run.checksum,
            run.script.statements().len(),
            self.checksums[first],
            optional_literal(run.facts.operator.as_deref()),
            optional_literal(run.facts.window.as_deref()),
        );
        let noted = line.tidy(&as_login(&note)).await;
        noted.map(drop).map_err(|error| self.note_failed(error, first))
    }

    /// Runs one step, as often as the policy says when a lock is in its way.
    async fn one(&self, line: &mut Line<'_>, step: usize, broken: bool) -> Result<(), Failure> {
        let index = self.steps[step];
        let statement = &self.run.script.statements()[index];
        let summary = self.run.script.summary(statement);
        line.tell(RunEvent::StatementStarted { index, line: statement.position.line, summary }).await;
        let started = Instant::now();
        let mut backoff = self.backoff;
        let mut attempt = 1;
        let rows = loop {
            let tried = match statement.kind {
                StatementKind::Set => self.set(line, index, step).await,
                StatementKind::OutsideTransaction(_) => self.outside(line, step, broken || attempt > 1).await,
                _ => self.inside(line, step).await,
            };
            match tried {
                Ok(rows) => break rows,
                Err(failure) if failure.cause == Cause::Contention && !line.is_stopping() => {
                    let retry = Retry { attempt, of: self.attempts, backoff };
                    retry.announce(line, failure).await?;
                    attempt += 1;
                    backoff *= 2;
                    if line.is_stopping() {
                        return Err(Failure::stopped(line, self.state_before(step, Some(statement.kind))));
                    }
                }
                Err(failure) => return Err(self.noted(line, failure).await),
            }
        };
        line.tell(RunEvent::StatementFinished { index, elapsed: started.elapsed(), rows }).await;
        Ok(())
    }

    /// A setting is part of the session; it is made again when the script is resumed.
    async fn set(&self, line: &mut Line<'_>, index: usize, step: usize) -> Result<u64, Failure> {
        let answer = line.ask(self.text(index), Whose::Scripts).await;
        Ok(answer.map_err(|error| self.failed(error, index, self.state_before(step, None)))?.affected)
    }

    /// Runs a statement and notes it in one transaction.
    async fn inside(&self, line: &mut Line<'_>, step: usize) -> Result<u64, Failure> {
        let index = self.steps[step];
        let state = self.state_before(step, None);
        let tried = async {
            let begin = line.send("BEGIN").await?;
            let statement = line.send(self.text(index)).await?;
            let note = line.send(&format!("{}{}", AS_LOGIN, self.note_done(step, IN_TRANSACTION))).await?;
            let begun = line.answer(begin, Whose::Ours).await.accept();
            let answer = line.answer(statement, Whose::Scripts).await;
            let noted = line.answer(note, Whose::Ours).await;
            begun?;
            let answer = answer.accept()?;
            noted.accept()?;
            Ok::<Answer, PgError>(answer)
        };
        let answer = match tried.await {
            Ok(answer) => answer,
            Err(error) => {
                let failure = self.failed(error, index, state);
                if !failure.is_lost() {
                    line.tidy("ROLLBACK").await.map_err(|error| self.note_failed(error, step))?;
                }
                return Err(failure);
            }
        };
        if line.is_cancelling() {
            line.tidy("ROLLBACK").await.map_err(|error| self.note_failed(error, step))?;
            return Err(Failure::stopped(line, state));
        }
        line.ask("COMMIT", Whose::Ours).await.map_err(|error| self.failed(error, index, state))?;
        Ok(answer.affected)
    }

    /// Runs a statement that PostgreSQL refuses in a transaction block.
    async fn outside(&self, line: &mut Line<'_>, step: usize, tried_before: bool) -> Result<u64, Failure> {
        let index = self.steps[step];
        let state = self.state_before(step, Some(self.kind(index)));
        let failed = |error| self.failed(error, index, state);
        let building = Building::of(self.text(index));
        if let (Some(building), true) = (&building, tried_before)
            && let Some(found) = building.find(line).await.map_err(failed)?
        {
            if found.is_valid {
                let message = format!("{} is there and valid: it was built before the run broke.", found.name);
                line.tell(RunEvent::Notice { notice: note(message) }).await;
                line.tidy(&as_login(&self.note_done(step, SINCE_ANNOUNCED))).await.map_err(failed)?;
                return Ok(0);
            }
            line.ask(&format!("DROP INDEX CONCURRENTLY {}", found.name), Whose::Scripts).await.map_err(failed)?;
            line.tell(RunEvent::LeftoverDropped { index: found.name }).await;
        }
        let name = literal(self.run.name.as_str());
        let announcement = format!(
            "UPDATE tidegate.progress SET running = {index}, error = NULL, sqlstate = NULL, \
                 updated_at = pg_catalog.now() WHERE migration = {name}"
        );
        line.tidy(&as_login(&announcement)).await.map_err(failed)?;
        let answer = line.ask(self.text(index), Whose::Scripts).await.map_err(failed)?;
        if let Some(building) = &building
            && let Some(found) = building.find(line).await.map_err(failed)?
            && !found.is_valid
        {
            return Err(Failure::lasting(RunErrorKind::InvalidIndex(found.name), Some(index), state));
        }
        line.tidy(&as_login(&self.note_done(step, SINCE_ANNOUNCED))).await.map_err(failed)?;
        Ok(answer.affected)
    }

    /// The statement that notes a step as done. `took` is the time it took, as an expression.
    fn note_done(&self, step: usize, took: &str) -> String {
        format!(
            "UPDATE tidegate.progress SET done = {}, done_checksum = '{}', running = NULL, \
                 spent = spent OPERATOR(pg_catalog.+) ({took}), \
                 updated_at = pg_catalog.clock_timestamp() WHERE migration = {}",
            step + 1,
            self.checksums[step + 1],
            literal(self.run.name.as_str())
        )
    }

    /// Notes why a step failed. That the note itself fails changes nothing about what is true.
    async fn noted(&self, line: &mut Line<'_>, failure: Failure) -> Failure {
        if !failure.is_lost() {
            let (said, sqlstate) = match failure.kind.server() {
                Some(error) => (error.message.clone(), Some(error.sqlstate.as_str())),
                None => (failure.kind.to_string(), None),
            };
            let note = format!(
                "UPDATE tidegate.progress SET error = {}, sqlstate = {}, updated_at = pg_catalog.now() \
                 WHERE migration = {}",
                literal(&said),
                optional_literal(sqlstate),
                literal(self.run.name.as_str())
            );
            // The script may have left the session in any state; ours works in a clean one.
            let noted = match line.tidy(self.settings).await {
                Ok(_) => line.tidy(&as_login(&note)).await,
                Err(error) => Err(error),
            };
            if let Err(error) = noted {
                tracing::warn!(%error, "the failure of a statement could not be noted in tidegate.progress");
            }
        }
        failure
    }

    async fn ask_invalid(&self, line: &mut Line<'_>) -> Result<Vec<(u32, String)>, PgError> {
        let answer = line.ask(INVALID, Whose::Ours).await?;
        let read = |row| {
            let mut columns = Columns::of(row);
            Ok((columns.number()?.unwrap_or_default(), columns.string()?))
        };
        answer.rows.iter().map(read).collect()
    }

    /// Makes sure that no step left an invalid index behind.
    async fn check_indexes(&self, line: &mut Line<'_>, before: &[(u32, String)]) -> Result<(), Failure> {
        let now = self.ask_invalid(line).await.map_err(|error| self.note_failed(error, self.steps.len()))?;
        let before: HashSet<u32> = before.iter().map(|(oid, _)| *oid).collect();
        match now.into_iter().find(|(oid, _)| !before.contains(oid)) {
            None => Ok(()),
            Some((_, name)) => {
                let state = self.state(self.steps.len());
                Err(Failure::lasting(RunErrorKind::InvalidIndex(name), None, state))
            }
        }
    }

    /// What is true when a step did not come to its end. A statement outside of a transaction may have left something
    /// behind; without it, nothing is there before the first step is done.
    fn state_before(&self, step: usize, kind: Option<StatementKind>) -> DatabaseState {
        match (step, kind) {
            (0, Some(StatementKind::OutsideTransaction(_))) => self.state(0),
            (0, _) => DatabaseState::RolledBack,
            _ => self.state(step),
        }
    }

    fn failed(&self, error: PgError, index: usize, state: DatabaseState) -> Failure {
        Failure::of(error, RunErrorKind::Statement, Some(index), state)
    }

    fn note_failed(&self, error: PgError, step: usize) -> Failure {
        let wrap = |error: Box<ServerError>| RunErrorKind::Store(error.to_string());
        Failure::of(error, wrap, None, self.state_before(step, None))
    }
}

/// An attempt that found a lock taken, and what comes next.
pub(super) struct Retry {
    pub(super) attempt: u32,
    pub(super) of: u32,
    pub(super) backoff: Duration,
}

impl Retry {
    /// Says that it will be tried again, and waits; or, when it was tried often enough, says that.
    pub(super) async fn announce(&self, line: &mut Line<'_>, failure: Failure) -> Result<(), Failure> {
        let blockers = line.watch.take_last_blockers();
        let Some(error) = failure.kind.server() else { return Err(failure) };
        if self.attempt >= self.of {
            let error = Box::new(error.clone());
            let kind = RunErrorKind::LockTimeout { attempts: self.attempt, error, blockers };
            return Err(Failure { kind, cause: Cause::Lasting, ..failure });
        }
        let reason = format!("{} (SQLSTATE {})", error.message, error.sqlstate);
        let (attempt, of, retry_in) = (self.attempt, self.of, self.backoff);
        line.tell(RunEvent::LockTimeout { attempt, of, retry_in, reason, blockers }).await;
        line.pause(self.backoff).await;
        Ok(())
    }
}

/// The time that a step took whose transaction is still open.
const IN_TRANSACTION: &str = "pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.now()";
/// The time that a step took which was announced before it ran.
const SINCE_ANNOUNCED: &str = "pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) updated_at";

/// Makes the login the current role until the end of the transaction: Tidegate's own tables are its business.
const AS_LOGIN: &str = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE; ";

/// A statement on Tidegate's own tables, in a transaction of its own.
pub(super) fn as_login(statement: &str) -> String {
    format!("BEGIN; {AS_LOGIN}{statement}; COMMIT")
}

fn note(message: String) -> Notice {
    Notice { severity: Severity::Info, message, detail: None, hint: None, sqlstate: "00000".to_owned() }
}
