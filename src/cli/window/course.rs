//! Which way a window takes that nobody sits before. Pure.

use crate::cli::Exit;
use crate::window::event::{Aftermath, Failure, MigrationOutcome, StepOutcome};
use crate::window::runner::Waiver;
use crate::window::state::{MigrationState, WindowState};
use crate::window::step::Step;

/// What the operator said beforehand.
#[derive(Debug, Clone, Default)]
pub struct Course {
    /// What the confirmation of the step that writes is answered with.
    pub answer: String,
    /// The steps to pass over, where they may be passed over.
    pub skips: Vec<Step>,
    /// The gates to let pass.
    pub waivers: Vec<Waiver>,
    /// Whether the window is only reported as it stands and closed.
    pub only_close: bool,
}

/// What comes next in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Run this step.
    Run(Step),
    /// Pass this step over.
    Skip(Step),
    /// Close the window: it is done, or nothing of it was begun.
    Close,
    /// Leave it open, to be resumed.
    Leave,
}

/// How a window came out.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Everything of the plan was done.
    Done,
    /// Something went wrong.
    Failed(Box<Failure>),
    /// A gate refused, or another operator has the environment.
    Refused(Box<Failure>),
    /// The operator stopped it; where it was, in one line.
    Stopped(String),
    /// Whether the last script was committed could not be found out.
    Unknown(Box<Failure>),
}

impl Verdict {
    /// What a step's end means for the window; none where it may go on.
    pub fn of(outcome: &StepOutcome, state: &WindowState) -> Option<Verdict> {
        Some(match outcome {
            StepOutcome::Done { .. } | StepOutcome::Skipped { .. } => return None,
            StepOutcome::Stopped { summary } if is_unknown(state) => {
                Verdict::Unknown(Box::new(Failure::plain(summary.clone())))
            }
            StepOutcome::Stopped { summary } => Verdict::Stopped(summary.clone()),
            StepOutcome::Failed { failure } if failure.aftermath == Some(Aftermath::Unknown) => {
                Verdict::Unknown(failure.clone())
            }
            StepOutcome::Failed { failure } if failure.refused => Verdict::Refused(failure.clone()),
            StepOutcome::Failed { failure } => Verdict::Failed(failure.clone()),
        })
    }

    /// What it means that a window ended by itself, with why.
    pub fn of_trouble(why: String, state: Option<&WindowState>) -> Verdict {
        let failure = Box::new(Failure::plain(why));
        if state.is_some_and(is_unknown) { Verdict::Unknown(failure) } else { Verdict::Failed(failure) }
    }

    /// The exit status that says so.
    pub fn exit(&self) -> Exit {
        match self {
            Verdict::Done => Exit::Done,
            Verdict::Failed(_) => Exit::Failed,
            Verdict::Refused(_) | Verdict::Stopped(_) => Exit::Refused,
            Verdict::Unknown(_) => Exit::Unknown,
        }
    }

    /// One word: `done`, `failed`, `refused`, `stopped` or `unknown`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Done => "done",
            Verdict::Failed(_) => "failed",
            Verdict::Refused(_) => "refused",
            Verdict::Stopped(_) => "stopped",
            Verdict::Unknown(_) => "unknown",
        }
    }

    /// Why it is not done.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Verdict::Failed(failure) | Verdict::Refused(failure) | Verdict::Unknown(failure) => Some(failure),
            Verdict::Done | Verdict::Stopped(_) => None,
        }
    }
}

/// What comes next. `verdict` is what stands in the way of going on; `reported` says whether the report tells all that
/// has happened.
///
/// A window that was left off after something was begun is reported as it stands and stays open, so that it can be
/// resumed; one in which nothing was begun is closed, since another one can take its place.
pub fn turn(state: &WindowState, course: &Course, verdict: Option<&Verdict>, reported: bool) -> Turn {
    if course.only_close {
        return if reported { Turn::Close } else { Turn::Run(Step::Report) };
    }
    if verdict.is_some() {
        return match (is_begun(state), reported) {
            (false, _) => Turn::Close,
            (true, false) => Turn::Run(Step::Report),
            (true, true) => Turn::Leave,
        };
    }
    match state.current() {
        None if reported => Turn::Close,
        None => Turn::Run(Step::Report),
        Some(step) if course.skips.contains(&step) && state.may_skip(step) => Turn::Skip(step),
        Some(step) => Turn::Run(step),
    }
}

/// Whether the window has something to show for itself: a backup, or a migration that was at least begun.
fn is_begun(state: &WindowState) -> bool {
    let waiting = |record: &crate::window::state::MigrationRecord| record.state == MigrationState::Waiting;
    state.backup.is_some() || !state.migrations.iter().all(waiting)
}

/// Whether it is open what became of a migration of the window.
fn is_unknown(state: &WindowState) -> bool {
    state.migrations.iter().any(|record| match &record.state {
        MigrationState::Running { .. } | MigrationState::CutOff => true,
        MigrationState::Ended { outcome: MigrationOutcome::Stopped { aftermath }, .. } => {
            *aftermath == Aftermath::Unknown
        }
        MigrationState::Waiting | MigrationState::Ended { .. } => false,
    })
}
