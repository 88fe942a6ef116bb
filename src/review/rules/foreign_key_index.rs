//! A foreign key without an index on its columns.

use std::borrow::Cow;

use crate::migration::table::quote_identifier;
use crate::review::deed::{Deed, Object, TableChange};
use crate::review::finding::{Fix, Severity};
use crate::review::known::{Known, KnownIndex};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Statement;
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "foreign-key-index",
    level: Some(Severity::Warning),
    what: "a foreign key without an index on its columns",
    why: "Every DELETE and UPDATE of the table that it leads to reads this one from end to end.",
    how: "Make an index that begins with these columns.",
    link: "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK",
    examples: &[
        Example::good("CREATE TABLE d (LIKE c INCLUDING ALL); ALTER TABLE d ADD FOREIGN KEY (a) REFERENCES x (id);"),
        Example::good("CREATE TABLE c (a int REFERENCES x (id)); ALTER TABLE c RENAME a TO b; CREATE INDEX ON c (b);"),
        Example::bad("CREATE TABLE t (id bigint, u_id bigint REFERENCES u (id));"),
        Example::bad("ALTER TABLE t ADD FOREIGN KEY (u_id) REFERENCES u (id);"),
        Example::bad("ALTER TABLE t ADD COLUMN u_id bigint REFERENCES u (id); CREATE INDEX ON t (a, u_id);"),
        Example::good("CREATE TABLE t (id bigint, u_id bigint REFERENCES u (id)); CREATE INDEX ON t (u_id);"),
        Example::good("CREATE TABLE t (u_id bigint PRIMARY KEY REFERENCES u (id));"),
        Example::good("ALTER TABLE t ADD FOREIGN KEY (u_id) REFERENCES u (id);")
            .after("CREATE INDEX i ON t (u_id, a);"),
        Example::bad(
            "CREATE TABLE t (u_id bigint REFERENCES u (id), a int); CREATE INDEX ON t (u_id) WHERE a IS NOT NULL;",
        ),
        Example::good("CREATE TABLE t (u_id bigint REFERENCES u (id)); CREATE INDEX ON t (u_id DESC NULLS LAST);"),
        Example::good(
            "CREATE TABLE t (u_id bigint REFERENCES u (id)); CREATE INDEX ON t (u_id) WHERE u_id IS NOT NULL;",
        ),
        Example::good("CREATE TABLE t (\"uId\" bigint REFERENCES u (id)); CREATE INDEX ON t (\"uId\");"),
    ],
    check: Check::Known(check),
};

fn check(subject: &Subject<'_>, known: &Known, report: &mut Report) {
    for (place, statement) in subject.up.with_inner().iter().enumerate() {
        let (table, changes) = match &statement.deed {
            Deed::CreateTable(table) if !table.temporary => (&table.name, &table.parts),
            Deed::AlterTable(table, changes) => (table, changes),
            _ => continue,
        };
        let Some(known) = known.table(table) else { continue };
        // It may have indexes of the table that it is like.
        if known.like {
            continue;
        }
        for change in changes {
            let TableChange::ForeignKey { columns, range, target, .. } = change else { continue };
            let columns = &renamed(columns, table, &subject.up.with_inner()[place..]);
            let leads = |index: &&KnownIndex| {
                let first = &index.items[..columns.len().min(index.items.len())];
                first.len() == columns.len()
                    && index.predicate.as_deref().is_none_or(|predicate| lets_through(predicate, columns))
                    && columns.iter().all(|column| first.iter().any(|item| column_of(item) == *column))
            };
            if !columns.is_empty() && !known.indexes.iter().any(|index| leads(&index)) {
                let names = columns.join(", ");
                let message = format!("No index of {table} begins with {names}, the foreign key to {target}.");
                let quoted: Vec<String> = columns.iter().map(|column| quote_identifier(column)).collect();
                let index = format!("CREATE INDEX ON {table} ({});", quoted.join(", "));
                let line = subject.up.line_behind(statement, &index);
                let found = report.up(range.clone(), message).help(index);
                // It locks the table while it is built, so somebody has to look.
                if let Some((at, line)) = line {
                    found.fix(Fix::insert("add an index", at, line));
                }
            }
        }
    }
}

/// What columns are called in the end of a file.
fn renamed(columns: &[String], table: &Object, rest: &[Statement]) -> Vec<String> {
    let mut columns = columns.to_vec();
    for statement in rest {
        let Deed::AlterTable(altered, changes) = &statement.deed else { continue };
        for change in changes.iter().filter(|_| altered.is(table)) {
            let TableChange::RenameColumn(from, to) = change else { continue };
            columns.iter_mut().filter(|column| *column == from).for_each(|column| column.clone_from(to));
        }
    }
    columns
}

/// The column that an index's key is, whatever its order; of an expression, something that no column is called.
fn column_of(item: &str) -> Cow<'_, str> {
    match item.strip_prefix('"') {
        Some(quoted) => {
            let end = quoted.rfind('"').unwrap_or(quoted.len());
            Cow::Owned(quoted[..end].replace("\"\"", "\""))
        }
        None => Cow::Borrowed(item.split(' ').next().unwrap_or(item)),
    }
}

/// Whether an index with this predicate has every row that a look for values of these columns can find: null is no value.
fn lets_through(predicate: &str, columns: &[String]) -> bool {
    let condition = predicate.strip_prefix("where ").unwrap_or(predicate);
    condition.split(" and ").all(|part| {
        let part = part.trim_matches(['(', ')', ' ']);
        part.strip_suffix(" is not null").is_some_and(|column| columns.iter().any(|one| *one == column_of(column)))
    })
}
