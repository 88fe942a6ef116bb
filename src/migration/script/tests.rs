use std::path::Path;

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn parse_bytes(bytes: &[u8]) -> Result<Script, ScriptError> {
    Script::parse(Path::new("migrations/a.sql"), bytes, &ScriptOptions::default())
}

fn parse(source: &str) -> Script {
    parse_bytes(source.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(source: &str) -> ScriptError {
    parse_bytes(source.as_bytes()).expect_err("the file is refused")
}

const TEMPLATE: &str = "\
-- Migration: 20260801093000_create_metrics.sql
-- Author: adele

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM migrations_history WHERE migration_name = '20260801093000_create_metrics') THEN
    RAISE NOTICE 'Migration already applied, skipping...';
    RETURN;
  END IF;
END $$;

BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.metrics (id uuid PRIMARY KEY);

INSERT INTO migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260801093000_create_metrics', NOW(), current_user);

COMMIT;
-- See: 20260801093000_create_metrics.down.sql
";

#[test]
fn the_template_of_the_governance_document_keeps_its_transaction() {
    let script = parse(TEMPLATE);
    assert_eq!(script.structure(), Structure::OwnTransaction);
    assert_eq!(script.transaction(), Some(1..4));
    let summaries: Vec<_> = script.statements().iter().map(|statement| script.summary(statement)).collect();
    assert_eq!(
        summaries,
        ["DO", "BEGIN", "CREATE TABLE scout_dash.metrics", "INSERT INTO migrations_history", "COMMIT"]
    );
    let insert = &script.statements()[3];
    assert_eq!(insert.records, Some(Record::Insert(vec!["20260801093000_create_metrics".into()])));
    assert_eq!(insert.position, Position { line: 16, column: 1 });
    assert!(script.text(insert).ends_with("current_user)"));
    assert_eq!(&**script.source(), TEMPLATE);
}

#[rstest]
#[case("", true, false)]
#[case("\u{feff}", true, true)]
#[case("-- only comments\n/* and */ ;;\n", true, false)]
#[case("\u{feff}select 1", false, true)]
fn a_file_may_have_no_statement_and_a_byte_order_mark(#[case] source: &str, #[case] empty: bool, #[case] bom: bool) {
    let script = parse(source);
    assert_eq!((script.is_empty(), script.has_bom()), (empty, bom));
    assert_eq!(script.structure(), Structure::Wrapped);
    assert_eq!(script.statements().iter().filter(|one| one.position != Position { line: 1, column: 1 }).count(), 0);
}

#[rstest]
#[case::wrapped("create table t (a int); alter table t add b int", Structure::Wrapped)]
#[case::wrapped_with_savepoints("savepoint a; select 1; rollback to a; release a", Structure::Wrapped)]
#[case::settings_only("set lock_timeout = '1s'; reset role; show all", Structure::Wrapped)]
#[case::own("begin; select 1; commit", Structure::OwnTransaction)]
#[case::own_in_other_words(
    "start transaction isolation level serializable; select 1; end work",
    Structure::OwnTransaction
)]
#[case::own_with_savepoints(
    "begin; savepoint a; rollback work to savepoint a; release savepoint a; commit",
    Structure::OwnTransaction
)]
#[case::looks_first(
    "set a.b = 1; select 1; (select 2); values (1); table t; do 'x'; begin; commit",
    Structure::OwnTransaction
)]
#[case::settings_last("begin; select 1; commit; reset all; set x = 1;", Structure::OwnTransaction)]
#[case::empty_transaction("begin; commit", Structure::OwnTransaction)]
#[case::stepwise("create index concurrently i on t (a)", Structure::Stepwise)]
#[case::stepwise_with_others("set x = 1; create index concurrently i on t (a); analyze t", Structure::Stepwise)]
fn the_structure_of_a_file(#[case] source: &str, #[case] expected: Structure) {
    assert_eq!(parse(source).structure(), expected);
}

