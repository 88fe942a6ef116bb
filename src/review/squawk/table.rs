//! Every rule of squawk: its level here, what it finds and why, and a file that it objects to and one that it lets pass.

use squawk_linter::Rule as Theirs;

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Rule};

/// A rule of theirs.
const fn theirs(
    check: Theirs,
    name: &'static str,
    level: Option<Severity>,
    [what, why, link]: [&'static str; 3],
    examples: &'static [Example],
) -> Rule {
    Rule { name, level, what, why, how: "", link, examples, check: Check::Squawk(check) }
}

/// Every rule of theirs.
pub static RULES: &[Rule] = &[
    theirs(
        Theirs::RequireConcurrentIndexCreation,
        "require-concurrent-index-creation",
        Some(Severity::Warning),
        [
            "an index that is made without CONCURRENTLY on a table that is there already",
            "Writers wait until the index is built.",
            "https://squawkhq.com/docs/require-concurrent-index-creation",
        ],
        &[Example::bad("CREATE INDEX i ON t (c);"), Example::good("CREATE INDEX CONCURRENTLY i ON t (c);")],
    ),
    theirs(
        Theirs::RequireConcurrentIndexDeletion,
        "require-concurrent-index-deletion",
        Some(Severity::Warning),
        [
            "an index that is dropped without CONCURRENTLY",
            "Everybody who uses the table waits until the lock is had and the index is gone.",
            "https://squawkhq.com/docs/require-concurrent-index-deletion",
        ],
        &[Example::bad("DROP INDEX i;"), Example::good("DROP INDEX CONCURRENTLY i;")],
    ),
    theirs(
        Theirs::ConstraintMissingNotValid,
        "constraint-missing-not-valid",
        Some(Severity::Warning),
        [
            "a constraint that is added and checked at once",
            "All rows are read under a lock that writers wait for; NOT VALID first and VALIDATE later does without.",
            "https://squawkhq.com/docs/constraint-missing-not-valid",
        ],
        &[
            Example::bad("ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0);"),
            Example::good("ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID;"),
        ],
    ),
    theirs(
        Theirs::AddingFieldWithDefault,
        "adding-field-with-default",
        Some(Severity::Warning),
        [
            "a column that is added with a default which is computed for every row",
            "The table is rewritten under a lock that readers wait for.",
            "https://squawkhq.com/docs/adding-field-with-default",
        ],
        &[
            Example::bad("ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid();"),
            Example::good("ALTER TABLE t ADD COLUMN c uuid;"),
        ],
    ),
    theirs(
        Theirs::AddingForeignKeyConstraint,
        "adding-foreign-key-constraint",
        Some(Severity::Warning),
        [
            "a foreign key that is added and checked at once",
            "Writers of both tables wait while all rows are checked.",
            "https://squawkhq.com/docs/adding-foreign-key-constraint",
        ],
        &[
            Example::bad("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES u (id);"),
            Example::good("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES u (id) NOT VALID;"),
        ],
    ),
    theirs(
        Theirs::ChangingColumnType,
        "changing-column-type",
        Some(Severity::Warning),
        [
            "a column whose type changes",
            "The table may be rewritten under a lock that readers wait for, and what reads it may fail.",
            "https://squawkhq.com/docs/changing-column-type",
        ],
        &[
            Example::bad("ALTER TABLE t ALTER COLUMN c TYPE bigint;"),
            Example::good("ALTER TABLE t ADD COLUMN c2 bigint;"),
        ],
    ),
    theirs(
        Theirs::AddingNotNullableField,
        "adding-not-nullable-field",
        Some(Severity::Warning),
        [
            "a column that is made NOT NULL at once",
            "All rows are read under a lock that readers wait for.",
            "https://squawkhq.com/docs/adding-not-nullable-field",
        ],
        &[
            Example::bad("ALTER TABLE t ALTER COLUMN c SET NOT NULL;"),
            Example::good("ALTER TABLE t ADD CONSTRAINT c CHECK (c IS NOT NULL) NOT VALID;"),
        ],
    ),
    theirs(
        Theirs::AddingSerialPrimaryKeyField,
        "adding-serial-primary-key-field",
        Some(Severity::Warning),
        [
            "a primary key that is added to a table",
            "Its index is built under a lock that readers wait for.",
            "https://squawkhq.com/docs/adding-serial-primary-key-field",
        ],
        &[
            Example::bad("ALTER TABLE t ADD PRIMARY KEY (id);"),
            Example::good("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX i;"),
        ],
    ),
    theirs(
        Theirs::RenamingColumn,
        "renaming-column",
        Some(Severity::Warning),
        [
            "a column that is renamed",
            "Whatever still asks for the old name fails.",
            "https://squawkhq.com/docs/renaming-column",
        ],
        &[Example::bad("ALTER TABLE t RENAME COLUMN a TO b;"), Example::good("ALTER TABLE t ADD COLUMN b text;")],
    ),
    theirs(
        Theirs::RenamingTable,
        "renaming-table",
        Some(Severity::Warning),
        [
            "a table that is renamed",
            "Whatever still asks for the old name fails.",
            "https://squawkhq.com/docs/renaming-table",
        ],
        &[Example::bad("ALTER TABLE t RENAME TO u;"), Example::good("CREATE TABLE u (id bigint);")],
    ),
    theirs(
        Theirs::DisallowedUniqueConstraint,
        "disallowed-unique-constraint",
        Some(Severity::Warning),
        [
            "a unique constraint whose index is built with it",
            "Readers wait until the index is built; an index made CONCURRENTLY can be used instead.",
            "https://squawkhq.com/docs/disallowed-unique-constraint",
        ],
        &[
            Example::bad("ALTER TABLE t ADD CONSTRAINT u UNIQUE (c);"),
            Example::good("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i;"),
        ],
    ),
    theirs(
        Theirs::BanDropDatabase,
        "ban-drop-database",
        Some(Severity::Error),
        ["a database that is dropped", "All of its data is lost.", "https://squawkhq.com/docs/ban-drop-database"],
        &[Example::bad("DROP DATABASE d;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::PreferBigintOverInt,
        "prefer-bigint-over-int",
        Some(Severity::Note),
        [
            "a column of type integer",
            "It ends at 2 147 483 647, and to change it later rewrites the table.",
            "https://squawkhq.com/docs/prefer-bigint-over-int",
        ],
        &[Example::bad("CREATE TABLE t (c int);"), Example::good("CREATE TABLE t (c bigint);")],
    ),
    theirs(
        Theirs::PreferBigintOverSmallint,
        "prefer-bigint-over-smallint",
        Some(Severity::Note),
        [
            "a column of type smallint",
            "It ends at 32 767, and to change it later rewrites the table.",
            "https://squawkhq.com/docs/prefer-bigint-over-smallint",
        ],
        &[Example::bad("CREATE TABLE t (c smallint);"), Example::good("CREATE TABLE t (c bigint);")],
    ),
    theirs(
        Theirs::PreferIdentity,
        "prefer-identity",
        Some(Severity::Note),
        [
            "a column of type serial",
            "Its sequence has an owner and grants of its own, which dumps and copies get wrong; an identity column has not.",
            "https://squawkhq.com/docs/prefer-identity",
        ],
        &[
            Example::bad("CREATE TABLE t (id bigserial);"),
            Example::good("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY);"),
        ],
    ),
    theirs(
        Theirs::PreferRepack,
        "prefer-repack",
        Some(Severity::Note),
        [
            "VACUUM FULL or CLUSTER",
            "The table is rewritten under a lock that readers wait for.",
            "https://squawkhq.com/docs/prefer-repack",
        ],
        &[],
    ),
    theirs(
        Theirs::PreferRobustStmts,
        "prefer-robust-stmts",
        None,
        [
            "a statement outside of a transaction that fails when it is run again",
            "After a broken run it cannot simply be repeated. Tidegate notes each statement that is done and goes on behind it.",
            "https://squawkhq.com/docs/prefer-robust-stmts",
        ],
        &[
            Example::bad("CREATE INDEX CONCURRENTLY i ON t (c);"),
            Example::good("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (c);"),
        ],
    ),
    theirs(
        Theirs::PreferTextField,
        "prefer-text-field",
        Some(Severity::Note),
        [
            "a column of type varchar with a length",
            "The length cannot be changed without a lock; a check on text can.",
            "https://squawkhq.com/docs/prefer-text-field",
        ],
        &[Example::bad("CREATE TABLE t (c varchar(10));"), Example::good("CREATE TABLE t (c text);")],
    ),
    theirs(
        Theirs::PreferTimestampTz,
        "prefer-timestamp-tz",
        Some(Severity::Note),
        [
            "a column of type timestamp without a time zone",
            "Its values are another moment for every time zone of a session.",
            "https://squawkhq.com/docs/prefer-timestamp-tz",
        ],
        &[Example::bad("CREATE TABLE t (c timestamp);"), Example::good("CREATE TABLE t (c timestamptz);")],
    ),
    theirs(
        Theirs::BanCharField,
        "ban-char-field",
        Some(Severity::Note),
        [
            "a column of type char",
            "It is padded with blanks, which comparisons leave out and functions do not.",
            "https://squawkhq.com/docs/ban-char-field",
        ],
        &[Example::bad("CREATE TABLE t (c char(10));"), Example::good("CREATE TABLE t (c text);")],
    ),
    theirs(
        Theirs::BanDropColumn,
        "ban-drop-column",
        Some(Severity::Warning),
        [
            "a column that is dropped",
            "Whatever still asks for it fails, and its data is lost.",
            "https://squawkhq.com/docs/ban-drop-column",
        ],
        &[Example::bad("ALTER TABLE t DROP COLUMN c;"), Example::good("ALTER TABLE t ALTER COLUMN c DROP DEFAULT;")],
    ),
    theirs(
        Theirs::BanDropTable,
        "ban-drop-table",
        Some(Severity::Warning),
        [
            "a table that is dropped",
            "Whatever still asks for it fails, and its data is lost.",
            "https://squawkhq.com/docs/ban-drop-table",
        ],
        &[Example::bad("DROP TABLE t;"), Example::good("CREATE TABLE t (id bigint);")],
    ),
    theirs(
        Theirs::BanDropNotNull,
        "ban-drop-not-null",
        Some(Severity::Note),
        [
            "a column that may hold nothing any more",
            "Whatever reads it may not be ready for that.",
            "https://squawkhq.com/docs/ban-drop-not-null",
        ],
        &[
            Example::bad("ALTER TABLE t ALTER COLUMN c DROP NOT NULL;"),
            Example::good("ALTER TABLE t ADD COLUMN c text;"),
        ],
    ),
    theirs(
        Theirs::TransactionNesting,
        "transaction-nesting",
        Some(Severity::Warning),
        [
            "a transaction begun inside another, or ended twice",
            "PostgreSQL has no nested transactions: the inner COMMIT ends the outer one.",
            "https://squawkhq.com/docs/transaction-nesting",
        ],
        &[Example::bad("BEGIN; BEGIN; COMMIT; COMMIT;"), Example::good("BEGIN; COMMIT;")],
    ),
    theirs(
        Theirs::AddingRequiredField,
        "adding-required-field",
        Some(Severity::Warning),
        [
            "a column that is added NOT NULL without a default",
            "It fails as soon as the table has one row.",
            "https://squawkhq.com/docs/adding-required-field",
        ],
        &[Example::bad("ALTER TABLE t ADD COLUMN c text NOT NULL;"), Example::good("ALTER TABLE t ADD COLUMN c text;")],
    ),
    theirs(
        Theirs::BanConcurrentIndexCreationInTransaction,
        "ban-concurrent-index-creation-in-transaction",
        Some(Severity::Error),
        [
            "an index made CONCURRENTLY in a transaction",
            "PostgreSQL refuses it.",
            "https://squawkhq.com/docs/ban-concurrent-index-creation-in-transaction",
        ],
        &[
            Example::bad("BEGIN; CREATE INDEX CONCURRENTLY i ON t (c); SELECT 1; COMMIT;"),
            Example::good("CREATE INDEX CONCURRENTLY i ON t (c);"),
        ],
    ),
    theirs(
        Theirs::UnusedIgnore,
        "unused-ignore",
        Some(Severity::Note),
        [
            "a squawk-ignore comment that matches nothing",
            "It hides what may come later.",
            "https://squawkhq.com/docs/unused-ignore",
        ],
        &[],
    ),
    theirs(
        Theirs::BanCreateDomainWithConstraint,
        "ban-create-domain-with-constraint",
        Some(Severity::Note),
        [
            "a domain that is made with a constraint",
            "To change the constraint later, every table that uses the domain is read under a lock.",
            "https://squawkhq.com/docs/ban-create-domain-with-constraint",
        ],
        &[Example::bad("CREATE DOMAIN d AS int CHECK (value > 0);"), Example::good("CREATE DOMAIN d AS int;")],
    ),
    theirs(
        Theirs::BanAlterDomainWithAddConstraint,
        "ban-alter-domain-with-add-constraint",
        Some(Severity::Warning),
        [
            "a constraint that is added to a domain",
            "Every table that uses the domain is read under a lock.",
            "https://squawkhq.com/docs/ban-alter-domain-with-add-constraint",
        ],
        &[Example::bad("ALTER DOMAIN d ADD CHECK (value > 0);"), Example::good("ALTER DOMAIN d DROP CONSTRAINT c;")],
    ),
    theirs(
        Theirs::BanTruncateCascade,
        "ban-truncate-cascade",
        Some(Severity::Error),
        [
            "TRUNCATE with CASCADE",
            "It empties every table that refers to this one, named or not.",
            "https://squawkhq.com/docs/ban-truncate-cascade",
        ],
        &[Example::bad("TRUNCATE t CASCADE;"), Example::good("TRUNCATE t;")],
    ),
    theirs(
        Theirs::BanUncommittedTransaction,
        "ban-uncommitted-transaction",
        Some(Severity::Error),
        [
            "a transaction that is never ended",
            "Nothing of it stays.",
            "https://squawkhq.com/docs/ban-uncommitted-transaction",
        ],
        &[Example::bad("BEGIN; SELECT 1;"), Example::good("BEGIN; SELECT 1; COMMIT;")],
    ),
    theirs(
        Theirs::RequireEnumValueOrdering,
        "require-enum-value-ordering",
        Some(Severity::Note),
        [
            "an enum value that is added without BEFORE or AFTER",
            "It comes last, wherever it was meant to be.",
            "https://squawkhq.com/docs/require-enum-value-ordering",
        ],
        &[Example::bad("ALTER TYPE e ADD VALUE 'x';"), Example::good("ALTER TYPE e ADD VALUE 'x' AFTER 'y';")],
    ),
    theirs(
        Theirs::RequireTableSchema,
        "require-table-schema",
        None,
        [
            "a table without its schema",
            "Where it is made hangs on the session's search_path.",
            "https://squawkhq.com/docs/require-table-schema",
        ],
        &[Example::bad("CREATE TABLE t (id bigint);"), Example::good("CREATE TABLE public.t (id bigint);")],
    ),
    theirs(
        Theirs::IdentifierTooLong,
        "identifier-too-long",
        Some(Severity::Error),
        [
            "a name longer than 63 bytes",
            "PostgreSQL cuts it off, and two names may become one.",
            "https://squawkhq.com/docs/identifier-too-long",
        ],
        &[
            Example::bad(
                "CREATE TABLE a23456789012345678901234567890123456789012345678901234567890123456789 (id bigint);",
            ),
            Example::good("CREATE TABLE t (id bigint);"),
        ],
    ),
    theirs(
        Theirs::RequireConcurrentPartitionDetach,
        "require-concurrent-partition-detach",
        Some(Severity::Warning),
        [
            "a partition that is detached without CONCURRENTLY",
            "Everybody who uses the table waits.",
            "https://squawkhq.com/docs/require-concurrent-partition-detach",
        ],
        &[
            Example::bad("ALTER TABLE t DETACH PARTITION p;"),
            Example::good("ALTER TABLE t DETACH PARTITION p CONCURRENTLY;"),
        ],
    ),
    theirs(
        Theirs::RequireConcurrentReindex,
        "require-concurrent-reindex",
        Some(Severity::Warning),
        [
            "REINDEX without CONCURRENTLY",
            "Writers wait until it is done, and readers of the index with them.",
            "https://squawkhq.com/docs/require-concurrent-reindex",
        ],
        &[Example::bad("REINDEX TABLE t;"), Example::good("REINDEX TABLE CONCURRENTLY t;")],
    ),
    theirs(
        Theirs::RequireLockTimeout,
        "require-lock-timeout",
        None,
        [
            "a file that sets no lock_timeout",
            "It may wait for a lock for ever. Tidegate sets it itself, from the environment's policy.",
            "https://squawkhq.com/docs/require-lock-timeout",
        ],
        &[
            Example::bad("ALTER TABLE t ADD COLUMN c int;"),
            Example::good("SET lock_timeout = '1s'; ALTER TABLE t ADD COLUMN c int;"),
        ],
    ),
    theirs(
        Theirs::RequireStatementTimeout,
        "require-statement-timeout",
        None,
        [
            "a file that sets no statement_timeout",
            "It may run for ever. Tidegate sets it itself, from the environment's policy.",
            "https://squawkhq.com/docs/require-statement-timeout",
        ],
        &[
            Example::bad("ALTER TABLE t ADD COLUMN c int;"),
            Example::good("SET statement_timeout = '5s'; ALTER TABLE t ADD COLUMN c int;"),
        ],
    ),
    theirs(
        Theirs::BanDuplicateColumnAssignments,
        "ban-duplicate-column-assignments",
        Some(Severity::Error),
        [
            "a column that one statement sets twice",
            "PostgreSQL refuses it.",
            "https://squawkhq.com/docs/ban-duplicate-column-assignments",
        ],
        &[Example::bad("UPDATE t SET a = 1, a = 2;"), Example::good("UPDATE t SET a = 1;")],
    ),
    theirs(
        Theirs::BanDropView,
        "ban-drop-view",
        Some(Severity::Note),
        ["a view that is dropped", "Whatever still asks for it fails.", "https://squawkhq.com/docs/ban-drop-view"],
        &[Example::bad("DROP VIEW v;"), Example::good("CREATE VIEW v AS SELECT 1 AS a;")],
    ),
    theirs(
        Theirs::BanDropFunction,
        "ban-drop-function",
        Some(Severity::Note),
        ["a function that is dropped", "Whatever still calls it fails.", "https://squawkhq.com/docs/ban-drop-function"],
        &[Example::bad("DROP FUNCTION f();"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropType,
        "ban-drop-type",
        Some(Severity::Note),
        ["a type that is dropped", "Whatever still uses it fails.", "https://squawkhq.com/docs/ban-drop-type"],
        &[Example::bad("DROP TYPE e;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropDefault,
        "ban-drop-default",
        Some(Severity::Note),
        [
            "a column that loses its default",
            "Whatever leaves the column out writes nothing into it, or fails.",
            "https://squawkhq.com/docs/ban-drop-default",
        ],
        &[Example::bad("ALTER TABLE t ALTER COLUMN c DROP DEFAULT;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropTrigger,
        "ban-drop-trigger",
        None,
        ["a trigger that is dropped", "What it did is done no more.", "https://squawkhq.com/docs/ban-drop-trigger"],
        &[Example::bad("DROP TRIGGER g ON t;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropSchema,
        "ban-drop-schema",
        Some(Severity::Warning),
        [
            "a schema that is dropped",
            "Whatever still asks for what is in it fails.",
            "https://squawkhq.com/docs/ban-drop-schema",
        ],
        &[Example::bad("DROP SCHEMA s;"), Example::good("CREATE SCHEMA s;")],
    ),
    theirs(
        Theirs::BanDropSequence,
        "ban-drop-sequence",
        Some(Severity::Note),
        [
            "a sequence that is dropped",
            "Whatever still draws from it fails.",
            "https://squawkhq.com/docs/ban-drop-sequence",
        ],
        &[Example::bad("DROP SEQUENCE s;"), Example::good("CREATE SEQUENCE s;")],
    ),
    theirs(
        Theirs::BanDropDomain,
        "ban-drop-domain",
        Some(Severity::Note),
        ["a domain that is dropped", "Whatever still uses it fails.", "https://squawkhq.com/docs/ban-drop-domain"],
        &[Example::bad("DROP DOMAIN d;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropConstraint,
        "ban-drop-constraint",
        Some(Severity::Note),
        [
            "a constraint that is dropped",
            "What it kept out may come in.",
            "https://squawkhq.com/docs/ban-drop-constraint",
        ],
        &[Example::bad("ALTER TABLE t DROP CONSTRAINT c;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropGeneratedExpression,
        "ban-drop-generated-expression",
        Some(Severity::Note),
        [
            "a column that is computed no more",
            "Whatever relies on its value finds an old one.",
            "https://squawkhq.com/docs/ban-drop-generated-expression",
        ],
        &[Example::bad("ALTER TABLE t ALTER COLUMN c DROP EXPRESSION;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::RenamingObject,
        "renaming-object",
        Some(Severity::Note),
        [
            "an object that is renamed",
            "Whatever still asks for the old name fails.",
            "https://squawkhq.com/docs/renaming-object",
        ],
        &[Example::bad("ALTER VIEW v RENAME TO w;"), Example::good("CREATE VIEW w AS SELECT 1 AS a;")],
    ),
    theirs(
        Theirs::BanSetSchema,
        "ban-set-schema",
        Some(Severity::Note),
        [
            "an object that goes to another schema",
            "Whatever still asks for it where it was fails.",
            "https://squawkhq.com/docs/ban-set-schema",
        ],
        &[Example::bad("ALTER TABLE t SET SCHEMA s;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterIdentity,
        "ban-alter-identity",
        Some(Severity::Note),
        [
            "an identity column that changes",
            "Whatever writes the column itself may fail.",
            "https://squawkhq.com/docs/ban-alter-identity",
        ],
        &[Example::bad("ALTER TABLE t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropExtension,
        "ban-drop-extension",
        Some(Severity::Warning),
        [
            "an extension that is dropped",
            "Whatever still uses what it provides fails.",
            "https://squawkhq.com/docs/ban-drop-extension",
        ],
        &[Example::bad("DROP EXTENSION hstore;"), Example::good("CREATE EXTENSION hstore;")],
    ),
    theirs(
        Theirs::BanAlterGeneratedExpression,
        "ban-alter-generated-expression",
        None,
        [
            "a computed column whose expression changes",
            "All rows are written again.",
            "https://squawkhq.com/docs/ban-alter-generated-expression",
        ],
        &[Example::bad("ALTER TABLE t ALTER COLUMN c SET EXPRESSION AS (id + 1);"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropIndex,
        "ban-drop-index",
        None,
        ["an index that is dropped", "What used it becomes slow.", "https://squawkhq.com/docs/ban-drop-index"],
        &[Example::bad("DROP INDEX i;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanSetDefault,
        "ban-set-default",
        None,
        [
            "a column that gets another default",
            "Whatever leaves the column out writes something else.",
            "https://squawkhq.com/docs/ban-set-default",
        ],
        &[Example::bad("ALTER TABLE t ALTER COLUMN c SET DEFAULT 1;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDisableTrigger,
        "ban-disable-trigger",
        None,
        [
            "a trigger that is switched off",
            "What it did is done no more.",
            "https://squawkhq.com/docs/ban-disable-trigger",
        ],
        &[Example::bad("ALTER TABLE t DISABLE TRIGGER g;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanReplicaIdentity,
        "ban-replica-identity",
        None,
        [
            "a replica identity or publication that changes",
            "What replicates the table may stop.",
            "https://squawkhq.com/docs/ban-replica-identity",
        ],
        &[Example::bad("DROP PUBLICATION p;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDropPolicy,
        "ban-drop-policy",
        None,
        ["a policy that is dropped", "Rows become visible, or vanish.", "https://squawkhq.com/docs/ban-drop-policy"],
        &[Example::bad("DROP POLICY p ON t;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanRevoke,
        "ban-revoke",
        None,
        ["a right that is taken away", "Whatever used it fails.", "https://squawkhq.com/docs/ban-revoke"],
        &[Example::bad("REVOKE SELECT ON t FROM r;"), Example::good("GRANT SELECT ON t TO r;")],
    ),
    theirs(
        Theirs::BanReplaceViewFunction,
        "ban-replace-view-function",
        None,
        [
            "a view or function that takes the place of another",
            "Whatever uses it gets something else.",
            "https://squawkhq.com/docs/ban-replace-view-function",
        ],
        &[Example::bad("CREATE OR REPLACE VIEW v AS SELECT 1 AS a;"), Example::good("CREATE VIEW v AS SELECT 1 AS a;")],
    ),
    theirs(
        Theirs::BanAlterPolicyCondition,
        "ban-alter-policy-condition",
        None,
        [
            "a policy whose condition changes",
            "Rows become visible, or vanish.",
            "https://squawkhq.com/docs/ban-alter-policy-condition",
        ],
        &[Example::bad("ALTER POLICY p ON t USING (a = 1);"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterPolicyRoles,
        "ban-alter-policy-roles",
        None,
        [
            "a policy that comes to hold for other roles",
            "Rows become visible, or vanish.",
            "https://squawkhq.com/docs/ban-alter-policy-roles",
        ],
        &[Example::bad("ALTER POLICY p ON t TO r;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanCreatePolicy,
        "ban-create-policy",
        None,
        ["a policy that is made", "Rows become visible, or vanish.", "https://squawkhq.com/docs/ban-create-policy"],
        &[Example::bad("CREATE POLICY p ON t USING (a = 1);"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterFunctionOptions,
        "ban-alter-function-options",
        None,
        [
            "a function whose options change",
            "It may run with other rights or results.",
            "https://squawkhq.com/docs/ban-alter-function-options",
        ],
        &[Example::bad("ALTER FUNCTION f() SECURITY DEFINER;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterViewOptions,
        "ban-alter-view-options",
        None,
        ["a view whose options change", "It may show other rows.", "https://squawkhq.com/docs/ban-alter-view-options"],
        &[Example::bad("ALTER VIEW v SET (security_barrier = true);"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterRoleOptions,
        "ban-alter-role-options",
        None,
        [
            "a role whose options change",
            "Sessions behave otherwise.",
            "https://squawkhq.com/docs/ban-alter-role-options",
        ],
        &[Example::bad("ALTER ROLE r SET work_mem = '1GB';"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterDatabaseOptions,
        "ban-alter-database-options",
        None,
        [
            "a database whose options change",
            "Sessions behave otherwise.",
            "https://squawkhq.com/docs/ban-alter-database-options",
        ],
        &[Example::bad("ALTER DATABASE d SET work_mem = '1GB';"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterRowLevelSecurity,
        "ban-alter-row-level-security",
        None,
        [
            "row level security that is switched",
            "Rows become visible, or vanish.",
            "https://squawkhq.com/docs/ban-alter-row-level-security",
        ],
        &[Example::bad("ALTER TABLE t ENABLE ROW LEVEL SECURITY;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanNewWriteRestriction,
        "ban-new-write-restriction",
        None,
        [
            "something new that writes have to satisfy",
            "Writes that went through so far may fail.",
            "https://squawkhq.com/docs/ban-new-write-restriction",
        ],
        &[Example::bad("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAddEnumValue,
        "ban-add-enum-value",
        None,
        [
            "an enum value that is added",
            "What reads the column may not know it.",
            "https://squawkhq.com/docs/ban-add-enum-value",
        ],
        &[Example::bad("ALTER TYPE e ADD VALUE 'x';"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAddCompositeAttribute,
        "ban-add-composite-attribute",
        None,
        [
            "an attribute that is added to a composite type",
            "What writes the type may fail.",
            "https://squawkhq.com/docs/ban-add-composite-attribute",
        ],
        &[Example::bad("ALTER TYPE ct ADD ATTRIBUTE a int;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAddColumn,
        "ban-add-column",
        None,
        ["a column that is added", "What reads all columns gets one more.", "https://squawkhq.com/docs/ban-add-column"],
        &[Example::bad("ALTER TABLE t ADD COLUMN c int;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanDetachInheritance,
        "ban-detach-inheritance",
        None,
        [
            "a table that is taken out of another",
            "Its rows vanish from there.",
            "https://squawkhq.com/docs/ban-detach-inheritance",
        ],
        &[Example::bad("ALTER TABLE t NO INHERIT p;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterSequenceValues,
        "ban-alter-sequence-values",
        None,
        [
            "a sequence that counts on from elsewhere",
            "Numbers may come twice.",
            "https://squawkhq.com/docs/ban-alter-sequence-values",
        ],
        &[Example::bad("ALTER SEQUENCE s RESTART WITH 1;"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterSystemOptions,
        "ban-alter-system-options",
        None,
        [
            "a setting of the whole server that changes",
            "All databases of the server behave otherwise.",
            "https://squawkhq.com/docs/ban-alter-system-options",
        ],
        &[Example::bad("ALTER SYSTEM SET work_mem = '1GB';"), Example::good("SELECT 1;")],
    ),
    theirs(
        Theirs::BanAlterExtension,
        "ban-alter-extension",
        None,
        [
            "an extension that is updated",
            "What it provides may behave otherwise.",
            "https://squawkhq.com/docs/ban-alter-extension",
        ],
        &[Example::bad("ALTER EXTENSION hstore UPDATE;"), Example::good("SELECT 1;")],
    ),
];
