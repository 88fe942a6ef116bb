//! Who does what on the server.

use std::time::Duration;

use tidegate::postgres::activity;
use tidegate::postgres::{Connection, SessionOptions};

use crate::support::{PATIENCE, Server, TestDatabase};

/// A plain session beside Tidegate's own, that can be left in the middle of things.
pub async fn stranger(database: &TestDatabase, name: &str) -> tokio_postgres::Client {
    let mut config: tokio_postgres::Config = database.url().parse().unwrap();
    let (client, driver) = config.application_name(name).connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(driver);
    client
}

async fn observer(database: &TestDatabase) -> Connection {
    Connection::open(&database.target(), &SessionOptions::named("observer")).await.unwrap()
}

async fn pid(client: &tokio_postgres::Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0)
}

/// Asks again until there is an answer.
async fn until<T>(ask: impl AsyncFn() -> Vec<T>) -> Vec<T> {
    let asking = async {
        loop {
            let answer = ask().await;
            if !answer.is_empty() {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("an answer comes in time")
}

#[tokio::test]
async fn a_chain_of_sessions_that_wait_is_followed() {
    let database = Server::shared().fresh_database();
    database.execute("CREATE TABLE \"Odd \"\"t\"\"\" (id integer)");
    let first = stranger(&database, "first \u{1b}[31m").await;
    let second = stranger(&database, "second").await;
    let third = stranger(&database, "third").await;
    let (first_pid, second_pid, third_pid) = (pid(&first).await, pid(&second).await, pid(&third).await);
    first.batch_execute("BEGIN;\n\tLOCK TABLE  \"Odd \"\"t\"\"\" IN ACCESS SHARE MODE").await.unwrap();
    let observer = observer(&database).await;
    let lock = tokio::spawn(async move { second.batch_execute("DROP TABLE \"Odd \"\"t\"\"\"").await });
    until(async || activity::blockers(&observer, second_pid).await.unwrap()).await;
    let read = tokio::spawn(async move { third.batch_execute("SELECT * FROM \"Odd \"\"t\"\"\"").await });
    let chain = until(async || activity::blockers(&observer, third_pid).await.unwrap()).await;
    assert_eq!(chain.iter().map(|blocker| blocker.pid).collect::<Vec<_>>(), [second_pid, first_pid]);
    assert_eq!(chain[0].lock.as_deref(), Some("AccessShareLock on public.\"Odd \"\"t\"\"\""));
    assert_eq!(chain[1].lock.as_deref(), Some("AccessExclusiveLock on public.\"Odd \"\"t\"\"\""));
    assert_eq!(chain[1].query, "BEGIN; LOCK TABLE \"Odd \"\"t\"\"\" IN ACCESS SHARE MODE");
    assert_eq!((chain[1].state.as_str(), chain[1].client.as_str()), ("idle in transaction", "local"));
    assert!(chain[1].application.starts_with("first ") && !chain[1].application.contains('\u{1b}'));
    assert!(chain[1].since.is_some());
    let waiting = activity::blocked_by(&observer, first_pid).await.unwrap();
    assert_eq!(waiting.iter().map(|waiter| waiter.pid).collect::<Vec<_>>(), [second_pid]);
    let sessions = activity::sessions(&observer).await.unwrap();
    let found = sessions.iter().find(|session| session.pid == second_pid).unwrap();
    assert_eq!(found.blocked_by, [first_pid]);
    assert!(found.waits_for.as_ref().is_some_and(|what| what.starts_with("Lock: ")));
    first.batch_execute("COMMIT").await.unwrap();
    lock.await.unwrap().unwrap();
    assert!(read.await.unwrap().is_err(), "the table is gone");
}

#[tokio::test]
async fn long_transactions_and_dumps_are_seen() {
    let database = Server::shared().fresh_database();
    let observer = observer(&database).await;
    let long = async |span| activity::long_transactions(&observer, span).await.unwrap();
    assert_eq!(long(Duration::ZERO).await, []);
    assert_eq!(activity::running_dumps(&observer).await.unwrap(), []);
    let dump = stranger(&database, "pg_dump").await;
    dump.batch_execute("BEGIN").await.unwrap();
    let seen = long(Duration::ZERO).await;
    assert_eq!((seen.len(), seen[0].application.as_str()), (1, "pg_dump"));
    assert_eq!(long(Duration::from_secs(3600)).await, []);
    assert_eq!(activity::running_dumps(&observer).await.unwrap(), seen);
}

#[tokio::test]
async fn a_prepared_transaction_blocks_without_a_session() {
    let server = Server::own_with(|options| {
        options.settings.push(("max_prepared_transactions".to_owned(), "5".to_owned()));
    });
    let database = server.fresh_database();
    database.execute("CREATE TABLE t (id integer)");
    let observer = observer(&database).await;
    let client = stranger(&database, "two-phase").await;
    client.batch_execute("BEGIN; LOCK TABLE t; PREPARE TRANSACTION 'left behind'").await.unwrap();
    let long = activity::long_transactions(&observer, Duration::ZERO).await.unwrap();
    assert_eq!((long[0].query.as_str(), long[0].state.as_str()), ("left behind", "prepared transaction"));
    let waiter = pid(&client).await;
    let reading = tokio::spawn(async move { client.batch_execute("SELECT * FROM t").await });
    let blockers = until(async || activity::blockers(&observer, waiter).await.unwrap()).await;
    assert_eq!((blockers[0].pid, blockers[0].state.as_str()), (0, "prepared transaction"));
    database.execute("ROLLBACK PREPARED 'left behind'");
    reading.await.unwrap().unwrap();
}
