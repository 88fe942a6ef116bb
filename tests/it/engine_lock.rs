//! One operator at a time.

use tidegate::postgres::lock::{self, OperatorLock};
use tidegate::postgres::{Connection, SessionOptions};
use tokio_util::sync::CancellationToken;

use crate::support::{Server, TestDatabase};

async fn session(database: &TestDatabase, name: &str) -> Connection {
    Connection::open(&database.target(), &SessionOptions::named(name)).await.unwrap()
}

#[tokio::test]
async fn the_second_operator_is_told_who_the_first_one_is() {
    let database = Server::shared().fresh_database();
    let (ana, ben) = (session(&database, "window ana w-1").await, session(&database, "window ben w-2").await);
    assert_eq!(lock::holder(&ben).await.unwrap(), None);
    let held = OperatorLock::try_acquire(&ana).await.unwrap().unwrap();
    let holder = OperatorLock::try_acquire(&ben).await.unwrap().unwrap_err();
    assert_eq!(holder.pid, ana.info().backend_pid);
    assert_eq!((holder.application_name.as_str(), holder.user.as_str()), ("tidegate window ana w-1", "postgres"));
    assert_eq!(holder.client, "local");
    assert!(holder.since.is_some());
    assert!(held.is_held(&ana).await.unwrap());
    held.release(&ana).await.unwrap();
    assert!(OperatorLock::try_acquire(&ben).await.unwrap().is_ok());
}

#[tokio::test]
async fn another_database_has_another_lock() {
    let (one, other) = (Server::shared().fresh_database(), Server::shared().fresh_database());
    let (one, other) = (session(&one, "one").await, session(&other, "other").await);
    let _one = OperatorLock::try_acquire(&one).await.unwrap().unwrap();
    assert!(OperatorLock::try_acquire(&other).await.unwrap().is_ok());
}

#[tokio::test]
async fn who_waits_gets_the_lock_when_the_holders_session_ends_and_never_waits_inside_the_server() {
    let database = Server::shared().fresh_database();
    let (ana, ben) = (session(&database, "ana").await, session(&database, "ben").await);
    let _held = OperatorLock::try_acquire(&ana).await.unwrap().unwrap();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let waiting = tokio::spawn(async move {
        let stop = CancellationToken::new();
        let lock = OperatorLock::acquire(&ben, &stop, |holder| told.send(holder.pid).unwrap()).await.unwrap();
        (lock.is_some(), ben)
    });
    assert_eq!(heard.recv().await, Some(ana.info().backend_pid));
    assert_eq!(database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"), "0");
    drop(ana);
    assert!(waiting.await.unwrap().0);
    assert_eq!(heard.recv().await, None, "the holder is told of once");
}

#[tokio::test]
async fn who_waits_can_stop_waiting() {
    let database = Server::shared().fresh_database();
    let (ana, ben) = (session(&database, "ana").await, session(&database, "ben").await);
    let _held = OperatorLock::try_acquire(&ana).await.unwrap().unwrap();
    let stop = CancellationToken::new();
    let lock = OperatorLock::acquire(&ben, &stop, |_| stop.cancel()).await.unwrap();
    assert!(lock.is_none());
}

#[tokio::test]
async fn a_lock_that_a_script_gave_away_is_missed() {
    let database = Server::shared().fresh_database();
    let ana = session(&database, "ana").await;
    let held = OperatorLock::try_acquire(&ana).await.unwrap().unwrap();
    let pid = ana.info().backend_pid;
    // Nobody else can release it; ending the session does.
    database.execute(&format!("SELECT pg_terminate_backend({pid})"));
    let other = session(&database, "other").await;
    let stop = CancellationToken::new();
    let _taken = OperatorLock::acquire(&other, &stop, |_| {}).await.unwrap().unwrap();
    assert!(!held.is_held(&other).await.unwrap());
}
