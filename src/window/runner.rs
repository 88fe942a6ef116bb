//! Runs a window: step by step, each event first into the journal, then into the state, then to whoever looks on.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rand::RngExt;
use tokio::sync::mpsc;

use crate::config::Environment;
use crate::migration::git;
use crate::postgres::connection::Connection;
use crate::postgres::grant::GateKind;
use crate::postgres::lock::OperatorLock;
use crate::postgres::run::Control;

use super::confirmation::{Confirmation, Confirmed};
use super::context::{Context, Purpose, ReachError};
use super::event::{BackupNeed, Failure, Opened, StepOutcome, WindowEvent, WindowId};
use super::journal::{Journal, JournalError};
use super::plan::Plan;
use super::state::{Offer, WindowState};
use super::step::Step;
use super::steps;
use super::truth::StillRunning;

/// Why a window could not be opened, resumed, or go on.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Its journal refuses.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The configuration no longer has its environment.
    #[error("the configuration has no environment called {0}. Put it back, or close the window.")]
    NoEnvironment(String),
    /// The environment is read-only.
    #[error(
        "{0} is read-only in the configuration: nothing is ever written there. Change `read_only` in the configuration if that is wrong."
    )]
    ReadOnly(String),
    /// It is not this step's turn.
    #[error("{step} cannot start now: {why}.")]
    NotNow {
        /// The step.
        step: Step,
        /// Why not.
        why: &'static str,
    },
    /// The confirmation is for another step.
    #[error("the confirmation given is for {given}, not for {wanted}.")]
    NotConfirmed {
        /// What was confirmed.
        given: Step,
        /// What was to start.
        wanted: Step,
    },
}

/// How a step ended before its promise was kept.
#[derive(Debug)]
pub enum Halt {
    /// It failed.
    Failed(Box<Failure>),
    /// The operator stopped it; where it was, in one line.
    Stopped(String),
    /// The journal refuses, so nothing more may be done.
    Journal(JournalError),
}

impl From<JournalError> for Halt {
    fn from(error: JournalError) -> Halt {
        Halt::Journal(error)
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Halt {
        Halt::Failed(Box::new(failure))
    }
}

/// The window's own session with its environment, and the operator's lock that it holds.
#[derive(Debug)]
pub struct Session {
    /// The session that writes.
    pub connection: Connection,
    /// The lock it holds for as long as it lives.
    pub lock: OperatorLock,
    /// Whether Tidegate's own schema there knows of the window.
    pub noted: bool,
}

/// A gate that the operator lets pass, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Which gate.
    pub kind: GateKind,
    /// Why, in the operator's words.
    pub reason: String,
}

/// Runs one window. Only one exists for a journal at any time.
#[derive(Debug)]
pub struct Runner {
    pub(super) context: Arc<Context>,
    pub(super) environment: Environment,
    pub(super) session: Option<Session>,
    pub(super) waivers: Vec<Waiver>,
    state: WindowState,
    journal: Journal,
    sink: mpsc::Sender<WindowEvent>,
}

impl Runner {
    /// Opens a window for a plan. Nothing is said to the server yet.
    pub async fn open(
        context: Arc<Context>,
        plan: Plan,
        sink: mpsc::Sender<WindowEvent>,
    ) -> Result<Runner, WindowError> {
        let environment = environment(&context, &plan.environment)?;
        let location =
            context.target(&environment).await.map_or_else(|_| "unknown".to_owned(), |target| target.display());
        let commit = commit(&context.config.root).await;
        let now = Timestamp::now();
        let salt = rand::rng().random();
        let opened = Opened {
            id: WindowId::new(environment.name.as_str(), now, salt),
            environment: environment.name.to_string(),
            tier: environment.tier,
            location,
            operator: context.operator.clone(),
            at: now,
            commit,
            backup: BackupNeed::of(environment.policy.backup, &plan),
            has_announce_hook: environment.hooks.announce.is_some(),
            plan,
        };
        let journal = Journal::create(&context.journals(), &opened.id)?;
        let state = WindowState::new(opened.clone());
        let mut runner = Runner { context, environment, session: None, waivers: Vec::new(), state, journal, sink };
        runner.emit(WindowEvent::Opened(Box::new(opened))).await?;
        Ok(runner)
    }

