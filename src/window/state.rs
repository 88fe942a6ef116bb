//! The state of a window: what folding its events yields, and what an operator can do next.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use crate::postgres::checks::CatalogFaults;

use super::event::{
    Approver, BackupNeed, BackupTaken, Check, Failure, MigrationOutcome, Obstacle, Opened, Operator, Proved,
    StepOutcome, WindowEvent,
};
use super::step::{Direction, Step};

/// How many lines of hook output and notices a window keeps in memory.
const OUTPUT_LINES: usize = 2_000;

/// Where a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// It is not part of this window, and why.
    NotPlanned(&'static str),
    /// It runs.
    Running {
        /// Since when.
        since: Timestamp,
    },
    /// The console that ran it was gone before it ended.
    CutOff,
    /// It ended.
    Ended {
        /// How.
        outcome: StepOutcome,
        /// When it began.
        started: Timestamp,
        /// When it ended.
        ended: Timestamp,
    },
}

impl StepState {
    /// Whether the window may go on to the next step.
    pub fn lets_pass(&self) -> bool {
        matches!(
            self,
            StepState::NotPlanned(_)
                | StepState::Ended { outcome: StepOutcome::Done { .. } | StepOutcome::Skipped { .. }, .. }
        )
    }
}

/// A step and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// Which step.
    pub step: Step,
    /// Where it is.
    pub state: StepState,
    /// How it was confirmed, where it had to be.
    pub confirmed: Option<String>,
    /// The checks it made, in order.
    pub checks: Vec<Check>,
}

/// Where a migration of the plan is.
#[derive(Debug, Clone, PartialEq)]
pub enum MigrationState {
    /// Its turn has not come.
    Waiting,
    /// It runs.
    Running {
        /// Since when.
        since: Timestamp,
    },
    /// The console that ran it was gone before it ended, and the server has not been asked yet.
    CutOff,
    /// It ended.
    Ended {
        /// How.
        outcome: MigrationOutcome,
        /// When.
        at: Timestamp,
    },
}

impl MigrationState {
    /// Whether the environment has it as the plan wants it.
    pub fn is_done(&self) -> bool {
        matches!(
            self,
            MigrationState::Ended { outcome: MigrationOutcome::Done { .. } | MigrationOutcome::AlreadyDone, .. }
        )
    }
}

/// A migration of the plan and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationRecord {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub state: MigrationState,
    /// What the server said while it ran: severity and message.
    pub notices: Vec<(String, String)>,
    /// The server process that ran it last.
    pub backend_pid: Option<i32>,
    /// The approvals that let it pass, where any were demanded.
    pub approvals: Vec<Approver>,
    /// What of its checklist rules have proved, where it was approved.
    pub proved: Vec<Proved>,
}

/// What moves on the screen while something runs; none of it is journalled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    /// Where in the plan the running migration stands, from 0.
    pub migration: Option<usize>,
    /// The running statement: its number from 0, its line, and what it is.
    pub statement: Option<(u32, u32, String)>,
    /// Statements of the running migration that ended, and of how many.
    pub statements: (u32, u32),
    /// Who holds what the running statement wants.
    pub waiting: Vec<Obstacle>,
    /// Who waits for us.
    pub blocking: Vec<Obstacle>,
    /// Which retry comes next, of how many, and why.
    pub retrying: Option<(u32, u32, String)>,
    /// What the backup does, tables done, tables in all, bytes.
    pub backup: Option<(String, u32, u32, u64)>,
}

/// The state of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowState {
    /// How it began.
    pub opened: Opened,
    /// Who has run it, the last one now.
    pub operators: Vec<Operator>,
    /// Every step, in order.
    pub steps: Vec<StepRecord>,
    /// Every migration of the plan, in order.
    pub migrations: Vec<MigrationRecord>,
    /// What was wrong in the catalogs before it changed anything.
    pub before: Option<CatalogFaults>,
    /// The backup it took.
    pub backup: Option<BackupTaken>,
    /// What was found to be true when it was taken over.
    pub findings: Vec<String>,
    /// What hooks printed and the server said, latest last.
    pub output: VecDeque<OutputLine>,
    /// What moves while something runs.
    pub live: Live,
    /// The report's files.
    pub reports: Vec<String>,
    /// Whether it was closed, and complete.
    pub closed: Option<bool>,
    /// When the last event happened.
    pub last_at: Timestamp,
    /// Where in the plan each migration stands.
    places: Arc<HashMap<Box<str>, usize>>,
}

