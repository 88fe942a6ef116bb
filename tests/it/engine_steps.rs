//! Scripts that run statement by statement: progress, resuming, invalid indexes.

use std::time::Duration;

use rstest::rstest;
use tidegate::postgres::history::HistoryTable;
use tidegate::postgres::run::{DatabaseState, RunErrorKind, RunEvent, ScriptRun, verify_outcome};
use tidegate::postgres::store;

use crate::engine_activity::stranger;
use crate::support::ground::{ENVIRONMENT, Ground, Piece, down, up};
use crate::support::{PATIENCE, Server};

const NAME: &str = "20260801093000_alter_t";

async fn ground() -> Ground {
    let ground = Ground::new().await.with_store().await;
    ground
        .database
        .execute("CREATE TABLE t (id integer, name text); INSERT INTO t SELECT i, i FROM generate_series(1, 100) i");
    ground
}

async fn attempts(ground: &Ground) -> Vec<store::Attempt> {
    store::attempts(&ground.database.connect().await).await.unwrap()
}

fn invalid_indexes(ground: &Ground) -> String {
    ground.database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
}

async fn terminate(ground: &Ground) {
    let killer = stranger(&ground.database, "killer").await;
    let statement = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity \
                     WHERE application_name = 'tidegate window ben w-1' AND datname = current_database()";
    killer.batch_execute(statement).await.unwrap();
}

/// Keeps `CREATE INDEX CONCURRENTLY` waiting: a transaction with a snapshot that wrote the table.
async fn in_the_way(ground: &Ground) -> tokio_postgres::Client {
    let client = stranger(&ground.database, "writer").await;
    client.batch_execute("BEGIN; UPDATE t SET name = 'x' WHERE id = 1").await.unwrap();
    client
}

#[tokio::test]
async fn each_statement_runs_by_itself_and_the_row_comes_last() {
    let ground = ground().await;
    let text = format!(
        "CREATE TABLE one ();
         INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('{NAME}', now(), 'x');
         SET maintenance_work_mem = '32MB';
         CREATE INDEX CONCURRENTLY t_id ON t (id);
         VACUUM t;
         INSERT INTO t VALUES (101)"
    );
    let (ended, events) = ground.start(&[up(NAME, &text)]).end().await;
    let outcome = ended.unwrap().remove(0);
    assert_eq!(outcome.statements, 6);
    assert_eq!(ground.history().await, [outcome.row]);
    assert_eq!(attempts(&ground).await, []);
    assert_eq!(invalid_indexes(&ground), "0");
    assert_eq!(events.last(), Some(&RunEvent::Committed));
    let order: Vec<usize> = events
        .iter()
        .filter_map(|event| match event {
            RunEvent::StatementFinished { index, .. } => Some(*index),
            _ => None,
        })
        .collect();
    assert_eq!(order, [0, 2, 3, 4, 5, 1], "what records the migration comes last");
    ground.run(down(NAME, "DROP INDEX CONCURRENTLY t_id; DROP TABLE one")).await.unwrap();
    assert!(ground.history().await[0].rolled_back && !ground.has("t_id") && !ground.has("one"));
    ground.run(up(NAME, &text)).await.unwrap();
    assert_eq!(ground.history().await[0].facts.as_ref().unwrap().rounds, 1);
}

#[tokio::test]
async fn the_time_of_every_statement_counts_also_of_those_before_a_break() {
    let ground = ground().await;
    let broken =
        "SELECT pg_sleep(0.2); CREATE INDEX CONCURRENTLY t_slow ON t (slow(id)); INSERT INTO nowhere VALUES (1)";
    ground.database.execute(
        "CREATE FUNCTION slow(integer) RETURNS integer LANGUAGE sql IMMUTABLE
             AS 'SELECT $1 FROM (SELECT pg_sleep(0.002)) AS s(x)'",
    );
    ground.fail(up(NAME, broken)).await;
    let mended = broken.replace("nowhere", "t");
    let outcome = ground.run(up(NAME, &mended)).await.unwrap();
    // A fifth of a second asleep, and a hundred rows that take two thousandths each.
    assert!(outcome.execution_time >= Duration::from_millis(400), "{outcome:?}");
    assert_eq!(outcome.row.execution_time, Some(outcome.execution_time));
}

