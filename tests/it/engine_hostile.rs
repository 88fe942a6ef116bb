//! Scripts that change settings, roles and the history itself; databases that are set up oddly.

use rstest::rstest;
use tidegate::postgres::history::HistoryTable;
use tidegate::postgres::run::{DatabaseState, RunErrorKind, RunEvent};

use crate::support::Server;
use crate::support::ground::{Ground, down, up};

const NAME: &str = "20260801093000_create_metrics";
const NEXT: &str = "20260801094000_alter_metrics";

#[rstest]
#[case::strings("SET standard_conforming_strings = off; SELECT 'a\\\\b'")]
#[case::reset_all("RESET ALL")]
#[case::search_path("CREATE SCHEMA nowhere; SET search_path = nowhere")]
#[case::no_search_path("SELECT set_config('search_path', '', false)")]
#[case::client_encoding("SET client_encoding = 'LATIN1'")]
#[case::style("SET datestyle = 'German, DMY'; SET intervalstyle = 'sql_standard'; SET timezone = 'Asia/Kolkata'")]
#[case::float("SET extra_float_digits = -15; SET bytea_output = 'escape'")]
#[case::role("CREATE ROLE hostile_role; SET ROLE hostile_role")]
#[case::session_user("CREATE ROLE hostile_user; SET SESSION AUTHORIZATION hostile_user")]
#[case::timeouts(
    "SET lock_timeout = 1; SET statement_timeout = 600000; SET idle_in_transaction_session_timeout = 1000000"
)]
#[case::cursor("DECLARE c CURSOR WITH HOLD FOR SELECT 1")]
#[case::listen("LISTEN everything; NOTIFY everything, 'x'")]
#[case::temporary("CREATE TEMPORARY TABLE migrations_history (id integer)")]
#[case::deallocate("DEALLOCATE ALL")]
#[case::hidden_deallocate("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")]
#[case::prepare("PREPARE mine AS SELECT 1")]
#[case::read_only("SET default_transaction_read_only = on")]
#[case::copy_out("DO $$ BEGIN PERFORM 1; END $$; SELECT 1 \\; SELECT 2")]
#[case::plans("SET plan_cache_mode = force_custom_plan; SET row_security = off; SET jit = off")]
#[tokio::test]
async fn nothing_that_a_script_sets_reaches_its_record_or_the_next_script(#[case] hostile: &str) {
    let hostile = hostile.replace("\\;", ";");
    let server = Server::own();
    let ground = Ground::on(&server).await;
    let settings = "SELECT string_agg(name || '=' || setting, E'\\n' ORDER BY name) FROM pg_settings \
                    WHERE name NOT IN ('application_name', 'lock_timeout', 'statement_timeout') \
                    AND name NOT LIKE 'plpgsql.%'";
    let look = format!(
        "CREATE TABLE seen AS SELECT ({settings}) AS settings, current_user AS role, session_user AS login, \
             (SELECT count(*) FROM pg_prepared_statements WHERE name !~ '^tidegate_') AS prepared, \
             (SELECT count(*) FROM pg_cursors WHERE is_holdable) AS cursors, \
             (SELECT count(*) FROM pg_listening_channels()) AS channels, \
             to_regclass('pg_temp.migrations_history') AS temporary, \
             current_setting('lock_timeout') AS lock_timeout"
    );
    let unspoiled = ground.database.value(settings);
    let outcomes = ground.run_all(&[up(NAME, &hostile), up(NEXT, &look)]).await.unwrap();
    assert_eq!(ground.history().await, [outcomes[0].row.clone(), outcomes[1].row.clone()]);
    let seen = ground.database.value("SELECT settings FROM seen");
    let spoiled: Vec<&str> = seen.lines().filter(|line| !unspoiled.lines().any(|before| before == *line)).collect();
    assert_eq!(spoiled, Vec::<&str>::new());
    let rest = "SELECT concat_ws(' ', role, login, prepared, cursors, channels, temporary, lock_timeout) FROM seen";
    assert_eq!(ground.database.value(rest), "postgres postgres 0 0 0 5s");
}

