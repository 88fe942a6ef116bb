//! Apply: the migrations, or their rollbacks, one by one.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::migration::checksum::Checksum;
use crate::migration::name::MigrationName;
use crate::migration::script::Script;
use crate::postgres::connection::Connection;
use crate::postgres::grant::WriteGrant;
use crate::postgres::history;
use crate::postgres::lock::OperatorLock;
use crate::postgres::run::{self, Control, DatabaseState, RunError, RunErrorKind, RunFacts, ScriptRun, ScriptSession};
use crate::postgres::store;
use crate::window::confirmation::Confirmed;
use crate::window::context::Purpose;
use crate::window::event::{Aftermath, Failure, MigrationOutcome, WindowEvent};
use crate::window::plan::PlanItem;
use crate::window::planning;
use crate::window::runner::{Halt, Runner, Session};
use crate::window::step::Direction;
use crate::window::translate;

use super::gates;

/// How many of a script's events may wait to be drawn before the script waits for the screen.
const EVENTS: usize = 256;
/// For how long a lost server is looked for before the outcome of a COMMIT is given up as unknown.
const SEARCH: Duration = Duration::from_secs(60);
/// How long a file may be, in bytes, to be read and split while the server commits the one before it.
const READ_AHEAD: u64 = 256 * 1024;

/// Runs what of the plan is not done yet.
pub async fn run(runner: &mut Runner, confirmed: &Confirmed, control: &Control) -> Result<String, Halt> {
    runner.open_session().await?;
    // Owned here while scripts run, so that their events can be told meanwhile; given back at the end.
    let Some(mut session) = runner.session.take() else {
        return Err(Failure::plain("The session with the environment was lost. Nothing was done.").into());
    };
    let ended = with_session(runner, &mut session, confirmed, control).await;
    if !session.connection.is_closed() {
        let outcome = match &ended {
            Ok(summary) | Err(Halt::Stopped(summary)) => summary.clone(),
            Err(Halt::Failed(failure)) => failure.message.clone(),
            Err(Halt::Journal(error)) => error.to_string(),
        };
        if session.noted
            && let Err(error) =
                store::finish_window(&session.connection, runner.state().opened.id.as_str(), &outcome).await
        {
            tracing::warn!(%error, "the end of the window could not be noted in the environment");
        }
        // A session that has lost the lock is let go; the next try opens another and takes the lock first.
        if ended.is_ok() || session.lock.is_held(&session.connection).await.unwrap_or(false) {
            runner.session = Some(session);
        }
    }
    ended
}

async fn with_session(
    runner: &mut Runner,
    session: &mut Session,
    confirmed: &Confirmed,
    control: &Control,
) -> Result<String, Halt> {
    let (gates, approved) = gates::collect(runner, session, confirmed).await?;
    let grant = gates::grant(runner, gates).await?;
    if !approved.is_empty() {
        runner.emit(WindowEvent::Approved { migrations: approved }).await?;
    }
    prepare(runner, session, &grant).await?;
    session.noted = remember(runner, session, &grant).await;
    let backend_pid = session.connection.info().backend_pid;
    let observer = match runner.connect(Purpose::Observer).await {
        Ok(observer) => Some(observer),
        Err(failure) => {
            let line = format!("No second session to look on with, so blockers are not shown: {}", failure.message);
            runner.emit(WindowEvent::Output { line }).await?;
            None
        }
    };
    let items = runner.state().opened.plan.items.clone();
    let direction = runner.state().opened.plan.direction;
    let (table, policy) = (runner.context.history_table(), runner.environment.policy.clone());
    let opened = ScriptSession::open(&mut session.connection, observer.as_ref(), &table, &policy).await;
    let mut scripts = opened.map_err(|error| translate::of_run_error(&error))?;
    let mut ahead = None;
    let mut held = Held { observer: observer.as_ref(), backend_pid, done: Vec::new() };
    for (index, item) in (0..).zip(&items) {
        if runner.state().migrations.get(index as usize).is_some_and(|record| record.state.is_done()) {
            continue;
        }
        if control.is_stopping() {
            held.wait_and_tell(runner, &mut scripts, control).await?;
            return Err(Halt::Stopped(so_far(runner, items.len(), "stopped before the next one")));
        }
        let next = items.get(index as usize + 1);
        let job = Job { grant: &grant, index, item, next, ahead: ahead.take(), backend_pid };
        let One { may_have_unlocked, ahead: next_ahead } = one(runner, &mut scripts, job, &mut held, control).await?;
        ahead = next_ahead;
        if may_have_unlocked && let Some(observer) = &observer {
            held.wait_and_tell(runner, &mut scripts, control).await?;
            still_ours(&session.lock, observer, item).await?;
        }
    }
    Ok(format!("{} {}", count(items.len()), direction.done()))
}