#[tokio::test]
async fn without_the_store_nothing_runs() {
    let ground = Ground::new().await;
    ground.database.execute("CREATE TABLE t (id integer)");
    let error = ground.fail(up(NAME, "CREATE TABLE one (); VACUUM t")).await;
    assert!(matches!(error.kind, RunErrorKind::Store(_)), "{error}");
    assert_eq!(error.state, DatabaseState::Unchanged);
    assert!(!ground.has("one"));
}

#[tokio::test]
async fn a_broken_script_resumes_at_the_statement_that_failed_even_when_that_was_mended() {
    let ground = ground().await;
    let broken = "CREATE TABLE one (); SET work_mem = '5MB'; VACUUM t;\nINSERT INTO nowhere VALUES (1);\nVACUUM one";
    let error = ground.fail(up(NAME, broken)).await;
    let state = DatabaseState::PartlyApplied { done: 3, of: 5, resume_at: 3 };
    assert_eq!((error.state, error.place.unwrap().line), (state, 2));
    assert!(ground.has("one") && ground.history().await.is_empty());
    let [left] = attempts(&ground).await.try_into().unwrap();
    assert_eq!((&*left.name, left.done, left.of, left.resumable), (NAME, 3, 5, true));
    assert!(left.error.as_ref().unwrap().contains("nowhere"));
    let mended = "CREATE TABLE one (); SET work_mem = '5MB'; VACUUM t;\n\
                  CREATE TABLE seen AS SELECT current_setting('work_mem') AS memory;\nVACUUM one";
    let (ended, events) = ground.start(&[up(NAME, mended)]).end().await;
    ended.unwrap();
    assert!(events.contains(&RunEvent::Resuming { statement: 3, of: 5 }), "{events:#?}");
    assert_eq!(ground.database.value("SELECT memory FROM seen"), "5MB", "settings are made again");
    assert_eq!(attempts(&ground).await, []);
    assert_eq!(ground.history().await.len(), 1);
}

#[tokio::test]
async fn a_script_whose_done_part_changed_is_not_resumed() {
    let ground = ground().await;
    ground.fail(up(NAME, "CREATE TABLE one (); VACUUM nowhere")).await;
    let error = ground.fail(up(NAME, "CREATE TABLE two (); VACUUM t")).await;
    assert!(matches!(error.kind, RunErrorKind::ChangedSinceInterrupted(_)), "{error}");
    assert_eq!(error.state, DatabaseState::PartlyApplied { done: 1, of: 2, resume_at: 1 });
    assert!(!ground.has("two"));
    let error = ground.fail(up(NAME, "VACUUM t")).await;
    assert!(matches!(error.kind, RunErrorKind::ChangedSinceInterrupted(_)), "{error}");
}

