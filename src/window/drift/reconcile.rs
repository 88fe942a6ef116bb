//! The migration that would end a drift, as text: pure.
//!
//! The left side is brought to what the right one is. Statements that lose something are written as comments until
//! somebody confirms them. Nothing is ever applied from here: what is written goes through review and a window.

use std::fmt::Write as _;

use super::Comparison;
use super::cause::Finding;
use crate::migration::text::printable;
use crate::schema::ObjectId;
use crate::schema::diff::{Difference, Presence};
use crate::schema::draft::{Draft, DraftStatement, Safety, draft};

/// A migration and its rollback that end a drift.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// Which differences it ends.
    pub selection: Vec<ObjectId>,
    /// Its statements.
    pub draft: Draft,
}

impl Reconciliation {
    /// Drafts what ends every difference that counts, or the unexplained ones alone.
    pub fn of(comparison: &Comparison, only_unexplained: bool) -> Self {
        let pairs = comparison.drift.differences.iter().zip(&comparison.explanations);
        let wanted = pairs.filter_map(|(difference, explanation)| {
            let explained = explanation.as_ref()?.finding == Finding::Explained;
            (!only_unexplained || !explained).then(|| difference.id.clone())
        });
        Self::of_selection(comparison, wanted.collect())
    }

    /// Drafts what ends every difference that counts and for which nothing has to be dropped.
    pub fn keeping(comparison: &Comparison) -> Self {
        let pairs = comparison.drift.differences.iter().zip(&comparison.explanations);
        let kept = pairs.filter(|(difference, explanation)| explanation.is_some() && !drops(difference));
        Self::of_selection(comparison, kept.map(|(difference, _)| difference.id.clone()).collect())
    }

    /// Drafts what ends these differences.
    pub fn of_selection(comparison: &Comparison, selection: Vec<ObjectId>) -> Self {
        let draft = draft(&comparison.left_schema, &comparison.right_schema, &selection);
        Self { selection, draft }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.selection.is_empty()
    }

    /// Whether the migration or its rollback loses something.
    pub fn destroys(&self) -> bool {
        self.draft.up.iter().chain(&self.draft.down).any(destroys)
    }

    /// The migration's statements; those that lose something are comments unless `destructive`.
    pub fn up(&self, destructive: bool) -> String {
        body(&self.draft.up, destructive)
    }

    /// The rollback's statements.
    pub fn down(&self, destructive: bool) -> String {
        body(&self.draft.down, destructive)
    }

    /// Whether the migration holds a statement that PostgreSQL refuses inside a transaction, so that it must have none.
    pub fn up_is_stepwise(&self) -> bool {
        self.draft.up.iter().any(|statement| statement.outside_transaction)
    }

    /// The same of the rollback.
    pub fn down_is_stepwise(&self) -> bool {
        self.draft.down.iter().any(|statement| statement.outside_transaction)
    }
}

/// Whether a draft for this difference takes something away from the left side: nothing but a confirmation may do so.
pub fn drops(difference: &Difference) -> bool {
    difference.presence == Presence::OnlyLeft
}

fn destroys(statement: &DraftStatement) -> bool {
    matches!(statement.safety, Safety::Destroys(_))
}

fn body(statements: &[DraftStatement], destructive: bool) -> String {
    let mut text = String::new();
    for statement in statements {
        match &statement.safety {
            Safety::Safe => {}
            // Writing to a String cannot fail.
            Safety::Locks(why) => drop(writeln!(text, "-- {}", printable(why))),
            Safety::Destroys(what) => drop(writeln!(text, "-- DESTROYS: {}", printable(what))),
        }
        let sql = format!("{};", statement.sql.trim_end());
        if destroys(statement) && !destructive {
            for line in sql.lines() {
                let _ = writeln!(text, "-- {line}");
            }
        } else {
            text.push_str(&sql);
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_loses_something_is_a_comment_until_it_is_confirmed() {
        let statement = |sql: &str, safety| DraftStatement {
            sql: sql.to_owned(),
            objects: Vec::new(),
            safety,
            outside_transaction: false,
        };
        let statements = [
            statement("CREATE TABLE a (\n  id int\n)", Safety::Safe),
            statement("DROP TABLE\n b", Safety::Destroys("the rows of b".to_owned())),
        ];
        let careful = "CREATE TABLE a (\n  id int\n);\n\n-- DESTROYS: the rows of b\n-- DROP TABLE\n--  b;\n\n";
        assert_eq!(body(&statements, false), careful);
        assert_eq!(body(&statements, true), careful.replace("-- DROP TABLE\n--  b", "DROP TABLE\n b"));
    }
}
