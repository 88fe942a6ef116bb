//! A database with a history, and scripts that run in it.

use std::path::Path;
use std::sync::Arc;

use tidegate::config::{Access, Policy, Target, Tier};
use tidegate::migration::checksum::Checksum;
use tidegate::migration::name::MigrationName;
use tidegate::migration::script::{Script, ScriptOptions};
use tidegate::postgres::grant::{Gate, GateKind, GateList, WriteGrant};
use tidegate::postgres::history::{self, HistoryRow, HistoryTable};
use tidegate::postgres::run::{Control, Direction, RunError, RunEvent, RunFacts, RunOutcome, ScriptRun, ScriptSession};
use tidegate::postgres::{Connection, SessionOptions};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{PATIENCE, Server, TestDatabase};

/// The name of the environment that every grant here is for.
pub const ENVIRONMENT: &str = "test";

/// A database with a history table, and how scripts run in it.
pub struct Ground {
    pub database: TestDatabase,
    pub table: HistoryTable,
    pub policy: Policy,
    pub facts: RunFacts,
    /// Where scripts connect, if not as the superuser.
    pub target: Target,
    /// Whether a second session looks on.
    pub observed: bool,
}

/// A script to run.
#[derive(Clone)]
pub struct Piece {
    pub direction: Direction,
    pub name: String,
    pub text: Arc<str>,
}

/// Applies a migration with this text.
pub fn up(name: &str, text: &str) -> Piece {
    Piece { direction: Direction::Up, name: name.to_owned(), text: text.into() }
}

/// Rolls a migration back with this text.
pub fn down(name: &str, text: &str) -> Piece {
    Piece { direction: Direction::Down, name: name.to_owned(), text: text.into() }
}

/// Leave to write, as a test that confirms everything has it.
pub fn grant() -> WriteGrant {
    let confirmed = Gate::met(GateKind::Confirmed, "by the test");
    GateList::new(ENVIRONMENT, Access::ReadWrite, "plan", vec![confirmed]).grant().expect("all gates are met")
}

impl Ground {
    /// In a database of the shared server.
    pub async fn new() -> Self {
        Self::on(Server::shared()).await
    }

    /// In a database of this server.
    pub async fn on(server: &Server) -> Self {
        Self::in_database(server.fresh_database(), HistoryTable::default()).await
    }

    /// In this database, with this history table.
    pub async fn in_database(database: TestDatabase, table: HistoryTable) -> Self {
        let ground = Self::bare(database, table);
        let connection = ground.database.connect().await;
        history::create(&connection, &grant(), &ground.table, None).await.expect("the history can be created");
        ground
    }

    /// In this database, which has no history yet.
    pub fn bare(database: TestDatabase, table: HistoryTable) -> Self {
        let facts = RunFacts {
            ticket: Some("SCOUT-1".to_owned()),
            author: Some("ana".to_owned()),
            operator: Some("ben".to_owned()),
            window: Some("w-1".to_owned()),
            ..RunFacts::default()
        };
        let target = database.target();
        let policy = Policy::of_tier(Tier::Development);
        Self { database, table, policy, facts, target, observed: true }
    }

    /// Tidegate's own schema, too.
    pub async fn with_store(self) -> Self {
        let connection = self.database.connect().await;
        tidegate::postgres::store::create(&connection, &grant(), None).await.expect("the store can be created");
        self
    }

    /// Starts scripts, one after the other on one session, and stops at the first that fails.
    pub fn start(&self, pieces: &[Piece]) -> Job {
        let (sender, events) = mpsc::channel(1024);
        let control = Control::new();
        let (pieces, control_there) = (pieces.to_vec(), control.clone());
        let (target, table, policy) = (self.target.clone(), self.table.clone(), self.policy.clone());
        let (facts, observed) = (self.facts.clone(), self.observed);
        let ended = tokio::spawn(async move {
            let open = async |name: &str| {
                let opened = Connection::open(&target, &SessionOptions::named(name)).await;
                opened.unwrap_or_else(|error| panic!("{error}"))
            };
            let mut connection = open("window ben w-1").await;
            let observer = if observed { Some(open("observer ben").await) } else { None };
            let mut session = ScriptSession::open(&mut connection, observer.as_ref(), &table, &policy).await?;
            let mut outcomes = Vec::new();
            for piece in &pieces {
                outcomes.push(piece.run(&mut session, &table, &facts, &sender, &control_there).await?);
            }
            Ok(outcomes)
        });
        Job { events, control, seen: Vec::new(), ended }
    }

