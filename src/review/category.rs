//! What kind of change a statement is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::deed::{Block, Deed, TableChange, Thing};

/// The kinds of change that the governance document tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Tables, columns, types, functions, views.
    Schema,
    /// Rows.
    Data,
    /// Indexes and statistics.
    Performance,
    /// Policies, grants, roles.
    Security,
}

impl Category {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Data => "data",
            Self::Performance => "performance",
            Self::Security => "security",
        }
    }

    /// What kind of change a statement is; none for one that only begins, ends or sets something for others.
    pub fn of(deed: &Deed) -> Option<Self> {
        Some(match deed {
            Deed::CreateIndex(_) | Deed::Maintain(_) => Self::Performance,
            Deed::Create(made) if made.thing == Thing::Other("statistics") => Self::Performance,
            Deed::Drop(drop) if matches!(drop.thing, Thing::Index | Thing::Other("statistics")) => Self::Performance,
            Deed::CreatePolicy(_) | Deed::AlterPolicy(_) | Deed::Grant(_) | Deed::AlterViewInvoker(..) => {
                Self::Security
            }
            Deed::Create(made) if made.thing == Thing::Role => Self::Security,
            Deed::Drop(drop) if matches!(drop.thing, Thing::Policy | Thing::Role) => Self::Security,
            Deed::CreateRoutine(routine) if routine.definer => Self::Security,
            Deed::AlterRoutine(change) if change.definer.is_some() || change.pinned.is_some() => Self::Security,
            Deed::AlterTable(_, changes)
                if !changes.is_empty()
                    && (changes.iter().all(|one| matches!(one, TableChange::EnableRls | TableChange::DisableRls))
                        || changes.iter().any(|one| matches!(one, TableChange::Invoker(_)))) =>
            {
                Self::Security
            }
            Deed::Write(_) | Deed::Truncate(_) | Deed::Do(Block::Opaque) | Deed::Select => Self::Data,
            Deed::Do(Block::Read) | Deed::Begin | Deed::End | Deed::Session | Deed::Lock(_) | Deed::Other => {
                return None;
            }
            _ => Self::Schema,
        })
    }
}

impl fmt::Display for Category {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}
