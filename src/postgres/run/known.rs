//! What the session knows of the history between two runs, so that it need not ask before each.

use std::collections::HashMap;

use tokio_postgres::SimpleQueryRow;

use crate::postgres::error::PgError;
use crate::postgres::sql::Columns;

use super::RunErrorKind;

/// The rows of the history: which there are, and what makes it certain that they are still the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known(HashMap<Box<str>, Row>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    rolled_back: bool,
    /// The transaction that wrote the row (`xmin`); not known of rows that this session wrote since.
    writer: Option<u32>,
}

/// What to select from the history so that [`Known::read`] can read it.
pub(super) const COLUMNS: &str = "migration_name, rollback_applied, xmin";

impl Known {
    /// Reads what [`COLUMNS`] selects.
    pub(super) fn read(rows: &[SimpleQueryRow]) -> Result<Known, PgError> {
        let mut known = HashMap::with_capacity(rows.len());
        for row in rows {
            let mut columns = Columns::of(row);
            let name = columns.text()?.into();
            known.insert(name, Row { rolled_back: columns.truth()?, writer: columns.number()? });
        }
        Ok(Known(known))
    }

    /// Whether there is a row, and if so whether it says rolled back.
    pub(super) fn is_rolled_back(&self, name: &str) -> Option<bool> {
        self.0.get(name).map(|row| row.rolled_back)
    }

    /// Takes note of a row that this session has committed.
    pub(super) fn note(&mut self, name: &str, rolled_back: bool) {
        self.0.insert(name.into(), Row { rolled_back, writer: None });
    }

    /// Whether both know of the same rows in the same state.
    pub(super) fn says_the_same(&self, other: &Known) -> bool {
        let is_alike = |(name, row): (_, &Row)| other.0.get(name).is_some_and(|theirs| row.is_like(theirs));
        self.0.len() == other.0.len() && self.0.iter().all(is_alike)
    }

    /// What a transaction that may write the row of `own` alone has done besides; `seen` are all other rows, as the
    /// transaction sees them.
    pub(super) fn difference(&self, seen: &Known, own: &str) -> Option<RunErrorKind> {
        let expected = |recorded: &str| RunErrorKind::RecordsAnotherName {
            recorded: recorded.to_owned(),
            expected: own.to_owned(),
        };
        let new = seen.0.keys().filter(|name| !self.0.contains_key(*name)).min();
        if let Some(new) = new {
            return Some(expected(new));
        }
        let lost = self.0.keys().filter(|name| ***name != *own && !seen.0.contains_key(*name)).min();
        if let Some(lost) = lost {
            return Some(RunErrorKind::ChangesHistory(format!("it removes the row of {lost}")));
        }
        let changed = seen.0.iter().filter(|(name, row)| !self.0.get(*name).is_some_and(|before| before.is_like(row)));
        let changed = changed.map(|(name, _)| name).min()?;
        Some(RunErrorKind::ChangesHistory(format!("it changes the row of {changed}")))
    }
}

impl Row {
    fn is_like(&self, other: &Row) -> bool {
        let same_writer = self.writer.is_none() || other.writer.is_none() || self.writer == other.writer;
        self.rolled_back == other.rolled_back && same_writer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn known(rows: &[(&str, bool, Option<u32>)]) -> Known {
        let row = |&(name, rolled_back, writer): &(&str, bool, Option<u32>)| (name.into(), Row { rolled_back, writer });
        Known(rows.iter().map(row).collect())
    }

    #[rstest]
    #[case::nothing(&[("a", false, Some(1)), ("b", true, Some(2))], None)]
    #[case::new(&[("a", false, Some(1)), ("b", true, Some(2)), ("x", false, Some(9))], Some("records \"x\" instead of \"c\""))]
    #[case::lost(&[("a", false, Some(1))], Some("it removes the row of b"))]
    #[case::flag(&[("a", true, Some(1)), ("b", true, Some(2))], Some("it changes the row of a"))]
    #[case::rewritten(&[("a", false, Some(9)), ("b", true, Some(2))], Some("it changes the row of a"))]
    fn what_a_transaction_did_to_other_rows_is_found(
        #[case] seen: &[(&str, bool, Option<u32>)],
        #[case] expected: Option<&str>,
    ) {
        let before = known(&[("a", false, Some(1)), ("b", true, Some(2)), ("c", true, Some(3))]);
        let difference = before.difference(&known(seen), "c").map(|kind| kind.to_string());
        match expected {
            None => assert_eq!(difference, None),
            Some(words) => assert!(difference.as_ref().is_some_and(|said| said.contains(words)), "{difference:?}"),
        }
    }

    #[test]
    fn a_row_that_this_session_wrote_is_not_a_stranger() {
        let mut before = known(&[]);
        before.note("a", false);
        assert_eq!(before.difference(&known(&[("a", false, Some(7))]), "c"), None);
    }
}
