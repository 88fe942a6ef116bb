//! The counts.

use std::fmt;

use super::judge::Verdict;

/// What was counted over all pairs.
#[derive(Debug, Default)]
pub struct Tally {
    /// Pairs whose scripts do not run on this server.
    pub skipped: usize,
    /// Pairs that `pg_dump` tells apart, and how many of them were.
    pub differing: (usize, usize),
    /// Pairs that it does not tell apart, and in how many of them a difference was shown.
    pub equal: (usize, usize),
    /// Databases compared with their own restored dump, and in how many of them a difference was shown.
    pub restored: (usize, usize),
    /// Differing pairs whose draft made the dumps and the snapshots equal.
    pub converged: usize,
    /// Differences that were drafted each by itself, and how many of these drafts ended it and nothing else.
    pub singles: (usize, usize),
    /// Drafts that were taken back, and how many of them led to where they began.
    pub reverted: (usize, usize),
}

impl Tally {
    /// Counts one pair.
    pub fn add(&mut self, verdict: &Verdict) {
        if verdict.skipped.is_some() {
            self.skipped += 1;
            return;
        }
        if verdict.differs {
            self.differing.0 += 1;
            self.differing.1 += usize::from(verdict.missed.is_none());
            self.converged += usize::from(verdict.diverged.is_none());
        } else {
            self.equal.0 += 1;
            self.equal.1 += usize::from(verdict.wrong.is_some());
        }
        self.restored.0 += verdict.restored;
        self.restored.1 += verdict.unlike_restored.len();
        self.singles.0 += verdict.singles;
        self.singles.1 += verdict.singles - verdict.single_failures.len();
        self.reverted.0 += usize::from(verdict.reverted.is_some());
        self.reverted.1 += usize::from(matches!(verdict.reverted, Some(None)));
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |what: &str, some: usize, of: usize| {
            let share = if of == 0 { 100.0 } else { 100.0 * some as f64 / of as f64 };
            writeln!(formatter, "{what:<28} {some:>5} of {of:>5}  {share:>5.1} %")
        };
        line("detected", self.differing.1, self.differing.0)?;
        line("false, of equal pairs", self.equal.1, self.equal.0)?;
        line("false, of restored dumps", self.restored.1, self.restored.0)?;
        line("converged", self.converged, self.differing.0)?;
        if self.reverted.0 > 0 {
            line("reverted", self.reverted.1, self.reverted.0)?;
        }
        if self.singles.0 > 0 {
            line("converged alone", self.singles.1, self.singles.0)?;
        }
        write!(formatter, "skipped {}", self.skipped)
    }
}
