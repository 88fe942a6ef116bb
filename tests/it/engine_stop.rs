//! Stopping and cancelling: what was sent ahead is never kept.

use tidegate::postgres::run::{DatabaseState, RunErrorKind, RunEvent};

use crate::support::ground::{Ground, up};

const NAME: &str = "20260801093000_create_metrics";

#[tokio::test]
async fn stopping_after_the_running_statement_rolls_back_what_was_sent_behind_it() {
    let ground = Ground::new().await;
    let text = "CREATE TABLE one (); SELECT pg_sleep(0.5); CREATE TABLE two ();";
    let mut job = ground.start(&[up(NAME, text)]);
    job.wait_for_statement(1).await;
    job.control.stop_after_statement.cancel();
    let (ended, events) = job.end().await;
    let error = ended.unwrap_err();
    assert_eq!((error.kind, error.state), (RunErrorKind::Stopped, DatabaseState::RolledBack));
    assert!(events.iter().any(|event| matches!(event, RunEvent::StatementFinished { index: 1, .. })), "{events:#?}");
    assert!(!events.iter().any(|event| matches!(event, RunEvent::StatementStarted { index: 2, .. })), "{events:#?}");
    assert!(!ground.has("one") && !ground.has("two") && ground.history().await.is_empty());
}

#[tokio::test]
async fn stopping_during_the_last_statement_does_not_commit() {
    let ground = Ground::new().await;
    let mut job = ground.start(&[up(NAME, "BEGIN; CREATE TABLE one (); SELECT pg_sleep(0.3); COMMIT;")]);
    job.wait_for_statement(2).await;
    job.control.stop_after_statement.cancel();
    let error = job.end().await.0.unwrap_err();
    assert_eq!((error.kind, error.state), (RunErrorKind::Stopped, DatabaseState::RolledBack));
    assert!(!ground.has("one"));
}

#[tokio::test]
async fn cancelling_ends_the_running_statement_and_awaits_the_servers_answer() {
    let ground = Ground::new().await;
    let mut job = ground.start(&[up(NAME, "CREATE TABLE one (); SELECT pg_sleep(600); CREATE TABLE two ();")]);
    job.wait_for_statement(1).await;
    job.control.cancel_now.cancel();
    let error = job.end().await.0.unwrap_err();
    assert_eq!((error.kind.clone(), error.state), (RunErrorKind::Cancelled, DatabaseState::RolledBack));
    assert_eq!(error.place.as_ref().map(|place| place.statement), Some(1), "{error}");
    assert!(!ground.has("one"));
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' \
                AND datname = current_database() AND pid <> pg_backend_pid()";
    assert_eq!(ground.database.value(busy), "0");
}

#[tokio::test]
async fn cancelling_while_the_commit_runs_its_triggers_rolls_back() {
    let ground = Ground::new().await;
    ground.database.execute(
        "CREATE TABLE t (id integer);
         CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    let mut job = ground.start(&[up(NAME, "INSERT INTO t VALUES (1)")]);
    job.wait_for("the record", |event| *event == RunEvent::Recorded).await;
    job.control.cancel_now.cancel();
    let error = job.end().await.0.unwrap_err();
    // The request may come before the commit was sent as well as while it runs: either way nothing is kept.
    assert_eq!((error.kind, error.state), (RunErrorKind::Cancelled, DatabaseState::RolledBack));
    assert_eq!(ground.database.value("SELECT count(*) FROM t"), "0");
    assert!(ground.history().await.is_empty());
}

#[tokio::test]
async fn a_session_goes_on_after_a_cancelled_script() {
    let ground = Ground::new().await;
    let mut connection = ground.database.connect().await;
    let mut session = ground.session(&mut connection).await.unwrap();
    let (sender, mut events) = tokio::sync::mpsc::channel(1024);
    let control = tidegate::postgres::run::Control::new();
    let slow = up(NAME, "SELECT pg_sleep(600)");
    let cancelled = {
        let running = ground.run_on(&mut session, &slow, &sender, &control);
        let cancelling = async {
            while !matches!(events.recv().await, Some(RunEvent::StatementStarted { .. })) {}
            control.cancel_now.cancel();
        };
        tokio::join!(running, cancelling).0
    };
    assert_eq!(cancelled.unwrap_err().kind, RunErrorKind::Cancelled);
    let control = tidegate::postgres::run::Control::new();
    let quick = up(NAME, "CREATE TABLE one ()");
    ground.run_on(&mut session, &quick, &sender, &control).await.unwrap();
    assert!(ground.has("one"));
}

#[tokio::test]
async fn a_script_is_not_begun_when_the_operator_has_stopped_already() {
    let ground = Ground::new().await;
    let job = ground.start(&[up(NAME, "CREATE TABLE one ()")]);
    job.control.stop_after_statement.cancel();
    let (ended, _) = job.end().await;
    // Either the token was seen, or the script was through before it was set.
    match ended {
        Err(error) => assert_eq!((error.kind, ground.has("one")), (RunErrorKind::Stopped, false)),
        Ok(_) => assert!(ground.has("one")),
    }
}
