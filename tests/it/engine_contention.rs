//! Locks that are taken: retried, announced, given up; and who waits for whom.

use std::time::Duration;

use tidegate::postgres::run::{DatabaseState, RunErrorKind, RunEvent};

use crate::engine_activity::stranger;
use crate::support::ground::{Ground, up};

const NAME: &str = "20260801093000_alter_t";

async fn ground() -> Ground {
    let mut ground = Ground::new().await;
    ground.database.execute("CREATE TABLE t (id integer)");
    ground.policy.lock_timeout = Duration::from_millis(300);
    ground.policy.retry_backoff = Duration::from_millis(10);
    ground.policy.lock_retries = 3;
    ground
}

#[tokio::test]
async fn a_lock_timeout_rolls_back_is_announced_with_who_blocks_and_tried_again() {
    let ground = ground().await;
    let holder = stranger(&ground.database, "reporting").await;
    holder.batch_execute("BEGIN; SELECT * FROM t").await.unwrap();
    let mut job = ground.start(&[up(NAME, "CREATE TABLE one (); ALTER TABLE t ADD name text")]);
    let waiting = job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    let RunEvent::Waiting { blockers } = waiting else { panic!() };
    assert_eq!(blockers[0].application, "reporting");
    assert_eq!(blockers[0].lock.as_deref(), Some("AccessExclusiveLock on public.t"));
    let event = job.wait_for("a lock timeout", |event| matches!(event, RunEvent::LockTimeout { .. })).await;
    let RunEvent::LockTimeout { attempt, of, blockers, reason, .. } = event else { panic!() };
    assert_eq!((attempt, of), (1, 4));
    assert!(reason.ends_with("(SQLSTATE 55P03)"), "{reason}");
    assert_eq!(blockers[0].application, "reporting");
    holder.batch_execute("COMMIT").await.unwrap();
    let (ended, events) = job.end().await;
    ended.unwrap();
    assert!(events.contains(&RunEvent::Unblocked));
    assert!(events.contains(&RunEvent::TransactionStarted { attempt: 2 }));
    assert!(ground.has("one"));
}

#[tokio::test]
async fn a_lock_that_never_comes_is_given_up_and_nothing_is_changed() {
    let ground = ground().await;
    let holder = stranger(&ground.database, "reporting").await;
    holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    let (ended, events) = ground.start(&[up(NAME, "CREATE TABLE one (); ALTER TABLE t ADD name text")]).end().await;
    let error = ended.unwrap_err();
    assert_eq!(error.state, DatabaseState::RolledBack);
    assert_eq!(error.place.as_ref().map(|place| place.statement), Some(1));
    let RunErrorKind::LockTimeout { attempts, blockers, .. } = &error.kind else { panic!("{error}") };
    assert_eq!((*attempts, blockers.len()), (4, 1));
    let retries = events.iter().filter(|event| matches!(event, RunEvent::LockTimeout { .. })).count();
    assert_eq!(retries, 3);
    assert!(!ground.has("one"));
}

#[tokio::test]
async fn a_deadlock_is_tried_again() {
    let mut ground = ground().await;
    ground.policy.lock_timeout = Duration::from_secs(30);
    let patient = format!(
        "CREATE TABLE u (id integer); ALTER DATABASE {} SET deadlock_timeout = '100ms'",
        ground.database.name()
    );
    ground.database.execute(&patient);
    let gate = stranger(&ground.database, "gate").await;
    gate.batch_execute("SELECT pg_advisory_lock(7)").await.unwrap();
    let other = stranger(&ground.database, "other").await;
    other.batch_execute("SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE u").await.unwrap();
    let text = "LOCK TABLE t; SELECT pg_advisory_xact_lock(7); LOCK TABLE u; CREATE TABLE one ();";
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    let crossing = tokio::spawn(async move {
        other.batch_execute("LOCK TABLE t; COMMIT").await.unwrap();
    });
    job.wait_for("who waits", |event| matches!(event, RunEvent::Blocking { .. })).await;
    gate.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
    let event = job.wait_for("the deadlock", |event| matches!(event, RunEvent::LockTimeout { .. })).await;
    let RunEvent::LockTimeout { reason, .. } = event else { panic!() };
    assert!(reason.ends_with("(SQLSTATE 40P01)"), "{reason}");
    job.end().await.0.unwrap();
    crossing.await.unwrap();
    assert!(ground.has("one"));
}