    /// Takes over a window that was left behind, and finds out from the server what became of what it was doing. What
    /// the server still runs is waited for, until `control` says to wait no longer.
    pub async fn resume(
        context: Arc<Context>,
        journal: &Path,
        sink: mpsc::Sender<WindowEvent>,
        control: &Control,
    ) -> Result<Runner, WindowError> {
        let (journal, state) = Journal::reopen(journal)?;
        let environment = environment(&context, &state.opened.environment)?;
        let mut runner = Runner { context, environment, session: None, waivers: Vec::new(), state, journal, sink };
        steps::recover::take_over(&mut runner, control).await?;
        steps::report::refresh(&runner);
        Ok(runner)
    }

    /// The state of the window now.
    pub fn state(&self) -> &WindowState {
        &self.state
    }

    /// The journal's file.
    pub fn journal_path(&self) -> &Path {
        self.journal.path()
    }

    /// Lets a gate pass that may be let pass, for a reason that the report will give.
    pub fn waive(&mut self, waiver: Waiver) {
        self.waivers.retain(|one| one.kind != waiver.kind);
        self.waivers.push(waiver);
    }

    /// Runs a step whose turn it is. Its end, good or bad, is told by [`WindowEvent::StepFinished`].
    pub async fn run_step(&mut self, step: Step, confirmed: Confirmed, control: &Control) -> Result<(), WindowError> {
        self.may_start(step, &confirmed)?;
        let words = step.writes().then(|| confirmed.words().to_owned());
        self.emit(WindowEvent::StepStarted { step, at: Timestamp::now(), confirmed: words }).await?;
        let ended = match step {
            Step::Preflight => steps::preflight::run(self, control).await,
            Step::Announce => steps::announce::run(self, control).await,
            Step::Backup => steps::backup::run(self, control).await,
            Step::Apply => steps::apply::run(self, &confirmed, control).await,
            Step::Validate => steps::validate::run(self, control).await,
            Step::Report => steps::report::run(self).await,
            Step::Rehearse | Step::Watch => Ok("not part of this window".to_owned()),
        };
        let outcome = match ended {
            Ok(summary) => StepOutcome::Done { summary },
            Err(Halt::Failed(failure)) => StepOutcome::Failed { failure },
            Err(Halt::Stopped(summary)) => StepOutcome::Stopped { summary },
            Err(Halt::Journal(error)) => return Err(error.into()),
        };
        self.finish(step, outcome).await
    }

    /// Passes a step over.
    pub async fn skip(&mut self, step: Step, reason: &str) -> Result<(), WindowError> {
        if self.state.current() != Some(step) {
            return Err(WindowError::NotNow { step, why: "it is not this step's turn" });
        }
        if !self.state.may_skip(step) {
            return Err(WindowError::NotNow { step, why: "it may not be passed over" });
        }
        self.finish(step, StepOutcome::Skipped { reason: reason.to_owned() }).await
    }

    async fn finish(&mut self, step: Step, outcome: StepOutcome) -> Result<(), WindowError> {
        self.emit(WindowEvent::StepFinished { step, outcome, at: Timestamp::now() }).await?;
        steps::report::refresh(self);
        Ok(())
    }

    /// Closes the window for good and lets go of the environment.
    pub async fn close(mut self) -> Result<WindowState, WindowError> {
        self.let_go().await;
        let end = WindowEvent::Closed { complete: self.state.is_complete(), at: Timestamp::now() };
        steps::report::leave_behind(&mut self, &end).await?;
        self.emit(end).await?;
        Ok(self.state)
    }

    /// Leaves the window open, to be resumed later, and lets go of the environment.
    pub async fn leave(mut self) -> WindowState {
        self.let_go().await;
        self.state
    }

