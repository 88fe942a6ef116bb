//! The steps of a window, in their order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One step of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Looks at everything that could spoil the window, and changes nothing.
    Preflight,
    /// Runs the environment's `announce` hook.
    Announce,
    /// Takes and verifies a backup.
    Backup,
    /// Would try the plan on a shadow. Not yet part of a window's plan.
    Rehearse,
    /// Runs the migrations, or their rollbacks, one by one.
    Apply,
    /// Checks that the database is what the plan promised.
    Validate,
    /// Would keep an eye on the environment. Not yet part of a window's plan.
    Watch,
    /// Writes down what was done.
    Report,
}

/// Whether a window applies or rolls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The migrations' own files are run.
    Apply,
    /// The migrations' `.down.sql` files are run.
    Rollback,
}

impl Direction {
    /// The direction as a verb.
    pub fn verb(self) -> &'static str {
        match self {
            Direction::Apply => "apply",
            Direction::Rollback => "roll back",
        }
    }

    /// The direction as a past participle.
    pub fn done(self) -> &'static str {
        match self {
            Direction::Apply => "applied",
            Direction::Rollback => "rolled back",
        }
    }
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Step; 8] = [
        Step::Preflight,
        Step::Announce,
        Step::Backup,
        Step::Rehearse,
        Step::Apply,
        Step::Validate,
        Step::Watch,
        Step::Report,
    ];

    /// Its name on screens.
    pub fn title(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Step::Preflight, _) => "Preflight",
            (Step::Announce, _) => "Announce",
            (Step::Backup, _) => "Backup",
            (Step::Rehearse, _) => "Rehearse",
            (Step::Apply, Direction::Apply) => "Apply",
            (Step::Apply, Direction::Rollback) => "Roll back",
            (Step::Validate, _) => "Validate",
            (Step::Watch, _) => "Watch",
            (Step::Report, _) => "Report",
        }
    }

    /// What the step will do, said before it does it.
    pub fn promise(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Step::Preflight, _) => {
                "Looks at the connection, privileges, history, files, disk space and who is busy. Changes nothing."
            }
            (Step::Announce, _) => "Runs the environment's announce hook.",
            (Step::Backup, _) => {
                "Dumps the whole database with pg_dump and verifies the archive. Only reads the server."
            }
            (Step::Rehearse, _) => "Not yet part of a window's plan.",
            (Step::Apply, Direction::Apply) => {
                "Runs each migration in order; each one's change and its history row commit together."
            }
            (Step::Apply, Direction::Rollback) => {
                "Runs each rollback, latest first; each one's change and its history row commit together."
            }
            (Step::Validate, _) => {
                "Checks history, indexes and constraints, runs validations/*.sql and the validate hook."
            }
            (Step::Watch, _) => "Not yet part of a window's plan.",
            (Step::Report, _) => "Writes the window's report as Markdown and JSON.",
        }
    }

    /// Whether this version can carry the step out. The others are shown, so that nobody believes they were done.
    pub fn is_planned(self) -> bool {
        !matches!(self, Step::Rehearse | Step::Watch)
    }

    /// Whether the step writes to the environment, and so needs a confirmation and a grant.
    pub fn writes(self) -> bool {
        matches!(self, Step::Apply)
    }

    /// The steps that this version carries out, in order.
    pub fn planned() -> impl Iterator<Item = Step> {
        Step::ALL.into_iter().filter(|step| step.is_planned())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Step::Preflight => "preflight",
            Step::Announce => "announce",
            Step::Backup => "backup",
            Step::Rehearse => "rehearse",
            Step::Apply => "apply",
            Step::Validate => "validate",
            Step::Watch => "watch",
            Step::Report => "report",
        })
    }
}
