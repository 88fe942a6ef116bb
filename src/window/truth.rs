//! What is true of a window that was left behind, read from the history rather than remembered.

use super::board::Past;
use super::event::WindowId;
use super::plan::PlanItem;

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
