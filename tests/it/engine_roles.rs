//! Who runs a script, who owns what it creates, and who keeps the history.

use tidegate::postgres::history;
use tidegate::postgres::run::{DatabaseState, RunErrorKind};
use tidegate::postgres::{Connection, SessionOptions};

use crate::support::ground::{Ground, down, grant, up};
use crate::support::{Server, resolved};

const NAME: &str = "20260801093000_create_metrics";

/// A server where `deployer` logs in and may become `deploy`.
async fn ground(server: &Server) -> Ground {
    server.execute("CREATE ROLE deployer LOGIN NOINHERIT; CREATE ROLE deploy; GRANT deploy TO deployer");
    let database = server.fresh_database();
    database.execute("GRANT CREATE, USAGE ON SCHEMA public TO deploy");
    let mut ground = Ground::bare(database, history::HistoryTable::default());
    ground.target = resolved(&server.url_as("deployer", ground.database.name()));
    ground.policy.role = Some("deploy".to_owned());
    ground
}

async fn create_as(ground: &Ground, role: Option<&str>) {
    let connection = Connection::open(&ground.target, &SessionOptions::named("test")).await.unwrap();
    history::create(&connection, &grant(), &ground.table, role).await.unwrap();
}

#[tokio::test]
async fn the_policys_role_owns_what_is_created_and_the_login_is_recorded() {
    let server = Server::own();
    let ground = ground(&server).await;
    create_as(&ground, Some("deploy")).await;
    let text = format!(
        "BEGIN; CREATE TABLE one (); INSERT INTO migrations_history (migration_name, applied_at, applied_by) \
         VALUES ('{NAME}', now(), current_user); COMMIT;"
    );
    let row = ground.run(up(NAME, &text)).await.unwrap().row;
    assert_eq!(&*row.applied_by, "deployer");
    assert_eq!(ground.database.value("SELECT tableowner FROM pg_tables WHERE tablename = 'one'"), "deploy");
    assert_eq!(ground.database.value("SELECT metadata #>> '{tidegate,role}' FROM migrations_history"), "deploy");
    ground.run(down(NAME, "DROP TABLE one")).await.unwrap();
    ground.run(up(NAME, &text)).await.unwrap();
    let by = "SELECT metadata #>> '{tidegate,rounds,0,rollback,by}' FROM migrations_history";
    assert_eq!(ground.database.value(by), "deployer");
}

#[tokio::test]
async fn where_only_the_login_may_keep_the_history_it_does() {
    let server = Server::own();
    let mut ground = ground(&server).await;
    ground.database.execute("GRANT CREATE ON SCHEMA public TO deployer");
    create_as(&ground, None).await;
    // The role itself may not even look into the history's schema.
    ground.database.execute("REVOKE ALL ON migrations_history FROM PUBLIC");
    let fires = "CREATE FUNCTION who() RETURNS trigger LANGUAGE plpgsql AS
                     'BEGIN INSERT INTO seen VALUES (current_user); RETURN NULL; END';
                 CREATE TABLE seen (role text); CREATE TABLE one (id integer);
                 CREATE CONSTRAINT TRIGGER who AFTER INSERT ON one DEFERRABLE INITIALLY DEFERRED
                     FOR EACH ROW EXECUTE FUNCTION who();
                 INSERT INTO one VALUES (1)";
    ground.run(up(NAME, fires)).await.unwrap();
    assert_eq!(ground.database.value("SELECT tableowner FROM pg_tables WHERE tablename = 'one'"), "deploy");
    assert_eq!(ground.database.value("SELECT role FROM seen"), "deploy", "what runs at the commit is the script's");
    ground.policy.search_path = vec!["public".to_owned()];
    ground.run(down(NAME, "DROP TABLE one, seen; DROP FUNCTION who()")).await.unwrap();
    ground.run(up(NAME, fires)).await.unwrap();
}

#[tokio::test]
async fn a_history_that_nobody_may_keep_is_refused_before_anything_runs() {
    let server = Server::own();
    let ground = ground(&server).await;
    let owner = ground.database.connect().await;
    history::create(&owner, &grant(), &ground.table, None).await.unwrap();
    ground.database.execute("GRANT SELECT ON migrations_history TO deployer");
    let error = ground.fail(up(NAME, "CREATE TABLE one ()")).await;
    let RunErrorKind::History(why) = &error.kind else { panic!("{error}") };
    assert!(why.starts_with("deploy lacks SELECT on public.migrations_history, INSERT on"), "{why}");
    assert!(why.contains("; deployer lacks INSERT on public.migrations_history"), "{why}");
    assert_eq!(error.state, DatabaseState::Unchanged);
}