    /// A session on which several scripts can be run under the test's own eyes.
    pub async fn session<'c>(&self, connection: &'c mut Connection) -> Result<ScriptSession<'c>, RunError> {
        ScriptSession::open(connection, None, &self.table, &self.policy).await
    }

    /// Runs a script on such a session.
    pub async fn run_on(
        &self,
        session: &mut ScriptSession<'_>,
        piece: &Piece,
        events: &mpsc::Sender<RunEvent>,
        control: &Control,
    ) -> Result<RunOutcome, RunError> {
        piece.run(session, &self.table, &self.facts, events, control).await
    }

    /// Runs a script on such a session that another one follows.
    pub async fn run_before_next_on(
        &self,
        session: &mut ScriptSession<'_>,
        piece: &Piece,
        events: &mpsc::Sender<RunEvent>,
    ) -> RunOutcome {
        let (name, script, checksum) = piece.read(&self.table);
        let (environment, direction) = (ENVIRONMENT, piece.direction);
        let run = ScriptRun { environment, name: &name, direction, script: &script, checksum, facts: &self.facts };
        let ran = session.run_before_next(&grant(), run, events, &Control::new()).await;
        ran.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs scripts to their end.
    pub async fn run_all(&self, pieces: &[Piece]) -> Result<Vec<RunOutcome>, RunError> {
        self.start(pieces).end().await.0
    }

    /// Runs one script to its end.
    pub async fn run(&self, piece: Piece) -> Result<RunOutcome, RunError> {
        Ok(self.run_all(&[piece]).await?.remove(0))
    }

    /// Runs one script that must fail.
    pub async fn fail(&self, piece: Piece) -> RunError {
        match self.run(piece).await {
            Ok(outcome) => panic!("it succeeded: {outcome:?}"),
            Err(error) => error,
        }
    }

    /// The history as Tidegate reads it.
    pub async fn history(&self) -> Vec<HistoryRow> {
        let connection = self.database.connect().await;
        history::read(&connection, &self.table).await.expect("the history can be read")
    }

    /// Whether there is a relation of this name.
    pub fn has(&self, relation: &str) -> bool {
        self.database.value(&format!("SELECT to_regclass('{relation}') IS NOT NULL")) == "t"
    }
}

impl Piece {
    async fn run(
        &self,
        session: &mut ScriptSession<'_>,
        table: &HistoryTable,
        facts: &RunFacts,
        events: &mpsc::Sender<RunEvent>,
        control: &Control,
    ) -> Result<RunOutcome, RunError> {
        let (name, script, checksum) = self.read(table);
        let (environment, direction) = (ENVIRONMENT, self.direction);
        let run = ScriptRun { environment, name: &name, direction, script: &script, checksum, facts };
        session.run(&grant(), run, events, control).await
    }

    /// The script as the engine takes it.
    pub fn read(&self, table: &HistoryTable) -> (MigrationName, Script, Checksum) {
        let name: MigrationName = self.name.parse().unwrap_or_else(|error| panic!("{error}"));
        let file = match self.direction {
            Direction::Up => name.up_file_name(),
            Direction::Down => name.down_file_name(),
        };
        let options = ScriptOptions { history_table: table.clone() };
        let script = Script::parse(Path::new(&file), self.text.as_bytes(), &options);
        let script = script.unwrap_or_else(|error| panic!("{error}"));
        (name, script, Checksum::of(self.text.as_bytes()))
    }
}

/// Scripts that are running.
pub struct Job {
    events: mpsc::Receiver<RunEvent>,
    pub control: Control,
    seen: Vec<RunEvent>,
    ended: JoinHandle<Result<Vec<RunOutcome>, RunError>>,
}

impl Job {
    /// Waits for an event.
    pub async fn wait_for(&mut self, what: &str, is_it: impl Fn(&RunEvent) -> bool) -> RunEvent {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let event = tokio::time::timeout_at(deadline, self.events.recv()).await;
            let Ok(Some(event)) = event else { panic!("waited in vain for {what}; seen: {:#?}", self.seen) };
            self.seen.push(event.clone());
            if is_it(&event) {
                return event;
            }
        }
    }

    /// Waits until a statement (from 0) runs.
    pub async fn wait_for_statement(&mut self, wanted: usize) {
        let is_it = |event: &RunEvent| matches!(event, RunEvent::StatementStarted { index, .. } if *index == wanted);
        self.wait_for(&format!("statement {wanted}"), is_it).await;
    }

    /// Waits for the end; what it was, and all events.
    pub async fn end(mut self) -> (Result<Vec<RunOutcome>, RunError>, Vec<RunEvent>) {
        while let Some(event) = self.events.recv().await {
            self.seen.push(event);
        }
        (self.ended.await.expect("the run does not panic"), self.seen)
    }
}
