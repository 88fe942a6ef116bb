//! Connections that are lost in the middle: what is true is found out, never guessed.

use tidegate::postgres::cluster::Shutdown;
use tidegate::postgres::run::{DatabaseState, RunErrorKind, RunEvent, ScriptRun, verify_outcome};

use crate::engine_activity::stranger;
use crate::support::Server;
use crate::support::ground::{ENVIRONMENT, Ground, down, up};

const NAME: &str = "20260801093000_create_metrics";

/// Ends the session that runs the script, from outside.
async fn terminate(ground: &Ground) {
    let killer = stranger(&ground.database, "killer").await;
    let statement = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity \
                     WHERE application_name = 'tidegate window ben w-1' AND datname = current_database()";
    killer.batch_execute(statement).await.unwrap();
}

#[tokio::test]
async fn a_session_that_is_ended_in_the_middle_leaves_nothing() {
    let ground = Ground::new().await;
    let mut job = ground.start(&[up(NAME, "CREATE TABLE one (); SELECT pg_sleep(600);")]);
    job.wait_for_statement(1).await;
    terminate(&ground).await;
    let error = job.end().await.0.unwrap_err();
    let RunErrorKind::ConnectionLost(reason) = &error.kind else { panic!("{error}") };
    assert!(reason.contains("57P01"), "{reason}");
    assert_eq!(error.state, DatabaseState::RolledBack);
    assert!(!ground.has("one"));
}

/// A script whose commit takes as long as somebody holds the advisory lock 7.
async fn ground_with_a_slow_commit() -> (Ground, tokio_postgres::Client) {
    let ground = Ground::new().await;
    ground.database.execute(
        "CREATE TABLE t (id integer);
         CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION wait()",
    );
    let gate = stranger(&ground.database, "gate").await;
    gate.batch_execute("SELECT pg_advisory_lock(7)").await.unwrap();
    (ground, gate)
}

#[tokio::test]
async fn a_session_that_is_ended_while_it_commits_is_followed_up_by_the_one_that_looks_on() {
    let (ground, _gate) = ground_with_a_slow_commit().await;
    let mut job = ground.start(&[up(NAME, "INSERT INTO t VALUES (1)")]);
    job.wait_for("the record", |event| *event == RunEvent::Recorded).await;
    job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    terminate(&ground).await;
    let error = job.end().await.0.unwrap_err();
    assert!(matches!(error.kind, RunErrorKind::ConnectionLost(_)), "{error}");
    assert_eq!(error.state, DatabaseState::RolledBack);
    assert_eq!(ground.database.value("SELECT count(*) FROM t"), "0");
}

#[tokio::test]
async fn without_anybody_who_looks_on_a_lost_commit_is_unknown_until_it_is_verified() {
    let (mut ground, gate) = ground_with_a_slow_commit().await;
    ground.observed = false;
    let piece = up(NAME, "INSERT INTO t VALUES (1)");
    let mut job = ground.start(std::slice::from_ref(&piece));
    job.wait_for("the record", |event| *event == RunEvent::Recorded).await;
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ground.database.value(waiting) == "0" {
        tokio::task::yield_now().await;
    }
    let pid: i32 = ground
        .database
        .value("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        .parse()
        .unwrap();
    terminate(&ground).await;
    let error = job.end().await.0.unwrap_err();
    assert_eq!(error.state, DatabaseState::Unknown);
    assert!(error.to_string().contains("is not known yet"), "{error}");
    drop(gate);
    let (name, script, checksum) = piece.read(&ground.table);
    let run = ScriptRun {
        environment: ENVIRONMENT,
        name: &name,
        direction: piece.direction,
        script: &script,
        checksum,
        facts: &ground.facts,
    };
    let connection = ground.database.connect().await;
    let verified = verify_outcome(&connection, &ground.table, &run, pid).await.unwrap();
    assert_eq!(verified, DatabaseState::RolledBack);
}

#[tokio::test]
async fn a_commit_that_still_runs_is_waited_for_before_anything_is_said() {
    let (ground, gate) = ground_with_a_slow_commit().await;
    let piece = up(NAME, "INSERT INTO t VALUES (1)");
    let mut job = ground.start(std::slice::from_ref(&piece));
    let waiting = job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    let RunEvent::Waiting { blockers } = waiting else { panic!() };
    assert_eq!(blockers[0].application, "gate");
    let pid: i32 = ground
        .database
        .value("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        .parse()
        .unwrap();
    let (name, script, checksum) = piece.read(&ground.table);
    let run = ScriptRun {
        environment: ENVIRONMENT,
        name: &name,
        direction: piece.direction,
        script: &script,
        checksum,
        facts: &ground.facts,
    };
    let connection = ground.database.connect().await;
    let verified = {
        let mut verifying = std::pin::pin!(verify_outcome(&connection, &ground.table, &run, pid));
        // It asks more than once before it says anything, for the session is still at its commit.
        tokio::select! {
            said = &mut verifying => panic!("said {said:?} while the commit was under way"),
            () = tokio::time::sleep(std::time::Duration::from_millis(250)) => {}
        }
        gate.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
        verifying.await.unwrap()
    };
    assert_eq!(verified, DatabaseState::Committed);
    job.end().await.0.unwrap();
}

#[tokio::test]
async fn what_became_of_a_rollback_is_read_from_its_row() {
    let ground = Ground::new().await;
    ground.run(up(NAME, "CREATE TABLE one ()")).await.unwrap();
    let piece = down(NAME, "DROP TABLE one");
    let (name, script, checksum) = piece.read(&ground.table);
    let run = ScriptRun {
        environment: ENVIRONMENT,
        name: &name,
        direction: piece.direction,
        script: &script,
        checksum,
        facts: &ground.facts,
    };
    let connection = ground.database.connect().await;
    let verify = async || verify_outcome(&connection, &ground.table, &run, 0).await.unwrap();
    assert_eq!(verify().await, DatabaseState::RolledBack);
    ground.run(piece.clone()).await.unwrap();
    assert_eq!(verify().await, DatabaseState::Committed);
}

#[tokio::test]
async fn a_server_that_restarts_in_the_middle_leaves_nothing_and_the_next_run_succeeds() {
    let mut server = Server::own();
    let ground = Ground::on(&server).await;
    let piece = up(NAME, "CREATE TABLE one (); SELECT pg_sleep(600) WHERE NOT EXISTS (SELECT FROM ready)");
    ground.database.execute("CREATE TABLE ready (id integer)");
    let mut job = ground.start(std::slice::from_ref(&piece));
    job.wait_for_statement(1).await;
    server.halt(Shutdown::Fast);
    let error = job.end().await.0.unwrap_err();
    assert!(matches!(error.kind, RunErrorKind::ConnectionLost(_)), "{error}");
    assert_eq!(error.state, DatabaseState::RolledBack);
    server.resume().unwrap();
    assert!(!ground.has("one"));
    ground.database.execute("INSERT INTO ready VALUES (1)");
    ground.run(piece).await.unwrap();
    assert!(ground.has("one"));
}
