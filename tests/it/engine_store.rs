//! Tidegate's own tables in an environment.

use serde_json::json;
use tidegate::postgres::store::{self, StoreState};
use tidegate::postgres::{Connection, SessionOptions};

use crate::support::ground::grant;
use crate::support::{Server, resolved};

#[tokio::test]
async fn the_store_is_created_once_and_holds_a_marker_and_windows() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    assert_eq!(store::probe(&connection).await.unwrap(), StoreState::Absent);
    assert_eq!(store::marker(&connection).await.unwrap(), None);
    assert_eq!(store::attempts(&connection).await.unwrap(), []);
    assert_eq!(store::windows(&connection, 5).await.unwrap(), []);
    for _ in 0..2 {
        store::create(&connection, &grant(), None).await.unwrap();
        assert_eq!(store::probe(&connection).await.unwrap(), StoreState::Present { version: 2 });
    }
    store::set_marker(&connection, &grant(), "staging", "staging").await.unwrap();
    store::set_marker(&connection, &grant(), "it's \\ é", "production").await.unwrap();
    let marker = store::marker(&connection).await.unwrap().unwrap();
    assert_eq!((marker.name.as_str(), marker.tier.as_str()), ("it's \\ é", "production"));
    assert_eq!(marker.created_by, "postgres");

    store::open_window(&connection, &grant(), "w-1", "ben \u{1b}", &json!({"items": [1]})).await.unwrap();
    store::open_window(&connection, &grant(), "w-2", "ana", &json!({})).await.unwrap();
    store::finish_window(&connection, "w-1", "done").await.unwrap();
    let windows = store::windows(&connection, 5).await.unwrap();
    assert_eq!(windows.iter().map(|window| window.id.as_str()).collect::<Vec<_>>(), ["w-2", "w-1"]);
    assert_eq!((windows[1].outcome.as_deref(), windows[1].finished_at.is_some()), (Some("done"), true));
    assert_eq!(windows[1].plan, json!({"items": [1]}));
    assert_eq!(store::windows(&connection, 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_marker_that_is_refused_changes_nothing() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    store::create(&connection, &grant(), None).await.unwrap();
    store::set_marker(&connection, &grant(), "staging", "staging").await.unwrap();
    let refused = store::set_marker(&connection, &grant(), "x", "no such tier").await.unwrap_err();
    assert_eq!(refused.sqlstate(), Some("23514"));
    assert_eq!(store::marker(&connection).await.unwrap().unwrap().name, "staging");
}

#[tokio::test]
async fn somebody_elses_schema_of_that_name_is_left_alone() {
    let database = Server::shared().fresh_database();
    database.execute("CREATE SCHEMA tidegate; CREATE TABLE tidegate.version (version integer)");
    let connection = database.connect().await;
    assert_eq!(store::probe(&connection).await.unwrap(), StoreState::Unusable { version: None });
    database.execute("INSERT INTO tidegate.version VALUES (99)");
    assert_eq!(store::probe(&connection).await.unwrap(), StoreState::Unusable { version: Some(99) });
    let refused = store::create(&connection, &grant(), None).await.unwrap_err();
    assert!(refused.to_string().contains("it is of version 99"), "{refused}");
}

#[tokio::test]
async fn the_policys_role_owns_the_store_and_everybody_may_read_the_marker() {
    let server = Server::own();
    server.execute("CREATE ROLE deployer LOGIN; CREATE ROLE deploy; GRANT deploy TO deployer; CREATE ROLE guest LOGIN");
    let database = server.fresh_database();
    database.execute(&format!("GRANT CREATE ON DATABASE {} TO deploy", database.name()));
    let open = async |user: &str| {
        let target = resolved(&server.url_as(user, database.name()));
        Connection::open(&target, &SessionOptions::named(user)).await.unwrap()
    };
    let deployer = open("deployer").await;
    store::create(&deployer, &grant(), Some("deploy")).await.unwrap();
    let owner = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'tidegate'";
    assert_eq!(database.value(owner), "deploy");
    store::set_marker(&deployer, &grant(), "staging", "staging").await.unwrap();
    let guest = open("guest").await;
    assert_eq!(store::marker(&guest).await.unwrap().unwrap().name, "staging");
    assert_eq!(store::attempts(&guest).await.unwrap(), []);
    assert!(store::set_marker(&guest, &grant(), "x", "staging").await.is_err());
}
