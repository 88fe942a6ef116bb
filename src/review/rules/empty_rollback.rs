//! A rollback that does nothing.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "empty-rollback",
    level: Some(Severity::Error),
    what: "a rollback that does nothing",
    why: "It would be recorded as rolled back, and nothing would be undone.",
    how: "Write what undoes the migration.",
    link: "",
    examples: &[
        Example::good("CREATE TABLE t (id bigint);").with_rollback("CALL undo();"),
        Example::bad("CREATE TABLE t (id bigint);").with_rollback(
            "BEGIN; DELETE FROM migrations_history WHERE migration_name = '20260801093000_alter_metrics'; COMMIT;",
        ),
        Example::bad("CREATE TABLE t (id bigint);").with_rollback("-- nothing\n"),
        Example::good("CREATE TABLE t (id bigint);").with_rollback("DROP TABLE t;"),
        Example::good("SELECT 1;").with_rollback("-- nothing to undo\n"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let Some(down) = subject.down else { return };
    let history = &subject.settings.history.table;
    let does = |deed: &Deed| match deed {
        Deed::Write(write) => write.table.name != *history,
        Deed::Select => false,
        _ => true,
    };
    let changes = subject.up.working().any(|one| does(&one.deed));
    if changes && down.is_read() && subject.up.is_read() && !down.working().any(|one| does(&one.deed)) {
        report.down(0..0, "The rollback undoes nothing of what the migration does.");
    }
}