/// Every shape in which change and history row could part, each refused at the statement that parts them.
#[rstest]
#[case::twice("begin; commit;\nbegin; commit", 2, Fault::SecondTransaction { committed: 1 })]
#[case::nested("begin;\nbegin; commit", 2, Fault::NestedBegin { since: 1 })]
#[case::never_committed("select 1;\nbegin; select 1", 2, Fault::BeginWithoutCommit)]
#[case::never_begun("select 1;\ncommit", 2, Fault::CommitWithoutBegin)]
#[case::committed_twice("begin; commit;\ncommit", 2, Fault::CommitWithoutBegin)]
#[case::rolled_back("begin; select 1;\nrollback", 2, Fault::RollsBack)]
#[case::aborted("begin; select 1;\nabort work", 2, Fault::RollsBack)]
#[case::rolled_back_without_begin("select 1;\nrollback", 2, Fault::RollsBack)]
#[case::rolled_back_after("begin; commit;\nrollback", 2, Fault::RollsBack)]
#[case::chained("begin; select 1;\ncommit and chain; commit", 2, Fault::Chain)]
#[case::chained_with_work("begin;\nend transaction and chain; commit", 2, Fault::Chain)]
#[case::rolled_back_and_chained("begin;\nrollback work and chain; commit", 2, Fault::Chain)]
#[case::prepared("begin; select 1;\nprepare transaction 'x'", 2, Fault::PrepareTransaction)]
#[case::discards("select 1;\ndiscard all", 2, Fault::DiscardAll)]
#[case::changes_before("select 1;\ncreate table t (a int); begin; commit", 2, Fault::BeforeBegin { command: "CREATE TABLE" })]
#[case::records_before("insert into migrations_history values (1); begin; commit", 1, Fault::BeforeBegin { command: "INSERT" })]
#[case::writes_with("with a as (select 1) delete from t; begin; commit", 1, Fault::BeforeBegin { command: "DELETE" })]
#[case::locks_before("lock table t; begin; commit", 1, Fault::BeforeBegin { command: "LOCK TABLE" })]
#[case::unknown_before("frobnicate; begin; commit", 1, Fault::BeforeBegin { command: "SQL" })]
#[case::changes_after("begin; commit;\nanalyze t", 2, Fault::AfterCommit { command: "ANALYZE" })]
#[case::notifies_after("begin; commit;\nnotify pgrst, 'reload schema'", 2, Fault::AfterCommit { command: "NOTIFY" })]
#[case::looks_after("begin; commit;\nselect f()", 2, Fault::AfterCommit { command: "SELECT" })]
#[case::outside_inside("begin;\ncreate index concurrently i on t (a); commit", 2,
    Fault::OutsideInTransaction { command: "CREATE INDEX CONCURRENTLY", since: 1 })]
#[case::outside_after("begin; commit;\nvacuum t", 2, Fault::MixedTransaction { command: "VACUUM" })]
#[case::outside_before("vacuum t; begin; commit", 1, Fault::MixedTransaction { command: "VACUUM" })]
#[case::savepoint_before("savepoint a; begin; commit", 1, Fault::SavepointOutside)]
#[case::savepoint_after("begin; commit;\nrelease a", 2, Fault::SavepointOutside)]
#[case::savepoint_stepwise("vacuum t;\nsavepoint a", 2, Fault::SavepointOutside)]
fn a_file_whose_change_and_record_could_part_is_refused(#[case] source: &str, #[case] line: u32, #[case] fault: Fault) {
    let error = refusal(source);
    assert_eq!((error.position.line, &error.fault), (line, &fault));
    assert!(!error.advice().is_empty());
}

#[rstest]
#[case("begin; commit and no chain")]
#[case("begin; end work and no chain")]
#[case("select 1; discard temp")]
#[case("prepare transaction_count as select 1")]
fn what_only_looks_like_it_is_not(#[case] source: &str) {
    parse(source);
}

/// The statement's kind when it stands by itself in a file.
fn kind(source: &str) -> StatementKind {
    let script = parse(source);
    assert_eq!(script.statements().len(), 1, "{source}");
    script.statements()[0].kind
}

