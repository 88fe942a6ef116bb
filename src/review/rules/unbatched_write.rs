//! An UPDATE or DELETE of all rows of a table at once.

use crate::review::deed::{Deed, How, OwnTables};
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unbatched-write",
    level: Some(Severity::Warning),
    what: "an UPDATE or DELETE of all rows of a table at once",
    why: "Its rows are locked until the end, dead rows pile up, and it may run for hours on a large table.",
    how: "Write them in batches: WHERE id IN (SELECT id … LIMIT 1000), again until none is left.",
    link: "https://www.postgresql.org/docs/current/sql-update.html",
    examples: &[
        Example::bad("UPDATE t SET a = 1;"),
        Example::bad("DELETE FROM t;"),
        Example::bad("UPDATE t SET a = 1 WHERE true;"),
        Example::bad("UPDATE t SET a = (SELECT b FROM u WHERE u.id = t.id LIMIT 1);"),
        Example::bad("DELETE FROM t; DROP TABLE t; CREATE TABLE t (a int);"),
        Example::bad("DO $$ DECLARE n int; BEGIN SELECT count(*) INTO STRICT n FROM u; DELETE FROM t; END $$;"),
        Example::bad("DO $$ DECLARE r u; BEGIN INSERT INTO u SELECT 1 RETURNING * INTO r; DELETE FROM t; END $$;"),
        Example::bad("DELETE FROM t WHERE 1 = 1;"),
        Example::bad("WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) FROM gone;"),
        Example::bad("DO $$ BEGIN UPDATE t SET a = 1; END $$;"),
        Example::bad("DO $$ BEGIN EXECUTE 'DELETE FROM t'; END $$;"),
        Example::good(
            "DO $$ BEGIN LOOP DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 1000); EXIT WHEN NOT FOUND; END LOOP; END $$;",
        ),
        Example::good("WITH few AS (SELECT id FROM t LIMIT 1000) DELETE FROM t USING few WHERE t.id = few.id;"),
        Example::good("DELETE FROM t WHERE 1 = 1 AND id = 7;"),
        Example::good("UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 1000);"),
        Example::good("UPDATE t SET a = 1 WHERE id = 7;"),
        Example::good("CREATE TABLE t (a int); UPDATE t SET a = 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let mut own = OwnTables::default();
    for statement in subject.up.with_inner() {
        own.take(&statement.deed);
        let Deed::Write(write) = &statement.deed else { continue };
        if !matches!(write.how, How::Update | How::Delete) || write.limited {
            continue;
        }
        let large = subject.settings.large_tables.iter().find(|large| large.table.is(&write.table));
        let message = match large {
            Some(large) => format!("{} has about {} rows in {}.", write.table, large.rows, large.environment),
            None if write.filtered => continue,
            None => format!("Every row of {} is written at once.", write.table),
        };
        if !own.has(&write.table) && write.table.name != subject.settings.history.table {
            report.up(statement.range.clone(), message);
        }
    }
}