/// Migrations that are committed and read back, but not yet known to be on the disk: nobody is told that they are done
/// before that.
struct Held<'a> {
    observer: Option<&'a Connection>,
    backend_pid: i32,
    done: Vec<Committed<'a>>,
}

/// One of them.
struct Committed<'a> {
    item: &'a PlanItem,
    outcome: MigrationOutcome,
    at: Timestamp,
}

impl<'a> Held<'a> {
    fn push(&mut self, item: &'a PlanItem, outcome: MigrationOutcome) {
        self.done.push(Committed { item, outcome, at: Timestamp::now() });
    }

    /// They are on the disk.
    async fn tell(&mut self, runner: &mut Runner) -> Result<(), Halt> {
        for Committed { item, outcome, at } in self.done.drain(..) {
            runner.emit(WindowEvent::MigrationFinished { name: item.name.clone(), outcome, at }).await?;
        }
        Ok(())
    }

    /// Waits for the disk, and tells. Of a lost server it is asked what became of each of them.
    async fn wait_and_tell(
        &mut self,
        runner: &mut Runner,
        scripts: &mut ScriptSession<'_>,
        control: &Control,
    ) -> Result<(), Halt> {
        if self.done.is_empty() {
            return Ok(());
        }
        let (teller, mut told) = mpsc::channel(EVENTS);
        let listener = tokio::spawn(async move { while told.recv().await.is_some() {} });
        let waited = scripts.wait_for_disk(&teller, control).await;
        drop(teller);
        let _ = listener.await;
        let Err(error) = waited else { return self.tell(runner).await };
        let line = format!(
            "The server did not confirm that the last {} reached its disk ({error}); asking it what became of {}.",
            count(self.done.len()),
            if self.done.len() == 1 { "it" } else { "them" }
        );
        runner.emit(WindowEvent::Output { line }).await?;
        let mut failure = None;
        for Committed { item, outcome, at } in std::mem::take(&mut self.done) {
            let state = settle(runner, item, self.backend_pid, control).await;
            let outcome = match state {
                DatabaseState::Committed => outcome,
                state => {
                    let aftermath = translate::of_state(state);
                    let message = format!("{} was committed, and was lost with the server.", item.name);
                    failure.get_or_insert(Failure {
                        aftermath: Some(aftermath.clone()),
                        ..Failure::plain(message).advising("Go on with the rest when the server is back.")
                    });
                    MigrationOutcome::Stopped { aftermath }
                }
            };
            runner.emit(WindowEvent::MigrationFinished { name: item.name.clone(), outcome, at }).await?;
        }
        failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// While a script runs for long, those before it are waited for on the second session. Ends only with success.
    fn wait_meanwhile(&self) -> impl Future<Output = ()> + use<'a> {
        let observer = self.observer.filter(|_| !self.done.is_empty());
        async move {
            match observer {
                Some(observer) if run::wait_elsewhere(observer).await.is_ok() => {}
                _ => std::future::pending().await,
            }
        }
    }
}