/// What PostgreSQL refuses in a transaction block (`PreventInTransactionBlock` in its sources).
#[rstest]
#[case("create index concurrently i on t (a)", "CREATE INDEX CONCURRENTLY")]
#[case("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)", "CREATE INDEX CONCURRENTLY")]
#[case("create /* c */ index -- d\n concurrently on t (a)", "CREATE INDEX CONCURRENTLY")]
#[case("drop index concurrently if exists i", "DROP INDEX CONCURRENTLY")]
#[case("reindex table concurrently t", "REINDEX CONCURRENTLY")]
#[case("reindex (verbose) index concurrently i", "REINDEX CONCURRENTLY")]
#[case("reindex (concurrently) table t", "REINDEX CONCURRENTLY")]
#[case("reindex (verbose, concurrently true) table t", "REINDEX CONCURRENTLY")]
#[case("reindex schema s", "REINDEX SCHEMA")]
#[case("reindex database d", "REINDEX DATABASE")]
#[case("reindex (verbose) system d", "REINDEX SYSTEM")]
#[case("vacuum", "VACUUM")]
#[case("vacuum (analyze, verbose) t", "VACUUM")]
#[case("VACUUM FULL t", "VACUUM")]
#[case("cluster", "CLUSTER")]
#[case("cluster verbose", "CLUSTER")]
#[case("cluster (verbose)", "CLUSTER")]
#[case("create database d", "CREATE DATABASE")]
#[case("drop database if exists d", "DROP DATABASE")]
#[case("alter database d set tablespace s", "ALTER DATABASE SET TABLESPACE")]
#[case("create tablespace s location '/x'", "CREATE TABLESPACE")]
#[case("drop tablespace s", "DROP TABLESPACE")]
#[case("alter system set work_mem = '1GB'", "ALTER SYSTEM")]
#[case("alter system reset all", "ALTER SYSTEM")]
#[case("create subscription s connection 'c' publication p", "CREATE SUBSCRIPTION")]
#[case("create subscription s connection 'c' publication p with (create_slot = true)", "CREATE SUBSCRIPTION")]
#[case("create subscription s connection 'c' publication p with (enabled = false)", "CREATE SUBSCRIPTION")]
#[case("drop subscription s", "DROP SUBSCRIPTION")]
#[case("alter subscription s refresh publication", "ALTER SUBSCRIPTION REFRESH PUBLICATION")]
#[case("alter subscription s set publication p", "ALTER SUBSCRIPTION with refresh")]
#[case("alter subscription s add publication p with (copy_data = false)", "ALTER SUBSCRIPTION with refresh")]
#[case("alter subscription s set (failover = true)", "ALTER SUBSCRIPTION SET")]
#[case("alter table t detach partition p concurrently", "ALTER TABLE DETACH PARTITION CONCURRENTLY")]
#[case(
    "alter table if exists only a.\"T\" detach partition b.p concurrently",
    "ALTER TABLE DETACH PARTITION CONCURRENTLY"
)]
#[case("commit prepared 'x'", "COMMIT PREPARED")]
#[case("rollback prepared 'x'", "ROLLBACK PREPARED")]
fn a_statement_that_may_not_run_in_a_transaction(#[case] source: &str, #[case] command: &str) {
    assert_eq!(kind(source), StatementKind::OutsideTransaction(command.to_owned().leak()));
    assert_eq!(parse(source).structure(), Structure::Stepwise);
}

