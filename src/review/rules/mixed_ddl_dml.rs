//! Changes of the schema and of data in one transaction.

use std::collections::BTreeSet;

use crate::review::deed::{Deed, OwnTables};
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "mixed-ddl-dml",
    level: Some(Severity::Warning),
    what: "changes of the schema and of data in one transaction",
    why: "The locks that the change of the schema takes are held until all rows are written.",
    how: "Put the data into a migration of its own.",
    link: "https://www.postgresql.org/docs/current/explicit-locking.html",
    examples: &[
        Example::bad("BEGIN; ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1; COMMIT;"),
        Example::bad("ALTER TABLE t ADD COLUMN a int; INSERT INTO u SELECT * FROM t;"),
        Example::bad("DO $$ BEGIN ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1; END $$;"),
        Example::bad(
            "ALTER TABLE t ADD COLUMN a int; WITH gone AS (DELETE FROM u RETURNING *) SELECT count(*) FROM gone;",
        ),
        Example::good(
            "BEGIN; ALTER TABLE t ADD COLUMN a int; INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('x', now(), current_user); COMMIT;",
        ),
        Example::good("CREATE TABLE t (a int); INSERT INTO t VALUES (1);"),
        Example::good("CREATE TABLE n (a int); ALTER TABLE n RENAME TO t; INSERT INTO t VALUES (1);"),
        Example::good("CREATE TEMP TABLE x AS SELECT 1 AS a; CREATE INDEX ON x (a); UPDATE t SET a = 1; DROP TABLE x;"),
        Example::good("BEGIN; ALTER TABLE t ADD COLUMN a int; COPY t TO '/tmp/t'; COMMIT;"),
        Example::good("UPDATE t SET a = 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let history = &subject.settings.history.table;
    let table = |deed: &Deed| match deed {
        Deed::Write(write) if write.table.name != *history => Some(write.table.clone()),
        Deed::Truncate(tables) => tables.first().cloned(),
        _ => None,
    };
    // Rows of a table that nobody else can see yet keep nobody waiting, nor do changes of one that nobody else ever sees.
    let mut own = OwnTables::default();
    let (mut written, mut changing) = (Vec::new(), BTreeSet::new());
    for statement in subject.up.with_inner() {
        let is_temporary = statement.deed.tables().iter().any(|table| own.is_temporary(table));
        own.take(&statement.deed);
        let Some(transaction) = statement.transaction else { continue };
        if statement.deed.is_ddl() && !matches!(statement.deed, Deed::Comment) && !is_temporary {
            changing.insert(transaction);
        }
        if let Some(table) = table(&statement.deed).filter(|table| !own.has(table)) {
            written.push((transaction, statement, table));
        }
    }
    if let Some((_, statement, table)) = written.into_iter().find(|(transaction, ..)| changing.contains(transaction)) {
        let message = format!("Rows of {table} are written in the transaction that changes the schema.");
        report.up(statement.range.clone(), message);
    }
}
