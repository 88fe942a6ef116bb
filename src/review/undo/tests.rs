//! What rollbacks owe, and what they do not.

use std::path::Path;

use rstest::rstest;

use super::*;
use crate::migration::script::ScriptOptions;

fn owed(up: &str, down: &str) -> Vec<String> {
    let read = |text: &str| Sql::read(Path::new("x.sql"), text.as_bytes(), &ScriptOptions::default()).0;
    let (up, down) = (read(up), read(down));
    assert_eq!((&up.error, &down.error), (&None, &None));
    debts(&up, &down, &TableName::default()).into_iter().map(|debt| debt.what).collect()
}

#[rstest]
#[case::a_role("CREATE ROLE a", "DROP ROLE a")]
#[case::a_dropped_role("DROP ROLE a", "CREATE ROLE a")]
#[case::partitions(
    "CREATE TABLE p (id int, at date) PARTITION BY RANGE (at); \
     CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); CREATE INDEX i ON p1 (id)",
    "DROP TABLE p"
)]
#[case::an_attached_partition(
    "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 (id int); \
     ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1)",
    "DROP TABLE p"
)]
#[case::a_child("CREATE TABLE p (id int); CREATE TABLE c () INHERITS (p)", "DROP TABLE p CASCADE")]
#[case::an_attached_index(
    "CREATE INDEX qi ON ONLY q (a); CREATE INDEX q1i ON q1 (a); ALTER INDEX qi ATTACH PARTITION q1i",
    "DROP INDEX qi"
)]
#[case::a_partition_detached_and_dropped_that_comes_back(
    "CREATE TABLE kept AS SELECT 1 AS a FROM p1; ALTER TABLE p DETACH PARTITION p1; DROP TABLE p1",
    "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p1 SELECT a FROM kept; DROP TABLE kept"
)]
#[case::a_temporary_table(
    "CREATE TEMP TABLE x AS SELECT 1 AS a; CREATE INDEX i ON x (a); ALTER TABLE x ADD COLUMN b int; DROP TABLE x",
    "SELECT 1"
)]
#[case::a_temporary_sequence("CREATE TEMP SEQUENCE q", "SELECT 1")]
#[case::in_the_temporary_schema("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "SELECT 1")]
#[case::triggers_off_for_a_while("ALTER TABLE t DISABLE TRIGGER r; ALTER TABLE t ENABLE TRIGGER r", "SELECT 1")]
#[case::policies_off_for_a_while(
    "ALTER TABLE t DISABLE ROW LEVEL SECURITY; ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "SELECT 1"
)]
#[case::a_parameter_for_a_while(
    "ALTER TABLE t SET (autovacuum_enabled = false); ALTER TABLE t RESET (autovacuum_enabled)",
    "SELECT 1"
)]
#[case::unlogged_for_a_while("ALTER TABLE t SET UNLOGGED; ALTER TABLE t SET LOGGED", "SELECT 1")]
#[case::a_right_for_a_while("GRANT CREATE ON SCHEMA s TO m; REVOKE CREATE ON SCHEMA s FROM m", "SELECT 1")]
#[case::a_name_for_a_while("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t", "SELECT 1")]
#[case::an_expression_of_a_new_column(
    "ALTER TABLE t ADD COLUMN a text; CREATE INDEX i ON t (lower(a))",
    "ALTER TABLE t DROP COLUMN a"
)]
#[case::a_predicate_of_a_new_column(
    "ALTER TABLE t ADD COLUMN \"aB\" text; CREATE INDEX i ON t (b) WHERE \"aB\" IS NULL; CREATE INDEX j ON t (\"aB\" DESC)",
    "ALTER TABLE t DROP COLUMN \"aB\""
)]
#[case::an_index_that_a_constraint_takes_over(
    "CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
    "ALTER TABLE t DROP CONSTRAINT c"
)]
#[case::the_sequence_of_a_serial(
    "CREATE TABLE t (id bigserial PRIMARY KEY); GRANT USAGE ON SEQUENCE t_id_seq TO app; ALTER INDEX t_pkey RENAME TO k",
    "DROP TABLE t"
)]
#[case::the_sequence_of_a_serial_column(
    "ALTER TABLE t ADD COLUMN n bigserial; ALTER SEQUENCE t_n_seq OWNER TO app",
    "ALTER TABLE t DROP COLUMN n"
)]
#[case::an_owned_sequence("CREATE SEQUENCE q OWNED BY t.n", "ALTER TABLE t DROP COLUMN n")]
#[case::a_generated_column(
    "ALTER TABLE t DROP COLUMN total",
    "ALTER TABLE t ADD COLUMN total int GENERATED ALWAYS AS (a + b) STORED"
)]
#[case::a_renamed_schema("ALTER SCHEMA a RENAME TO b", "ALTER SCHEMA b RENAME TO a")]
#[case::a_renamed_trigger("ALTER TRIGGER a ON t RENAME TO b", "ALTER TRIGGER b ON t RENAME TO a")]
#[case::a_renamed_policy("ALTER POLICY a ON t RENAME TO b", "ALTER POLICY b ON t RENAME TO a")]
#[case::a_renamed_role("ALTER ROLE a RENAME TO b", "ALTER ROLE b RENAME TO a")]
#[case::a_renamed_publication("ALTER PUBLICATION a RENAME TO b", "ALTER PUBLICATION b RENAME TO a")]
#[case::a_renamed_server("ALTER SERVER a RENAME TO b", "ALTER SERVER b RENAME TO a")]
#[case::a_dot_in_a_name("ALTER VIEW \"My.View\" RENAME TO b", "ALTER VIEW b RENAME TO \"My.View\"")]
#[case::a_view_by_another_word("ALTER TABLE v RENAME TO w", "ALTER VIEW w RENAME TO v")]
#[case::a_moved_function("ALTER FUNCTION f(int) SET SCHEMA x", "ALTER FUNCTION x.f(integer) SET SCHEMA public")]
#[case::a_moved_type("ALTER TYPE a SET SCHEMA x", "ALTER TYPE x.a SET SCHEMA public")]
#[case::an_index_of_a_moved_table(
    "CREATE INDEX i ON t (a); ALTER TABLE t SET SCHEMA x",
    "DROP INDEX x.i; ALTER TABLE x.t SET SCHEMA public"
)]
#[case::a_replaced_trigger(
    "CREATE OR REPLACE TRIGGER r BEFORE INSERT ON t EXECUTE FUNCTION g()",
    "CREATE OR REPLACE TRIGGER r BEFORE INSERT ON t EXECUTE FUNCTION f()"
)]
#[case::rows_read_only("COPY t TO '/tmp/t'", "SELECT 1")]
#[case::rights_in_a_new_schema(
    "CREATE SCHEMA s; GRANT SELECT ON ALL TABLES IN SCHEMA s TO app; ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO app",
    "DROP SCHEMA s"
)]
#[case::all_rights_of_a_role("GRANT SELECT ON t TO r", "DROP OWNED BY r")]
#[case::what_depends_on_a_type(
    "CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP TYPE mood CASCADE"
)]
#[case::an_operator(
    "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = f)",
    "DROP OPERATOR === (int, int)"
)]
#[case::a_cast("CREATE CAST (varchar AS mood) WITH INOUT", "DROP CAST (character varying AS mood)")]
#[case::a_setting_of_the_server("ALTER SYSTEM SET work_mem = '1MB'", "ALTER SYSTEM RESET work_mem")]
#[case::a_published_table("CREATE TABLE t (a int); ALTER PUBLICATION p ADD TABLE t", "DROP TABLE t")]
#[case::a_trigger_that_goes(
    "CREATE TRIGGER r BEFORE INSERT ON t EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER r",
    "DROP TRIGGER r ON t"
)]
#[case::a_named_not_null("ALTER TABLE t ADD CONSTRAINT nn NOT NULL a", "ALTER TABLE t DROP CONSTRAINT nn")]
#[case::a_constraint_renamed_and_dropped(
    "ALTER TABLE t RENAME CONSTRAINT a TO b; ALTER TABLE t DROP CONSTRAINT b",
    "ALTER TABLE t ADD CONSTRAINT a CHECK (x > 0)"
)]
#[case::an_index_without_a_name("CREATE INDEX ON t (a)", "DROP INDEX t_a_idx")]
#[case::a_check_without_a_name("ALTER TABLE t ADD CHECK (a > 0)", "ALTER TABLE t DROP CONSTRAINT t_a_check1")]
#[case::overloads(
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP FUNCTION f(integer); DROP FUNCTION f(text)"
)]
#[case::procedures_in_one_statement(
    "CREATE PROCEDURE a() LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE b(int) LANGUAGE sql AS 'SELECT 1'",
    "DROP PROCEDURE a(), b(int)"
)]
#[case::a_new_table_under_an_old_name(
    "CREATE TABLE n (a int); ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t",
    "DROP TABLE t; ALTER TABLE o RENAME TO t"
)]
#[case::an_identity(
    "ALTER TABLE t ALTER id ADD GENERATED BY DEFAULT AS IDENTITY",
    "ALTER TABLE t ALTER id DROP IDENTITY IF EXISTS"
)]
#[case::a_statistics_target("ALTER TABLE t ALTER a SET STATISTICS 500", "ALTER TABLE t ALTER a SET STATISTICS -1")]
#[case::a_key_of_a_new_table(
    "CREATE TABLE k (id int PRIMARY KEY); ALTER TABLE k DROP CONSTRAINT k_pkey",
    "DROP TABLE k"
)]
#[case::a_column_of_a_copy("CREATE TABLE k AS SELECT id, b FROM t; ALTER TABLE k DROP COLUMN b", "DROP TABLE k")]
#[case::a_check_of_a_new_column(
    "ALTER TABLE t ADD COLUMN a int CHECK (a > 0); ALTER TABLE t DROP CONSTRAINT t_a_check",
    "ALTER TABLE t DROP COLUMN a"
)]
#[case::a_default_off_for_a_while(
    "ALTER TABLE t ALTER a DROP DEFAULT, ALTER a TYPE bigint, ALTER a SET DEFAULT 0",
    "ALTER TABLE t ALTER a TYPE int"
)]
#[case::named_parameters(
    "CREATE FUNCTION f(a int, b numeric(10, 2)) RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f(a int, b numeric(10, 2)) OWNER TO app",
    "DROP FUNCTION f(x integer, numeric)"
)]
#[case::an_owner_by_named_parameters(
    "ALTER FUNCTION f(a int, b text) OWNER TO app",
    "ALTER FUNCTION f(int, text) OWNER TO postgres"
)]
#[case::an_index_in_case_it_is_there(
    "CREATE INDEX ON t (lower(a)) WHERE b IS NULL",
    "DROP INDEX IF EXISTS t_lower_idx"
)]
#[case::a_check_in_case_it_is_there(
    "ALTER TABLE t ADD CHECK (a > 0 AND a < 10)",
    "ALTER TABLE t DROP CONSTRAINT IF EXISTS t_a_check"
)]
#[case::what_others_use_as_well(
    "CREATE EXTENSION IF NOT EXISTS pgcrypto; CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.t (a int)",
    "DROP TABLE s.t"
)]
#[case::a_function_by_its_name_alone(
    "DROP FUNCTION f",
    "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'"
)]
#[case::statistics_of_a_table("CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t", "DROP TABLE t")]
#[case::types_by_other_names(
    "CREATE FUNCTION f(timestamp(3) with time zone, public.mood, int[3], char(3)) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP FUNCTION f(timestamptz, mood, integer[], bpchar)"
)]
#[case::a_new_column_under_another_name(
    "ALTER TABLE t ADD COLUMN fn text; ALTER TABLE t RENAME fn TO name; UPDATE t SET name = 'x'",
    "ALTER TABLE t DROP COLUMN name"
)]
#[case::rights_on_a_new_server(
    "CREATE SERVER fs FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN SERVER fs TO app",
    "DROP SERVER fs"
)]
#[case::a_moved_extension("ALTER EXTENSION p SET SCHEMA a", "ALTER EXTENSION p SET SCHEMA public")]
#[case::clustering("ALTER TABLE t SET WITHOUT CLUSTER", "ALTER TABLE t CLUSTER ON i")]
#[case::the_schema_of_the_path("SET search_path TO app, public; CREATE TABLE t (id int)", "DROP TABLE app.t")]
#[case::the_path_of_the_rollback(
    "CREATE TABLE app.t (id int); CREATE TRIGGER r BEFORE INSERT ON app.t EXECUTE FUNCTION f()",
    "SET LOCAL search_path = \"$user\", app; DROP TRIGGER r ON t; DROP TABLE t"
)]
#[case::a_path_set_by_a_function(
    "SELECT pg_catalog.set_config('search_path', 'app', false); CREATE VIEW v AS SELECT 1",
    "DROP VIEW app.v"
)]
#[case::the_public_schema_said_or_not("CREATE TABLE public.t (a int)", "DROP TABLE t")]
fn nothing_is_owed(#[case] up: &str, #[case] down: &str) {
    assert_eq!(owed(up, down), Vec::<String>::new());
}