#[rstest]
#[case("create index i on t (a)", "CREATE INDEX")]
#[case("create index \"concurrently\" on t (a)", "CREATE INDEX")]
#[case("drop index i, j", "DROP INDEX")]
#[case("reindex table t", "REINDEX TABLE")]
#[case("reindex (concurrently false) index i", "REINDEX INDEX")]
#[case("reindex (concurrently off, verbose) table t", "REINDEX TABLE")]
#[case("analyze t", "ANALYZE")]
#[case("cluster t using i", "CLUSTER")]
#[case("cluster verbose \"t\"", "CLUSTER")]
#[case("alter database d set work_mem = 1", "ALTER DATABASE")]
#[case("alter tablespace s rename to r", "ALTER TABLESPACE")]
#[case("create subscription s connection 'c' publication p with (create_slot = false)", "CREATE SUBSCRIPTION")]
#[case("create subscription s connection 'c' publication p with (enabled = true, connect=off)", "CREATE SUBSCRIPTION")]
#[case("alter subscription s set publication p with (refresh = false)", "ALTER SUBSCRIPTION")]
#[case("alter subscription s enable", "ALTER SUBSCRIPTION")]
#[case("alter table t detach partition p", "ALTER TABLE")]
#[case("alter table t detach partition p finalize", "ALTER TABLE")]
#[case("alter table t detach partition \"concurrently\"", "ALTER TABLE")]
#[case("alter type mood add value 'calm'", "ALTER TYPE")]
#[case("refresh materialized view concurrently v", "REFRESH MATERIALIZED VIEW")]
#[case("create or replace view v as select 1", "CREATE VIEW")]
#[case("create temp table t (a int)", "CREATE TABLE")]
#[case("create foreign table t (a int) server s", "CREATE FOREIGN TABLE")]
#[case("create foreign data wrapper w", "CREATE FOREIGN DATA WRAPPER")]
#[case("create constraint trigger g after insert on t execute function f()", "CREATE TRIGGER")]
#[case("create text search configuration c (copy = simple)", "CREATE TEXT SEARCH CONFIGURATION")]
#[case("create user mapping for u server s", "CREATE USER MAPPING")]
#[case("create user u", "CREATE USER")]
#[case("create operator class c for type t using btree as operator 1 <", "CREATE OPERATOR CLASS")]
#[case("create operator + (leftarg = a, function = f)", "CREATE OPERATOR")]
#[case("alter default privileges grant select on tables to r", "ALTER DEFAULT PRIVILEGES")]
#[case("drop owned by r", "DROP OWNED")]
#[case("create", "CREATE")]
#[case("alter", "ALTER")]
#[case("drop", "DROP")]
#[case("with a as (select 1), b(x) as materialized (values (1)) insert into t select * from a", "INSERT")]
#[case("with recursive r as (select 1) search depth first by x set y select * from r", "SELECT")]
#[case("with update as (select 1) select * from update", "SELECT")]
#[case("((select 1) union (select 2))", "SELECT")]
#[case("merge into t using s on true when matched then delete", "MERGE")]
#[case("comment on table t is 'x'", "COMMENT ON")]
#[case("copy t (a, b) from '/tmp/stdin' with (format csv)", "COPY")]
#[case("copy t from program 'cat stdin'", "COPY")]
#[case("copy (select 1 from stdin) to '/tmp/x'", "COPY")]
#[case("do language plpgsql $$ begin null; end $$", "DO")]
#[case("call p()", "CALL")]
#[case("frobnicate the database", "SQL")]
#[case("\"select\" 1", "SQL")]
#[case("'x'", "SQL")]
#[case(") x", "SQL")]
fn another_statement_has_the_name_of_its_command(#[case] source: &str, #[case] command: &str) {
    assert_eq!(kind(source), StatementKind::Ordinary(command.to_owned().leak()));
}

#[test]
fn a_subscription_without_its_slot_may_be_dropped_in_a_transaction() {
    let script = parse(
        "begin; alter subscription s disable; alter subscription s set (slot_name = NONE); drop subscription s; commit",
    );
    assert_eq!(script.structure(), Structure::OwnTransaction);
}

#[rstest]
#[case("copy t from stdin;\n1\tit's\n\\.\n", Fault::CopyFromStdin)]
#[case("COPY public.t (a, \"b\") FROM STDIN WITH (FORMAT csv);\n", Fault::CopyFromStdin)]
#[case("copy t from stdin", Fault::CopyFromStdin)]
#[case("copy t from stdout", Fault::CopyFromStdin)]
#[case("copy t to stdout", Fault::CopyToStdout)]
#[case("copy (select a from b) to stdout csv", Fault::CopyToStdout)]
fn data_that_would_go_through_psql_is_refused(#[case] copy: &str, #[case] fault: Fault) {
    let error = refusal(&format!("select 1;\n  {copy}"));
    assert_eq!((error.position, error.fault), (Position { line: 2, column: 3 }, fault));
}

#[rstest]
#[case("insert into migrations_history (migration_name, applied_at) values ('a', now())", &["a"])]
#[case("INSERT INTO public.migrations_history (applied_at, \"migration_name\") VALUES (NOW(), 'a'), (f(1, 2), 'b')", &["a", "b"])]
#[case("insert into \"public\".\"migrations_history\" as h (migration_name) values (E'a\\x62'::text)", &["ab"])]
#[case("insert into Public.Migrations_History (Migration_Name) values ($x$a'b$x$)", &["a'b"])]
#[case("insert into migrations_history (migration_name) values (U&'\\0061'), (N'b'), ('it''s'), (text 'd'), (cast('e' as text))",
    &["a", "b", "it's", "d", "e"])]
