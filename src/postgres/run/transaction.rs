//! One attempt at a transaction: what stands before it, its statements, its record, its commit.
//!
//! Everything up to the record is sent without waiting, in a window of bounded size, and the answers are taken in
//! order: so the running statement, its time and its error are exact, and a statement costs no round trip. The commit
//! is sent only when all of it has succeeded and the operator has not asked to stop. A statement that was sent behind
//! one that failed is refused by the server (SQLSTATE 25P02), and what was sent behind a stop is cancelled and rolled
//! back.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::migration::script::{Statement, StatementKind};
use crate::postgres::error::{PgError, ServerError};
use crate::postgres::history::{self, HistoryRow};

use super::group::WITHOUT_WAITING;
use super::known::Known;
use super::line::{Answer, Line, Sent, Whose};
use super::record::{Entry, Head, Recorder, Suspicion, Tail};
use super::{DatabaseState, RunErrorKind, RunEvent, ScriptRun, guard};

/// How many messages may be under way.
const WINDOW_MESSAGES: usize = 64;
/// How many bytes of messages may be under way; a longer one goes alone.
const WINDOW_BYTES: usize = 256 * 1024;

/// What one attempt is about.
pub(super) struct Attempt<'a> {
    pub(super) recorder: &'a Recorder,
    pub(super) run: ScriptRun<'a>,
    pub(super) entry: Entry,
    pub(super) known: &'a Known,
    /// Whether what every run says is prepared in the session.
    pub(super) prepared: bool,
    /// Which statements belong to it, by their index.
    pub(super) statements: Vec<usize>,
    /// The time that was spent on the script before, outside of this transaction.
    pub(super) before: Duration,
    /// What else belongs to the transaction, after the record: our own.
    pub(super) also: Option<String>,
    /// The message that makes the session's settings afresh for the next script; it travels with the commit.
    pub(super) settings: &'a str,
    /// Whether the commit need not wait for the disk.
    pub(super) in_group: bool,
}

/// Why an attempt did not end in a commit.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: RunErrorKind,
    /// The statement that failed.
    pub(super) statement: Option<usize>,
    pub(super) state: DatabaseState,
    pub(super) cause: Cause,
}

/// What a failure means for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// It would fail again.
    Lasting,
    /// A lock, a deadlock or a conflict: it may go well another time.
    Contention,
    /// The session forgot what was prepared.
    Unprepared,
    /// The history is not as it was known to be.
    Stale,
    /// The script changed rows that it must not, unless somebody else did.
    Suspect,
}

/// A row that is committed, as it was read back.
pub(super) struct Done {
    pub(super) row: HistoryRow,
    /// Whether the session's settings were made afresh behind the commit.
    pub(super) settled: bool,
}

impl Failure {
    pub(super) fn lasting(kind: RunErrorKind, statement: Option<usize>, state: DatabaseState) -> Failure {
        Failure { kind, statement, state, cause: Cause::Lasting }
    }

    /// Puts the words of the server into those of a run. `wrap` is what a refusal by the server means here.
    pub(super) fn of(
        error: PgError,
        wrap: fn(Box<ServerError>) -> RunErrorKind,
        statement: Option<usize>,
        state: DatabaseState,
    ) -> Failure {
        match error {
            PgError::Server(error) => {
                let cause = match error.sqlstate.as_str() {
                    ServerError::LOCK_NOT_AVAILABLE | ServerError::DEADLOCK_DETECTED | SERIALIZATION_FAILURE => {
                        Cause::Contention
                    }
                    UNDEFINED_PREPARED if statement.is_none() => Cause::Unprepared,
                    _ => Cause::Lasting,
                };
                Failure { kind: wrap(error), statement, state, cause }
            }
            PgError::Cancelled(error) => Failure::lasting(wrap(error), statement, state),
            PgError::ConnectionLost(reason) => Failure::lasting(RunErrorKind::ConnectionLost(reason), statement, state),
            other => Failure::lasting(RunErrorKind::Protocol(other.to_string()), statement, state),
        }
    }

    /// The operator wanted an end.
    pub(super) fn stopped(line: &Line<'_>, state: DatabaseState) -> Failure {
        let kind = if line.is_cancelling() { RunErrorKind::Cancelled } else { RunErrorKind::Stopped };
        Failure::lasting(kind, None, state)
    }

