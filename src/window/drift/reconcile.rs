//! The migration that would end a drift, as text: pure.
//!
//! The left side is brought to what the right one is. Statements that lose something are written as comments until
//! somebody confirms them. Nothing is ever applied from here: what is written goes through review and a window.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::Comparison;
use super::cause::Finding;
use super::passing::{passing_over, stumbles, takes_away};
use crate::migration::text::printable;
use crate::schema::diff::{Difference, Presence};
use crate::schema::draft::{Draft, DraftStatement, Safety, draft};
use crate::schema::{Kind, ObjectId};

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
        let mut draft = draft(&comparison.left_schema, &comparison.right_schema, &selection);
        // The right side is so already, and gets the migration as well.
        draft.up.iter_mut().for_each(|statement| statement.sql = passing_over(&statement.sql));
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

    /// The migration's statements that fail where it is so already.
    pub fn stumbling(&self) -> impl Iterator<Item = &DraftStatement> {
        let mut gone: HashSet<&ObjectId> = HashSet::new();
        self.draft.up.iter().filter(move |statement| {
            // What is made anew is taken away first, wherever it is.
            let has_room = statement.objects.iter().any(|object| gone.contains(object));
            if takes_away(&statement.sql) && !destroys(statement) {
                gone.extend(&statement.objects);
            }
            stumbles(&statement.sql) && !has_room
        })
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

/// Tables that are removed by a statement that loses their rows.
fn removed_tables(statements: &[DraftStatement]) -> Vec<&ObjectId> {
    let removals = statements.iter().filter(|statement| destroys(statement) && statement.sql.starts_with("DROP "));
    let tables = removals.filter_map(|statement| statement.objects.first().map(|table| (statement, table)));
    tables
        // One that is made anew is put aside by another name, which goes at the end.
        .filter(|(statement, table)| {
            matches!(table.kind, Kind::Table | Kind::ForeignTable) && statement.sql.ends_with(&format!(" {table}"))
        })
        .map(|(_, table)| table)
        .collect()
}

/// Whether a statement takes something from a table that is removed after it: a table that stays keeps that too.
fn is_before_removal(statement: &DraftStatement, tables: &[&ObjectId]) -> bool {
    let takes = statement.sql.starts_with("DROP ") || statement.sql.contains(" DROP ");
    let is_part = |id: &ObjectId| {
        tables.iter().any(|table| id.schema == table.schema && id.relation.as_ref() == Some(&table.name))
    };
    takes && !statement.objects.is_empty() && statement.objects.iter().all(is_part)
}

fn body(statements: &[DraftStatement], destructive: bool) -> String {
    let mut text = String::new();
    let removed = if destructive { Vec::new() } else { removed_tables(statements) };
    for statement in statements {
        match &statement.safety {
            Safety::Safe => {}
            // Writing to a String cannot fail.
            Safety::Locks(why) => drop(writeln!(text, "-- {}", printable(why))),
            Safety::Destroys(what) => drop(writeln!(text, "-- DESTROYS: {}", printable(what))),
        }
        let sql = format!("{};", statement.sql.trim_end());
        let is_before_removal = is_before_removal(statement, &removed);
        if is_before_removal {
            text.push_str("-- Only for the table that is removed below.\n");
        }
        if destroys(statement) && !destructive || is_before_removal {
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

    #[test]
    fn what_is_taken_away_first_can_be_made_anew_everywhere() {
        let key = |name: &str| ObjectId::in_schema(Kind::Table, "public", "t").part(Kind::Constraint, name);
        let statement = |sql: &str, name: &str| DraftStatement {
            sql: sql.to_owned(),
            objects: vec![key(name)],
            safety: Safety::Safe,
            outside_transaction: false,
        };
        let up = vec![
            statement("ALTER TABLE public.t DROP CONSTRAINT IF EXISTS a", "a"),
            statement("ALTER TABLE public.t ADD CONSTRAINT a CHECK ((x > 0)) NOT VALID", "a"),
            statement("ALTER TABLE public.t ADD CONSTRAINT b CHECK ((x > 0)) NOT VALID", "b"),
        ];
        let drafted = Reconciliation { selection: Vec::new(), draft: Draft { up, ..Draft::default() } };
        let stumbling: Vec<_> = drafted.stumbling().flat_map(|statement| &statement.objects).collect();
        assert_eq!(stumbling, [&key("b")]);
    }

    #[test]
    fn a_table_that_stays_until_it_is_confirmed_keeps_its_constraints() {
        let table = ObjectId::in_schema(Kind::Table, "public", "b");
        let statement = |sql: &str, id: &ObjectId, safety| DraftStatement {
            sql: sql.to_owned(),
            objects: vec![id.clone()],
            safety,
            outside_transaction: false,
        };
        let other = ObjectId::in_schema(Kind::Table, "public", "c");
        let statements = [
            statement("ALTER TABLE public.b DROP CONSTRAINT k", &table.part(Kind::Constraint, "k"), Safety::Safe),
            statement("ALTER TABLE public.c DROP CONSTRAINT k", &other.part(Kind::Constraint, "k"), Safety::Safe),
            statement("DROP TABLE public.b", &table, Safety::Destroys("its rows".to_owned())),
        ];
        let careful = "-- Only for the table that is removed below.\n-- ALTER TABLE public.b DROP CONSTRAINT k;\n\n\
            ALTER TABLE public.c DROP CONSTRAINT k;\n\n-- DESTROYS: its rows\n-- DROP TABLE public.b;\n\n";
        assert_eq!(body(&statements, false), careful);
        assert!(!body(&statements, true).contains("-- ALTER"));
    }
}