/// Makes what the confirmed plan says must be made before the first script can be recorded.
async fn prepare(runner: &mut Runner, session: &Session, grant: &WriteGrant) -> Result<(), Halt> {
    let table = runner.context.history_table();
    let plan = runner.state().opened.plan.clone();
    if plan.creates_history {
        let made = history::create(&session.connection, grant, &table, runner.environment.policy.role.as_deref()).await;
        made.map_err(|error| Failure::plain(format!("The history table {table} could not be created: {error}")))?;
        runner.emit(WindowEvent::Output { line: format!("The history table {table} is there.") }).await?;
    }
    if plan.creates_store {
        let made = store::create(&session.connection, grant, runner.environment.policy.role.as_deref()).await;
        made.map_err(|error| Failure::plain(format!("The schema tidegate could not be created: {error}")))?;
        runner.emit(WindowEvent::Output { line: "Tidegate's own schema is there.".to_owned() }).await?;
    }
    Ok(())
}

/// One migration's turn.
struct Job<'a> {
    grant: &'a WriteGrant,
    index: u32,
    item: &'a PlanItem,
    /// The migration whose turn comes after.
    next: Option<&'a PlanItem>,
    /// Its file, where it was read while the one before was being committed.
    ahead: Option<Read>,
    backend_pid: i32,
}

/// What came of one migration's turn.
#[derive(Default)]
struct One {
    /// Whether its script may have given the operator's lock away.
    may_have_unlocked: bool,
    /// The next one's file.
    ahead: Option<Read>,
}

/// A migration's file, found to be what was confirmed, and split.
struct Read {
    script: Script,
    name: MigrationName,
    checksum: Checksum,
}

/// Notes the window in the environment, where Tidegate has its own schema there. The journal is the window's record;
/// this one is for whoever looks at the database, so failing at it stops nothing. Says whether it was noted.
async fn remember(runner: &Runner, session: &Session, grant: &WriteGrant) -> bool {
    let opened = &runner.state().opened;
    let noted = async {
        if !store::probe(&session.connection).await?.has_tables() {
            return Ok(false);
        }
        let plan = serde_json::to_value(&opened.plan).unwrap_or_default();
        let (id, operator) = (opened.id.as_str(), &runner.context.operator.name);
        store::open_window(&session.connection, grant, id, operator, &plan).await.map(|()| true)
    };
    noted.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the window could not be noted in the environment");
        false
    })
}

/// Runs one migration.
async fn one<'a>(
    runner: &mut Runner,
    scripts: &mut ScriptSession<'_>,
    job: Job<'a>,
    held: &mut Held<'a>,
    control: &Control,
) -> Result<One, Halt> {
    let item = job.item;
    let started = Timestamp::now();
    let found = job.ahead.map_or_else(|| read(runner, item), Ok);
    let Read { script, name, checksum } = match found {
        Ok(read) => read,
        Err(failure) => {
            held.wait_and_tell(runner, scripts, control).await?;
            return finish_failed(runner, item, *failure).await.map(|()| One::default());
        }
    };
    runner
        .emit(WindowEvent::MigrationStarted {
            name: item.name.clone(),
            index: job.index,
            at: started,
            statements: item.statements,
            backend_pid: Some(job.backend_pid),
        })
        .await?;
    let facts = facts(runner, item);
    let (teller, mut told) = mpsc::channel(EVENTS);
    let environment = runner.environment.name.clone();
    let direction = direction_of(runner);
    let script_run = ScriptRun {
        environment: environment.as_str(),
        name: &name,
        direction,
        script: &script,
        checksum,
        facts: &facts,
    };
    let mut ahead = None;
    let ended = {
        let run = async {
            match job.next {
                Some(_) => scripts.run_before_next(job.grant, script_run, &teller, control).await,
                None => scripts.run(job.grant, script_run, &teller, control).await,
            }
        };
        let mut running = std::pin::pin!(run);
        let mut on_disk = std::pin::pin!(held.wait_meanwhile());
        let mut are_on_disk = false;
        loop {
            tokio::select! {
                biased;
                Some(event) = told.recv() => {
                    let commits = matches!(event, run::RunEvent::Recorded);
                    tell(runner, event).await?;
                    if commits {
                        // The commit goes out first; while the server waits for its disk, there is time.
                        tokio::task::yield_now().await;
                        ahead = job.next.and_then(|next| read_ahead(runner, next));
                    }
                }
                ended = &mut running => break ended,
                () = &mut on_disk, if !are_on_disk => {
                    are_on_disk = true;
                    held.tell(runner).await?;
                }
            }
        }
    };
    while let Ok(event) = told.try_recv() {
        tell(runner, event).await?;
    }
    match ended {
        Ok(done) => {
            let outcome = MigrationOutcome::Done {
                elapsed_us: u64::try_from(done.execution_time.as_micros()).unwrap_or(u64::MAX),
                statements: u32::try_from(done.statements).unwrap_or(u32::MAX),
            };
            held.push(item, outcome);
            if done.on_disk {
                held.tell(runner).await?;
            }
            let may_have_unlocked = script.source().to_ascii_lowercase().contains("pg_advisory_unlock");
            Ok(One { may_have_unlocked, ahead })
        }
        Err(error) => {
            let earlier = held.wait_and_tell(runner, scripts, control).await;
            let ended = after_error(runner, item, job.backend_pid, error, control).await;
            earlier?;
            ended.map(|()| One::default())
        }
    }
}