    /// A statement that was cancelled when the operator wanted an end did not fail by itself.
    pub(super) fn by_operator(self, line: &Line<'_>) -> Failure {
        let is_cancelled = self.kind.server().is_some_and(|error| error.is(ServerError::QUERY_CANCELED));
        match is_cancelled && line.is_stopping() {
            true => Failure { statement: self.statement, ..Failure::stopped(line, self.state) },
            false => self,
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(self.kind, RunErrorKind::ConnectionLost(_))
    }
}

/// SQLSTATE `serialization_failure`.
const SERIALIZATION_FAILURE: &str = "40001";
/// SQLSTATE `invalid_sql_statement_name`: what was prepared is not there any more.
const UNDEFINED_PREPARED: &str = "26000";

/// One message of the window.
enum Message {
    /// `BEGIN`, and the beginning of the record if nothing comes between.
    Begin {
        /// The script's own `BEGIN`, where it has one.
        own: Option<usize>,
        with_head: bool,
    },
    /// The beginning of the record, where settings of the transaction come before it.
    Head,
    /// A statement of the script.
    Statement(usize),
    /// The end of the record.
    Record,
}

impl Attempt<'_> {
    /// Makes the attempt. Whatever happens, no transaction is open afterwards (unless the connection is lost).
    pub(super) async fn make(&self, line: &mut Line<'_>) -> Result<Done, Failure> {
        self.go_through(line).await.map_err(|failure| failure.by_operator(line))
    }

    async fn go_through(&self, line: &mut Line<'_>) -> Result<Done, Failure> {
        let (before, inside, after) = self.parts();
        self.run_before(line, before).await?;
        let ended = match self.run_inside(line, inside).await {
            Ok(head_and_tail) => head_and_tail,
            Err(failure) if failure.is_lost() => return Err(failure),
            Err(failure) => {
                if let Err(error) = line.tidy("ROLLBACK").await {
                    // The server rolls back a transaction whose session is gone.
                    tracing::warn!(%error, "the transaction could not be rolled back in so many words");
                }
                return Err(failure);
            }
        };
        self.commit(line, ended, after).await
    }

    /// The statements before the transaction, of it, and after it.
    fn parts(&self) -> (&[usize], &[usize], &[usize]) {
        let is = |kind: StatementKind| {
            move |index: &usize| self.run.script.statements().get(*index).is_some_and(|found| found.kind == kind)
        };
        let begin = self.statements.iter().position(is(StatementKind::Begin));
        let commit = self.statements.iter().position(is(StatementKind::Commit));
        match (begin, commit) {
            (Some(begin), Some(commit)) => {
                (&self.statements[..begin], &self.statements[begin..=commit], &self.statements[commit + 1..])
            }
            _ => (&[], &self.statements, &[]),
        }
    }

    fn statement(&self, index: usize) -> &Statement {
        &self.run.script.statements()[index]
    }

    fn text(&self, index: usize) -> &str {
        self.run.script.text(self.statement(index))
    }

    /// Runs what stands before the script's own `BEGIN`, one by one. What is not a setting may only look, and is held
    /// to that by the server.
    async fn run_before(&self, line: &mut Line<'_>, before: &[usize]) -> Result<(), Failure> {
        for &index in before {
            self.started(line, index).await;
            let started = Instant::now();
            let looks = self.statement(index).kind != StatementKind::Set;
            let answer =
                if looks { self.look(line, index).await } else { line.ask(self.text(index), Whose::Scripts).await };
            match answer {
                Ok(answer) => finished(line, index, started, &answer).await,
                Err(error) => return Err(statement_failed(error, index, DatabaseState::Unchanged)),
            }
            if line.is_stopping() {
                return Err(Failure::stopped(line, DatabaseState::Unchanged));
            }
        }
        Ok(())
    }

    /// Runs a statement in a transaction that can only read, without waiting in between.
    async fn look(&self, line: &mut Line<'_>, index: usize) -> Result<Answer, PgError> {
        let begin = line.send("BEGIN READ ONLY").await?;
        let statement = line.send(self.text(index)).await?;
        // Of a failed transaction it is a ROLLBACK; nothing could have been written either way.
        let end = line.send("COMMIT").await?;
        line.answer(begin, Whose::Ours).await.accept()?;
        let answer = line.answer(statement, Whose::Scripts).await;
        line.answer(end, Whose::Ours).await;
        answer.accept()
    }

