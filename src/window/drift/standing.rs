//! What an operator has to make of a difference, in one word.

use super::cause::{Explanation, Finding};
use crate::schema::diff::{Difference, Verdict};

/// What a difference is to an operator, what wants a look first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It does not follow from the files.
    Unexplained,
    /// Nothing is proved of it: the replay was not complete.
    Unproven,
    /// It follows from migrations that one side lacks.
    Explained,
    /// It is no drift: no migration decides it.
    Information,
    /// A rule of the configuration ignores it.
    Ignored,
}

impl Standing {
    /// Every standing, what wants a look first.
    pub const ALL: [Self; 5] = [Self::Unexplained, Self::Unproven, Self::Explained, Self::Information, Self::Ignored];

    /// The standing of a difference.
    pub fn of(difference: &Difference, explanation: Option<&Explanation>) -> Self {
        match (difference.verdict, explanation.map(|explanation| explanation.finding)) {
            (Verdict::Ignored(_), _) => Self::Ignored,
            (Verdict::Information, _) => Self::Information,
            (Verdict::Drift, Some(Finding::Explained)) => Self::Explained,
            (Verdict::Drift, Some(Finding::Unproven)) => Self::Unproven,
            (Verdict::Drift, _) => Self::Unexplained,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::Unproven => "unproven",
            Self::Explained => "explained",
            Self::Information => "information",
            Self::Ignored => "ignored",
        }
    }

    /// Whether the schemas drift apart there.
    pub fn is_drift(self) -> bool {
        matches!(self, Self::Unexplained | Self::Unproven | Self::Explained)
    }
}