async fn tell(runner: &mut Runner, event: run::RunEvent) -> Result<(), Halt> {
    if let Some(event) = translate::of_run(event) {
        runner.emit(event).await?;
    }
    Ok(())
}

/// Makes sure that a script which spoke of advisory locks has left the operator's lock alone.
async fn still_ours(lock: &OperatorLock, observer: &Connection, item: &PlanItem) -> Result<(), Halt> {
    let held = lock.is_held(observer).await.map_err(|error| Failure::plain(error.to_string()))?;
    if held {
        return Ok(());
    }
    let message =
        format!("{} released every advisory lock of its session, and with them the operator's lock.", item.name);
    let advice = "It is done and recorded. Go on with the rest: the lock is taken again first, if nobody else has it.";
    Err(Failure { aftermath: Some(Aftermath::Committed), ..Failure::plain(message).advising(advice) }.into())
}

/// Finds out what is true after an error, and tells it.
async fn after_error(
    runner: &mut Runner,
    item: &PlanItem,
    backend_pid: i32,
    mut error: RunError,
    control: &Control,
) -> Result<(), Halt> {
    if error.state == DatabaseState::Unknown {
        let line = "The connection was lost while the server was committing; asking it what became of that.".to_owned();
        runner.emit(WindowEvent::Output { line }).await?;
        error.state = settle(runner, item, backend_pid, control).await;
    }
    let aftermath = translate::of_state(error.state);
    match (&error.kind, &aftermath) {
        (RunErrorKind::Stopped | RunErrorKind::Cancelled, _) => {
            finish(runner, item, MigrationOutcome::Stopped { aftermath: aftermath.clone() }).await?;
            let total = runner.state().migrations.len();
            Err(Halt::Stopped(so_far(runner, total, &format!("stopped in {}: {}", item.name, aftermath.words()))))
        }
        (_, Aftermath::Committed) => {
            finish(runner, item, MigrationOutcome::AlreadyDone).await?;
            Err(translate::of_run_error(&error)
                .advising("It is done. Go on with the rest when the server is back.")
                .into())
        }
        _ => finish_failed(runner, item, translate::of_run_error(&error)).await,
    }
}

