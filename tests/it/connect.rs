//! Opening connections: to every kind of server, and to none.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use tidegate::config::Secret;
use tidegate::postgres::cluster::{Cluster, ClusterOptions, Shutdown};
use tidegate::postgres::{ConnectError, Connection, PgError, PoolMode, SessionOptions};

use crate::support::certificates::set_password;
use crate::support::{Server, every_installation, resolved};

/// Opens a connection that only tells who answered.
pub async fn open(url: &str) -> Result<Connection, ConnectError> {
    Connection::open(&resolved(url), &SessionOptions::named("test")).await
}

/// Opens a connection that must not be opened.
pub async fn refusal(url: &str) -> ConnectError {
    match open(url).await {
        Ok(connection) => panic!("{url} let us in: {connection:?}"),
        Err(error) => error,
    }
}

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
    let seen = database.value(&format!(
        "SELECT application_name FROM pg_stat_activity WHERE pid = {} AND backend_type = 'client backend'",
        info.backend_pid
    ));
    assert_eq!(seen, "tidegate test");
    assert!(!connection.is_closed());
}

#[tokio::test]
async fn every_version_on_this_machine_answers() {
    for programs in every_installation() {
        let version = programs.version.clone();
        let cluster = Cluster::start(ClusterOptions::new(programs)).unwrap();
        let options = SessionOptions { read_only: true, ..SessionOptions::named("test") };
        let connection = Connection::open(&resolved(&cluster.url("postgres")), &options).await.unwrap();
        let info = connection.info();
        assert_eq!((info.version.major, info.version.minor), (version.major, version.minor));
        assert_eq!(info.pooled, PoolMode::Direct);
        assert!(info.system_identifier.is_some() && info.started_at.is_some());
    }
}

#[tokio::test]
async fn names_of_any_kind_are_names() {
    let server = Server::own();
    let name = "Dr. \"O'Brien\" \\ 100% ?& 😀";
    server.execute(&format!("CREATE ROLE \"{}\" LOGIN", name.replace('"', "\"\"")));
    let database = server.database_named(name);
    let connection = open(&server.url_as(name, name)).await.unwrap();
    assert_eq!(connection.info().user, name);
    assert_eq!(connection.info().database, name);
    assert!(!connection.info().is_superuser);
    drop(database);
}

#[tokio::test]
async fn a_session_ends_with_its_owner() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    let closed = connection.closed();
    drop(connection);
    assert!(matches!(closed.await, PgError::ConnectionLost(_)));
}

#[tokio::test]
async fn the_end_of_the_server_is_noticed() {
    let mut server = Server::own();
    for shutdown in [Shutdown::Fast, Shutdown::Immediate] {
        let connection = open(&server.url("postgres")).await.unwrap();
        let closed = connection.closed();
        server.halt(shutdown);
        let PgError::ConnectionLost(reason) = closed.await else { panic!("not a lost connection") };
        // A server that stops at once says so if it can.
        let is_told = reason.contains("terminating connection") && reason.contains("SQLSTATE 57P0");
        assert!(is_told || shutdown == Shutdown::Immediate && !reason.is_empty(), "{shutdown:?}: {reason}");
        assert!(connection.is_closed());
        let refused = refusal(&server.url("postgres")).await;
        assert!(matches!(refused, ConnectError::Refused { .. }), "{refused}");
        assert!(refused.may_pass());
        server.resume().unwrap();
    }
    assert!(open(&server.url("postgres")).await.is_ok());
}

#[tokio::test]
async fn a_request_to_cancel_reaches_the_server() {
    let server = Server::own_with(|options| {
        options.settings.push(("log_min_messages".to_owned(), "debug2".to_owned()));
    });
    let connection = open(&server.url("postgres")).await.unwrap();
    connection.canceller().cancel().await.unwrap();
    let expected = format!("processing cancel request: sending SIGINT to process {}", connection.info().backend_pid);
    assert!(server.log().contains(&expected), "{}", server.log());
}

#[tokio::test]
async fn a_missing_database_and_a_missing_role_are_told_apart() {
    let server = Server::shared();
    let missing = refusal(&server.url("no such database")).await;
    assert!(
        matches!(&missing, ConnectError::DatabaseMissing { database, .. } if database == "no such database"),
        "{missing}"
    );
    let missing = refusal(&server.url_as("nobody here", "postgres")).await;
    assert!(matches!(&missing, ConnectError::RoleMissing { user, .. } if user == "nobody here"), "{missing}");
}