    /// Writes an event down, takes it in, and tells it.
    pub(super) async fn emit(&mut self, event: WindowEvent) -> Result<(), JournalError> {
        self.journal.record(&event)?;
        self.state.fold(&event);
        // Nobody looking on is no reason to stop in the middle of a migration.
        let _ = self.sink.send(event).await;
        Ok(())
    }

    /// The window's own session with the operator's lock, opened where there is none that still lives.
    pub(super) async fn open_session(&mut self) -> Result<&mut Session, Halt> {
        if self.session.as_ref().is_some_and(|session| session.connection.is_closed()) {
            self.session = None;
        }
        if self.session.is_none() {
            let connection = self.connect(Purpose::Window).await?;
            let lock = match OperatorLock::try_acquire(&connection).await {
                Ok(Ok(lock)) => lock,
                Ok(Err(holder)) => {
                    let ours = StillRunning::of(&self.state, Some(&holder));
                    let failure = ours.map_or_else(|| steps::held_by(&self.environment, &holder), steps::held_by_ours);
                    return Err(failure.into());
                }
                Err(error) => return Err(Failure::plain(error.to_string()).into()),
            };
            self.session = Some(Session { connection, lock, noted: false });
        }
        self.session.as_mut().ok_or_else(|| Halt::Stopped("there is no session".to_owned()))
    }

    /// Opens another session with the window's environment.
    pub(super) async fn connect(&self, purpose: Purpose) -> Result<Connection, Failure> {
        self.context.connect(&self.environment, purpose).await.map_err(|error| {
            let advice = match &error {
                ReachError::Config(_) => "Mend the configuration, then try again.",
                ReachError::Connect(_) => "Nothing was done. Try again when the server can be reached.",
            };
            Failure::plain(error.to_string()).advising(advice)
        })
    }

    async fn let_go(&mut self) {
        if let Some(session) = self.session.take()
            && let Err(error) = session.lock.release(&session.connection).await
        {
            // The lock ends with the session, which is dropped here.
            tracing::warn!(%error, "the operator's lock could not be released");
        }
    }

    fn may_start(&self, step: Step, confirmed: &Confirmed) -> Result<(), WindowError> {
        if confirmed.step() != step {
            return Err(WindowError::NotConfirmed { given: confirmed.step(), wanted: step });
        }
        if self.state.closed.is_some() {
            return Err(WindowError::NotNow { step, why: "the window is closed" });
        }
        if self.state.running().is_some() {
            return Err(WindowError::NotNow { step, why: "another step is running" });
        }
        // A report can be written again at any time; a preflight can be repeated until something was written.
        let again = match step {
            Step::Report => true,
            Step::Preflight => self.state.done().next().is_none(),
            _ => false,
        };
        if self.state.current() != Some(step) && !again {
            return Err(WindowError::NotNow { step, why: "it is not this step's turn" });
        }
        Ok(())
    }
}

/// What an operator must do before the step that an offer starts.
pub fn confirmation_for(state: &WindowState, offer: Offer) -> Option<(Step, Confirmation)> {
    let step = match offer {
        Offer::Start(step) | Offer::Retry(step) => step,
        Offer::Resume => Step::Apply,
        Offer::Skip(_) | Offer::RollBack | Offer::Close | Offer::Leave => return None,
    };
    let opened = &state.opened;
    Some((step, Confirmation::required(step, opened.plan.direction, opened.tier, &opened.environment)))
}

fn environment(context: &Context, name: &str) -> Result<Environment, WindowError> {
    let environment = context.environment(name).ok_or_else(|| WindowError::NoEnvironment(name.to_owned()))?.clone();
    if environment.access.is_read_only() {
        return Err(WindowError::ReadOnly(name.to_owned()));
    }
    Ok(environment)
}

/// The commit that the project's files are at. Asks git, and does without an answer.
async fn commit(root: &Path) -> Option<String> {
    let root = root.to_owned();
    let asked = tokio::task::spawn_blocking(move || git::commit_of(&root));
    let commit = asked.await.ok()??;
    Some(if commit.dirty { format!("{} with changes", commit.short) } else { commit.short })
}