/// Asks the server, over a new connection, what became of a script whose end was not heard. Waits until the server
/// process that ran it is gone, and for a lost server for a minute.
pub(super) async fn settle(runner: &Runner, item: &PlanItem, backend_pid: i32, control: &Control) -> DatabaseState {
    let Ok(Read { script, name, checksum }) = read(runner, item) else { return DatabaseState::Unknown };
    let facts = facts(runner, item);
    let table = runner.context.history_table();
    let environment = runner.environment.name.as_str();
    let direction = direction_of(runner);
    let run = ScriptRun { environment, name: &name, direction, script: &script, checksum, facts: &facts };
    let deadline = tokio::time::Instant::now() + SEARCH;
    let search = async {
        while tokio::time::Instant::now() < deadline {
            if let Ok(connection) = runner.connect(Purpose::Observer).await
                && let Ok(state) = run::verify_outcome(&connection, &table, &run, backend_pid).await
                && state != DatabaseState::Unknown
            {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        DatabaseState::Unknown
    };
    // The search only reads, on a session of its own, so it can be dropped at any point.
    tokio::select! {
        state = search => state,
        () = control.cancel_now.cancelled() => DatabaseState::Unknown,
    }
}

fn direction_of(runner: &Runner) -> run::Direction {
    match runner.state().opened.plan.direction {
        Direction::Apply => run::Direction::Up,
        Direction::Rollback => run::Direction::Down,
    }
}

/// Reads a file ahead of its turn. What is wrong with it is told when its turn comes.
fn read_ahead(runner: &Runner, item: &PlanItem) -> Option<Read> {
    let is_short = std::fs::metadata(&item.file).is_ok_and(|file| file.len() <= READ_AHEAD);
    if is_short { read(runner, item).ok() } else { None }
}

fn read(runner: &Runner, item: &PlanItem) -> Result<Read, Box<Failure>> {
    let path = std::path::PathBuf::from(&item.file);
    let bytes = std::fs::read(&path)
        .map_err(|error| Failure::plain(format!("{} cannot be read: {error}.", item.file)).boxed())?;
    if Checksum::of(&bytes).to_string() != item.checksum {
        return Err(Failure {
            aftermath: Some(Aftermath::Unchanged),
            ..Failure::plain(format!("{} was changed after the plan was confirmed, so it was not run.", item.file))
        }
        .advising("Close this window and open another one: what runs must be what was confirmed.")
        .boxed());
    }
    let script = planning::parse(&path, &bytes, &runner.context.layout())
        .map_err(|error| translate::of_script_error(&error).boxed())?;
    let damaged = || Failure::plain(format!("the plan's record of {} cannot be read", item.name)).boxed();
    let name = item.name.parse().map_err(|_| damaged())?;
    let checksum = item.recorded_checksum.parse().map_err(|_| damaged())?;
    Ok(Read { script, name, checksum })
}

fn facts(runner: &Runner, item: &PlanItem) -> RunFacts {
    let state = runner.state();
    let opened = &state.opened;
    RunFacts {
        ticket: item.ticket.clone(),
        author: item.author.clone(),
        release: item.release.clone(),
        operator: Some(runner.context.operator.name.clone()),
        host: Some(runner.context.operator.host.clone()),
        window: Some(opened.id.to_string()),
        commit: opened.commit.clone(),
        backup: state.backup.as_ref().map(|backup| backup.id.clone()),
        reason: opened.plan.reason.clone(),
    }
}

async fn finish(runner: &mut Runner, item: &PlanItem, outcome: MigrationOutcome) -> Result<(), Halt> {
    let event = WindowEvent::MigrationFinished { name: item.name.clone(), outcome, at: Timestamp::now() };
    Ok(runner.emit(event).await?)
}

async fn finish_failed(runner: &mut Runner, item: &PlanItem, failure: Failure) -> Result<(), Halt> {
    finish(runner, item, MigrationOutcome::Failed { failure: Box::new(failure.clone()) }).await?;
    Err(failure.into())
}

fn so_far(runner: &Runner, total: usize, what: &str) -> String {
    let direction = runner.state().opened.plan.direction;
    format!("{} of {} {}; {what}", runner.state().done().count(), count(total), direction.done())
}

/// A number of migrations, in words.
pub(super) fn count(number: usize) -> String {
    if number == 1 { "1 migration".to_owned() } else { format!("{number} migrations") }
}
