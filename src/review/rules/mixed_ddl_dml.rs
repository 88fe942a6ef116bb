//! Changes of the schema and of data in one transaction.

use crate::review::deed::Deed;
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
        Example::good("UPDATE t SET a = 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let history = &subject.settings.history.table;
    let statements = subject.up.with_inner();
    // Rows of a table that nobody else can see yet keep nobody waiting.
    let made: Vec<_> = statements
        .iter()
        .filter_map(|one| match &one.deed {
            Deed::CreateTable(table) => Some(table.name.key()),
            _ => None,
        })
        .collect();
    let table = |deed: &Deed| match deed {
        Deed::Write(write) if write.table.name != *history => Some(write.table.clone()),
        Deed::Truncate(tables) => tables.first().cloned(),
        _ => None,
    };
    for statement in statements.iter().filter(|one| one.transaction.is_some()) {
        let Some(table) = table(&statement.deed).filter(|table| !made.contains(&table.key())) else { continue };
        let ddl = statements.iter().find(|one| {
            one.transaction == statement.transaction && one.deed.is_ddl() && !matches!(one.deed, Deed::Comment)
        });
        if ddl.is_some() {
            let message = format!("Rows of {table} are written in the transaction that changes the schema.");
            report.up(statement.range.clone(), message);
            return;
        }
    }
}