#[rstest]
#[case::in_words(
    "INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('20260801999999_x', now(), 'x')"
)]
#[case::update("UPDATE public.migrations_history SET checksum = 'x' WHERE migration_name = 'other'")]
#[case::delete("DELETE FROM migrations_history WHERE migration_name = 'other'")]
#[tokio::test]
async fn a_script_that_says_it_records_another_migration_is_refused_before_anything_runs(#[case] statement: &str) {
    let ground = Ground::new().await;
    let (ended, events) = ground.start(&[up(NAME, &format!("CREATE TABLE one ();\n{statement};"))]).end().await;
    let error = ended.unwrap_err();
    assert!(matches!(error.kind, RunErrorKind::RecordsAnotherName { .. }), "{error}");
    assert_eq!((error.state, error.place.unwrap().line), (DatabaseState::Unchanged, 2));
    assert_eq!(events, []);
}

#[rstest]
#[case::computed(
    "INSERT INTO migrations_history (migration_name, applied_at, applied_by) SELECT 'oth' || 'er2', now(), 'x'",
    "records \"other2\" instead of"
)]
#[case::in_a_block(
    "DO $$ BEGIN INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('x', now(), 'x'); END $$",
    "records \"x\" instead of"
)]
#[case::deletes("DELETE FROM migrations_history WHERE id > 0", "removes the row of other")]
#[case::deletes_in_a_block("DO $$ BEGIN DELETE FROM migrations_history; END $$", "removes the row of other")]
#[case::truncates("TRUNCATE migrations_history", "removes the row of other")]
#[case::updates("UPDATE migrations_history SET applied_by = 'x'", "changes the row of other")]
#[case::replaces(
    "CREATE TABLE copy (LIKE migrations_history INCLUDING ALL); ALTER TABLE copy ALTER id SET DEFAULT 5; \
     DROP TABLE migrations_history CASCADE; \
     ALTER TABLE copy RENAME TO migrations_history",
    "removes the row of other"
)]
#[tokio::test]
async fn a_script_that_changes_the_history_of_others_is_rolled_back(#[case] statements: &str, #[case] expected: &str) {
    let ground = Ground::new().await;
    ground.database.execute(
        "INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('other', now(), 'psql')",
    );
    let error = ground.fail(up(NAME, &format!("CREATE TABLE one (); {statements};"))).await;
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(error.state, DatabaseState::RolledBack);
    assert!(!ground.has("one"));
    assert_eq!(ground.history().await.len(), 1);
    assert_eq!(&*ground.history().await[0].applied_by, "psql");
}

#[tokio::test]
async fn a_script_that_drops_the_history_is_rolled_back() {
    let ground = Ground::new().await;
    let error = ground.fail(up(NAME, "CREATE TABLE one (); DROP TABLE migrations_history")).await;
    assert!(matches!(error.kind, RunErrorKind::Record(_)), "{error}");
    assert!(ground.has("migrations_history") && !ground.has("one"));
}

