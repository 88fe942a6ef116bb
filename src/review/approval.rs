//! Which approvals a migration needs, beside the files themselves.

mod needs;
mod scan;
mod tree;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use needs::needs;

/// An approval that another person has to give before a migration may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Whatever reaches production is approved by a second person.
    Production,
    /// It touches who may see or do what: authentication, policies, roles, grants, functions that run as their owner.
    Security,
    /// It deletes data, which a retention policy may have to allow.
    Retention,
    /// It changes how data is encrypted.
    Compliance,
}

impl Approval {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Production, Self::Security, Self::Retention, Self::Compliance];

    /// Its word in the configuration, on screens and in output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Security => "security",
            Self::Retention => "retention",
            Self::Compliance => "compliance",
        }
    }

    /// The approval of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|approval| approval.word() == word)
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// That a migration needs an approval, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Which.
    pub approval: Approval,
    /// Why, in one sentence that names the object and the line.
    pub why: String,
}