#[case("insert into migrations_history (migration_name, applied_by) select 'a', u from users where x = 'y'", &["a"])]
#[case("insert into migrations_history values (1, 'a', now(), 'me')", &["a"])]
#[case("insert into migrations_history (migration_name) overriding system value values ('a') on conflict (migration_name) do nothing", &["a"])]
#[case("with x as (select 1) insert into migrations_history (migration_name) select 'a' from x", &["a"])]
#[case("insert into migrations_history (migration_name) values ('a' || 'b')", &[])]
#[case("insert into migrations_history (migration_name) values (lower('A'))", &[])]
#[case("insert into migrations_history (migration_name) values (current_setting('x'))", &[])]
#[case("insert into migrations_history (migration_name) (select 'a')", &["a"])]
#[case("insert into migrations_history (applied_by) values ('me')", &[])]
#[case("insert into migrations_history default values", &[])]
fn an_insert_says_which_migrations_it_records(#[case] source: &str, #[case] names: &[&str]) {
    let script = parse(source);
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(script.statements()[0].records, Some(Record::Insert(names)));
}

#[rstest]
#[case("delete from migrations_history where migration_name = 'a'", &["a"])]
#[case("DELETE FROM ONLY public.migrations_history h WHERE h.migration_name='a' AND applied_by = 'me'", &["a"])]
#[case("delete from migrations_history where 'a' = migration_name", &["a"])]
#[case("delete from migrations_history where 'a' = public.migrations_history.migration_name", &["a"])]
#[case("delete from migrations_history where migration_name in ('a', $$b$$)", &["a", "b"])]
#[case("delete from migrations_history where migration_name = any (array['a', 'b'])", &["a", "b"])]
#[case("delete from migrations_history where migration_name = text 'a' or migration_name = E'\\x62'", &["a", "b"])]
#[case("delete from migrations_history where migration_name <> 'a'", &[])]
#[case("delete from migrations_history where migration_name = current_setting('x')", &[])]
#[case("delete from migrations_history where applied_by = 'me'", &[])]
#[case("delete from migrations_history", &[])]
fn a_delete_says_which_records_it_removes(#[case] source: &str, #[case] names: &[&str]) {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(parse(source).statements()[0].records, Some(Record::Delete(names)));
}

#[test]
fn an_update_of_the_history_is_told_too() {
    let script = parse("update migrations_history set rollback_applied = true where migration_name = 'a'");
    assert_eq!(script.statements()[0].records, Some(Record::Update(vec!["a".into()])));
}

#[rstest]
#[case("select * from migrations_history where migration_name = 'a'")]
#[case("insert into audit.migrations_history (migration_name) values ('a')")]
#[case("insert into \"Migrations_History\" (migration_name) values ('a')")]
#[case("insert into migrations_history_old (migration_name) values ('a')")]
#[case("insert into t select migration_name from migrations_history")]
#[case("delete from t using migrations_history where migration_name = 'a'")]
#[case("insert into")]
#[case("insert into public.")]
fn another_statement_records_nothing(#[case] source: &str) {
    assert_eq!(parse(source).statements()[0].records, None);
}

#[test]
fn the_history_table_is_the_one_that_the_project_names() {
    let options = ScriptOptions { history_table: TableName::new("Ops", "Done") };
    let source = "insert into \"Ops\".\"Done\" values (1, 'a'); insert into \"Done\" values (1, 'b'); insert into ops.done values (1, 'c')";
    let script = Script::parse(Path::new("a.sql"), source.as_bytes(), &options).unwrap();
    let recorded: Vec<_> = script.statements().iter().map(|statement| statement.records.is_some()).collect();
    assert_eq!(recorded, [true, true, false]);
}

#[rstest]
#[case("create table if not exists scout_dash.metrics (id uuid)", "create table scout_dash.metrics")]
#[case("CREATE  INDEX\nidx ON scout_dash.metrics(recorded_at)", "CREATE INDEX idx ON scout_dash.metrics")]
#[case("CREATE POLICY \"p q\" ON t FOR SELECT USING (true)", "CREATE POLICY \"p q\" ON t FOR SELECT")]
#[case(
    "ALTER TABLE t ADD COLUMN IF NOT EXISTS owner text NOT NULL DEFAULT 'x'",
    "ALTER TABLE t ADD COLUMN owner text NOT NULL DEFAULT"
)]
#[case("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "ALTER TABLE t ALTER COLUMN a SET NOT NULL")]
#[case("ALTER TABLE t ADD a int, ADD b int", "ALTER TABLE t ADD a int …")]
#[case("ALTER TYPE mood ADD VALUE 'calm'", "ALTER TYPE mood ADD VALUE 'calm'")]
#[case("ALTER ROLE r PASSWORD 'secret'", "ALTER ROLE r PASSWORD")]
#[case("INSERT INTO s.t (a) VALUES ('secret')", "INSERT INTO s.t")]
#[case("UPDATE t SET a = 1 WHERE b", "UPDATE t")]
#[case("DELETE FROM t WHERE a = 1", "DELETE FROM t")]
#[case("CREATE VIEW v AS SELECT 1", "CREATE VIEW v")]
#[case("COMMENT ON TABLE t IS 'long'", "COMMENT ON TABLE t")]
#[case("GRANT SELECT ON t TO r", "GRANT SELECT ON t TO r")]
#[case("DO $$ secret $$", "DO")]
#[case("SELECT set_config('a', 'secret', false)", "SELECT set_config('…', '…', false)")]
#[case("SELECT a.b, c[1], d::int FROM t", "SELECT a.b, c[1], d::int FROM t")]
#[case("SET lock_timeout = 5", "SET lock_timeout = 5")]
#[case("create table \"a\u{1b}[31m\" (x int)", "create table \"a\\x1b[31m\"")]
#[case("'x'", "'…'")]
fn a_summary_says_what_a_statement_is_about(#[case] source: &str, #[case] expected: &str) {
    let script = parse(source);
    assert_eq!(script.summary(&script.statements()[0]), expected);
}