#[rstest]
#[case::rows_of_a_table_made_anew("DROP TABLE t; CREATE TABLE t (a bigint)", "DROP TABLE t; CREATE TABLE t (a int)", &["the data of t"])]
#[case::rows_of_a_column_made_anew(
    "ALTER TABLE t DROP COLUMN a, ADD COLUMN a bigint",
    "ALTER TABLE t DROP COLUMN a, ADD COLUMN a int",
    &["the data of t.a"]
)]
#[case::a_name_that_another_has_taken(
    "ALTER TABLE users RENAME TO accounts; CREATE VIEW users AS SELECT 1",
    "DROP VIEW users",
    &["the name of the table users, which is accounts now"]
)]
#[case::a_table_in_the_place_of_another(
    "ALTER TABLE ev RENAME TO ev_old; CREATE TABLE ev (a int)",
    "DROP TABLE ev",
    &["the name of the table ev, which is ev_old now"]
)]
#[case::what_is_changed_under_another_name(
    "ALTER TABLE users RENAME TO accounts; ALTER TABLE accounts ALTER a SET NOT NULL",
    "ALTER TABLE accounts RENAME TO users",
    &["whether users.a may be null"]
)]
#[case::an_index_without_a_name("CREATE INDEX ON t (a)", "DROP INDEX u_a_key", &["an index on t"])]
#[case::one_overload_of_two(
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP FUNCTION f(int)",
    &["function f(text)"]
)]
#[case::another_overload(
    "CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION f(int)",
    "SELECT 1",
    &["function f(integer, integer)", "function f(integer)"]
)]
#[case::an_owner_beside_a_dropped_table(
    "CREATE TABLE x (id int); ALTER TABLE t OWNER TO app",
    "DROP TABLE x",
    &["the owner of t"]
)]
#[case::what_cascade_does_not_reach(
    "CREATE TYPE y AS ENUM ('a'); CREATE VIEW v AS SELECT id FROM users",
    "DROP TYPE y CASCADE",
    &["view v"]
)]
#[case::an_update_beside_a_new_column(
    "ALTER TABLE t ADD COLUMN z int; UPDATE t SET a = 1",
    "ALTER TABLE t DROP COLUMN z",
    &["what an UPDATE overwrites in t"]
)]
#[case::a_check_beside_a_new_column(
    "ALTER TABLE t ADD COLUMN z int; ALTER TABLE t ADD CONSTRAINT b_pos CHECK (b > 0)",
    "ALTER TABLE t DROP COLUMN z",
    &["constraint b_pos of t"]
)]
#[case::another_column_is_written(
    "ALTER TABLE t DROP COLUMN a",
    "ALTER TABLE t ADD COLUMN a int; UPDATE t SET z = 1 WHERE id = 2",
    &["the data of t.a"]
)]
#[case::one_setting_of_two(
    "ALTER TABLE t SET (fillfactor = 80); ALTER TABLE t OWNER TO app",
    "ALTER TABLE t RESET (fillfactor)",
    &["the owner of t"]
)]
#[case::one_partition_of_two(
    "ALTER TABLE p ATTACH PARTITION a FOR VALUES IN (1); ALTER TABLE p ATTACH PARTITION b FOR VALUES IN (2)",
    "ALTER TABLE p DETACH PARTITION a",
    &["the partition b of p"]
)]
#[case::one_of_two_tables("GRANT SELECT ON t, u TO a", "REVOKE SELECT ON t FROM a", &["the rights of a on u"])]
#[case::one_of_two_rights("GRANT SELECT, INSERT ON t TO a", "REVOKE SELECT ON t FROM a", &["the rights of a on t"])]
#[case::a_member("GRANT admin TO bob", "REVOKE SELECT ON t FROM bob", &["whether bob is in admin"])]
#[case::one_of_two_schemas(
    "ALTER DEFAULT PRIVILEGES IN SCHEMA a GRANT SELECT ON TABLES TO r; ALTER DEFAULT PRIVILEGES IN SCHEMA b GRANT SELECT ON TABLES TO r",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA a REVOKE SELECT ON TABLES FROM r",
    &["the rights of r in b"]
)]
#[case::the_same_again("ALTER TABLE t ALTER a SET DEFAULT 5", "ALTER TABLE t ALTER a SET DEFAULT 5", &["the default of t.a"])]
#[case::the_same_rows_again("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)", &["rows of t"])]
#[case::another_constraint("ALTER TABLE t ADD UNIQUE (a)", "ALTER TABLE t DROP CONSTRAINT t_other_check", &["a constraint of t"])]
#[case::one_constraint_of_two(
    "ALTER TABLE t ADD UNIQUE (a); ALTER TABLE t ADD UNIQUE (b)",
    "ALTER TABLE t DROP CONSTRAINT t_a_key",
    &["a constraint of t"]
)]
#[case::a_sequence_that_is_not_owned(
    "CREATE SEQUENCE q; ALTER SEQUENCE q OWNER TO app; CREATE TABLE z (a int)",
    "DROP TABLE z",
    &["sequence q"]
)]
#[case::made_again_by_the_rollback("CREATE TABLE t (a int)", "DROP TABLE t; CREATE TABLE t (a int)", &[])]
#[case::made_and_dropped_by_the_rollback("DROP INDEX i", "CREATE INDEX i ON t (a); DROP INDEX i", &["index i"])]
#[case::another_kind("CREATE TABLE t (a int)", "DROP VIEW IF EXISTS t", &["table t"])]
#[case::more_than_was_made("ALTER TABLE t ADD COLUMN a int", "DROP TABLE t", &["table t"])]
#[case::behind_a_query_into_a_variable(
    "CREATE TABLE a (id int); CREATE TABLE b (id int)",
    "DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM a; DROP TABLE a; END $$",
    &["table b"]
)]
#[case::rights_that_are_narrowed(
    "REVOKE ALL ON t FROM app; GRANT SELECT ON t TO app",
    "SELECT 1",
    &["the rights of app on t"]
)]
#[case::less_than_was_given("GRANT ALL ON t TO app", "REVOKE DELETE ON t FROM app", &["the rights of app on t"])]
#[case::one_parameter_of_two(
    "ALTER ROLE r SET statement_timeout = 1; ALTER ROLE r SET lock_timeout = 1",
    "ALTER ROLE r RESET statement_timeout",
    &["the parameter lock_timeout of the role r"]
)]
#[case::a_table_that_the_migration_does_not_know(
    "ALTER TABLE t ADD COLUMN a int",
    "ALTER TABLE t DROP COLUMN a; DROP TABLE customers",
    &["table customers"]
)]
#[case::the_same_type_in_other_words(
    "ALTER TABLE t ALTER a TYPE bigint",
    "ALTER TABLE t ALTER COLUMN a SET DATA TYPE bigint",
    &["the type of t.a"]
)]
#[case::the_column_alone("ALTER TABLE t ADD COLUMN u_id bigint REFERENCES u (id)", "SELECT 1", &["column t.u_id"])]
#[case::the_table_alone("CREATE TABLE t (a int); CREATE INDEX i ON t (a)", "SELECT 1", &["table t"])]
#[case::another_schema_than_the_path("SET search_path TO app; CREATE TABLE t (id int)", "DROP TABLE IF EXISTS public.t", &["table app.t"])]
#[case::emptied_with_its_sequence("TRUNCATE t RESTART IDENTITY", "SELECT 1", &["the data of t"])]
fn what_is_owed_is_told(#[case] up: &str, #[case] down: &str, #[case] expected: &[&str]) {
    assert_eq!(owed(up, down), expected);
}

#[test]
fn many_names_one_after_the_other_take_no_time() {
    let up: String = (0..2_000).map(|n| format!("ALTER TABLE t{n} RENAME TO t{};\n", n + 1)).collect();
    let down: String = (0..2_000).rev().map(|n| format!("ALTER TABLE t{} RENAME TO t{n};\n", n + 1)).collect();
    assert_eq!(owed(&up, &down), Vec::<String>::new());
}
