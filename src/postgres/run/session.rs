//! The session on which a plan's scripts run, one after the other.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;

use crate::config::Policy;
use crate::migration::script::Structure;
use crate::postgres::connection::Connection;
use crate::postgres::error::{PgError, ServerError};
use crate::postgres::grant::WriteGrant;
use crate::postgres::history::HistoryTable;
use crate::postgres::history::shape::{self, Found};
use crate::postgres::sql::{self, Columns, literal, optional_literal};
use crate::postgres::store::{self, Attempt as Unfinished, StoreState};
use crate::postgres::supabase;

use super::group::{self, Group};
use super::known::Known;
use super::line::{Line, Sent, Whose};
use super::record::{Entry, Recorder};
use super::stepwise::{self, Retry, Steps};
use super::transaction::{Attempt, Cause, Done, Failure};
use super::watch::Watch;
use super::{
    Control, DatabaseState, Direction, Place, RunError, RunErrorKind, RunEvent, RunOutcome, ScriptRun, guard, outcome,
    settings,
};

/// For how long a run that lost its connection asks through the second session what became of it.
const FOLLOW_UP: Duration = Duration::from_secs(15);

/// The session on which a plan's scripts run, one after the other: it knows once and for all what each of them would
/// otherwise have to ask for. Dropped, it gives the connection back as it was: the settings of the policy are undone.
pub struct ScriptSession<'c> {
    connection: &'c Connection,
    observer: Option<&'c Connection>,
    history: HistoryTable,
    policy: Policy,
    /// The message that makes the settings afresh.
    settings: String,
    settled: Settled,
    recorder: Recorder,
    prepared: bool,
    known: Known,
    store: Store,
    unfinished: HashMap<Box<str>, Unfinished>,
    group: Group,
}

/// Whether the session is as a script must find it.
enum Settled {
    /// Its settings are to be made first.
    No,
    /// They were sent ahead, and the answer is still to be taken.
    Sent(Sent),
    /// They are made.
    Yes,
}

/// Whether runs that leave no history row can be noted.
#[derive(Debug)]
enum Store {
    Usable,
    /// Why not, in words.
    Unusable(String),
}

impl fmt::Debug for ScriptSession<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ScriptSession").field("history", &self.history).finish_non_exhaustive()
    }
}