#[test]
fn a_file_that_is_not_utf8_is_refused_at_the_first_such_byte() {
    let error = parse_bytes(b"select 1;\nselect 'caf\xe9';").unwrap_err();
    assert_eq!((error.position, &error.fault), (Position { line: 2, column: 12 }, &Fault::NotUtf8 { utf_16: false }));
    let error = parse_bytes(b"\xff\xfes\0e\0l\0").unwrap_err();
    assert_eq!(error.fault, Fault::NotUtf8 { utf_16: true });
    assert!(error.to_string().contains("UTF-16"), "{error}");
}

#[test]
fn a_nul_is_refused() {
    let error = refusal("select 1;\n\0");
    assert_eq!((error.position, error.fault), (Position { line: 2, column: 1 }, Fault::Nul));
}

#[test]
fn an_error_says_where_what_how_things_stand_and_what_to_do() {
    let options = ScriptOptions::default();
    let error = Script::parse(Path::new("mig\u{1b}rations/a.sql"), b"select 1;\n \\i b.sql", &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "mig\\x1brations/a.sql:2:2: \\i is a command of psql, not SQL. Nothing of this file has run. Put the included file's \
         SQL here in its place."
    );
}

#[test]
fn places_in_the_file_are_found_after_it_is_split() {
    let script = parse("\u{feff}select 'é',\r\n  1");
    assert_eq!(script.position(3), Position { line: 1, column: 1 });
    assert_eq!(script.position(script.source().find(',').unwrap()), Position { line: 1, column: 11 });
    assert_eq!(script.position(script.source().len() + 9), Position { line: 2, column: 4 });
}

proptest! {
    #[test]
    fn any_bytes_are_a_script_or_an_error_that_can_be_shown(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes)?;
    }

    #[test]
    fn any_words_are_a_script_or_an_error_that_can_be_shown(
        words in prop::collection::vec(prop::sample::select(vec![
            "begin", "commit", "rollback", "to", "insert", "into", "migrations_history", "(", ")", "migration_name", "values",
            "'a'", "E'\\x61'", "$$b$$", ",", ";", "delete", "from", "where", "=", "in", "any", "array", "[", "]", "with", "as",
            "select", "update", "set", "create", "alter", "drop", "subscription", "table", "index", "concurrently", "reindex",
            "cluster", "copy", "stdin", "public", ".", "\"\"", "U&\"\\0061\"", "U&'\\'", "::text", "if", "not", "exists", "é", "\u{1b}",
        ]), 0..30),
    ) {
        check(words.join(" ").as_bytes())?;
    }
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    match parse_bytes(bytes) {
        Ok(script) => {
            for statement in script.statements() {
                let summary = script.summary(statement);
                prop_assert!(summary.chars().count() <= SUMMARY_CHARACTERS);
                prop_assert!(!summary.chars().any(char::is_control));
                prop_assert_eq!(script.position(statement.range.start), statement.position);
            }
            if let Some(transaction) = script.transaction() {
                prop_assert_eq!(script.statements()[transaction.start].kind, StatementKind::Begin);
                prop_assert_eq!(script.statements()[transaction.end].kind, StatementKind::Commit);
            }
        }
        Err(error) => prop_assert!(!error.to_string().chars().any(char::is_control)),
    }
    Ok(())
}
