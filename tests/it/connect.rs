//! Opening connections: to every kind of server, and to none.

use tidegate::postgres::{Connection, PoolMode, SessionOptions};

use crate::support::Server;

#[tokio::test]
async fn a_session_knows_who_answered() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    let info = connection.info();
    assert_eq!(info.database, database.name());
    assert_eq!(info.user, "postgres");
    assert!(info.is_superuser && !info.in_recovery && !info.encrypted);
    assert_eq!(info.pooled, PoolMode::Direct);
    assert!(info.system_identifier.is_some() && info.started_at.is_some());
    assert_eq!(info.version.major, Server::shared().programs().version.major);
}