#[tokio::test]
async fn a_conflict_between_serializable_transactions_is_tried_again() {
    let ground = ground().await;
    ground.database.execute("INSERT INTO t VALUES (1)");
    let text = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t; SELECT pg_advisory_xact_lock(7); \
                UPDATE t SET id = id + 1; COMMIT;";
    let other = stranger(&ground.database, "other").await;
    other.batch_execute("SELECT pg_advisory_lock(7)").await.unwrap();
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    other.batch_execute("UPDATE t SET id = 10; SELECT pg_advisory_unlock(7)").await.unwrap();
    let event = job.wait_for("the conflict", |event| matches!(event, RunEvent::LockTimeout { .. })).await;
    let RunEvent::LockTimeout { reason, .. } = event else { panic!() };
    assert!(reason.ends_with("(SQLSTATE 40001)") || reason.ends_with("(SQLSTATE 55P03)"), "{reason}");
    job.end().await.0.unwrap();
    assert_eq!(ground.database.value("SELECT id FROM t"), "11");
}

#[tokio::test]
async fn who_waits_for_the_script_is_shown() {
    let ground = ground().await;
    let mut job = ground.start(&[up(NAME, "LOCK TABLE t; SELECT pg_sleep(600)")]);
    job.wait_for_statement(1).await;
    let reader = stranger(&ground.database, "web").await;
    let reading = tokio::spawn(async move { reader.batch_execute("SELECT * FROM t").await });
    let event = job.wait_for("who waits", |event| matches!(event, RunEvent::Blocking { .. })).await;
    let RunEvent::Blocking { waiting } = event else { panic!() };
    assert_eq!((waiting[0].application.as_str(), waiting[0].query.as_str()), ("web", "SELECT * FROM t"));
    job.control.cancel_now.cancel();
    job.end().await.0.unwrap_err();
    reading.await.unwrap().unwrap();
}

#[tokio::test]
async fn stopping_ends_the_wait_before_the_next_attempt() {
    let mut ground = ground().await;
    ground.policy.retry_backoff = Duration::from_secs(3600);
    let holder = stranger(&ground.database, "reporting").await;
    holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    let mut job = ground.start(&[up(NAME, "ALTER TABLE t ADD name text")]);
    job.wait_for("a lock timeout", |event| matches!(event, RunEvent::LockTimeout { .. })).await;
    job.control.stop_after_statement.cancel();
    let error = job.end().await.0.unwrap_err();
    assert_eq!((error.kind, error.state), (RunErrorKind::Stopped, DatabaseState::RolledBack));
}

#[tokio::test]
async fn somebody_elses_record_of_the_same_migration_is_waited_for_and_respected() {
    let mut ground = ground().await;
    ground.policy.lock_timeout = Duration::from_secs(30);
    let other = stranger(&ground.database, "psql").await;
    other.batch_execute("BEGIN").await.unwrap();
    let insert = format!(
        "INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('{NAME}', now(), 'psql')"
    );
    other.batch_execute(&insert).await.unwrap();
    let mut job = ground.start(&[up(NAME, "CREATE TABLE one ()")]);
    job.wait_for("who blocks", |event| matches!(event, RunEvent::Waiting { .. })).await;
    other.batch_execute("COMMIT").await.unwrap();
    let error = job.end().await.0.unwrap_err();
    assert!(matches!(error.kind, RunErrorKind::NotDue(_)), "{error}");
    assert!(!ground.has("one"));
    assert_eq!(ground.history().await[0].applied_by.as_ref(), "psql");
}
