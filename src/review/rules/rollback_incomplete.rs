//! A rollback that leaves something of what the migration does, or cannot bring back what it takes away.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;
use crate::review::undo::{DebtKind, debts};

/// The rule.
pub static RULE: Rule = Rule {
    name: "rollback-incomplete",
    level: Some(Severity::Warning),
    what: "a rollback that leaves something of what the migration does, or cannot bring back what it takes away",
    why: "After the rollback the database is not what it was, and applying again may fail.",
    how: "Drop in the rollback what the migration makes, make again what it drops, and put back what it changes.",
    link: "https://www.postgresql.org/docs/current/ddl-depend.html",
    examples: &[
        // What is made is dropped.
        Example::bad("CREATE TABLE t (id bigint); CREATE TABLE u (id bigint);").with_rollback("DROP TABLE t;"),
        Example::bad("ALTER TABLE t ADD COLUMN a int;").with_rollback("SELECT 1;"),
        Example::bad("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);").with_rollback("ALTER TABLE t DROP CONSTRAINT d;"),
        Example::bad("ALTER TABLE t ADD UNIQUE (a);").with_rollback("ALTER TABLE u DROP CONSTRAINT t_a_key;"),
        Example::bad("DO $$ BEGIN CREATE TABLE t (id bigint); END $$;").with_rollback("DROP TABLE u;"),
        Example::bad("CREATE TABLE t (id bigint); CREATE TABLE u (id bigint);")
            .with_rollback("DO $$ BEGIN DROP TABLE t; END $$;"),
        Example::bad("CREATE CAST (a AS b) WITH FUNCTION f(a);").with_rollback("DROP CAST (a AS c);"),
        Example::good("CREATE TABLE t (id bigint); CREATE INDEX i ON t (id);").with_rollback("DROP TABLE t;"),
        Example::good("CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; CREATE INDEX i ON v (a);")
            .with_rollback("DROP MATERIALIZED VIEW v;"),
        Example::good("CREATE SCHEMA s; CREATE TABLE s.t (id bigint);").with_rollback("DROP SCHEMA s CASCADE;"),
        Example::good("ALTER TABLE t ADD COLUMN a int;").with_rollback("ALTER TABLE t DROP COLUMN a;"),
        Example::good("ALTER TABLE t ADD COLUMN a int REFERENCES u; ALTER TABLE t ADD CHECK (a > 0);")
            .with_rollback("ALTER TABLE t DROP COLUMN a;"),
        Example::good("ALTER TABLE t ADD UNIQUE (a);").with_rollback("ALTER TABLE t DROP CONSTRAINT t_a_key;"),
        Example::good("CREATE TABLE t (id bigint); DROP TABLE t;").with_rollback("SELECT 1;"),
        Example::good("DO $$ BEGIN CREATE TABLE t (id bigint); END $$;")
            .with_rollback("DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$;"),
        Example::good("CREATE TABLE t (id bigint);")
            .with_rollback("DO $$ BEGIN EXECUTE format('DROP TABLE %I', 't'); END $$;"),
        Example::good("CREATE CAST (a AS b) WITH FUNCTION f(a);").with_rollback("DROP CAST (a AS b);"),
        // What is dropped is made again.
        Example::bad("DROP INDEX i;").with_rollback("CREATE INDEX j ON t (a);"),
        Example::bad("DROP VIEW v;").with_rollback("CREATE VIEW w AS SELECT 1;"),
        Example::bad("DROP POLICY p ON t;").with_rollback("CREATE POLICY p ON u USING (a);"),
        Example::bad("DROP FUNCTION f(int);").with_rollback("SELECT 1;"),
        Example::bad("ALTER TABLE t DROP CONSTRAINT c;").with_rollback("ALTER TABLE t ADD CONSTRAINT d CHECK (a > 0);"),
        Example::bad("DROP TRIGGER r ON t; CREATE TRIGGER r BEFORE INSERT ON t EXECUTE FUNCTION f();")
            .with_rollback("DROP TRIGGER r ON t;"),
        Example::bad("CREATE OR REPLACE VIEW v AS SELECT 1;").with_rollback("SELECT 1;"),
        Example::good("DROP INDEX i;").with_rollback("CREATE INDEX IF NOT EXISTS i ON t (a);"),
        Example::good("DROP VIEW v;").with_rollback("CREATE VIEW v AS SELECT 1;"),
        Example::good("DROP POLICY IF EXISTS p ON t; CREATE POLICY p ON t USING (a);")
            .with_rollback("DROP POLICY p ON t;"),
        Example::good("ALTER TABLE t DROP CONSTRAINT t_a_key;").with_rollback("ALTER TABLE t ADD UNIQUE (a);"),
        Example::good("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';")
            .with_rollback("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        Example::good("CREATE OR REPLACE VIEW v AS SELECT 1;").with_rollback("DROP VIEW v;"),
        // What is changed is put back.
        Example::bad("ALTER TABLE t RENAME TO u;").with_rollback("ALTER TABLE u RENAME TO w;"),
        Example::bad("ALTER TABLE t RENAME COLUMN a TO b;").with_rollback("ALTER TABLE t RENAME COLUMN b TO c;"),
        Example::bad("ALTER TABLE t ALTER COLUMN a TYPE bigint;").with_rollback("ALTER TABLE t ALTER b TYPE int;"),
        Example::bad("ALTER TABLE t ALTER a SET NOT NULL;").with_rollback("ALTER TABLE t ALTER a DROP DEFAULT;"),
        Example::bad("ALTER TABLE t ENABLE ROW LEVEL SECURITY;").with_rollback("ALTER TABLE t ADD COLUMN a int;"),
        Example::bad("ALTER TABLE t OWNER TO r;").with_rollback("ALTER TABLE u OWNER TO s;"),
        Example::bad("GRANT SELECT ON t TO r;").with_rollback("REVOKE SELECT ON u FROM r;"),
        Example::bad("REVOKE SELECT ON t FROM r;").with_rollback("REVOKE SELECT ON t FROM r;"),
        Example::bad("ALTER SEQUENCE q INCREMENT 2;").with_rollback("ALTER SEQUENCE r INCREMENT 1;"),
        Example::bad("ALTER FUNCTION f() SECURITY DEFINER;").with_rollback("ALTER FUNCTION g() SECURITY INVOKER;"),
        Example::bad("ALTER POLICY p ON t USING (a);").with_rollback("ALTER POLICY p ON u USING (b);"),
        Example::good("ALTER TABLE t RENAME TO u;").with_rollback("ALTER TABLE u RENAME TO t;"),
        Example::good("ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t ALTER b TYPE bigint;")
            .with_rollback("ALTER TABLE t RENAME COLUMN b TO a; ALTER TABLE t ALTER a TYPE int;"),
        Example::good("ALTER TABLE t RENAME TO u; ALTER TABLE u ADD COLUMN a int;")
            .with_rollback("ALTER TABLE u RENAME TO t; ALTER TABLE t DROP COLUMN a;"),
        Example::good("ALTER TABLE t ALTER a SET NOT NULL;").with_rollback("ALTER TABLE t ALTER a DROP NOT NULL;"),
        Example::good("ALTER TABLE t ENABLE ROW LEVEL SECURITY;")
            .with_rollback("ALTER TABLE t DISABLE ROW LEVEL SECURITY;"),
        Example::good("ALTER TABLE t VALIDATE CONSTRAINT c;").with_rollback("SELECT 1;"),
        Example::good("GRANT SELECT ON t TO r;").with_rollback("REVOKE ALL ON t FROM r;"),
        Example::good("CREATE TABLE t (a int); GRANT SELECT ON t TO r;").with_rollback("DROP TABLE t;"),
        Example::good("ALTER INDEX i RENAME TO j;").with_rollback("ALTER INDEX j RENAME TO i;"),
        Example::good("ALTER FUNCTION f() SECURITY DEFINER;").with_rollback("ALTER FUNCTION f() SECURITY INVOKER;"),
        // Rows come and go.
        Example::bad("INSERT INTO t VALUES (1);").with_rollback("DELETE FROM u;"),
        Example::bad("UPDATE t SET a = 1 WHERE b;").with_rollback("SELECT 1;"),
        Example::bad("DROP TABLE t;").with_rollback("CREATE TABLE t (id bigint);"),
        Example::bad("DELETE FROM t WHERE a;").with_rollback("SELECT 1;"),
        Example::bad("WITH gone AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM gone;")
            .with_rollback("DELETE FROM u;"),
        Example::bad("ALTER TYPE mood ADD VALUE 'calm';").with_rollback("SELECT 1;"),
        Example::good("INSERT INTO t VALUES (1);").with_rollback("DELETE FROM t WHERE a = 1;"),
        Example::good("ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1;")
            .with_rollback("ALTER TABLE t DROP COLUMN a;"),
        Example::good("CREATE TABLE kept AS SELECT id, a FROM t; ALTER TABLE t DROP COLUMN a;").with_rollback(
            "ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = k.a FROM kept k WHERE k.id = t.id; DROP TABLE kept;",
        ),
        Example::good("ALTER TYPE mood ADD VALUE 'calm';")
            .with_rollback("ALTER TYPE mood RENAME TO old; CREATE TYPE mood AS ENUM ('glad');"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let Some(down) = subject.down.filter(|down| down.is_read() && !down.statements.is_empty()) else { return };
    let debts = debts(subject.up, down, &subject.settings.history);
    for kind in DebtKind::ALL {
        let mut names: Vec<&str> =
            debts.iter().filter(|debt| debt.kind == kind).map(|debt| debt.what.as_str()).collect();
        names.dedup();
        if names.is_empty() {
            continue;
        }
        let found = report.down(0..0, format!("The rollback {kind} {}.", names.join(", ")));
        if kind == DebtKind::Lost {
            found.help("Only the backup can. Say so to whoever decides.");
        }
    }
}