impl<'c> ScriptSession<'c> {
    /// Finds out whether scripts can run and be recorded here under this policy, before anything is run: the history
    /// table's shape, privileges, role and settings. `observer` is a second session with the same server, on which
    /// locks are watched and a lost run is followed up.
    ///
    /// # Errors
    /// The history table is absent, misshapen, or neither the policy's role nor the login may keep it
    /// ([`RunErrorKind::History`]); the settings cannot be made ([`RunErrorKind::Settings`]). The database is
    /// unchanged.
    pub async fn open(
        connection: &'c mut Connection,
        observer: Option<&'c Connection>,
        history: &HistoryTable,
        policy: &Policy,
    ) -> Result<ScriptSession<'c>, RunError> {
        let connection: &'c Connection = connection;
        let opened = Self::prepare(connection, observer, history, policy).await;
        opened.map_err(|kind| RunError { kind, file: None, place: None, state: DatabaseState::Unchanged })
    }

    async fn prepare(
        connection: &'c Connection,
        observer: Option<&'c Connection>,
        history: &HistoryTable,
        policy: &Policy,
    ) -> Result<ScriptSession<'c>, RunErrorKind> {
        let login = connection.info().user.clone();
        let role = policy.role.clone().filter(|role| *role != login);
        let asked = |error: PgError| match error {
            PgError::ConnectionLost(reason) => RunErrorKind::ConnectionLost(reason),
            PgError::Server(error) => RunErrorKind::History(error.to_string()),
            other => RunErrorKind::Protocol(other.to_string()),
        };
        let shape = match shape::find(connection, history, role.as_deref()).await.map_err(asked)? {
            Found::Nothing => return Err(RunErrorKind::History(format!("there is no table {history}."))),
            Found::Misshapen(why) => return Err(RunErrorKind::History(why)),
            Found::Table(shape) => shape,
        };
        let role_writes = shape.role.as_ref().is_some_and(|rights| rights.missing.is_empty());
        if !role_writes && !shape.login.missing.is_empty() {
            let missing = |who: &str, what: &[String]| format!("{who} lacks {}", what.join(", "));
            let mut lacks = vec![missing(&login, &shape.login.missing)];
            if let (Some(role), Some(rights)) = (&role, &shape.role) {
                lacks.insert(0, missing(role, &rights.missing));
            }
            return Err(RunErrorKind::History(format!("{}.", lacks.join("; "))));
        }
        let writer = role.as_deref().filter(|_| role_writes);
        let supabase = supabase::find(connection, writer).await.map_err(asked)?;
        if let Some(supabase) = supabase.as_ref().filter(|supabase| !supabase.missing.is_empty()) {
            let who = writer.unwrap_or(&login);
            let what = supabase.missing.join(", ");
            return Err(RunErrorKind::History(format!(
                "Supabase's own record has to be kept in step, and {who} lacks {what}."
            )));
        }
        let encoding = sql::row(connection, "SELECT pg_catalog.current_setting('server_encoding')").await;
        let unicode = Columns::of(&encoding.map_err(asked)?).text().map_err(asked)? == "UTF8";
        let store = find_store(connection).await.map_err(asked)?;
        let group = Group::find(connection).await.map_err(asked)?;
        let recorder = Recorder::new(history.clone(), shape, role, login, supabase, unicode);
        let mut session = ScriptSession {
            connection,
            observer,
            history: history.clone(),
            policy: policy.clone(),
            settings: settings::settings(policy),
            settled: Settled::No,
            recorder,
            prepared: false,
            known: Known::default(),
            store,
            unfinished: HashMap::new(),
            group,
        };
        session.read_unfinished().await.map_err(asked)?;
        let settled = sql::rows(connection, &session.settings).await;
        settled.map_err(|error| match error {
            PgError::Server(error) | PgError::Cancelled(error) => RunErrorKind::Settings(error),
            other => asked(other),
        })?;
        let prepared = sql::rows(connection, &session.recorder.prepare()).await;
        prepared.map_err(asked)?;
        session.prepared = true;
        session.read_known().await.map_err(asked)?;
        session.settled = Settled::Yes;
        Ok(session)
    }

    /// Runs one script to its end: committed, recorded and read back, or an error that says what is true now. Nothing
    /// of it stays behind on the session. Do not drop the future before it ends: use `control`.
    ///
    /// # Errors
    /// Whatever kept the script from being committed and recorded, with what is true in the database now.
    pub async fn run(
        &mut self,
        grant: &WriteGrant,
        run: ScriptRun<'_>,
        events: &mpsc::Sender<RunEvent>,
        control: &Control,
    ) -> Result<RunOutcome, RunError> {
        self.run_script(grant, run, events, control, false).await
    }

    /// Like [`ScriptSession::run`], for a script that another one follows at once: its commit may be left to share one
    /// wait for the disk with those after it. The outcome says whether it was; then it holds only once a later script
    /// of this session is on the disk, or [`ScriptSession::wait_for_disk`] says so.
    ///
    /// # Errors
    /// As for [`ScriptSession::run`]. Where the connection was lost, what became of the earlier scripts that have not
    /// been waited for is to be asked as well.
    pub async fn run_before_next(
        &mut self,
        grant: &WriteGrant,
        run: ScriptRun<'_>,
        events: &mpsc::Sender<RunEvent>,
        control: &Control,
    ) -> Result<RunOutcome, RunError> {
        self.run_script(grant, run, events, control, true).await
    }

    /// Waits until every script that has been committed in this session is on the disk.
    ///
    /// # Errors
    /// The server did not say so: what became of them is to be asked again.
    pub async fn wait_for_disk(&mut self, events: &mpsc::Sender<RunEvent>, control: &Control) -> Result<(), PgError> {
        let mut line = self.line(events, control);
        self.close_group(&mut line).await?;
        line.close().await;
        Ok(())
    }

    fn line<'l>(&self, events: &'l mpsc::Sender<RunEvent>, control: &'l Control) -> Line<'l>
    where
        'c: 'l,
    {
        let pid = self.connection.info().backend_pid;
        let watch = Watch::new(self.observer, pid, self.policy.lock_timeout);
        Line::new(self.connection, events, control, watch)
    }

    async fn close_group(&mut self, line: &mut Line<'_>) -> Result<(), PgError> {
        if self.group.is_open() {
            // A request to cancel ends the waiting for a standby; one that came too early is no reason not to wait.
            match line.ask(&group::wait(), Whose::Ours).await {
                Err(PgError::Cancelled(_)) => line.tidy(&group::wait()).await?,
                other => other?,
            };
            self.group.end();
        }
        Ok(())
    }

    async fn run_script(
        &mut self,
        grant: &WriteGrant,
        run: ScriptRun<'_>,
        events: &mpsc::Sender<RunEvent>,
        control: &Control,
        is_followed: bool,
    ) -> Result<RunOutcome, RunError> {
        let mut line = self.line(events, control);
        let in_group = is_followed && self.group.takes(&run);
        let ended = self.run_and_tidy(&mut line, grant, run, in_group).await;
        line.close().await;
        match ended {
            Ok(done) => {
                let execution_time = done.row.execution_time.unwrap_or_default();
                let statements = run.script.statements().len();
                Ok(RunOutcome { execution_time, statements, row: done.row, on_disk: !self.group.is_open() })
            }
            Err(failure) => Err(explain(&run, failure)),
        }
    }

    async fn run_and_tidy(
        &mut self,
        line: &mut Line<'_>,
        grant: &WriteGrant,
        run: ScriptRun<'_>,
        in_group: bool,
    ) -> Result<Done, Failure> {
        if let Some((kind, statement)) = guard::objection(grant, &run) {
            return Err(Failure::lasting(kind, statement, DatabaseState::Unchanged));
        }
        let waited_for = |error| Failure::of(error, RunErrorKind::Record, None, DatabaseState::Unchanged);
        if run.script.structure() == Structure::Stepwise || group::speaks_of_commits(&run) {
            self.close_group(line).await.map_err(waited_for)?;
        }
        self.make_ready(line).await?;
        let ended = match run.script.structure() {
            Structure::Stepwise => self.run_stepwise(line, run).await,
            Structure::OwnTransaction | Structure::Wrapped => {
                let statements = (0..run.script.statements().len()).collect();
                self.run_transaction(line, run, statements, None, in_group).await
            }
        };
        if guard::prepares(&run) {
            self.prepared = false;
        }
        match ended {
            Ok(done) => {
                match in_group {
                    true => self.group.grow(),
                    // What was committed before lies before it in the log.
                    false => self.group.end(),
                }
                self.known.note(run.name.as_str(), done.row.rolled_back);
                self.unfinished.remove(run.name.as_str());
                self.settled = if done.settled { Settled::Yes } else { self.settle_ahead(line).await };
                Ok(done)
            }
            Err(failure) if failure.is_lost() => Err(self.follow_up(&run, failure).await),
            Err(failure) => {
                if let Err(error) = self.note_failure(line, &run, &failure).await {
                    tracing::warn!(%error, "the failed run could not be noted");
                }
                self.settled = self.settle_ahead(line).await;
                Err(failure)
            }
        }
    }

    /// Has the settings made for the next script; the answer is taken when it wants to run.
    async fn settle_ahead(&self, line: &Line<'_>) -> Settled {
        line.send(&self.settings).await.map_or(Settled::No, Settled::Sent)
    }

    /// Makes sure that the session is as each script must find it.
    async fn make_ready(&mut self, line: &mut Line<'_>) -> Result<(), Failure> {
        let settings_failed = |error| Failure::of(error, RunErrorKind::Settings, None, DatabaseState::Unchanged);
        let is_settled = match std::mem::replace(&mut self.settled, Settled::No) {
            Settled::Yes => true,
            Settled::Sent(sent) => line.settle(sent).await.is_ok(),
            Settled::No => false,
        };
        if !is_settled {
            line.tidy(&self.settings).await.map_err(settings_failed)?;
        }
        if !self.prepared {
            let message = format!("DEALLOCATE ALL; {}", self.recorder.prepare());
            line.tidy(&message).await.map_err(settings_failed)?;
            self.prepared = true;
        }
        Ok(())
    }

    /// What the history will say, if it allows the run at all. What is known is looked up again before anybody is
    /// refused.
    async fn entry(&mut self, run: &ScriptRun<'_>) -> Result<Entry, Failure> {
        if let Ok(entry) = self.entry_of(run) {
            return Ok(entry);
        }
        let failed = |error| Failure::of(error, RunErrorKind::Record, None, DatabaseState::Unchanged);
        self.read_known().await.map_err(failed)?;
        self.entry_of(run)
            .map_err(|why| Failure::lasting(RunErrorKind::NotDue(why.to_owned()), None, DatabaseState::Unchanged))
    }

    fn entry_of(&self, run: &ScriptRun<'_>) -> Result<Entry, &'static str> {
        match (run.direction, self.known.is_rolled_back(run.name.as_str())) {
            (Direction::Up, None) => Ok(Entry::Fresh),
            (Direction::Up, Some(true)) => Ok(Entry::Again),
            (Direction::Up, Some(false)) => Err("the migration is applied already."),
            (Direction::Down, Some(false)) => Ok(Entry::Back),
            (Direction::Down, Some(true)) => Err("the migration is rolled back already."),
            (Direction::Down, None) => Err("the migration is not applied."),
        }
    }

    /// Runs statements in a transaction, as often as the policy says when a lock is in its way. `steps` is the time
    /// that the script's steps took, where it ran step by step before.
    async fn run_transaction(
        &mut self,
        line: &mut Line<'_>,
        run: ScriptRun<'_>,
        statements: Vec<usize>,
        steps: Option<Duration>,
        in_group: bool,
    ) -> Result<Done, Failure> {
        let forget = steps.is_some() || self.unfinished.contains_key(run.name.as_str());
        let of = self.attempts();
        let (mut attempt, mut backoff) = (1, self.policy.retry_backoff);
        let mut prepared = !guard::forgets_prepared(&run);
        let mut looked_again = false;
        loop {
            let entry = self.entry(&run).await?;
            line.tell(RunEvent::TransactionStarted { attempt }).await;
            let transaction = Attempt {
                recorder: &self.recorder,
                run,
                entry,
                known: &self.known,
                prepared,
                statements: statements.clone(),
                before: steps.unwrap_or_default(),
                also: forget.then(|| stepwise::forget(run.name.as_str())),
                settings: &self.settings,
                in_group,
            };
            let made = transaction.make(line).await;
            if !prepared {
                self.prepared = false;
            }
            let failure = match made {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            match failure.cause {
                Cause::Contention if !line.is_stopping() => {
                    Retry { attempt, of, backoff }.announce(line, failure).await?;
                    attempt += 1;
                    backoff *= 2;
                }
                Cause::Unprepared if prepared => prepared = false,
                Cause::Stale | Cause::Suspect if !looked_again => {
                    looked_again = true;
                    let before = self.known.clone();
                    let failed = |error| Failure::of(error, RunErrorKind::Record, None, DatabaseState::RolledBack);
                    self.read_known().await.map_err(failed)?;
                    if failure.cause == Cause::Suspect && self.known.says_the_same(&before) {
                        return Err(failure);
                    }
                }
                _ => return Err(failure),
            }
            if line.is_stopping() {
                return Err(Failure::stopped(line, DatabaseState::RolledBack));
            }
            let failed = |error| Failure::of(error, RunErrorKind::Settings, None, DatabaseState::RolledBack);
            line.tidy(&self.settings).await.map_err(failed)?;
        }
    }

    async fn run_stepwise(&mut self, line: &mut Line<'_>, run: ScriptRun<'_>) -> Result<Done, Failure> {
        let unchanged = |kind| Failure::lasting(kind, None, DatabaseState::Unchanged);
        if let Store::Unusable(why) = &self.store {
            return Err(unchanged(RunErrorKind::Store(why.clone())));
        }
        self.entry(&run).await?;
        // Somebody may have gone on with it since this session was opened.
        let failed = |error: PgError| Failure::of(error, RunErrorKind::Record, None, DatabaseState::Unchanged);
        self.read_unfinished().await.map_err(failed)?;
        let earlier = self.unfinished.get(run.name.as_str());
        let settings = self.settings.clone();
        let steps = Steps::new(run, &settings, self.attempts(), self.policy.retry_backoff);
        if let Some(pid) = earlier.and_then(|earlier| earlier.running)
            && outcome::is_at_work(self.connection, pid).await.map_err(failed)?
        {
            let state = steps.state(earlier.map_or(0, |earlier| earlier.done));
            let what = format!("process {pid}");
            return Err(Failure::lasting(RunErrorKind::StillRunning(what), None, state));
        }
        let spent = steps.run(line, earlier).await?;
        // What the steps set is not to reach into the record.
        let state = steps.state(steps.len());
        let settings_failed = |error| Failure::of(error, RunErrorKind::Settings, None, state);
        line.tidy(&self.settings).await.map_err(settings_failed)?;
        if guard::forgets_prepared(&run) {
            self.prepared = false;
            self.make_ready(line).await.map_err(|failure| Failure { state, ..failure })?;
        }
        let recording = stepwise::recording_statements(run.script);
        self.run_transaction(line, run, recording, Some(spent), false).await.map_err(|failure| match failure.state {
            DatabaseState::Unchanged | DatabaseState::RolledBack => Failure { state, ..failure },
            _ => failure,
        })
    }

    fn attempts(&self) -> u32 {
        self.policy.lock_retries.saturating_add(1)
    }

    /// Asks, through the second session, what became of a run that lost its connection.
    async fn follow_up(&self, run: &ScriptRun<'_>, failure: Failure) -> Failure {
        let (DatabaseState::Unknown, Some(observer)) = (failure.state, self.observer) else { return failure };
        let pid = self.connection.info().backend_pid;
        let asked = outcome::verify_outcome(observer, &self.history, run, pid);
        match tokio::time::timeout(FOLLOW_UP, asked).await {
            Ok(Ok(state)) => Failure { state, ..failure },
            _ => failure,
        }
    }

    /// Notes a run that failed, so that the board can tell; or forgets one that was stopped before it began.
    async fn note_failure(
        &mut self,
        line: &mut Line<'_>,
        run: &ScriptRun<'_>,
        failure: &Failure,
    ) -> Result<(), PgError> {
        if matches!(self.store, Store::Unusable(_)) {
            return Ok(());
        }
        let is_undone = matches!(failure.state, DatabaseState::RolledBack | DatabaseState::Unchanged);
        let is_stepwise = run.script.structure() == Structure::Stepwise;
        let name = literal(run.name.as_str());
        let note = match &failure.kind {
            RunErrorKind::Stopped | RunErrorKind::Cancelled if is_undone && is_stepwise => {
                format!("DELETE FROM tidegate.progress WHERE migration = {name} AND done = 0")
            }
            RunErrorKind::Statement(_)
            | RunErrorKind::Commit(_)
            | RunErrorKind::Record(_)
            | RunErrorKind::LockTimeout { .. }
            | RunErrorKind::RecordsAnotherName { .. }
            | RunErrorKind::ChangesHistory(_)
            | RunErrorKind::NotRecorded(_)
                if is_undone && !is_stepwise =>
            {
                let direction = match run.direction {
                    Direction::Up => "up",
                    Direction::Down => "down",
                };
                let (said, sqlstate) = match failure.kind.server() {
                    Some(error) => (error.message.clone(), Some(error.sqlstate.as_str())),
                    None => (failure.kind.to_string(), None),
                };
                format!(
                    "INSERT INTO tidegate.progress (migration, direction, checksum, statements, resumable, error, \
                         sqlstate, operator, window_id, backend_pid) \
                     VALUES ({name}, '{direction}', '{}', {}, false, {}, {}, {}, {}, pg_catalog.pg_backend_pid()) \
                     ON CONFLICT (migration) DO UPDATE SET direction = excluded.direction, \
                         checksum = excluded.checksum, statements = excluded.statements, error = excluded.error, \
                         sqlstate = excluded.sqlstate, operator = excluded.operator, \
                         window_id = excluded.window_id, updated_at = pg_catalog.now()",
                    run.checksum,
                    run.script.statements().len(),
                    literal(&said),
                    optional_literal(sqlstate),
                    optional_literal(run.facts.operator.as_deref()),
                    optional_literal(run.facts.window.as_deref()),
                )
            }
            _ => return Ok(()),
        };
        line.tidy(&self.settings).await?;
        line.tidy(&stepwise::as_login(&note)).await?;
        self.read_unfinished().await
    }

    /// Reads what the history says, as whoever keeps it.
    async fn read_known(&mut self) -> Result<(), PgError> {
        let question = self.recorder.all_as_writer();
        self.known = Known::read(&sql::rows(self.connection, &question).await?)?;
        Ok(())
    }

    async fn read_unfinished(&mut self) -> Result<(), PgError> {
        if matches!(self.store, Store::Usable) {
            let unfinished = store::attempts(self.connection).await?;
            self.unfinished = unfinished.into_iter().map(|one| (one.name.clone(), one)).collect();
        }
        Ok(())
    }
}

impl Drop for ScriptSession<'_> {
    fn drop(&mut self) {
        // Sending waits for nothing: what comes after on this connection comes after this.
        let sent = self.connection.client().simple_query_raw(settings::UNDO).now_or_never();
        drop(sent);
    }
}

