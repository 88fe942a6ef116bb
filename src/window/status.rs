//! What one migration is in one environment.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What one migration is in one environment, seen from the files, the history and the attempts on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The file is there, the environment has no record of it, and nothing later has been applied.
    Pending,
    /// Like pending, but a later migration has been applied already.
    OutOfOrder,
    /// On record, and the file is what was applied.
    Applied,
    /// On record, but the file has other contents than what was applied.
    Changed,
    /// On record without a checksum: whether the file is what was applied cannot be told.
    Unverified,
    /// On record as applied and then rolled back.
    RolledBack,
    /// On record as applied, but the project has no such file.
    MissingFile,
    /// The last attempt to apply it ended in an error, and nothing of it was kept.
    Failed,
    /// An attempt stopped part of the way, and what it had done so far is in the database.
    Interrupted,
}

impl Status {
    /// Every status, in the order in which summaries list them.
    pub const ALL: [Status; 9] = [
        Status::Applied,
        Status::Pending,
        Status::OutOfOrder,
        Status::Changed,
        Status::Unverified,
        Status::RolledBack,
        Status::MissingFile,
        Status::Failed,
        Status::Interrupted,
    ];

    /// The status in words, as screens and reports write it.
    pub fn words(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::OutOfOrder => "out of order",
            Status::Applied => "applied",
            Status::Changed => "changed",
            Status::Unverified => "unverified",
            Status::RolledBack => "rolled back",
            Status::MissingFile => "missing file",
            Status::Failed => "failed",
            Status::Interrupted => "interrupted",
        }
    }

    /// The status in one word, as JSON has it.
    pub fn word(self) -> &'static str {
        match self {
            Status::OutOfOrder => "out_of_order",
            Status::RolledBack => "rolled_back",
            Status::MissingFile => "missing_file",
            other => other.words(),
        }
    }

    /// One sentence for whoever meets the status for the first time.
    pub fn meaning(self) -> &'static str {
        match self {
            Status::Pending => "Not applied here yet.",
            Status::OutOfOrder => "Not applied here, although a later migration has been.",
            Status::Applied => "Applied here, and the file is what was applied.",
            Status::Changed => "Applied here, but the file has been changed since.",
            Status::Unverified => "Applied here without a checksum on record, so the file cannot be compared.",
            Status::RolledBack => "Applied here and rolled back again.",
            Status::MissingFile => "Applied here, but the project has no such file.",
            Status::Failed => "The last attempt failed; nothing of it was kept.",
            Status::Interrupted => "An attempt stopped half-way; part of it is in the database.",
        }
    }

    /// Whether applying "everything that is pending" includes it.
    ///
    /// A rolled-back migration is not included: somebody undid it for a reason, and doing it again must be asked for.
    pub fn is_pending(self) -> bool {
        matches!(self, Status::Pending | Status::OutOfOrder | Status::Failed | Status::Interrupted)
    }

    /// Whether the environment has it in effect.
    pub fn is_in_effect(self) -> bool {
        matches!(self, Status::Applied | Status::Changed | Status::Unverified | Status::MissingFile)
    }

    /// Whether somebody should look at it before a window.
    pub fn wants_attention(self) -> bool {
        matches!(
            self,
            Status::OutOfOrder | Status::Changed | Status::MissingFile | Status::Failed | Status::Interrupted
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.words())
    }
}

/// How many migrations of an environment have each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u32; Status::ALL.len()]);

impl Counts {
    /// Counts one more migration of this status.
    pub fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }

    /// How many migrations have this status.
    pub fn of(&self, status: Status) -> u32 {
        self.0[status as usize]
    }

    /// How many a window that applies everything pending would apply.
    pub fn pending(&self) -> u32 {
        Status::ALL.into_iter().filter(|status| status.is_pending()).map(|status| self.of(status)).sum()
    }

    /// The statuses that occur, with their numbers, in the order of [`Status::ALL`].
    pub fn present(&self) -> impl Iterator<Item = (Status, u32)> + '_ {
        Status::ALL.into_iter().map(|status| (status, self.of(status))).filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_keeps_statuses_apart() {
        let mut counts = Counts::default();
        for status in [Status::Pending, Status::OutOfOrder, Status::OutOfOrder, Status::RolledBack] {
            counts.add(status);
        }
        assert_eq!(counts.of(Status::OutOfOrder), 2);
        assert_eq!(counts.pending(), 3, "a rolled-back migration is not pending");
        assert_eq!(
            counts.present().collect::<Vec<_>>(),
            vec![(Status::Pending, 1), (Status::OutOfOrder, 2), (Status::RolledBack, 1)]
        );
    }

    #[test]
    fn a_status_has_one_name_in_json() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.word());
        }
    }

    #[test]
    fn every_status_is_listed_once() {
        let mut listed = Status::ALL.to_vec();
        listed.sort();
        listed.dedup();
        assert_eq!(listed.len(), 9);
    }
}
