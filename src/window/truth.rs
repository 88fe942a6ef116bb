//! What is true of a window that was left behind, read from the history rather than remembered.

use super::board::Past;
use super::event::{Aftermath, MigrationOutcome, WindowId};
use super::plan::PlanItem;
use super::state::{MigrationRecord, MigrationState, WindowState};
use crate::postgres::lock::Holder;

/// What a console that is gone has left on the server: a process that may still run its script, and commit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillRunning<'a> {
    /// The migration that the process was given.
    pub migration: &'a str,
    /// The process, which still holds the operator's lock.
    pub holder: &'a Holder,
}

impl<'a> StillRunning<'a> {
    /// What of a window still runs, by who holds the operator's lock now.
    pub fn of(window: &'a WindowState, holder: Option<&'a Holder>) -> Option<StillRunning<'a>> {
        StillRunning::among(&window.migrations, holder)
    }

    fn among(migrations: &'a [MigrationRecord], holder: Option<&'a Holder>) -> Option<StillRunning<'a>> {
        let holder = holder?;
        let cut_off = migrations.iter().find(|record| {
            let unheard = match &record.state {
                MigrationState::Running { .. } | MigrationState::CutOff => true,
                MigrationState::Ended { outcome: MigrationOutcome::Stopped { aftermath }, .. } => {
                    *aftermath == Aftermath::Unknown
                }
                MigrationState::Waiting | MigrationState::Ended { .. } => false,
            };
            unheard && record.backend_pid == Some(holder.pid)
        })?;
        Some(StillRunning { migration: &cut_off.name, holder })
    }

    /// The same in words, without the migration's name.
    pub fn words(&self) -> String {
        let since = self
            .holder
            .since
            .map_or_else(String::new, |since| since.strftime(", connected since %F %T UTC").to_string());
        format!("server process {} still runs it{since}; it may yet be committed", self.holder.pid)
    }

    /// What an operator can do about it.
    pub fn advice(&self) -> String {
        format!(
            "Wait for it, or end it in the database with SELECT pg_terminate_backend({}): that rolls back what it has \
             not committed.",
            self.holder.pid
        )
    }
}

/// How a migration of a plan stands in its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is in effect.
    InEffect {
        /// Whether this window put it in effect.
        by_this_window: bool,
    },
    /// It was applied and then rolled back.
    RolledBack {
        /// Whether this window rolled it back.
        by_this_window: bool,
    },
    /// Part of it is in the database: how far it came.
    Interrupted(String),
    /// The last attempt left nothing behind: what happened.
    Failed(String),
    /// Nothing of it is there.
    NotInEffect,
}

impl Standing {
    /// How a migration stands, by the history and the attempts on record.
    pub fn of(item: &PlanItem, window: &WindowId, past: &Past) -> Standing {
        if let Some(attempt) = past.attempts.iter().find(|attempt| *attempt.name == *item.name) {
            let what = attempt.what.to_string();
            return if attempt.interrupted { Standing::Interrupted(what) } else { Standing::Failed(what) };
        }
        let Some(row) = past.rows.iter().find(|row| *row.name == *item.name) else { return Standing::NotInEffect };
        let facts = row.facts.as_ref();
        let by_this_window = facts.and_then(|facts| facts.window.as_deref()) == Some(window.as_str());
        if row.rolled_back { Standing::RolledBack { by_this_window } } else { Standing::InEffect { by_this_window } }
    }

    /// The same in a few words.
    pub fn words(&self) -> String {
        let who = |mine: bool| if mine { "by this window" } else { "not by this window" };
        match self {
            Standing::InEffect { by_this_window } => format!("applied, {}", who(*by_this_window)),
            Standing::RolledBack { by_this_window } => format!("rolled back, {}", who(*by_this_window)),
            Standing::Interrupted(what) => format!("interrupted: {what}"),
            Standing::Failed(what) => format!("failed, nothing of it was kept: {what}"),
            Standing::NotInEffect => "not applied".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::window::event::{Aftermath, MigrationOutcome};

    const PROCESS: i32 = 4711;

    fn holder(pid: i32) -> Holder {
        let since = "2026-08-15T22:00:00Z".parse().ok();
        Holder {
            pid,
            application_name: "tidegate window mira@bridge".into(),
            user: "deployer".into(),
            since,
            client: "local".into(),
        }
    }

    fn ended(outcome: MigrationOutcome) -> MigrationState {
        MigrationState::Ended { outcome, at: jiff::Timestamp::UNIX_EPOCH }
    }

    #[rstest]
    #[case::running(MigrationState::Running { since: jiff::Timestamp::UNIX_EPOCH }, PROCESS, true)]
    #[case::cut_off(MigrationState::CutOff, PROCESS, true)]
    #[case::not_known(ended(MigrationOutcome::Stopped { aftermath: Aftermath::Unknown }), PROCESS, true)]
    #[case::somebody_else(MigrationState::CutOff, 1, false)]
    #[case::ended(ended(MigrationOutcome::AlreadyDone), PROCESS, false)]
    #[case::rolled_back(ended(MigrationOutcome::Stopped { aftermath: Aftermath::RolledBack }), PROCESS, false)]
    #[case::waiting(MigrationState::Waiting, PROCESS, false)]
    fn what_was_cut_off_still_runs_while_its_process_has_the_operators_lock(
        #[case] state: MigrationState,
        #[case] holding: i32,
        #[case] expected: bool,
    ) {
        let record = MigrationRecord {
            name: "20260101000000_create_a".into(),
            state,
            notices: Vec::new(),
            backend_pid: Some(PROCESS),
            approvals: Vec::new(),
            proved: Vec::new(),
        };
        let (records, holder) = ([record], holder(holding));
        let running = StillRunning::among(&records, Some(&holder));
        assert_eq!(running.is_some(), expected);
        let Some(running) = running else { return };
        assert!(
            running.words().contains("4711 still runs it, connected since 2026-08-15 22:00:00 UTC"),
            "{}",
            running.words()
        );
        assert!(running.advice().contains("pg_terminate_backend(4711)"));
    }
}