/// Whether Tidegate's own schema is there and may be written by the login.
async fn find_store(connection: &Connection) -> Result<Store, PgError> {
    Ok(match store::probe(connection).await? {
        StoreState::Absent => Store::Unusable("this database does not have it".to_owned()),
        StoreState::Unusable { .. } => Store::Unusable("it is not of this Tidegate".to_owned()),
        StoreState::Present { .. } | StoreState::Outdated { .. } => {
            let may = |privilege: &str| format!("pg_catalog.has_table_privilege('tidegate.progress', '{privilege}')");
            let question = format!("SELECT {} AND {} AND {}", may("INSERT"), may("UPDATE"), may("DELETE"));
            match Columns::of(&sql::row(connection, &question).await?).truth()? {
                true => Store::Usable,
                false => Store::Unusable("this login may not write it".to_owned()),
            }
        }
    })
}

/// Says where in the file a run failed: where the server points to, or else where the statement begins.
fn explain(run: &ScriptRun<'_>, failure: Failure) -> RunError {
    let place = failure.statement.map(|index| {
        let script = run.script;
        let statement = &script.statements()[index];
        let pointed = failure.kind.server().and_then(|error| pointed_at(script.text(statement), error));
        let position = script.position(statement.range.start + pointed.unwrap_or(0));
        Place { statement: index, line: position.line, column: position.column, summary: script.summary(statement) }
    });
    RunError { kind: failure.kind, file: Some(run.script.file().to_owned()), place, state: failure.state }
}

/// The byte of a statement that the server's error points to; it counts characters from 1.
fn pointed_at(statement: &str, error: &ServerError) -> Option<usize> {
    let character = usize::try_from(error.position?).ok()?.checked_sub(1)?;
    statement.char_indices().nth(character).map(|(byte, _)| byte)
}
