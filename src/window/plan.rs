//! What a window is to do: which migrations, in which order, from which files.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::step::Direction;

/// What an operator wants to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Apply these.
    Apply(Selection),
    /// Roll these back.
    Rollback {
        /// Which.
        selection: Selection,
        /// Why, in the operator's words.
        reason: String,
    },
}

/// Which migrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Everything that is pending; for a rollback, everything in effect.
    All,
    /// Just these, by name.
    Only(Vec<String>),
    /// Apply up to and including this version; roll back what is later than this version.
    To(String),
    /// All migrations of this release.
    Release(String),
    /// The last so many.
    Last(u32),
}

/// One migration of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// The migration's name.
    pub name: String,
    /// The file that will be run.
    pub file: String,
    /// The SHA-256 of the file that will be run, in hex: another file than this one is not run.
    pub checksum: String,
    /// The SHA-256 of the migration's own file, which the history records. The same as `checksum` when applying.
    pub recorded_checksum: String,
    /// How many statements the file has.
    pub statements: u32,
    /// Whether some of them cannot run in a transaction, so that the file runs statement by statement.
    pub stepwise: bool,
    /// The ticket that the header names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The author that the header names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The description that the header gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The release that the header names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Statements worth a look before saying yes: what they drop, rewrite or lock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dangers: Vec<String>,
    /// What it drops with the rows that are in it, where a backup could be passed over: with one of these it cannot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drops: Vec<String>,
    /// What an operator should know about it before the window.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What a window is to do, fixed when it is drawn up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The environment's name.
    pub environment: String,
    /// Apply or roll back.
    pub direction: Direction,
    /// Why, where it is a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The migrations, in the order in which they run.
    pub items: Vec<PlanItem>,
    /// Whether the history table is missing and will be created before the first script.
    #[serde(default)]
    pub creates_history: bool,
    /// Whether the schema `tidegate` is missing, a script needs it to record its progress, and it will be created.
    #[serde(default)]
    pub creates_store: bool,
    /// What an operator should know about the plan as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl Plan {
    /// The first migration that drops something with its rows, and what, where that makes a backup required.
    pub fn dropping(&self) -> Option<(&str, &str)> {
        self.items.iter().find_map(|item| Some((item.name.as_str(), item.drops.first()?.as_str())))
    }

    /// The SHA-256 over what the plan does and to whom: what a grant to write is bound to.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        add(&self.environment);
        add(self.direction.verb());
        add(self.reason.as_deref().unwrap_or_default());
        for item in &self.items {
            add(&item.name);
            add(&item.checksum);
            add(&item.recorded_checksum);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Everything in it that destroys or rewrites, with the migration it stands in.
    pub fn dangers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.items.iter().flat_map(|item| item.dangers.iter().map(|danger| (item.name.as_str(), danger.as_str())))
    }
}