#[tokio::test]
async fn an_interrupted_build_is_dropped_and_built_again() {
    let ground = ground().await;
    let writer = in_the_way(&ground).await;
    let text = "CREATE TABLE one (); CREATE INDEX CONCURRENTLY \"T \"\"Id\"\"\" ON public.t (id)";
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    terminate(&ground).await;
    let error = job.end().await.0.unwrap_err();
    assert!(matches!(error.kind, RunErrorKind::ConnectionLost(_)), "{error}");
    assert_eq!(error.state, DatabaseState::PartlyApplied { done: 1, of: 2, resume_at: 1 });
    assert_eq!(invalid_indexes(&ground), "1");
    writer.batch_execute("COMMIT").await.unwrap();

    let piece = up(NAME, text);
    assert_eq!(verified(&ground, &piece).await, error.state);
    let (ended, events) = ground.start(std::slice::from_ref(&piece)).end().await;
    ended.unwrap();
    let index = "public.\"T \"\"Id\"\"\"".to_owned();
    assert!(events.contains(&RunEvent::LeftoverDropped { index }), "{events:#?}");
    assert_eq!(invalid_indexes(&ground), "0");
    assert_eq!(ground.database.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'T \"Id\"'"), "1");
    assert_eq!(verified(&ground, &piece).await, DatabaseState::Committed);
}

async fn verified(ground: &Ground, piece: &Piece) -> DatabaseState {
    let (name, script, checksum) = piece.read(&ground.table);
    let (environment, direction, facts) = (ENVIRONMENT, piece.direction, &ground.facts);
    let run = ScriptRun { environment, name: &name, direction, script: &script, checksum, facts };
    let connection = ground.database.connect().await;
    verify_outcome(&connection, &HistoryTable::default(), &run, 0).await.unwrap()
}

#[tokio::test]
async fn an_index_that_was_built_before_the_connection_broke_is_not_built_again() {
    let ground = ground().await;
    let text = "CREATE INDEX CONCURRENTLY t_id ON t (id); VACUUM nowhere";
    ground.fail(up(NAME, text)).await;
    // As if the note had not been made.
    ground.database.execute("UPDATE tidegate.progress SET done = 0, running = 0, error = NULL");
    let (ended, events) = ground.start(&[up(NAME, &text.replace("nowhere", "t"))]).end().await;
    ended.unwrap();
    let said = events.iter().any(|event| match event {
        RunEvent::Notice { notice } => notice.message.contains("public.t_id is there and valid"),
        _ => false,
    });
    assert!(said, "{events:#?}");
}

#[tokio::test]
async fn a_build_whose_lock_does_not_come_is_cleaned_up_and_tried_again_by_itself() {
    let mut ground = ground().await;
    ground.policy.lock_timeout = std::time::Duration::from_millis(400);
    ground.policy.retry_backoff = std::time::Duration::from_millis(10);
    let writer = in_the_way(&ground).await;
    let text = "CREATE TABLE one (); CREATE INDEX CONCURRENTLY t_id ON t (id)";
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for("a lock timeout", |event| matches!(event, RunEvent::LockTimeout { attempt: 1, .. })).await;
    writer.batch_execute("COMMIT").await.unwrap();
    let (ended, events) = job.end().await;
    ended.unwrap();
    assert!(events.contains(&RunEvent::LeftoverDropped { index: "public.t_id".to_owned() }), "{events:#?}");
    assert_eq!(invalid_indexes(&ground), "0");
    let ones = events.iter().filter(|event| matches!(event, RunEvent::StatementStarted { index: 0, .. })).count();
    assert_eq!(ones, 1, "only the statement itself is tried again");
}

#[tokio::test]
async fn a_unique_index_that_cannot_be_built_fails_and_resumes_after_the_data_are_mended() {
    let ground = ground().await;
    ground.database.execute("INSERT INTO t VALUES (1)");
    let text = "CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)";
    let error = ground.fail(up(NAME, text)).await;
    assert_eq!(error.server().unwrap().sqlstate, "23505");
    assert_eq!(error.state, DatabaseState::PartlyApplied { done: 0, of: 1, resume_at: 0 });
    assert_eq!(invalid_indexes(&ground), "1");
    ground.database.execute("DELETE FROM t WHERE name IS NULL");
    ground.run(up(NAME, text)).await.unwrap();
    assert_eq!(invalid_indexes(&ground), "0");
}

#[tokio::test]
async fn an_invalid_index_that_if_not_exists_passes_over_is_found() {
    let ground = ground().await;
    let stale = stranger(&ground.database, "psql").await;
    ground.database.execute("INSERT INTO t VALUES (1)");
    stale.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)").await.unwrap_err();
    let error = ground.fail(up(NAME, "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_id ON t (id)")).await;
    assert_eq!(error.kind, RunErrorKind::InvalidIndex("public.t_id".to_owned()));
    assert!(ground.history().await.is_empty());
}

#[tokio::test]
async fn stopping_between_statements_keeps_what_is_done_and_resumes() {
    let ground = ground().await;
    let text = "CREATE TABLE one (); SELECT pg_sleep(0.3); VACUUM t; CREATE TABLE two ()";
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for_statement(1).await;
    job.control.stop_after_statement.cancel();
    let error = job.end().await.0.unwrap_err();
    assert_eq!(error.kind, RunErrorKind::Stopped);
    assert_eq!(error.state, DatabaseState::PartlyApplied { done: 2, of: 4, resume_at: 2 });
    assert!(ground.has("one") && !ground.has("two"));
    ground.run(up(NAME, text)).await.unwrap();
    assert!(ground.has("two"));
}

#[tokio::test]
async fn cancelling_the_first_build_leaves_a_script_that_can_be_resumed() {
    let ground = ground().await;
    let _writer = in_the_way(&ground).await;
    let text = "CREATE INDEX CONCURRENTLY t_id ON t (id)";
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    job.control.cancel_now.cancel();
    let error = job.end().await.0.unwrap_err();
    assert_eq!(error.kind, RunErrorKind::Cancelled);
    assert_eq!(error.state, DatabaseState::PartlyApplied { done: 0, of: 1, resume_at: 0 });
}