/// A line that a hook printed or the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLine {
    /// The step that ran; none while the window was being taken over.
    pub step: Option<Step>,
    /// What was said.
    pub text: String,
}

/// Something an operator can do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Start the step whose turn it is.
    Start(Step),
    /// Do a failed or stopped step again from its beginning.
    Retry(Step),
    /// Go on with the migrations where it stopped.
    Resume,
    /// Pass over a step that may be passed over.
    Skip(Step),
    /// Open a rollback of what this window has applied.
    RollBack,
    /// Close the window: nothing more will be done in it.
    Close,
    /// Leave it open and go; it can be resumed.
    Leave,
}

impl WindowState {
    /// The state right after a window was opened.
    pub fn new(opened: Opened) -> WindowState {
        let steps = Step::ALL
            .into_iter()
            .map(|step| StepRecord {
                step,
                state: not_planned(step, &opened).map_or(StepState::Waiting, StepState::NotPlanned),
                confirmed: None,
                checks: Vec::new(),
            })
            .collect();
        let migrations = opened
            .plan
            .items
            .iter()
            .map(|item| MigrationRecord {
                name: item.name.clone(),
                state: MigrationState::Waiting,
                notices: Vec::new(),
                backend_pid: None,
                approvals: Vec::new(),
                proved: Vec::new(),
            })
            .collect();
        let names = opened.plan.items.iter().enumerate();
        let places = Arc::new(names.map(|(place, item)| (item.name.as_str().into(), place)).collect());
        WindowState {
            places,
            operators: vec![opened.operator.clone()],
            last_at: opened.at,
            opened,
            steps,
            migrations,
            before: None,
            backup: None,
            findings: Vec::new(),
            output: VecDeque::new(),
            live: Live::default(),
            reports: Vec::new(),
            closed: None,
        }
    }

    /// Folds a journal. None where it does not begin with the opening of a window.
    pub fn replay(events: impl IntoIterator<Item = WindowEvent>) -> Option<WindowState> {
        let mut events = events.into_iter();
        let Some(WindowEvent::Opened(opened)) = events.next() else { return None };
        let mut state = WindowState::new(*opened);
        for event in events {
            state.fold(&event);
        }
        Some(state)
    }