#[tokio::test]
async fn a_history_that_is_not_there_or_not_one_is_refused_before_anything_runs() {
    let server = Server::own();
    let ground = ground(&server).await;
    let error = ground.fail(up(NAME, "CREATE TABLE one ()")).await;
    assert_eq!(error.kind, RunErrorKind::History("there is no table public.migrations_history.".to_owned()));
    ground.database.execute("CREATE VIEW migrations_history AS SELECT 1 AS id");
    let error = ground.fail(up(NAME, "CREATE TABLE one ()")).await;
    assert!(matches!(&error.kind, RunErrorKind::History(why) if why.contains("is a view")), "{error}");
}

#[tokio::test]
async fn a_role_that_may_not_be_taken_is_said_before_anything_runs() {
    let server = Server::own();
    let mut ground = ground(&server).await;
    create_as(&ground, Some("deploy")).await;
    for role in ["pg_read_all_data", "no such role"] {
        ground.policy.role = Some(role.to_owned());
        ground.database.execute("GRANT ALL ON migrations_history, migrations_history_id_seq TO deployer");
        let error = ground.fail(up(NAME, "CREATE TABLE one ()")).await;
        assert!(matches!(error.kind, RunErrorKind::Settings(_)), "{error}");
        assert_eq!(error.state, DatabaseState::Unchanged);
    }
}

#[tokio::test]
async fn the_connection_is_given_back_as_it_was() {
    let server = Server::own();
    let mut ground = ground(&server).await;
    create_as(&ground, Some("deploy")).await;
    ground.policy.search_path = vec!["nowhere".to_owned()];
    let mut connection = Connection::open(&ground.target, &SessionOptions::named("test")).await.unwrap();
    let session = ground.session(&mut connection).await.unwrap();
    drop(session);
    // The role could do this; the login cannot.
    let table = history::HistoryTable::new("public", "another");
    let refused = history::create(&connection, &grant(), &table, None).await.unwrap_err();
    assert_eq!(refused.sqlstate(), Some("42501"));
}

#[tokio::test]
async fn supabases_record_is_kept_in_step() {
    let ground = Ground::new().await;
    ground.database.execute(
        "CREATE SCHEMA supabase_migrations;
         CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text)",
    );
    let record = "SELECT concat_ws(' ', version, name, statements) FROM supabase_migrations.schema_migrations";
    ground.run(up(NAME, "CREATE TABLE one (); SELECT 'it''s \\ é'")).await.unwrap();
    let expected = "20260801093000 create_metrics {\"CREATE TABLE one ()\",\"SELECT 'it''s \\\\ é'\"}";
    assert_eq!(ground.database.value(record), expected);
    ground.run(down(NAME, "DROP TABLE one")).await.unwrap();
    assert_eq!(ground.database.rows(record).len(), 0);
    ground.run(up(NAME, "CREATE TABLE one ()")).await.unwrap();
    assert_eq!(ground.database.value("SELECT version FROM supabase_migrations.schema_migrations"), "20260801093000");
    let next = "20260801094000_alter_metrics";
    ground.fail(up(next, "SELECT 1/0")).await;
    assert_eq!(ground.database.rows(record).len(), 1);
}

#[tokio::test]
async fn an_old_supabase_record_is_kept_too_and_one_that_may_not_be_written_is_said() {
    let server = Server::own();
    let ground = ground(&server).await;
    create_as(&ground, Some("deploy")).await;
    ground.database.execute(
        "CREATE SCHEMA supabase_migrations; GRANT USAGE ON SCHEMA supabase_migrations TO deploy;
         CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY)",
    );
    let error = ground.fail(up(NAME, "CREATE TABLE one ()")).await;
    assert!(
        matches!(&error.kind, RunErrorKind::History(why) if why.contains("deploy lacks SELECT on supabase")),
        "{error}"
    );
    ground.database.execute("GRANT ALL ON supabase_migrations.schema_migrations TO deploy");
    ground.run(up(NAME, "CREATE TABLE one ()")).await.unwrap();
    assert_eq!(ground.database.value("SELECT version FROM supabase_migrations.schema_migrations"), "20260801093000");
}