#[tokio::test]
async fn a_script_that_is_stopped_before_anything_is_done_leaves_no_note() {
    let ground = ground().await;
    let mut job = ground.start(&[up(NAME, "SELECT pg_sleep(600); VACUUM t")]);
    job.wait_for_statement(0).await;
    job.control.cancel_now.cancel();
    let error = job.end().await.0.unwrap_err();
    assert_eq!((error.kind, error.state), (RunErrorKind::Cancelled, DatabaseState::RolledBack));
    assert_eq!(attempts(&ground).await, []);
}

#[tokio::test]
async fn a_script_that_somebody_else_is_running_is_not_run_twice() {
    let ground = ground().await;
    let writer = in_the_way(&ground).await;
    let text = "CREATE INDEX CONCURRENTLY t_id ON t (id)";
    let mut first = ground.start(&[up(NAME, text)]);
    first.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    assert!(attempts(&ground).await[0].running.is_some());
    let error = ground.fail(up(NAME, text)).await;
    assert!(matches!(error.kind, RunErrorKind::StillRunning(_)), "{error}");
    writer.batch_execute("COMMIT").await.unwrap();
    first.end().await.0.unwrap();
}

#[tokio::test]
async fn a_script_that_is_half_applied_cannot_be_rolled_back_half() {
    let ground = ground().await;
    ground.fail(up(NAME, "CREATE TABLE one (); VACUUM nowhere")).await;
    let error = ground.fail(down(NAME, "DROP TABLE one; VACUUM t")).await;
    assert!(matches!(error.kind, RunErrorKind::NotDue(_)), "{error}");
    assert!(ground.has("one"));
}

#[rstest]
#[case::settings("SET search_path = ''; SET ROLE pg_monitor; SET standard_conforming_strings = off")]
#[case::prepared("PREPARE p AS SELECT 1; DEALLOCATE ALL")]
#[tokio::test]
async fn hostile_settings_do_not_reach_the_notes(#[case] hostile: &str) {
    let ground = ground().await;
    let text =
        format!("VACUUM t; {hostile}; SELECT 1; CHECKPOINT_AFTER").replace("CHECKPOINT_AFTER", "VACUUM public.t");
    let outcome = ground.run(up(NAME, &text)).await.unwrap();
    assert_eq!(ground.history().await, [outcome.row]);
    assert_eq!(attempts(&ground).await, []);
}

#[tokio::test]
async fn a_failed_transaction_is_noted_and_forgotten_once_it_succeeds() {
    let ground = ground().await;
    let error = ground.fail(up(NAME, "CREATE TABLE one (); SELECT 1/0")).await;
    assert_eq!(error.state, DatabaseState::RolledBack);
    let [left] = attempts(&ground).await.try_into().unwrap();
    assert_eq!((left.done, left.resumable, left.error.as_deref()), (0, false, Some("division by zero")));
    assert_eq!(left.operator.as_deref(), Some("ben"));
    ground.run(up(NAME, "CREATE TABLE one ()")).await.unwrap();
    assert_eq!(attempts(&ground).await, []);
}

#[tokio::test]
async fn a_server_that_restarts_between_statements_is_no_reason_to_begin_again() {
    let mut server = Server::own();
    let ground = Ground::on(&server).await.with_store().await;
    ground.database.execute("CREATE TABLE t (id integer)");
    let text =
        "CREATE TABLE one (); VACUUM t; SELECT pg_sleep(600) WHERE NOT EXISTS (SELECT FROM t); CREATE TABLE two ()";
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for_statement(2).await;
    server.halt(tidegate::postgres::cluster::Shutdown::Fast);
    let error = job.end().await.0.unwrap_err();
    assert_eq!(error.state, DatabaseState::PartlyApplied { done: 2, of: 4, resume_at: 2 });
    server.resume().unwrap();
    ground.database.execute("INSERT INTO t VALUES (1)");
    let ended = tokio::time::timeout(PATIENCE, ground.run(up(NAME, text))).await;
    ended.expect("it ends").unwrap();
    assert!(ground.has("two"));
}