    /// Takes in one event.
    pub fn fold(&mut self, event: &WindowEvent) {
        match event {
            WindowEvent::Opened(_) => {}
            WindowEvent::Resumed { operator, at, findings } => self.take_over(operator, *at, findings),
            WindowEvent::StepStarted { step, at, confirmed } => self.start_step(*step, *at, confirmed.clone()),
            WindowEvent::Checked(check) => {
                if let Some(record) = self.running_step_mut() {
                    record.checks.push(check.clone());
                }
            }
            WindowEvent::Approved { migrations } => {
                for approved in migrations {
                    if let Some(migration) = self.migration_mut(&approved.name) {
                        migration.approvals.clone_from(&approved.approvals);
                        migration.proved.clone_from(&approved.proved);
                    }
                }
            }
            WindowEvent::Surveyed { faults } => self.before = Some(faults.clone()),
            WindowEvent::Output { line } => self.print(line.clone()),
            WindowEvent::BackupProgress { doing, tables_done, tables, bytes } => {
                self.live.backup = Some((doing.clone(), *tables_done, *tables, *bytes));
            }
            WindowEvent::BackupTaken(backup) => self.backup = Some(backup.clone()),
            WindowEvent::MigrationStarted { name, index, at, statements, backend_pid } => {
                let migration = usize::try_from(*index).ok();
                self.live = Live { migration, statements: (0, *statements), ..Live::default() };
                if let Some(migration) = self.migration_mut(name) {
                    migration.state = MigrationState::Running { since: *at };
                    migration.notices.clear();
                    migration.backend_pid = *backend_pid;
                }
                self.last_at = *at;
            }
            WindowEvent::StatementStarted { index, line, summary } => {
                self.live.statement = Some((*index, *line, summary.clone()));
                self.live.retrying = None;
            }
            WindowEvent::StatementFinished { index, .. } => {
                self.live.statements.0 = index + 1;
                self.live.statement = None;
            }
            WindowEvent::Notice { severity, message, .. } => {
                self.print(format!("{severity}: {message}"));
                let running = self.live.migration.and_then(|index| self.migrations.get_mut(index));
                if let Some(migration) = running.filter(|one| matches!(one.state, MigrationState::Running { .. })) {
                    migration.notices.push((severity.clone(), message.clone()));
                }
            }
            WindowEvent::Waiting { obstacles } => self.live.waiting.clone_from(obstacles),
            WindowEvent::Blocking { waiting } => self.live.blocking.clone_from(waiting),
            WindowEvent::Retrying { attempt, of, why, .. } => {
                self.live.statements.0 = 0;
                self.live.statement = None;
                self.live.retrying = Some((*attempt, *of, why.clone()));
            }
            WindowEvent::MigrationFinished { name, outcome, at } => {
                let place = self.place_of(name);
                if let Some(migration) = place.and_then(|place| self.migrations.get_mut(place)) {
                    migration.state = MigrationState::Ended { outcome: outcome.clone(), at: *at };
                }
                // One that shared its wait for the disk may be told while a later one runs.
                if self.live.migration.is_none() || self.live.migration == place {
                    self.live = Live::default();
                }
                self.last_at = self.last_at.max(*at);
            }
            WindowEvent::StepFinished { step, outcome, at } => self.finish_step(*step, outcome, *at),
            WindowEvent::ReportWritten { paths } => self.reports.clone_from(paths),
            WindowEvent::Closed { complete, at } => {
                self.closed = Some(*complete);
                self.last_at = *at;
            }
        }
    }

    /// Where in the plan a migration stands, from 0.
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The record of a step.
    pub fn step(&self, step: Step) -> &StepRecord {
        &self.steps[step as usize]
    }

    /// The step that runs now.
    pub fn running(&self) -> Option<Step> {
        self.steps.iter().find(|record| matches!(record.state, StepState::Running { .. })).map(|record| record.step)
    }

    /// The first step that the window has not passed yet.
    pub fn current(&self) -> Option<Step> {
        self.steps.iter().find(|record| !record.state.lets_pass()).map(|record| record.step)
    }

    /// The migrations that are done, in the order of the plan.
    pub fn done(&self) -> impl Iterator<Item = &MigrationRecord> {
        self.migrations.iter().filter(|migration| migration.state.is_done())
    }