#[tokio::test]
async fn a_role_that_may_not_log_in_is_told_so() {
    let server = Server::own();
    server.execute("CREATE ROLE reports NOLOGIN; CREATE ROLE busy LOGIN CONNECTION LIMIT 0");
    server.execute("CREATE ROLE outsider LOGIN; REVOKE CONNECT ON DATABASE template1 FROM PUBLIC");
    let refused = refusal(&server.url_as("reports", "postgres")).await;
    assert!(matches!(refused, ConnectError::LoginRefused { .. }), "{refused}");
    let refused = refusal(&server.url_as("outsider", "template1")).await;
    assert!(matches!(refused, ConnectError::LoginRefused { .. }), "{refused}");
    let refused = refusal(&server.url_as("busy", "postgres")).await;
    assert!(matches!(refused, ConnectError::TooManyConnections { .. }), "{refused}");
}

#[tokio::test]
async fn passwords_are_asked_for_and_checked() {
    let server = Server::own_with(|options| {
        options.tcp_access = vec!["host all all 127.0.0.1/32 scram-sha-256".to_owned()];
    });
    set_password(&server);
    let url = format!("postgresql://postgres@127.0.0.1:{}/postgres", server.port());

    let refused = refusal(&url).await;
    assert!(matches!(&refused, ConnectError::PasswordNeeded { user, .. } if user == "postgres"), "{refused}");
    assert!(refused.wants_password() && !refused.may_pass());

    let with = |password: &str| resolved(&url).with_password(Secret::new(password));
    let wrong = Connection::open(&with("ebb"), &SessionOptions::default()).await.unwrap_err();
    assert!(matches!(wrong, ConnectError::PasswordWrong { .. }), "{wrong}");
    assert!(!wrong.to_string().contains("ebb"));

    let connection = Connection::open(&with("tide"), &SessionOptions::default()).await.unwrap();
    assert!(!connection.info().encrypted);

    let refused = refusal(&format!("{}?channel_binding=require", url.replace("postgres@", "postgres:tide@"))).await;
    assert!(matches!(refused, ConnectError::NoChannelBinding { .. }), "{refused}");
}

#[tokio::test]
async fn a_client_that_no_rule_lets_in_is_told_so() {
    let server = Server::own_with(|options| {
        options.tcp_access = vec!["host template1 all 127.0.0.1/32 trust".to_owned()];
    });
    let refused = refusal(&format!("postgresql://postgres@127.0.0.1:{}/postgres", server.port())).await;
    assert!(matches!(refused, ConnectError::LoginRefused { .. }), "{refused}");
    assert!(refused.to_string().contains("pg_hba.conf"), "{refused}");
}

#[tokio::test]
async fn an_unknown_host_is_named() {
    let unknown = refusal("postgresql://deployer@no-such-host.invalid/app").await;
    assert!(matches!(&unknown, ConnectError::UnknownHost { host, .. } if host == "no-such-host.invalid"), "{unknown}");
    assert!(unknown.may_pass());
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_refuses() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = refusal(&format!("postgresql://deployer@127.0.0.1:{port}/app")).await;
    assert!(matches!(refused, ConnectError::Refused { .. }), "{refused}");
    assert!(refused.to_string().starts_with(&format!("127.0.0.1:{port} refused")), "{refused}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut target = resolved(&format!("postgresql://deployer@127.0.0.1:{port}/app"));
    target.connect_timeout = Duration::from_millis(300);
    let error = Connection::open(&target, &SessionOptions::default()).await.unwrap_err();
    assert!(matches!(&error, ConnectError::TimedOut { stage, .. } if stage.contains("session")), "{error}");
    assert!(error.may_pass());
}

#[tokio::test]
async fn what_is_no_postgresql_is_found_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    for mode in ["disable", "prefer", "require"] {
        let error = refusal(&format!("postgresql://deployer@127.0.0.1:{port}/app?sslmode={mode}")).await;
        assert!(matches!(error, ConnectError::Protocol { .. }), "{mode}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_is_too_old_is_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let read = stream.read(&mut [0; 1024]).unwrap();
        assert!(read > 0);
        // AuthenticationOk, ParameterStatus, BackendKeyData, ReadyForQuery.
        stream.write_all(b"R\0\0\0\x08\0\0\0\0S\0\0\0\x19server_version\x0012.22\0").unwrap();
        stream.write_all(b"K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I").unwrap();
        // Nothing may be asked of it.
        assert_ne!(stream.read(&mut [0; 1]).unwrap_or(0), usize::from(b'Q'));
    });
    let error = refusal(&format!("postgresql://deployer@127.0.0.1:{port}/app?sslmode=disable")).await;
    assert!(matches!(&error, ConnectError::UnsupportedVersion { version, .. } if version.major == 12), "{error}");
}