    /// Runs the transaction up to right before its commit.
    async fn run_inside(&self, line: &mut Line<'_>, inside: &[usize]) -> Result<Tail, Failure> {
        let messages = self.messages(inside);
        let mut unsent = messages.into_iter().peekable();
        let mut under_way: VecDeque<(Message, Sent, usize)> = VecDeque::new();
        let mut bytes = 0;
        let mut head = None;
        let mut record = None;
        let mut failure: Option<Failure> = None;
        loop {
            while failure.is_none() && under_way.len() < WINDOW_MESSAGES {
                let Some(next) = unsent.peek() else { break };
                let text = self.message_text(next);
                if !under_way.is_empty() && bytes + text.len() > WINDOW_BYTES {
                    break;
                }
                match line.send(&text).await {
                    Ok(sent) => {
                        bytes += text.len();
                        under_way.extend(unsent.next().map(|message| (message, sent, text.len())));
                    }
                    Err(error) => {
                        failure = Some(Failure::of(error, RunErrorKind::Statement, None, DatabaseState::RolledBack));
                    }
                }
            }
            let Some((message, sent, length)) = under_way.pop_front() else { break };
            bytes -= length;
            if failure.is_some() {
                line.answer(sent, Whose::Scripts).await;
                continue;
            }
            let ended = self.take(line, message, sent, &mut head, &mut record).await;
            if let Err(found) = ended {
                if found.is_lost() {
                    return Err(found);
                }
                failure = Some(found);
            } else if line.is_stopping() {
                // Behind this there may be messages that were sent ahead; nothing of them will be kept.
                line.cancel_what_is_under_way();
                failure = Some(Failure::stopped(line, DatabaseState::RolledBack));
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let head = head.ok_or_else(|| protocol("the transaction has no beginning."))?;
        let answer = match record {
            Some(answer) => answer,
            None => {
                let text = self.record_text(Some(&head));
                line.ask(&text, Whose::Ours).await.map_err(record_failed)?
            }
        };
        self.prove(line, &head, &answer).await
    }

    /// What is sent up to the commit, in order.
    fn messages(&self, inside: &[usize]) -> Vec<Message> {
        let own_begin = inside.first().copied().filter(|&index| self.statement(index).kind == StatementKind::Begin);
        let statements = if own_begin.is_some() { &inside[1..inside.len() - 1] } else { inside };
        // How the transaction is to be isolated can only be said before anything has been read in it.
        let about_transaction = statements.iter().take_while(|&&index| is_about_transaction(self.text(index))).count();
        let (first, rest) = statements.split_at(about_transaction);
        let mut messages = Vec::with_capacity(inside.len() + 3);
        messages.push(Message::Begin { own: own_begin, with_head: first.is_empty() });
        messages.extend(first.iter().map(|&index| Message::Statement(index)));
        if !first.is_empty() {
            messages.push(Message::Head);
        }
        messages.extend(rest.iter().map(|&index| Message::Statement(index)));
        if self.entry == Entry::Fresh {
            messages.push(Message::Record);
        }
        messages
    }

    fn message_text(&self, message: &Message) -> Cow<'_, str> {
        match *message {
            Message::Begin { own, with_head } => {
                let begin = own.map_or("BEGIN", |index| self.text(index));
                match with_head {
                    true => format!("{begin}; {}", self.head_text()).into(),
                    false => begin.into(),
                }
            }
            Message::Head => self.head_text().into(),
            Message::Statement(index) => self.text(index).into(),
            Message::Record => self.record_text(None).into(),
        }
    }

    fn head_text(&self) -> String {
        self.recorder.begin(self.entry, self.run.name.as_str(), &self.own_roles(), self.prepared)
    }

    fn record_text(&self, head: Option<&Head>) -> String {
        let mut text = self.recorder.end(self.entry, &self.run, head, self.before, self.prepared);
        if let Some(also) = &self.also {
            text += "; ";
            text += also;
        }
        text
    }

    /// The settings of a role that the script makes before its transaction: the history is read under another one,
    /// and then they are made again.
    fn own_roles(&self) -> Vec<&str> {
        let (before, ..) = self.parts();
        let settings = before.iter().filter(|&&index| self.statement(index).kind == StatementKind::Set);
        let texts = settings.map(|&index| self.text(index));
        texts.filter(|text| names_a_role(text)).collect()
    }

    /// Takes the answer to one message.
    async fn take(
        &self,
        line: &mut Line<'_>,
        message: Message,
        sent: Sent,
        head: &mut Option<Head>,
        record: &mut Option<Answer>,
    ) -> Result<(), Failure> {
        match message {
            Message::Begin { own, with_head } => {
                if let Some(index) = own {
                    self.started(line, index).await;
                }
                let started = Instant::now();
                let answer = line.answer(sent, Whose::Ours).await.accept().map_err(record_failed)?;
                if let Some(index) = own {
                    finished(line, index, started, &Answer::default()).await;
                }
                if with_head {
                    *head = Some(self.expect_head(&answer)?);
                }
            }
            Message::Head => {
                let answer = line.answer(sent, Whose::Ours).await.accept().map_err(record_failed)?;
                *head = Some(self.expect_head(&answer)?);
            }
            Message::Statement(index) => {
                self.started(line, index).await;
                let started = Instant::now();
                let answer = line.answer(sent, Whose::Scripts).await.accept();
                let answer = answer.map_err(|error| statement_failed(error, index, DatabaseState::RolledBack))?;
                finished(line, index, started, &answer).await;
            }
            Message::Record => {
                *record = Some(line.answer(sent, Whose::Ours).await.accept().map_err(record_failed)?);
            }
        }
        Ok(())
    }

    /// Reads what the history says at the beginning, which must be what it was known to say.
    fn expect_head(&self, answer: &Answer) -> Result<Head, Failure> {
        let head = Head::read(&answer.rows).map_err(record_failed)?;
        let is_as_known = match self.entry {
            Entry::Fresh => head.row.is_none(),
            Entry::Again => head.row.is_some() && head.is_rolled_back(),
            Entry::Back => head.row.is_some() && !head.is_rolled_back(),
        };
        if is_as_known {
            return Ok(head);
        }
        let kind = RunErrorKind::NotDue("somebody else changed it meanwhile.".to_owned());
        Err(Failure { kind, statement: None, state: DatabaseState::RolledBack, cause: Cause::Stale })
    }

    /// Makes sure that the row says what it must, and that the script did nothing else to the history.
    async fn prove(&self, line: &mut Line<'_>, head: &Head, answer: &Answer) -> Result<Tail, Failure> {
        let rolled_back = |kind| Failure::lasting(kind, None, DatabaseState::RolledBack);
        let Some(tail) = Tail::read(&answer.rows).map_err(record_failed)? else {
            let why = "something on the table, a trigger or a rule, keeps rows from being written.";
            return Err(rolled_back(RunErrorKind::NotRecorded(why.to_owned())));
        };
        if let Some(difference) = self.difference(&tail.row) {
            return Err(rolled_back(RunErrorKind::NotRecorded(difference)));
        }
        match head.suspicion(self.entry, &tail, guard::expected_writes(&self.run)) {
            Suspicion::None => Ok(tail),
            Suspicion::OtherTransaction => Err(rolled_back(RunErrorKind::LeftTransaction)),
            Suspicion::Writes => {
                let question = self.recorder.others(self.run.name.as_str());
                let others = line.ask(&question, Whose::Ours).await.map_err(record_failed)?;
                let others = Known::read(&others.rows).map_err(record_failed)?;
                match self.known.difference(&others, self.run.name.as_str()) {
                    None => Ok(tail),
                    Some(kind) => {
                        let state = DatabaseState::RolledBack;
                        Err(Failure { kind, statement: None, state, cause: Cause::Suspect })
                    }
                }
            }
        }
    }

    /// What a row says otherwise than it must, if anything.
    fn difference(&self, row: &HistoryRow) -> Option<String> {
        let checksum = self.run.checksum.to_string();
        match self.entry {
            _ if *row.name != *self.run.name.as_str() => Some(format!("it is named {:?}.", row.name)),
            Entry::Back if !row.rolled_back => Some("it does not say that the migration is rolled back.".to_owned()),
            Entry::Back => None,
            _ if row.rolled_back => Some("it says that the migration is rolled back.".to_owned()),
            _ if row.checksum.as_deref() != Some(checksum.as_str()) => Some("it has another checksum.".to_owned()),
            _ => None,
        }
    }

    /// Commits, and reads the row back.
    async fn commit(&self, line: &mut Line<'_>, tail: Tail, after: &[usize]) -> Result<Done, Failure> {
        line.tell(RunEvent::Recorded).await;
        let (_, inside, _) = self.parts();
        let own = inside.last().copied().filter(|&index| self.statement(index).kind == StatementKind::Commit);
        if line.is_stopping() {
            line.tidy("ROLLBACK").await.map_err(record_failed)?;
            return Err(Failure::stopped(line, DatabaseState::RolledBack));
        }
        if let Some(index) = own {
            self.started(line, index).await;
        }
        let started = Instant::now();
        let commit = own.map_or("COMMIT", |index| self.text(index));
        let mut message = if self.in_group { format!("{WITHOUT_WAITING}; {commit}") } else { commit.to_owned() };
        message += "; ";
        message += &self.recorder.read(self.run.name.as_str(), self.prepared);
        let settles = after.is_empty();
        if settles {
            // One message less for the next script to wait for.
            message += "; ";
            message += self.settings;
        }
        // From here on, silence means that nobody knows.
        let answer = match line.send(&message).await {
            Ok(sent) => line.answer(sent, Whose::Ours).await,
            Err(error) => return Err(Failure::of(error, RunErrorKind::Commit, own, DatabaseState::RolledBack)),
        };
        let committed = answer.done > usize::from(self.in_group);
        let row = answer.rows.first().map(history::decode);
        let settled = settles && answer.error.is_none();
        match answer.error {
            Some(error) if !committed => {
                let state = match error.is_connection_lost() {
                    true => DatabaseState::Unknown,
                    false => DatabaseState::RolledBack,
                };
                return Err(Failure::of(error, RunErrorKind::Commit, own, state));
            }
            // The row was read; what failed are the settings, and whoever needs them next makes them, or says why not.
            Some(PgError::Server(_) | PgError::Cancelled(_)) if row.is_some() => {}
            Some(error) => {
                let kind = match error {
                    PgError::ConnectionLost(reason) => RunErrorKind::ConnectionLost(reason),
                    other => RunErrorKind::ReadBack(other.to_string()),
                };
                return Err(Failure::lasting(kind, None, DatabaseState::Committed));
            }
            None => {}
        }
        if let Some(index) = own {
            finished(line, index, started, &Answer::default()).await;
        }
        let row = match row {
            Some(Ok(row)) => row,
            Some(Err(error)) => return Err(read_back(error.to_string())),
            None => return Err(read_back("there is no row.".to_owned())),
        };
        if let Some(difference) = self.difference(&row) {
            return Err(read_back(difference));
        }
        if row.execution_time != tail.row.execution_time {
            return Err(read_back("it has another execution time than was written.".to_owned()));
        }
        for &index in after {
            self.started(line, index).await;
            let started = Instant::now();
            match line.ask(self.text(index), Whose::Scripts).await {
                Ok(answer) => finished(line, index, started, &answer).await,
                Err(error) => return Err(statement_failed(error, index, DatabaseState::Committed)),
            }
        }
        line.pass_notices_on().await;
        line.tell(RunEvent::Committed).await;
        Ok(Done { row, settled })
    }

    async fn started(&self, line: &Line<'_>, index: usize) {
        let statement = self.statement(index);
        let summary = self.run.script.summary(statement);
        line.tell(RunEvent::StatementStarted { index, line: statement.position.line, summary }).await;
    }
}

async fn finished(line: &Line<'_>, index: usize, started: Instant, answer: &Answer) {
    line.tell(RunEvent::StatementFinished { index, elapsed: started.elapsed(), rows: answer.affected }).await;
}

fn statement_failed(error: PgError, index: usize, state: DatabaseState) -> Failure {
    Failure::of(error, RunErrorKind::Statement, Some(index), state)
}

fn record_failed(error: PgError) -> Failure {
    Failure::of(error, RunErrorKind::Record, None, DatabaseState::RolledBack)
}

fn read_back(what: String) -> Failure {
    Failure::lasting(RunErrorKind::ReadBack(what), None, DatabaseState::Committed)
}

fn protocol(what: &str) -> Failure {
    Failure::lasting(RunErrorKind::Protocol(what.to_owned()), None, DatabaseState::RolledBack)
}

/// Whether a statement sets something about the transaction as a whole.
fn is_about_transaction(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace().map(str::to_ascii_lowercase).take(3);
    words.next().as_deref() == Some("set") && words.any(|word| word == "transaction")
}

/// Whether a setting is one of who the session acts as.
fn names_a_role(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("role") || text.contains("authorization")
}