    /// The failure that stands in the way, where there is one.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.step(self.current()?).state {
            StepState::Ended { outcome: StepOutcome::Failed { failure }, .. } => Some(failure),
            _ => None,
        }
    }

    /// Whether every step of the plan was done or passed over.
    pub fn is_complete(&self) -> bool {
        self.current().is_none()
    }

    /// What the operator can do now, the most likely thing first.
    pub fn offers(&self) -> Vec<Offer> {
        if self.closed.is_some() || self.running().is_some() {
            return Vec::new();
        }
        let mut offers = Vec::new();
        if let Some(step) = self.current() {
            let begun = step == Step::Apply && self.done().next().is_some();
            offers.push(match self.step(step).state {
                StepState::Waiting => Offer::Start(step),
                _ if begun => Offer::Resume,
                _ => Offer::Retry(step),
            });
            if self.may_skip(step) {
                offers.push(Offer::Skip(step));
            }
        }
        if self.is_complete() {
            offers.push(Offer::Close);
        }
        if self.opened.plan.direction == Direction::Apply && self.done().next().is_some() {
            offers.push(Offer::RollBack);
        }
        if !self.is_complete() {
            offers.extend([Offer::Leave, Offer::Close]);
        }
        offers
    }

    /// Whether the operator may pass a step over.
    pub fn may_skip(&self, step: Step) -> bool {
        match step {
            Step::Announce => true,
            Step::Backup => self.opened.backup != BackupNeed::Required,
            Step::Validate => !matches!(self.step(step).state, StepState::Waiting),
            _ => false,
        }
    }

    fn start_step(&mut self, step: Step, at: Timestamp, confirmed: Option<String>) {
        self.live = Live::default();
        let record = &mut self.steps[step as usize];
        record.state = StepState::Running { since: at };
        record.checks.clear();
        if confirmed.is_some() {
            record.confirmed = confirmed;
        }
        self.last_at = at;
    }

    fn finish_step(&mut self, step: Step, outcome: &StepOutcome, at: Timestamp) {
        self.live = Live::default();
        let record = &mut self.steps[step as usize];
        let started = match record.state {
            StepState::Running { since } => since,
            _ => at,
        };
        record.state = StepState::Ended { outcome: outcome.clone(), started, ended: at };
        self.last_at = at;
    }

    /// Takes note that whatever was running is cut off: its console is gone.
    pub fn cut_off(&mut self) {
        for record in &mut self.steps {
            if matches!(record.state, StepState::Running { .. }) {
                record.state = StepState::CutOff;
            }
        }
        for migration in &mut self.migrations {
            if matches!(migration.state, MigrationState::Running { .. }) {
                migration.state = MigrationState::CutOff;
            }
        }
        self.live = Live::default();
    }

    fn take_over(&mut self, operator: &Operator, at: Timestamp, findings: &[String]) {
        self.cut_off();
        self.operators.push(operator.clone());
        self.findings = findings.to_vec();
        self.last_at = at;
    }

    fn running_step_mut(&mut self) -> Option<&mut StepRecord> {
        self.steps.iter_mut().find(|record| matches!(record.state, StepState::Running { .. }))
    }

    fn migration_mut(&mut self, name: &str) -> Option<&mut MigrationRecord> {
        self.place_of(name).and_then(|place| self.migrations.get_mut(place))
    }

    fn print(&mut self, text: String) {
        let line = OutputLine { step: self.running(), text };
        if self.output.len() == OUTPUT_LINES {
            self.output.pop_front();
        }
        self.output.push_back(line);
    }
}