#[tokio::test]
async fn a_function_that_records_the_migration_itself_is_as_good_as_an_insert() {
    let ground = Ground::new().await;
    ground.database.execute(
        "CREATE FUNCTION write_down(name text) RETURNS void LANGUAGE sql AS
             'INSERT INTO public.migrations_history (migration_name, applied_at, applied_by, metadata)
              VALUES (name, now(), current_user, ''{\"own\": 1}'')';
         INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('other', now(), 'psql')",
    );
    let text = format!("CREATE TABLE one (); SELECT write_down('{NAME}');");
    let first = ground.run(up(NAME, &text)).await.unwrap().row;
    let undo = "DROP TABLE one; DELETE FROM migrations_history WHERE migration_name ~ 'metrics'";
    ground.run(down(NAME, undo)).await.unwrap();
    let again = ground.run(up(NAME, &text)).await.unwrap().row;
    assert_eq!(again.id, first.id);
    assert_eq!(ground.database.value("SELECT metadata ->> 'own' FROM migrations_history WHERE metadata ? 'own'"), "1");
    assert_eq!(ground.history().await.len(), 2);
}

#[tokio::test]
async fn deferred_constraints_that_fail_at_the_commit_roll_everything_back() {
    let ground = Ground::new().await;
    let text = "BEGIN; CREATE TABLE a (id integer PRIMARY KEY);
                CREATE TABLE b (id integer REFERENCES a DEFERRABLE INITIALLY DEFERRED);
                INSERT INTO b VALUES (1);
                COMMIT;";
    let error = ground.fail(up(NAME, text)).await;
    assert!(matches!(error.kind, RunErrorKind::Commit(_)), "{error}");
    assert_eq!(error.server().unwrap().sqlstate, "23503");
    assert_eq!(error.state, DatabaseState::RolledBack);
    assert_eq!(error.place.unwrap().line, 4);
    assert!(!ground.has("a") && ground.history().await.is_empty());
}

#[rstest]
#[case::block("DO $$ BEGIN ROLLBACK; END $$", "2D000")]
#[case::commit_in_block("DO $$ BEGIN COMMIT; END $$", "2D000")]
#[case::read_only("SET TRANSACTION READ ONLY; SELECT 1", "25006")]
#[case::set_read_only("SELECT set_config('transaction_read_only', 'on', true)", "25006")]
#[tokio::test]
async fn a_script_that_meddles_with_its_transaction_fails_and_leaves_nothing(
    #[case] statements: &str,
    #[case] sqlstate: &str,
) {
    let ground = Ground::new().await;
    let error = ground.fail(up(NAME, statements)).await;
    assert_eq!(error.server().map(|error| error.sqlstate.as_str()), Some(sqlstate), "{error}");
    assert_eq!(error.state, DatabaseState::RolledBack);
    assert!(ground.history().await.is_empty());
}

#[tokio::test]
async fn isolation_can_be_set_inside_the_transaction() {
    let ground = Ground::new().await;
    let text = "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; \
                CREATE TABLE seen AS SELECT current_setting('transaction_isolation') AS level; COMMIT;";
    ground.run(up(NAME, text)).await.unwrap();
    assert_eq!(ground.database.value("SELECT level FROM seen"), "serializable");
}

#[tokio::test]
async fn what_stands_before_begin_may_only_look() {
    let ground = Ground::new().await;
    let text = "SELECT nextval('s'); BEGIN; CREATE TABLE one (); COMMIT;";
    ground.database.execute("CREATE SEQUENCE s");
    let error = ground.fail(up(NAME, text)).await;
    assert_eq!((error.server().unwrap().sqlstate.as_str(), error.state), ("25006", DatabaseState::Unchanged));
    let failing = "DO $$ BEGIN RAISE EXCEPTION 'no'; END $$; BEGIN; CREATE TABLE one (); COMMIT;";
    let (ended, events) = ground.start(&[up(NAME, failing)]).end().await;
    assert_eq!(ended.unwrap_err().state, DatabaseState::Unchanged);
    assert!(!events.iter().any(|event| matches!(event, RunEvent::StatementStarted { index: 1.., .. })), "{events:?}");
}

#[tokio::test]
async fn settings_before_begin_hold_inside_and_not_for_the_record() {
    let server = Server::own();
    server.execute("CREATE ROLE owner");
    let ground = Ground::on(&server).await;
    ground.database.execute("GRANT CREATE ON SCHEMA public TO owner");
    let text = "SET ROLE owner; SET search_path = public; BEGIN; CREATE TABLE one (); COMMIT; RESET ROLE;";
    ground.run(up(NAME, text)).await.unwrap();
    assert_eq!(ground.database.value("SELECT tableowner FROM pg_tables WHERE tablename = 'one'"), "owner");
}

#[tokio::test]
async fn a_trigger_that_keeps_the_row_from_being_written_is_found_out() {
    let ground = Ground::new().await;
    ground.database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
         CREATE TRIGGER refuse BEFORE INSERT ON migrations_history FOR EACH ROW EXECUTE FUNCTION refuse()",
    );
    let error = ground.fail(up(NAME, "CREATE TABLE one ()")).await;
    assert!(matches!(error.kind, RunErrorKind::NotRecorded(_)), "{error}");
    assert!(!ground.has("one"));
}

#[tokio::test]
async fn a_trigger_that_changes_the_row_is_found_out() {
    let ground = Ground::new().await;
    ground.database.execute(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.checksum := ''x''; RETURN NEW; END';
         CREATE TRIGGER spoil BEFORE INSERT ON migrations_history FOR EACH ROW EXECUTE FUNCTION spoil()",
    );
    let error = ground.fail(up(NAME, "CREATE TABLE one ()")).await;
    assert!(error.to_string().contains("it has another checksum"), "{error}");
    assert!(!ground.has("one"));
}

#[tokio::test]
async fn names_that_need_quoting_and_a_database_with_odd_settings_do_no_harm() {
    let server = Server::own();
    let database = server.fresh_database();
    database.execute(&format!(
        "ALTER DATABASE {0} SET standard_conforming_strings = off;
         ALTER DATABASE {0} SET search_path = 'evil', 'pg_catalog', 'public';
         ALTER DATABASE {0} SET default_transaction_isolation = 'serializable';
         CREATE SCHEMA evil;
         CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
         CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
        database.name()
    ));
    let table = HistoryTable::new("Ops \"x\" é", "his\\tory 'y'");
    let mut ground = Ground::in_database(database, table).await.with_store().await;
    ground.facts.operator = Some("O'Brien \\ \"é\" 🌊 \u{1b}[31m \0".to_owned());
    let outcome = ground.run(up(NAME, "CREATE TABLE public.one (id integer)")).await.unwrap();
    let operator = outcome.row.facts.as_ref().unwrap().operator.as_deref();
    assert_eq!(operator, Some("O'Brien \\ \"é\" 🌊 \u{1b}[31m \u{fffd}"));
    ground.run(down(NAME, "DROP TABLE public.one")).await.unwrap();
    ground.run(up(NAME, "CREATE TABLE public.one (id integer)")).await.unwrap();
    assert_eq!(ground.history().await[0].facts.as_ref().unwrap().rounds, 1);
}

#[tokio::test]
async fn further_columns_of_the_row_survive_a_rollback() {
    let ground = Ground::new().await;
    ground.database.execute(
        "ALTER TABLE migrations_history ADD note text, ADD doubled bigint GENERATED ALWAYS AS (id * 2) STORED,
             ALTER id DROP DEFAULT, ALTER id ADD GENERATED ALWAYS AS IDENTITY",
    );
    ground.run(up(NAME, "CREATE TABLE one ()")).await.unwrap();
    ground.database.execute("UPDATE migrations_history SET note = 'kept', metadata = metadata || '{\"mine\": [1]}'");
    let undo = format!("DROP TABLE one; DELETE FROM migrations_history WHERE migration_name = '{NAME}'");
    ground.run(down(NAME, &undo)).await.unwrap();
    let kept = "SELECT concat_ws(' ', note, doubled, metadata -> 'mine', rollback_applied) FROM migrations_history";
    assert_eq!(ground.database.value(kept), "kept 2 [1] t");
    ground.run(up(NAME, "CREATE TABLE one ()")).await.unwrap();
    let round = "SELECT concat_ws(' ', note, metadata #> '{tidegate,rounds,0,metadata,mine}') FROM migrations_history";
    assert_eq!(ground.database.value(round), "kept [1]");
}

#[tokio::test]
async fn a_grant_for_another_environment_opens_nothing_here() {
    use tidegate::config::Access;
    use tidegate::postgres::grant::{Gate, GateKind, GateList};
    use tidegate::postgres::run::{Control, ScriptRun};
    let ground = Ground::new().await;
    let mut connection = ground.database.connect().await;
    let mut session = ground.session(&mut connection).await.unwrap();
    let gates = vec![Gate::met(GateKind::Confirmed, "typed")];
    let elsewhere = GateList::new("staging", Access::ReadWrite, "plan", gates).grant().unwrap();
    let piece = up(NAME, "CREATE TABLE one ()");
    let (name, script, checksum) = piece.read(&ground.table);
    let (environment, direction, facts) = ("test", piece.direction, &ground.facts);
    let run = ScriptRun { environment, name: &name, direction, script: &script, checksum, facts };
    let (events, _heard) = tokio::sync::mpsc::channel(8);
    let error = session.run(&elsewhere, run, &events, &Control::new()).await.unwrap_err();
    assert!(matches!(error.kind, RunErrorKind::NotGranted { .. }), "{error}");
    assert!(!ground.has("one"));
}