fn not_planned(step: Step, opened: &Opened) -> Option<&'static str> {
    match step {
        Step::Rehearse | Step::Watch => Some("not yet part of a window's plan"),
        Step::Announce if !opened.has_announce_hook => Some("the environment has no announce hook"),
        Step::Backup if opened.backup == BackupNeed::Off => Some("the configuration turns it off here"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Tier;
    use crate::window::event::WindowId;
    use crate::window::plan::{Plan, PlanItem};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn item(name: &str) -> PlanItem {
        PlanItem {
            name: name.into(),
            file: format!("migrations/{name}.sql"),
            checksum: "00".into(),
            recorded_checksum: "00".into(),
            statements: 2,
            stepwise: false,
            ticket: None,
            author: None,
            description: None,
            release: None,
            dangers: vec![],
            drops: Vec::new(),
            warnings: vec![],
        }
    }

    fn opened(backup: BackupNeed, direction: Direction) -> Opened {
        Opened {
            id: WindowId::new("staging", at(0), 1),
            environment: "staging".into(),
            tier: Tier::Staging,
            location: "deployer@localhost/app".into(),
            plan: Plan {
                environment: "staging".into(),
                direction,
                reason: None,
                creates_history: false,
                creates_store: false,
                items: vec![item("20260101000000_create_a"), item("20260102000000_create_b")],
                warnings: vec![],
            },
            operator: Operator { name: "ana".into(), host: "desk".into(), process: 7 },
            at: at(0),
            commit: None,
            backup,
            has_announce_hook: false,
        }
    }

    fn do_step(state: &mut WindowState, step: Step, outcome: StepOutcome) {
        state.fold(&WindowEvent::StepStarted { step, at: at(1), confirmed: None });
        state.fold(&WindowEvent::StepFinished { step, outcome, at: at(2) });
    }

    fn done() -> StepOutcome {
        StepOutcome::Done { summary: "well".into() }
    }

    fn failed() -> StepOutcome {
        StepOutcome::Failed { failure: Box::new(Failure::plain("no")) }
    }

    #[test]
    fn a_window_walks_through_its_steps_and_passes_what_is_not_planned() {
        let mut state = WindowState::new(opened(BackupNeed::Off, Direction::Apply));
        let mut walked = Vec::new();
        while let Some(step) = state.current() {
            assert_eq!(state.offers()[0], Offer::Start(step));
            walked.push(step);
            do_step(&mut state, step, done());
        }
        assert_eq!(walked, [Step::Preflight, Step::Apply, Step::Validate, Step::Report]);
        assert!(state.is_complete());
        assert_eq!(state.offers(), [Offer::Close]);
    }

    #[test]
    fn a_required_backup_cannot_be_passed_over() {
        for (need, skippable) in [(BackupNeed::Required, false), (BackupNeed::Offered, true)] {
            let mut state = WindowState::new(opened(need, Direction::Apply));
            do_step(&mut state, Step::Preflight, done());
            assert_eq!(state.current(), Some(Step::Backup));
            assert_eq!(state.offers().contains(&Offer::Skip(Step::Backup)), skippable);
        }
    }

    #[test]
    fn a_failed_apply_offers_to_go_on_or_to_undo_what_was_done() {
        let mut state = WindowState::new(opened(BackupNeed::Off, Direction::Apply));
        do_step(&mut state, Step::Preflight, done());
        state.fold(&WindowEvent::StepStarted { step: Step::Apply, at: at(3), confirmed: Some("yes".into()) });
        assert_eq!(state.offers(), [], "nothing is offered while a step runs");
        state.fold(&WindowEvent::MigrationFinished {
            name: "20260101000000_create_a".into(),
            outcome: MigrationOutcome::Done { elapsed_us: 5, statements: 2 },
            at: at(4),
        });
        state.fold(&WindowEvent::StepFinished { step: Step::Apply, outcome: failed(), at: at(5) });
        assert_eq!(state.offers(), [Offer::Resume, Offer::RollBack, Offer::Leave, Offer::Close]);
        assert_eq!(state.failure().unwrap().message, "no");
    }

    #[test]
    fn what_a_killed_console_was_doing_is_cut_off_until_the_server_is_asked() {
        let mut state = WindowState::new(opened(BackupNeed::Off, Direction::Apply));
        do_step(&mut state, Step::Preflight, done());
        state.fold(&WindowEvent::StepStarted { step: Step::Apply, at: at(3), confirmed: None });
        state.fold(&WindowEvent::MigrationStarted {
            name: "20260101000000_create_a".into(),
            index: 0,
            at: at(3),
            statements: 2,
            backend_pid: None,
        });
        let operator = Operator { name: "ben".into(), host: "desk".into(), process: 8 };
        state.fold(&WindowEvent::Resumed { operator, at: at(60), findings: vec!["it did not take effect".into()] });
        assert_eq!(state.step(Step::Apply).state, StepState::CutOff);
        assert_eq!(state.migrations[0].state, MigrationState::CutOff);
        assert_eq!(state.operators.last().unwrap().name, "ben");
        assert_eq!(state.offers()[0], Offer::Retry(Step::Apply));
    }

    #[test]
    fn a_rollback_window_does_not_offer_to_roll_back() {
        let mut state = WindowState::new(opened(BackupNeed::Off, Direction::Rollback));
        state.fold(&WindowEvent::MigrationFinished {
            name: "20260101000000_create_a".into(),
            outcome: MigrationOutcome::AlreadyDone,
            at: at(4),
        });
        assert!(!state.offers().contains(&Offer::RollBack));
    }

    #[test]
    fn the_journal_tells_the_same_story_as_the_events() {
        let events = vec![
            WindowEvent::Opened(Box::new(opened(BackupNeed::Offered, Direction::Apply))),
            WindowEvent::StepStarted { step: Step::Preflight, at: at(1), confirmed: None },
            WindowEvent::Checked(Check {
                name: "connection".into(),
                verdict: crate::window::event::Verdict::Passed,
                detail: "15.18".into(),
                advice: None,
            }),
            WindowEvent::StepFinished { step: Step::Preflight, outcome: done(), at: at(2) },
        ];
        let written: Vec<String> = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let read = written.iter().map(|line| serde_json::from_str(line).unwrap());
        assert_eq!(WindowState::replay(read), WindowState::replay(events));
    }
}
